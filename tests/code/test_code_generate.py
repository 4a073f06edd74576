"""Generated sources: the seed's lines, parts computed once, brackets, shapes, names."""

from __future__ import annotations

import ast
import sys
import warnings

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.code.generate import all_derivatives_source, compiled

TARGETS = ("numpy", "torch", "jax", "xp")
LINEAR = {"shapes": {"X": "b m", "W": "m h", "b": "h"}, "definitions": ("T = X @ W + b",)}
SQUARE = {"A": "n n", "B": "n n", "C": "n n", "x": "n", "y": "n"}
RNG = np.random.default_rng(3)

every_target = pytest.mark.parametrize("target", TARGETS)


def body(source):
    """The lines of the last function, its docstring left out."""
    function = ast.parse(source).body[-1]
    return [ast.unparse(line) for line in function.body[1:]]


def lines(source):
    return [line.strip() for line in source.splitlines()]


def arrays(target, **values):
    """The values as arrays of the target; needs that library."""
    if target == "numpy":
        return {name: np.asarray(value, dtype=float) for name, value in values.items()}
    if target == "torch":
        torch = pytest.importorskip("torch")
        return {name: torch.tensor(np.asarray(value, dtype=float)) for name, value in values.items()}
    if target == "xp":
        strict = pytest.importorskip("array_api_strict")
        return {name: strict.asarray(np.asarray(value, dtype=float)) for name, value in values.items()}
    jnp = pytest.importorskip("jax.numpy")
    return {name: jnp.asarray(value, dtype=float) for name, value in values.items()}


def draw(*shape):
    return RNG.uniform(0.2, 0.9, size=shape)


# the seed


@pytest.mark.parametrize("variable, line", [("X", "dX = dT @ W.T"), ("W", "dW = X.T @ dT"), ("b", "db = dT.sum(0)")])
def test_the_seeds_lines_of_pytorch(variable, line):
    source = td.derive("l(T)", variable, **LINEAR).code("torch")
    assert line in lines(source)
    assert source.startswith("import torch\n\n\ndef gradient(X, W, b, dT):\n")


def test_all_gradients_of_the_seed_in_one_function():
    source = all_derivatives_source([td.derive("l(T)", v, **LINEAR) for v in "XWb"], "torch")
    assert "def backward(X, W, b, dT):" in source
    assert lines(source)[-4:] == ["dX = dT @ W.T", "dW = X.T @ dT", "db = dT.sum(0)", "return dX, dW, db"]


def test_the_docstring_states_question_shapes_and_layout():
    text = compiled(td.derive("l(T)", "W", **LINEAR).code()).__doc__
    for part in ("l(T)", "T = X @ W + b", "X: (b, m)", "dT: (b, h), ∂l/∂T", "returns: (m, h)", "W.shape"):
        assert part in text
    text = compiled(td.derive("A @ x", "x").code()).__doc__
    assert "returns: (n, d), laid out as result.shape + x.shape" in text


def test_the_docstring_states_the_convention_at_a_kink():
    assert "relu'(0) = 0" in compiled(td.derive("sum(relu(x))", "x").code()).__doc__
    assert "kinks" not in compiled(td.derive("sum(exp(x)*relu(y))", "x").code()).__doc__


@pytest.mark.parametrize(
    "expression, order, name",
    [("sum(x**2)", 1, "gradient"), ("x**2", 1, "jacobian"), ("sum(x**3)", 2, "hessian"), ("sum(x**4)", 3, "derivative")],
)
def test_the_function_is_named_by_what_it_returns(expression, order, name):
    question = td.derive(expression, "x", order=order)
    assert question.function().__name__ == name
    assert question.value_function().__name__ == "value"


# what is computed, and how


@every_target
def test_common_parts_are_computed_once(target):
    source = td.derive("sum(Y*softmax(X @ W)) + sum(softmax(X @ W)**2)", "W", {"Y": "n k", "X": "n d", "W": "d k"}).code(target)
    inner = "\n".join(body(source))
    assert inner.count("X @ W") == 1
    assert inner.count("softmax") == 1


