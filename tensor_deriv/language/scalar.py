"""A scalar function of u (and v): computed in NumPy, and differentiated by SymPy into the language of the table of functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import numpy as np

from .. import functions
from ..errors import UnsupportedError
from ..index.nodes import Component, Constant, Expr, Function, Number, Power, Product, Sum

VARIABLES = ("u", "v")
SIMPLIFIED = 80  # operations of a derivative that SymPy is asked to simplify
HIGHEST = 8  # power in it


def compiled(body: Expr, arity: int) -> Callable[..., Any]:
    """A NumPy function of u (and v) that computes a scalar expression entry by entry."""

    def call(*values: Any) -> Any:
        given = dict(zip(VARIABLES[:arity], (np.asarray(value, dtype=float) for value in values), strict=True))
        result = _value(body, given)
        return np.broadcast_to(result, np.broadcast_shapes(*(np.shape(value) for value in given.values())))

    return call


def _value(node: Expr, given: Mapping[str, Any]) -> Any:
    parts = [_value(child, given) for child in node.children]
    match node:
        case Number(value):
            return float(value)
        case Constant():
            return np.pi
        case Component(name, _):
            return given[name]
        case Sum():
            return sum(parts)
        case Product():
            return np.prod(np.broadcast_arrays(*parts), axis=0)
        case Power():
            return np.power(np.asarray(parts[0], dtype=float), parts[1])
        case Function(row, _):
            return row.numpy(*parts)
    raise TypeError(f"a scalar function holds {type(node).__name__}")


@lru_cache(maxsize=256)
def derivative(source: str, variable: str) -> str | None:
    """∂body/∂variable in the language of the table, the plainest of SymPy's forms; None where it has none."""
    import sympy

    symbols = {name: sympy.Symbol(name, real=True) for name in VARIABLES}
    plain = sympy.diff(_Sympy(symbols).read(ast.parse(source, mode="eval").body), symbols[variable])
    text = _text(plain)
    if text is None:
        return None
    changes = (sympy.simplify, sympy.factor) if _small(plain) else ()
    candidates = [plain, *(form for form in (_tried(change, plain) for change in changes) if form is not None)]
    for form in sorted(map(_positive, candidates), key=sympy.count_ops):
        better = _text(form)
        if better is not None and _same(better, text):
            return better
    return text


def _small(expr: Any) -> bool:
    """Whether SymPy's simplifications, which multiply powers out, end soon."""
    import sympy

    exponents = [power.exp for power in expr.atoms(sympy.Pow)]
    return bool(expr.count_ops() <= SIMPLIFIED and all(not exponent.is_number or abs(exponent) <= HIGHEST for exponent in exponents))


def _positive(expr: Any) -> Any:
    # −a (b − c) = a (c − b)
    def flipped(product: Any) -> Any:
        coefficient, rest = product.as_coeff_mul()
        for place, factor in enumerate(rest):
            if coefficient < 0 and factor.is_Add and any(term.as_coeff_Mul()[0] < 0 for term in factor.args):
                return product.func(-coefficient, *rest[:place], -factor, *rest[place + 1 :])
        return product

    return expr.replace(lambda part: part.is_Mul, flipped)


def _tried(change: Callable[[Any], Any], expr: Any) -> Any:
    """A simplification, or None where SymPy fails at it."""
    try:
        return change(expr)
    except Exception:  # a simplification that fails is not needed
        return None


def _same(left: str, right: str) -> bool:
    """Whether two derivatives agree at points of either sign: a simplification is held to be one only then."""
    rng = np.random.default_rng(11)
    points = [scale * rng.normal(size=12) for scale in (0.5, 2.0)]
    with np.errstate(all="ignore"):
        a, b = (compiled(functions.scalar_expression(text), 2)(*points) for text in (left, right))
    return bool(np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))


class _Sympy:
    """A body as a SymPy expression; functions that SymPy does not know become classes with the table's derivative."""

    def __init__(self, symbols: Mapping[str, Any]) -> None:
        self.symbols = symbols

    def read(self, node: ast.expr) -> Any:
        import sympy

        match node:
            case ast.Constant(value=int() | float() as value):
                exact = Fraction(str(value))
                return sympy.Rational(exact.numerator, exact.denominator)
            case ast.Name(id=name):
                return sympy.pi if name == "pi" else self.symbols[name]
            case ast.UnaryOp(operand=inner):
                return -self.read(inner)
            case ast.BinOp(left=left, op=op, right=right):
                return _COMPUTED[type(op)](self.read(left), self.read(right))
            case ast.Call(func=ast.Name(id=name), args=args):
                return _sympy_function(name)(*map(self.read, args))
        raise TypeError(f"a scalar function holds {ast.dump(node)}")


_COMPUTED: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
_NATIVE = {
    **{name: name for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf")},
    "arcsin": "asin", "arccos": "acos", "arctan": "atan",
}  # fmt: skip


@cache
def _sympy_function(name: str) -> Any:
    import sympy

    if name in _NATIVE:
        return getattr(sympy, _NATIVE[name])
    row = functions.TABLE[name]

    def fdiff(self: Any, argindex: int = 1) -> Any:
        if not row.derivatives[argindex - 1]:
            raise UnsupportedError(f"the derivative of `{name}` is not supported: the table of functions has no word for it")
        tree = ast.parse(row.derivatives[argindex - 1], mode="eval").body
        return _Sympy(dict(zip(functions.VARIABLES, self.args, strict=False))).read(tree)

    return type(name, (sympy.Function,), {"fdiff": fdiff, "nargs": row.arity, "is_real": True})


def _text(expr: Any) -> str | None:
    """A SymPy expression in the language of the table, or None where it has no word for a part."""
    import sympy
    from sympy.printing.str import StrPrinter

    words = {sympy_name: name for name, sympy_name in _NATIVE.items()} | {"Abs": "abs", "sign": "sign"}

    class Printer(StrPrinter):  # type: ignore[misc]
        def _print_Function(self, part: Any) -> str:
            word = words.get(part.func.__name__, part.func.__name__)
            return f"{word}({', '.join(map(self._print, part.args))})"

        _print_Abs = _print_Function

    if expr.has(sympy.Derivative, sympy.Subs, sympy.Piecewise, sympy.I, sympy.nan, sympy.zoo, sympy.oo):
        return None
    text = str(Printer().doprint(expr))
    names = {node.func.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return text if names <= {*functions.TABLE, "sqrt"} else None
