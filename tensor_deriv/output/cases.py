"""Conditions in print: the indicator of a range as [i ≥ j], and a choice between two values case by case."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..index.dims import UNIT, ZERO, Dim
from ..index.nodes import Expr, Function, Inside
from ..index.slots import Affine, Index, Slot, bounds, slot_terms
from .targets import Target

Shown = Callable[[Expr], str]
Terms = Sequence[tuple[Index, Dim]]

OPPOSITE = {"greater": "at most", "greater_equal": "less", "equal": "not"}
TURNED = {"greater": "less", "greater_equal": "at most"}  # one number on the left: c > u reads as u < c
AGAINST = {"greater": "at least", "greater_equal": "greater"}
SIGNS = {"greater": "greater", "greater_equal": "at least", "equal": "is"}


def condition(expr: Expr, target: Target, shown: Shown, place: Callable[[Slot], str]) -> str:
    """A condition in words of mathematics, without brackets."""
    match expr:
        case Inside(slot):
            return _range(slot, target, place)
        case Function(row, (number, other)) if row.name in TURNED and other.free and not number.free:
            return f"{shown(other)} {target.marks[TURNED[row.name]]} {shown(number)}"
        case Function(row, args) if row.name in SIGNS:
            return f"{shown(args[0])} {target.marks[SIGNS[row.name]]} {shown(args[1])}"
    return f"{shown(expr)} {target.marks['not']} 0"


def opposite(expr: Expr, target: Target, shown: Shown) -> str | None:
    """The condition that holds where `expr` does not; None where that has no sign of its own."""
    match expr:
        case Inside():
            return None
        case Function(row, (number, other)) if row.name in TURNED and other.free and not number.free:
            return f"{shown(other)} {target.marks[AGAINST[row.name]]} {shown(number)}"
        case Function(row, args) if row.name in OPPOSITE:
            return f"{shown(args[0])} {target.marks[OPPOSITE[row.name]]} {shown(args[1])}"
    return f"{shown(expr)} {target.marks['is']} 0"


def _range(slot: Slot, target: Target, place: Callable[[Slot], str]) -> str:
    """0 ≤ place < extent, what always holds left out, and nothing with a minus where it can stand on the other side."""
    low, high = bounds(slot)
    terms, offset = slot_terms(slot)
    below = not low.never_negative
    above = not (slot.extent - UNIT - high).never_negative
    left = [(index, c) for index, c in terms if c.never_negative]
    right = [(index, -c) for index, c in terms if not c.never_negative]
    if below and above:
        if right:
            return f"0 {target.marks['at most']} {place(slot)} {target.marks['less']} {target.dim(slot.extent)[0]}"
        core = place(Affine(tuple(left), ZERO, slot.extent))
        return f"{target.dim(-offset)[0]} {target.marks['at most']} {core} {target.marks['less']} {target.dim(slot.extent - offset)[0]}"
    if above:
        return _compared(left, right, ZERO, slot.extent - offset, target.marks["less"], place)
    strict = offset == -UNIT
    rest = ZERO if strict else offset
    return _compared(left, right, _part(rest, 1), _part(rest, -1), target.marks["greater" if strict else "at least"], place)


def _part(dim: Dim, sign: int) -> Dim:
    """The terms of a dimension with one sign, as positive ones."""
    return Dim((names, abs(count)) for names, count in dim.terms if count * sign > 0)


def _compared(left: Terms, right: Terms, more: Dim, rest: Dim, sign: str, place: Callable[[Slot], str]) -> str:
    sides = (place(Affine(tuple(terms), number, UNIT)) for terms, number in ((left, more), (right, rest)))
    return f" {sign} ".join(sides)
