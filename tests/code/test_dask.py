"""Code of the array API on dask's arrays, rows in blocks: the same as NumPy's, nothing computed early, nothing larger than it has to be."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tensor_deriv as td

pytest.importorskip("array_api_compat", reason="array-api-compat is not here: the extra `xp`")
dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
RNG = np.random.default_rng(6)
SIZES = {"n": 600, "d": 3, "k": 4}
BLOCK = 100
QUESTIONS = {
    "least squares": ("sum((X @ w - y)**2)", "w", {"X": "n d", "w": "d", "y": "n"}),
    "logistic": ("sum(log(1 + exp(-y*(X @ w))))", "w", {"X": "n d", "w": "d", "y": "n"}),
    "softmax": ("sum(logsumexp(X @ W, axis=1)) - sum(Y*(X @ W))", "W", {"X": "n d", "W": "d k", "Y": "n k"}),
    "Poisson": ("sum(exp(X @ w) - y*(X @ w))", "w", {"X": "n d", "w": "d", "y": "n"}),
}
FUNCTIONS = ("relu", "gelu", "erf", "erfc", "logcosh", "hardtanh", "mish", "elu", "gammaln", "digamma", "sinc", "logit")
every_question = pytest.mark.parametrize("name", QUESTIONS)
every_order = pytest.mark.parametrize("order", [0, 1, 2])


def blocks(values, shapes):
    """The arrays that have rows in blocks of them."""
    rows = {name: (BLOCK, *value.shape[1:]) for name, value in values.items() if shapes[name].startswith("n")}
    return {name: da.from_array(value, chunks=rows[name]) if name in rows else value for name, value in values.items()}


def draw(shapes):
    return {key: RNG.uniform(0.1, 0.9, size=[SIZES[dim] for dim in shape.split()]) for key, shape in shapes.items()}


def functions(name, order):
    """The one on blocks, and NumPy's."""
    text, wrt, shapes = QUESTIONS[name]
    question = td.derive(text, wrt, shapes, order=max(order, 1))
    make = question.function if order else question.value_function
    return make("xp"), make(), shapes


def refused(*args, **more):
    raise AssertionError("something is computed early")


@every_order
@every_question
def test_it_is_what_numpy_gives_and_nothing_is_computed_early(name, order):
    blocked, plain, shapes = functions(name, order)
    values = draw(shapes)
    with dask.config.set(scheduler=refused):
        got = blocked(**blocks(values, shapes))
    np.testing.assert_allclose(got.compute(), plain(**values), rtol=1e-10, atol=1e-12)


def test_the_test_of_early_computing_can_fail():
    with dask.config.set(scheduler=refused), pytest.raises(AssertionError, match="early"):
        float(da.ones(3).sum())


@every_order
@every_question
def test_no_array_on_the_way_is_larger_than_it_has_to_be(name, order, monkeypatch):
    """Rows times columns, or times columns and classes: never rows times rows, nor rows times the square of the columns."""
    blocked, _, shapes = functions(name, order)
    made, new = [], da.Array.__new__
    monkeypatch.setattr(da.Array, "__new__", lambda *args, **more: made.append(new(*args, **more)) or made[-1])
    blocked(**blocks(draw(shapes), shapes))
    largest = SIZES["n"] * SIZES["d"] * (SIZES["k"] if name == "softmax" and order == 2 else 1)
    assert 0 < max(math.prod(array.shape) for array in made) <= max(largest, SIZES["n"] * SIZES["k"])


@every_order
@every_question
def test_sizes_that_are_not_known_yet(name, order):
    blocked, plain, shapes = functions(name, order)
    values = draw(shapes)
    chosen = np.arange(SIZES["n"]) % 7 != 0
    given = blocks(values, shapes)
    known = {key: value[chosen] if shapes[key].startswith("n") else value for key, value in values.items()}
    some = {key: array[da.from_array(chosen, chunks=BLOCK)] if shapes[key].startswith("n") else array for key, array in given.items()}
    assert math.isnan(some["X"].shape[0])
    np.testing.assert_allclose(blocked(**some).compute(), plain(**known), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_at_sizes_that_are_not_known_yet(name):
    question = td.derive(f"sum({name}(x))", "x", {"x": "n"})
    values, chosen = RNG.uniform(0.1, 0.9, SIZES["n"]), np.arange(SIZES["n"]) % 7 != 0
    some = da.from_array(values, chunks=BLOCK)[da.from_array(chosen, chunks=BLOCK)]
    for take in (question.function, question.value_function):
        np.testing.assert_allclose(take("xp")(x=some).compute(), take()(x=values[chosen]), rtol=1e-10)


def test_a_wrong_shape_is_named_where_it_is_known():
    blocked, _, shapes = functions("logistic", 1)
    given = {**blocks(draw(shapes), shapes), "w": np.ones(5)}
    with pytest.raises(ValueError, match=r"w has the shape \(5,\), expected \(d,\) where d = 3 by X"):
        blocked(**given)


def test_small_matrices_of_numpy_beside_rows_in_blocks():
    text, shapes = "sum((X @ inv(S) @ w - y)**2) + x @ solve(S, x)", {"X": "n d", "S": "d d", "w": "d", "y": "n", "x": "d"}
    question = td.derive(text, "w", shapes)
    values = draw(shapes)
    values["S"] = values["S"] @ values["S"].T + np.eye(3)
    np.testing.assert_allclose(question.function("xp")(**blocks(values, shapes)).compute(), question.function()(**values), rtol=1e-8)


def test_numpy_code_takes_blocks_as_one_array():
    text, wrt, shapes = QUESTIONS["softmax"]
    question = td.derive(text, wrt, shapes, order=2)
    values = draw(shapes)
    np.testing.assert_allclose(question.function()(**blocks(values, shapes)), question.function()(**values), rtol=1e-12)


def test_dask_is_no_target_of_its_own():
    with pytest.raises(td.UnsupportedError, match="targets are numpy, torch, jax, xp"):
        td.derive("sum(x**2)", "x").code("dask")
