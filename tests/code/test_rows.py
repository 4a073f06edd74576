"""Code for random programs of what stands in networks, against automatic differentiation of the code for their value."""

from __future__ import annotations

import os

import numpy as np
import pytest
from rows import question

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
SIZES = {"n": 5, "d": 4}
SEEDS = range(100 if os.environ.get("TENSOR_DERIV_ALL") else 8)


def arrays(derivation, seed):
    rng = np.random.default_rng(seed)
    found = {}
    for name, dims in derivation.program.given.items():
        found[name] = 0.7 * rng.standard_normal([SIZES[str(dim)] for dim in dims])
    if "A" in found:
        found["A"] += 3 * np.eye(SIZES["d"])
    return found


def differentiated(derivation, values):
    """The gradient by PyTorch; zeros where the variable is in nothing that is computed."""
    tensors = {name: torch.tensor(value, requires_grad=name == derivation.wrt) for name, value in values.items()}
    result = derivation.value_function("torch")(**tensors)
    found = torch.autograd.grad(result, tensors[derivation.wrt], allow_unused=True)[0] if result.requires_grad else None
    return np.zeros_like(values[derivation.wrt]) if found is None else found.numpy()


@pytest.mark.parametrize("target", ["numpy", "torch", "jax", "xp"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_is_that_of_the_value(seed, target):
    if target == "xp":
        pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")
    jax = pytest.importorskip("jax", reason="JAX is not installed") if target == "jax" else None
    derivation = question(seed)
    values = arrays(derivation, seed)
    want = differentiated(derivation, values)
    convert = torch.tensor if target == "torch" else np.asarray if jax is None else jax.numpy.asarray
    for value in (False, True):
        function = derivation.function(target, value=value)
        names = [name for name in values if value or name in derivation.given]
        with jax.enable_x64(True) if jax else np.errstate():
            got = function(**{name: convert(values[name]) for name in names})
            np.testing.assert_allclose(np.asarray(got[1] if value else got), want, rtol=1e-9, atol=1e-9 * (1 + np.abs(want).max()))
    assert all((value == kept).all() for value, kept in zip(values.values(), arrays(derivation, seed).values(), strict=True))
