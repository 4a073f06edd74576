"""The functions of the array language that are not elementwise: one short function each.

A parameter's annotation says how its argument is read: `Value` an array, `Axes` integers or None, `Size` a dimension.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .. import functions
from ..errors import ParseError, ShapeError, UnsupportedError
from ..index.dims import UNIT, Dim
from ..index.indices import fresh, multiply
from ..index.nodes import ONE, Delta, Expr, Extent, Index, Power, Slot, group, number, slot_indices
from .values import Value, Words, axis_number

if TYPE_CHECKING:
    from .lower import Lowering

Axes = tuple[int, ...] | None
Operation = Callable[["Lowering", ast.Call], Value]
OPERATIONS: dict[str, Operation] = {}

_READ: dict[str, str] = {"Value": "lower", "Axes": "integers", "bool": "boolean", "int": "integer", "str": "string", "Dim": "dimension"}


class Call:
    """One call: where it stands, and the reader."""

    def __init__(self, lowering: Lowering, node: ast.Call) -> None:
        self.lowering = lowering
        self.node = node
        self.place = lowering.place(node)

    def axes(self, x: Value, axis: Axes) -> tuple[int, ...]:
        """Axis numbers from the front, sorted, all of them for None."""
        if axis is None:
            return tuple(range(x.rank))
        found = sorted(axis_number(a, x.rank, self.place) for a in axis)
        if len(set(found)) != len(found):
            raise ShapeError("the same axis stands twice", self.place)
        return tuple(found)

    def rank(self, x: Value, *wanted: int) -> None:
        """Refuse an array of another rank."""
        if x.rank not in wanted:
            words = " or ".join({0: "a scalar", 1: "a vector", 2: "a matrix"}.get(r, f"{r} axes") for r in wanted)
            shape = self.lowering.aligner.shape(x)
            raise ShapeError(f"`{_name(self.node)}` takes {words}, this has the shape {shape}", self.place)

    def square(self, x: Value) -> None:
        if x.rank < 2:
            self.rank(x, 2)
        words = lambda: f"`{_name(self.node)}` takes a square matrix, this is {self.lowering.aligner.shape(x)}"  # noqa: E731
        self.lowering.solver.require(x.axes[-2].extent, x.axes[-1].extent, words, lambda: self.place)


def operation(*names: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Enter a function under its names in the language."""

    def enter(function: Callable[..., Value]) -> Callable[..., Value]:
        signature = inspect.signature(function)
        for name in names:
            OPERATIONS[name] = _reader(function, signature)
        return function

    return enter


def _reader(function: Callable[..., Value], signature: inspect.Signature) -> Operation:
    def read(lowering: Lowering, node: ast.Call) -> Value:
        call = Call(lowering, node)
        keywords = {word.arg: word.value for word in node.keywords if word.arg}
        if len(keywords) < len(node.keywords) or any(isinstance(a, ast.Starred) for a in node.args):
            raise ParseError("`*` and `**` arguments are not part of the language", call.place)
        try:
            bound = signature.bind(call, *node.args, **keywords)
        except TypeError as error:
            usage = ", ".join(str(p).split(":")[0] for p in list(signature.parameters.values())[1:])
            raise ParseError(f"`{_name(node)}({usage})`: {error}", call.place) from None
        arguments = {key: _read(lowering, signature.parameters[key], value) for key, value in bound.arguments.items()}
        call_, rest = arguments.pop("call"), []
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                rest = arguments.pop(parameter.name, [])
                positional = [arguments.pop(p) for p in list(signature.parameters)[1:] if p in arguments]
                return function(call_, *positional, *rest)
        return function(call_, **arguments)

    return read


def _read(lowering: Lowering, parameter: inspect.Parameter, value: Any) -> Any:
    if parameter.name == "call":
        return value
    reader = getattr(lowering, _READ[str(parameter.annotation)])
    return [reader(item) for item in value] if parameter.kind is parameter.VAR_POSITIONAL else reader(value)


def _name(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else "?"


def _reduced(x: Value, axes: tuple[int, ...], keepdims: bool) -> tuple[tuple[Slot, ...], tuple[Index, ...]]:
    """The axes that stay, and the indices that are summed."""
    kept = tuple(ONE if axis in axes else slot for axis, slot in enumerate(x.axes) if keepdims or axis not in axes)
    return kept, tuple(index for axis in axes for index in slot_indices(x.axes[axis]))


@operation("sum")
def _sum(call: Call, x: Value, axis: Axes = None, keepdims: bool = False) -> Value:
    kept, summed = _reduced(x, call.axes(x, axis), keepdims)
    return Value(kept, multiply((x.expr,), summed) if summed else x.expr)


@operation("mean")
def _mean(call: Call, x: Value, axis: Axes = None, keepdims: bool = False) -> Value:
    kept, summed = _reduced(x, call.axes(x, axis), keepdims)
    counts = tuple(Power(Extent(index.extent), number(-1)) for index in summed)
    return Value(kept, multiply((*counts, x.expr), summed) if summed else x.expr)


@operation("norm1")
def _norm1(call: Call, x: Value) -> Value:
    return _sum(call, Value(x.axes, functions.call("abs", x.expr)))


def _reduction(name: str) -> None:
    def reduce(call: Call, x: Value, axis: Axes = None, keepdims: bool = False) -> Value:
        return call.lowering.primitive(name, x, call.axes(x, axis), keepdims)

    operation(name)(reduce)


def _mapping(name: str) -> None:
    def along(call: Call, x: Value, axis: Axes = (-1,)) -> Value:
        if not x.rank:
            raise ShapeError(f"`{name}` needs an axis to run along, this is a scalar", call.place)
        return call.lowering.primitive(name, x, call.axes(x, axis))

    operation(name)(along)


for _each in ("max", "min", "prod", "var", "logsumexp"):
    _reduction(_each)
for _each in ("softmax", "log_softmax"):
    _mapping(_each)


@operation("norm")
def _norm(call: Call, x: Value) -> Value:
    return call.lowering.primitive("norm", x, call.axes(x, None))


def _linear_algebra(name: str) -> None:
    def apply(call: Call, A: Value) -> Value:
        call.square(A)
        return call.lowering.primitive(name, A, (A.rank - 2, A.rank - 1))

    operation(name)(apply)


for _each in ("inv", "det", "logdet"):
    _linear_algebra(_each)


@operation("sqrt")
def _sqrt(call: Call, x: Value) -> Value:
    return Value(x.axes, Power(x.expr, number(Fraction(1, 2))))


@operation("square")
def _square(call: Call, x: Value) -> Value:
    return Value(x.axes, Power(x.expr, number(2)))


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
