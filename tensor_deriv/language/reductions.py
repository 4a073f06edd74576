"""Reductions, maps along axes: one short function each."""

from __future__ import annotations

from fractions import Fraction

from .. import functions
from ..errors import ShapeError
from ..index.bodies import Apply
from ..index.indices import fresh, multiply
from ..index.nodes import Component, Expr, Extent, Function, Power, Sum, number
from ..index.slots import ONE, Index, Slot, slot_indices
from .registry import Axes, Call, operation
from .values import Value


def _reduced(x: Value, axes: tuple[int, ...], keepdims: bool) -> tuple[tuple[Slot, ...], tuple[Index, ...]]:
    """The axes that stay, and the indices that are summed."""
    kept = tuple(ONE if axis in axes else slot for axis, slot in enumerate(x.axes) if keepdims or axis not in axes)
    return kept, tuple(index for axis in axes for index in slot_indices(x.axes[axis]))


@operation("sum")
def _sum(call: Call, x: Value, axis: Axes = None, keepdims: bool = False) -> Value:
    kept, summed = _reduced(x, call.axes(x, axis), keepdims)
    named = None if kept else _log_determinant(call, x)
    return named or Value(kept, multiply((x.expr,), summed) if summed else x.expr)


def _log_determinant(call: Call, x: Value) -> Value | None:
    # Σ_i log (cholesky A)_ii = ½ log|det ½(A + Aᵀ)|
    match x.expr:
        case Function(row, (Component(name, (Index() as i, j)),)) if row.name == "log" and i == j and x.axes == (i,):
            scope = call.lowering.scope
            body = scope.definitions[name].body if name in scope.definitions else None
            if isinstance(body, Apply) and body.primitive == "cholesky" and len(body.axes) == len(scope.shapes[body.tensor]) == 2:
                pair = fresh(i.extent), fresh(i.extent)
                found = call.lowering.primitive("logdet", Value(pair, _symmetric_part(call, body.tensor, pair)), (0, 1))
                return Value((), multiply((number(Fraction(1, 2)), found.expr)))
    return None


def _symmetric_part(call: Call, tensor: str, pair: tuple[Index, Index]) -> Expr:
    matrix = Component(tensor, pair)
    if call.lowering.scope.assumptions.get(tensor, frozenset()) & {"symmetric", "spd", "diagonal"}:
        return matrix
    return multiply((number(Fraction(1, 2)), Sum((matrix, Component(tensor, pair[::-1])))))


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


def _scan(name: str) -> None:
    def along(call: Call, x: Value, axis: Axes = None) -> Value:
        at = call.one_axis(x, axis)
        return x if x.axes[at] == ONE else call.lowering.primitive(name, x, (at,))

    operation(name)(along)


_scan("logcumsumexp")
_scan("cumprod")


def _written(name: str) -> None:
    def apply(call: Call, x: Value) -> Value:
        return Value(x.axes, functions.written(name, x.expr))

    operation(name)(apply)


for _each in functions.WRITTEN:
    _written(_each)


@operation("std")
def _std(call: Call, x: Value, axis: Axes = None, keepdims: bool = False) -> Value:
    # √var(x)
    var = call.lowering.primitive("var", x, call.axes(x, axis), keepdims)
    return Value(var.axes, functions.written("sqrt", var.expr))
