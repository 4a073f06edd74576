"""Every row of the table of elementwise functions against SymPy, mpmath and differences."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import sympy

from tensor_deriv.functions import TABLE, scalar_expression
from tensor_deriv.index.evaluate import Evaluator
from tensor_deriv.verification.differences import jacobian

mpmath.mp.dps = 30
POINTS = {
    "log": (0.3, 1.7, 5.2), "log1p": (-0.6, 0.4, 3.0), "arcsin": (-0.8, 0.1, 0.6), "arccos": (-0.8, 0.1, 0.6), "tan": (-1.1, 0.2, 1.3),
}  # fmt: skip
ANYWHERE = (-2.3, -0.4, 0.7, 3.1)
PAIRS = ((-1.2, 0.8), (2.5, 0.3), (0.4, 0.9), (-0.5, -2.0))
# in SymPy's words, where the table gives none and its name is not SymPy's
NATURAL = {
    "abs": "Abs(u)", "sign": "sign(u)", "step": "Heaviside(u)", "relu": "u*Heaviside(u)", "greater": "Heaviside(u - v)",
    "equal": "Integer(0)", "maximum": "u*Heaviside(u - v) + v*Heaviside(v - u)", "minimum": "u*Heaviside(v - u) + v*Heaviside(u - v)",
}  # fmt: skip
KINKS = {  # value and derivatives where the function has a kink, as the convention says
    "relu": ((0.0,), 0.0, (0.0,)), "abs": ((0.0,), 0.0, (0.0,)), "sign": ((0.0,), 0.0, (0.0,)), "step": ((0.0,), 0.5, (0.0,)),
    "maximum": ((1.5, 1.5), 1.5, (0.5, 0.5)), "minimum": ((1.5, 1.5), 1.5, (0.5, 0.5)), "greater": ((1.0, 1.0), 0.0, (0.0, 0.0)),
    "equal": ((1.0, 1.0), 1.0, (0.0, 0.0)),
}  # fmt: skip


def points(name: str) -> list[tuple[float, ...]]:
    return list(PAIRS) if TABLE[name].arity == 2 else [(point,) for point in POINTS.get(name, ANYWHERE)]


def in_sympy(name: str) -> sympy.Expr:
    row = TABLE[name]
    u, v = sympy.symbols("u v", real=True)
    words = row.sympy or NATURAL.get(name) or f"{name}(u)"
    return sympy.sympify(words, {"u": u, "v": v})


def by_table(name: str, argument: int, point: tuple[float, ...]) -> float:
    """The derivative that the row's text says, at a point."""
    tensors = {letter: np.asarray(value) for letter, value in zip("uv", point, strict=False)}
    return float(Evaluator(tensors, {}).evaluate(scalar_expression(TABLE[name].derivatives[argument]))[0])


def along(function: Callable[..., float], argument: int, point: tuple[float, ...]) -> tuple[float, float]:
    """The derivative by one argument, by differences, and its error estimate."""

    def value(x: float) -> np.ndarray:
        return np.asarray(function(*point[:argument], float(x), *point[argument + 1 :]))

    return jacobian(value, np.asarray(point[argument]))


@pytest.mark.parametrize("name", TABLE)
def test_value_against_mpmath(name: str) -> None:
    u, v = sympy.symbols("u v", real=True)
    exact = sympy.lambdify((u, v), in_sympy(name), "mpmath")
    for point in points(name):
        truth = float(exact(*map(mpmath.mpf, (*point, 0)[:2])))
        assert math.isclose(float(TABLE[name].numpy(*point)), truth, rel_tol=1e-12, abs_tol=1e-15)


@pytest.mark.parametrize(("name", "argument"), [(name, k) for name, row in TABLE.items() for k in range(row.arity)])
def test_derivative_against_sympy(name: str, argument: int) -> None:
    u, v = sympy.symbols("u v", real=True)
    derivative = sympy.diff(in_sympy(name), (u, v)[argument])
    for point in points(name):
        at = {symbol: sympy.Rational(str(value)) for symbol, value in zip((u, v), point, strict=False)}
        exact = derivative.subs(at).evalf(30)
        assert math.isclose(by_table(name, argument, point), float(exact), rel_tol=1e-12, abs_tol=1e-14)


@pytest.mark.parametrize(("name", "argument"), [(name, k) for name, row in TABLE.items() for k in range(row.arity)])
def test_derivative_against_differences(name: str, argument: int) -> None:
    for point in points(name):
        derivative, estimate = along(TABLE[name].numpy, argument, point)
        assert abs(by_table(name, argument, point) - derivative) <= 10 * estimate + 1e-8


@pytest.mark.parametrize(("name", "argument"), [(name, k) for name, row in TABLE.items() for k in range(row.arity)])
def test_second_derivative_against_differences(name: str, argument: int) -> None:
    """The table is closed: a derivative's text is made of rows, and differentiating those gives the second derivative."""
    text = TABLE[name].derivatives[argument]
    for called in re.findall(r"([a-z]\w*)\(", text):
        assert called in TABLE
    for point in points(name):
        rough, _ = along(lambda *values: by_table(name, argument, values), argument, point)
        u, v = sympy.symbols("u v", real=True)
        at = {symbol: sympy.Rational(str(value)) for symbol, value in zip((u, v), point, strict=False)}
        exact = sympy.diff(in_sympy(name), (u, v)[argument], 2).subs(at).evalf(30)
        assert abs(float(exact) - rough) <= 1e-6 * max(1.0, abs(float(exact)))


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.kink])
def test_convention_at_the_kink(name: str) -> None:
    point, value, derivatives = KINKS[name]
    assert float(TABLE[name].numpy(*point)) == value
    assert tuple(by_table(name, argument, point) for argument in range(len(point))) == derivatives


def test_every_row_with_a_jump_or_a_corner_says_so() -> None:
    for name, row in TABLE.items():
        if in_sympy(name).has(sympy.Heaviside, sympy.Abs, sympy.sign) or name == "equal":
            assert row.kink, name


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "silu", "gelu", "relu", "tanh", "erf"])
def test_far_out_nothing_overflows(name: str) -> None:
    with np.errstate(over="raise", invalid="raise"):
        for x in (-800.0, 800.0):
            args = (x, -x)[: TABLE[name].arity]
            assert np.isfinite(TABLE[name].numpy(*args))
