"""What PyTorch calls things, and what it lacks as functions of a few lines."""

from __future__ import annotations

from .. import linear
from ..guard import INPUTS
from .target import Target

HELPERS = {
    "gelu": """
def {gelu}(x):  # torch.nn.functional.gelu has no digits left of -8
    return x*{xp}.erfc(-x/{math}.sqrt(2))/2
""",
    "sech": """
def {sech}(x):  # no slope is infinity times zero
    most = {math}.log({xp}.finfo(x.dtype).max)
    return 1/{xp}.cosh(x.clamp(-most, most))
""",
    "sech2": """
def {sech2}(x):  # 1 - tanh(x)**2; no slope is infinity times zero
    most = {math}.log(1.99*{xp}.finfo(x.dtype).max**0.5)
    return {xp}.cosh(x.clamp(-most, most))**-2
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
    helpers={**HELPERS, "inputs": INPUTS["torch"], **linear.TORCH},
    axis="",
    keepdims="keepdim=True",
    permute="permute",
)
