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

from .errors import UnsupportedError
from .index.nodes import Component, Constant, Expr, Function, Number, Power, Product, Sum, number
from .special import digamma, dsinc, elu, erf, erfc, gammaln, logcosh, sigmoid, softplus, trigamma

VARIABLES = ("u", "v", "w")  # the arguments, in the texts of the rows


@dataclass(frozen=True, eq=False)
class Elementwise:
    """One scalar function, applied entry by entry; a row is equal to itself alone."""

    name: str
    numpy: Callable[..., Any]
    derivatives: tuple[str, ...]  # one for each argument, in `u`, `v` and `w`; nothing where the table has none
    latex: str  # `{0}` is the argument in brackets, `{{0}}`-free
    kink: str = ""  # where it has no derivative, and what is taken there
    sympy: str = ""  # SymPy's spelling, where it differs and exists
    torch: str = ""
    jax: str = ""
    source: str = ""  # its own definition where a user gave one
    bare: bool = False  # prints as it is, without brackets added around the argument
    defaults: tuple[tuple[str, str], ...] = ()  # the last arguments: name, and what it is where it is left out

    @property
    def arity(self) -> int:
        return len(self.derivatives)

    @property
    def takes(self) -> str:
        """The number of its arguments, in words."""
        words = f"{self.arity} argument{'s' * (self.arity > 1)}"
        return words + "".join(f", where `{name}` is {value} if left out" for name, value in self.defaults)


def _operator(name: str) -> str:
    return rf"\operatorname{{{name}}}{{0}}"


def _call(name: str, arity: int) -> str:
    return rf"\operatorname{{{name}}}\left({', '.join(f'{{{place}}}' for place in range(arity))}\right)"


_SCALE, _ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al., Self-Normalizing Neural Networks, 2017
_SLOPE = 1.7580993408473766  # _SCALE · _ALPHA

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
    Elementwise("logcosh", logcosh, ("tanh(u)",), _operator("logcosh"), sympy="log(cosh(u))"),
    Elementwise("sigmoid", sigmoid, ("sigmoid(u)*(1 - sigmoid(u))",), r"\sigma{0}", sympy="1/(1 + exp(-u))", jax="jax.nn.sigmoid"),
    Elementwise(
        "softplus", softplus, ("sigmoid(u)",), _operator("softplus"), sympy="log(1 + exp(u))",
        torch="torch.nn.functional.softplus", jax="jax.nn.softplus",
    ),
    Elementwise(
        "relu", lambda x: np.maximum(x, 0), ("greater(u, 0)",), _operator("relu"), kink="relu'(0) = 0", jax="jax.nn.relu",
    ),
    Elementwise(
        "gelu", lambda x: x * erfc(-x / math.sqrt(2)) / 2, ("(1 + erf(u/2**(1/2)))/2 + u*exp(-u**2/2)/(2*pi)**(1/2)",),
        _operator("gelu"), sympy="u*(1 + erf(u/sqrt(2)))/2",
        torch="torch.nn.functional.gelu", jax="functools.partial(jax.nn.gelu, approximate=False)",
    ),
    Elementwise(
        "silu", lambda x: x * sigmoid(x), ("sigmoid(u)*(1 + u*(1 - sigmoid(u)))",), _operator("silu"),
        sympy="u/(1 + exp(-u))", torch="torch.nn.functional.silu", jax="jax.nn.silu",
    ),
    Elementwise("erf", erf, ("2*exp(-u**2)/pi**(1/2)",), _operator("erf"), torch="torch.erf", jax="jax.scipy.special.erf"),
    Elementwise("abs", np.abs, ("sign(u)",), r"\left|{0}\right|", kink="abs'(0) = 0", bare=True),
    Elementwise("sign", np.sign, ("0",), _operator("sign"), kink="sign' = 0"),
    Elementwise("step", lambda x: np.heaviside(x, 0.5), ("0",), _operator("step"), kink="step(0) = 1/2, step' = 0"),
    Elementwise("greater", lambda x, y: 1.0 * (x > y), ("0", "0"), r"\left[{0} > {1}\right]", bare=True, kink="[u > v]' = 0"),
    Elementwise(
        "greater_equal", lambda x, y: 1.0 * (x >= y), ("0", "0"), r"\left[{0} \ge {1}\right]", bare=True, kink="[u ≥ v]' = 0",
    ),
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

