"""The generated code of every corpus case: NumPy against the truth, PyTorch and JAX against NumPy."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import tensor_deriv as td

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
if not (CORPUS / "public.jsonl").exists():
    pytest.skip("the corpus is not beside this checkout", allow_module_level=True)

CASES = {case["id"]: case for case in map(json.loads, filter(None, (CORPUS / "public.jsonl").read_text().splitlines()))}
DATA = np.load(CORPUS / "public.npz")
ASSUMPTIONS = {"symmetric", "positive", "spd", "invertible", "simplex"}

every_case = pytest.mark.parametrize("name", CASES)


@cache
def derivation(name):
    case = CASES[name]
    return td.derive(
        case["expr"],
        wrt=case["wrt"],
        shapes={tensor: tuple(shape) for tensor, shape in case["shapes"].items()},
        definitions=tuple(case.get("definitions") or ()),
        order=case["order"],
        assume={tensor: word for tensor, word in (case.get("domains") or {}).items() if word in ASSUMPTIONS},
    )


def draw(name, seed):
    head = f"{name}/{seed}/"
    inputs = {key[len(head) + 3 :]: DATA[key] for key in DATA.files if key.startswith(head + "in/")}
    return inputs, DATA[head + "truth"]


def agree(got, want, relative):
    got = np.asarray(got)
    scale = max(float(np.abs(want).max(initial=0.0)), 1e-3)
    return got.dtype.kind == "f" and got.shape == want.shape and bool(np.abs(got - want).max(initial=0.0) <= relative * scale)


@every_case
def test_numpy(name):
    function = derivation(name).function("numpy")
    for seed in range(3):
        inputs, truth = draw(name, seed)
        before = {key: value.copy() for key, value in inputs.items()}
        assert agree(function(**inputs), truth, 1e-8)
        assert all(np.array_equal(inputs[key], before[key]) for key in inputs), "an input is changed"


@every_case
def test_torch(name):
    torch = pytest.importorskip("torch")
    function = derivation(name).function("torch")
    inputs, truth = draw(name, 0)
    assert agree(function(**{key: torch.tensor(value) for key, value in inputs.items()}), truth, 1e-8)
    single = function(**{key: torch.tensor(value, dtype=torch.float32) for key, value in inputs.items()})
    assert single.dtype == torch.float32


@every_case
def test_jax(name):
    jax = pytest.importorskip("jax")
    function = derivation(name).function("jax")
    inputs, truth = draw(name, 0)
    with jax.enable_x64(True):
        assert agree(jax.jit(function)(**inputs), truth, 1e-8)
        single = jax.eval_shape(function, **{key: jax.ShapeDtypeStruct(np.shape(value), np.float32) for key, value in inputs.items()})
    assert single.dtype == np.float32
    assert single.shape == truth.shape


@every_case
@pytest.mark.parametrize("library", ["numpy", "array_api_strict"])
def test_array_api(name, library):
    pytest.importorskip("array_api_compat")
    xp = pytest.importorskip(library)
    function = derivation(name).function("xp")
    inputs, truth = draw(name, 0)
    assert agree(function(**{key: xp.asarray(value) for key, value in inputs.items()}), truth, 1e-8)
    single = function(**{key: xp.asarray(value, dtype=xp.float32) for key, value in inputs.items()})
    assert single.dtype == xp.float32 and single.shape == truth.shape


@every_case
@pytest.mark.parametrize("target", ["numpy", "torch", "xp"])
def test_value(name, target):
    question = derivation(name)
    try:
        function = question.value_function(target)
    except td.UnsupportedError as error:
        assert "arbitrary function" in str(error)
        return
    convert = pytest.importorskip("torch").tensor if target == "torch" else np.asarray
    inputs, truth = draw(name, 0)
    value = np.asarray(function(**{key: convert(inputs[key]) for key in question.program.given}))
    assert np.isfinite(value).all()
    assert value.shape == truth.shape[: len(question.program.result.shape)]
