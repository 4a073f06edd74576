"""Arguments that are written out and not computed: axes, flags, strings, sizes."""

from __future__ import annotations

import ast

from ..errors import ParseError, Place, ShapeError
from ..index.dims import UNIT, ZERO, Dim, integer, named
from ..index.nodes import Extent
from .scope import Scope
from .source import Source
from .values import Value


class Arguments:
    """Reads the arguments of one text that stand for themselves."""

    def __init__(self, scope: Scope, source: Source) -> None:
        self.scope = scope
        self.source = source
        self.solver = scope.solver
        self.aligner = scope.aligner

    def place(self, node: ast.AST) -> Place:
        """Where a node stands in the text."""
        return self.source.place(node)

    def lower(self, node: ast.expr) -> Value:
        """The meaning of a tree."""
        raise NotImplementedError

    def integer(self, node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int() as value) if not isinstance(value, bool):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
                return -value
        raise ParseError("this must be an integer written out", self.place(node))

    def integers(self, node: ast.expr) -> tuple[int, ...] | None:
        """None, an integer or a tuple of them: an `axis`."""
        if isinstance(node, ast.Constant) and node.value is None:
            return None
        if isinstance(node, (ast.Tuple, ast.List)):
            return tuple(self.integer(item) for item in node.elts)
        return (self.integer(node),)

    def boolean(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            return node.value
        raise ParseError("this must be True or False", self.place(node))

    def string(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise ParseError("this must be a string in quotes", self.place(node))

    def arrays(self, node: ast.expr) -> list[Value]:
        """A tuple or list of arrays."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return [self.lower(item) for item in node.elts]
        raise ParseError("this must be several arrays in brackets: (a, b)", self.place(node))

    def sizes(self, node: ast.expr) -> tuple[Dim | None, ...]:
        """A size, or several in brackets; None for -1, which is to be worked out."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return tuple(size for item in node.elts for size in self.sizes(item))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and self.integer(node) == -1:
            return (None,)
        return (self.dimension(node),)

    def size(self, node: ast.expr) -> Dim:
        """A place on an axis: 0, or a dimension."""
        if isinstance(node, ast.Constant) and node.value == 0 and not isinstance(node.value, bool):
            return ZERO
        return self.dimension(node)

    def need(self, least: Dim, what: str, node: ast.AST) -> None:
        """Take note that a dimension is 0 or more; ShapeError where it never is."""
        if least.never_negative:
            return
        if (-least - UNIT).never_negative:
            raise ShapeError(f"there is no {what}", self.place(node))
        self.scope.needs.append(least)

    def dimension(self, node: ast.expr) -> Dim:
        """A size: an integer, a dimension's name, X.shape[0], or sums and products of those."""
        match node:
            case ast.Constant(value=int() as value) if value >= 1:
                return integer(value)
            case ast.Name(id=name) if name not in self.scope.shapes:
                self.scope.dims.add(name)
                return named(name)
            case ast.Subscript():
                expr = self.lower(node).expr
                if isinstance(expr, Extent):
                    return expr.dim
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.dimension(left) * self.dimension(right)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.dimension(left) + self.dimension(right)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return self.dimension(left) - self.dimension(right)
        raise ShapeError("this must be a dimension: its name, or a positive integer", self.place(node))
