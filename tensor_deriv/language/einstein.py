"""Index notation as input: `t[i,j] = x[i,k]*w[k,j] + b[j]`, an index that stands twice in a product is summed."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction

from .. import functions
from ..errors import ParseError, Place, ShapeError, UnknownNameError
from ..index.dims import UNIT, ZERO, Dim, named
from ..index.indices import multiply
from ..index.nodes import MINUS, Component, Delta, Expr, Extent, Function, Inside, Number, Power, Sum, Where, number
from ..index.slots import ONE, Affine, Index, Slot, bounds, slot_indices
from .letters import Letters, at_least, is_place, joined, scaled, subscripts
from .scope import Scope


def has_indices(tree: ast.expr, scope: Scope) -> bool:
    """Whether a tree is in index notation: some subscript holds index letters, or sums of letters and numbers."""
    return any(isinstance(node, ast.Subscript) and _is_indexed(node, scope) for node in ast.walk(tree))


def _is_indexed(node: ast.Subscript, scope: Scope) -> bool:
    items = subscripts(node)
    if not isinstance(node.value, ast.Name) or not all(map(is_place, items)):
        return False
    if all(isinstance(item, ast.Name) for item in items):
        return bool(items)
    names = {name.id for item in items for name in ast.walk(item) if isinstance(name, ast.Name)}
    return not names <= scope.dims


class EinsteinReader(Letters):
    """Reads one right-hand side whose free indices are `free`."""

    def body(self, tree: ast.expr) -> tuple[tuple[Slot, ...], Expr]:
        """The free slots in order, and the entry at them."""
        self.find_letters(tree)
        expr = self.expr(tree)
        for letter, index in self.indices.items():
            extent = self.scope.solver.resolve(index.extent)
            if extent.symbol and extent == index.extent and extent not in self.scope.unknowns and "?" in extent.symbol:
                words = f"nothing says over what the index `{letter}` runs: declare the shape of what is defined"
                raise ParseError(words, self.place(tree))
        known = {index: letter for letter, index in self.indices.items()}
        loose = [known[index] for index in sorted(expr.free, key=lambda i: i.id) if known[index] not in self.free]
        if loose:
            raise ParseError(self._loose(loose[0]), self._first(tree, loose[0]))
        for letter in self.free:
            if letter not in self.indices:
                raise ParseError(f"the index `{letter}` of the left side does not occur on the right", self.place(tree))
        return tuple(self.indices[letter] for letter in self.free), expr

    def _loose(self, letter: str) -> str:
        left = f"[{', '.join((*self.free, letter))}]"
        return f"the index `{letter}` stands once, so it is not summed, and it is not on the left: define `name{left} = …` to keep it"

    def _first(self, tree: ast.expr, letter: str) -> Place:
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Subscript))
        return self.place(next((node for node in nodes if letter in map(ast.unparse, subscripts(node))), tree))

    def expr(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return number(Fraction(str(value)))
            case ast.Name(id=name):
                return self._scalar(name, node)
            case ast.Subscript(value=ast.Name()):
                return self._component(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._product([number(-1), self.expr(operand)])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._sum(self.expr(left), self.expr(right), node)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return self._sum(self.expr(left), self._product([MINUS, self.expr(right)]), node)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self._product(self._factors(node))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return Power(self.expr(left), self.expr(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compared(op, left, right, node)
            case ast.Call(func=ast.Name(id=name)):
                return self._function(name, node)
        raise ParseError(f"`{ast.unparse(node)}` has no meaning in index notation", self.place(node))

    def _factors(self, node: ast.expr) -> list[Expr]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return [*self._factors(node.left), *self._factors(node.right)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            right = self.expr(node.right)
            inverse = number(1 / right.value) if isinstance(right, Number) and right.value else Power(right, number(-1))
            return [*self._factors(node.left), inverse]
        return [self.expr(node)]

    def _product(self, factors: list[Expr]) -> Expr:
        count: dict[Index, int] = {}
        for factor in factors:
            for index in factor.free:
                count[index] = count.get(index, 0) + (2 if _repeated(factor, index) else 1)
        outside = {self.indices.get(letter) for letter in self.free}
        summed = [index for index, times in sorted(count.items(), key=lambda item: item[0].id) if times > 1 and index not in outside]
        return multiply(factors, summed)

    def _sum(self, left: Expr, right: Expr, node: ast.AST) -> Expr:
        terms = [term for side in (left, right) for term in (side.terms if isinstance(side, Sum) else (side,))]
        return Sum(tuple(terms))

    def _scalar(self, name: str, node: ast.AST) -> Expr:
        scope = self.scope
        if name not in scope.shapes and name in scope.dims:
            return Extent(named(name))
        if scope.tensor(name, 0):
            raise ShapeError(f"`{name}` is no scalar: write its indices", self.place(node))
        return Component(name, ())

    def _component(self, node: ast.Subscript) -> Expr:
        items = subscripts(node)
        if not all(map(is_place, items)):
            raise ParseError("a place is an index letter here, or a sum of letters and numbers", self.place(node))
        extents = self.extents(node, items)
        slots = tuple(self._slot(item, extent) for item, extent in zip(items, extents, strict=True))
        component = Component(self.tensor(node, len(items)), slots)
        return self._product([component]) if any(_repeated(component, index) for index in component.free) else component

    def _slot(self, item: ast.expr, extent: Dim) -> Slot:
        if isinstance(item, ast.Name) and item.id in self.indices:
            alone = self.scope.solver.is_one(extent) and item.id not in self.free
            return ONE if alone else self.indices[item.id]
        slot = self.place_of(item, extent)
        return ONE if not slot.terms and self.scope.solver.is_one(extent) and slot.offset == ZERO else slot

    def _compared(self, op: ast.cmpop, left: ast.expr, right: ast.expr, node: ast.expr) -> Expr:
        """[i ≥ j] of indices, or a comparison of entries."""
        if not (is_place(left) and is_place(right)) or not self._letters_in(left, right):
            return self._comparison(op, self.expr(left), self.expr(right), node)
        terms, offset = joined(self.linear(left), scaled(self.linear(right), -UNIT))
        match op:
            case ast.GtE():
                return self._at_least(terms, offset)
            case ast.Gt():
                return self._at_least(terms, offset - UNIT)
            case ast.LtE():
                return self._at_least(*scaled((terms, offset), -UNIT))
            case ast.Lt():
                return self._at_least(*scaled((terms, offset + UNIT), -UNIT))
            case ast.Eq() | ast.NotEq():
                equal = Delta(*map(self._compared_place, (left, right)))
                return equal if isinstance(op, ast.Eq) else Sum((number(1), multiply((MINUS, equal))))
        raise ParseError("indices are compared with >, >=, <, <=, == and !=", self.place(node))

    def _compared_place(self, side: ast.expr) -> Slot:
        """A side of an equation of places, with the range that it reaches."""
        if isinstance(side, ast.Name) and side.id in self.indices:
            return self.indices[side.id]
        slot = self.place_of(side, UNIT)
        return Affine(slot.terms, slot.offset, bounds(slot)[1] + UNIT)

    def _at_least(self, terms: Mapping[Index, Dim], offset: Dim) -> Expr:
        expr = at_least(terms, offset)
        if isinstance(expr, Inside) and not expr.slot.extent.never_negative:
            self.scope.needs.append(expr.slot.extent)  # else no place fulfils it
        return expr

    def _letters_in(self, *sides: ast.expr) -> bool:
        names = [node.id for side in sides for node in ast.walk(side) if isinstance(node, ast.Name)]
        return any(name in self.indices for name in names) and all(name in self.indices or name in self.scope.dims for name in names)

    def _comparison(self, op: ast.cmpop, left: Expr, right: Expr, node: ast.expr) -> Expr:
        name, turned = COMPARED.get(type(op), ("", False))
        if not name:
            raise ParseError("entries are compared with >, >=, <, <= and ==", self.place(node))
        return functions.call(name, *((right, left) if turned else (left, right)))

    def _function(self, name: str, node: ast.Call) -> Expr:
        if name == "where" and len(node.args) == 3 and not node.keywords:
            return Where(*map(self.expr, node.args))
        if name in functions.WRITTEN and len(node.args) == 1 and not node.keywords:
            return functions.written(name, self.expr(node.args[0]))
        row = self.scope.functions.get(name) or functions.TABLE.get(name)
        if row is None:
            raise UnknownNameError(f"`{name}` is no elementwise function; in index notation only those can stand", self.place(node.func))
        arguments = functions.arguments(row, node)
        if arguments is None:
            raise ParseError(f"`{name}` takes {row.takes}", self.place(node))
        return Function(row, tuple(map(self.expr, arguments)))


COMPARED: dict[type, tuple[str, bool]] = {  # the function, and whether its arguments change places
    ast.Gt: ("greater", False), ast.Lt: ("greater", True), ast.GtE: ("greater_equal", False), ast.LtE: ("greater_equal", True),
    ast.Eq: ("equal", False),
}  # fmt: skip
def _repeated(factor: Expr, index: Index) -> bool:
    return isinstance(factor, Component) and sum(index in slot_indices(slot) for slot in factor.slots) > 1
