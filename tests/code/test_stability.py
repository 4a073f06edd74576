"""Values and derivatives at extreme inputs, in every target, against sixty digits.

Each formula stands as people write it, overflow and all, beside its derivatives of order 0, 1 and 2 in forms that
lose nothing in mpmath, whose numbers neither overflow nor underflow.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest

import tensor_deriv as td

mp = mpmath.mp.clone()
mp.dps = 60
WANTED = 1e-12
ORDERS = (0, 1, 2)
TARGETS = ("numpy", "torch", "jax", "xp")
POINTS = [sign * x for x in (1e-300, 1e-10, 0.7, 30.0, 700.0, 1e4) for sign in (1, -1)]


def s(x):
    return 1 / (1 + mp.exp(-x))  # of positive terms, so exact for both signs


def bell(x):
    return s(x) * s(-x)


def sech(x):
    return 1 / mp.cosh(x)


def phi(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def Phi(x):  # noqa: N802
    return mp.erfc(-x / mp.sqrt(2)) / 2


def reflected(rows):
    """The derivatives of f(−x)."""
    return tuple(lambda x, row=row, sign=sign: sign * row(-x) for row, sign in zip(rows, (1, -1, 1), strict=True))


def scaled(factor, rows):
    return tuple(lambda x, row=row: factor * row(x) for row in rows)


SIGMOID = (s, bell, lambda x: -bell(x) * mp.tanh(x / 2))
SOFTPLUS = (lambda x: mp.log1p(mp.exp(x)), s, bell)
LOG_SIGMOID = scaled(-1, reflected(SOFTPLUS))
TANH = (mp.tanh, lambda x: sech(x) ** 2, lambda x: -2 * mp.tanh(x) * sech(x) ** 2)
SECH = (sech, lambda x: -mp.tanh(x) * sech(x), lambda x: sech(x) * (1 - 2 * sech(x) ** 2))
SECH2 = (lambda x: sech(x) ** 2, lambda x: -2 * mp.tanh(x) * sech(x) ** 2, lambda x: sech(x) ** 2 * (4 - 6 * sech(x) ** 2))
LOGCOSH = (lambda x: mp.log1p(2 * mp.sinh(x / 2) ** 2), mp.tanh, lambda x: sech(x) ** 2)
LOG_2COSH = (lambda x: mp.log(2) + LOGCOSH[0](x), *LOGCOSH[1:])
SILU = (lambda x: x * s(x), lambda x: s(x) + x * bell(x), lambda x: bell(x) * (2 - x * mp.tanh(x / 2)))
GELU = (lambda x: x * Phi(x), lambda x: Phi(x) + x * phi(x), lambda x: phi(x) * (2 - x * x))
BELL = (bell, lambda x: -bell(x) * mp.tanh(x / 2), lambda x: bell(x) * (1 - 6 * bell(x)))
IDENTITY = (lambda x: x, lambda x: mp.mpf(1), lambda x: mp.mpf(0))
LOG_SQUARE = (lambda x: mp.log1p(x * x), lambda x: 2 * x / (1 + x * x), lambda x: 2 * (1 - x * x) / (1 + x * x) ** 2)

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], ...]] = {  # of one entry
    "softplus(x)": SOFTPLUS,
    "log(1 + exp(x))": SOFTPLUS,
    "log(exp(x) + 1)": SOFTPLUS,
    "log1p(exp(x))": SOFTPLUS,
    "log1p(exp(-x))": reflected(SOFTPLUS),
    "logaddexp(x, 0)": SOFTPLUS,
    "-log(1 - sigmoid(x))": SOFTPLUS,
    "log(1 - 1/(1 + exp(-x)))": scaled(-1, SOFTPLUS),
    "log(sigmoid(x))": LOG_SIGMOID,
    "log(1/(1 + exp(-x)))": LOG_SIGMOID,
    "log(exp(x)/(1 + exp(x)))": LOG_SIGMOID,
    "sigmoid(x)": SIGMOID,
    "1 - sigmoid(x)": reflected(SIGMOID),
    "1/(1 + exp(-x))": SIGMOID,
    "(1 + exp(-x))**(-1)": SIGMOID,
    "exp(x)/(1 + exp(x))": SIGMOID,
    "exp(-x)/(exp(-x) + 1)": reflected(SIGMOID),
    "sigmoid(x)*(1 - sigmoid(x))": BELL,
    "tanh(x)": TANH,
    "sinh(x)/cosh(x)": TANH,
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))": TANH,
    "(exp(2*x) - 1)/(exp(2*x) + 1)": TANH,
    "(1 - exp(-2*x))/(1 + exp(-2*x))": TANH,
    "1 - tanh(x)**2": SECH2,
    "1/cosh(x)": SECH,
    "log(cosh(x))": LOGCOSH,
    "log(exp(x) + exp(-x))": LOG_2COSH,
    "log((exp(x) + exp(-x))/2)": LOGCOSH,
    "silu(x)": SILU[:2],
    "x*sigmoid(x)": SILU,
    "x/(1 + exp(-x))": SILU,
    "gelu(x)": GELU,
    "x*(1 + erf(x/sqrt(2)))/2": GELU,
    "log(exp(x))": IDENTITY,
    "log(1 + x**2)": LOG_SQUARE,
}


def outer(a, b):
    return np.array([[x * y for y in b] for x in a], dtype=object)


def diagonal(a):
    return np.array([[x if i == j else 0 for j in range(len(a))] for i, x in enumerate(a)], dtype=object)


def probabilities(x):
    powers = [mp.exp(value) for value in x]
    return np.array([power / mp.fsum(powers) for power in powers], dtype=object)


def covariance(p):
    """diag(p) − p pᵀ, whose diagonal is pᵢ Σ_{j≠i} pⱼ."""
    others = np.array([mp.fsum(q for at, q in enumerate(p) if at != place) for place in range(len(p))], dtype=object)
    return diagonal(p * others + p * p) - outer(p, p)


def logsumexp(x, w):
    p = probabilities(x)
    return mp.log(mp.fsum(mp.exp(value) for value in x)), p, covariance(p)


def logmeanexp(x, w):
    value, *rest = logsumexp(x, w)
    return value - mp.log(len(x)), *rest


def log_softmax(x, w):
    value, p, h = logsumexp(x, w)
    return w @ x - w.sum() * value, w - w.sum() * p, -w.sum() * h


def softmax(x, w):
    p = probabilities(x)
    off = w - w @ p
    return w @ p, p * off, diagonal(p * off) - outer(p * off, p) - outer(p, p * off)


def norm(x, w):
    r = mp.sqrt(x @ x)
    return r, x / r, (diagonal(np.ones(len(x))) - outer(x / r, x / r)) / r


def cosine(x, w):
    r, u, _ = norm(x, w)
    along = w @ u
    bent = outer(w, u) + outer(u, w) + along * (diagonal(np.ones(len(x))) - 3 * outer(u, u))
    return along, (w - along * u) / r, -bent / r**2


LOGITS = [[700.0, -700.0, 3.0], [1e4, 0.0, -1e4], [-1e4, -1e4, -1e4], [1e-300, -1e-10, 0.0], [30.0, -30.0, 29.0], [800.0, 800.0, 799.0]]
TINY, HUGE = [[3e-300, -4e-300, 1e-300], [3e-160, 4e-160, 0.0]], [[3e300, -4e300, 1e300], [3e160, 4e160, 1.0]]
LENGTHS = [*TINY, *HUGE, [3e-10, 1e10, 1.0], [0.3, 0.4, 0.5]]
WEIGHTS = np.array([0.5, -2.0, 1.0])

VECTORS = {  # of three entries, and three weights
    "logsumexp(x)": (logsumexp, LOGITS),
    "log(sum(exp(x)))": (logsumexp, LOGITS),
    "log(sum(exp(x - max(x)))) + max(x)": (logsumexp, LOGITS),
    "log(mean(exp(x)))": (logmeanexp, LOGITS),
    "w @ softmax(x)": (softmax, LOGITS),
    "w @ (exp(x)/sum(exp(x)))": (softmax, LOGITS),
    "sum(w*exp(x)/sum(exp(x)))": (softmax, LOGITS),
    "sum(w*exp(x - max(x))/sum(exp(x - max(x))))": (softmax, LOGITS),
    "w @ log_softmax(x)": (log_softmax, LOGITS),
    "w @ log(softmax(x))": (log_softmax, LOGITS),
    "w @ log(exp(x)/sum(exp(x)))": (log_softmax, LOGITS),
    "w @ (x - log(sum(exp(x))))": (log_softmax, LOGITS),
    "norm(x)": (norm, LENGTHS),
    "sqrt(x @ x)": (norm, LENGTHS),
    "sqrt(sum(x**2))": (norm, LENGTHS),
    "sum(x*x)**0.5": (norm, LENGTHS),
    "w @ x/norm(x)": (cosine, LENGTHS),
    "w @ x/sqrt(x @ x)": (cosine, LENGTHS),
}


@cache
def function(text, order, target):
    """The generated function for the value or the derivative by x."""
    question = td.derive(text, "x", {"x": "n", **({"w": "n"} if "w" in text else {})}, order=max(order, 1))
    return question.function(target) if order else question.value_function(target)


def answer(text, order, target, values):
    """What a generated function gives, as NumPy's float64; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with np.errstate(all="warn", under="ignore"):
            return called(function(text, order, target), target, values)


