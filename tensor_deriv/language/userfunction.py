"""A user's own scalar function, `swish(u) = u*sigmoid(u)`, as a row like those of the table; SymPy differentiates it once."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np

from .. import functions
from ..errors import ParseError, Place, UnknownNameError, UnsupportedError
from ..functions import Elementwise
from ..index.nodes import Expr, Function, walk
from .scalar import VARIABLES, compiled, derivative
from .source import Line, Source

LONGEST = 2_000  # characters of a body, the functions that it calls written out
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARED = {ast.Gt: "greater", ast.Lt: "greater", ast.GtE: "greater_equal", ast.LtE: "greater_equal", ast.Eq: "equal"}


def user_function(line: Line, known: Mapping[str, Elementwise]) -> Elementwise:
    """The row of a definition `name(u) = body` or `name(u, v) = body`; `known` are the user's functions so far.

    Raises ParseError, UnknownNameError or UnsupportedError with the place.
    """
    parameters = line.parameters or ()
    whole = line.source.place(line.tree)
    if len(set(parameters)) < len(parameters):
        raise ParseError(f"a parameter of `{line.name}` stands twice", whole)
    if not 1 <= len(parameters) <= len(VARIABLES):
        raise UnsupportedError(f"`{line.name}` has {len(parameters)} parameters; a function of one's own has one or two", whole)
    values: dict[str, ast.expr] = {p: ast.Name(v) for p, v in zip(parameters, VARIABLES, strict=False)}
    body = _Body(line.name, line.source, known).read(line.tree, values)
    return _row(line.name, ast.unparse(body), len(parameters), whole)


def _short(body: ast.expr, place: Place) -> ast.expr:
    if len(ast.unparse(body)) > LONGEST:
        raise UnsupportedError(f"a scalar function may have at most {LONGEST} characters, with the functions it calls written out", place)
    return body


class _Body:
    """Reads the body: parameters become u and v, and the user's earlier functions what they stand for."""

    def __init__(self, name: str, source: Source, known: Mapping[str, Elementwise]) -> None:
        self.name = name
        self.source = source
        self.known = known

    def read(self, node: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return ast.Constant(_finite(value, self.source.place(node)))
            case ast.Name(id=name):
                return self._name(name, node, values)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return ast.UnaryOp(ast.USub(), self.read(inner, values))
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self.read(inner, values)
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
                return self._bounded(ast.BinOp(self.read(left, values), op, self.read(right, values)), node)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
                sides = [self.read(left, values), self.read(right, values)]
                return _called(_COMPARED[type(op)], sides[::-1] if isinstance(op, (ast.Lt, ast.LtE)) else sides)
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, node, values)
        raise ParseError(f"`{ast.unparse(node)}` cannot stand in the body of a scalar function", self.source.place(node))

    def _bounded(self, result: ast.BinOp, node: ast.expr) -> ast.expr:
        """Refuses numbers such as 1/0 and 9**9**9, which exact arithmetic would take forever to write out."""
        if not any(isinstance(part, ast.Name) and part.id in VARIABLES for part in ast.walk(result)):
            with np.errstate(all="ignore"):
                _finite(float(compiled(functions.scalar_expression(ast.unparse(result)), 0)()), self.source.place(node))
        return result

    def _name(self, name: str, node: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
        if name in values:
            return values[name]
        if name == "pi":
            return ast.Name("pi")
        own = ", ".join(values)
        message = f"`{name}` is no parameter of `{self.name}({own})`: its body may use {own}, numbers and pi"
        raise UnknownNameError(message, self.source.place(node))

    def _call(self, name: str, node: ast.Call, values: Mapping[str, ast.expr]) -> ast.expr:
        row = self.known.get(name) or functions.TABLE.get(name)
        source = functions.WRITTEN.get(name) or (row.source if row else "")
        if row is None and not source:
            raise UnknownNameError(f"there is no elementwise function `{name}`", self.source.place(node.func))
        given = functions.arguments(row, node) if row else node.args if len(node.args) == 1 and not node.keywords else None
        if given is None:
            takes = row.takes if row else "1 argument"
            raise ParseError(f"`{name}` takes {takes}, {len(node.args)} given", self.source.place(node))
        args = [self.read(arg, values) for arg in given]
        if not source:
            return _called(name, args)
        filled = _Filled(dict(zip(VARIABLES, args, strict=False))).visit(ast.parse(source, mode="eval").body)
        return _short(filled, self.source.place(node))


class _Filled(ast.NodeTransformer):
    """A body with its variables replaced."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.values.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return ast.Call(node.func, [self.visit(arg) for arg in node.args], [])


def _called(name: str, args: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Name(name), args, [])


def _finite(value: float, place: Place) -> float:
    if value != value or abs(value) == float("inf"):
        raise ParseError("this number is not finite", place)
    return value


def _row(name: str, source: str, arity: int, place: Place) -> Elementwise:
    body = functions.scalar_expression(source)
    texts = tuple(derivative(source, variable) for variable in VARIABLES[:arity])
    if None in texts:
        raise UnsupportedError(f"SymPy gives no derivative of `{name}` that can be written here", place)
    word = rf"\operatorname{{{name}}}".replace("_", r"\_")
    return Elementwise(
        name, compiled(body, arity), tuple(map(str, texts)), word + ("{0}" if arity == 1 else r"\left({0}, {1}\right)"),
        kink="; ".join(_kinks(body)), source=source, bare=arity > 1,
    )  # fmt: skip


def _kinks(body: Expr) -> list[str]:
    return sorted({node.row.kink for node in walk(body) if isinstance(node, Function) and node.row.kink})
