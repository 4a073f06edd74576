"""What differs between NumPy, PyTorch and JAX: one table row for each name that is not the same in all.

In a template `{0}` is an argument, `{xp}`, `{jax}` and `{math}` are modules, `{ref}` is a tensor that gives dtype and device,
and any other word in braces is a helper function of the same table, put above the function where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from . import linear
from .guard import FLOATING, INPUTS


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
    permute: str = "transpose"


MATH = {
    "exp": "exp", "log": "log", "log1p": "log1p", "expm1": "expm1", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "erf": "erf", "abs": "fabs",
    "exp2": "exp2", "log2": "log2", "log10": "log10", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "arctan2": "atan2",
    "hypot": "hypot", "erfc": "erfc",
}  # elementwise functions of plain numbers

NUMPY_HELPERS = {
    "erf": """
def {erf}(x):
    return {xp}.vectorize({math}.erf, otypes=[{xp}.result_type(x, 1.0)])(x)
""",
    "erfc": """
def {erfc}(x):
    return {xp}.vectorize({math}.erfc, otypes=[{xp}.result_type(x, 1.0)])(x)
""",
    "gammaln": """
def {gammaln}(x):  # log |Gamma(x)|
    entry = lambda x: {math}.inf if x <= 0 and x == {math}.floor(x) else {math}.lgamma(x)
    return {xp}.vectorize(entry, otypes=[{xp}.result_type(x, 1.0)])(x)
""",
    "digamma": """
def {digamma}(x):  # Abramowitz and Stegun, 6.3.5, 6.3.7 and 6.3.18
    x = {xp}.asarray(x, dtype={xp}.result_type(x, 1.0))
    y, total = {xp}.where(x < 0.5, 1 - x, x), 0.0
    for _ in range(10):
        near = y < 10
        y, total = y + near, total - near/y
    z = y**-2
    series = z*(1/12 - z*(1/120 - z*(1/252 - z*(1/240 - z*(1/132 - z*(691/32760 - z/12))))))
    total = total + {xp}.log(y) - 0.5/y - series
    return {xp}.where(x < 0.5, total - {xp}.pi/{xp}.tan({xp}.pi*{xp}.where(x < 0.5, x, 0.25)), total)
""",
    "trigamma": """
def {trigamma}(x):  # Abramowitz and Stegun, 6.4.6, 6.4.7 and 6.4.12
    x = {xp}.asarray(x, dtype={xp}.result_type(x, 1.0))
    y, total = {xp}.where(x < 0.5, 1 - x, x), 0.0
    for _ in range(10):
        near = y < 10
        y, total = y + near, total + near/y**2
    z = y**-2
    series = z/y*(1/6 - z*(1/30 - z*(1/42 - z*(1/30 - z*(5/66 - z*(691/2730 - z*7/6))))))
    total = total + 1/y + z/2 + series
    return {xp}.where(x < 0.5, ({xp}.pi/{xp}.sin({xp}.pi*{xp}.where(x < 0.5, x, 0.5)))**2 - total, total)
""",
    "dsinc": """
def {dsinc}(x):  # the derivative of sinc, by its series near 0
    t = {math}.pi*x
    near = {xp}.abs(t) < 1
    far, z = {xp}.where(near, 1.0, t), {xp}.where(near, t, 0.0)**2
    series = -1/3 + z/30 - z**2/840 + z**3/45360 - z**4/3991680 + z**5/518918400.0 - z**6/93405312000.0 + z**7/22230464256000.0
    return {math}.pi*{xp}.where(near, t*series, ({xp}.cos(far) - {xp}.sin(far)/far)/far)
""",
    "softsign": """
def {softsign}(x):
    return x/(1 + {xp}.abs(x))
""",
    "mish": """
def {mish}(x):
    return x*{xp}.tanh({xp}.logaddexp(0, x))
""",
    "elu": """
def {elu}(x, alpha):
    return {xp}.where(x > 0, x, alpha*{xp}.expm1({xp}.minimum(x, 0)))
""",
    "selu": """
def {selu}(x):
    return 1.0507009873554805*{xp}.where(x > 0, x, 1.6732632423543772*{xp}.expm1({xp}.minimum(x, 0)))
""",
    "leaky_relu": """
def {leaky_relu}(x, slope):
    return {xp}.where(x > 0, x, slope*x)
""",
    "sigmoid": """
def {sigmoid}(x):
    e = {xp}.exp(-{xp}.abs(x))
    return {xp}.where(x >= 0, 1.0, e)/(1 + e)
""",
    "gelu": """
def {gelu}(x):
    return x*{erfc}(-x/{math}.sqrt(2))/2
""",
    "silu": """