def called(function, target, values):
    if target == "numpy":
        return np.asarray(function(**values))
    if target == "torch":
        import torch

        return function(**{name: torch.tensor(value) for name, value in values.items()}).numpy()
    if target == "xp":
        import array_api_strict

        return np.asarray(function(**{name: array_api_strict.asarray(value) for name, value in values.items()}))
    import jax

    with jax.enable_x64(True):
        return np.asarray(function(**{name: jax.numpy.asarray(value) for name, value in values.items()}))


def errors(got, want):
    """Relative to each true entry; where the entry itself underflows, to the smallest number that has all its digits."""
    return [float(abs(mp.mpf(float(g)) - t) / max(abs(t), mp.mpf(2.3e-308) / WANTED)) for g, t in zip(got, want, strict=True)]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("text", "order"), [(text, order) for text, rows in FUNCTIONS.items() for order in range(len(rows))])
def test_functions_of_one_entry(text, target, order):
    want = [FUNCTIONS[text][order](mp.mpf(x)) for x in POINTS]
    got = answer(f"sum({text})" if order else text, order, target, {"x": np.array(POINTS)})
    got = np.diag(got) if order == 2 else got
    found = {x: (g, float(t)) for x, g, t, error in zip(POINTS, got, want, errors(got, want), strict=True) if not error < WANTED}
    assert not found


