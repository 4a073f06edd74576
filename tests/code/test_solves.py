"""Systems of equations with one matrix by one factorisation, where the library has it."""

from __future__ import annotations

import numpy as np
import pytest

import tensor_deriv as td

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
jax = pytest.importorskip("jax", reason="JAX is not installed")

SIZES = {"n": 4, "k": 3}
CASES = {
    "vectors": ("sum(solve(A, b)*g)", "A", {"A": "n n", "b": "n", "g": "n"}),
    "inverse": ("x @ inv(A) @ y", "A", {"A": "n n", "x": "n", "y": "n"}),
    "matrices": ("sum((inv(A) @ B - C)**2)", "A", {"A": "n n", "B": "n k", "C": "n k"}),
    "three systems": ("(x @ inv(A) @ y)*(y @ inv(A) @ x)", "A", {"A": "n n", "x": "n", "y": "n"}),
    "of a product": ("sum(solve(B.T @ B, x)**2)", "x", {"B": "k n", "x": "n"}),
}


def arrays(question):
    rng = np.random.default_rng(2)
    found = {name: rng.standard_normal([SIZES[str(dim)] for dim in dims]) for name, dims in question.given.items()}
    if "A" in found:
        found["A"] += 3 * np.eye(SIZES["n"])
    if "B" in found and "A" not in found:
        found["B"] = rng.standard_normal((6, SIZES["n"]))
    return found


def body(question, target, **more):
    return question.code(target, **more).split('"""')[-1]


@pytest.mark.parametrize("case", CASES)
def test_all_targets_agree(case):
    question = td.derive(*CASES[case])
    values = arrays(question)
    want = question.function("numpy")(**values)
    got = question.function("torch")(**{name: torch.tensor(value) for name, value in values.items()})
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-10, atol=1e-12)
    with jax.enable_x64(True):
        got = question.function("jax")(**{name: jax.numpy.asarray(value) for name, value in values.items()})
        np.testing.assert_allclose(np.asarray(got), want, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("target", ["torch", "jax"])
@pytest.mark.parametrize("case", ["vectors", "inverse", "matrices", "three systems"])
def test_one_factorisation(case, target):
    text = body(td.derive(*CASES[case]), target)
    assert text.count("lu_factor(") == 1
    assert "inv(" not in text and "linalg.solve(" not in text


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_the_determinant_is_the_product_of_the_factors(target):
    question = td.derive("x @ inv(A) @ y + logdet(A)", "x", {"A": "n n", "x": "n", "y": "n"})
    text = body(question, target, value=True)
    assert "slogdet" not in text
    assert text.count("lu_factor") == 1
    values = arrays(td.derive("x @ inv(A) @ y + logdet(A)", "A", {"A": "n n", "x": "n", "y": "n"}))
    want = values["x"] @ np.linalg.solve(values["A"], values["y"]) + np.linalg.slogdet(values["A"])[1]
    with jax.enable_x64(True):
        convert = {"torch": torch.tensor, "jax": jax.numpy.asarray}[target]
        got, slope = question.function(target, value=True)(**{name: convert(value) for name, value in values.items()})
        np.testing.assert_allclose(float(got), want, rtol=1e-12)
        np.testing.assert_allclose(np.asarray(slope), np.linalg.solve(values["A"], values["y"]), rtol=1e-12)


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_an_inverse_beside_the_determinant(target):
    question = td.derive("(y @ inv(K) @ y + logdet(K))/2", "K", {"K": "n n", "y": "n"})
    text = body(question, target, value=True)
    assert text.count("lu_factor") == 1
    assert "inv(" not in text and "slogdet" not in text
    rng = np.random.default_rng(4)
    K, y = rng.standard_normal((5, 5)) + 4 * np.eye(5), rng.standard_normal(5)
    with jax.enable_x64(True):
        convert = {"torch": torch.tensor, "jax": jax.numpy.asarray}[target]
        value, slope = question.function(target, value=True)(K=convert(K), y=convert(y))
    inverse = np.linalg.inv(K)
    np.testing.assert_allclose(float(value), (y @ inverse @ y + np.linalg.slogdet(K)[1]) / 2, rtol=1e-12)
    np.testing.assert_allclose(np.asarray(slope), (inverse.T - np.outer(inverse.T @ y, inverse @ y)) / 2, rtol=1e-10, atol=1e-13)


def test_one_system_is_solved_as_it_stands():
    assert "lu_factor" not in body(td.derive("sum(solve(A, b)*g)", "b", {"A": "n n", "b": "n", "g": "n"}), "torch")


def test_the_gradient_has_a_gradient():
    question = td.derive(*CASES["vectors"])
    function, values = question.function("torch"), arrays(question)
    tensors = [torch.tensor(values[name], requires_grad=True) for name in ("A", "b", "g")]
    assert torch.autograd.gradcheck(lambda A, b, g: function(A=A, b=b, g=g), tensors)
