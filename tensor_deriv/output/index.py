"""Index notation in print: one traversal, for either target and either style."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..index.bodies import Apply, Opaque
from ..index.dims import UNIT, Dim
from ..index.nodes import (
    Component,
    Constant,
    Delta,
    Expr,
    Extent,
    Function,
    Inside,
    Number,
    Power,
    Product,
    Sum,
    Transposed,
    Where,
    is_number,
    number,
)
from ..index.slots import Index, Slot, inside, slot_terms
from ..index.unevaluated import Contraction, Partial
from .apply import applied
from .cases import condition, opposite
from .names import Names, Quotient
from .naming import Letters
from .product import ProductPrinter
from .symbols import Symbol
from .targets import ATOM, FACTOR, PRODUCT, RAISED, Printed, Target
from .variance import Env, dotted, rows


class IndexPrinter(ProductPrinter):
    """Prints expressions with one assignment of letters; `mixed` has upper indices, else all stand below."""

    def __init__(self, names: Names, letters: Letters, target: Target, mixed: bool) -> None:
        self.names, self.letters, self.target, self.mixed = names, letters, target, mixed

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
            case Inside():
                return f"{self.target.marks['holds'].format(self._condition(expr, env))}", ATOM
            case Where():
                return self._where(expr, env)
            case Power():
                return self._power(expr.base, expr.exponent, env)
            case Function(row, args):
                return self.target.function(row, [self.print(arg, env) for arg in args], False), FACTOR if row.name in RAISED else ATOM
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
        """One slot: a letter, else the place in brackets, counted from 0; 1 on an axis of extent 1 where no other place stands."""
        if isinstance(slot, Index):
            return self.target.slot(self.letters[slot])
        if not slot.terms and slot.extent == UNIT:
            return "(0)" if self.names.from_zero else "1"
        if len(slot.terms) == 1 and slot.terms[0][1] == UNIT and not slot.offset.terms and inside(slot):
            return self.target.slot(self.letters[slot.terms[0][0]])
        return f"({self._place(slot)})"

    def _place(self, slot: Slot) -> str:
        """Σ coefficient·index + number, what has no minus first."""
        terms, offset = slot_terms(slot)
        words = [(not c.never_negative, self._scaled(index, c)) for index, c in terms]
        words += [(count < 0, self.target.dim(Dim([(names, abs(count))]))[0]) for names, count in offset.terms[::-1]]
        text = ""
        for negative, word in sorted(words, key=lambda item: item[0]):
            text += f" {self.target.minus if negative else '+'} {word}" if text else self.target.minus * negative + word
        return text or "0"

    def _scaled(self, index: Index, factor: Dim) -> str:
        size = factor if factor.never_negative else -factor
        letter = self.target.slot(self.letters[index])
        return letter if size == UNIT else f"{self._size(size)} {letter}"

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
        if len(set(quotient.below)) > 1:
            # a derivative derived by something else: ∂(∂f/∂x)/∂t
            return 1, self.target.bracket(self.target.inline(len(below) - 1, above, below[:-1])), below[-1:]
        return len(below), above, below

    def _denominator(self, tensor: str, slots: Sequence[Slot]) -> str:
        quotient = self.names.quotients.get(tensor)
        if quotient:
            return self.target.bracket(self.target.inline(*self._ratio(quotient, slots, {})))
        return self.indexed(self.names.drawn[tensor].part, slots, {})[0]

    def _transposed(self, node: Component, env: Env) -> Printed:
        swapped = node.slots[::-1]
        drawn = self.names.drawn.get(node.tensor)
        if drawn is None:
            return self._turned(self.quotient(self.names.quotients[node.tensor], swapped, env))
        if self.mixed or drawn.part.sub:
            return self._turned(self.indexed(drawn.part, swapped, env))
        return self.indexed(self.target.raised(self.target.letter(drawn.part), "transposed"), swapped, env)[0], FACTOR

    def _turned(self, printed: Printed) -> Printed:
        return self.target.raised(self.target.bracket(printed[0]), "transposed"), FACTOR

    def _opaque(self, node: Opaque, env: Env) -> Printed:
        function = self.target.letter(self.names.result.part if node.function == self._function() else Symbol(node.function))
        whole = self.target.whole(self.names.drawn[node.tensor])
        return self.indexed(f"{function}{self.target.bracket(whole)}", node.slots, env)

    def _function(self) -> str:
        body = self.names.question.body
        return body.function if isinstance(body, Opaque) else ""

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

    def _condition(self, expr: Expr, env: Env) -> str:
        return condition(expr, self.target, lambda part: self.print(part, env), self._place)

    def _where(self, node: Where, env: Env) -> Printed:
        """[c] a where the other branch is 0, else the two cases."""
        holds = self._condition(node.condition, env)
        if is_number(node.otherwise, 0):
            return self._only(holds, node.then, env)
        fails = opposite(node.condition, self.target, lambda part: self.print(part, env))
        if is_number(node.then, 0) and fails:
            return self._only(fails, node.otherwise, env)
        return self.target.cases(self.print(node.then, env), holds, self.print(node.otherwise, env)), ATOM

    def _only(self, holds: str, body: Expr, env: Env) -> Printed:
        bracket = self.target.marks["holds"].format(holds)
        return (bracket, ATOM) if is_number(body, 1) else (self.target.join([bracket, self.at(body, FACTOR, env)]), PRODUCT)

    def _contraction(self, node: Contraction, env: Env) -> Printed:
        pairs = len(node.pairs)
        mark = self.target.marks["double"] if pairs == 2 else " ".join([self.target.marks["dot"]] * pairs)
        return f"{self.at(node.left, PRODUCT, env)} {mark} {self.at(node.right, PRODUCT, env)}", PRODUCT
