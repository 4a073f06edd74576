"""1 − tanh²(a) for tanh′(a) where the value is there and the slope is summed; its own digits everywhere else."""

from __future__ import annotations

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.code.slopes import by_values
from tensor_deriv.code.stable import SECH2, call
from tensor_deriv.index.dims import named
from tensor_deriv.matrix.calls import Call
from tensor_deriv.matrix.nodes import Add, Diag, Elem, MatMul, Name, walk

TARGETS = ("numpy", "torch", "jax", "xp")
DIMS = {"X": "n d", "W": "d h", "V": "h k", "y": "n", "w": "d", "Y": "n k", "G": "n h"}


def source(expression, wrt, definitions=("H = tanh(X @ W)",), target="numpy", **more):
    text = expression + " ".join(definitions)
    question = td.derive(expression, wrt, {name: dims for name, dims in DIMS.items() if name in text}, definitions, **more)
    assert question.check().ok
    return question.code(target).split('"""')[-1]


@pytest.mark.parametrize("target", TARGETS)
def test_a_layer_below_another(target):
    text = source("sum((H @ V - Y)**2)", "W", target=target)
    assert "1 - H**2" in text
    assert "sech2" not in text


def test_a_recurrence():
    text = source("sum(H3**2)", "W", ("H1 = tanh(X @ W)", "H2 = tanh(H1 + X @ W)", "H3 = tanh(H2 + X @ W)"))
    assert "sech2" not in text
    assert all(f"1 - H{layer}**2" in text for layer in (1, 2, 3))


@pytest.mark.parametrize(
    ("expression", "wrt", "definitions"),
    [
        ("sum(tanh(G))", "G", ()),  # an entry of the result
        ("sum(G*H**2)", "A", ("H = tanh(A)",)),  # the same, beside the value
        ("sum(log(1 - H**2))", "W", ("H = tanh(X @ W)",)),  # divided by
        ("sum(X @ w*tanh(X @ w))", "w", ()),
    ],
)
def test_what_keeps_its_digits(expression, wrt, definitions):
    if "A" in " ".join(definitions):
        question = td.derive(expression, wrt, {"G": "n h", "A": "n h"}, definitions)
        text = question.code()
    else:
        text = source(expression, wrt, definitions)
    assert "1 - H**2" not in text


N, D, K = map(named, "ndk")
A, V, g = Name("A", (N, D)), Name("V", (D, K)), Name("g", (D,))
SLOPE, VALUE = Elem(SECH2, (A,)), ("H", call("tanh", A))


def keeps(lines):
    """Whether sech²(A) still stands in the lines, the last of which is returned."""
    return any(part == SLOPE for _, node in by_values([VALUE, *lines], 1) for part in walk(node))


def test_a_product_with_a_diagonal_matrix_is_no_sum():
    assert not keeps([("result", MatMul((SLOPE, V)))])
    assert keeps([("result", MatMul((SLOPE, Diag(g))))])


@pytest.mark.parametrize("names", ["SR", "RS"])
def test_every_name_of_a_slope_is_looked_at(names):
    S, R = (Name(name, (N, D)) for name in "SR")
    summed, taken = Call("sum", MatMul((S, V)), None), Call("sum", call("log", R), None)
    lines = [(name, SLOPE) for name in names]
    assert not keeps([*lines, ("result", summed)])
    assert keeps([*lines, ("result", Add((summed, taken)))])


@pytest.mark.parametrize("order", [1, 2])
def test_both_ways_agree(order):
    shapes = {"X": "n d", "W": "d h", "v": "h", "G": "n"}
    named = td.derive("sum((H @ v - G)**2)", "W", shapes, ("H = tanh(X @ W)",), order)
    rng = np.random.default_rng(0)
    values = {"X": rng.normal(size=(4, 3)), "W": rng.normal(size=(3, 2)), "v": rng.normal(size=2), "G": rng.normal(size=4)}
    cosh = td.derive("sum((H @ v - G)**2)", "W", shapes, ("H = sinh(X @ W)/cosh(X @ W)",), order)
    got, want = (question.function()(**{name: values[name] for name in question.given}) for question in (named, cosh))
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize(
    ("expression", "slope"),
    [("1/cosh(x)", lambda s: s * (1 - 2 * s**2)), ("1 - tanh(x)**2", lambda s: s**2 * (4 - 6 * s**2))],
)
def test_in_jax_they_have_slopes_themselves(expression, slope):
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    with jax.enable_x64(True):
        value = td.derive(expression, "x", {"x": "n"}).value_function("jax")
        points = jax.numpy.array([0.0, 1e-9, 0.3, -2.0, 400.0, -800.0])
        got = jax.vmap(jax.grad(jax.grad(lambda t: value(x=t[None])[0])))(points)
        sech = 1 / np.cosh(np.clip(np.asarray(points), -300, 300))
        np.testing.assert_allclose(got, slope(sech), rtol=1e-12, atol=1e-100)
