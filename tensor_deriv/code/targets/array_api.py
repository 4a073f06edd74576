"""What the array API (data-apis.org) calls things, and what it lacks as functions of array-API operations alone.

The namespace of the inputs is asked for once in a function, and in each helper function of what that is given.
"""

from __future__ import annotations

from ..guard import INPUTS
from .array_api_linear import CELLS, LINEAR
from .array_api_special import SPECIAL
from .target import Target

HELPERS = {
    "einsum": """
def {einsum}(spec, x, y):  # of two arrays, as one product of stacks of matrices
    xp = {array_api_compat}.array_namespace(x, y)
    words, output = spec.split("->")
    left, right = words.split(",")
    both = [letter for letter in left if letter in right]
    stack, summed = ([letter for letter in both if (letter in output) == kept] for kept in (True, False))
    rows, columns = [letter for letter in left if letter not in both], [letter for letter in right if letter not in both]
    sizes = {{**dict(zip(left, x.shape)), **dict(zip(right, y.shape))}}
    shape = lambda letters: tuple(sizes[letter] for letter in letters)
    m, k, n = ({math}.prod(shape(letters)) for letters in (rows, summed, columns))
    x = xp.reshape(xp.permute_dims(x, tuple(map(left.index, stack + rows + summed))), (*shape(stack), m, k))
    y = xp.reshape(xp.permute_dims(y, tuple(map(right.index, stack + summed + columns))), (*shape(stack), k, n))
    found = stack + rows + columns
    return xp.permute_dims(xp.reshape(x @ y, shape(found)), tuple(map(found.index, output)))
""",
    "diag": """
def {diag}(x):  # a vector as a diagonal matrix
    xp = {array_api_compat}.array_namespace(x)
    on = xp.eye(x.shape[0], dtype=xp.bool, device={array_api_compat}.device(x))
    return xp.where(on, x, xp.zeros_like(x))
""",
    "pad": """
def {pad}(x, widths):  # zeros before and behind along each axis
    xp = {array_api_compat}.array_namespace(x)
    for axis, pair in enumerate(widths):
        shapes = [(*x.shape[:axis], width, *x.shape[axis + 1 :]) for width in pair]
        before, behind = (xp.zeros(shape, dtype=x.dtype, device={array_api_compat}.device(x)) for shape in shapes)
        x = xp.concat((before, x, behind), axis=axis)
    return x
""",
    "norm": """
def {norm}(x, axis, keepdims=False):  # scaled, so that no square overflows or underflows
    xp = {array_api_compat}.array_namespace(x)
    top = xp.max(xp.abs(x), axis=axis, keepdims=True)
    top = xp.where((top > 0) & (top < {math}.inf), top, xp.ones_like(top))
    result = top*xp.sqrt(xp.sum((x/top)**2, axis=axis, keepdims=True))
    return result if keepdims else xp.squeeze(result, axis=axis)
""",
    "softmax": """
def {softmax}(x, axis=-1):
    xp = {array_api_compat}.array_namespace(x)
    e = xp.exp(x - xp.max(x, axis=axis, keepdims=True))
    return e/xp.sum(e, axis=axis, keepdims=True)
""",
    "logsumexp": """
def {logsumexp}(x, axis, keepdims=False):
    xp = {array_api_compat}.array_namespace(x)
    top = xp.max(x, axis=axis, keepdims=True)
    result = xp.log(xp.sum(xp.exp(x - top), axis=axis, keepdims=True)) + top
    return result if keepdims else xp.squeeze(result, axis=axis)
""",
    "log_softmax": """
def {log_softmax}(x, axis=-1):
    xp = {array_api_compat}.array_namespace(x)
    x = x - xp.max(x, axis=axis, keepdims=True)
    return x - xp.log(xp.sum(xp.exp(x), axis=axis, keepdims=True))
""",
    "max_mask": """
def {max_mask}(x, axis=None):  # 1 at the largest entry, shared equally at a tie
    xp = {array_api_compat}.array_namespace(x)
    hit = xp.astype(x == xp.max(x, axis=axis, keepdims=True), x.dtype)
    return hit/xp.sum(hit, axis=axis, keepdims=True)
""",
    "min_mask": """
def {min_mask}(x, axis=None):  # 1 at the smallest entry, shared equally at a tie
    xp = {array_api_compat}.array_namespace(x)
    hit = xp.astype(x == xp.min(x, axis=axis, keepdims=True), x.dtype)
    return hit/xp.sum(hit, axis=axis, keepdims=True)
""",
    "prod_others": """
def {prod_others}(x, axis):  # at each entry the product of all others along `axis`
    xp = {array_api_compat}.array_namespace(x)
    x = xp.moveaxis(x, axis, tuple(range(-len(axis), 0)))
    flat = xp.reshape(x, (*x.shape[: x.ndim - len(axis)], -1))
    before = xp.cumulative_prod(flat[..., :-1], axis=-1, include_initial=True)
    after = xp.flip(xp.cumulative_prod(xp.flip(flat[..., 1:], axis=-1), axis=-1, include_initial=True), axis=-1)
    return xp.reshape(before*after, x.shape)
""",
    "unlike": """
def {unlike}(x, order):  # [i, j, ..., k]: whether k is none of the `order` places i, j, ... of the last axis
    xp = {array_api_compat}.array_namespace(x)
    n, kept = x.shape[-1], True
    every = xp.arange(n, device={array_api_compat}.device(x))
    for axis in range(order):
        kept = (xp.reshape(every, tuple(n if at == axis else 1 for at in range(order + 1))) != every) & kept
    return kept
""",
    "prod_except": """
def {prod_except}(x, axis, order):  # products of all entries but `order` of them, over every choice of those
    xp = {array_api_compat}.array_namespace(x)
    x = xp.moveaxis(x, axis, tuple(range(-len(axis), 0)))
    batch, acted = x.shape[: x.ndim - len(axis)], x.shape[x.ndim - len(axis) :]
    x = xp.reshape(x, (*batch, *(1,) * order, -1))
    products = xp.prod(xp.where({unlike}(x, order), x, xp.ones_like(x)), axis=-1)
    return xp.reshape(products, (*batch, *acted * order))
""",
    "gather": """
def {gather}(x, shape, places):  # x[places(i, j, ...)] for every entry of `shape`, zero outside x
    xp, device = {array_api_compat}.array_namespace(x), {array_api_compat}.device(x)
    axes = range(len(shape))
    grid = [xp.reshape(xp.arange(shape[axis], device=device), tuple(shape[at] if at == axis else 1 for at in axes)) for axis in axes]
    inside, flat = True, 0
    for place, size in zip(places(*grid), x.shape):
        place = xp.asarray(place, device=device)
        inside = (place >= 0) & (place < size) & inside
        flat = xp.clip(place, 0, size - 1) + flat*size
    flat = xp.reshape(xp.broadcast_to(flat, shape), (-1,))
    found = xp.reshape(xp.take(xp.reshape(x, (-1,)), flat, axis=0), shape)
    return xp.where(inside, found, xp.zeros_like(found))
""",
}

ARRAY_API = Target(
    "xp", "", "xp",
    functions={
        "arcsin": "{xp}.asin", "arccos": "{xp}.acos", "arctan": "{xp}.atan", "arctan2": "{xp}.atan2",
        "arcsinh": "{xp}.asinh", "arccosh": "{xp}.acosh", "arctanh": "{xp}.atanh",
        "exp2": "(2.0**({0}))",
        "step": "(({xp}.sign({0}) + 1)/2)", "logit": "({xp}.log({0}) - {xp}.log1p(-({0})))",
        **{name: f"{{{name}}}" for name in SPECIAL},
    },
    primitives={
        **{name: f"{{{name}}}" for name in ("softmax", "log_softmax", "logsumexp", "norm", "max_mask", "min_mask", "diag", "pad")},
        **CELLS,
    },
    helpers={**HELPERS, **SPECIAL, **LINEAR, "inputs": INPUTS["xp"]},
    namespace="{array_api_compat}.array_namespace({0})",
)
