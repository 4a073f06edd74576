"""Arithmetic on entries while a text is read: exact where both sides are numbers."""

from __future__ import annotations

from fractions import Fraction

from .. import functions
from ..errors import ParseError, Place
from ..index.indices import multiply
from ..index.nodes import Expr, Number, Power, Product, Sum, number

MOST_BITS = 256  # of a number that a power of numbers is worked out to
LARGEST = 1e300


def total(exprs: list[Expr]) -> Expr:
    """The sum, sums among its terms opened."""
    return Sum(tuple(term for expr in exprs for term in (expr.terms if isinstance(expr, Sum) else (expr,))))


def quotient(left: Expr, right: Expr) -> Expr:
    """left / right, exact where both are numbers."""
    result = functions.quotient(left, right)
    return multiply(result.factors) if isinstance(result, Product) else result


def power(base: Expr, exponent: Expr) -> Expr:
    """base ** exponent; of numbers worked out, as long as the result is no longer than MOST_BITS."""
    if isinstance(base, Number) and isinstance(exponent, Number) and exponent.value.denominator == 1:
        digits = max(abs(base.value.numerator), base.value.denominator).bit_length()
        if digits * abs(exponent.value) <= MOST_BITS and (base.value or exponent.value >= 0):
            return number(base.value ** int(exponent.value))
    return Power(base, exponent)


def exact(value: float, place: Place) -> Fraction:
    """A number as it is written, in exact arithmetic; ParseError where no float could hold it."""
    if not abs(value) < LARGEST:
        raise ParseError("this number is too large", place)
    return Fraction(str(value))