def entries(array):
    return np.asarray(array, dtype=object).ravel().tolist()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("text", VECTORS)
def test_functions_of_vectors(text, target, order):
    """Relative to the largest entry; for probabilities to 1, beside which their differences cancel."""
    truth, points = VECTORS[text]
    for x in points:
        weights = {"w": WEIGHTS} if "w" in text else {}
        want = entries(truth(np.array(list(map(mp.mpf, x)), dtype=object), np.array(list(map(mp.mpf, WEIGHTS)), dtype=object))[order])
        scale = max(1 if points is LOGITS else mp.mpf(2.3e-308) / WANTED, *map(abs, want))
        if scale > 1e308:
            continue  # what is asked for is no float64
        got = answer(f"sum({text})", order, target, {"x": np.array(x), **weights})
        assert np.isfinite(got).all(), x
        assert max(abs(mp.mpf(g) - t) for g, t in zip(entries(got), want, strict=True)) < WANTED * scale, (x, got)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_a_determinant_that_is_no_float(target, scale):
    matrix = scale * (np.eye(6) + 0.1 * np.arange(36).reshape(6, 6) / 36)
    question = td.derive("log(det(S))", "S", {"S": "n n"})
    got = called(question.value_function(target), target, {"S": matrix})
    np.testing.assert_allclose(got, 6 * np.log(scale) + np.log(np.linalg.det(matrix / scale)), rtol=WANTED)
    np.testing.assert_allclose(called(question.function(target), target, {"S": matrix}), np.linalg.inv(matrix).T, rtol=WANTED)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("name", "rows"), [("sigmoid", BELL), ("tanh", SECH2)])
def test_what_a_name_stands_for_is_seen(target, name, rows):
    text = {"sigmoid": "S*(1 - S)", "tanh": "1 - S**2"}[name]
    question = td.derive(text, "x", {"x": "n"}, (f"S = {name}(x)",))
    got = called(question.value_function(target), target, {"x": np.array(POINTS)})
    assert max(errors(got, [rows[0](mp.mpf(x)) for x in POINTS])) < WANTED
