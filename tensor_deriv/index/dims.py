"""Extents of axes: polynomials with integer coefficients in named dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

Monomial = tuple[str, ...]  # sorted names; () is 1


class Dim:
    """An extent such as `n`, `3`, `m*d` or `n + k - 1`; immutable, compared by value."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Iterable[tuple[Monomial, int]]) -> None:
        self.terms = tuple(sorted((names, count) for names, count in terms if count))
        self._hash = hash(self.terms)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dim) and self.terms == other.terms

    def __repr__(self) -> str:
        return f"Dim({self})"

    def __str__(self) -> str:
        ordered = sorted(self.terms, key=lambda term: (term[1] < 0, not term[0]))
        return " + ".join(map(_show_monomial, ordered)).replace("+ -", "- ") or "0"

    def __add__(self, other: Dim) -> Dim:
        total = dict(self.terms)
        for names, count in other.terms:
            total[names] = total.get(names, 0) + count
        return Dim(total.items())

    def __neg__(self) -> Dim:
        return Dim((names, -count) for names, count in self.terms)

    def __sub__(self, other: Dim) -> Dim:
        return self + -other

    def __mul__(self, other: Dim) -> Dim:
        total: dict[Monomial, int] = {}
        for left, a in self.terms:
            for right, b in other.terms:
                names = tuple(sorted(left + right))
                total[names] = total.get(names, 0) + a * b
        return Dim(total.items())

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for names, _ in self.terms for name in names)

    @property
    def constant(self) -> int | None:
        """The integer it is, or None when it holds a name."""
        if not self.terms:
            return 0
        names, count = self.terms[0]
        return count if len(self.terms) == 1 and not names else None

    @property
    def symbol(self) -> str | None:
        """The name it is, or None when it is anything else."""
        if len(self.terms) == 1 and self.terms[0][1] == 1 and len(self.terms[0][0]) == 1:
            return self.terms[0][0][0]
        return None

    @property
    def never_negative(self) -> bool:
        """Whether it is 0 or more however large its names are, from 1 on; False where that does not show.

        n = 1 + n′ in each name: no coefficient of the polynomial in n′ is negative.
        """
        shifted = self.substitute({name: UNIT + named(f"{name}′") for name in self.names})
        return all(count > 0 for _, count in shifted.terms)

    def over(self, divisor: Dim) -> Dim | None:
        """The quotient where it is a polynomial with integer coefficients, else None: division by the leading monomial."""
        letters = sorted(self.names | divisor.names)
        quotient, rest = ZERO, self
        names, count = divisor.leading(letters)
        while rest.terms:
            own, number = rest.leading(letters)
            part = _without(own, names)
            if part is None or number % count:
                return None
            term = Dim(((part, number // count),))
            quotient, rest = quotient + term, rest - term * divisor
        return quotient

    def leading(self, letters: list[str]) -> tuple[Monomial, int]:
        """The term of the highest degree, of those the first by the powers of `letters`."""
        return max(self.terms, key=lambda term: (len(term[0]), [term[0].count(letter) for letter in letters]))

    def value(self, sizes: Mapping[str, int]) -> int:
        """The number it is where `sizes` gives each name one; KeyError for a name without."""
        total = 0
        for names, count in self.terms:
            for name in names:
                count *= sizes[name]
            total += count
        return total

    def substitute(self, solution: Mapping[str, Dim]) -> Dim:
        """Each name replaced by its dimension, until none is left to replace."""
        if not any(name in solution for name in self.names):
            return self
        total = Dim(())
        for names, count in self.terms:
            product = integer(count)
            for name in names:
                product = product * (solution[name].substitute(solution) if name in solution else named(name))
            total = total + product
        return total


def _without(names: Monomial, gone: Monomial) -> Monomial | None:
    """A product of names without some of them; None where they are not all there."""
    left = list(names)
    for name in gone:
        if name not in left:
            return None
        left.remove(name)
    return tuple(left)


def _show_monomial(term: tuple[Monomial, int]) -> str:
    names, count = term
    if not names:
        return str(count)
    head = {1: "", -1: "-"}.get(count, f"{count}*")
    return head + "*".join(names)


@cache
def named(name: str) -> Dim:
    """The dimension called `name`."""
    return Dim((((name,), 1),))


@cache
def integer(count: int) -> Dim:
    """A literal extent."""
    return Dim((((), count),))


ZERO = integer(0)
UNIT = integer(1)
