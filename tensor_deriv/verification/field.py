"""Exact arithmetic: dual numbers a + b ε, ε² = 0, over the integers modulo the prime 2⁶¹ − 1.

Two rational expressions of degree at most D that differ agree at a random point with a probability of at most D/p
(Schwartz, 1980; Zippel, 1979). The ε part of a value is its derivative, exactly, by no rule of ours.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ..index.evaluate import Evaluator

PRIME = 2**61 - 1
Array = Any


class NotRational(Exception):
    """The expression holds a function that is not rational, so it has no meaning in a finite field."""


class Dual:
    """a + b ε modulo the prime."""

    __slots__ = ("a", "b")

    def __init__(self, a: int, b: int = 0) -> None:
        self.a = a % PRIME
        self.b = b % PRIME

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dual) and (self.a, self.b) == (other.a, other.b)

    def __hash__(self) -> int:
        return hash((self.a, self.b))

    def __repr__(self) -> str:
        return f"{self.a} + {self.b}ε"

    def __add__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.a + other.a, self.b + other.b)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.a, -self.b)

    def __sub__(self, other: Any) -> Dual:
        return self + -dual(other)

    def __rsub__(self, other: Any) -> Dual:
        return dual(other) + -self

    def __mul__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.a * other.a, self.a * other.b + self.b * other.a)

    __rmul__ = __mul__

    def inverse(self) -> Dual:
        # 1/(a + b ε) = 1/a − b/a² ε
        if not self.a:
            raise ZeroDivisionError("a number of the field that has no inverse")
        inverse = pow(self.a, -1, PRIME)
        return Dual(inverse, -self.b * inverse * inverse)

    def __truediv__(self, other: Any) -> Dual:
        return self * dual(other).inverse()

    def __rtruediv__(self, other: Any) -> Dual:
        return dual(other) * self.inverse()

    def __pow__(self, exponent: Any) -> Dual:
        count = whole(exponent)
        base = self if count >= 0 else self.inverse()
        # (a + b ε)ⁿ = aⁿ + n aⁿ⁻¹ b ε
        power = pow(base.a, abs(count), PRIME)
        lower = pow(base.a, abs(count) - 1, PRIME) if count else 0
        return Dual(power, abs(count) * lower * base.b)


def whole(value: Any) -> int:
    """An exponent as an integer; NotRational where it is none."""
    if isinstance(value, Dual):
        if value.b or min(value.a, PRIME - value.a) > 10_000:
            raise NotRational("an exponent that is no integer")
        return value.a if value.a < PRIME // 2 else value.a - PRIME
    if float(value) != int(value):
        raise NotRational("an exponent that is no integer")
    return int(value)


def dual(value: Any) -> Dual:
    """An integer or rational as a number of the field."""
    if isinstance(value, np.ndarray):
        return dual(value.item())
    if isinstance(value, Dual):
        return value
    fraction = Fraction(value)
    return Dual(fraction.numerator * pow(fraction.denominator, -1, PRIME))


def embedded(array: Array) -> Array:
    """An array of integers as one of the field."""
    result = np.empty(np.shape(array), dtype=object)
    for place in np.ndindex(result.shape):
        result[place] = dual(int(np.asarray(array)[place]))
    return result


class FieldEvaluator(Evaluator):
    """Evaluates rational expressions in the field; NotRational for any other."""

    def number(self, value: Fraction) -> Array:
        return _scalar(dual(value))

    def pi(self) -> Array:
        raise NotRational("π")

    def power(self, base: Array, exponent: Array) -> Array:
        powers = {whole(item) for item in np.ravel(exponent)}
        if len(powers) != 1:
            raise NotRational("an exponent that is an array")
        return np.frompyfunc(lambda item: dual(item) ** powers.copy().pop(), 1, 1)(base)

    def function(self, row: Any, arrays: Any) -> Array:
        raise NotRational(row.name)

    def primitive(self, name: str, array: Array, axes: tuple[int, ...]) -> Array:
        if name == "inv":
            return _stacked(array, lambda matrix: eliminate(matrix)[1])
        if name == "det":
            return _stacked(array, lambda matrix: _scalar(eliminate(matrix)[0]))
        if name == "pinv":
            return _stacked(array, pseudo_inverse)
        if name == "var":
            count = Fraction(int(np.prod([array.shape[axis] for axis in axes])))
            centred = array - np.sum(array, axis=axes, keepdims=True) / count
            return np.sum(centred * centred, axis=axes) / count
        raise NotRational(name)


def _scalar(value: Any) -> Array:
    array = np.empty((), dtype=object)
    array[()] = value
    return array


def _stacked(array: Array, function: Any) -> Array:
    """A function of matrices, for each of a stack."""
    batch = array.shape[:-2]
    parts = [function(array[place]) for place in np.ndindex(batch)]
    if not batch:
        return parts[0]
    result = np.empty((*batch, *np.shape(parts[0])), dtype=object)
    for place, part in zip(np.ndindex(batch), parts, strict=True):
        result[place] = part if np.ndim(part) else part[()]
    return result


def eliminate(matrix: Array) -> tuple[Any, Array]:
    """(determinant, inverse) by Gauss and Jordan, in whatever arithmetic the entries have."""
    size = len(matrix)
    left, right = matrix.copy(), np.empty((size, size), dtype=object)
    for place in np.ndindex(right.shape):
        right[place] = matrix[0, 0] * 0 + int(place[0] == place[1])
    determinant = matrix[0, 0] * 0 + 1
    for at in range(size):
        pivot = _pivot(left, at)
        if pivot != at:
            left[[at, pivot]], right[[at, pivot]] = left[[pivot, at]], right[[pivot, at]]
            determinant = -determinant
        determinant = determinant * left[at, at]
        inverse = 1 / left[at, at]
        left[at], right[at] = left[at] * inverse, right[at] * inverse
        for row in range(size):
            if row != at:
                factor = left[row, at]
                left[row], right[row] = left[row] - left[at] * factor, right[row] - right[at] * factor
    return determinant, right


def pseudo_inverse(matrix: Array) -> Array:
    """A⁺ of a matrix of full rank: (AᵀA)⁻¹Aᵀ, or Aᵀ(AAᵀ)⁻¹."""
    if matrix.shape[0] < matrix.shape[1]:
        return matrix.T.dot(eliminate(matrix.dot(matrix.T))[1])
    return eliminate(matrix.T.dot(matrix))[1].dot(matrix.T)


def _pivot(matrix: Array, at: int) -> int:
    candidates = range(at, len(matrix))
    if isinstance(matrix[at, at], Dual):
        return next((row for row in candidates if matrix[row, at].a), at)
    return max(candidates, key=lambda row: abs(matrix[row, at]))
