"""A function that the user defined, from its text to an array expression without axes."""

from __future__ import annotations

from functools import partial

from ..errors import UnsupportedError
from ..functions import scalar_expression
from ..index.nodes import Component, Constant, Expr, Function, Number, Power, Product, Sum
from ..matrix import make
from ..matrix.nodes import Array, Elem, Name, Num, Pi


def scalar_array(text: str, argument: str) -> Array:
    """The expression of a function's text, its variable called `argument`."""
    return _array(argument, scalar_expression(text))


def _array(argument: str, expr: Expr) -> Array:
    inner = partial(_array, argument)
    match expr:
        case Number(value):
            return Num(value)
        case Constant():
            return Pi()
        case Component():
            return Name(argument, ())
        case Sum(terms):
            return make.add(map(inner, terms))
        case Product(factors, ()):
            return make.mul(map(inner, factors))
        case Power(base, exponent):
            return make.power(inner(base), inner(exponent))
        case Function(row, args):
            return Elem(row, tuple(map(inner, args)))
    raise UnsupportedError(f"a user function that holds {type(expr).__name__} has no code")
