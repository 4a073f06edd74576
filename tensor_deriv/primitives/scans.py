"""Primitives that run along one axis: each entry of the result takes in those before it and its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..functions import call
from ..index.bodies import Apply
from ..index.nodes import NOUGHT, Component, Expr, Product, Sum, Where
from ..index.slots import Slot
from .row import Companions, Primitive, deltas, minus, no_less, placed, split

Array = Any
LAST = 3  # order of the derivatives of cumprod that are known


# ∂ log Σ_{k ≤ i} exp s_k/∂s_m = exp(s_m − L_i) where i ≥ m: an exponent that is never positive
def _logcumsumexp(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    (i,), batch = split(len(by), apply.axes, apply.slots)
    (m,), by_batch = split(len(by), apply.axes, by)
    below = minus(Component(value, placed(by, apply.axes, (i,))))
    share = call("exp", Sum((Component(apply.tensor, by), below)))
    return Product((*deltas(batch, by_batch), Where(no_less(i, m), share, NOUGHT)))


# ∂ Π_{k ≤ i} s_k/∂s_m = [i ≥ m] Π_{k ≤ i, k ≠ m} s_k, without a division; and once more of that
def _cumprod(order: int) -> Callable[[Companions, str, Apply, tuple[Slot, ...]], Expr]:
    def partial(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
        own = split(len(by), apply.axes, apply.slots) if not order else (apply.slots[len(by) - 1 :], apply.slots[: len(by) - 1])
        by_acted, by_batch = split(len(by), apply.axes, by)
        deeper = program.companion(f"cumprod{order + 1}", apply)
        return Product((*deltas(own[1], by_batch), Component(deeper, (*by_batch, *own[0], *by_acted))))

    return partial


def cumprod_except(x: Array, axes: tuple[int, ...], order: int) -> Array:
    """Products of the entries so far but `order` of them, 0 where one of those is not among them; axes: batch, the scan, the choices."""
    moved = np.moveaxis(x, axes, (-1,))
    count = moved.shape[-1]
    every, chosen = np.arange(count), np.indices((count,) * order).reshape(order, 1, -1)
    within = (every[:, None] >= chosen).all(axis=0) & _distinct(chosen)
    kept = (every[:, None] != chosen).all(axis=0)
    products = np.where(kept, moved[..., None], 1.0).cumprod(axis=-2)
    return np.reshape(np.where(within, products, 0.0), (*moved.shape, *(count,) * order))


def _distinct(chosen: Array) -> Array:
    ordered = np.sort(chosen, axis=0)
    return (ordered[1:] != ordered[:-1]).all(axis=0)


def _numpy(order: int) -> Callable[[Array, tuple[int, ...]], Array]:
    return lambda x, axes: cumprod_except(x, axes, order)


_DEF = "from its definition in index notation"

ROWS = [
    Primitive(
        "logcumsumexp", "map", _logcumsumexp, lambda x, axes: np.logaddexp.accumulate(x, axis=axes[0]),
        "∂Lᵢ/∂sₘ = exp(sₘ − Lᵢ) [i ≥ m]", _DEF, letter="r", scan=True,
    ),
    Primitive(
        "cumprod", "map", _cumprod(0), lambda x, axes: np.cumprod(x, axis=axes[0]), "∂cᵢ/∂sₘ = [i ≥ m] Π_{k≤i, k≠m} sₖ", _DEF,
        letter="r", scan=True,
    ),
    *(
        Primitive(
            f"cumprod{order}", "pick", _cumprod(order), _numpy(order), "∂cᵢₘ/∂sₙ = Π_{k≤i, k≠m, k≠n} sₖ", _DEF, letter="r",
            scan=True, order=order + 1,
        )
        for order in range(1, LAST + 1)
    ),
]  # fmt: skip
