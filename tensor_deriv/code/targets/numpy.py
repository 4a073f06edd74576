"""What NumPy calls things, and what it lacks as functions of a few lines."""

from __future__ import annotations

from .. import linear
from ..guard import FLOATING, INPUTS
from .target import Target

HELPERS = {
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
    with {xp}.errstate(over="ignore"):  # 1/(1 + inf) = 0
        return 1/(1 + {xp}.exp(-x))
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
    e = {xp}.subtract(x, x.max(axis=axis, keepdims=True), dtype={xp}.result_type(x, 1.0))
    {xp}.exp(e, out=e)
    e /= e.sum(axis=axis, keepdims=True)
    return e
""",
    "scaled_softmax": """
def {scaled_softmax}(x, scale, axis=-1):
    e = {xp}.subtract(x, x.max(axis=axis, keepdims=True), dtype={xp}.result_type(x, 1.0))
    {xp}.exp(e, out=e)
    e *= scale/e.sum(axis=axis, keepdims=True)
    return e
""",
    "vecdot": """
def {vecdot}(x, y):  # sum(x*y, axis=-1); NumPy's own, since version 2, is the faster where rows lie in one piece
    if hasattr({xp}, "vecdot") and x.flags.c_contiguous and y.flags.c_contiguous:
        return {xp}.vecdot(x, y)
    return {xp}.einsum("...i,...i->...", x, y)
""",
    "logsumexp": """
def {logsumexp}(x, axis=None, keepdims=False):
    top = x.max(axis=axis, keepdims=True)
    e = {xp}.subtract(x, top, dtype={xp}.result_type(x, 1.0))
    result = {xp}.log({xp}.exp(e, out=e).sum(axis=axis, keepdims=True)) + top
    return result if keepdims else result.squeeze(axis=axis)
""",
    "log_softmax": """
def {log_softmax}(x, axis=-1):
    x = {xp}.subtract(x, x.max(axis=axis, keepdims=True), dtype={xp}.result_type(x, 1.0))
    x -= {xp}.log({xp}.exp(x).sum(axis=axis, keepdims=True))
    return x
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
    helpers={**HELPERS, "inputs": INPUTS["numpy"], "floating": FLOATING, **linear.NUMPY},
)
