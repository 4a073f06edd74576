"""Every row of the table of elementwise functions against SymPy, mpmath and differences."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import sympy

from tensor_deriv.errors import UnsupportedError
from tensor_deriv.functions import TABLE, derivative, scalar_expression
from tensor_deriv.index.evaluate import Evaluator
from tensor_deriv.index.nodes import number
from tensor_deriv.verification.definitions import mp
from tensor_deriv.verification.differences import jacobian
from tensor_deriv.verification.digits import FUNCTIONS
from tensor_deriv.verification.meanings import ELEMENTWISE

mpmath.mp.dps = 30
POINTS = {
    "log1p": (-0.6, 0.4, 3.0), "tan": (-1.1, 0.2, 1.3), "arccosh": (1.1, 2.3, 7.0), "logit": (0.1, 0.45, 0.8),
    **dict.fromkeys(("arcsin", "arccos", "arctanh"), (-0.8, 0.1, 0.6)), **dict.fromkeys(("log", "log2", "log10"), (0.3, 1.7, 5.2)),
    **dict.fromkeys(("gammaln", "digamma", "trigamma"), (0.3, 1.7, 5.2, 11.9)), "sinc": (-2.3, -0.4, 0.05, 0.33, 1.6),
    "dsinc": (-2.3, -0.4, 0.05, 0.33, 1.6),
}  # fmt: skip
ANYWHERE = (-2.3, -0.4, 0.7, 3.1)
PAIRS = ((-1.2, 0.8), (2.5, 0.3), (0.4, 0.9), (-0.5, -2.0))
TRIPLES = ((-1.2, -0.7, 0.8), (0.1, -0.7, 0.8), (1.9, -0.7, 0.8), (0.3, 1.2, 0.7))
SYMBOLS = sympy.symbols("u v w", real=True)
# in SymPy's words, where the table gives none and its name is not SymPy's
NATURAL = {
    "abs": "Abs(u)", "sign": "sign(u)", "step": "Heaviside(u)", "relu": "u*Heaviside(u)", "greater": "Heaviside(u - v)",
    "equal": "Integer(0)", "maximum": "u*Heaviside(u - v) + v*Heaviside(v - u)", "minimum": "u*Heaviside(v - u) + v*Heaviside(u - v)",
    "greater_equal": "Heaviside(u - v)", "elu": "u*Heaviside(u) + v*(exp(u) - 1)*Heaviside(-u)",
    "selu": "1.0507009873554805*u*Heaviside(u) + 1.0507009873554805*1.6732632423543772*(exp(u) - 1)*Heaviside(-u)",
    "leaky_relu": "u*Heaviside(u) + u*v*Heaviside(-u)", "hardtanh": "1 + (u + 1)*Heaviside(u + 1) - (u - 1)*Heaviside(u - 1) - 2",
    "clip": "Min(Max(u, v), w)",
}  # fmt: skip
KINKS = {  # value and derivatives where the function has a kink, as the convention says
    "relu": ((0.0,), 0.0, (0.0,)), "abs": ((0.0,), 0.0, (0.0,)), "sign": ((0.0,), 0.0, (0.0,)), "step": ((0.0,), 0.5, (0.0,)),
    "maximum": ((1.5, 1.5), 1.5, (0.5, 0.5)), "minimum": ((1.5, 1.5), 1.5, (0.5, 0.5)), "greater": ((1.0, 1.0), 0.0, (0.0, 0.0)),
    "equal": ((1.0, 1.0), 1.0, (0.0, 0.0)), "greater_equal": ((1.0, 1.0), 1.0, (0.0, 0.0)), "softsign": ((0.0,), 0.0, (1.0,)),
    "elu": ((0.0, 0.7), 0.0, (0.7, 0.0)), "selu": ((0.0,), 0.0, (1.7580993408473766,)), "leaky_relu": ((0.0, 0.1), 0.0, (0.1, 0.0)),
    "hypot": ((0.0, 0.0), 0.0, (math.nan, math.nan)),
    "hardtanh": ((1.0,), 1.0, (0.0,)), "clip": ((0.5, 0.5, 2.0), 0.5, (1.0, 0.0, 0.0)),
}  # fmt: skip
DERIVED = [(name, k) for name, row in TABLE.items() for k in range(row.arity) if row.derivatives[k]]


def points(name: str) -> list[tuple[float, ...]]:
    several = {2: PAIRS, 3: TRIPLES}.get(TABLE[name].arity)
    return list(several) if several else [(point,) for point in POINTS.get(name, ANYWHERE)]


def in_sympy(name: str) -> sympy.Expr:
    row = TABLE[name]
    words = row.sympy or NATURAL.get(name) or f"{name}(u)"
    return sympy.sympify(words, dict(zip("uvw", SYMBOLS, strict=True)), rational=True)


def by_table(name: str, argument: int, point: tuple[float, ...]) -> float:
    """The derivative that the row's text says, at a point."""
    tensors = {letter: np.asarray(value) for letter, value in zip("uvw", point, strict=False)}
    return float(Evaluator(tensors, {}).evaluate(scalar_expression(TABLE[name].derivatives[argument]))[0])


def along(function: Callable[..., float], argument: int, point: tuple[float, ...]) -> tuple[float, float]:
    """The derivative by one argument, by differences, and its error estimate."""

    def value(x: float) -> np.ndarray:
        return np.asarray(function(*point[:argument], float(x), *point[argument + 1 :]))

    return jacobian(value, np.asarray(point[argument]))


