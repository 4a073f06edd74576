"""Derivatives by central differences with Richardson extrapolation, and an estimate of their error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
WIDEST = 1e-2  # the first step, relative to the entry where that is larger than 1
RATIO = 3.0  # from one step to the next
LEVELS = 4
SAME = 1e-10  # of two slopes, relative


def jacobian(function: Callable[[Array], Array], x: Array) -> tuple[Array, Array]:
    """∂function/∂x of shape value.shape + x.shape, and an error estimate for each entry.

    Ridders' method (Advances in Engineering Software 4, 1982): central differences at steps that shrink, every
    extrapolation of them, and of those the one that two neighbours confirm best. At a kink the estimate is infinite.
    """
    columns, errors = [], []
    middle = np.asarray(function(x), dtype=float)
    for place in np.ndindex(x.shape):
        best, error = _ridders(function, x, place, middle)
        columns.append(best)
        errors.append(error)
    if not columns:
        empty = np.zeros((*np.shape(function(x)), *x.shape))
        return empty, empty
    return _stacked(columns, x.shape), _stacked(errors, x.shape)


def _stacked(columns: list[Array], shape: tuple[int, ...]) -> Array:
    """The columns, one for each entry of x, with the axes of x last."""
    value = np.shape(columns[0])
    array = np.reshape(np.asarray(columns), (*shape, *value))
    return np.moveaxis(array, range(len(shape)), range(-len(shape), 0)) if shape else array


def _ridders(function: Callable[[Array], Array], x: Array, place: tuple[int, ...], middle: Array) -> tuple[Array, Array]:
    step = WIDEST * max(1.0, abs(float(x[place])))
    slope, bend = _central(function, x, place, step, middle)
    row, bends = [slope], [bend]
    best, error = row[0], np.full(np.shape(row[0]), np.inf)
    for level in range(1, LEVELS):
        slope, bend = _central(function, x, place, step / RATIO**level, middle)
        new = [slope]
        bends.append(bend)
        for order in range(level):
            # the error h^(2k) goes: D + (D − D′)/(r^(2k) − 1)
            new.append(new[order] + (new[order] - row[order]) / (RATIO ** (2 * order + 2) - 1))
            doubt = np.maximum(np.abs(new[-1] - new[-2]), np.abs(new[-1] - row[order]))
            better = doubt < error
            best, error = np.where(better, new[-1], best), np.where(better, doubt, error)
        row = new
        if _quadratic(bends, best, error, middle):
            break
    error = np.where(_kinked(bends, best, middle), np.inf, error)
    return best, error + 1e-13 * np.abs(best)


def _quadratic(bends: list[Array], slope: Array, error: Array, value: Array) -> bool:
    """Whether the value is a quadratic here: equal slopes, a bend that goes as the step; smaller steps would add rounding alone."""
    straight = bends[-1] <= 1.08 / RATIO * bends[-2] + _noise(slope, value)
    return bool(np.all(error <= SAME * np.abs(slope).max(initial=0.0)) and np.all(straight))


def _kinked(bends: list[Array], slope: Array, value: Array) -> Array:
    """Whether the slopes of the two sides keep apart as the step shrinks; where the value is smooth they meet as fast as it does."""
    return (bends[-1] > 0.6 * bends[-2]) & (bends[-1] > _noise(slope, value))


def _noise(slope: Array, value: Array) -> Array:
    return 1e-6 * np.abs(slope) + 1e-9 * np.abs(value) + 1e-9


def _central(function: Callable[[Array], Array], x: Array, place: tuple[int, ...], step: float, middle: Array) -> tuple[Array, Array]:
    """The slope through both sides, and how far the slopes of the two sides are apart."""
    up, down = np.array(x, dtype=float), np.array(x, dtype=float)
    up[place] += step
    down[place] -= step
    right, left = np.asarray(function(up), dtype=float), np.asarray(function(down), dtype=float)
    width = up[place] - down[place]
    return (right - left) / width, np.abs(right + left - 2 * middle) * (2 / width)
