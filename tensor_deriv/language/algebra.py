"""Products, rearrangements and special arrays: one short function each."""

from __future__ import annotations

from ..errors import ParseError, ShapeError, UnsupportedError
from ..index.dims import UNIT, Dim
from ..index.indices import fresh, multiply
from ..index.nodes import Delta, Expr, number
from ..index.slots import ONE, Slot, group, slot_indices
from .registry import Axes, Call, operation
from .values import Value, Words, axis_number


@operation("trace", "tr")
def _trace(call: Call, A: Value) -> Value:
    call.rank(A, 2)
    call.square(A)
    row, column = A.axes
    if row == ONE or column == ONE:
        return Value((), A.expr)
    first, second = call.lowering.aligner.merge(row, column, str, lambda: call.place)
    joined = A.replaced(first).replaced(second)
    return Value((), multiply((joined.expr,), slot_indices(joined.axes[0])))


@operation("diag")
def _diag(call: Call, x: Value) -> Value:
    call.rank(x, 1, 2)
    if x.rank == 1:
        (i,) = x.axes
        other = x.copy().axes[0] if i != ONE else ONE
        return Value((i, other), multiply((Delta(i, other), x.expr)))
    call.square(x)
    row, column = x.axes
    first, second = call.lowering.aligner.merge(row, column, str, lambda: call.place) if ONE not in x.axes else ({}, {})
    joined = x.replaced(first).replaced(second)
    return Value(joined.axes[:1], joined.expr)


@operation("outer")
def _outer(call: Call, a: Value, b: Value) -> Value:
    call.rank(a, 1)
    call.rank(b, 1)
    return Value(a.axes + b.axes, multiply((a.expr, b.expr)))


@operation("dot")
def _dot(call: Call, a: Value, b: Value) -> Value:
    if not a.rank or not b.rank:
        return call.lowering.combine([a, b], lambda e: multiply(e), [call.node])
    call.rank(a, 1, 2)
    call.rank(b, 1, 2)
    return call.lowering.matmul(a, b, call.node)


@operation("kron")
def _kron(call: Call, A: Value, B: Value) -> Value:
    call.rank(A, 0, 1, 2)
    call.rank(B, 0, 1, 2)
    rank = max(A.rank, B.rank)
    left = (ONE,) * (rank - A.rank) + A.axes
    right = (ONE,) * (rank - B.rank) + B.axes
    return Value(tuple(_grouped(a, b) for a, b in zip(left, right, strict=True)), multiply((A.expr, B.expr)))


def _grouped(*slots: Slot) -> Slot:
    real = tuple(slot for slot in slots if slot != ONE)
    return group(real) if real else ONE


@operation("vec")
def _vec(call: Call, A: Value) -> Value:
    call.rank(A, 1, 2)
    return Value((_grouped(*reversed(A.axes)),), A.expr)


@operation("transpose")
def _transpose(call: Call, x: Value, axes: Axes = None) -> Value:
    if axes is None:
        return Value(x.axes[::-1], x.expr)
    order = [axis_number(axis, x.rank, call.place) for axis in axes]
    if sorted(order) != list(range(x.rank)):
        raise ShapeError(f"`transpose` needs each of the {x.rank} axes once", call.place)
    return Value(tuple(x.axes[axis] for axis in order), x.expr)


@operation("matrix_power")
def _matrix_power(call: Call, A: Value, k: int) -> Value:
    call.rank(A, 2)
    call.square(A)
    if k < 0:
        return _matrix_power(call, call.lowering.primitive("inv", A, (0, 1)), -k)
    if k == 0:
        return _eye(call, call.lowering.solver.resolve(A.axes[0].extent))
    if k > 32:
        raise UnsupportedError("matrix_power is supported up to the 32nd power", call.place)
    result = A
    for _ in range(k - 1):
        result = call.lowering.matmul(result, A.copy(), call.node)
    return result


@operation("eye")
def _eye(call: Call, n: Dim) -> Value:
    if n == UNIT:
        return Value((ONE, ONE), number(1))
    i, j = fresh(n), fresh(n)
    return Value((i, j), Delta(i, j))


def _filled(name: str, expr: Expr) -> None:
    def fill(call: Call, *sizes: Dim) -> Value:
        return Value(tuple(ONE if size == UNIT else fresh(size) for size in sizes), expr)

    operation(name)(fill)


_filled("ones", number(1))
_filled("zeros", number(0))


@operation("einsum")
def _einsum(call: Call, spec: str, *arrays: Value) -> Value:
    inputs, output = _einsum_letters(call, spec, arrays)
    known: dict[str, Slot] = {}
    exprs: list[Expr] = []
    for letters, array in zip(inputs, arrays, strict=True):
        for place, letter in enumerate(letters):
            slot = array.axes[place]
            if letter in known and ONE not in (slot, known[letter]):
                words = _clash(call, spec, letter, known[letter], slot)
                for_old, for_new = call.lowering.aligner.merge(known[letter], slot, words, lambda: call.place)
                known = {key: Value((old,), number(0)).replaced(for_old).axes[0] for key, old in known.items()}
                exprs = [Value((), expr).replaced(for_old).expr for expr in exprs]
                array = array.replaced(for_old).replaced(for_new)
            elif letter not in known or known[letter] == ONE:
                known[letter] = slot
        exprs.append(array.expr)
    summed = tuple(index for letter, slot in known.items() if letter not in output for index in slot_indices(slot))
    return Value(tuple(known[letter] for letter in output), multiply(exprs, summed))


def _clash(call: Call, spec: str, letter: str, old: Slot, new: Slot) -> Words:
    resolve = call.lowering.solver.resolve
    return lambda: f'`{letter}` in "{spec}" runs over {resolve(old.extent)} and over {resolve(new.extent)}'


def _einsum_letters(call: Call, spec: str, arrays: tuple[Value, ...]) -> tuple[list[str], str]:
    left, arrow, output = spec.replace(" ", "").partition("->")
    inputs = left.split(",")
    letters = "".join(inputs)
    if not (letters + output).replace(",", "").isalpha() and letters:
        raise ParseError(f'"{spec}": an einsum string holds letters, commas and `->`', call.place)
    if len(inputs) != len(arrays):
        raise ParseError(f'"{spec}" names {len(inputs)} arrays, {len(arrays)} are given', call.place)
    for item, array in zip(inputs, arrays, strict=True):
        if len(item) != array.rank:
            raise ShapeError(f'"{item}" in "{spec}" names {len(item)} axes, the array has {array.rank}', call.place)
    if not arrow:
        output = "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1))
    if len(set(output)) != len(output) or not set(output) <= set(letters):
        raise ParseError(f'"{spec}": an output letter must stand once, and on the left as well', call.place)
    return inputs, output
