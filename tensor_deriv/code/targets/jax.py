"""What JAX calls things, and what it lacks as functions of a few lines."""

from __future__ import annotations

from .. import linear
from ..guard import INPUTS
from . import numpy
from .target import Target

HELPERS = {
    "sech": """
@{jax}.custom_jvp
def {sech}(x):
    e = {xp}.exp(-{xp}.abs(x))
    return 2*e/(1 + e*e)


{sech}.defjvps(lambda v, y, x: -{xp}.tanh(x)*y*v)
""",
    "sech2": """
@{jax}.custom_jvp
def {sech2}(x):  # 1 - tanh(x)**2
    e = {xp}.exp(-2*{xp}.abs(x))
    return 4*e/(1 + e)**2


{sech2}.defjvps(lambda v, y, x: -2*{xp}.tanh(x)*y*v)
""",
    "logcosh": numpy.HELPERS["logcosh"],
    "norm": """
def {norm}(x, axis=None, keepdims=False):  # scaled, so that no square overflows or underflows
    top = {jax}.lax.stop_gradient({xp}.abs(x).max(axis=axis, keepdims=True))
    top = {xp}.where((top > 0) & (top < {math}.inf), top, 1)
    result = top*{xp}.sqrt(((x/top)**2).sum(axis=axis, keepdims=True))
    return result if keepdims else result.squeeze(axis=axis)
""",
    "scaled_softmax": """
def {scaled_softmax}(x, scale, axis=-1):
    e = {xp}.exp(x - {jax}.lax.stop_gradient(x.max(axis=axis, keepdims=True)))
    return e*(scale/e.sum(axis=axis, keepdims=True))
""",
    "dsinc": numpy.HELPERS["dsinc"],
    "max_mask": numpy.HELPERS["max_mask"],
    "min_mask": numpy.HELPERS["min_mask"],
    "prod_others": numpy.HELPERS["prod_others"],
    "prod_except": numpy.HELPERS["prod_except"],
    "gather": numpy.HELPERS["gather"],
}

JAX = Target(
    "jax", "jax.numpy", "jnp",
    functions={
        "sigmoid": "{jax}.nn.sigmoid", "softplus": "{jax}.nn.softplus", "relu": "{jax}.nn.relu", "silu": "{jax}.nn.silu",
        "gelu": "{jax}.nn.gelu({0}, approximate=False)", "erf": "{jax}.lax.erf", "step": "(({xp}.sign({0}) + 1)/2)",
        "erfc": "{jax}.lax.erfc", "trigamma": "{jax}.scipy.special.polygamma(1, {0})", "softsign": "{jax}.nn.soft_sign",
        "hardtanh": "{jax}.nn.hard_tanh", "dsinc": "{dsinc}", "sech": "{sech}", "sech2": "{sech2}", "logcosh": "{logcosh}",
        **{name: f"{{jax}}.scipy.special.{name}" for name in ["gammaln", "digamma", "logit"]},
        **{name: f"{{jax}}.nn.{name}" for name in ["mish", "elu", "selu", "leaky_relu"]},
    },
    primitives={
        "softmax": "{jax}.nn.softmax", "log_softmax": "{jax}.nn.log_softmax", "logsumexp": "{jax}.nn.logsumexp", "norm": "{norm}",
        "max_mask": "{max_mask}", "min_mask": "{min_mask}", "inv": "{xp}.linalg.inv", "det": "{xp}.linalg.det",
        "logdet": "{xp}.linalg.slogdet({0})[1]",
        **linear.JAX_CELLS,
    },
    helpers={**HELPERS, "inputs": INPUTS["jax"], **linear.JAX},
)
