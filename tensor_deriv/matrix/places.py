"""Array expressions for entries at other places: slices, zeros around, the other end first, a triangle, cases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..index.dims import UNIT, ZERO, Dim
from ..index.slots import Affine, Index, Slot, bounds, slot_indices, slot_terms
from .calls import Filled
from .nodes import Array, Shape, broadcast


@dataclass(frozen=True)
class Part:
    """The places start, start + step, … of one axis, `length` of them."""

    start: Dim
    length: Dim
    step: int = 1

    @property
    def stop(self) -> Dim:
        """One behind the last place."""
        last = self.start
        for _ in range(self.step):
            last = last + self.length - UNIT
        return last + UNIT


@dataclass(frozen=True, eq=False)
class _Placed(Array):
    arg: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)


@dataclass(frozen=True, eq=False)
class Slice(_Placed):
    """Part of each axis, or one place of it, which takes the axis away: A[1:, 0]."""

    parts: tuple[Part | Dim, ...]

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Slice(children[0], self.parts)

    @cached_property
    def shape(self) -> Shape:
        return tuple(part.length for part in self.parts if isinstance(part, Part))


@dataclass(frozen=True, eq=False)
class Pad(_Placed):
    """Zeros before and behind the entries of each axis."""

    widths: tuple[tuple[Dim, Dim], ...]

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Pad(children[0], self.widths)

    @cached_property
    def shape(self) -> Shape:
        return tuple(extent + before + behind for extent, (before, behind) in zip(self.arg.shape, self.widths, strict=True))


@dataclass(frozen=True, eq=False)
class Flip(_Placed):
    """The other end of some axes first."""

    axes: tuple[int, ...]

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Flip(children[0], self.axes)

    @cached_property
    def shape(self) -> Shape:
        return self.arg.shape


@dataclass(frozen=True, eq=False)
class Tril(_Placed):
    """The entries of a matrix on and below the k-th diagonal, zeros above."""

    k: int = 0

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return type(self)(children[0], self.k)

    @cached_property
    def shape(self) -> Shape:
        return self.arg.shape


class Triu(Tril):
    """The entries of a matrix on and above the k-th diagonal, zeros below."""


@dataclass(frozen=True, eq=False)
class Where(Array):
    """`then` where the condition is not 0, else `otherwise`, broadcast."""

    condition: Array
    then: Array
    otherwise: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.condition, self.then, self.otherwise)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Where(*children)

    @cached_property
    def shape(self) -> Shape:
        return broadcast(*(child.shape for child in self.children))


PLACED = (Slice, Pad, Flip)


def at_places(node: Array, slots: tuple[Slot, ...], needs: tuple[Dim, ...]) -> Array | None:
    """The entries of an array at slots of one index or none, one axis for each index; None where that takes more than slices.

    `needs` are dimensions that are known to be 0 or more.
    """
    flips = tuple(axis for axis, slot in enumerate(slots) if _factor(slot) == -1)
    cut = [_cut(_mirrored(slot) if axis in flips else slot, needs) for axis, slot in enumerate(slots)]
    if any(part is None for part in cut):
        return None
    found = [part for part in cut if part is not None]
    if isinstance(node, Filled):
        node, flips = Filled(node.value, tuple(part.length for part, _ in found if isinstance(part, Part))), ()
        found = [(Part(ZERO, part.length), width) for part, width in found if isinstance(part, Part)]
    if flips:
        node = Flip(node, flips)
    if any(part != Part(ZERO, extent) for (part, _), extent in zip(found, node.shape, strict=True)):
        node = Slice(node, tuple(part for part, _ in found))
    if ZERO in node.shape:
        return Filled(0, tuple(index.extent for slot in slots for index in slot_indices(slot)))
    widths = tuple(width for part, width in found if isinstance(part, Part))
    return Pad(node, widths) if any(before != ZERO or behind != ZERO for before, behind in widths) else node


def _factor(slot: Slot) -> int | None:
    terms, _ = slot_terms(slot)
    return terms[0][1].constant if len(terms) == 1 else None


def _mirrored(slot: Slot) -> Slot:
    # place E − 1 − p of the array with its other end first
    terms, offset = slot_terms(slot)
    return Affine(tuple((index, -c) for index, c in terms), slot.extent - UNIT - offset, slot.extent)


def _cut(slot: Slot, needs: tuple[Dim, ...]) -> tuple[Part | Dim, tuple[Dim, Dim]] | None:
    """What to take of an axis, and the zeros around it."""
    terms, offset = slot_terms(slot)
    low, high = bounds(slot)
    behind = high - (slot.extent - UNIT)
    if not terms:
        return (offset, (ZERO, ZERO)) if _sure(low, needs) and _sure(-behind, needs) else None
    factor = _factor(slot)
    if factor is None or factor < 1:
        return None
    length = terms[0][0].extent
    if factor > 1:
        fits = _sure(low, needs) and _sure(-behind, needs)
        return (Part(offset, length, factor), (ZERO, ZERO)) if fits else None
    start, before = _split(offset, needs)
    rest, after = _split(-behind, needs)
    if start is None or rest is None:
        return None
    return Part(start, length - before - after), (before, after)


def _split(room: Dim, needs: tuple[Dim, ...]) -> tuple[Dim | None, Dim]:
    """Room at an end of an axis as (places left out, zeros put there); None where its sign does not show."""
    if _sure(room, needs):
        return room, ZERO
    return (ZERO, -room) if _sure(-room, needs) else (None, ZERO)


def _sure(dim: Dim, needs: tuple[Dim, ...]) -> bool:
    """Whether a dimension is 0 or more, given what is known to be."""
    return dim.never_negative or any((dim - need).never_negative for need in needs)


def triangle(slot: Slot, rows: Index, columns: Index, ones: Array) -> Array | None:
    """[i − j + k in range] as a triangle of ones; None where it is something else."""
    terms, offset = slot_terms(slot)
    signs = {index: c.constant for index, c in terms}
    k, (_, high) = offset.constant, bounds(slot)
    if set(signs) != {rows, columns} or k is None or not (slot.extent - UNIT - high).never_negative:
        return None
    match signs[rows], signs[columns]:
        case 1, -1:
            return Tril(ones, k)
        case -1, 1:
            return Triu(ones, -k)
    return None
