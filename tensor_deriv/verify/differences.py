"""Derivatives by central differences with Richardson extrapolation, and an estimate of their error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
STEPS = (1e-2, 5e-3, 2.5e-3)  # each half the one before


def jacobian(function: Callable[[Array], Array], x: Array) -> tuple[Array, Array]:
    """∂function/∂x of shape value.shape + x.shape, and an error estimate for each entry.

    Three central differences at h, h/2, h/4; the errors h², h⁴ are eliminated (Richardson), and what the last
    elimination changed bounds what is left.
    """
    columns, errors = [], []
    for place in np.ndindex(x.shape):
        scale = max(1.0, abs(float(x[place])))
        values = [_central(function, x, place, step * scale) for step in STEPS]
        first = [values[1] + (values[1] - values[0]) / 3, values[2] + (values[2] - values[1]) / 3]
        best = first[1] + (first[1] - first[0]) / 15
        columns.append(best)
        errors.append(np.abs(best - first[1]) + 1e-12 * np.abs(best))
    shape = np.shape(columns[0]) if columns else np.shape(function(x))
    stack = lambda parts: np.moveaxis(np.reshape(parts, (*x.shape, *shape)), range(x.ndim), range(-x.ndim, 0)) if x.ndim else parts[0]  # noqa: E731
    return stack(columns), stack(errors)


def _central(function: Callable[[Array], Array], x: Array, place: tuple[int, ...], step: float) -> Array:
    up, down = np.array(x, dtype=float), np.array(x, dtype=float)
    up[place] += step
    down[place] -= step
    return (np.asarray(function(up), dtype=float) - np.asarray(function(down), dtype=float)) / (up[place] - down[place])
