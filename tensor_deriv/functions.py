"""Elementwise functions: one row each. The derivative is text in `u` (and `v`), read once on first use.

tests/test_functions.py holds every row against SymPy and against differences.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from .index.nodes import Component, Constant, Expr, Function, Number, Power, Product, Sum, number

_erf = np.vectorize(math.erf, otypes=[float])


@dataclass(frozen=True, eq=False)
class Elementwise:
    """One scalar function, applied entry by entry; a row is equal to itself alone."""

    name: str
    numpy: Callable[..., Any]
    derivatives: tuple[str, ...]  # one for each argument, in `u` and `v`
    latex: str  # `{0}` is the argument in brackets, `{{0}}`-free
    kink: str = ""  # where it has no derivative, and what is taken there
    sympy: str = ""  # SymPy's spelling, where it differs and exists
    torch: str = ""
    jax: str = ""
    source: str = ""  # its own definition where a user gave one
    bare: bool = False  # prints as it is, without brackets added around the argument

    @property
    def arity(self) -> int:
        return len(self.derivatives)


def _sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1 / (1 + e), e / (1 + e))


def _operator(name: str) -> str:
    return rf"\operatorname{{{name}}}{{0}}"


_ROWS = [
    Elementwise("exp", np.exp, ("exp(u)",), r"\exp{0}"),
    Elementwise("log", np.log, ("1/u",), r"\log{0}"),
    Elementwise("log1p", np.log1p, ("1/(1 + u)",), _operator("log1p"), sympy="log(1 + u)"),
    Elementwise("expm1", np.expm1, ("exp(u)",), _operator("expm1"), sympy="exp(u) - 1"),
    Elementwise("sin", np.sin, ("cos(u)",), r"\sin{0}"),
    Elementwise("cos", np.cos, ("-sin(u)",), r"\cos{0}"),
    Elementwise("tan", np.tan, ("1 + tan(u)**2",), r"\tan{0}"),
    Elementwise("arcsin", np.arcsin, ("(1 - u**2)**(-1/2)",), r"\arcsin{0}", sympy="asin(u)"),
    Elementwise("arccos", np.arccos, ("-(1 - u**2)**(-1/2)",), r"\arccos{0}", sympy="acos(u)"),
    Elementwise("arctan", np.arctan, ("1/(1 + u**2)",), r"\arctan{0}", sympy="atan(u)"),
    Elementwise("sinh", np.sinh, ("cosh(u)",), r"\sinh{0}"),
    Elementwise("cosh", np.cosh, ("sinh(u)",), r"\cosh{0}"),
    Elementwise("tanh", np.tanh, ("1 - tanh(u)**2",), r"\tanh{0}"),
    Elementwise("sigmoid", _sigmoid, ("sigmoid(u)*(1 - sigmoid(u))",), r"\sigma{0}", sympy="1/(1 + exp(-u))", jax="jax.nn.sigmoid"),
    Elementwise(
        "softplus", lambda x: np.logaddexp(0, x), ("sigmoid(u)",), _operator("softplus"), sympy="log(1 + exp(u))",
        torch="torch.nn.functional.softplus", jax="jax.nn.softplus",
    ),
    Elementwise(
        "relu", lambda x: np.maximum(x, 0), ("greater(u, 0)",), _operator("relu"), kink="relu'(0) = 0", jax="jax.nn.relu",
    ),
    Elementwise(
        "gelu", lambda x: x * (1 + _erf(x / math.sqrt(2))) / 2, ("(1 + erf(u/2**(1/2)))/2 + u*exp(-u**2/2)/(2*pi)**(1/2)",),
        _operator("gelu"), sympy="u*(1 + erf(u/sqrt(2)))/2", torch="torch.nn.functional.gelu", jax="functools.partial(jax.nn.gelu, approximate=False)",
    ),
    Elementwise(
        "silu", lambda x: x * _sigmoid(x), ("sigmoid(u)*(1 + u*(1 - sigmoid(u)))",), _operator("silu"),
        sympy="u/(1 + exp(-u))", torch="torch.nn.functional.silu", jax="jax.nn.silu",
    ),
    Elementwise("erf", _erf, ("2*exp(-u**2)/pi**(1/2)",), _operator("erf"), torch="torch.erf", jax="jax.scipy.special.erf"),
    Elementwise("abs", np.abs, ("sign(u)",), r"\left|{0}\right|", kink="abs'(0) = 0", bare=True),
    Elementwise("sign", np.sign, ("0",), _operator("sign"), kink="sign' = 0"),
    Elementwise("step", lambda x: np.heaviside(x, 0.5), ("0",), _operator("step"), kink="step(0) = 1/2, step' = 0"),
    Elementwise("greater", lambda x, y: 1.0 * (x > y), ("0", "0"), r"\left[{0} > {1}\right]", bare=True, kink="[u > v]' = 0"),
    Elementwise("equal", lambda x, y: 1.0 * (x == y), ("0", "0"), r"\left[{0} = {1}\right]", bare=True, kink="[u = v]' = 0"),
    Elementwise(
        "maximum", np.maximum, ("step(u - v)", "step(v - u)"), r"\max\left({0}, {1}\right)", bare=True,
        kink="at a tie of maximum both arguments get half",
    ),
    Elementwise(
        "minimum", np.minimum, ("step(v - u)", "step(u - v)"), r"\min\left({0}, {1}\right)", bare=True,
        kink="at a tie of minimum both arguments get half",
    ),
]

TABLE: Mapping[str, Elementwise] = {row.name: row for row in _ROWS}


def call(name: str, *args: Expr) -> Function:
    """The function of that name at `args`."""
    return Function(TABLE[name], args)


def derivative(row: Elementwise, argument: int, values: tuple[Expr, ...]) -> Expr:
    """∂f/∂(argument) at `values`, by the row's own text."""
    body = scalar_expression(row.derivatives[argument])
    return _fill(body, dict(zip("uv", values, strict=False)))


def _fill(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    if isinstance(expr, Component):
        return values[expr.tensor]
    return expr.with_children(tuple(_fill(child, values) for child in expr.children))


@cache
def scalar_expression(text: str) -> Expr:
    """A row's text as index notation, its variables as components without indices."""
    return _scalar(ast.parse(text, mode="eval").body)


def _scalar(node: ast.expr) -> Expr:
    match node:
        case ast.Constant(value=int() | float() as value):
            return number(Fraction(str(value)))
        case ast.Name(id="pi" | "E" as name):
            return Constant("pi") if name == "pi" else call("exp", number(1))
        case ast.Name(id=name):
            return Component(name, ())
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Product((number(-1), _scalar(operand)))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _scalar(left), _scalar(right))
        case ast.Call(func=ast.Name(id="sqrt"), args=[argument]):
            return Power(_scalar(argument), number(Fraction(1, 2)))
        case ast.Call(func=ast.Name(id=name), args=args):
            return call(name, *map(_scalar, args))
    raise ValueError(f"a table row holds {ast.dump(node)}")


def _binary(op: ast.operator, left: Expr, right: Expr) -> Expr:
    match op:
        case ast.Add():
            return Sum((left, right))
        case ast.Sub():
            return Sum((left, Product((number(-1), right))))
        case ast.Mult():
            return Product((left, right))
        case ast.Div():
            return quotient(left, right)
        case _:
            return Power(left, right)


def quotient(left: Expr, right: Expr) -> Expr:
    """left / right, exact where both are numbers."""
    if isinstance(left, Number) and isinstance(right, Number) and right.value:
        return number(left.value / right.value)
    return Product((left, Power(right, number(-1))))