def {silu}(x):
    return x*{sigmoid}(x)
""",
    "sech": """
def {sech}(x):
    e = {xp}.exp(-{xp}.abs(x))
    return 2*e/(1 + e*e)
""",
    "sech2": """
def {sech2}(x):  # 1 - tanh(x)**2
    e = {xp}.exp(-2*{xp}.abs(x))
    return 4*e/(1 + e)**2
""",
    "logcosh": """
def {logcosh}(x):
    near, far = {xp}.clip(x, -1, 1), {xp}.abs(x)
    return {xp}.where(far < 1, {xp}.log1p(2*{xp}.sinh(near/2)**2), far + {xp}.log1p({xp}.exp(-2*far)) - {math}.log(2))
""",
    "norm": """
def {norm}(x, axis=None, keepdims=False):  # scaled, so that no square overflows or underflows
    top = {xp}.abs(x).max(axis=axis, keepdims=True)
    top = {xp}.where((top > 0) & (top < {math}.inf), top, 1)
    result = top*{xp}.sqrt(((x/top)**2).sum(axis=axis, keepdims=True))
    return result if keepdims else result.squeeze(axis=axis)
""",
    "softmax": """
def {softmax}(x, axis=-1):
    e = {xp}.exp(x - x.max(axis=axis, keepdims=True))
    e /= e.sum(axis=axis, keepdims=True)
    return e
""",
    "logsumexp": """
def {logsumexp}(x, axis=None, keepdims=False):
    top = x.max(axis=axis, keepdims=True)
    result = {xp}.log({xp}.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return result if keepdims else result.squeeze(axis=axis)
""",
    "log_softmax": """
def {log_softmax}(x, axis=-1):
    x = x - x.max(axis=axis, keepdims=True)
    return x - {xp}.log({xp}.exp(x).sum(axis=axis, keepdims=True))
""",
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
    return {xp}.broadcast_to({xp}.where(inside, x[tuple(clipped)], 0), shape)
""",
}

NUMPY = Target(
    "numpy", "numpy", "np",
    functions={
        "sigmoid": "{sigmoid}", "softplus": "{xp}.logaddexp(0, {0})", "relu": "{xp}.maximum({0}, 0)", "gelu": "{gelu}", "silu": "{silu}",
        "erf": "{erf}", "step": "{xp}.heaviside({0}, 0.5)", "hardtanh": "{xp}.clip({0}, -1, 1)",
        "logit": "({xp}.log({0}) - {xp}.log1p(-{0}))",
        **{name: f"{{{name}}}" for name in ("erfc", "gammaln", "digamma", "trigamma", "dsinc")},
        **{name: f"{{{name}}}" for name in ("softsign", "mish", "elu", "selu", "leaky_relu", "sech", "sech2", "logcosh")},
    },
    primitives={
        "softmax": "{softmax}", "log_softmax": "{log_softmax}", "logsumexp": "{logsumexp}", "norm": "{norm}",
        "max_mask": "{max_mask}", "min_mask": "{min_mask}", "inv": "{xp}.linalg.inv", "det": "{xp}.linalg.det",
        "logdet": "{xp}.linalg.slogdet({0})[1]",
        **linear.NUMPY_CELLS,
    },
    helpers={**NUMPY_HELPERS, "inputs": INPUTS["numpy"], "floating": FLOATING, **linear.NUMPY},
)

