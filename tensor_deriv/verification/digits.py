"""Many digits: the meaning of every function in mpmath, where float64 shows nine digits of a derivative and this fifty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ..functions import scalar_expression
from ..index.evaluate import Evaluator
from ..index.nodes import Expr
from ..index.slots import Slot
from .definitions import DIGITS, NoDigits, logsumexp, mp, primitive

Array = Any
WANTED = 25  # digits in which two ways must agree


def _gelu(x: Any) -> Any:
    return x * mp.erfc(-x / mp.sqrt(2)) / 2


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _step(x: Any) -> Any:
    return (mp.sign(x) + 1) / 2


def _dsinc(x: Any) -> Any:
    # the cosine and the sine lose what is common to them, which near 0 is nearly all
    with mp.workdps(2 * DIGITS):
        return +((mp.cospi(x) - mp.sincpi(x)) / x) if x else x


def _elu(x: Any, alpha: Any) -> Any:
    return x if x > 0 else alpha * mp.expm1(x)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(mp, name) for name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{name: getattr(mp, name) for name in ("erf", "erfc", "sign", "hypot")},
    "arcsin": mp.asin,
    "arccos": mp.acos,
    "arctan": mp.atan,
    "sigmoid": _sigmoid,
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "logcosh": lambda x: mp.log1p(2 * mp.sinh(x / 2) ** 2),
    "relu": lambda x: max(x, mp.mpf(0)),
    "gelu": _gelu,
    "silu": lambda x: x * _sigmoid(x),
    "abs": abs,
    "step": _step,
    "greater": lambda x, y: mp.mpf(int(x > y)),
    "greater_equal": lambda x, y: mp.mpf(int(x >= y)),
    "equal": lambda x, y: mp.mpf(int(x == y)),
    "maximum": max,
    "minimum": min,
    "exp2": lambda x: mp.mpf(2) ** x,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": mp.log10,
    "arcsinh": mp.asinh,
    "arccosh": mp.acosh,
    "arctanh": mp.atanh,
    "arctan2": mp.atan2,
    "logaddexp": lambda x, y: logsumexp([x, y]),
    "gammaln": lambda x: mp.log(abs(mp.gamma(x))),
    "digamma": mp.digamma,
    "trigamma": lambda x: mp.psi(1, x),
    "sinc": mp.sincpi,
    "dsinc": _dsinc,
    "logit": lambda x: mp.log(x) - mp.log1p(-x),
    "softsign": lambda x: x / (1 + abs(x)),
    "mish": lambda x: x * mp.tanh(mp.log1p(mp.exp(x))),
    "elu": _elu,
    "selu": lambda x: mp.mpf("1.0507009873554805") * _elu(x, mp.mpf("1.6732632423543772")),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "hardtanh": lambda x: min(max(x, mp.mpf(-1)), mp.mpf(1)),
    "clip": lambda x, a, b: min(max(x, a), b),
}


def many(array: Array) -> Array:
    """An array of floats as one of many digits."""
    result = np.empty(np.shape(array), dtype=object)
    for place in np.ndindex(result.shape):
        result[place] = mp.mpf(float(np.asarray(array)[place]))
    return result


class DigitsEvaluator(Evaluator):
    """Evaluates with sixty digits."""

    def number(self, value: Fraction) -> Array:
        array = np.empty((), dtype=object)
        array[()] = mp.mpf(value.numerator) / value.denominator
        return array

    def pi(self) -> Array:
        array = np.empty((), dtype=object)
        array[()] = +mp.pi
        return array

    def power(self, base: Array, exponent: Array) -> Array:
        return np.frompyfunc(_power, 2, 1)(base, exponent)

    def function(self, row: Any, arrays: Sequence[Array]) -> Array:
        function = FUNCTIONS.get(row.name) or _own(row)
        return np.frompyfunc(lambda *values: function(*map(mp.mpf, values)), len(arrays), 1)(*arrays)

    def primitive(self, name: str, array: Array, axes: tuple[int, ...]) -> Array:
        return primitive(name, array, axes)

    def at(self, expr: Expr, slots: Sequence[Slot]) -> Array:
        array = super().at(expr, slots)
        if any(mp.isnan(item) for item in np.ravel(array)):
            raise NoDigits("a power of a negative number")  # in a case that is taken
        return array


def _own(row: Any) -> Callable[..., Any]:
    """A function of the caller's own, from its tree."""
    if not row.source:
        raise NoDigits(row.name)
    tree = scalar_expression(row.source)

    def function(*values: Any) -> Any:
        tensors = {name: many_scalar(value) for name, value in zip("uv", values, strict=False)}
        return DigitsEvaluator(tensors, {}).evaluate(tree)[0][()]

    return function


def many_scalar(value: Any) -> Array:
    array = np.empty((), dtype=object)
    array[()] = value
    return array


def _power(base: Any, exponent: Any) -> Any:
    base, exponent = mp.mpf(base), mp.mpf(exponent)
    result = base ** (int(exponent) if exponent == int(exponent) else exponent)
    return mp.nan if isinstance(result, mp.mpc) else result
