"""Entries of an array at other places: slices, fixed numbers, shifts. An index is put in for another; nothing is copied."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import ShapeError, UnsupportedError
from ..index.dims import UNIT, ZERO, Dim, integer
from ..index.indices import fresh, substitute
from ..index.nodes import Component, Delta, Expr, Product, Sum
from ..index.slots import ONE, Affine, Index, Slot, affine
from .values import Value

if TYPE_CHECKING:
    from .lower import Lowering


def indexed(lowering: Lowering, value: Value, items: Sequence[ast.expr], node: ast.expr) -> Value:
    """`x[items]` of slices, integers and None, as NumPy takes them."""
    given = sum(not _is_new(item) for item in items)
    if given > value.rank:
        shape = lowering.aligner.shape(value)
        raise ShapeError(f"{given} places are given, the array has the shape {shape}", lowering.place(node))
    axis = 0
    for item in items:
        if _is_new(item):
            value = Value((*value.axes[:axis], ONE, *value.axes[axis:]), value.expr)
            axis += 1
        elif isinstance(item, ast.Slice):
            value = _sliced(lowering, value, axis, item, node)
            axis += 1
        else:
            value = fixed(lowering, value, axis, _bound(lowering, item, value.axes[axis].extent), node)
    return value


def _is_new(item: ast.expr) -> bool:
    return isinstance(item, ast.Constant) and item.value is None


def _bound(lowering: Lowering, node: ast.expr, extent: Dim) -> Dim:
    """A place as a dimension, from the end where it has a minus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return lowering.solver.resolve(extent) - lowering.size(node.operand)
    return lowering.size(node)


def fixed(lowering: Lowering, value: Value, axis: int, at: Dim, node: ast.AST) -> Value:
    """The entries at one place of an axis, which is gone."""
    extent = lowering.solver.resolve(value.axes[axis].extent)
    lowering.need(at, f"place {at} of an axis of extent {extent}", node)
    lowering.need(extent - UNIT - at, f"place {at} of an axis of extent {extent}", node)
    if value.axes[axis] == ONE:
        return Value((*value.axes[:axis], *value.axes[axis + 1 :]), value.expr)
    value, index = opened(lowering, value, axis)
    slot = Affine((), at, index.extent)
    return Value((*value.axes[:axis], *value.axes[axis + 1 :]), substitute(value.expr, {index: slot}))


def _sliced(lowering: Lowering, value: Value, axis: int, part: ast.Slice, node: ast.AST) -> Value:
    if part.lower is part.upper is part.step is None:
        return value
    extent = lowering.solver.resolve(value.axes[axis].extent)
    step = 1 if part.step is None else lowering.integer(part.step)
    if step == -1 and part.lower is part.upper is None:
        return flipped(lowering, value, axis)
    if step < 1:
        raise UnsupportedError("a step may be positive, or `[::-1]` for all of an axis", lowering.place(node))
    start = ZERO if part.lower is None else _clipped(_bound(lowering, part.lower, extent), extent)
    stop = extent if part.upper is None else _clipped(_bound(lowering, part.upper, extent), extent)
    words = f"slice from {start} to {stop} of an axis of extent {extent}"
    length = _length(stop - start, step)
    if length is None:
        raise UnsupportedError(f"the {words} has no length in whole dimensions: give the sizes as integers", lowering.place(node))
    for least in (start, stop - start - UNIT, extent - stop):
        lowering.need(least, words, node)
    if value.axes[axis] == ONE:
        return value
    value, index = opened(lowering, value, axis)
    new = fresh(length, index.hint)
    return moved(value, axis, index, affine(((new, integer(step)),), start, index.extent), (new,) if length != UNIT else (ONE,))


def _clipped(place: Dim, extent: Dim) -> Dim:
    """A place of an axis whose extent is a number, as NumPy takes it."""
    at, count = place.constant, extent.constant
    return place if at is None or count is None else integer(min(max(at, 0), count))


def _length(reach: Dim, step: int) -> Dim | None:
    if step == 1:
        return reach
    # ⌈(q s − k)/s⌉ = q for 0 ≤ k < s
    count = reach.constant
    if count is not None:
        return integer(-(-count // step))
    return next((found for k in range(step) if (found := (reach + integer(k)).over(integer(step)))), None)


def flipped(lowering: Lowering, value: Value, axis: int) -> Value:
    """x_(n−1−i)."""
    if value.axes[axis] == ONE:
        return value
    value, index = opened(lowering, value, axis)
    new = fresh(index.extent, index.hint)
    return moved(value, axis, index, Affine(((new, -UNIT),), index.extent - UNIT, index.extent), (new,))


def moved(value: Value, axis: int, index: Index, slot: Slot, new: tuple[Slot, ...]) -> Value:
    """The array with an index exchanged for a place that lies in its range, on other axes."""
    if new == (ONE,) and isinstance(slot, Affine):
        slot = Affine((), slot.offset, slot.extent)
    return Value((*value.axes[:axis], *new, *value.axes[axis + 1 :]), substitute(value.expr, {index: slot}))


def opened(lowering: Lowering, value: Value, axis: int) -> tuple[Value, Index]:
    """The array with one index on an axis, named where the axis was a group."""
    slot = value.axes[axis]
    if isinstance(slot, Index):
        return value, slot
    value = named(lowering, value)
    index = value.axes[axis]
    assert isinstance(index, Index)
    return value, index


def named(lowering: Lowering, value: Value) -> Value:
    """The same array as components of a tensor with a name, one index an axis."""
    name = lowering.scope.part(value)
    slots = tuple(slot if slot == ONE else fresh(slot.extent, slot.hint if isinstance(slot, Index) else "") for slot in value.axes)
    return Value(slots, Component(name, slots))


def beyond(lowering: Lowering, value: Value, axis: int) -> tuple[Value, Index]:
    """The array such that an index on an axis may leave its range, where the entry is zero."""
    if value.axes[axis] == ONE:
        value = named(lowering, value)
        index = fresh(UNIT)
        expr = value.expr
        assert isinstance(expr, Component)
        slots = (*expr.slots[:axis], index, *expr.slots[axis + 1 :])
        return Value((*value.axes[:axis], index, *value.axes[axis + 1 :]), Component(expr.tensor, slots)), index
    value, index = opened(lowering, value, axis)
    return (value, index) if _vanishes(value.expr, index) else opened(lowering, named(lowering, value), axis)


def _vanishes(expr: Expr, index: Index) -> bool:
    """Whether an entry is zero where an index leaves its range, by its form."""
    match expr:
        case Component(_, slots):
            return index in slots
        case Delta(left, right):
            return index in (left, right)
        case Sum(terms):
            return all(_vanishes(term, index) for term in terms)
        case Product(factors, _):
            return all(isinstance(f, Component | Delta) for f in factors) and any(_vanishes(f, index) for f in factors)
    return False


def parse_items(node: ast.Subscript) -> list[ast.expr]:
    """What stands in the brackets, one for each axis."""
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
