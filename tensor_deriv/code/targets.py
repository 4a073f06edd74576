"""What differs between NumPy, PyTorch and JAX: one table row for each name that is not the same in all.

In a template `{0}` is an argument, `{xp}`, `{jax}` and `{math}` are modules, `{ref}` is a tensor that gives dtype and device,
and any other word in braces is a helper function of the same table, put above the function where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """The cells of one array library."""

    name: str
    module: str
    alias: str
    functions: Mapping[str, str]  # elementwise: a path, or a template where it holds `{0}`
    primitives: Mapping[str, str]  # the same for tensor primitives
    helpers: Mapping[str, str]
    axis: str = "axis="
    keepdims: str = "keepdims=True"


MATH = {
    "exp": "exp", "log": "log", "log1p": "log1p", "expm1": "expm1", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "erf": "erf", "abs": "fabs",
}  # elementwise functions of plain numbers

NUMPY_HELPERS = {
    "erf": "{erf} = {xp}.vectorize({math}.erf, otypes=[float])",
    "sigmoid": """
def {sigmoid}(x):
    e = {xp}.exp(-{xp}.abs(x))
    return {xp}.where(x >= 0, 1.0, e)/(1 + e)
""",
    "gelu": """
def {gelu}(x):
    return x*(1 + {erf}(x/{math}.sqrt(2)))/2
""",
    "silu": """
def {silu}(x):
    return x*{sigmoid}(x)
""",
    "softmax": """
def {softmax}(x, axis=-1):
    e = {xp}.exp(x - x.max(axis=axis, keepdims=True))
    return e/e.sum(axis=axis, keepdims=True)
""",
    "logsumexp": """
