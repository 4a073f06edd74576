"""What a row of the table of tensor primitives holds, and the words that rows are written in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..index.bodies import Apply
from ..index.dims import ZERO, Dim
from ..index.nodes import MINUS, Delta, Expr, Inside, Product
from ..index.slots import Slot, affine, slot_terms

Array = Any


class Companions(Protocol):
    """What a row may ask of the program: another primitive of the same argument."""

    def companion(self, primitive: str, of: Apply) -> str:
        """The name of the tensor that holds `primitive` of the argument of `of`."""

    def shape(self, tensor: str) -> tuple[Dim, ...]:
        """The shape of a tensor."""


@dataclass(frozen=True)
class Primitive:
    """One tensor function of one tensor, acting on `axes` of it and entry by entry on the others."""

    name: str
    kind: str  # "map": the result has the argument's axes; "reduce": the acted axes are gone; "turned": the last two change places;
    # "pick": the acted axes stand last, as often as `order` says
    partial: Callable[[Companions, str, Apply, tuple[Slot, ...]], Expr]
    numpy: Callable[[Array, tuple[int, ...]], Array]
    law: str
    source: str
    matrix: bool = False  # acts on the last two axes, as linear algebra
    regular: bool = False  # of a matrix that must be well conditioned
    kink: str = ""
    letter: str = "s"
    words: str = ""
    order: int = 0
    scan: bool = False  # acts on one axis, in the order of its entries


def split(rank: int, axes: tuple[int, ...], slots: tuple[Slot, ...]) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
    """The slots of `slots` on the acted axes, and the others."""
    acted = tuple(slots[axis] for axis in axes)
    return acted, tuple(slots[axis] for axis in range(rank) if axis not in axes)


def deltas(left: tuple[Slot, ...], right: tuple[Slot, ...]) -> tuple[Expr, ...]:
    """Π δ, pair by pair."""
    return tuple(Delta(a, b) for a, b in zip(left, right, strict=True))


def placed(slots: tuple[Slot, ...], axes: tuple[int, ...], new: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """`slots` with those on `axes` exchanged for `new`."""
    exchanged = dict(zip(axes, new, strict=True))
    return tuple(exchanged.get(axis, slot) for axis, slot in enumerate(slots))


def no_less(left: Slot, right: Slot, by: Dim = ZERO) -> Expr:
    """The indicator [left ≥ right + by]."""
    (terms, offset), (others, other) = slot_terms(left), slot_terms(right)
    place = affine((*terms, *((index, -c) for index, c in others)), offset - other - by, left.extent)
    return Inside(place)


def linear(function: Callable[[Array], Array]) -> Callable[[Array, tuple[int, ...]], Array]:
    """The numeric meaning of a function of matrices, whose axes are the last two."""
    return lambda x, axes: function(x)


def minus(expr: Expr) -> Expr:
    return Product((MINUS, expr))