def test_definitions_are_shared_by_several_derivatives():
    shapes, definitions = {"X": "n d", "W": "d k", "V": "k m"}, ("H = tanh(X @ W)", "P = H @ V")
    questions = [td.derive("sum(P**2)", v, shapes, definitions) for v in ("X", "W", "V")]
    source = all_derivatives_source(questions, "numpy")
    assert "\n".join(body(source)).count("np.tanh") == 1
    values = arrays("numpy", X=draw(3, 4), W=draw(4, 2), V=draw(2, 5))
    for got, question in zip(compiled(source)(**values), questions, strict=True):
        np.testing.assert_allclose(got, question.function()(**values), rtol=1e-12)


@pytest.mark.parametrize(
    "expression, wanted",
    [("sum((A @ x)**2)", "A.T @ (A @ x)"), ("sum(sin(y @ A @ B))", "(y @ A) @ B"), ("x @ A @ B @ y", "x @ (A @ (B @ y))")],
)
def test_vectors_come_first(expression, wanted):
    question = td.derive(expression, expression[-1] if "sum" not in expression else "x" if "x" in expression else "y", SQUARE)
    assert wanted in question.code() + question.value_code()


def test_no_chain_multiplies_matrices_before_a_vector():
    source = td.derive("sum((A @ B @ C @ x - y)**2)", "x", SQUARE).value_code()
    (line,) = [line for line in body(source) if "A @" in line]
    assert "A @ (B @ (C @ x))" in line


@every_target
def test_diagonal_matrices_are_never_made(target):
    question = td.derive("sum(y*exp(X @ w))", "w", {"X": "n d", "w": "d", "y": "n"}, order=2)
    assert "diag" not in question.code(target)


def test_a_sum_inside_a_longer_sum_is_computed_once():
    question = td.derive("sum(A*exp(B)*sin(A*exp(B)*C)) + sum(cos(A + B) + sin(A + B + C))", "C", dict.fromkeys("ABC", "n d"))
    text = "\n".join(body(question.value_code()))
    assert text.count("A + B") == 1
    assert text.count("np.exp(B)") == 1
    values = {name: draw(2, 3) for name in "ABC"}
    a, b, c = values.values()
    want = (a * np.exp(b) * np.sin(a * np.exp(b) * c)).sum() + (np.cos(a + b) + np.sin(a + b + c)).sum()
    np.testing.assert_allclose(question.value_function()(**values), want, rtol=1e-12)


def test_long_sums_fit_on_lines():
    source = td.derive(" + ".join(f"sum(sin({k}*X))" for k in range(2, 60)), "X").code()
    assert max(map(len, body(source))) < 140
    (got,) = arrays("numpy", got=td.derive(" + ".join(f"sum(sin({k}*X))" for k in range(2, 60)), "X").function()(X=draw(2, 3))).values()
    assert got.shape == (2, 3)


def test_long_sums_are_right():
    values = arrays("numpy", X=draw(2, 3))
    got = td.derive(" + ".join(f"sum(sin({k}*X))" for k in range(2, 60)), "X").function()(**values)
    np.testing.assert_allclose(got, sum(k * np.cos(k * values["X"]) for k in range(2, 60)), rtol=1e-10)


@every_target
def test_a_users_function_is_a_helper(target):
    question = td.derive("sum(swish(X @ w)) + sum(sin(swish(X @ w)))", "w", {"X": "n d", "w": "d"}, ("swish(z) = z*sigmoid(2*z)",))
    source = question.value_code(target)
    assert len([line for line in lines(source) if line.startswith("def swish(")]) == 1
    values = {"X": draw(3, 4), "w": draw(4)}
    z = values["X"] @ values["w"]
    swish = z / (1 + np.exp(-2 * z))
    got = compiled(source)(**arrays(target, **values))
    np.testing.assert_allclose(got, (swish + np.sin(swish)).sum(), rtol=1e-5)


@pytest.mark.parametrize("function", ["softplus", "sigmoid", "logsumexp", "softmax", "log_softmax", "logsigmoid"])
def test_large_arguments_are_no_trouble(function):
    weights = np.array([1.0, -2.0, 0.5])
    try:
        question = td.derive(f"sum({function}(x)*w)", "x", {"x": "n", "w": "n"})
    except td.UnknownNameError:
        pytest.skip(f"{function} is not in the language yet")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for code in (question.value_function(), question.function()):
            assert np.isfinite(code(x=np.array([900.0, -900.0, 3.0]), w=weights)).all()


# shapes and types


