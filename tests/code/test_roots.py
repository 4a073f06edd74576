"""Arrays over the root of something smaller: divided as late as can be, and by a multiplication."""

from __future__ import annotations

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.code.generate import all_derivatives_source, compiled

SHAPES = {"X": "n d", "G": "n d", "g": "d", "v": "n"}
NORMED = "Z = (X - mean(X, axis=1, keepdims=True))/sqrt(var(X, axis=1, keepdims=True) + 0.01)"
SCALED = "Z = X/sqrt(mean(X**2, axis=1, keepdims=True) + 0.01)"
BY_COLUMN = "Z = X/sqrt(sum(X**2, axis=0, keepdims=True) + 1)"


def asked(expression, definition, wrt="X"):
    return td.derive(expression, wrt, {name: dims for name, dims in SHAPES.items() if name in expression + definition}, (definition,))


def body(source):
    return source.split('"""')[-1]


def arrays(question, seed=3):
    rng = np.random.default_rng(seed)
    sizes = {"n": 5, "d": 4}
    return {name: rng.standard_normal([sizes[str(dim)] for dim in dims]) for name, dims in question.program.given.items()}


def differences(question, values, name="X", step=1e-6):
    """The gradient by central differences of the value's own function, which has no derivative in it."""
    value = question.value_function()
    found = np.zeros_like(values[name])
    for place in np.ndindex(found.shape):
        above, below = values[name].copy(), values[name].copy()
        above[place] += step
        below[place] -= step
        found[place] = (value(**{**values, name: above}) - value(**{**values, name: below})) / (2 * step)
    return found


@pytest.mark.parametrize("definition", [NORMED, SCALED, BY_COLUMN])
@pytest.mark.parametrize("expression", ["sum(G*Z)", "sum(G*Z*g)", "sum(G*Z**2)", "sum(exp(Z)*G)", "sum((Z @ g)*v)", "sum(Z.T @ G)"])
def test_the_code_means_what_was_asked(definition, expression):
    question = asked(expression, definition)
    values = arrays(question)
    got = question.function()(**{name: values[name] for name in question.given})
    np.testing.assert_allclose(got, differences(question, values), rtol=1e-6, atol=1e-8)


def test_what_is_contracted_row_by_row_is_not_divided_before():
    source = body(asked("sum(G*Z*g)", NORMED).code())
    assert "Z = " not in source
    assert source.count("np.sqrt") == 1
    assert "dX *= 1/np.sqrt(t1)" in source


@pytest.mark.parametrize("expression", ["sum(exp(Z)*G)", "sum(sum(Z, axis=0)**2)"])
def test_what_is_used_otherwise_is_computed(expression):
    assert "Z = " in body(asked(expression, NORMED).code())


def test_a_minus_is_no_step_of_its_own():
    lines = [line.strip() for line in body(asked("sum((Z @ g)*v)", NORMED).code()).splitlines()]
    assert "dX *= -v[:, None]*(dX @ g)[:, None]/(d*t3*np.sqrt(t3))" in lines


@pytest.mark.parametrize("value", [False, True])
def test_with_others_that_need_it_it_is_computed_once(value):
    questions = [asked("sum(G*Z*g)", NORMED, wrt) for wrt in ("X", "g")]
    source = all_derivatives_source(questions, "numpy", value)
    assert body(source).count("Z = ") == 1
    values = arrays(questions[0])
    *_, dX, dg = compiled(source)(**values)
    for got, question in zip((dX, dg), questions, strict=True):
        np.testing.assert_allclose(got, question.function()(**{name: values[name] for name in question.given}), rtol=1e-12)


@pytest.mark.parametrize("size", [1e-150, 1e-30, 1e30, 1e150])
def test_no_power_of_the_root_leaves_the_range(size):
    question = asked("sum(G*Z)", "Z = X/sqrt(sum(X**2, axis=1, keepdims=True))")
    values = arrays(question)
    want = question.function()(**values)
    got = question.function()(**{**values, "X": size * values["X"]})
    np.testing.assert_allclose(got * size, want, rtol=1e-12, atol=1e-14)
