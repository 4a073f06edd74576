"""Sums and products of index notation: signs, fractions, and the Σ that Einstein's convention leaves out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction

from ..index.nodes import Expr, Number, Power, Product, number
from ..index.slots import Index
from ..matrix.writing import number_text
from .names import Names
from .naming import Letters
from .sums import alone, flat, occurs, stands_alone, written
from .targets import ATOM, FACTOR, PRODUCT, SERIES, SUM, Printed, Target
from .variance import LOWER, Env, fits, spread

Pairs = Sequence[tuple[Expr, Env]]


class ProductPrinter(ABC):
    """The part of the index printer that puts terms and factors together."""

    names: Names
    letters: Letters
    target: Target
    mixed: bool
    loose = False  # a summed index that stands once needs no Σ: in mixed lines that are still being contracted

    @abstractmethod
    def term(self, expr: Expr, env: Env) -> Printed:
        """The text of a node, and how tightly it binds."""

    def print(self, expr: Expr, env: Env) -> str:
        return self.term(expr, env)[0]

    def at(self, expr: Expr, tight: int, env: Env) -> str:
        """The text in a place that binds as tightly as `tight`, bracketed where needed."""
        text, own = self.term(expr, env)
        return text if own >= tight else self.target.bracket(text)

    def _sum(self, terms: Sequence[Expr], env: Env) -> Printed:
        text = ""
        for term in positive_first(terms):
            sign, rest = signed(term)
            word = self.at(rest, SERIES, env)
            gap = f" {self.target.minus if sign < 0 else '+'} " if text else self.target.minus if sign < 0 else ""
            text += gap + word
        return text, SUM

    def _product(self, node: Product, env: Env) -> Printed:
        factors, over = flat(node)
        signs = self._signs(factors, over)
        implied = [index for index in over if index not in signs and not self._lone(factors, index)]
        envs: list[Env] = spread(factors, implied, self.names, env) if self.mixed else [env] * len(factors)
        envs = [{**own, **{index: LOWER for index in over if index not in implied}} for own in envs] if self.mixed else envs
        return self._composed(factors, envs, self._series(factors, signs))

    def _signs(self, factors: Sequence[Expr], over: Sequence[Index]) -> list[Index]:
        found = written(factors, over)
        if self.mixed:
            found = [index for index in over if index in found or not fits(factors, index, self.names)]
        return [index for index in found if not self._lone(factors, index)]

    def _series(self, factors: Sequence[Expr], signs: Sequence[Index]) -> str:
        """The Σ of some indices, with its range where no tensor's axis says it; nothing for none."""
        ranged = [index for index in signs if not any(stands_alone(factor, index) for factor in factors) and occurs(factors, index)]
        words = [self.target.ranged(self.target.slot(self.letters[index]), index.extent) for index in ranged]
        plain = sorted(self.target.slot(self.letters[index]) for index in signs if index not in ranged)
        return self.target.join([*words, *([self.target.series(plain)] if plain else [])])

    def _lone(self, factors: Sequence[Expr], index: Index) -> bool:
        return self.loose and alone(factors, index)

    def _composed(self, factors: Sequence[Expr], envs: Sequence[Env], series: str) -> Printed:
        value, above, below = split(factors, envs)
        if len(above) == 1 and not below and not series and abs(value) == 1:
            return self._alone(above[0], value < 0)
        loose, self.loose = self.loose, False
        text, tight = self._with_series(abs(value), above, below, series)
        self.loose = loose
        return (self.target.minus + text, SUM) if value < 0 else (text, tight)

    def _with_series(self, value: Fraction, above: Pairs, below: Pairs, series: str) -> Printed:
        """A product behind its Σ, what does not depend on any index in front."""
        front = [[pair for pair in pairs if series and not pair[0].tensors | pair[0].free] for pairs in (above, below)]
        rest = [[pair for pair in pairs if pair not in constants] for pairs, constants in zip((above, below), front, strict=True)]
        over, under = self._words(rest[0], not rest[1]), self._below(rest[1], value)
        if not series:
            return self._assembled(value, over, under)
        bare = value == 1 and not any(front)
        constant = self._assembled(value, self._words(front[0], False), self._words(front[1], False))[0]
        body = self._assembled(Fraction(1), over, under)[0]
        return self.target.join([*([] if bare else [constant]), series, body]), SERIES

    def _alone(self, pair: tuple[Expr, Env], negative: bool) -> Printed:
        expr, env = pair
        return (self.target.minus + self.at(expr, SERIES, env), SUM) if negative else self.term(expr, env)

    def _below(self, pairs: Pairs, value: Fraction) -> list[str]:
        """What stands below the line; a single thing needs no bracket under a bar."""
        if len(pairs) == 1 and not self.target.slashed and value.denominator == 1:
            return [self.print(*pairs[0])]
        return self._words(pairs, False)

    def _words(self, pairs: Pairs, open_end: bool) -> list[str]:
        """Factors as texts; the last may be a product behind a Σ where nothing follows it."""
        last = len(pairs) - 1
        return [self.at(factor, SERIES if open_end and place == last else FACTOR, env) for place, (factor, env) in enumerate(pairs)]

    def _assembled(self, value: Fraction, over: list[str], under: list[str]) -> Printed:
        top, bottom = self._split_number(value, bool(over), bool(under))
        under = ([bottom] if bottom else []) + under
        if not under:
            words = ([top] if top else []) + over
            return self.target.join(words) or self.target.number(Fraction(1))[0], PRODUCT if over else ATOM
        tall = [word for word in over if any(mark in word for mark in self.target.tall)]
        rest = ([top] if top else []) + [word for word in over if word not in tall]
        fraction, tight = self.target.fraction(rest, under)
        return (self.target.join([*tall, fraction]), PRODUCT) if tall else (fraction, tight)

    def _split_number(self, value: Fraction, over: bool, under: bool) -> tuple[str, str]:
        """The number above and the number below the line."""
        line = "/" in number_text(value)[0] and (under or self.target.slashed)
        above = Fraction(value.numerator) if line else value
        top = "" if above == 1 and over else self.target.number(above)[0]
        return ("" if above == 1 and (under or line) else top), self.target.number(Fraction(value.denominator))[0] if line else ""