@every_target
@pytest.mark.parametrize(
    "expression, variable, shapes, want",
    [
        ("sum(A)", "X", {"A": "n n", "X": "n d"}, np.zeros((2, 3))),
        ("A", "X", {"A": "n n", "X": "n d"}, np.zeros((2, 2, 2, 3))),
        ("3*u", "u", {"u": ""}, np.asarray(3.0)),
        ("7", "u", {"u": ""}, np.asarray(0.0)),
        ("n*u", "u", {"X": "n d", "u": ""}, np.asarray(2.0)),
        ("sum(X)", "X", {"X": "n d"}, np.ones((2, 3))),
        ("2*sum(X)/n", "X", {"X": "n d"}, np.ones((2, 3))),
        ("sum(X, axis=0)", "X", {"X": "n d"}, np.ones(2)[:, None] * np.eye(3)[:, None]),
        ("trace(S)", "S", {"S": "n n"}, np.eye(2)),
        ("sum(relu(X))", "X", {"X": "n d"}, np.ones((2, 3))),
        ("pi*u + sum(eye(4))", "u", {"u": ""}, np.asarray(np.pi)),
    ],
)
def test_the_result_has_the_layouts_shape_and_is_floating(expression, variable, shapes, want, target):
    question = td.derive(expression, variable, shapes)
    sizes = {"n": 2, "d": 3}
    values = {name: draw(*[sizes[dim] for dim in shapes[name].split()]) for name in question.given}
    got = np.asarray(question.function(target)(**arrays(target, **values)))
    assert got.dtype.kind == "f"
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-6)


@pytest.mark.parametrize(
    "expression, variable",
    [("sum(max(X, axis=0))", "X"), ("trace(inv(S + eye(n)))", "S"), ("prod(x)", "x"), ("sum(gelu(X))", "X"), ("sum(erf(softmax(X)))", "X")],
)
def test_torch_and_jax_stay_in_their_framework(expression, variable):
    question = td.derive(expression, variable)
    torch, jax = (question.code(target) + question.value_code(target) for target in ("torch", "jax"))
    assert "np." not in torch
    assert "numpy" not in torch
    assert "torch" not in jax
    assert "np." not in jax.replace("jnp.", "")


def test_torch_makes_tensors_on_the_inputs_device():
    torch = pytest.importorskip("torch")
    question = td.derive("sum(X, axis=0) + max(X)*sum(eye(n))", "X", {"X": "n d"})
    made = question.function("torch")(X=torch.ones(2, 3, device="meta"))
    assert made.device.type == "meta"


def test_the_code_can_be_differentiated_again():
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    text, shapes = "sum(log_softmax(X @ W)*Y) + logsumexp(prod(X, axis=1)) + norm(relu(W))", {"X": "n d", "W": "d k", "Y": "n k"}
    once, twice = td.derive(text, "W", shapes), td.derive(text, "W", shapes, order=2)
    values = {"X": draw(3, 4), "W": draw(4, 2), "Y": draw(3, 2)}
    want, want2 = once.function()(**values), twice.function()(**values)
    tensors = arrays("torch", **values)
    value = lambda function: lambda W: function("torch")(**{**tensors, "W": W})  # noqa: E731
    np.testing.assert_allclose(torch.func.grad(value(once.value_function))(tensors["W"]), want, rtol=1e-8)
    np.testing.assert_allclose(torch.func.jacrev(value(once.function))(tensors["W"]), want2, rtol=1e-7, atol=1e-9)
    with jax.enable_x64(True):
        rest = {name: values[name] for name in "XY"}
        np.testing.assert_allclose(jax.grad(lambda W: once.value_function("jax")(W=W, **rest))(values["W"]), want, rtol=1e-8)
        np.testing.assert_allclose(jax.jacfwd(lambda W: once.function("jax")(W=W, **rest))(values["W"]), want2, rtol=1e-7, atol=1e-9)


# names and sizes


@every_target
def test_a_callers_names_stay_and_ours_give_way(target):
    names = ("np", "torch", "jnp", "jax", "math", "t1", "softmax", "dnp", "lambda_")
    shapes = dict.fromkeys(names, "n")
    text = "sum(gelu(softmax_of)*" + "*".join(names[:1] + names[1:6] + names[7:]) + "*exp(np*torch)) + sum(sin(exp(np*torch)))"
    question = td.derive(text.replace("softmax_of", "softmax(np)"), "np", {k: v for k, v in shapes.items() if k != "softmax"})
    values = {name: draw(3) for name in question.given}
    want = td.derive(rename(text.replace("softmax_of", "softmax(np)")), "a0", dict.fromkeys((f"a{k}" for k in range(8)), "n"))
    plain = want.function()(**{rename(name): value for name, value in values.items()})
    np.testing.assert_allclose(question.function(target)(**arrays(target, **values)), plain, rtol=2e-5)


