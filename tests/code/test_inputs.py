"""What a generated function takes: shapes that fit, real numbers; float32 stays float32 and a device stays the device."""

from __future__ import annotations

import os

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv import shelf
from tensor_deriv.verification.sample import draw

TARGETS = ("numpy", "torch", "jax", "xp")
EVERY = os.environ.get("TENSOR_DERIV_ALL") == "1"
X, W, Y = np.arange(15.0).reshape(5, 3), np.ones(3), np.ones(5)
LEAST_SQUARES = td.derive("sum((X @ w - y)**2)", "w")


def array(target, value, kind="float32"):
    if target == "numpy":
        return np.asarray(value, dtype=kind)
    if target == "torch":
        import torch

        return torch.tensor(np.asarray(value, dtype=kind))
    if target == "xp":
        import array_api_strict

        return array_api_strict.asarray(np.asarray(value, dtype=kind))
    import jax.numpy as jnp

    return jnp.asarray(value, dtype=kind)


WRONG = [
    ({"X": X, "w": Y, "y": Y}, r"w has the shape \(5,\), expected \(d,\) where d = 3 by X"),
    ({"X": X, "w": W, "y": W}, r"y has the shape \(3,\), expected \(n,\) where n = 5 by X"),
    ({"X": W, "w": W, "y": Y}, r"X has the shape \(3,\), expected \(n, d\)$"),
    ({"X": X, "w": 2.0, "y": Y}, r"w has the shape \(\), expected \(d,\) where d = 3 by X"),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("values", "message"), WRONG)
def test_a_wrong_shape_is_named(target, values, message):
    given = {name: array(target, value) for name, value in values.items()}
    for function in (LEAST_SQUARES.function(target), LEAST_SQUARES.value_function(target), LEAST_SQUARES.function(target, value=True)):
        with pytest.raises(ValueError, match=message):
            function(**given)


@pytest.mark.parametrize("target", TARGETS)
def test_a_shape_of_numbers_is_held_to_them(target):
    question = td.derive("sum(x**2)", "x", {"x": (3,)})
    with pytest.raises(ValueError, match=r"x has the shape \(5,\), expected \(3,\)"):
        question.function(target)(x=array(target, Y))
    assert question.function(target)(x=array(target, W)).shape == (3,)


@pytest.mark.parametrize("target", TARGETS)
def test_complex_numbers_are_refused_and_integers_are_floats(target):
    function = LEAST_SQUARES.function(target)
    with pytest.raises(TypeError, match=r"X holds .*complex.*, expected real numbers"):
        function(X=array(target, X, "complex64"), w=array(target, W), y=array(target, Y))
    got = function(X=array(target, X), w=array(target, W, "int32"), y=[1, 1, 1, 1, 1])
    assert "float32" in str(got.dtype)
    np.testing.assert_allclose(np.asarray(got), 2 * X.T @ (X @ W - Y), rtol=1e-5)
    assert "float" in str(function(X=array(target, X, "int32"), w=array(target, W, "int32"), y=array(target, Y, "int32")).dtype)


def test_what_is_printed_does_not_look_unless_it_is_asked_to():
    assert "inputs(" not in LEAST_SQUARES.code() and "inputs(X=(X, (\"n\", \"d\"))" in LEAST_SQUARES.code(checks=True)


def test_compiled_by_torch_in_one_graph_and_by_jax():
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    values = {"X": X, "w": W, "y": Y}
    want = 2 * X.T @ (X @ W - Y)
    whole = torch.compile(LEAST_SQUARES.function("torch"), fullgraph=True, backend="eager")
    np.testing.assert_allclose(whole(**{name: array("torch", value) for name, value in values.items()}), want, rtol=1e-5)
    quick = jax.jit(LEAST_SQUARES.function("jax"))
    np.testing.assert_allclose(quick(**{name: array("jax", value) for name, value in values.items()}), want, rtol=1e-5)
    with pytest.raises(ValueError, match="w has the shape"):
        quick(**{name: array("jax", value) for name, value in {**values, "w": Y}.items()})


def test_a_device_stays_the_device():
    torch = pytest.importorskip("torch")
    question = td.derive("sum(softplus(X) + max(X)*a) + sum(eye(n))", "X", {"X": "n d", "a": ""}, order=2)
    given = torch.ones(2, 3, device="meta")
    assert question.function("torch")(X=given, a=2.0).device.type == "meta"


FUNCTIONS = "erf erfc gammaln digamma softsign mish elu selu leaky_relu gelu silu sinc tanh logcosh abs step"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", FUNCTIONS.split())
def test_functions_keep_single_precision(target, name):
    question = td.derive(f"sum({name}(x))", "x", {"x": "n"})
    x = array(target, [0.5, 1.5])
    functions = [question.value_function(target), question.function(target)]
    assert all("float32" in str(function(x=x).dtype) for function in functions)


def questions():
    for name in shelf.names():
        entry = td.load(name)
        for variable in entry.variables if EVERY else entry.variables[:1]:
            yield pytest.param(name, variable, id=f"{name}-{variable}")


@pytest.mark.parametrize(("name", "variable"), list(questions()))
def test_the_catalogue_keeps_single_precision(name, variable):
    question = td.load(name).derive(variable)
    point = draw(question.gradient.program, np.random.default_rng(1), under=question.program)
    tensors = point.evaluator(question.gradient.program).tensors
    function = question.function()
    sizes = {key: point.sizes[key] for key in function.__kwdefaults__ or () if key in point.sizes}
    got = function(**{key: np.asarray(tensors[key], dtype=np.float32) for key in question.given}, **sizes)
    assert got.dtype == np.float32
