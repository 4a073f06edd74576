"""The value and the derivative from one function: both right, common parts computed once."""

from __future__ import annotations

import ast
from inspect import signature

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.verification import passes

TARGETS = ("numpy", "torch", "jax", "xp")
RNG = np.random.default_rng(5)
SHAPES = {"X": "n d", "w": "d", "y": "n", "W": "d k", "Y": "n k", "S": "d d", "z": "d"}
SIZES = {"n": 5, "d": 3, "k": 4}
QUESTIONS = [
    ("sum((X @ w - y)**2)", "w", 1, "X @ w"),
    ("sum(log(1 + exp(-y*(X @ w))))", "w", 1, "X @ w"),
    ("-sum(Y*log_softmax(X @ W))", "W", 1, "X @ W"),
    ("sum(logsumexp(X @ W, axis=1)) - sum(Y*(X @ W))", "W", 1, "X @ W"),
    ("sum(logsumexp(X @ W, axis=0))", "W", 1, "X @ W"),
    ("logsumexp(X @ W)", "W", 1, "X @ W"),
    ("tanh(w*z)", "w", 1, "tanh"),
    ("sum(sigmoid(X @ w))", "w", 2, "X @ w"),
    ("logdet(S @ S.T + eye(d)) + norm(w)", "S", 1, "S @ S.T"),
    ("sum(w)", "z", 1, "w.sum"),
]


def arrays(target, values):
    if target == "numpy":
        return values
    if target == "xp":
        import array_api_strict

        return {name: array_api_strict.asarray(value) for name, value in values.items()}
    if target == "torch":
        import torch

        return {name: torch.tensor(value) for name, value in values.items()}
    import jax.numpy as jnp

    return {name: jnp.asarray(value) for name, value in values.items()}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("text", "wrt", "order", "common"), QUESTIONS)
def test_both_are_those_of_the_functions_apart(text, wrt, order, common, target):
    question = td.derive(text, wrt, {name: shape for name, shape in SHAPES.items() if name in text or name == wrt}, order=order)
    function = question.function(target, value=True)
    values = {name: RNG.normal(size=[SIZES[dim] for dim in SHAPES[name].split()]) for name in signature(function).parameters}
    value, derivative = function(**arrays(target, values))
    tolerance = 1e-11 if target != "jax" else 2e-4
    want = question.value_function()(**{name: values[name] for name in question.program.given})
    np.testing.assert_allclose(value, want, rtol=tolerance, atol=tolerance)
    want = question.function()(**{name: values[name] for name in question.given})
    np.testing.assert_allclose(derivative, want, rtol=tolerance, atol=tolerance)
    body = "\n".join(map(ast.unparse, ast.parse(question.code("numpy", value=True)).body[-1].body[1:]))
    assert body.count(common) == 1
    assert question.check_one_pass().ok


def test_an_arbitrary_function_has_no_value():
    with pytest.raises(td.UnsupportedError, match="arbitrary function"):
        td.derive("l(T)", "X", {"X": "n d", "W": "d k"}, ("T = X @ W",)).code(value=True)


def test_a_wrong_value_is_seen(monkeypatch):
    question = td.derive("sum((X @ w - y)**2)", "w")
    right = question.function(value=True)
    wrong = lambda **given: (1.001 * right(**given)[0], right(**given)[1])  # noqa: E731
    wrong.__signature__ = signature(right)
    monkeypatch.setattr(passes, "compiled", lambda source: wrong)
    assert not question.check_one_pass().ok


@pytest.mark.parametrize("target", TARGETS)
def test_the_command_line_has_it(derive, target):
    one = derive("expr", "sum((X @ w - y)**2)", "--wrt", "w", "--value", "--format", target)
    assert one.exit_code == 0 and "return result, dw" in one.stdout
    every = derive("least_squares", "--value", "--format", target)
    assert every.exit_code == 0 and "return result, d" in every.stdout
    assert derive("least_squares", "--value").exit_code == 2
    assert derive("linear", "--value", "--format", target).exit_code == 2
