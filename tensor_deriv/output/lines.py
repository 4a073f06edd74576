"""The lines of a derivation, for either target and style: what is introduced, the steps of each section, the matrix forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..calculus.differentiate import Section
from ..calculus.engine import Step
from ..index.nodes import Component, Contraction, Expr, Partial, Product, Slot, Sum, slot_indices
from ..program import Definition
from .array import ArrayPrinter, has_ones, printable
from ..matrix.language import spelled_out
from ..matrix.nodes import Array
from .chain import chain_step
from .index import IndexPrinter, positive_first, signed
from .names import Names
from .naming import letters
from .targets import SERIES, Printed, Target
from .variance import LOWER, UPPER, Env, acts_upper

if TYPE_CHECKING:
    from ..derivation import Derivation


@dataclass(frozen=True)
class Line:
    """left = right, and the rule that gave it; `left` is repeated only where it changes."""

    left: str
    right: str
    rule: str = ""
    matrix: bool = False  # an index-free line


class Writer:
    """Writes one derivation for one target in one style."""

    def __init__(self, derivation: Derivation, target: Target, style: str) -> None:
        self.derivation, self.target, self.mixed = derivation, target, style == "mixed"
        self.names = Names(derivation)
        self.arrays = ArrayPrinter(self.names, target)

    def definitions(self) -> list[Line]:
        """The forward pass: the caller's definitions and the result."""
        exprs = [step.expr for section in self.derivation.sections for step in section.steps]
        wanted = {d.name for d in self.names.introduced([*exprs, self.names.question.body])}
        program = self.names.program
        own = [d for d in program.definitions.values() if d.name in wanted or (d.named_by_user and d.name in self.names.drawn)]
        return [self.definition(d) for d in own if self._has_body(d)] + self._result()

    def introductions(self) -> list[Line]:
        """What the caller did not name and the lines use: the parts, and the result."""
        exprs = [step.expr for section in self.derivation.sections for step in section.steps]
        parts = list(self.names.introduced([*exprs, self.names.question.body]))
        return [self.definition(part, self.target.marks["with"]) for part in parts] + self._result()

    def _has_body(self, definition: Definition) -> bool:
        return definition.name != self.names.alias

    def _result(self) -> list[Line]:
        if not self.names.named_result:
            return []
        question = self.names.question
        alias = self.names.program.definitions.get(self.names.alias)
        return [self._defined(self.names.result.part, self.target.whole(self.names.result), alias or question)]

    def definition(self, definition: Definition, word: str = "") -> Line:
        """t_ij = …, or T = (…)gⁱgʲ in the mixed style."""
        drawn = self.names.drawn[definition.name]
        return self._defined(drawn.part, self.target.whole(drawn), definition, word)

    def _defined(self, part: object, whole: str, definition: Definition, word: str = "") -> Line:
        printer = self.printer([definition.body], definition.axes)
        right = self._with_basis(printer, definition.body, definition.axes, (), False)
        left = whole if self.mixed else printer.indexed(part, definition.axes, {})[0]  # type: ignore[arg-type]
        return Line(word + left, right)

    def printer(self, exprs: Sequence[Expr], first: Sequence[Slot]) -> IndexPrinter:
        """A printer with letters for some lines."""
        own = letters(exprs, first, self.names.shunned(list(exprs)))
        return IndexPrinter(self.names, own, self.target, self.mixed)

    def sections(self, every: bool) -> Iterator[list[Line]]:
        """The lines of each section that says something."""
        for section in self.derivation.sections:
            if section.variable == self.names.alias != self.derivation.wrt and section.order == 1:
                continue  # ∂f/∂f
            found = self.section(section, every)
            if found:
                yield found

    def section(self, section: Section, every: bool) -> list[Line]:
        """The steps of a section, each that prints as the one before left out, and its matrix form."""
        steps = self.steps(section)
        printer = self.printer([step.expr for step in steps], section.axes)
        left = self.left(section, printer)
        lines: list[Line] = []
        last, shown = "", left
        for step, rule in [(step, step.name) for step in steps] if every else grouped(steps):
            line = self.line(section, step, printer, left)
            if line.right != shown or (step is steps[-1] and not lines and not self._obvious(section)):
                lines.append(Line("" if line.left == last else line.left, line.right, "" if rule == "question" else rule))
                last, shown = line.left, line.right
        return lines + self.matrix(section, last, shown) if lines and not self._obvious(section) else []

    def _obvious(self, section: Section) -> bool:
        """Whether a section says no more than that an arbitrary function has a derivative."""
        answer = section.answer
        same = isinstance(answer, Component) and answer.tensor in self.names.quotients and answer.slots == section.axes
        return same and section is not self.derivation.sections[-1]

    def steps(self, section: Section) -> list[Step]:
        """The recorded steps, and the one that reads off the matrix product."""
        extra = chain_step(section, self.derivation.form) if section is self.derivation.sections[-1] else None
        return [*section.steps, *([extra] if extra else [])]

    def left(self, section: Section, printer: IndexPrinter) -> str:
        """The left-hand side: ∂l/∂x_mn, or ∂l/∂X where basis vectors carry the indices."""
        quotient, slots = self.names.left(section)
        if self.mixed:
            return self.target.derivative(*self.arrays.ratio(quotient.below))[0]
        return printer.quotient(quotient, slots, {})[0]

    def line(self, section: Section, step: Step, printer: IndexPrinter, left: str) -> Line:
        """One step as a line."""
        if not self.mixed:
            tensors = self._tensors(step.expr)
            if tensors:
                return Line(self.target.derivative(*self.arrays.ratio(self.names.left(section)[0].below))[0], tensors)
            return Line(left, printer.print(_in_components(step.expr), {}))
        waiting = step.expr is not section.answer
        return Line(left, self._with_basis(printer, step.expr, section.out, section.by, waiting))

    def _tensors(self, expr: Expr) -> str:
        """A contraction of tensors without indices: ∂l/∂T : ∂T/∂X; nothing where a part has no such form."""
        terms = expr.terms if isinstance(expr, Sum) else (expr,)
        words = [self._contracted(term) for term in terms]
        return " + ".join(words) if all(words) else ""

    def _contracted(self, term: Expr) -> str:
        if not isinstance(term, Contraction):
            return ""
        words = [self._whole(side) for side in (term.left, term.right)]
        pairs = len(term.pairs)
        mark = self.target.marks["double"] if pairs == 2 else " ".join([self.target.marks["dot"]] * pairs)
        return f"{words[0]} {mark} {words[1]}" if all(words) else ""

    def _whole(self, expr: Expr) -> str:
        match expr:
            case Component(tensor, _) if tensor in self.names.quotients:
                quotient = self.names.quotients[tensor]
                return self.target.derivative(len(quotient.below), self.target.whole(quotient.above), [self.arrays._variable(t) for t in quotient.below])[0]
            case Partial(Component(tensor, _), by) if tensor in self.names.drawn:
                return self.target.derivative(1, self.target.whole(self.names.drawn[tensor]), [self.arrays._variable(by.tensor)])[0]
        return ""

    def _with_basis(self, printer: IndexPrinter, expr: Expr, out: Sequence[Slot], by: Sequence[Slot], waiting: bool) -> str:
        """An expression with the basis vectors of its free indices, in the mixed style."""
        env: Env = {index: UPPER for slot in by for index in slot_indices(slot)} | {index: LOWER for slot in out for index in slot_indices(slot)}
        if not self.mixed:
            return printer.print(expr, {})
        terms = expr.terms if isinstance(expr, Sum) else (expr,)
        if any(isinstance(term, Contraction) for term in terms):
            return self._signed_terms(printer, terms, out, by, env)
        return self._based(printer, expr, out, by, env, waiting)

    def _signed_terms(self, printer: IndexPrinter, terms: Sequence[Expr], out: Sequence[Slot], by: Sequence[Slot], env: Env) -> str:
        text = ""
        for term in positive_first(terms):
            sign, rest = signed(term)
            word = self._two_sides(printer, rest) if isinstance(rest, Contraction) else self._based(printer, rest, out, by, env, True)
            text += (f" {self.target.minus if sign < 0 else '+'} " if text else self.target.minus if sign < 0 else "") + word
        return text

    def _based(self, printer: IndexPrinter, expr: Expr, out: Sequence[Slot], by: Sequence[Slot], env: Env, waiting: bool) -> str:
        printer.loose = waiting
        printed = printer.term(expr, env)
        printer.loose = False
        basis = [self._vector(printer, slot, False) for slot in out] + [self._vector(printer, slot, True) for slot in by]
        return self._beside(printed, basis)

    def _beside(self, printed: Printed, basis: list[str]) -> str:
        if not basis:
            return printed[0]
        text = printed[0] if printed[1] >= SERIES else self.target.bracket(printed[0])
        return self.target.join([text, "".join(basis) if not self.target.slashed else " ".join(basis)])

    def _vector(self, printer: IndexPrinter, slot: Slot, above: bool) -> str:
        """gᵢ beside a component that stands above, gⁱ beside one that stands below."""
        letter = [printer.slot(slot)]
        head = self.target.marks["basis"].replace("{0}", self.names.basis)
        return self.target.indexed(head, letter if above else [], [] if above else letter, False)[0]

    def _two_sides(self, printer: IndexPrinter, node: Contraction) -> str:
        mark = self.target.marks["double"] if len(node.pairs) == 2 else " ".join([self.target.marks["dot"]] * len(node.pairs))
        sides = []
        for side in (node.left, node.right):
            basis = [self._vector(printer, slot, any(acts_upper(side, index, self.names) for index in slot_indices(slot))) for slot in _slots(side)]
            sides.append(self._beside(printer.term(side, {}), basis))
        return f"{sides[0]} {mark} {sides[1]}"

    def matrix(self, section: Section, last: str, shown: str) -> list[Line]:
        """The index-free line of a section that has one, after the parts that it names."""
        final = section is self.derivation.sections[-1]
        pending = self.matrices.get("" if final else section.name, []) if final or section.name else []
        if not pending or (self.mixed and has_ones(pending[-1][1])):
            return []
        parts = [Line(self.target.marks["with"] + self.arrays.left(name), self.arrays.print(node)) for name, node in pending[:-1]]
        left = self.target.derivative(*self.arrays.ratio(self.names.left(section)[0].below))[0]
        right = self.arrays.print(pending[-1][1])
        return [] if (left, right) == (last, shown) else [*parts, Line("" if left == last and not parts else left, right, "matrix form", True)]

    @cached_property
    def matrices(self) -> dict[str, list[tuple[str, Array]]]:
        """For each upstream gradient, and the answer under "", the named parts it needs first and its own array form."""
        form = self.derivation.form
        own = [(item.name, item.node) for item in form.definitions if not item.text] + [("", form.node)]
        positive = frozenset(name for name, tensor in self.derivation.program.inputs.items() if "positive" in tensor.assumptions)
        spelled = [(name, spelled_out(node, positive)) for name, node in own]
        if not all(printable(node) for _, node in spelled):
            return {}
        found: dict[str, list[tuple[str, Array]]] = {}
        waiting: list[tuple[str, Array]] = []
        for name, node in spelled:
            self.names.adopt(name, node.rank)
            waiting.append((name, node))
            if not name or name in self.names.quotients:
                found[name], waiting = waiting, []
        return found


