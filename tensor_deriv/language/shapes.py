"""Arrays on other axes: regrouped, put together, shifted, cut to a triangle. Each is the same entries at other indices."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ShapeError, UnsupportedError
from ..index.dims import UNIT, ZERO, Dim, integer
from ..index.indices import fresh, multiply, renew, substitute
from ..index.nodes import Delta, Expr, Sum, Where, number
from ..index.slots import ONE, Affine, Index, Slot, affine, group, is_group, slot_indices
from .letters import at_least
from .places import beyond, flipped, named, opened
from .registry import Axes, Call, Sizes, Values, operation
from .values import Value, axis_number


@operation("reshape")
def _reshape(call: Call, x: Value, *sizes: Sizes) -> Value:
    wanted = [size for part in sizes for size in part]
    if wanted.count(None) > 1:
        raise ShapeError("`reshape` may leave one size open, with -1", call.place)
    source = [call.lowering.solver.resolve(slot.extent) for slot in x.axes]
    target = _sizes(call, source, wanted)
    words = lambda: f"`reshape` makes {_shown(target)} of {call.lowering.aligner.shape(x)}"  # noqa: E731
    call.lowering.solver.require(_product(source), _product(target), words, lambda: call.place)
    resolve = call.lowering.solver.resolve
    regrouped = _regrouped(_members(call, x), [resolve(size) for size in target])
    if regrouped is None:
        flat = named(call.lowering, Value((_joined(_members(call, x)),), x.expr))
        regrouped = _regrouped(list(flat.axes), [resolve(size) for size in target])
        x = flat
    if regrouped is None:
        raise UnsupportedError("these axes cannot be regrouped with indices", call.place)
    axes, mapping = regrouped
    return Value(axes, substitute(x.expr, mapping))


def _shown(sizes: Sequence[Dim]) -> str:
    return f"({', '.join(map(str, sizes))})"


def _product(sizes: Sequence[Dim]) -> Dim:
    total = UNIT
    for size in sizes:
        total = total * size
    return total


def _sizes(call: Call, source: Sequence[Dim], wanted: Sequence[Dim | None]) -> list[Dim]:
    """The sizes asked for, the one left open worked out."""
    known = _product([size for size in wanted if size is not None])
    if None not in wanted:
        return [size for size in wanted if size is not None]
    rest = _product(source).over(known)
    if rest is None:
        raise ShapeError(f"`reshape` cannot divide {_product(source)} entries by {known}", call.place)
    return [rest if size is None else size for size in wanted]


def _members(call: Call, x: Value) -> list[Slot]:
    """The axes in row-major order, groups opened, their extents as far as they are known."""
    opened_up: list[Slot] = []
    for slot in x.axes:
        opened_up += slot_indices(slot) if is_group(slot) else (slot,)
    resolve = call.lowering.solver.resolve
    return [Index(slot.id, resolve(slot.extent), slot.hint) if isinstance(slot, Index) else slot for slot in opened_up if slot != ONE]


def _joined(members: Sequence[Slot]) -> Slot:
    return group(tuple(members)) if members else ONE


def _regrouped(members: list[Slot], target: Sequence[Dim]) -> tuple[tuple[Slot, ...], dict[Index, Slot]] | None:
    """Axes of the target's sizes, and what to put in for an index that is divided; None where sizes do not nest."""
    left = list(members)
    mapping: dict[Index, Slot] = {}
    axes: list[Slot] = []
    for size in target:
        parts: list[Slot] = []
        got = UNIT
        while got != size:
            if not left:
                return None
            first = left.pop(0)
            if size.over(got * first.extent) is None:
                split = _split(first, size.over(got), mapping)
                if split is None:
                    return None
                first, rest = split
                left.insert(0, rest)
            parts.append(first)
            got = got * first.extent
        axes.append(_joined(parts))
    return tuple(axes), mapping


def _split(slot: Slot, outer: Dim | None, mapping: dict[Index, Slot]) -> tuple[Index, Index] | None:
    """i = a·m + b, for an extent that is a product."""
    inner = slot.extent.over(outer) if outer is not None else None
    if outer is None or inner is None or not isinstance(slot, Index):
        return None
    a, b = fresh(outer), fresh(inner)
    new = group((a, b))
    for index, old in mapping.items():
        if slot in slot_indices(old):
            mapping[index] = Value((old,), number(0)).replaced({slot: new}).axes[0]
    mapping[slot] = new
    return a, b


