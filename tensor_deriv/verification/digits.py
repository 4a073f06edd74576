"""Many digits: the meaning of every function in mpmath, where float64 shows nine digits of a derivative and this fifty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import mpmath
import numpy as np

from ..functions import scalar_expression
from ..index.evaluate import Evaluator
from ..index.nodes import Expr
from ..index.slots import Slot
from ..primitives import TABLE
from ..primitives.exponential import NAMES, derivatives
from .field import eliminate, pseudo_inverse

Array = Any
DIGITS = 60
SERIES = 45  # terms of the exponential at ‖A‖ ≤ 1/2
MOST_ROWS = 4  # of a matrix whose exponential is derived twice to many digits
WANTED = 25  # digits in which two ways must agree

mp = mpmath.mp.clone()
mp.dps = DIGITS


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
    "logaddexp": lambda x, y: _logsumexp([x, y]),
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


class NoDigits(Exception):
    """A function whose value to many digits is not known here."""


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


def primitive(name: str, array: Array, axes: tuple[int, ...]) -> Array:
    """A tensor primitive by its definition, in whatever arithmetic the entries have."""
    if TABLE[name].matrix:
        return _matrices(name, array)
    if name.startswith("prod"):
        return _products(array, axes, TABLE[name].order)
    if name.startswith("cumprod"):
        return _running_products(array, axes[0], max(TABLE[name].order - 1, 0))
    moved = np.moveaxis(array, axes, range(-len(axes), 0))
    batch = moved.shape[: moved.ndim - len(axes)]
    flat = moved.reshape(*batch, -1)
    rows = [_ROWS[name](list(flat[place])) for place in np.ndindex(batch)]
    if name in _MAPS:
        full = np.empty(flat.shape, dtype=object)
        for place, row in zip(np.ndindex(batch), rows, strict=True):
            full[place] = row
        return np.moveaxis(full.reshape(moved.shape), range(-len(axes), 0), axes)
    result = np.empty(batch, dtype=object)
    for place, row in zip(np.ndindex(batch), rows, strict=True):
        result[place] = row
    return result


def _logsumexp(values: list[Any]) -> Any:
    top = max(values)
    return top + mp.log(sum(mp.exp(v - top) for v in values))


def _softmax(values: list[Any]) -> list[Any]:
    total = _logsumexp(values)
    return [mp.exp(v - total) for v in values]


def _mask(extreme: Callable[[list[Any]], Any]) -> Callable[[list[Any]], list[Any]]:
    def mask(values: list[Any]) -> list[Any]:
        hits = [mp.mpf(int(v == extreme(values))) for v in values]
        return [hit / sum(hits) for hit in hits]

    return mask


def _var(values: list[Any]) -> Any:
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / len(values)


_ROWS: dict[str, Callable[[list[Any]], Any]] = {
    "softmax": _softmax,
    "log_softmax": lambda values: [v - _logsumexp(values) for v in values],
    "logsumexp": _logsumexp,
    "logcumsumexp": lambda values: [_logsumexp(values[: at + 1]) for at in range(len(values))],
    "norm": lambda values: mp.sqrt(sum(v * v for v in values)),
    "var": _var,
    "max": max,
    "min": min,
    "max_mask": _mask(max),
    "min_mask": _mask(min),
}
_MAPS = {"softmax", "log_softmax", "max_mask", "min_mask", "logcumsumexp"}


def _products(array: Array, axes: tuple[int, ...], order: int) -> Array:
    moved = np.moveaxis(array, axes, range(-len(axes), 0))
    batch, acted = moved.shape[: moved.ndim - len(axes)], moved.shape[moved.ndim - len(axes) :]
    flat = moved.reshape(*batch, -1)
    count = flat.shape[-1]
    result = np.empty((*batch, *(count,) * order), dtype=object)
    for place in np.ndindex(result.shape):
        left_out = place[len(batch) :]
        row = flat[place[: len(batch)]]
        result[place] = reduce(lambda a, b: a * b, (v for at, v in enumerate(row) if at not in left_out), mp.mpf(1))
    return result.reshape((*batch, *acted * order))


def _running_products(array: Array, axis: int, order: int) -> Array:
    moved = np.moveaxis(array, axis, -1)
    count = moved.shape[-1]
    result = np.empty((*moved.shape, *(count,) * order), dtype=object)
    for place in np.ndindex(result.shape):
        (*batch, last), left_out = place[: moved.ndim], place[moved.ndim :]
        row = moved[tuple(batch)][: last + 1]
        fits = len(set(left_out)) == order and max(left_out, default=0) <= last
        result[place] = reduce(lambda a, b: a * b, (v for at, v in enumerate(row) if at not in left_out), mp.mpf(1)) if fits else mp.mpf(0)
    return result if order else np.moveaxis(result, -1, axis)


def _matrices(name: str, array: Array) -> Array:
    batch = array.shape[:-2]
    parts = [_MATRICES[name](array[place]) for place in np.ndindex(batch)]
    result = np.empty((*batch, *np.shape(parts[0])), dtype=object)
    for place, part in zip(np.ndindex(batch), parts, strict=True):
        result[place if batch else ...] = part
    return result


def _logdet(matrix: Array) -> Any:
    determinant = eliminate(matrix)[0]
    return mp.log(abs(determinant)) if determinant else mp.ninf


def _cholesky(matrix: Array) -> Array:
    # l_ij = (s_ij − Σ_{k<j} l_ik l_jk)/l_jj, row by row
    lower = matrix * 0
    for i in range(len(matrix)):
        for j in range(i + 1):
            rest = (matrix[i, j] + matrix[j, i]) / 2 - sum(lower[i, k] * lower[j, k] for k in range(j))
            lower[i, j] = mp.sqrt(rest) if i == j else rest / lower[j, j]
    return lower


def _expm(order: int) -> Callable[[Array], Array]:
    def derivative(matrix: Array) -> Array:
        if order > 1 and len(matrix) > MOST_ROWS:
            raise NoDigits(f"the second derivative of expm at more than {MOST_ROWS} rows")
        return derivatives(matrix, order, SERIES)[order]

    return derivative


_MATRICES: dict[str, Callable[[Array], Any]] = {
    "inv": lambda matrix: eliminate(matrix)[1],
    "det": lambda matrix: eliminate(matrix)[0],
    "logdet": _logdet,
    "cholesky": _cholesky,
    "pinv": pseudo_inverse,
    **{name: _expm(order) for order, name in enumerate(NAMES)},
}
