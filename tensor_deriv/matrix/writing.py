"""How parts are written: how tightly an operator binds, numbers, a product as a fraction, a sum that begins with a plus."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby

from . import make
from .nodes import Array, MatMul, Mul, Num, Pow

SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)  # how tightly Python binds each
Printed = tuple[str, int]


def runs(node: MatMul) -> list[tuple[Array, int]]:
    """The factors of a chain, three or more equal ones in a row as a matrix power."""
    found: list[tuple[Array, int]] = []
    for part, group in groupby(node.parts):
        times = len(list(group))
        found += [(part, times)] if times > 2 and part.rank == 2 else [(part, 1)] * times
    return found


def number_text(value: Fraction) -> Printed:
    """A rational as a reader expects it: 3, 0.1, 1/3."""
    if value.denominator == 1:
        return str(value.numerator), ATOM if value >= 0 else SIGN
    if value.denominator <= 12 and value.denominator != 10:
        return f"{value.numerator}/{value.denominator}", PRODUCT
    decimal = float(value)
    if Fraction(str(decimal)) == value:
        return repr(decimal), ATOM if value >= 0 else SIGN
    return f"{value.numerator}/{value.denominator}", PRODUCT


def number_split(value: Fraction, has_factors: bool) -> tuple[str, str]:
    """The number above and below the line; nothing for a one among other factors."""
    text, tight = number_text(value)
    if "/" in text and tight == PRODUCT:
        top = str(value.numerator) if value.numerator != 1 or not has_factors else ""
        return top, str(value.denominator)
    return ("" if value == 1 and has_factors else text), ""


def fraction_parts(node: Mul) -> tuple[Fraction, list[Array], list[Array]]:
    """The number, what stands above and what stands below the line (with positive exponents)."""
    value, above, below = Fraction(1), [], []
    for part in node.parts:
        if isinstance(part, Num):
            value *= part.value
        elif isinstance(part, Pow) and isinstance(part.exponent, Num) and part.exponent.value < 0:
            below.append(make.power(part.base, Num(-part.exponent.value)))
        else:
            above.append(part)
    return value, above, below


def positive_first(terms: tuple[Array, ...]) -> list[Array]:
    """The terms, one without a minus in front where there is one."""
    for place, term in enumerate(terms):
        value = term.value if isinstance(term, Num) else make.coefficient(term)[0]
        if value > 0:
            return [term, *terms[:place], *terms[place + 1 :]]
    return list(terms)