TORCH_HELPERS = {
    "gelu": """
def {gelu}(x):  # torch.nn.functional.gelu has no digits left of -8
    return x*{xp}.erfc(-x/{math}.sqrt(2))/2
""",
    "sech": """
def {sech}(x):
    e = {xp}.exp(-{xp}.abs(x))
    return 2*e/(1 + e*e)
""",
    "sech2": """
def {sech2}(x):  # 1 - tanh(x)**2
    return 4*{xp}.sigmoid(2*x)*{xp}.sigmoid(-2*x)
""",
    "logcosh": """
def {logcosh}(x):
    near, far = {xp}.clamp(x, -1, 1), {xp}.abs(x)
    return {xp}.where(far < 1, {xp}.log1p(2*{xp}.sinh(near/2)**2), far + {xp}.log1p({xp}.exp(-2*far)) - {math}.log(2))
""",
    "norm": """
def {norm}(x, dim=None, keepdim=False):  # scaled, so that no square overflows or underflows
    top = x.detach().abs().amax(dim=dim or (), keepdim=True)
    top = {xp}.where((top > 0) & (top < {math}.inf), top, {xp}.ones_like(top))
    result = top*{xp}.linalg.vector_norm(x/top, dim=dim, keepdim=True)
    return result if keepdim else result.sum(dim=dim)
""",
    "trigamma": """
def {trigamma}(x):  # PyTorch's polygamma(1, x) has half the digits; Abramowitz and Stegun, 6.4.6, 6.4.7 and 6.4.12
    y, total = {xp}.where(x < 0.5, 1 - x, x), {xp}.zeros_like(x)
    for _ in range(10):
        near = (y < 10).to(x.dtype)
        y, total = y + near, total + near/y**2
    z = y**-2
    series = z/y*(1/6 - z*(1/30 - z*(1/42 - z*(1/30 - z*(5/66 - z*(691/2730 - z*7/6))))))
    total = total + 1/y + z/2 + series
    return {xp}.where(x < 0.5, ({math}.pi/{xp}.sin({math}.pi*{xp}.where(x < 0.5, x, {xp}.full_like(x, 0.5))))**2 - total, total)
""",
    "dsinc": """
def {dsinc}(x):  # the derivative of sinc, by its series near 0
    t = {math}.pi*x
    near = {xp}.abs(t) < 1
    far, z = {xp}.where(near, {xp}.ones_like(t), t), {xp}.where(near, t, {xp}.zeros_like(t))**2
    series = -1/3 + z/30 - z**2/840 + z**3/45360 - z**4/3991680 + z**5/518918400.0 - z**6/93405312000.0 + z**7/22230464256000.0
    return {math}.pi*{xp}.where(near, t*series, ({xp}.cos(far) - {xp}.sin(far)/far)/far)
""",
    "elu": """
def {elu}(x, alpha):
    return {xp}.where(x > 0, x, alpha*{xp}.expm1(x.clamp(max=0)))
""",
    "leaky_relu": """
def {leaky_relu}(x, slope):
    return {xp}.where(x > 0, x, slope*x)
""",
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
        "softplus": "{xp}.nn.functional.softplus({0}, threshold=40)", "gelu": "{gelu}", "silu": "{xp}.nn.functional.silu",
        "step": "(({xp}.sign({0}) + 1)/2)", "gammaln": "{xp}.lgamma", "trigamma": "{trigamma}",
        "dsinc": "{dsinc}", "elu": "{elu}", "leaky_relu": "{leaky_relu}", "clip": "{xp}.clamp",
        "sech": "{sech}", "sech2": "{sech2}", "logcosh": "{logcosh}",
        **{name: f"{{xp}}.nn.functional.{name}" for name in ["selu", "softsign", "mish", "hardtanh"]},
    },
    primitives={
        "softmax": "{xp}.softmax", "log_softmax": "{xp}.log_softmax", "logsumexp": "{xp}.logsumexp", "norm": "{norm}",
        "max_mask": "{max_mask}", "min_mask": "{min_mask}", "inv": "{xp}.linalg.inv", "det": "{xp}.linalg.det",
        "logdet": "{xp}.linalg.slogdet({0})[1]",
        **linear.TORCH_CELLS,
    },
    helpers={**TORCH_HELPERS, "inputs": INPUTS["torch"], **linear.TORCH},
    axis="",
    keepdims="keepdim=True",
    permute="permute",
)

JAX_HELPERS = {
    "sech": NUMPY_HELPERS["sech"],
    "sech2": """
def {sech2}(x):  # 1 - tanh(x)**2
    return 4*{jax}.nn.sigmoid(2*x)*{jax}.nn.sigmoid(-2*x)
""",
    "logcosh": NUMPY_HELPERS["logcosh"],
    "norm": """
def {norm}(x, axis=None, keepdims=False):  # scaled, so that no square overflows or underflows
    top = {jax}.lax.stop_gradient({xp}.abs(x).max(axis=axis, keepdims=True))
    top = {xp}.where((top > 0) & (top < {math}.inf), top, 1)
    result = top*{xp}.sqrt(((x/top)**2).sum(axis=axis, keepdims=True))
    return result if keepdims else result.squeeze(axis=axis)
""",
    "dsinc": NUMPY_HELPERS["dsinc"],
    "max_mask": NUMPY_HELPERS["max_mask"],
    "min_mask": NUMPY_HELPERS["min_mask"],
    "prod_others": NUMPY_HELPERS["prod_others"],
    "prod_except": NUMPY_HELPERS["prod_except"],
    "gather": NUMPY_HELPERS["gather"],
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
    helpers={**JAX_HELPERS, "inputs": INPUTS["jax"], **linear.JAX},
)

TARGETS: Mapping[str, Target] = {target.name: target for target in (NUMPY, TORCH, JAX)}

DASK = replace(NUMPY, name="dask", module="dask.array", alias="da")  # whose functions are NumPy's, on arrays in blocks

LIBRARIES: Mapping[str, Target] = {**TARGETS, "dask": DASK}