def rename(text):
    for place, name in enumerate(("np", "torch", "jnp", "jax", "math", "t1", "dnp", "lambda_")):
        text = "".join(f"a{place}" if word == name else word for word in _words(text))
    return text


def _words(text):
    import re

    return re.split(r"(\W+)", text)


def test_a_dimension_may_be_called_like_a_tensor_or_a_keyword():
    question = td.derive("sum(x)*sum(b)", "x", {"x": ("lambda",), "b": ("b",)})
    np.testing.assert_allclose(question.function()(x=np.ones(3), b=np.ones(2)), [2, 2, 2])
    question = td.derive("sum(X @ b)", "X", {"X": ("b", "in"), "b": ("in",)})
    np.testing.assert_allclose(question.function()(X=np.ones((2, 3)), b=np.arange(3.0)), [[0, 1, 2]] * 2)


def test_sizes_are_solved_from_composite_extents():
    question = td.derive("sum(kron(A, B) @ v)", "v", {"A": "n d", "B": "k m", "v": "p"})
    values = arrays("numpy", A=draw(2, 3), B=draw(4, 5), v=draw(15))
    np.testing.assert_allclose(question.function()(**values), np.kron(values["A"], values["B"]).sum(axis=0))


def test_a_size_that_no_input_has_is_asked_for():
    question = td.derive("sum(ones(n, k) @ W)", "W", {"W": "k d"})
    np.testing.assert_allclose(question.function()(W=np.ones((2, 3)), n=5), np.full((2, 3), 5.0))
    assert "n: an integer" in question.function().__doc__
    with pytest.raises(TypeError):
        question.function()(W=np.ones((2, 3)))


def test_an_arbitrary_function_has_no_value():
    with pytest.raises(td.UnsupportedError, match="arbitrary function"):
        td.derive("l(T)", "X", **LINEAR).value_code()


def test_a_tensor_that_an_arbitrary_function_gives_is_an_input():
    question = td.derive("sum(T**2)", "X", {"X": "n", "T": "b h"}, ("T = f(X)",))
    tensor, jacobian = draw(2, 3), draw(2, 3, 4)
    np.testing.assert_allclose(question.value_function()(X=draw(4), T=tensor), (tensor**2).sum())
    np.testing.assert_allclose(question.function()(X=draw(4), T=tensor, dT_dX=jacobian), 2 * np.einsum("ij,ijk->k", tensor, jacobian))


def test_an_unknown_keyword_is_pythons_own_error():
    with pytest.raises(TypeError, match="unexpected keyword"):
        td.derive("sum(x**2)", "x").function()(x=np.ones(2), z=1)


@pytest.mark.parametrize("source", ["import os\n", "def f():\n    import os\n", "def f():\n    from os import path\n", "print(1)\n"])
def test_nothing_but_generated_source_is_run(source):
    with pytest.raises(ValueError):
        compiled(source)


def test_quotes_in_a_text_do_not_end_the_docstring():
    question = td.derive("""sum(einsum('''ij,jk->ik''', A, B)) + sum(einsum("ij->j", A))""", "A", {"A": "n d", "B": "d k"})
    assert "ij,jk->ik" in question.function().__doc__
    question = td.derive('sum(einsum("""ij,jk->ik""", A, B))', "A", {"A": "n d", "B": "d k"})
    assert '"""ij,jk->ik"""' in question.function().__doc__


@pytest.mark.parametrize(("target", "module"), [("xp", "array_api_compat"), ("torch", "torch"), ("jax", "jax")])
def test_a_library_that_is_missing_is_named_with_what_to_install(monkeypatch, target, module):
    monkeypatch.setitem(sys.modules, module, None)  # an import of it fails as where it is not installed
    compiled.cache_clear()
    with pytest.raises(td.UnsupportedError, match=rf'`{module}`, which is not installed: pip install "tensor_deriv\[{target}\]"'):
        td.derive("sum(log(1 + exp(X @ w)))", "w").function(target)
