"""Whole lines: components beside their basis vectors, and contractions of tensors without indices."""

from __future__ import annotations

from collections.abc import Sequence

from ..index.indices import substitute
from ..index.nodes import Component, Expr, Product, Sum
from ..index.slots import Slot, slot_indices
from ..index.unevaluated import Contraction, Partial
from .array import ArrayPrinter
from .index import IndexPrinter
from .names import Names
from .product import positive_first, signed
from .targets import Target
from .variance import LOWER, UPPER, Env, acts_upper


class TensorPrinter:
    """Prints what stands on the right of a line; one for each style."""

    def __init__(self, names: Names, target: Target, arrays: ArrayPrinter) -> None:
        self.names, self.target, self.arrays = names, target, arrays

    def right(self, printer: IndexPrinter, expr: Expr, out: Sequence[Slot], by: Sequence[Slot], waiting: bool) -> str:
        """An expression whose free indices are those of `out` and `by`; `waiting` where δ and ∂ are still to be contracted."""
        return printer.print(in_components(expr), {})

    def whole(self, expr: Expr) -> str:
        """A contraction of tensors without indices: ∂l/∂T : ∂T/∂X; nothing where a part has no such form."""
        terms = expr.terms if isinstance(expr, Sum) else (expr,)
        words = [self._contracted(term) for term in terms]
        return " + ".join(words) if all(words) else ""

    def _contracted(self, term: Expr) -> str:
        if not isinstance(term, Contraction):
            return ""
        left, right = self._side(term.left), self._side(term.right)
        return f"{left} {self.mark(term)} {right}" if left and right else ""

    def _side(self, expr: Expr) -> str:
        match expr:
            case Component(tensor, _) if tensor in self.names.quotients:
                return self.arrays.derivative(tensor)[0]
            case Partial(Component(tensor, _), by) if tensor in self.names.drawn:
                return self.target.derivative(1, self.target.whole(self.names.drawn[tensor]), [self.arrays.variable(by.tensor)])[0]
        return ""

    def mark(self, node: Contraction) -> str:
        """The sign of a contraction: a dot for each pair, two of them as a colon."""
        pairs = len(node.pairs)
        return self.target.marks["double"] if pairs == 2 else " ".join([self.target.marks["dot"]] * pairs)


class BasisPrinter(TensorPrinter):
    """The mixed style: components beside basis vectors, the free indices of a result below, those of the variable above."""

    def right(self, printer: IndexPrinter, expr: Expr, out: Sequence[Slot], by: Sequence[Slot], waiting: bool) -> str:
        terms = expr.terms if isinstance(expr, Sum) else (expr,)
        if not any(isinstance(term, Contraction) for term in terms):
            return self._beside(printer, expr, out, by, waiting)
        text = ""
        for term in positive_first(terms):
            sign, rest = signed(term)
            mark = self.target.minus if sign < 0 else "+"
            word = self._two_sides(printer, rest) if isinstance(rest, Contraction) else self._beside(printer, rest, out, by, waiting)
            text += f" {mark} {word}" if text else word if sign > 0 else mark + word
        return text

    def whole(self, expr: Expr) -> str:
        return ""

    def _beside(self, printer: IndexPrinter, expr: Expr, out: Sequence[Slot], by: Sequence[Slot], waiting: bool) -> str:
        env: Env = {**_rows(by, UPPER), **_rows(out, LOWER)}
        printer.loose = waiting
        text = printer.print(expr, env)
        printer.loose = False
        return self._based(expr, text, [self.vector(printer, slot, slot in by) for slot in (*out, *by)])

    def _based(self, expr: Expr, text: str, basis: Sequence[str]) -> str:
        if not basis:
            return text
        text = self.target.bracket(text) if isinstance(expr, Sum) else text
        return self.target.join([text, (" " if self.target.slashed else "").join(basis)])

    def vector(self, printer: IndexPrinter, slot: Slot, above: bool) -> str:
        """gᵢ beside a component that stands above, gⁱ beside one that stands below."""
        letter = [printer.slot(slot)]
        head = self.target.marks["basis"].replace("{0}", self.names.basis)
        return self.target.indexed(head, letter if above else [], [] if above else letter, False)[0]

    def _two_sides(self, printer: IndexPrinter, node: Contraction) -> str:
        return f"{self._one_side(printer, node.left)} {self.mark(node)} {self._one_side(printer, node.right)}"

    def _one_side(self, printer: IndexPrinter, side: Expr) -> str:
        slots = [*side.body.own_slots, *side.by.slots] if isinstance(side, Partial) else list(side.own_slots)
        above = [any(acts_upper(side, index, self.names) for index in slot_indices(slot)) for slot in slots]
        return self._based(side, printer.print(side, {}), [self.vector(printer, slot, up) for slot, up in zip(slots, above, strict=True)])


def _rows(slots: Sequence[Slot], row: str) -> Env:
    return {index: row for slot in slots for index in slot_indices(slot)}


def in_components(expr: Expr) -> Expr:
    """Contractions as sums over indices: A : B = A_ij B_ij."""
    if isinstance(expr, Sum):
        return Sum(tuple(in_components(term) for term in expr.terms))
    if not isinstance(expr, Contraction):
        return expr
    right = substitute(expr.right, {second: first for first, second in expr.pairs})
    return Product((expr.left, right), tuple(first for first, _ in expr.pairs))
