"""Values in the making: an array-language term is (axes, expression), an axis being a slot.

An axis of extent 1 is `ONE`, and an axis of `kron` or `vec` a group of indices, so keepdims and broadcasting cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from ..errors import Place, ShapeError, UnsupportedError
from ..index.dims import Dim
from ..index.indices import fresh_like, renew, substitute, substitute_slot
from ..index.nodes import Expr, Product
from ..index.slots import ONE, Affine, Index, Slot, slot_indices
from .unify import Solver


@dataclass(frozen=True)
class Value:
    """An array: one slot an axis, and the entry at those slots."""

    axes: tuple[Slot, ...]
    expr: Expr

    @property
    def rank(self) -> int:
        return len(self.axes)

    def copy(self) -> Value:
        """The same array on fresh indices."""
        mapping: dict[Index, Slot] = {index: fresh_like(index) for axis in self.axes for index in slot_indices(axis)}
        axes = tuple(substitute_slot(axis, mapping) for axis in self.axes)
        return Value(axes, substitute(renew(self.expr), mapping))

    def replaced(self, mapping: dict[Index, Slot]) -> Value:
        """The array with some of its axis indices replaced."""
        return Value(tuple(substitute_slot(axis, mapping) for axis in self.axes), substitute(self.expr, mapping))


Words = Callable[[], str]
Where = Callable[[], Place | None]


class Complaint(Protocol):
    """What to say when the value of a number does not fit those before it; made up only when it is said."""

    def words(self, number: int, before: Value, value: Value) -> str: ...

    def place(self, number: int) -> Place | None: ...


def show_shape(extents: Iterable[Dim]) -> str:
    """A shape as NumPy prints it, without the trailing comma; an extent that is not known yet as `_`."""
    return "(" + ", ".join("_" if "?" in str(extent) else str(extent) for extent in extents) + ")"


class Aligner:
    """Brings the axes of two arrays onto the same indices, with NumPy's rules."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver

    def shape(self, value: Value) -> str:
        """The shape as the caller knows it."""
        return show_shape(self.solver.resolve(axis.extent) for axis in value.axes)

    def merge(self, left: Slot, right: Slot, message: Words, place: Where) -> tuple[dict[Index, Slot], dict[Index, Slot]]:
        """Substitutions for the left and the right array that make one axis of two equal extents."""
        if isinstance(left, Affine) and isinstance(right, Affine):
            self._member_by_member(left, right)
        self.solver.require(left.extent, right.extent, message, place)
        if isinstance(right, Index):
            return {}, {right: left}
        if isinstance(left, Index):
            return {left: right}, {}
        return {}, self._members(left, right, place)

    def _member_by_member(self, left: Affine, right: Affine) -> None:
        # extents that are yet unknown: vec(A) @ vec(B) takes A and B of one shape, as n·d = ?·? says no more
        if len(left.terms) == len(right.terms) and any("?" in name for name in self._names(left) | self._names(right)):
            for (a, _), (b, _) in zip(left.terms, right.terms, strict=True):
                self.solver.equal(a.extent, b.extent)

    def _names(self, slot: Affine) -> frozenset[str]:
        return self.solver.resolve(slot.extent).names

    def _members(self, left: Affine, right: Affine, place: Where) -> dict[Index, Slot]:
        pairs = list(zip(left.terms, right.terms, strict=False))
        same = len(left.terms) == len(right.terms) and left.offset == right.offset
        if not same or not all(self.solver.equal(a.extent, b.extent) and self.solver.equal(c, d) for (a, c), (b, d) in pairs):
            words = "an axis made of several (by kron or vec) meets one that is divided another way: name one of them in a definition"
            raise UnsupportedError(words, place())
        return {b: a for (a, _), (b, _) in pairs}

    def broadcast(self, values: list[Value], complain: Complaint) -> tuple[tuple[Slot, ...], list[Expr]]:
        """The axes of an elementwise result, and the entries on them; `complain` has the words for the value of that number."""
        axes, exprs = values[0].axes, [values[0].expr]
        for number, value in enumerate(values[1:], 1):
            axes, value, exprs = self._pair(Value(axes, Product(())), exprs, value, complain, number)
            exprs.append(value.expr)
        return axes, exprs

    def _pair(
        self, left: Value, exprs: list[Expr], right: Value, complain: Complaint, number: int
    ) -> tuple[tuple[Slot, ...], Value, list[Expr]]:
        before = left, right
        message, place = (lambda: complain.words(number, *before)), (lambda: complain.place(number))
        for back in range(1, min(left.rank, right.rank) + 1):
            a, b = left.axes[-back], right.axes[-back]
            if a == ONE or b == ONE:
                continue
            for_left, for_right = self.merge(a, b, message, place)
            left, right = left.replaced(for_left), right.replaced(for_right)
            exprs = [substitute(expr, for_left) for expr in exprs]
        longer, shorter = (left, right) if left.rank >= right.rank else (right, left)
        offset = longer.rank - shorter.rank
        axes = longer.axes[:offset] + tuple(
            b if a == ONE else a for a, b in zip(longer.axes[offset:], shorter.axes, strict=True)
        )
        return axes, right, exprs


def axis_number(axis: int, rank: int, place: Place | None) -> int:
    """An axis counted from the front; ShapeError when there is no such axis."""
    if not -rank <= axis < rank:
        raise ShapeError(f"axis {axis} does not exist in an array of {rank} ax{'i' if rank == 1 else 'e'}s", place)
    return axis % rank
