"""Layers made of derivations: their gradients, and the gradients of those, by the libraries' own judges."""

from __future__ import annotations

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.verification.sample import draw

ENTRIES = ("linear", "bias", "softmax_rows", "tanh", "relu_network", "swiglu", "least_squares", "attention", "layer_norm")


def point(name):
    """A derivation of an entry, and inputs at which everything is smooth."""
    entry = td.load(name)
    question = entry.derive(entry.variables[0])
    values = draw(question.gradient.program, np.random.default_rng(2), under=question.program).given
    return question, {key: values[key] for key in question.program.inputs}


def variables(question):
    """The inputs that are not assumed constant."""
    return [name for name, tensor in question.program.inputs.items() if "constant" not in tensor.assumptions]


@pytest.mark.parametrize("name", ENTRIES)
def test_torch_judges_both_derivatives(name):
    torch = pytest.importorskip("torch")
    question, values = point(name)
    layer, varied = question.function("torch-function"), variables(question)
    inputs = tuple(torch.tensor(value, dtype=torch.float64, requires_grad=key in varied) for key, value in values.items())
    assert torch.autograd.gradcheck(layer, inputs)
    assert torch.autograd.gradgradcheck(layer, inputs)


@pytest.mark.parametrize("name", ENTRIES)
def test_jax_agrees_with_its_own_derivatives(name):
    jax = pytest.importorskip("jax")
    question, values = point(name)
    layer = question.function("jax-vjp")
    plain = layer.__globals__["value"]
    with jax.enable_x64(True):
        inputs = tuple(jax.numpy.asarray(value) for value in values.values())
        want, pull = jax.vjp(plain, *inputs)
        got, ours = jax.vjp(jax.jit(layer), *inputs)
        np.testing.assert_allclose(got, want, rtol=1e-12)
        for key, mine, theirs in zip(values, ours(np.cos(want)), pull(np.cos(want)), strict=True):
            theirs = theirs if key in variables(question) else 0 * theirs
            np.testing.assert_allclose(mine, theirs, rtol=1e-8, atol=1e-10)


def test_the_result_of_the_forward_pass_is_used_in_the_backward_pass():
    source = td.derive("l(T)", "X", {"X": "b m", "W": "m h"}, ("T = softmax(X @ W)",)).code("torch-function")
    assert source.count("torch.softmax") == 1 and "save_for_backward(X, W, T)" in source


def test_a_constant_has_no_gradient():
    torch = pytest.importorskip("torch")
    question = td.derive("l(T)", "X", {"X": "n d", "m": "n"}, ("T = m[:, None]*exp(X)",), assume={"m": "constant"})
    x, m = torch.rand(3, 2, dtype=torch.float64, requires_grad=True), torch.rand(3, dtype=torch.float64, requires_grad=True)
    question.function("torch-function")(X=x, m=m).sum().backward()
    assert m.grad is None
    torch.testing.assert_close(x.grad, m.detach()[:, None] * torch.exp(x.detach()))


@pytest.mark.parametrize("target", ["torch-function", "jax-vjp"])
def test_names_of_the_caller_stay(target):
    question = td.derive("l(T)", "value", {"value": "n d", "ctx": "n d", "torch": "n d"}, ("T = value*ctx*exp(torch)",))
    library = pytest.importorskip("torch") if target == "torch-function" else pytest.importorskip("jax").numpy
    ones = library.ones((2, 3))
    np.testing.assert_allclose(question.function(target)(value=ones, ctx=ones, torch=ones), np.full((2, 3), np.e), rtol=1e-6)


def test_a_size_that_no_input_has_is_refused():
    with pytest.raises(td.UnsupportedError, match="every size"):
        td.derive("sum(ones(n, k) @ W)", "W", {"W": "k d"}).code("torch-function")


@pytest.mark.parametrize("form", ["torch-function", "jax-vjp"])
def test_the_command_line_has_them(derive, form):
    shown = derive("linear", "--format", form)
    assert shown.exit_code == 0 and "dX, dW, db = backward(X, W, b, T, dT)" in shown.stdout
