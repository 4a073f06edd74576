"""What each function of the language computes, in plain NumPy: one cell each, for `interpret` alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
Axis = int | tuple[int, ...] | None


def _sigmoid(x: Array) -> Array:
    return (1 + np.tanh(np.asarray(x) / 2)) / 2


def _logsumexp(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    top = np.max(x, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.sum(total, axis=axis)  # over axes of one entry


def _log_softmax(x: Array, axis: Axis = -1) -> Array:
    return x - _logsumexp(x, axis, keepdims=True)


def _reduction(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda x, axis=None, keepdims=False: function(x, axis=axis, keepdims=keepdims)


def _transposed(x: Array, axes: tuple[int, ...] | None = None) -> Array:
    return np.transpose(x, axes)


_erf = np.vectorize(math.erf, otypes=[float])
_SAME = "exp log log1p expm1 sqrt square abs sign sin cos tan arcsin arccos arctan sinh cosh tanh maximum minimum"
ELEMENTWISE: dict[str, Callable[..., Array]] = {
    **{name: getattr(np, name) for name in _SAME.split()},
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(0, x),
    "relu": lambda x: np.where(np.asarray(x) > 0, x, 0.0),
    "gelu": lambda x: x * 0.5 * (1 + _erf(np.asarray(x) / math.sqrt(2))),
    "silu": lambda x: x * _sigmoid(x),
    "erf": _erf,
    "step": lambda x: (1 + np.sign(x)) / 2,
}
OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: _reduction(getattr(np, name)) for name in ("sum", "mean", "prod", "max", "min", "var")},
    **{name: getattr(np, name) for name in ("trace", "diag", "outer", "dot", "kron", "eye", "einsum")},
    "tr": np.trace,
    "det": np.linalg.det,
    "inv": np.linalg.inv,
    "logdet": lambda x: np.linalg.slogdet(x)[1],
    "matrix_power": np.linalg.matrix_power,
    "logsumexp": _logsumexp,
    "softmax": lambda x, axis=-1: np.exp(_log_softmax(x, axis)),
    "log_softmax": _log_softmax,
    "norm": lambda x: np.linalg.norm(np.ravel(x)),
    "norm1": lambda x: np.sum(np.abs(x)),
    "vec": lambda x: np.ravel(np.transpose(x)),
    "transpose": _transposed,
    "ones": lambda *sizes: np.ones(sizes),
    "zeros": lambda *sizes: np.zeros(sizes),
}
