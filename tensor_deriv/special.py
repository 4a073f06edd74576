"""Special functions in NumPy, entry by entry, which NumPy itself does not have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = Any
FAR = 10  # from here on the asymptotic series have every digit of float64

erf = np.vectorize(math.erf, otypes=[float])
erfc = np.vectorize(math.erfc, otypes=[float])


def _gammaln(x: float) -> float:
    return math.inf if x <= 0 and x == math.floor(x) else math.lgamma(x)


gammaln = np.vectorize(_gammaln, otypes=[float])


def sigmoid(x: Array) -> Array:
    """1/(1 + e⁻ˣ), without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1 / (1 + e), e / (1 + e))


def softplus(x: Array) -> Array:
    """log(1 + eˣ), without overflow."""
    return np.logaddexp(0, x)


def logcosh(x: Array) -> Array:
    """log cosh x: log(1 + 2 sinh²(x/2)) near 0, |x| + log(1 + e^(−2|x|)) − log 2 elsewhere."""
    x = np.abs(x)
    return np.where(x < 1, np.log1p(2 * np.sinh(np.minimum(x, 1) / 2) ** 2), x + np.log1p(np.exp(-2 * x)) - math.log(2))


def elu(x: Array, alpha: Array) -> Array:
    """x where it is positive, α(eˣ − 1) elsewhere."""
    return np.where(np.asarray(x) > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def digamma(x: Array) -> Array:
    """The derivative of log|Γ|: ψ(x) (Abramowitz and Stegun, 6.3.5, 6.3.7 and 6.3.18)."""
    x = np.asarray(x, dtype=float)
    y, total = np.where(x < 0.5, 1 - x, x), np.zeros_like(x)
    for _ in range(FAR):  # ψ(y) = ψ(y + 1) − 1/y
        near = y < FAR
        y, total = y + near, total - near / y
    z = y**-2
    series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * (691 / 32760 - z / 12))))))
    total = total + np.log(y) - 0.5 / y - series
    return np.where(x < 0.5, total - np.pi / np.tan(np.pi * np.where(x < 0.5, x, 0.25)), total)  # ψ(1 − x) − ψ(x) = π cot(πx)


def trigamma(x: Array) -> Array:
    """The derivative of ψ (Abramowitz and Stegun, 6.4.6, 6.4.7 and 6.4.12)."""
    x = np.asarray(x, dtype=float)
    y, total = np.where(x < 0.5, 1 - x, x), np.zeros_like(x)
    for _ in range(FAR):  # ψ₁(y) = ψ₁(y + 1) + 1/y²
        near = y < FAR
        y, total = y + near, total + near / y**2
    z = y**-2
    series = z / y * (1 / 6 - z * (1 / 30 - z * (1 / 42 - z * (1 / 30 - z * (5 / 66 - z * (691 / 2730 - z * 7 / 6))))))
    total = total + 1 / y + z / 2 + series
    return np.where(x < 0.5, (np.pi / np.sin(np.pi * np.where(x < 0.5, x, 0.5))) ** 2 - total, total)  # ψ₁(1 − x) + ψ₁(x) = π²/sin²(πx)


def dsinc(x: Array) -> Array:
    """The derivative of sinc: (cos(πx) − sinc(x))/x, by its series near 0."""
    t = np.pi * np.asarray(x, dtype=float)
    far = np.where(np.abs(t) < 1, 1.0, t)
    z = np.where(np.abs(t) < 1, t, 0.0) ** 2
    series = -1 / 3 + z / 30 - z**2 / 840 + z**3 / 45360 - z**4 / 3991680 + z**5 / 518918400 - z**6 / 93405312000 + z**7 / 22230464256000
    return np.pi * np.where(np.abs(t) < 1, t * series, (np.cos(far) - np.sin(far) / far) / far)
