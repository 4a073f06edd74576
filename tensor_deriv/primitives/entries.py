"""Primitives that are definitions in index notation, from which tests/test_primitives.py derives their rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..index.bodies import Apply
from ..index.dims import UNIT, Dim
from ..index.indices import fresh
from ..index.nodes import UNITY, Component, Expr, Extent, Power, Product, Sum, number
from ..index.slots import Slot
from .row import Companions, Primitive, deltas, minus, placed, split

Array = Any


# ∂p_i/∂s_m = p_i (δ_im − p_m)
def _softmax(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    acted, batch = split(len(by), apply.axes, apply.slots)
    by_acted, by_batch = split(len(by), apply.axes, by)
    other = Component(value, placed(apply.slots, apply.axes, by_acted))
    inner = Sum((Product(deltas(acted, by_acted)), minus(other)))
    return Product((*deltas(batch, by_batch), Component(value, apply.slots), inner))


# ∂(log p_i)/∂s_m = δ_im − p_m
def _log_softmax(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    acted, batch = split(len(by), apply.axes, apply.slots)
    by_acted, by_batch = split(len(by), apply.axes, by)
    soft = program.companion("softmax", apply)
    other = Component(soft, placed(apply.slots, apply.axes, by_acted))
    return Product((*deltas(batch, by_batch), Sum((Product(deltas(acted, by_acted)), minus(other)))))


# ∂ log Σ exp s / ∂s_m = softmax(s)_m
def _logsumexp(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    _, by_batch = split(len(by), apply.axes, by)
    return Product((*deltas(apply.slots, by_batch), Component(program.companion("softmax", apply), by)))


# ∂‖s‖/∂s_m = s_m / ‖s‖
def _norm(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    _, by_batch = split(len(by), apply.axes, by)
    inverse = Power(Component(value, apply.slots), number(-1))
    return Product((*deltas(apply.slots, by_batch), Component(apply.tensor, by), inverse))


# ∂ var(s)/∂s_m = 2/N (s_m − 1/N Σ_k s_k)
def _var(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    _, by_batch = split(len(by), apply.axes, by)
    count = Power(Extent(_count(program, apply)), number(-1))
    shape = program.shape(apply.tensor)
    summed = tuple(fresh(shape[axis], "k") for axis in apply.axes)
    mean = Product((count, Component(apply.tensor, placed(by, apply.axes, summed))), summed)
    centred = Sum((Component(apply.tensor, by), minus(mean)))
    return Product((*deltas(apply.slots, by_batch), number(2), count, centred))


def _count(program: Companions, apply: Apply) -> Dim:
    total = UNIT
    for axis in apply.axes:
        total = total * program.shape(apply.tensor)[axis]
    return total


# ∂ max(s)/∂s_m = [s_m = max s] / (how many)
def _extreme(mask: str) -> Callable[[Companions, str, Apply, tuple[Slot, ...]], Expr]:
    def partial(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
        _, by_batch = split(len(by), apply.axes, by)
        return Product((*deltas(apply.slots, by_batch), Component(program.companion(mask, apply), by)))

    return partial


def _nothing(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    return number(0)


# ∂ Π_{k ∉ E} s_k / ∂s_m = Π_{e ∈ E} (1 − δ_em) Π_{k ∉ E, k ≠ m} s_k, without a division
def _prod(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    rank, width = len(by), len(apply.axes)
    by_acted, by_batch = split(rank, apply.axes, by)
    batch, left_out = apply.slots[: rank - width], apply.slots[rank - width :]
    elsewhere = [
        Sum((UNITY, minus(Product(deltas(left_out[at : at + width], by_acted))))) for at in range(0, len(left_out), width)
    ]
    deeper = program.companion(f"prod{len(left_out) // width + 1}", apply)
    return Product((*deltas(batch, by_batch), *elsewhere, Component(deeper, (*by_batch, *left_out, *by_acted))))


def _np_logsumexp(x: Array, axes: tuple[int, ...]) -> Array:
    top = np.max(x, axis=axes, keepdims=True)
    return np.squeeze(np.log(np.sum(np.exp(x - top), axis=axes, keepdims=True)) + top, axis=axes)


def _np_softmax(x: Array, axes: tuple[int, ...]) -> Array:
    e = np.exp(x - np.max(x, axis=axes, keepdims=True))
    return e / e.sum(axis=axes, keepdims=True)


def _np_log_softmax(x: Array, axes: tuple[int, ...]) -> Array:
    return x - np.expand_dims(_np_logsumexp(x, axes), axes)


def _np_mask(extreme: Callable[..., Array]) -> Callable[[Array, tuple[int, ...]], Array]:
    def mask(x: Array, axes: tuple[int, ...]) -> Array:
        hit = 1.0 * (x == extreme(x, axis=axes, keepdims=True))
        return hit / hit.sum(axis=axes, keepdims=True)

    return mask


def prod_except(x: Array, axes: tuple[int, ...], order: int) -> Array:
    """Products of all entries but `order` of them, over every choice of those; axes: batch, then the choices."""
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    batch, acted = moved.shape[: moved.ndim - len(axes)], moved.shape[moved.ndim - len(axes) :]
    flat = moved.reshape(*batch, 1, -1)
    count = flat.shape[-1]
    chosen = np.indices((count,) * order).reshape(order, count**order)
    kept = (np.arange(count) != chosen[..., None]).all(axis=0)
    return np.where(kept, flat, 1.0).prod(axis=-1).reshape((*batch, *acted * order))


def _prods(order: int) -> Callable[[Array, tuple[int, ...]], Array]:
    return lambda x, axes: prod_except(x, axes, order)


_DEF = "from its definition in index notation"
_TIE = "at a tie of {} the tied entries share the derivative equally"

ROWS = [
    Primitive("softmax", "map", _softmax, _np_softmax, "∂pᵢ/∂sₘ = pᵢ(δᵢₘ − pₘ)", _DEF, letter="p"),
    Primitive("log_softmax", "map", _log_softmax, _np_log_softmax, "∂(log p)ᵢ/∂sₘ = δᵢₘ − pₘ", _DEF, letter="q"),
    Primitive("logsumexp", "reduce", _logsumexp, _np_logsumexp, "∂ log Σ exp s/∂sₘ = softmax(s)ₘ", _DEF, letter="r"),
    Primitive(
        "norm", "reduce", _norm, lambda x, axes: np.sqrt(np.sum(np.square(x), axis=axes)), "∂‖s‖/∂sₘ = sₘ/‖s‖", _DEF,
        kink="norm has no derivative at 0", letter="r",
    ),
    Primitive("var", "reduce", _var, lambda x, axes: np.var(x, axis=axes), "∂var(s)/∂sₘ = 2(sₘ − mean(s))/N", _DEF, letter="v"),
    Primitive(
        "max", "reduce", _extreme("max_mask"), lambda x, axes: np.max(x, axis=axes), "∂max(s)/∂sₘ = [sₘ = max(s)]", _DEF,
        kink=_TIE.format("max"), letter="r",
    ),
    Primitive(
        "min", "reduce", _extreme("min_mask"), lambda x, axes: np.min(x, axis=axes), "∂min(s)/∂sₘ = [sₘ = min(s)]", _DEF,
        kink=_TIE.format("min"), letter="r",
    ),
    Primitive("max_mask", "map", _nothing, _np_mask(np.max), "∂[s = max(s)]/∂s = 0", _DEF, letter="h"),
    Primitive("min_mask", "map", _nothing, _np_mask(np.min), "∂[s = min(s)]/∂s = 0", _DEF, letter="h"),
    *(
        Primitive("prod" + str(order or ""), "pick", _prod, _prods(order), "∂Πsₖ/∂sₘ = Π_{k≠m} sₖ", _DEF, letter="r", order=order)
        for order in range(5)
    ),
]
