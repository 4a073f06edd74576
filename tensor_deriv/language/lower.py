"""The array language to index notation: what each piece of syntax means, entry by entry."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from .. import functions, primitives
from ..errors import DerivationError, ParseError, ShapeError, UnknownNameError, UnsupportedError
from ..index.bodies import Apply
from ..index.dims import Dim, named
from ..index.indices import fresh, multiply
from ..index.nodes import MINUS, Component, Constant, Expr, Extent, Function, Number, Sum, number
from ..index.slots import ONE, Affine, Index, Slot, slot_indices
from ..program import result_shape
from . import arithmetic, recognise
from .arguments import Arguments
from .mismatch import Mismatch, excerpt
from .operations import OPERATIONS
from .places import indexed, parse_items
from .values import Value, Words, axis_number


class Lowering(Arguments):
    """Reads the tree of one text in a scope."""

    def lower(self, node: ast.expr) -> Value:
        """The meaning of a tree."""
        match node:
            case ast.Constant(value=bool() | str() | None):
                raise ParseError("only numbers, names and operations can stand here", self.place(node))
            case ast.Constant(value=int() | float() as value):
                return Value((), number(arithmetic.exact(value, self.place(node))))
            case ast.Name(id=name):
                return self.name(name, node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._negated(self.lower(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.lower(operand)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._sum(node)
            case ast.BinOp(op=ast.MatMult(), left=left, right=right):
                return self.matmul(self.lower(left), self.lower(right), node)
            case ast.BinOp(op=op, left=left, right=right):
                return self._binary(op, left, right, node)
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, node)
            case ast.Attribute(attr="T", value=inner):
                return self._transpose(self.lower(inner), node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compare(op, left, right, node)
        raise ParseError(f"`{excerpt(node)}` is not part of the language", self.place(node))

    def name(self, name: str, node: ast.AST) -> Value:
        """A tensor, a dimension as a number, or pi."""
        scope = self.scope
        if name not in scope.shapes:
            if name in scope.dims:
                return Value((), Extent(named(name)))
            if name == "pi":
                return Value((), Constant("pi"))
            if name in OPERATIONS or name in functions.TABLE:
                raise ParseError(f"`{name}` is a function: write `{name}(…)`", self.place(node))
        shape = scope.tensor(name)
        slots = tuple(ONE if self.solver.is_one(extent) else fresh(extent) for extent in shape)
        return Value(slots, Component(name, slots))

    def _negated(self, value: Value) -> Value:
        if isinstance(value.expr, Number):
            return Value(value.axes, number(-value.expr.value))
        return Value(value.axes, multiply((MINUS, value.expr)))

    def _sum(self, node: ast.expr) -> Value:
        spine: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            spine.insert(0, node)
            node = node.left
        terms = [self.lower(node)]
        for binary in spine:
            value = self.lower(binary.right)
            terms.append(self._negated(value) if isinstance(binary.op, ast.Sub) else value)
        return self.combine(terms, arithmetic.total, spine)

    def combine(self, values: list[Value], build: Callable[[list[Expr]], Expr], nodes: Sequence[ast.AST]) -> Value:
        """An elementwise operation on arrays that broadcast; `nodes` are where each value meets those before it."""
        axes, exprs = self.aligner.broadcast(values, Mismatch(self, nodes))
        return Value(axes, build(exprs))

    def _binary(self, op: ast.operator, left: ast.expr, right: ast.expr, node: ast.expr) -> Value:
        values = [self.lower(left), self.lower(right)]
        match op:
            case ast.Mult():
                return self.combine(values, lambda e: multiply(e), [node])
            case ast.Div():
                if isinstance(values[1].expr, Number) and not values[1].expr.value:
                    raise DerivationError("this divides by zero", self.place(right))
                named = recognise.softmax(self, *values)
                return named or self.combine(values, lambda e: recognise.quotient(*e) or arithmetic.quotient(*e), [node])
            case ast.Pow():
                return self.combine(values, lambda e: recognise.power(*e) or arithmetic.power(*e), [node])
            case ast.BitAnd():
                return self.combine(values, lambda e: functions.call("minimum", *e), [node])
            case ast.BitOr():
                return self.combine(values, lambda e: functions.call("maximum", *e), [node])
        raise ParseError(f"`{excerpt(node)}`: this operator is not part of the language", self.place(node))

    def _compare(self, op: ast.cmpop, left: ast.expr, right: ast.expr, node: ast.expr) -> Value:
        values = [self.lower(left), self.lower(right)]
        match op:
            case ast.Gt():
                return self.combine(values, lambda e: functions.call("greater", *e), [node])
            case ast.Lt():
                return self.combine(values, lambda e: functions.call("greater", *reversed(e)), [node])
            case ast.GtE():
                return self.combine(values, lambda e: functions.call("greater_equal", *e), [node])
            case ast.LtE():
                return self.combine(values, lambda e: functions.call("greater_equal", *reversed(e)), [node])
            case ast.Eq():
                return self.combine(values, lambda e: functions.call("equal", *e), [node])
            case ast.NotEq():
                return self.combine(values, lambda e: Sum((number(1), multiply((MINUS, functions.call("equal", *e))))), [node])
        raise UnsupportedError("of comparisons only `>`, `<`, `>=`, `<=`, `==` and `!=` are known here", self.place(node))

    def matmul(self, left: Value, right: Value, node: ast.AST) -> Value:
        """NumPy's `@`: the last axis of the left with the last but one of the right, the rest broadcast."""
        if not left.rank or not right.rank:
            raise ShapeError(f"`@` needs arrays on both sides in `{excerpt(node)}`; for a scalar write `*`", self.place(node))
        complaint = Mismatch(self, [node], (left, right))
        inner = -1 if right.rank == 1 else -2
        left, right, summed = self.meet(left, left.rank - 1, right, right.rank + inner, lambda: complaint.words(1, left, right), node)
        rows = left.axes[-2:-1]
        columns = right.axes[-1:] if right.rank > 1 else ()
        batches = [Value(left.axes[:-2], left.expr), Value(right.axes[:-2], right.expr)]
        axes, exprs = self.aligner.broadcast(batches, complaint)
        return Value(axes + rows + columns, multiply(exprs, summed))

    def meet(
        self, left: Value, i: int, right: Value, j: int, message: Words, node: ast.AST
    ) -> tuple[Value, Value, tuple[Index, ...]]:
        """Put axis i of one and axis j of the other on the same indices, to be summed over."""
        one = left.axes[i], right.axes[j]
        for_left, for_right = ({}, {}) if one == (ONE, ONE) else self.aligner.merge(*one, message, lambda: self.place(node))
        left, right = left.replaced(for_left), right.replaced(for_right)
        return left, right, slot_indices(left.axes[i])

    def _transpose(self, value: Value, node: ast.AST) -> Value:
        if value.rank > 2:
            raise ShapeError(f"`.T` is for matrices, this has {value.rank} axes: write transpose(x, (0, 2, 1)) or einsum", self.place(node))
        return Value(value.axes[::-1], value.expr)

    def _subscript(self, node: ast.Subscript) -> Value:
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            value = self.lower(node.value.value)
            axis = axis_number(self.integer(node.slice), value.rank, self.place(node))
            return Value((), Extent(self.solver.resolve(value.axes[axis].extent)))
        return indexed(self, self.lower(node.value), parse_items(node), node)

    def _call(self, name: str, node: ast.Call) -> Value:
        row = self.scope.functions.get(name) or functions.TABLE.get(name)
        if row is not None:
            return self._elementwise(row, node)
        if name not in OPERATIONS:
            known = [*OPERATIONS, *functions.TABLE, *self.scope.functions]
            hint = self.scope.suggestion(name, known)
            if hint:
                raise UnknownNameError(f"there is no function `{name}`{hint}", self.place(node.func))
            raise UnknownNameError(
                f"there is no function `{name}`; an arbitrary function is written alone, as `{name}(T)` for the result or"
                f" `T = {name}(X)` with the shape of T declared", self.place(node.func),
            )
        return OPERATIONS[name](self, node)

    def _elementwise(self, row: functions.Elementwise, node: ast.Call) -> Value:
        arguments = functions.arguments(row, node)
        if arguments is None:
            raise ParseError(f"`{row.name}` takes {row.takes}", self.place(node))
        values = [self.lower(a) for a in arguments]
        if row is functions.TABLE["log"]:
            named = recognise.named_logarithm(self, values[0])
            if named is not None:
                return named
        if row.arity == 1:
            return Value(values[0].axes, recognise.function(row.name, values[0].expr) or Function(row, (values[0].expr,)))
        return self.combine(values, lambda e: Function(row, tuple(e)), [node] * (len(values) - 1) or [node])

    def primitive(self, name: str, value: Value, axes: tuple[int, ...], keepdims: bool = False) -> Value:
        """A tensor primitive of a value, which is named first."""
        row = primitives.TABLE[name]
        if not axes:
            return value if name in ("max", "min", "prod") else self._over_nothing(name, value)
        flat, acted = _flattened(value.axes, axes, whole=row.matrix)
        tensor = self.scope.part(Value(flat, value.expr))
        shape = self.scope.shapes[tensor]
        result = self.applied(name, tensor, acted, shape)
        batch = tuple(slot for axis, slot in enumerate(flat) if axis not in acted)
        if row.kind == "map":
            return Value(value.axes, Component(result, flat))
        if row.kind == "turned":
            axes_now = (*value.axes[:-2], value.axes[-1], value.axes[-2])
            return Value(axes_now, Component(result, axes_now))
        if row.order:
            own = tuple(ONE if self.solver.is_one(shape[axis]) else fresh(shape[axis]) for axis in acted * row.order)
            return Value((*batch, *own), Component(result, (*batch, *own)))
        kept = tuple(ONE if axis in axes else slot for axis, slot in enumerate(value.axes) if keepdims or axis not in axes)
        return Value(kept, Component(result, batch))

    def _over_nothing(self, name: str, value: Value) -> Value:
        alone = {"norm": functions.call("abs", value.expr), "var": number(0), "softmax": number(1), "log_softmax": number(0)}
        return Value(value.axes, alone.get(name, value.expr))

    def applied(self, name: str, tensor: str, axes: tuple[int, ...], shape: tuple[Dim, ...]) -> str:
        for old in self.scope.definitions.values():
            body = old.body
            if isinstance(body, Apply) and (body.primitive, body.tensor, body.axes) == (name, tensor, axes) and body.slots == old.axes:
                return old.name
        slots = tuple(ONE if self.solver.is_one(e) else fresh(e) for e in result_shape(name, shape, axes))
        letter = primitives.TABLE[name].letter.upper()
        return self.scope.define(self.scope.unused(letter), slots, Apply(name, tensor, axes, slots)).name


def _flattened(axes: tuple[Slot, ...], acted: tuple[int, ...], whole: bool) -> tuple[tuple[Slot, ...], tuple[int, ...]]:
    """Groups opened into their members, so that a primitive acts on all of them; `acted` renumbered."""
    flat: list[Slot] = []
    numbers: list[int] = []
    for axis, slot in enumerate(axes):
        members: tuple[Slot, ...] = (slot,)
        if isinstance(slot, Affine) and slot.terms and not whole:
            members = slot_indices(slot)
        if axis in acted:
            numbers += range(len(flat), len(flat) + len(members))
        flat += members
    return tuple(flat), tuple(numbers)
