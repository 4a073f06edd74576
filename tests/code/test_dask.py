"""Code for dask.array, on rows in blocks: the same as NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

import tensor_deriv as td

da = pytest.importorskip("dask.array")
RNG = np.random.default_rng(6)
SIZES = {"n": 60, "d": 3, "k": 4}
BLOCK = 10
QUESTIONS = {
    "least squares": ("sum((X @ w - y)**2)", "w", {"X": "n d", "w": "d", "y": "n"}),
    "logistic": ("sum(log(1 + exp(-y*(X @ w))))", "w", {"X": "n d", "w": "d", "y": "n"}),
    "softmax": ("sum(logsumexp(X @ W, axis=1)) - sum(Y*(X @ W))", "W", {"X": "n d", "W": "d k", "Y": "n k"}),
    "Poisson": ("sum(exp(X @ w) - y*(X @ w))", "w", {"X": "n d", "w": "d", "y": "n"}),
}


def blocks(values, shapes):
    """The arrays that have rows in blocks of them."""
    rows = {name: (BLOCK, *value.shape[1:]) for name, value in values.items() if shapes[name].startswith("n")}
    return {name: da.from_array(value, chunks=rows[name]) if name in rows else value for name, value in values.items()}


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("name", QUESTIONS)
def test_it_is_what_numpy_gives(name, order):
    text, wrt, shapes = QUESTIONS[name]
    question = td.derive(text, wrt, shapes, order=max(order, 1))
    make = question.function if order else question.value_function
    values = {key: RNG.uniform(0.1, 0.9, size=[SIZES[dim] for dim in shape.split()]) for key, shape in shapes.items()}
    got = make("dask")(**blocks(values, shapes))
    np.testing.assert_allclose(got.compute(), make()(**values), rtol=1e-10, atol=1e-12)


def test_numpy_code_takes_blocks_as_one_array():
    text, wrt, shapes = QUESTIONS["softmax"]
    question = td.derive(text, wrt, shapes, order=2)
    values = {key: RNG.uniform(0.1, 0.9, size=[SIZES[dim] for dim in shape.split()]) for key, shape in shapes.items()}
    np.testing.assert_allclose(question.function()(**blocks(values, shapes)), question.function()(**values), rtol=1e-12)


def test_checks_are_refused():
    with pytest.raises(td.UnsupportedError, match="as they come"):
        td.derive("sum(x**2)", "x").code("dask", checks=True)
