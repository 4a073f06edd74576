"""What stands in a slot of a tensor: an index, several as one, a fixed place, a shift."""

from __future__ import annotations

from dataclasses import dataclass

from .dims import UNIT, ZERO, Dim


class Index:
    """An index with its extent; two are equal when they are the same index."""

    __slots__ = ("extent", "hint", "id")

    def __init__(self, id: int, extent: Dim, hint: str = "") -> None:
        self.id = id
        self.extent = extent
        self.hint = hint

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and self.id == other.id

    def __hash__(self) -> int:
        return self.id

    def __repr__(self) -> str:
        return f"{self.hint or 'i'}{self.id}"


@dataclass(frozen=True)
class Affine:
    """A slot that holds Σ coefficient·index + offset: a group of indices, a fixed number, a shift."""

    terms: tuple[tuple[Index, Dim], ...]
    offset: Dim
    extent: Dim


Slot = Index | Affine

ONE = Affine((), ZERO, UNIT)  # the only place on an axis of extent 1


def group(slots: tuple[Slot, ...]) -> Slot:
    """One slot that runs over several, the last fastest (row-major, as `kron` and `reshape`)."""
    terms: list[tuple[Index, Dim]] = []
    offset, stride = ZERO, UNIT
    for slot in reversed(slots):
        pairs, base = slot_terms(slot)
        terms[:0] = [(index, coefficient * stride) for index, coefficient in pairs]
        offset = offset + base * stride
        stride = stride * slot.extent
    return affine(tuple(terms), offset, stride)


def affine(terms: tuple[tuple[Index, Dim], ...], offset: Dim, extent: Dim) -> Slot:
    """Σ coefficient·index + offset as the plainest slot that says it."""
    if len(terms) == 1 and terms[0][1] == UNIT and offset == ZERO and terms[0][0].extent == extent:
        return terms[0][0]
    return Affine(terms, offset, extent)


def slot_terms(slot: Slot) -> tuple[tuple[tuple[Index, Dim], ...], Dim]:
    """(index, coefficient) pairs and the offset of a slot."""
    return (((slot, UNIT),), ZERO) if isinstance(slot, Index) else (slot.terms, slot.offset)


def slot_indices(slot: Slot) -> tuple[Index, ...]:
    """The indices a slot is made of, in order."""
    return (slot,) if isinstance(slot, Index) else tuple(index for index, _ in slot.terms)


def is_group(slot: Slot) -> bool:
    """Whether a slot is an index, or runs over its members in row-major order, each place once."""
    if isinstance(slot, Index):
        return True
    stride = UNIT
    for index, coefficient in reversed(slot.terms):
        if coefficient != stride:
            return False
        stride = stride * index.extent
    return not slot.offset.terms and stride == slot.extent


def inside(slot: Slot) -> bool:
    """Whether a slot's place lies in its range wherever its indices stand; False where that does not show."""
    if isinstance(slot, Index):
        return True
    low, high = bounds(slot)
    return low.never_negative and (slot.extent - UNIT - high).never_negative


def bounds(slot: Slot) -> tuple[Dim, Dim]:
    """The least and the largest place a slot can hold; coefficients are numbers or products of dimensions."""
    terms, offset = slot_terms(slot)
    low = high = offset
    for index, coefficient in terms:
        reach = coefficient * (index.extent - UNIT)
        low, high = (low, high + reach) if coefficient.never_negative else (low + reach, high)
    return low, high
