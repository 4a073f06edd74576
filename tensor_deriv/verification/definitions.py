"""Tensor primitives by their definitions, to sixty digits."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import mpmath
import numpy as np

from ..primitives import TABLE
from ..primitives.exponential import NAMES, derivatives
from .field import eliminate, pseudo_inverse

Array = Any
DIGITS = 60
SERIES = 45  # terms of the exponential at ‖A‖ ≤ 1/2
MOST_ROWS = 4  # of a matrix whose exponential is derived twice to many digits

mp = mpmath.mp.clone()
mp.dps = DIGITS


class NoDigits(Exception):
    """A function whose value to many digits is not known here."""


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


def logsumexp(values: list[Any]) -> Any:
    """log Σ exp of some numbers."""
    top = max(values)
    return top + mp.log(sum(mp.exp(v - top) for v in values))


def _softmax(values: list[Any]) -> list[Any]:
    total = logsumexp(values)
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
    "log_softmax": lambda values: [v - logsumexp(values) for v in values],
    "logsumexp": logsumexp,
    "logcumsumexp": lambda values: [logsumexp(values[: at + 1]) for at in range(len(values))],
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