def split(factors: Sequence[Expr], envs: Sequence[Env]) -> tuple[Fraction, list[tuple[Expr, Env]], list[tuple[Expr, Env]]]:
    """The number of a product, what stands above and what stands below the line."""
    value = Fraction(1)
    above: list[tuple[Expr, Env]] = []
    below: list[tuple[Expr, Env]] = []
    for factor, env in zip(factors, envs, strict=True):
        match factor:
            case Number(own):
                value *= own
            case Power(base, Number(exponent)) if exponent < 0:
                below.append((base if exponent == -1 else Power(base, number(-exponent)), env))
            case _:
                above.append((factor, env))
    return value, above, below


def signed(term: Expr) -> tuple[int, Expr]:
    """The sign of a term, and the term without it."""
    if isinstance(term, Number):
        return (-1, number(-term.value)) if term.value < 0 else (1, term)
    if isinstance(term, Product):
        for place, factor in enumerate(term.factors):
            sign, rest = signed(factor) if isinstance(factor, (Number, Product)) else (1, factor)
            if sign < 0:
                inner_sign, inner = signed(Product((*term.factors[:place], rest, *term.factors[place + 1 :]), term.over))
                return -inner_sign, inner
    return 1, term


def positive_first(terms: Sequence[Expr]) -> list[Expr]:
    """The terms, one without a minus in front where there is one."""
    for place, term in enumerate(terms):
        if signed(term)[0] > 0:
            return [term, *terms[:place], *terms[place + 1 :]]
    return list(terms)
