"""The independent meaning of a text: what it covers, and that it says so where it does not."""

from __future__ import annotations

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
