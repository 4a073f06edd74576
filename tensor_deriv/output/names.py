"""What every name of a derivation is drawn as: tensors, the result, upstream gradients and derivatives of arbitrary functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..index.bodies import Opaque
from ..index.dims import UNIT
from ..index.nodes import Component, Expr, walk
from ..index.slots import Affine, Slot
from ..program import Definition
from .symbols import Drawn, Symbol, draw_all, parse

if TYPE_CHECKING:
    from ..calculus.differentiate import Section
    from ..derived import Derived


@dataclass(frozen=True)
class Quotient:
    """∂^k above / ∂below…: what it is the derivative of, with how many slots, and by which tensors."""

    above: Drawn
    above_rank: int
    below: tuple[str, ...]


class Names:
    """The drawn names of one derivation; `result` is the name of what is derived."""

    def __init__(self, derivation: Derived) -> None:
        self.derivation = derivation
        self.program = derivation.gradient.program
        self.question = derivation.program.result
        self.rank = len(self.question.axes)
        plain = {name: d for name, d in self.program.definitions.items() if not d.gradient_of and not _derived(d)}
        self.parts = {name for name, d in plain.items() if not d.named_by_user}
        ranks = {name: tensor.rank for name, tensor in self.program.inputs.items()} | {name: len(d.axes) for name, d in plain.items()}
        self.alias = self._alias()
        if self.alias in self.parts:
            del ranks[self.alias]
        self.drawn = draw_all(ranks, self.parts)
        self.result = self._result(self.alias)
        if self.alias:
            self.drawn[self.alias] = self.result

    def _alias(self) -> str:
        """The definition that the result is, as it stands."""
        body = self.question.body
        same = isinstance(body, Component) and body.slots == self.question.axes
        return body.tensor if same and isinstance(body, Component) and body.tensor in self.program.definitions else ""

    def _result(self, alias: str) -> Drawn:
        body = self.question.body
        if isinstance(body, Opaque):
            symbol = parse(body.function)
            return Drawn(symbol, symbol, self.rank)
        if alias and alias not in self.parts:
            return self.drawn[alias]
        letter = next(letter for letter in "fghyzuvq" + "abcdemnprst" if self._free(letter))
        whole = Symbol(letter.upper() if self.rank > 1 else letter)
        return Drawn(Symbol(letter), whole, self.rank)

    def _free(self, letter: str) -> bool:
        return all(symbol.base.lower() != letter for drawn in self.drawn.values() for symbol in (drawn.part, drawn.whole))

    @property
    def named_result(self) -> bool:
        """Whether the result has a name here that the caller did not give."""
        body = self.question.body
        return not isinstance(body, Opaque) and (self.alias in self.parts or not self.alias)

    def adopt(self, name: str, rank: int) -> None:
        """Draw a name that only an array form has; one that is a part's in lower case stands for that part."""
        same = next((part for part in self.parts if part.lower() == name.lower() and part in self.drawn), "")
        if name not in self.drawn and name not in self.quotients and same:
            self.drawn[name] = self.drawn[same]
        if name not in self.drawn and name not in self.quotients:
            symbol = parse(name)
            clash = any(symbol in (drawn.part, drawn.whole) for drawn in self.drawn.values())
            symbol = Symbol(name, "", True) if clash else symbol
            self.drawn[name] = Drawn(symbol, symbol, rank)

    @cached_property
    def from_zero(self) -> bool:
        """Whether some index is a sum or a number, which counts from 0."""
        exprs = [step.expr for section in self.derivation.sections for step in section.steps]
        exprs += [definition.body for definition in self.program.definitions.values()]
        return any(_placed(slot) for expr in exprs for node in walk(expr) for slot in node.own_slots)

    @cached_property
    def basis(self) -> str:
        """The letter of the basis vectors."""
        return "g" if self._free("g") else "e"

    @cached_property
    def quotients(self) -> dict[str, Quotient]:
        """The tensors that are derivatives, and of what by what."""
        found: dict[str, Quotient] = {}
        for section in self.derivation.sections:
            if section.name:
                below = (self.derivation.wrt,) * (section.order - 1) + (section.variable,)
                found[section.name] = Quotient(self.result, self.rank, below)
        for name, definition in self.program.definitions.items():
            if isinstance(definition.body, Opaque) and definition.body.order:
                found[name] = self._arbitrary(definition.body)
        return found

    def _arbitrary(self, body: Opaque) -> Quotient:
        holder = self.program.holder(body)
        symbol = parse(body.function)
        rank = len(body.slots) - body.order * len(self.program.shape(body.tensor))
        return Quotient(self.drawn.get(holder) or Drawn(symbol, symbol, rank), rank, (body.tensor,) * body.order)

    def left(self, section: Section) -> tuple[Quotient, tuple[Slot, ...]]:
        """The left-hand side of a section: the derivative it works out, and its slots."""
        below = (self.derivation.wrt,) * (section.order - 1) + (section.variable,)
        return Quotient(self.result, self.rank, below), section.out + section.by

    def shunned(self, exprs: list[Expr]) -> set[str]:
        """Letters of the tensors in some lines, which indices had better not have too."""
        names = {name for expr in exprs for name in expr.tensors}
        drawn = {tensor for name in names for tensor in self._inside(name)}
        return {self.drawn[name].part.base for name in drawn if name in self.drawn}

    def _inside(self, name: str) -> tuple[str, ...]:
        return self.quotients[name].below if name in self.quotients else (name,)

    @property
    def result_body(self) -> Expr:
        """What the result is, where it has a name of its own here."""
        return self.program.definitions[self.alias].body if self.alias in self.parts else self.question.body

    def introduced(self, exprs: Iterable[Expr]) -> list[Definition]:
        """The parts that the parser named and that some lines name, or a part that they name."""
        wanted = set().union(*(expr.tensors for expr in exprs))
        found = []
        for definition in reversed(self.program.definitions.values()):
            if definition.name in wanted & self.parts:
                wanted |= definition.body.tensors
                found.append(definition)
        return [definition for definition in reversed(found) if definition.name != self.alias]


def _placed(slot: Slot) -> bool:
    return isinstance(slot, Affine) and bool(slot.terms or slot.extent != UNIT)


def _derived(definition: Definition) -> bool:
    return isinstance(definition.body, Opaque) and definition.body.order > 0
