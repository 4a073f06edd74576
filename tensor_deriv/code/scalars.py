"""A function that the user defined, from its text to an array expression without axes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ..errors import UnsupportedError
from ..functions import scalar_expression
from ..index.nodes import Component, Constant, Expr, Function, Number, Power, Product, Sum
from ..matrix import make
from ..matrix.nodes import Array, Elem, Name, Num, Pi


def scalar_array(text: str, arguments: Mapping[str, str]) -> Array:
    """The expression of a function's text, its variables called as `arguments` says."""
    return _array(arguments, scalar_expression(text))


def _array(arguments: Mapping[str, str], expr: Expr) -> Array:
    inner = partial(_array, arguments)
    match expr:
        case Number(value):
            return Num(value)
        case Constant():
            return Pi()
        case Component(name, _):
            return Name(arguments[name], ())
        case Sum(terms):
            return make.add(map(inner, terms))
        case Product(factors, ()):
            return make.mul(map(inner, factors))
        case Power(base, exponent):
            return make.power(inner(base), inner(exponent))
        case Function(row, args):
            return Elem(row, tuple(map(inner, args)))
    raise UnsupportedError(f"a user function that holds {type(expr).__name__} has no code")
