"""Index notation in print: one traversal, for either target and either style."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..index.nodes import (
    Affine,
    Apply,
    Component,
    Constant,
    Contraction,
    Delta,
    Expr,
    Extent,
    Function,
    Index,
    Number,
    Opaque,
    Partial,
    Power,
    Product,
    Slot,
    Sum,
    Transposed,
    number,
)
from ..index.dims import UNIT, ZERO, Dim
from ..matrix.text import number_text
from .apply import applied
from .naming import Letters
from .names import Names, Quotient
from .sums import alone, flat, written
from .symbols import Symbol
from .targets import ATOM, FACTOR, PRODUCT, SERIES, SUM, Printed, Target
from .variance import LOWER, Env, dotted, fits, rows, spread


class IndexPrinter:
    """Prints expressions with one assignment of letters; `mixed` has upper indices, else all stand below."""

    def __init__(self, names: Names, letters: Letters, target: Target, mixed: bool) -> None:
        self.names, self.letters, self.target, self.mixed = names, letters, target, mixed
        self.loose = False  # a summed index that stands once needs no Σ: in mixed lines that are still being contracted

    def print(self, expr: Expr, env: Env) -> str:
        return self.term(expr, env)[0]

    def at(self, expr: Expr, tight: int, env: Env) -> str:
        """The text in a place that binds as tightly as `tight`, bracketed where needed."""
        text, own = self.term(expr, env)
        return text if own >= tight else self.target.bracket(text)

    def term(self, expr: Expr, env: Env) -> Printed:
        """The text of a node, and how tightly it binds."""
        if isinstance(expr, (Sum, Product)):
            return self._sum(expr.terms, env) if isinstance(expr, Sum) else self._product(expr, env)
        loose, self.loose = self.loose, False
        printed = self._node(expr, env)
        self.loose = loose
        return printed

    def _node(self, expr: Expr, env: Env) -> Printed:
        match expr:
            case Number(value):
                return self.target.number(value)
            case Constant():
                return self.target.pi(), ATOM
            case Extent(dim):
                return self.target.dim(dim)
            case Component():
                return self._component(expr, env)
            case Transposed(component):
                return self._transposed(component, env)
            case Delta(left, right):
                return self.indexed(self.target.delta, (left, right), env)
            case Power():
                return self._power(expr.base, expr.exponent, env)
            case Function(row, args):
                return self.target.function(row, [self.print(arg, env) for arg in args], False), ATOM
            case Apply():
                return applied(self, expr, env)
            case Opaque():
                return self._opaque(expr, env)
            case Partial(body, by):
                return self._partial(body, by, env)
            case Contraction():
                return self._contraction(expr, env)
        raise TypeError(f"{type(expr).__name__} has no printed form")

    def slot(self, slot: Slot) -> str:
        """One slot: a letter, 1 on an axis of extent 1, else the place in brackets, counted from 0."""
        if isinstance(slot, Index):
            return self.target.slot(self.letters[slot])
        if not slot.terms and slot.extent == UNIT:
            return "1"
        return f"({self._place(slot)})"

    def _place(self, slot: Affine) -> str:
        words = []
        for index, factor in slot.terms:
            letter = self.target.slot(self.letters[index])
            words.append(letter if factor == UNIT else f"{self._size(factor)} {letter}")
        if slot.offset != ZERO or not words:
            words.append(self.target.dim(slot.offset)[0])
        return " + ".join(words).replace(f"+ {self.target.minus}", f"{self.target.minus} ")

    def _size(self, factor: Dim) -> str:
        text, tight = self.target.dim(factor)
        return text if tight >= PRODUCT else self.target.bracket(text)

    def indexed(self, head: Symbol | str, slots: Sequence[Slot], env: Env) -> Printed:
        """A letter with its slots, above and below."""
        above = rows(slots, env) if self.mixed else [False] * len(slots)
        lower, upper = dotted([self.slot(slot) for slot in slots], above, self.target.marks["dot"])
        return self.target.indexed(head, lower, upper, bool(above) and above[0])

    def _component(self, node: Component, env: Env) -> Printed:
        quotient = self.names.quotients.get(node.tensor)
        return self.quotient(quotient, node.slots, env) if quotient else self.indexed(self.names.drawn[node.tensor].part, node.slots, env)

    def quotient(self, quotient: Quotient, slots: Sequence[Slot], env: Env) -> Printed:
        """∂y/∂x in components; the slots of the denominator stand below."""
        return self.target.derivative(*self._ratio(quotient, slots, env))

    def _ratio(self, quotient: Quotient, slots: Sequence[Slot], env: Env) -> tuple[int, str, list[str]]:
        above = self.indexed(quotient.above.part, slots[: quotient.above_rank], env)[0]
        below, at = [], quotient.above_rank
        for tensor in quotient.below:
            rank = len(self.names.program.shape(tensor))
            below.append(self._denominator(tensor, slots[at : at + rank]))
            at += rank
        if any(tensor in self.names.quotients for tensor in quotient.below) and len(below) > 1:
            # the derivative of a derivative by a derivative: ∂(∂f/∂x)/∂(∂f/∂t)
            return 1, self.target.bracket(self.target.inline(len(below) - 1, above, below[:-1])), below[-1:]
        return len(below), above, below

    def _denominator(self, tensor: str, slots: Sequence[Slot]) -> str:
        quotient = self.names.quotients.get(tensor)
        if quotient:
            return self.target.bracket(self.target.inline(*self._ratio(quotient, slots, {})))
        return self.indexed(self.names.drawn[tensor].part, slots, {})[0]

    def _transposed(self, node: Component, env: Env) -> Printed:
        swapped = node.slots[::-1]
        mark = self.target.marks["transposed"]
        drawn = self.names.drawn.get(node.tensor)
        if drawn is None:
            return self.target.bracket(self.quotient(self.names.quotients[node.tensor], swapped, env)[0]) + mark, FACTOR
        if self.mixed or drawn.part.sub:
            return self.target.bracket(self.indexed(drawn.part, swapped, env)[0]) + mark, FACTOR
        return self.indexed(self.target.letter(drawn.part) + mark, swapped, env)[0], FACTOR

    def _opaque(self, node: Opaque, env: Env) -> Printed:
        function = self.target.letter(self.names.result.part if node.function == self._function() else Symbol(node.function))
        whole = self.target.whole(self.names.drawn[node.tensor])
        return self.indexed(f"{function}{self.target.bracket(whole)}", node.slots, env)

    def _function(self) -> str:
        body = self.names.question.body
        return body.function if isinstance(body, Opaque) else ""

    def _sum(self, terms: Sequence[Expr], env: Env) -> Printed:
        text = ""
        for term in positive_first(terms):
            sign, rest = signed(term)
            word = self.at(rest, SERIES, env)
            gap = f" {self.target.minus if sign < 0 else '+'} " if text else self.target.minus if sign < 0 else ""
            text += gap + word
        return text, SUM

    def _power(self, base: Expr, exponent: Expr, env: Env) -> Printed:
        if isinstance(exponent, Number) and exponent.value < 0:
            return self._product(Product((Power(base, exponent),)), env)
        if exponent == number(Fraction(1, 2)):
            return self.target.root(self.print(base, env)), ATOM
        plain = self.target.number(exponent.value)[0] if isinstance(exponent, Number) else self.print(exponent, env)
        if isinstance(exponent, Number) and exponent.value.denominator > 1:
            plain = f"{exponent.value.numerator}/{exponent.value.denominator}"
        return self.target.superscript(self.at(base, ATOM, env), plain), FACTOR

    def _partial(self, body: Expr, by: Component, env: Env) -> Printed:
        return self.target.derivative(1, self._numerator(body, env), [self._denominator(by.tensor, by.slots)])

    def _numerator(self, body: Expr, env: Env) -> str:
        if isinstance(body, Opaque):
            return self.indexed(self.names.result.part, body.slots, env)[0]
        if isinstance(body, Component) and body.tensor in self.names.quotients:
            ratio = self._ratio(self.names.quotients[body.tensor], body.slots, env)
            return self.target.bracket(self.target.inline(*ratio))
        return self.at(body, ATOM if not isinstance(body, Component) else FACTOR, env)

    def _contraction(self, node: Contraction, env: Env) -> Printed:
        pairs = len(node.pairs)
        mark = self.target.marks["double"] if pairs == 2 else " ".join([self.target.marks["dot"]] * pairs)
        return f"{self.at(node.left, PRODUCT, env)} {mark} {self.at(node.right, PRODUCT, env)}", PRODUCT

    def _product(self, node: Product, env: Env) -> Printed:
        factors, over = flat(node)
        signs = self._signs(factors, over)
        implied = [index for index in over if index not in signs and not self._lone(factors, index)]
        envs: list[Env] = spread(factors, implied, self.names, env) if self.mixed else [env] * len(factors)
        envs = [{**own, **{index: LOWER for index in over if index not in implied}} for own in envs] if self.mixed else envs
        return self._composed(factors, envs, sorted(self.target.slot(self.letters[index]) for index in signs))

    def _signs(self, factors: Sequence[Expr], over: Sequence[Index]) -> list[Index]:
        found = written(factors, over)
        if self.mixed:
            found = [index for index in over if index in found or not fits(factors, index, self.names)]
        return [index for index in found if not self._lone(factors, index)]

    def _lone(self, factors: Sequence[Expr], index: Index) -> bool:
        return self.loose and alone(factors, index)

    def _composed(self, factors: Sequence[Expr], envs: Sequence[Env], signs: Sequence[str]) -> Printed:
        value, above, below = split(factors, envs)
        if len(above) == 1 and not below and not signs and abs(value) == 1:
            text, tight = self.term(*above[0]) if value > 0 else (self.target.minus + self.at(above[0][0], SERIES, above[0][1]), SUM)
            return text, tight
        loose, self.loose = self.loose, False
        front = [[pair for pair in pairs if signs and not pair[0].tensors | pair[0].free] for pairs in (above, below)]
        rest = [[pair for pair in pairs if pair not in constants] for pairs, constants in zip((above, below), front, strict=True)]
        text, tight = self._assembled(Fraction(1) if signs else abs(value), self._words(rest[0], not rest[1]), self._words(rest[1], False))
        if signs:
            constant = self._assembled(abs(value), self._words(front[0], False), self._words(front[1], False))[0]
            text, tight = self.target.join([*([constant] if constant != "1" else []), self.target.series(signs), text]), SERIES
        self.loose = loose
        return (self.target.minus + text, SUM) if value < 0 else (text, tight)

    def _words(self, pairs: Sequence[tuple[Expr, Env]], open_end: bool) -> list[str]:
        """Factors as texts; the last may be a product behind a Σ where nothing follows it."""
        last = len(pairs) - 1
        return [self.at(factor, SERIES if open_end and place == last else FACTOR, env) for place, (factor, env) in enumerate(pairs)]

    def _assembled(self, value: Fraction, over: list[str], under: list[str]) -> Printed:
        top, bottom = self._split_number(value, bool(over), bool(under))
        under = ([bottom] if bottom else []) + under
        if not under:
            words = ([top] if top else []) + over
            return self.target.join(words) or "1", PRODUCT if over else ATOM
        tall = [word for word in over if r"\partial" in word or r"\sum" in word]
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
