"""Derivatives by differences: as exact as they say they are, in the layout they say, and silent at kinks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tensor_deriv.verification.differences import jacobian

RNG = np.random.default_rng(2)
SMOOTH: list[tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = [  # entry by entry, and its slope
    (np.sin, np.cos),
    (np.exp, np.exp),
    (lambda x: x**3 - 5 * x, lambda x: 3 * x**2 - 5),
    (lambda x: 1 / (2 + x**2), lambda x: -2 * x / (2 + x**2) ** 2),
    (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    (lambda x: x * 0 + 4, lambda x: x * 0),
]


@pytest.mark.parametrize("size", [1.0, 40.0])
@pytest.mark.parametrize(("function", "slope"), SMOOTH)
def test_a_smooth_function_has_ten_digits_and_the_estimate_bounds_the_error(
    function: Callable[[np.ndarray], np.ndarray], slope: Callable[[np.ndarray], np.ndarray], size: float
) -> None:
    x = RNG.uniform(-1, 1, size=5) * (size if function is not np.exp else 1)
    got, estimate = jacobian(function, x)
    assert got.shape == estimate.shape == (5, 5)
    if size == 1:
        assert estimate.max() < 1e-9
    error = np.abs(got - np.diag(slope(x)))
    assert np.all(error <= 10 * estimate + 1e-11 * np.abs(function(x)).max())


def test_the_axes_of_the_variable_come_last_in_their_order() -> None:
    A, X = RNG.normal(size=(4, 2)), RNG.normal(size=(2, 3))
    got, _ = jacobian(lambda X: A @ X, X)
    assert np.allclose(got, np.einsum("im,jn->ijmn", A, np.eye(3)), atol=1e-10)
    scalar, _ = jacobian(lambda X: np.sum(X**2), X)
    assert scalar.shape == X.shape and np.allclose(scalar, 2 * X)
    curve, _ = jacobian(lambda t: np.array([t, t**2]), np.asarray(3.0))
    assert curve.shape == (2,) and np.allclose(curve, [1, 6])


def test_a_variable_without_entries_has_a_derivative_without_entries() -> None:
    got, estimate = jacobian(lambda x: np.ones(3), np.zeros((2, 0)))
    assert got.shape == estimate.shape == (3, 2, 0)


@pytest.mark.parametrize(
    "function",
    [
        np.abs,
        lambda x: np.maximum(x, 0),
        lambda x: np.exp(x) + 0.01 * np.abs(x),
        lambda x: 1.0 * (x > 0),
        lambda x: np.sqrt(np.abs(x)),
        lambda x: 1000 + np.abs(x),
    ],
)
@pytest.mark.parametrize("offset", [0.0, 1e-5, -1e-5])
def test_at_a_kink_and_next_to_one_the_estimate_says_so(function: Callable[[np.ndarray], np.ndarray], offset: float) -> None:
    _, estimate = jacobian(function, np.asarray([offset, 2.0]))
    assert estimate[0, 0] > 1e-4
    assert np.all(estimate[:, 1] < 1e-6)


def test_a_kink_is_infinitely_doubtful() -> None:
    _, estimate = jacobian(np.abs, np.zeros(1))
    assert np.isinf(estimate).all()


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_a_smooth_function_of_any_size_is_no_kink(size: float) -> None:
    for function in (lambda x: size * np.sin(x), lambda x: size * x**2, lambda x: size * (np.cos(x) - 1)):
        for x in (0.0, 0.7, -3.0):
            assert np.isfinite(jacobian(function, np.asarray([x]))[1]).all()
