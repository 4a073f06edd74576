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


def _logcumsumexp(x: Array, axis: int = 0) -> Array:
    top = np.max(x, axis=axis, keepdims=True)
    return np.log(np.cumsum(np.exp(x - top), axis=axis)) + top


def _cholesky(A: Array) -> Array:
    # by QR: S^½ = Q R with S^½ symmetric, so S = RᵀR
    values, vectors = np.linalg.eigh((A + np.swapaxes(A, -1, -2)) / 2)
    lower = np.swapaxes(np.linalg.qr((vectors * np.sqrt(values)[..., None, :]) @ np.swapaxes(vectors, -1, -2))[1], -1, -2)
    return lower * np.sign(np.diagonal(lower, axis1=-2, axis2=-1))[..., None, :]


def _pinv(A: Array) -> Array:
    # by singular values: A = U diag(s) Vᵀ, A⁺ = V diag(1/s) Uᵀ
    left, values, right = np.linalg.svd(A, full_matrices=False)
    return np.swapaxes(right, -1, -2) / values[..., None, :] @ np.swapaxes(left, -1, -2)


def _expm(A: Array) -> Array:
    # A = V diag(λ) V⁻¹
    values, vectors = np.linalg.eig(A)
    return np.real(vectors * np.exp(values)[..., None, :] @ np.linalg.inv(vectors))


def _expm_frechet(A: Array, E: Array) -> Array:
    # V (F ⊙ V⁻¹EV) V⁻¹ with F_ij = (e^λ_i − e^λ_j)/(λ_i − λ_j) (Daleckii and Krein, 1965)
    values, vectors = np.linalg.eig(A)
    half = (values[..., :, None] - values[..., None, :]) / 2
    middle = np.exp((values[..., :, None] + values[..., None, :]) / 2)
    ratio = middle * np.where(np.abs(half) < 1e-4, 1 + half**2 / 6, np.sinh(half) / np.where(half == 0, 1, half))
    inverse = np.linalg.inv(vectors)
    return np.real(vectors @ (ratio * (inverse @ E @ vectors)) @ inverse)


def _reduction(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda x, axis=None, keepdims=False: function(x, axis=axis, keepdims=keepdims)


def _transposed(x: Array, axes: tuple[int, ...] | None = None) -> Array:
    return np.transpose(x, axes)


_erf = np.vectorize(math.erf, otypes=[float])
_FAR = 60  # from here on Stirling's series is exact after three terms


def _gammaln(x: Array) -> Array:
    # log|Γ(x)| = log Γ(x + m) − Σ_k log|x + k|
    y = np.asarray(x) + _FAR
    stirling = (y - 0.5) * np.log(y) - y + np.log(2 * np.pi) / 2 + 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    return stirling - sum(np.log(np.abs(np.asarray(x) + k)) for k in range(_FAR))


def _digamma(x: Array) -> Array:
    y, near = np.asarray(x) + _FAR, sum(1 / (np.asarray(x) + k) for k in range(_FAR))
    return np.log(y) - 1 / (2 * y) - 1 / (12 * y**2) + 1 / (120 * y**4) - 1 / (252 * y**6) - near


def _trigamma(x: Array) -> Array:
    y, near = np.asarray(x) + _FAR, sum((np.asarray(x) + k) ** -2.0 for k in range(_FAR))
    return 1 / y + 1 / (2 * y**2) + 1 / (6 * y**3) - 1 / (30 * y**5) + 1 / (42 * y**7) + near


def _sinc_slope(x: Array) -> Array:
    # sinc′(x) = −π ∫₀¹ s sin(πxs) ds, by Gauss's rule
    points, weights = np.polynomial.legendre.leggauss(60)
    s, shape = (points + 1) / 2, np.shape(x)
    return np.reshape(-np.pi * (np.sin(np.pi * np.reshape(x, (-1, 1)) * s) * s) @ (weights / 2), shape)


def _elu(x: Array, alpha: Array = 1.0) -> Array:
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


_SAME = (
    "exp log log1p expm1 sqrt square abs sign sin cos tan arcsin arccos arctan sinh cosh tanh maximum minimum"
    " exp2 log2 log10 arcsinh arccosh arctanh arctan2 hypot logaddexp sinc"
)
ELEMENTWISE: dict[str, Callable[..., Array]] = {
    **{name: getattr(np, name) for name in _SAME.split()},
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(0, x),
    "logcosh": lambda x: np.logaddexp(x, -np.asarray(x)) - math.log(2),
    "relu": lambda x: np.where(np.asarray(x) > 0, x, 0.0),
    "gelu": lambda x: x * 0.5 * (1 + _erf(np.asarray(x) / math.sqrt(2))),
    "silu": lambda x: x * _sigmoid(x),
    "erf": _erf,
    "step": lambda x: (1 + np.sign(x)) / 2,
    "greater": lambda x, y: 1.0 * np.greater(x, y),
    "greater_equal": lambda x, y: 1.0 * np.greater_equal(x, y),
    "equal": lambda x, y: 1.0 * np.equal(x, y),
    "erfc": np.vectorize(math.erfc, otypes=[float]),
    "gammaln": _gammaln,
    "digamma": _digamma,
    "trigamma": _trigamma,
    "dsinc": _sinc_slope,
    "reciprocal": lambda x: 1 / np.asarray(x),
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "logit": lambda x: -np.log(1 / np.asarray(x) - 1),
    "logsigmoid": lambda x: -np.logaddexp(0, -np.asarray(x)),
    "elu": _elu,
    "leaky_relu": lambda x, slope=0.01: np.maximum(x, 0) + slope * np.minimum(x, 0),
    "selu": lambda x: 1.0507009873554805 * _elu(x, 1.6732632423543772),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "hardtanh": lambda x: np.maximum(-1.0, np.minimum(1.0, x)),
    "clip": np.clip,
}
OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: _reduction(getattr(np, name)) for name in ("sum", "mean", "prod", "max", "min", "var", "std")},
    **{name: getattr(np, name) for name in ("trace", "diag", "outer", "dot", "kron", "eye", "einsum")},
    "tr": np.trace,
    "det": np.linalg.det,
    "inv": np.linalg.inv,
    "solve": lambda A, B: np.linalg.inv(A) @ B,
    "cross": np.cross,
    "cholesky": _cholesky,
    "pinv": _pinv,
    "expm": _expm,
    "expm_frechet": _expm_frechet,
    "cumprod": lambda x, axis=0: np.multiply.accumulate(x, axis=axis),
    "logcumsumexp": _logcumsumexp,
    "logdet": lambda x: np.linalg.slogdet(x)[1],
    "matrix_power": np.linalg.matrix_power,
    "logsumexp": _logsumexp,
    "softmax": lambda x, axis=-1: np.exp(_log_softmax(x, axis)),
    "log_softmax": _log_softmax,
    "norm": lambda x: np.linalg.norm(np.ravel(x)),
    "norm1": lambda x: np.sum(np.abs(x)),
    "vec": lambda x: np.ravel(np.transpose(x)),
    "transpose": _transposed,
    "reshape": lambda x, *sizes: np.reshape(x, [int(size) for size in np.hstack(sizes)]),
    "concatenate": np.concatenate,
    "stack": np.stack,
    "flip": np.flip,
    "roll": np.roll,
    "cumsum": np.cumsum,
    "tril": np.tril,
    "triu": np.triu,
    "where": lambda c, a, b: np.where(np.not_equal(c, 0), a, b),
    "ones": lambda *sizes: np.ones(sizes),
    "zeros": lambda *sizes: np.zeros(sizes),
}