_ROWS += [
    Elementwise("exp2", np.exp2, ("exp2(u)*log(2)",), "2^{{0}}", bare=True, sympy="2**u"),
    Elementwise("log2", np.log2, ("1/(u*log(2))",), r"\log_{2}{0}", sympy="log(u, 2)"),
    Elementwise("log10", np.log10, ("1/(u*log(10))",), r"\log_{10}{0}", sympy="log(u, 10)"),
    Elementwise("arcsinh", np.arcsinh, ("(1 + u**2)**(-1/2)",), _operator("arcsinh"), sympy="asinh(u)"),
    Elementwise("arccosh", np.arccosh, ("(u**2 - 1)**(-1/2)",), _operator("arccosh"), sympy="acosh(u)"),
    Elementwise("arctanh", np.arctanh, ("1/(1 - u**2)",), _operator("arctanh"), sympy="atanh(u)"),
    Elementwise("arctan2", np.arctan2, ("v/(u**2 + v**2)", "-u/(u**2 + v**2)"), _call("arctan2", 2), bare=True, sympy="atan2(u, v)"),
    Elementwise(
        "hypot", np.hypot, ("u/hypot(u, v)", "v/hypot(u, v)"), _call("hypot", 2), bare=True, kink="hypot has no derivative at 0",
        sympy="sqrt(u**2 + v**2)",
    ),
    Elementwise(
        "logaddexp", np.logaddexp, ("sigmoid(u - v)", "sigmoid(v - u)"), _call("logaddexp", 2), bare=True, sympy="log(exp(u) + exp(v))",
    ),
    Elementwise("erfc", erfc, ("-2*exp(-u**2)/pi**(1/2)",), _operator("erfc")),
    Elementwise("gammaln", gammaln, ("digamma(u)",), r"\log\left|\Gamma{0}\right|", sympy="loggamma(u)"),
    Elementwise("digamma", digamma, ("trigamma(u)",), r"\psi{0}", sympy="polygamma(0, u)"),
    Elementwise("trigamma", trigamma, ("",), r"\psi_{1}{0}", sympy="polygamma(1, u)"),
    Elementwise("sinc", np.sinc, ("dsinc(u)",), _operator("sinc"), sympy="sin(pi*u)/(pi*u)"),
    Elementwise("dsinc", dsinc, ("",), r"\operatorname{sinc}'{0}", sympy="(pi*u*cos(pi*u) - sin(pi*u))/(pi*u**2)"),
    Elementwise("logit", lambda x: np.log(x) - np.log1p(-np.asarray(x)), ("1/(u*(1 - u))",), _operator("logit"), sympy="log(u/(1 - u))"),
    Elementwise(
        "softsign", lambda x: x / (1 + np.abs(x)), ("(1 + abs(u))**(-2)",), _operator("softsign"), kink="softsign''(0) = 0",
        sympy="u/(1 + Abs(u))",
    ),
    Elementwise(
        "mish", lambda x: x * np.tanh(softplus(x)), ("tanh(softplus(u)) + u*sigmoid(u)*(1 - tanh(softplus(u))**2)",), _operator("mish"),
        sympy="u*tanh(log(1 + exp(u)))",
    ),
    Elementwise(
        "elu", elu, ("greater(u, 0) + v*exp(minimum(u, 0))*greater_equal(0, u)", "expm1(minimum(u, 0))"), _call("elu", 2), bare=True,
        kink="elu'(0) = alpha", defaults=(("alpha", "1"),),
    ),
    Elementwise(
        "selu", lambda x: _SCALE * elu(x, _ALPHA), (f"{_SCALE}*greater(u, 0) + {_SLOPE}*exp(minimum(u, 0))*greater_equal(0, u)",),
        _operator("selu"), kink=f"selu'(0) = {_SLOPE}",
    ),
    Elementwise(
        "leaky_relu", lambda x, slope: np.where(np.asarray(x) > 0, x, slope * x),
        ("greater(u, 0) + v*greater_equal(0, u)", "minimum(u, 0)"), _call(r"leaky\_relu", 2), bare=True,
        kink="leaky_relu'(0) = slope", defaults=(("slope", "0.01"),),
    ),
    Elementwise(
        "hardtanh", lambda x: np.clip(x, -1, 1), ("greater(u, -1)*greater(1, u)",), _operator("hardtanh"),
        kink="hardtanh'(-1) = hardtanh'(1) = 0",
    ),
    Elementwise(
        "clip", lambda x, a, b: np.minimum(np.maximum(x, a), b),
        ("greater_equal(u, v)*greater_equal(w, u)", "greater(v, u)*greater(w, v)", "maximum(greater(u, w), greater(v, w))"),
        _call("clip", 3), bare=True, kink="at a bound clip' = 1",
    ),
]

TABLE: Mapping[str, Elementwise] = {row.name: row for row in _ROWS}
_UNBOUNDED = ("log", "log2", "log10", "log1p", "logit", "arctanh", "arccosh", "arcsin", "arccos", "gammaln", "digamma", "trigamma", "tan")
FINITE = frozenset(TABLE) - frozenset(_UNBOUNDED)  # those with a value at every real number
WRITTEN: Mapping[str, str] = {  # functions that are read as what they stand for
    "sqrt": "u**(1/2)", "square": "u**2", "reciprocal": "u**(-1)", "rsqrt": "u**(-1/2)", "logsigmoid": "-softplus(-u)",
}  # fmt: skip


def call(name: str, *args: Expr) -> Function:
    """The function of that name at `args`."""
    return Function(TABLE[name], args)


def derivative(row: Elementwise, argument: int, values: tuple[Expr, ...]) -> Expr:
    """∂f/∂(argument) at `values`, by the row's own text."""
    text = row.derivatives[argument]
    if not text:
        raise UnsupportedError(f"the derivative of `{row.name}` is not supported: the table of functions has no word for it")
    return _fill(scalar_expression(text), dict(zip(VARIABLES, values, strict=False)))


def written(name: str, value: Expr) -> Expr:
    """What a function of `WRITTEN` stands for, at `value`."""
    return _fill(scalar_expression(WRITTEN[name]), {"u": value})


def arguments(row: Elementwise, node: ast.Call) -> list[ast.expr] | None:
    """The arguments of a call, those left out as the row says; None where they do not fit."""
    given, named = list(node.args), {str(word.arg): word.value for word in node.keywords}
    first = row.arity - len(row.defaults)
    for name, default in row.defaults[max(0, len(given) - first) :]:
        given.append(named.pop(name) if name in named else ast.parse(default, mode="eval").body)
    return None if named or len(given) != row.arity else given


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
            inner = _scalar(operand)
            return number(-inner.value) if isinstance(inner, Number) else Product((number(-1), inner))
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
