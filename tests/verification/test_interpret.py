"""The independent meaning of a text: what it covers, and that it says so where it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensor_deriv.verification.interpret import CannotInterpret, interpret
from tensor_deriv.verification.meanings import ELEMENTWISE, OPERATIONS

RNG = np.random.default_rng(6)
X, Y, x = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2)), RNG.normal(size=3)
TENSORS, DIMS = {"X": X, "Y": Y, "x": x}, {"n": 3, "d": 4}


def test_definitions_functions_and_arbitrary_functions() -> None:
    texts = ("f(u) = u**2 + 1", "T = f(X) @ Y", "s[i] = T[i,j]*T[i,j]", "l(s)/n")
    want = np.cos(np.sum(((X**2 + 1) @ Y) ** 2, axis=1)).sum() / 3
    assert np.isclose(interpret(texts, TENSORS, DIMS, {"l": lambda s: np.cos(s).sum()}), want)


def test_a_definition_that_the_caller_gives_is_held_at_that_value() -> None:
    assert interpret(("T = 2*x", "sum(T)"), {**TENSORS, "T": np.ones(3)}, DIMS) == 3.0


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("y[i] = X[i,k]*Y[k,j]*Y[k,j]", X @ (Y * Y).sum(axis=1)),
        ("y[j] = x[i]*X[i,j]", x @ X),
        ("x[i]*X[i,k]*X[l,k]*x[l]", x @ X @ X.T @ x),
        ("y[i,j] = x[i]*x[j] + 1", np.outer(x, x) + 1),
        ("y[j,i] = X[i,j]", X.T),
        ("y[i] = x[i]*(X[l,k]*X[l,k])", x * (X * X).sum()),
        ("y[i] = X[i,k]/exp(X[i,k])", (X / np.exp(X)).sum(axis=1)),
        ("(x[i]*x[i])**2/n", (x @ x) ** 2 / 3),
    ],
)
def test_index_notation_sums_what_stands_twice(text: str, want: np.ndarray) -> None:
    assert np.allclose(interpret((text,), TENSORS, DIMS), want)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("-x + +x*2", x),
        ("X.shape[1] + X.shape[0] + len3", 4 + 3 + 7),
        ("x[0] + X[1, 2]", x[0] + X[1, 2]),
        ("x[:, None] + X[:, 1:3]", x[:, None] + X[:, 1:3]),
        ("X[::2, 1:-1]", X[::2, 1:-1]),
        ("x[::-1] + X[n - 1, d - 4]", x[::-1] + X[2, 0]),
        ("(x > 0)*1 + (x >= x)*2 + (x < 0)*4 + (x <= x)*8 + (x == x)*16", (x > 0) + 26 + 4 * (x < 0)),
        ("X.T @ x - 2**n/pi", X.T @ x - 8 / np.pi),
        ("einsum('ij,jk->ik', X, Y)", X @ Y),
        ("leaky_relu(x, slope=0.3)", np.where(x > 0, x, 0.3 * x)),
        ("y[i] = leaky_relu(x[i], slope=0.3)", np.where(x > 0, x, 0.3 * x)),
        ("y[i] = -x[i] + 2*pi", 2 * np.pi - x),
        ("y[i] = x[i]**2*n", 3 * x**2),
        ("x[i]*x[i]", x @ x),
        ("transpose(X)", X.T),
        ("vec(X)", X.T.ravel()),
        ("norm(X) + norm1(X)", np.sqrt((X**2).sum()) + np.abs(X).sum()),
        ("ones(2, n) + zeros(n)", np.ones((2, 3))),
        ("tr(X @ X.T) + trace(X @ X.T)", 2 * np.trace(X @ X.T)),
        ("softmax(X)", np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)),
        ("softmax(X, axis=0)", np.exp(X) / np.exp(X).sum(axis=0)),
        ("log_softmax(X, axis=(0, 1))", X - np.log(np.exp(X).sum())),
        ("logsumexp(1000 + x) + logsumexp(x - 1000)", 2 * np.log(np.exp(x).sum())),
        ("logdet(-X @ X.T) + det(X @ X.T)", np.log(np.linalg.det(X @ X.T)) + np.linalg.det(X @ X.T)),
        ("inv(X @ X.T) @ x", np.linalg.solve(X @ X.T, x)),
    ],
)
def test_an_expression_has_numpys_meaning(text: str, want: Any) -> None:
    got = interpret((text,), {**TENSORS, "len3": np.asarray(7.0)}, DIMS)
    assert got.shape == np.shape(want) and np.allclose(got, want)


def test_components_of_an_upper_case_tensor_may_be_written_in_lower_case() -> None:
    assert np.allclose(interpret(("t[i,j] = x[i,k]*y[k,j]",), {"X": X, "Y": Y}, {}), X @ Y)
    both = {"X": X, "x": X + 1}
    assert np.allclose(interpret(("t[i,j] = x[i,j]",), both, {}), X + 1)


def test_what_the_caller_gives_comes_before_what_is_built_in() -> None:
    assert np.allclose(interpret(("sin(x)",), TENSORS, DIMS, {"sin": np.cos}), np.cos(x))
    assert np.allclose(interpret(("y[i] = sin(x[i])",), TENSORS, DIMS, {"sin": np.cos}), np.cos(x))
    assert np.allclose(interpret(("sin(u) = u", "sin(x)"), TENSORS, DIMS), x)
    assert interpret(("n",), {"n": np.asarray(5.0)}, {"n": 3}) == 5 and interpret(("pi",), {"pi": np.asarray(5.0)}, {}) == 5


def test_parameters_hide_names_of_outside() -> None:
    assert np.allclose(interpret(("f(x, n) = x*n", "f(2, x)"), TENSORS, DIMS), 2 * x)
    with pytest.raises(ValueError):
        interpret(("f(u) = u", "f(x, x)"), TENSORS, DIMS)


@pytest.mark.parametrize("text", ["x", "x + 1", "f(x)", "x == 1"])
def test_a_line_that_defines_nothing_is_said(text: str) -> None:
    with pytest.raises(CannotInterpret, match="no definition"):
        interpret((text, "x"), TENSORS, DIMS)


@pytest.mark.parametrize(
    "text",
    [
        "x +",
        "foo(x)",
        "z + 1",
        "x.__class__",
        "[i for i in x]",
        "(lambda: 1)()",
        "__import__('os')",
        "x[i] + x[j]",
        "y[i] = x[j]*x[j]",
        "y[i] = x[i] - X[i,k]",
        "y[i] = sum(x[i])",
        "x if x else x",
        "'+'.join(x)",
        "-" * 5000 + "x",
        "x and x",
    ],
)
def test_what_has_no_meaning_here_is_said(text: str) -> None:
    with pytest.raises(CannotInterpret):
        interpret((text,), TENSORS, DIMS)


def test_it_knows_every_function_of_the_language() -> None:
    from tensor_deriv.functions import TABLE
    from tensor_deriv.language.operations import OPERATIONS as KNOWN

    spelled_otherwise = {"greater", "greater_equal", "equal", "dsinc"}  # written >, >=, ==; dsinc is the derivative of sinc
    assert set(TABLE) - spelled_otherwise <= ELEMENTWISE.keys()
    assert set(KNOWN) - {"where"} <= OPERATIONS.keys() | ELEMENTWISE.keys()  # `where` is refused with the reason


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "var", "logsumexp"])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
def test_reductions_take_axis_and_keepdims(name: str, axis: object) -> None:
    kept = interpret((f"{name}(X, axis={axis}, keepdims=True)",), TENSORS, DIMS)
    plain = interpret((f"{name}(X, {axis}, False)",), TENSORS, DIMS)
    assert kept.ndim == 2 and np.allclose(np.squeeze(kept), np.squeeze(plain))
