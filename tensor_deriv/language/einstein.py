"""Index notation as input: `t[i,j] = x[i,k]*w[k,j] + b[j]`, an index that stands twice in a product is summed."""

from __future__ import annotations

import ast
from fractions import Fraction

from .. import functions
from ..errors import ParseError, Place, ShapeError, UnknownNameError
from ..index.dims import Dim, named
from ..index.indices import fresh, multiply
from ..index.nodes import MINUS, ONE, Component, Expr, Extent, Function, Index, Number, Power, Slot, Sum, number
from .scope import Scope
from .source import Source
from .values import Words, show_shape


def has_indices(tree: ast.expr, scope: Scope) -> bool:
    """Whether a tree is in index notation: some subscript holds index letters alone."""
    return any(isinstance(node, ast.Subscript) and _letters(node, scope) is not None for node in ast.walk(tree))


def _letters(node: ast.Subscript, scope: Scope) -> tuple[str, ...] | None:
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    words = [item.id for item in items if isinstance(item, ast.Name)]
    if not items or len(words) < len(items) or not isinstance(node.value, ast.Name):
        return None
    return tuple(words)


class EinsteinReader:
    """Reads one right-hand side whose free indices are `free`."""

    def __init__(self, scope: Scope, source: Source, free: tuple[str, ...]) -> None:
        self.scope = scope
        self.source = source
        self.indices: dict[str, Index] = {}
        self.free = free

    def place(self, node: ast.AST) -> Place:
        return self.source.place(node)

    def body(self, tree: ast.expr) -> tuple[tuple[Slot, ...], Expr]:
        """The free slots in order, and the entry at them."""
        expr = self.expr(tree)
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
        names = (node for node in ast.walk(tree) if isinstance(node, ast.Subscript) and letter in (_letters(node, self.scope) or ()))
        return self.place(next(names, tree))

    def expr(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return number(Fraction(str(value)))
            case ast.Name(id=name):
                return self._scalar(name, node)
            case ast.Subscript(value=ast.Name(id=name)):
                return self._component(name, node)
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

    def _component(self, name: str, node: ast.Subscript) -> Expr:
        letters = _letters(node, self.scope)
        if letters is None:
            raise ParseError("an index is a letter here", self.place(node))
        scope = self.scope
        upper = name[0].upper() + name[1:]
        if name not in scope.shapes and len(scope.shapes.get(upper, ())) == len(letters):
            name = upper
        extents = scope.tensor(name, len(letters))
        if len(extents) != len(letters):
            words = f"`{name}` has the shape {show_shape(map(scope.solver.resolve, extents))}, {len(letters)} indices are given"
            raise ShapeError(words, self.place(node))
        slots: list[Slot] = []
        for letter, extent in zip(letters, extents, strict=True):
            if letter in scope.shapes and letter not in self.free:
                pass  # an index may share its letter with a tensor: inside brackets it is an index
            if letter not in self.indices:
                self.indices[letter] = fresh(extent, letter)
            index = self.indices[letter]
            scope.solver.require(index.extent, extent, self._clash(letter, extent), lambda: self.place(node))
            slots.append(ONE if scope.solver.is_one(extent) and letter not in self.free else index)
        component = Component(name, tuple(slots))
        return self._product([component]) if len(set(letters)) < len(letters) else component

    def _clash(self, letter: str, extent: Dim) -> Words:
        resolve, first = self.scope.solver.resolve, self.indices[letter].extent
        return lambda: f"the index `{letter}` runs over {resolve(first)} and over {resolve(extent)}"

    def _function(self, name: str, node: ast.Call) -> Expr:
        if name in functions.WRITTEN and len(node.args) == 1 and not node.keywords:
            return functions.written(name, self.expr(node.args[0]))
        row = self.scope.functions.get(name) or functions.TABLE.get(name)
        if row is None:
            raise UnknownNameError(f"`{name}` is no elementwise function; in index notation only those can stand", self.place(node.func))
        arguments = functions.arguments(row, node)
        if arguments is None:
            raise ParseError(f"`{name}` takes {row.takes}", self.place(node))
        return Function(row, tuple(map(self.expr, arguments)))


def _repeated(factor: Expr, index: Index) -> bool:
    return isinstance(factor, Component) and sum(slot == index for slot in factor.slots) > 1