@pytest.mark.parametrize("name", TABLE)
def test_value_against_mpmath(name: str) -> None:
    exact = sympy.lambdify(SYMBOLS, in_sympy(name), "mpmath")
    for point in points(name):
        truth = float(exact(*map(mpmath.mpf, (*point, 0, 0)[:3])))
        assert math.isclose(float(TABLE[name].numpy(*point)), truth, rel_tol=1e-12, abs_tol=1e-15)


@pytest.mark.parametrize(("name", "argument"), DERIVED)
def test_derivative_against_sympy(name: str, argument: int) -> None:
    derivative = sympy.diff(in_sympy(name), SYMBOLS[argument])
    for point in points(name):
        at = {symbol: sympy.Rational(str(value)) for symbol, value in zip(SYMBOLS, point, strict=False)}
        exact = derivative.subs(at).evalf(30)
        assert math.isclose(by_table(name, argument, point), float(exact), rel_tol=1e-12, abs_tol=1e-14)


@pytest.mark.parametrize(("name", "argument"), DERIVED)
def test_derivative_against_differences(name: str, argument: int) -> None:
    for point in points(name):
        derivative, estimate = along(TABLE[name].numpy, argument, point)
        assert abs(by_table(name, argument, point) - derivative) <= 10 * estimate + 1e-8


@pytest.mark.parametrize(("name", "argument"), DERIVED)
def test_second_derivative_against_differences(name: str, argument: int) -> None:
    """The table is closed: a derivative's text is made of rows, and differentiating those gives the second derivative."""
    text = TABLE[name].derivatives[argument]
    for called in re.findall(r"([a-z]\w*)\(", text):
        assert called in TABLE
    if any(not TABLE[word].derivatives[0] for word in re.findall(r"([a-z]\w*)\(", text) if word in TABLE):
        return  # refused, see below
    for point in points(name):
        rough, _ = along(lambda *values: by_table(name, argument, values), argument, point)
        at = {symbol: sympy.Rational(str(value)) for symbol, value in zip(SYMBOLS, point, strict=False)}
        exact = sympy.diff(in_sympy(name), SYMBOLS[argument], 2).subs(at).evalf(30)
        assert abs(float(exact) - rough) <= 1e-6 * max(1.0, abs(float(exact)))


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.kink])
def test_convention_at_the_kink(name: str) -> None:
    point, value, derivatives = KINKS[name]
    assert float(TABLE[name].numpy(*point)) == value
    np.testing.assert_equal(tuple(by_table(name, argument, point) for argument in range(len(point))), derivatives)


def test_every_row_with_a_jump_or_a_corner_says_so() -> None:
    for name, row in TABLE.items():
        if in_sympy(name).has(sympy.Heaviside, sympy.Abs, sympy.sign) or name == "equal":
            assert row.kink, name


FAR_OUT = ("sigmoid", "softplus", "silu", "gelu", "relu", "tanh", "erf", "logaddexp", "mish", "elu", "selu", "softsign")


@pytest.mark.parametrize("name", FAR_OUT)
def test_far_out_nothing_overflows(name: str) -> None:
    with np.errstate(over="raise", invalid="raise"):
        for x in (-800.0, 800.0):
            args = (x, -x)[: TABLE[name].arity]
            assert np.isfinite(TABLE[name].numpy(*args))
            assert all(np.isfinite(by_table(name, argument, args)) for argument in range(len(args)))


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if not all(row.derivatives)])
def test_a_row_without_a_derivative_refuses(name: str) -> None:
    with pytest.raises(UnsupportedError, match=f"the derivative of `{name}` is not supported"):
        derivative(TABLE[name], 0, (number(1),))


@pytest.mark.parametrize("name", TABLE)
def test_the_meanings_agree(name: str) -> None:
    """NumPy here, the independent meaning that checks use, and sixty digits."""
    for point in points(name):
        value = float(TABLE[name].numpy(*point))
        digits = float(FUNCTIONS[name](*map(mp.mpf, point)))
        assert math.isclose(value, digits, rel_tol=1e-12, abs_tol=1e-15)
        assert math.isclose(value, float(np.asarray(ELEMENTWISE[name](*point))), rel_tol=1e-11, abs_tol=1e-13)


@pytest.mark.parametrize("name", ["gammaln", "digamma", "trigamma"])
def test_left_of_the_poles(name: str) -> None:
    for x in (-0.3, -1.8, -5.45, 0.0001, 123.0):
        assert math.isclose(float(TABLE[name].numpy(x)), float(FUNCTIONS[name](mp.mpf(x))), rel_tol=1e-12)


def test_a_slope_is_there_where_the_quotient_is_not() -> None:
    assert float(TABLE["dsinc"].numpy(0.0)) == 0.0
    for x in (1e-9, 1e-4, 0.2, 0.3183, 0.3184):
        assert math.isclose(float(TABLE["dsinc"].numpy(x)), float(FUNCTIONS["dsinc"](mp.mpf(x))), rel_tol=1e-13)


@pytest.mark.parametrize("name", ["relu", "abs", "sign", "softsign", "elu", "selu", "leaky_relu", "hardtanh", "clip"])
def test_conventions_are_pytorchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    from torch_meaning import NAMES

    point, value, derivatives = KINKS[name]
    x, *rest = (torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in point)
    result = NAMES[name](x, *rest)
    assert result.item() == value
    assert float(torch.autograd.grad(result, x)[0]) == pytest.approx(derivatives[0], rel=1e-12)