@operation("concatenate")
def _concatenate(call: Call, arrays: Values, axis: int = 0) -> Value:
    if not arrays:
        raise ShapeError("`concatenate` needs at least one array", call.place)
    rank = arrays[0].rank
    for array in arrays:
        call.rank(array, rank)
    at = axis_number(axis, rank, call.place)
    total = ZERO
    starts = []
    for array in arrays:
        starts.append(total)
        total = total + call.lowering.solver.resolve(array.axes[at].extent)
    index = fresh(total)
    parts = []
    for array, start in zip(arrays, starts, strict=True):
        array, own = beyond(call.lowering, array, at)
        slot = affine(((index, UNIT),), -start, own.extent)
        parts.append(Value((*array.axes[:at], ONE, *array.axes[at + 1 :]), substitute(array.expr, {own: slot})))
    value = call.lowering.combine(parts, lambda exprs: Sum(tuple(exprs)), [call.node] * max(len(parts) - 1, 1))
    return Value((*value.axes[:at], index, *value.axes[at + 1 :]), value.expr)


@operation("stack")
def _stack(call: Call, arrays: Values, axis: int = 0) -> Value:
    if not arrays:
        raise ShapeError("`stack` needs at least one array", call.place)
    for array in arrays:
        call.rank(array, arrays[0].rank)
    at = axis_number(axis, arrays[0].rank + 1, call.place)
    total = ZERO
    for _ in arrays:
        total = total + UNIT
    index = fresh(total) if total != UNIT else ONE
    value = call.lowering.combine(list(arrays), lambda exprs: _side_by_side(index, exprs), [call.node] * max(len(arrays) - 1, 1))
    return Value((*value.axes[:at], index, *value.axes[at:]), value.expr)


def _side_by_side(index: Slot, exprs: Sequence[Expr]) -> Expr:
    # Σ_p δ_ip x⁽ᵖ⁾
    at = ZERO
    terms = []
    for expr in exprs:
        terms.append(multiply((Delta(index, Affine((), at, index.extent)), expr)))
        at = at + UNIT
    return Sum(tuple(terms)) if len(terms) > 1 else exprs[0]


@operation("flip")
def _flip(call: Call, x: Value, axis: Axes = None) -> Value:
    for at in call.axes(x, axis):
        x = flipped(call.lowering, x, at)
    return x


@operation("roll")
def _roll(call: Call, x: Value, shift: int, axis: Axes = None) -> Value:
    # x_(i−s) + x_(i−s+n), each zero outside
    at = call.one_axis(x, axis)
    extent = call.lowering.solver.resolve(x.axes[at].extent)
    if x.axes[at] == ONE or not shift:
        return x
    by = integer(shift)
    count = extent.constant
    if count is not None:
        by = integer(shift % count)
    else:
        call.lowering.need(extent - integer(abs(shift)), f"a roll by {shift} of an axis of extent {extent}", call.node)
    x, index = beyond(call.lowering, x, at)
    new = fresh(index.extent, index.hint)
    around = extent if shift > 0 or count is not None else -extent
    first, second = (substitute(x.expr, {index: Affine(((new, UNIT),), offset, index.extent)}) for offset in (-by, around - by))
    return Value((*x.axes[:at], new, *x.axes[at + 1 :]), Sum((first, renew(second))))


def _triangle(name: str, sign: int) -> None:
    def cut(call: Call, A: Value, k: int = 0) -> Value:
        # a_ij [i + k ≥ j], and [j ≥ i + k]
        if A.rank < 2:
            call.rank(A, 2)
        step = integer(sign)
        terms: dict[Index, Dim] = {}
        for axis, coefficient in ((A.rank - 2, step), (A.rank - 1, -step)):
            if A.axes[axis] != ONE:
                A, index = opened(call.lowering, A, axis)
                terms[index] = coefficient
        return Value(A.axes, multiply((A.expr, at_least(terms, integer(sign * k)))))

    operation(name)(cut)


_triangle("tril", 1)
_triangle("triu", -1)


@operation("cumsum")
def _cumsum(call: Call, x: Value, axis: Axes = None) -> Value:
    # Σ_k [k ≤ i] x_k
    if axis is None and x.rank > 1:
        x = Value((_joined(_members(call, x)),), x.expr)
    if not x.rank:
        return x
    at = call.one_axis(x, axis)
    if x.axes[at] == ONE:
        return x
    x, summed = opened(call.lowering, x, at)
    new = fresh(summed.extent, summed.hint)
    axes = (*x.axes[:at], new, *x.axes[at + 1 :])
    return Value(axes, multiply((at_least({new: UNIT, summed: -UNIT}, ZERO), x.expr), (summed,)))


@operation("where")
def _where(call: Call, c: Value, a: Value, b: Value) -> Value:
    return call.lowering.combine([c, a, b], lambda e: Where(*e), [call.node] * 2)
