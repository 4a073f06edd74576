"""Systems of equations, factors, pseudo-inverses, exponentials and scans: derivatives, forms, code, against PyTorch's too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import HEAVY

import tensor_deriv as td
from tensor_deriv.errors import DerivationError
from tensor_deriv.verification.check import exact_trial
from tensor_deriv.verification.sample import draw

Shapes = dict[str, str]
VECTORS: Shapes = {"b": "n", "x": "n", "y": "n"}

# an array expression, the variable, shapes that are not seen
ARRAYS: list[tuple[str, str, Shapes]] = [
    ("solve(A, b)", "A", VECTORS), ("solve(A, b)", "b", VECTORS), ("solve(A, B)", "A", {"B": "n m"}), ("solve(A, B)", "B", {"B": "n m"}),
    ("solve(A, B)", "A", {"A": "k n n", "B": "k n m"}), ("solve(A, B)", "A", {"A": "k n n", "B": "n m"}),
    ("solve(A.T @ A, b)", "A", VECTORS),
    ("cholesky(A)", "A", {}), ("cholesky(A @ A.T + eye(n))", "A", {"A": "n d"}), ("cholesky(A)", "A", {"A": "k n n"}),
    ("pinv(A)", "A", {"A": "n d"}), ("pinv(A) @ b", "A", {"A": "n d", "b": "n"}), ("pinv(A)", "A", {"A": "k n d"}),
    ("expm(A)", "A", {}), ("expm(A) @ x", "A", {"x": "n"}), ("expm(A)", "A", {"A": "2 n n"}), ("expm(A - A.T)", "A", {}),
    ("expm(a*A)", "a", {}),
    ("expm_frechet(A, E)", "E", {}), ("expm_frechet(A, E)", "A", {"A": "3 3", "E": "3 3"}),
    ("cross(x, y)", "x", {}), ("cross(x, y)", "y", {}), ("cross(X, y)", "X", {}), ("cross(X, y)", "y", {}), ("cross(X, Y)", "X", {}),
    ("cumprod(x, 0)", "x", {}), ("cumprod(x)", "x", {}), ("logcumsumexp(x)", "x", {}),
    ("cumprod(X, axis=0)", "X", {}), ("cumprod(X, axis=-1)", "X", {}),
    ("logcumsumexp(x, 0)", "x", {}), ("logcumsumexp(X, axis=1)", "X", {}), ("logcumsumexp(X @ Y, 0)", "X", {}),
]  # fmt: skip
IDS = [f"{text} by {wrt} {shapes}" for text, wrt, shapes in ARRAYS]


def used(text: str, shapes: Shapes) -> Shapes:
    return {name: shape for name, shape in shapes.items() if name in text.replace("expm", "").replace("solve", "")}


def derived(text: str, wrt: str, shapes: Shapes, order: int = 1) -> Any:
    return td.derive(f"sum(sin({text}))", wrt=wrt, shapes=used(text, shapes), order=order)


@pytest.mark.parametrize(("text", "wrt", "shapes"), ARRAYS, ids=IDS)
def test_derivatives_hold_and_have_many_digits(text: str, wrt: str, shapes: Shapes) -> None:
    derivation = derived(text, wrt, shapes)
    report = derivation.check()
    assert report.ok, report
    trial = exact_trial(derivation, np.random.default_rng(7))
    assert trial.ok and "left out" not in trial.note, trial


@pytest.mark.parametrize("target", ["torch", "xp", pytest.param("jax", marks=HEAVY)])
@pytest.mark.parametrize(("text", "wrt", "shapes"), ARRAYS, ids=IDS)
def test_the_libraries_compute_what_numpy_does(text: str, wrt: str, shapes: Shapes, target: str) -> None:
    derivation = derived(text, wrt, shapes)
    point = draw(derivation.gradient.program, np.random.default_rng(3))
    want = derivation.function("numpy")(**point.given)
    got = derivation.function(target)(**on(target, point.given))
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-9, atol=1e-11 * np.abs(want).max())


def on(target: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    if target == "torch":
        import torch

        return {name: torch.tensor(array) for name, array in arrays.items()}
    if target == "xp":
        import array_api_strict

        return {name: array_api_strict.asarray(array) for name, array in arrays.items()}
    import jax

    jax.config.update("jax_enable_x64", True)
    return {name: jax.numpy.asarray(array) for name, array in arrays.items()}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    ("text", "wrt", "shapes"),
    [
        ("solve(A, b)", "A", VECTORS), ("cholesky(A)", "A", {}), ("pinv(A)", "A", {"A": "3 2"}), ("pinv(A)", "A", {"A": "2 3"}),
        ("expm(A)", "A", {"A": "3 3"}), ("expm(A)", "A", {"A": "2 2 2"}), ("cumprod(x, 0)", "x", {}),
        ("cumprod(X, axis=0)", "X", {"X": "3 2"}),
        ("cross(x, y)", "x", {}), ("logcumsumexp(x, 0)", "x", {}), ("logcumsumexp(X, axis=1)", "X", {"X": "2 3"}),
    ],
)  # fmt: skip
def test_derivatives_are_those_of_automatic_differentiation(text: str, wrt: str, shapes: Shapes, order: int) -> None:
    pytest.importorskip("torch")
    from torch_meaning import derivative

    derivation = derived(text, wrt, shapes, order)
    point = draw(derivation.gradient.program, np.random.default_rng(2))
    want = derivative((), f"sum(sin({text}))", wrt, point.given, point.sizes, order)
    got = derivation.function("numpy")(**point.given)
    np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-9 * np.abs(want).max())
    assert derivation.check().ok


FORMS: list[tuple[str, str, Shapes, str]] = [
    ("l(x)", "A", {"A": "n n", "b": "n"}, "-outer(solve(A.T, dx), x)"),
    ("y @ solve(A, b)", "b", VECTORS, "solve(A.T, y)"),
    ("b @ solve(A, b) + logdet(A)", "A", {"b": "n"}, "inv(A).T - outer(solve(A.T, b), solve(A, b))"),
    ("x @ inv(A) @ x + y @ solve(B, y)", "A", {}, "-outer(inv(A).T @ x, inv(A) @ x)"),
    ("x @ inv(A) @ x + y @ solve(B, y)", "B", {}, "-outer(solve(B.T, y), solve(B, y))"),
    ("trace(expm(A))", "A", {}, "expm(A.T)"),
    ("x @ expm(A) @ y", "A", VECTORS, "expm_frechet(A.T, outer(x, y))"),
    ("expm(a*A) @ x", "a", {"x": "n"}, "A @ expm(a*A) @ x"),
    ("sum(expm(A @ A))", "A", {}, "(A @ R + R @ A).T"),
    ("y @ cumprod(x, 0)", "x", VECTORS, "triu(cumprod(where(eye(n), 1, x), axis=1)) @ y"),
    ("y @ logcumsumexp(x, 0)", "x", VECTORS, "where(triu(ones(n, n)), exp(x[:, None] - logcumsumexp(x, axis=0)), 0) @ y"),
    ("l(L)", "A", {"A": "n n"}, "inv(L).T @ (diag(sum(dL*L, axis=0)) + tril(L.T @ dL, -1) + triu(dL.T @ L, 1)) @ inv(L)/2"),
]
DEFINITIONS = {"l(x)": ["x = solve(A, b)"], "l(L)": ["L = cholesky(A)"]}


@pytest.mark.parametrize(("text", "wrt", "shapes", "want"), FORMS, ids=[f"{text} by {wrt}" for text, wrt, *_ in FORMS])
def test_array_forms(text: str, wrt: str, shapes: Shapes, want: str) -> None:
    derivation = td.derive(text, wrt=wrt, shapes=shapes, definitions=DEFINITIONS.get(text, ()))
    assert derivation.matrix == want
    assert derivation.check().ok


@pytest.mark.parametrize("target", ["numpy", "torch", "jax", "xp"])
@pytest.mark.parametrize("wrt", ["A", "b"])
def test_no_inverse_is_formed_where_the_caller_solves(target: str, wrt: str) -> None:
    code = td.derive("sum(sin(solve(A, b)))", wrt=wrt, shapes={"b": "n"}).code(target)
    assert "linalg.inv" not in code and ("linalg.solve" in code or "linalg.lu_solve" in code)


def test_the_gradient_of_a_cholesky_factor_is_symmetric() -> None:
    derivation = td.derive("sum(W*cholesky(A))", wrt="A", shapes={"W": "n n"})
    rng = np.random.default_rng(0)
    A = rng.normal(size=(4, 4)) + 9 * np.eye(4)
    gradient = derivation.function("numpy")(A=A, W=rng.normal(size=(4, 4)))
    np.testing.assert_allclose(gradient, gradient.T)


def test_a_running_product_has_a_gradient_at_zero() -> None:
    x = np.array([2.0, 0.0, 3.0, 5.0])
    for order, want in ((1, [1, 38, 0, 0]), (2, [[0, 19, 0, 0], [19, 0, 12, 6], [0, 12, 0, 0], [0, 6, 0, 0]])):
        got = td.derive("sum(cumprod(x, 0))", wrt="x", order=order).function("numpy")(x=x)
        np.testing.assert_allclose(got, want)


def test_a_running_log_sum_does_not_overflow() -> None:
    derivation = td.derive("y @ logcumsumexp(x, 0)", wrt="x", shapes={"y": "n"})
    with np.errstate(all="ignore"):
        got = derivation.function("numpy")(x=np.array([0.0, 2000.0, 1000.0]), y=np.ones(3))
    np.testing.assert_allclose(got, [1.0, 2.0, 0.0])


REFUSED = [
    ("solve(A, b)", {"A": "n d", "b": "n"}, "square"), ("solve(A, b)", {"A": "n n", "b": "m"}, "as many equations"),
    ("solve(A, 2)", {}, "scalar"), ("cholesky(A)", {"A": "n d"}, "square"), ("expm(x)", {"x": "n"}, "matrix"),
    ("pinv(x)", {"x": "n"}, "matrix"),
    ("expm_frechet(A, B)", {"A": "n n", "B": "d d"}, "n, n"), ("cumprod(x, 1)", {"x": "n"}, "axis 1"),
    ("cumprod(outer(x, x))", {"x": "n"}, "axis=0"),
    ("logcumsumexp(a, 0)", {}, "axis 0"), ("cross(x, y)", {"x": "4"}, r"three entries, this has the shape \(4\)"),
    ("cross(x, b)", {"b": ""}, "this is a scalar"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shapes", "words"), REFUSED, ids=[text for text, *_ in REFUSED])
def test_what_is_refused(text: str, shapes: Shapes, words: str) -> None:
    with pytest.raises(DerivationError, match=words) as error:
        td.derive(f"sum({text})", wrt=next(name for name in ("A", "x", "a") if name in text), shapes=shapes)
    assert error.value.place is not None


def test_the_third_derivative_of_an_exponential_is_refused() -> None:
    with pytest.raises(DerivationError, match="up to order 2"):
        td.derive("trace(B @ expm(A))", wrt="A", order=3)


@pytest.mark.parametrize(("text", "words"), [("std(x)", "all entries are equal"), ("sum(hypot(x, y))", "hypot has no derivative at 0")])
def test_where_there_is_no_derivative_is_said(text: str, words: str) -> None:
    assert words in str(td.derive(text, wrt="x").to_dict()["conventions"])