def _slots(expr: Expr) -> list[Slot]:
    """The slots of one side of a contraction, in order."""
    match expr:
        case Partial(body, by):
            return [*body.own_slots, *by.slots]
    return list(expr.own_slots)


def _in_components(expr: Expr) -> Expr:
    """Contractions as sums over indices: A : B = A_ij B_ij."""
    from ..index.indices import substitute

    if isinstance(expr, Sum):
        return Sum(tuple(_in_components(term) for term in expr.terms))
    if not isinstance(expr, Contraction):
        return expr
    right = substitute(expr.right, {second: first for first, second in expr.pairs})
    return Product((expr.left, right), tuple(first for first, _ in expr.pairs))


def grouped(steps: Sequence[Step]) -> list[tuple[Step, str]]:
    """The last step of each group, with the names of its rules; every step where there is one group alone.

    The question counts with the chain rule behind it.
    """
    groups: list[list[Step]] = []
    for step in steps:
        if groups and groups[-1][-1].rule.group in (step.rule.group, "question" if step.rule.group == "chain" else ""):
            groups[-1].append(step)
        else:
            groups.append([step])
    return [(step, step.name) for step in groups[0]] if len(groups) == 1 else [(group[-1], rule_names(group)) for group in groups]


def rule_names(group: Sequence[Step]) -> str:
    """The rules of one line: "sum, product, component rule"."""
    if group[-1].rule.group == "chain":
        return "chain rule"
    names = list(dict.fromkeys(step.name for step in group))
    telling = [name for name in names if name != "zeros and ones"] or names
    rules = [name.removesuffix(" rule") for name in telling if name.endswith(" rule")]
    others = [name for name in telling if not name.endswith(" rule")]
    return ", ".join(others + rules) + (" rule" if rules else "")
