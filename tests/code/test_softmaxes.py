"""A softmax and what multiplies it along its axes, in one function."""

from __future__ import annotations

import numpy as np
import pytest

import tensor_deriv as td

CASES = {
    "rows": ("-sum(Y*log_softmax(Z))", "Z", {"Y": "n k", "Z": "n k"}),
    "columns": ("-sum(Y*log_softmax(Z, axis=0))", "Z", {"Y": "n k", "Z": "n k"}),
    "vector": ("-sum(y*log_softmax(z))", "z", {"y": "k", "z": "k"}),
    "mean": ("mean(logsumexp(X @ W, axis=1))", "W", {"X": "n d", "W": "d k"}),
    "weights": ("w @ logsumexp(Z, axis=1)", "Z", {"w": "n", "Z": "n k"}),
}
SIZES = {"n": 3, "k": 4, "d": 2}


def arrays(question, seed=0):
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal([SIZES[str(dim)] for dim in dims]) for name, dims in question.given.items()}


def softmax(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


WANTED = {
    "rows": lambda p: softmax(p["Z"], 1) * p["Y"].sum(1, keepdims=True) - p["Y"],
    "columns": lambda p: softmax(p["Z"], 0) * p["Y"].sum(0, keepdims=True) - p["Y"],
    "vector": lambda p: softmax(p["z"], 0) * p["y"].sum() - p["y"],
    "mean": lambda p: p["X"].T @ softmax(p["X"] @ p["W"], 1) / len(p["X"]),
    "weights": lambda p: softmax(p["Z"], 1) * p["w"][:, None],
}


@pytest.mark.parametrize("target", ["numpy", "torch", "jax", "xp"])
@pytest.mark.parametrize("case", CASES)
def test_it_is_what_the_book_says(case, target):
    library = {"torch": "torch", "jax": "jax"}.get(target)
    module = pytest.importorskip(library, reason=f"{library} is not installed") if library else np
    if target == "xp":
        pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")
    question = td.derive(*CASES[case])
    values = arrays(question)
    convert = {"torch": getattr(module, "tensor", None), "jax": getattr(module, "numpy", np).asarray}.get(target, np.asarray)
    got = np.asarray(question.function(target)(**{name: convert(value) for name, value in values.items()}))
    np.testing.assert_allclose(got, WANTED[case](values), rtol=1e-5 if target == "jax" else 1e-12, atol=1e-6 if target == "jax" else 1e-14)


@pytest.mark.parametrize("case", ["rows", "columns", "vector", "weights"])
@pytest.mark.parametrize("target", ["numpy", "jax"])
def test_it_is_one_function(case, target):
    text = td.derive(*CASES[case]).code(target)
    assert "scaled_softmax(" in text.split('"""')[-1]


def test_what_is_needed_alone_is_computed_alone():
    question = td.derive("sum(softmax(Z)**2) + w @ logsumexp(Z, axis=1)", "Z", {"Z": "n k", "w": "n"})
    assert question.code().split('"""')[-1].count("softmax(Z") == 1
    values = arrays(question)
    p = softmax(values["Z"], 1)
    want = 2 * (p**2 - p * (p**2).sum(1, keepdims=True)) + p * values["w"][:, None]
    np.testing.assert_allclose(question.function()(**values), want, rtol=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_multiplied_and_summed_in_any_order_of_memory(order):
    question = td.derive("sum(sum(X*Y, axis=1)**2)", "X", {"X": "n k", "Y": "n k"})
    values = {name: np.array(value, order=order) for name, value in arrays(question).items()}
    want = 2 * values["Y"] * (values["X"] * values["Y"]).sum(1, keepdims=True)
    np.testing.assert_allclose(question.function()(**values), want, rtol=1e-13)
    values["Y"] = np.asfortranarray(values["Y"])
    np.testing.assert_allclose(question.function()(**values), want, rtol=1e-13)
