"""The Hessian times a direction, against the Hessian; for sizes at which the Hessian itself fits nowhere."""

from __future__ import annotations

import numpy as np
import pytest

import tensor_deriv as td

RNG = np.random.default_rng(4)
SIZES = {"n": 5, "d": 3, "k": 4}
QUESTIONS = [
    ("sum((X @ w - y)**2)", "w", {"X": "n d", "w": "d", "y": "n"}, ()),
    ("sum(log(1 + exp(-y*(X @ w))))", "w", {"X": "n d", "w": "d", "y": "n"}, ()),
    ("sum(logsumexp(X @ W, axis=1)) - sum(Y*(X @ W))", "W", {"X": "n d", "W": "d k", "Y": "n k"}, ()),
    ("sum(T**2)", "W", {"X": "n d", "W": "d k"}, ("T = tanh(X @ W)",)),
    ("norm(w)", "w", {"w": "d"}, ()),
    ("a**3*sum(w)", "a", {"a": "", "w": "d"}, ()),
    ("sum(exp(w)*z)", "w", {"w": "d", "z": "d"}, ()),
]


def draw(shapes):
    return {name: RNG.uniform(0.2, 0.9, size=[SIZES[dim] for dim in shape.split()]) for name, shape in shapes.items()}


@pytest.mark.parametrize(("text", "wrt", "shapes", "definitions"), QUESTIONS)
def test_it_is_the_hessian_times_the_direction(text, wrt, shapes, definitions):
    product = td.hessian_vector_product(text, wrt, "v", shapes, definitions)
    hessian = td.derive(text, wrt, shapes, definitions, order=2)
    values = {**draw(shapes), "v": RNG.normal(size=[SIZES[dim] for dim in shapes[wrt].split()])}
    want = np.tensordot(hessian.function()(**{name: values[name] for name in hessian.given}), values["v"], np.ndim(values["v"]))
    function = product.function()
    np.testing.assert_allclose(function(**{name: values[name] for name in product.given}), want, rtol=1e-9, atol=1e-12)
    assert product.check().ok and product.matrix and product.steps


def test_the_hessian_is_never_formed():
    product = td.hessian_vector_product("sum(log(1 + exp(-y*(X @ w))))", "w")
    d = 200_000  # whose Hessian would take 320 GB
    values = {"X": RNG.normal(size=(3, d)), "w": np.zeros(d), "y": np.ones(3), "v": np.ones(d)}
    x = values["X"]
    np.testing.assert_allclose(product.function()(**values), x.T @ (x @ values["v"]) / 4, rtol=1e-9)


def test_least_squares_reads_as_two_products():
    assert td.hessian_vector_product("sum((X @ w - y)**2)", "w").matrix == "2*X.T @ X @ v"


@pytest.mark.parametrize(
    ("text", "wrt", "direction", "error", "words"),
    [
        ("X @ w", "w", "v", td.ShapeError, "of a scalar"),
        ("sum(w**2)", "w", "w", td.UnknownNameError, "taken"),
        ("sum(w**2)", "w", "2v", td.UnknownNameError, "no name"),
        ("l(X)", "X", "v", td.UnsupportedError, "arbitrary function"),
    ],
)
def test_what_has_no_such_product_is_refused(text, wrt, direction, error, words):
    with pytest.raises(error, match=words):
        td.hessian_vector_product(text, wrt, direction)


def test_the_command_line_has_it(derive):
    shown = derive("least_squares", "--wrt", "w", "--order", "2", "--direction", "v")
    assert shown.exit_code == 0 and "2*X.T @ X @ v" in shown.stdout and "def gradient(" in shown.stdout
    assert derive("least_squares", "--wrt", "w", "--order", "2", "--direction", "v", "--format", "torch").exit_code == 0
    assert derive("least_squares", "--wrt", "w", "--direction", "v").exit_code == 2