def {logsumexp}(x, axis=None, keepdims=False):
    top = x.max(axis=axis, keepdims=True)
    result = {xp}.log({xp}.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return result if keepdims else result.squeeze(axis=axis)
""",
    "log_softmax": """
def {log_softmax}(x, axis=-1):
    return x - {logsumexp}(x, axis=axis, keepdims=True)
""",
    "max_mask": """
def {max_mask}(x, axis=None):  # 1 at the largest entry, shared equally at a tie
    hit = 1.0*(x == x.max(axis=axis, keepdims=True))
    return hit/hit.sum(axis=axis, keepdims=True)
""",
    "min_mask": """
def {min_mask}(x, axis=None):  # 1 at the smallest entry, shared equally at a tie
    hit = 1.0*(x == x.min(axis=axis, keepdims=True))
    return hit/hit.sum(axis=axis, keepdims=True)
""",
    "prod_others": """
def {prod_others}(x, axis):  # at each entry the product of all others along `axis`
    x = {xp}.moveaxis(x, axis, tuple(range(-len(axis), 0)))
    flat = x.reshape(*x.shape[: x.ndim - len(axis)], -1)
    one = {xp}.ones_like(flat[..., :1])
    before = {xp}.concatenate([one, flat[..., :-1]], axis=-1).cumprod(axis=-1)
    after = {xp}.concatenate([one, flat[..., :0:-1]], axis=-1).cumprod(axis=-1)[..., ::-1]
    return (before*after).reshape(x.shape)
""",
    "prod_except": """
def {prod_except}(x, axis, order):  # products of all entries but `order` of them, over every choice of those
    x = {xp}.moveaxis(x, axis, tuple(range(-len(axis), 0)))
    batch, acted = x.shape[: x.ndim - len(axis)], x.shape[x.ndim - len(axis) :]
    x = x.reshape(*batch, 1, -1)
    chosen = {xp}.indices((x.shape[-1],) * order).reshape(order, -1, 1)
    kept = (chosen != {xp}.arange(x.shape[-1])).all(axis=0)
    return {xp}.where(kept, x, 1).prod(axis=-1).reshape(*batch, *acted * order)
""",
    "gather": """
def {gather}(x, shape, places):  # x[places(i, j, ...)] for every entry of `shape`, zero outside x
    inside, clipped = True, []
    for place, size in zip(places(*{xp}.indices(shape, sparse=True)), x.shape):
        inside = inside & (place >= 0) & (place < size)
        clipped.append({xp}.clip(place, 0, size - 1))
    return {xp}.where(inside, x[tuple(clipped)], 0)*{xp}.ones(shape)
""",
}

NUMPY = Target(
    "numpy", "numpy", "np",
    functions={
        "sigmoid": "{sigmoid}", "softplus": "{xp}.logaddexp(0, {0})", "relu": "{xp}.maximum({0}, 0)", "gelu": "{gelu}", "silu": "{silu}",
        "erf": "{erf}", "step": "{xp}.heaviside({0}, 0.5)",
    },
    primitives={
        "softmax": "{softmax}", "log_softmax": "{log_softmax}", "logsumexp": "{logsumexp}", "norm": "{xp}.linalg.norm",
        "max_mask": "{max_mask}", "min_mask": "{min_mask}", "inv": "{xp}.linalg.inv", "det": "{xp}.linalg.det",
        "logdet": "{xp}.linalg.slogdet({0})[1]",
    },
    helpers=NUMPY_HELPERS,
)

TORCH_HELPERS = {
    "softmax": """
def {softmax}(x, dim):  # over several axes at once
    return {xp}.exp(x - {xp}.logsumexp(x, dim, keepdim=True))
""",
    "log_softmax": """
def {log_softmax}(x, dim):  # over several axes at once
    return x - {xp}.logsumexp(x, dim, keepdim=True)
""",
    "max_mask": """
def {max_mask}(x, dim):  # 1 at the largest entry, shared equally at a tie
    hit = (x == x.amax(dim, keepdim=True)).to(x.dtype)
    return hit/hit.sum(dim, keepdim=True)
""",
    "min_mask": """
def {min_mask}(x, dim):  # 1 at the smallest entry, shared equally at a tie
    hit = (x == x.amin(dim, keepdim=True)).to(x.dtype)
    return hit/hit.sum(dim, keepdim=True)
""",
    "prod_others": """
def {prod_others}(x, dim):  # at each entry the product of all others along `dim`
    x = {xp}.movedim(x, dim, tuple(range(-len(dim), 0)))
    flat = x.reshape(*x.shape[: x.ndim - len(dim)], -1)
    one = {xp}.ones_like(flat[..., :1])
    before = {xp}.cat([one, flat[..., :-1]], -1).cumprod(-1)
    after = {xp}.cat([one, flat[..., 1:].flip(-1)], -1).cumprod(-1).flip(-1)
    return (before*after).reshape(x.shape)
""",
    "prod_except": """
def {prod_except}(x, dim, order):  # products of all entries but `order` of them, over every choice of those
    x = {xp}.movedim(x, dim, tuple(range(-len(dim), 0)))
    batch, acted = x.shape[: x.ndim - len(dim)], x.shape[x.ndim - len(dim) :]
    x = x.reshape(*batch, 1, -1)
    every = {xp}.arange(x.shape[-1], device=x.device)
    chosen = {xp}.stack({xp}.meshgrid(*[every] * order, indexing="ij")).reshape(order, -1, 1)
    kept = (chosen != every).all(0)
    return {xp}.where(kept, x, {xp}.ones_like(x)).prod(-1).reshape(*batch, *acted * order)
""",
    "gather": """
def {gather}(x, shape, places):  # x[places(i, j, ...)] for every entry of `shape`, zero outside x
    grid = {xp}.meshgrid(*[{xp}.arange(size, device=x.device) for size in shape], indexing="ij") if shape else ()
    inside, clipped = x.new_ones(shape, dtype={xp}.bool), []
    for place, size in zip(places(*grid), x.shape):
        place = {xp}.as_tensor(place, device=x.device)
        inside = inside & (place >= 0) & (place < size)
        clipped.append(place.clamp(0, size - 1))
    return {xp}.where(inside, x[tuple(clipped)], x.new_zeros(()))
""",
}

TORCH = Target(
    "torch", "torch", "torch",
    functions={
        "softplus": "{xp}.nn.functional.softplus({0}, threshold=40)", "gelu": "{xp}.nn.functional.gelu", "silu": "{xp}.nn.functional.silu",
        "step": "(({xp}.sign({0}) + 1)/2)",
    },
    primitives={
        "softmax": "{xp}.softmax", "log_softmax": "{xp}.log_softmax", "logsumexp": "{xp}.logsumexp", "norm": "{xp}.linalg.vector_norm",
        "max_mask": "{max_mask}", "min_mask": "{min_mask}", "inv": "{xp}.linalg.inv", "det": "{xp}.linalg.det",
        "logdet": "{xp}.linalg.slogdet({0})[1]",
    },
    helpers=TORCH_HELPERS,
    axis="",
    keepdims="keepdim=True",
)

JAX_HELPERS = {
    "max_mask": """
def {max_mask}(x, axis=None):  # 1 at the largest entry, shared equally at a tie
    hit = (x == x.max(axis=axis, keepdims=True)).astype(x.dtype)
    return hit/hit.sum(axis=axis, keepdims=True)
""",
    "min_mask": """
def {min_mask}(x, axis=None):  # 1 at the smallest entry, shared equally at a tie
    hit = (x == x.min(axis=axis, keepdims=True)).astype(x.dtype)
    return hit/hit.sum(axis=axis, keepdims=True)
""",
    "prod_others": NUMPY_HELPERS["prod_others"],
    "prod_except": NUMPY_HELPERS["prod_except"],
    "gather": """
def {gather}(x, shape, places):  # x[places(i, j, ...)] for every entry of `shape`, zero outside x
    inside, clipped = True, []
    for place, size in zip(places(*{xp}.indices(shape, sparse=True)), x.shape):
        inside = inside & (place >= 0) & (place < size)
        clipped.append({xp}.clip(place, 0, size - 1))
    return {xp}.broadcast_to({xp}.where(inside, x[tuple(clipped)], 0), shape)
""",
}

JAX = Target(
    "jax", "jax.numpy", "jnp",
    functions={
        "sigmoid": "{jax}.nn.sigmoid", "softplus": "{jax}.nn.softplus", "relu": "{jax}.nn.relu", "silu": "{jax}.nn.silu",
        "gelu": "{jax}.nn.gelu({0}, approximate=False)", "erf": "{jax}.lax.erf", "step": "(({xp}.sign({0}) + 1)/2)",
    },
    primitives={
        "softmax": "{jax}.nn.softmax", "log_softmax": "{jax}.nn.log_softmax", "logsumexp": "{jax}.nn.logsumexp", "norm": "{xp}.linalg.norm",
        "max_mask": "{max_mask}", "min_mask": "{min_mask}", "inv": "{xp}.linalg.inv", "det": "{xp}.linalg.det",
        "logdet": "{xp}.linalg.slogdet({0})[1]",
    },
    helpers=JAX_HELPERS,
)

TARGETS: Mapping[str, Target] = {target.name: target for target in (NUMPY, TORCH, JAX)}
