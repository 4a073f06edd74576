"""The lines of a derivation, for either target and style: what is introduced, the steps of each section, the matrix forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..calculus.differentiate import Section
from ..calculus.engine import Step
from ..index.nodes import Component, Expr
from ..index.slots import Slot
from ..matrix.language import spelled_out
from ..matrix.nodes import Array
from ..program import Definition
from ..verification.tidying import checked_tidying
from .array import ArrayPrinter, has_ones, printable
from .chain import chain_step
from .citations import MATRIX_FORM, Citation, citations
from .index import IndexPrinter
from .names import Names
from .naming import letters
from .symbols import Symbol
from .targets import Target
from .tensors import BasisPrinter, TensorPrinter

if TYPE_CHECKING:
    from ..derived import Derived


PUT_IN = "put the definitions in"


@dataclass(frozen=True)
class Line:
    """left = right, and the rule that gave it; `left` is repeated only where it changes."""

    left: str
    right: str
    rule: str = ""
    matrix: bool = False  # an index-free line
    cited: tuple[Citation, ...] = ()  # what the rule says, and where it comes from
    part: bool = False  # what a line behind it names


class Writer:
    """Writes one derivation for one target in one style."""

    def __init__(self, derivation: Derived, target: Target, style: str) -> None:
        self.derivation, self.target, self.mixed = derivation, target, style == "mixed"
        self.names = Names(derivation)
        self.arrays = ArrayPrinter(self.names, target)
        self.tensors = (BasisPrinter if self.mixed else TensorPrinter)(self.names, target, self.arrays)

    def definitions(self) -> list[Line]:
        """The forward pass: the caller's definitions, the parts they stand on, and the result."""
        own = [d for d in self.names.program.definitions.values() if d.named_by_user and d.name in self.names.drawn]
        exprs = [*self._exprs(), *(d.body for d in own)]
        wanted = {d.name for d in own} | {d.name for d in self.names.introduced(exprs)}
        shown = [d for d in self.names.program.definitions.values() if d.name in wanted]
        return [self.definition(d) for d in shown if d.name != self.names.alias or d.named_by_user] + self._result()

    def introductions(self) -> list[Line]:
        """What the caller did not name and the lines use: the parts, and the result."""
        parts = self.names.introduced(self._exprs())
        return [self.definition(part, self.target.marks["with"]) for part in parts] + self._result()

    def _exprs(self) -> list[Expr]:
        lines = [step.expr for section in self.derivation.sections for step in section.steps]
        return [*lines, self.names.result_body] if self.names.named_result else lines

    def _result(self) -> list[Line]:
        if not self.names.named_result:
            return []
        definition = self.names.program.definitions.get(self.names.alias, self.names.question)
        return [self._defined(self.names.result.part, self.target.whole(self.names.result), definition)]

    def definition(self, definition: Definition, word: str = "") -> Line:
        """t_ij = …, or T = (…)gⁱgʲ in the mixed style."""
        drawn = self.names.drawn[definition.name]
        return self._defined(drawn.part, self.target.whole(drawn), definition, word)

    def _defined(self, part: Symbol, whole: str, definition: Definition, word: str = "") -> Line:
        printer = self.printer([definition.body], definition.axes)
        right = self.tensors.right(printer, definition.body, definition.axes, (), False)
        left = whole if self.mixed else printer.indexed(part, definition.axes, {})[0]
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
        before: Expr | None = None
        for group, rule in [([step], step.name) for step in steps] if every else grouped(steps):
            line = self.line(section, group[-1], printer, left)
            if line.right != shown or (group[-1] is steps[-1] and not lines and not self._obvious(section)):
                rule, cited = "" if rule == "question" else rule, citations(group, before)
                lines.append(Line("" if line.left == last else line.left, line.right, rule, cited=cited))
                last, shown = line.left, line.right
            before = group[-1].expr
        if not lines or self._obvious(section):
            return []
        lines += self.matrix(section, last, shown, every)
        return lines + self.written_out(section, lines) if section is self.derivation.sections[-1] else lines

    def _obvious(self, section: Section) -> bool:
        """Whether a section says no more than that an arbitrary function has a derivative."""
        answer = section.answer
        same = isinstance(answer, Component) and answer.tensor in self.names.quotients and answer.slots == section.axes
        return same and section is not self.derivation.sections[-1]

    def steps(self, section: Section) -> list[Step]:
        """The recorded steps, and the one that reads off the matrix product."""
        extra = chain_step(section, self.derivation.named_form) if section is self.derivation.sections[-1] else None
        return [*section.steps, *([extra] if extra else [])]

    def left(self, section: Section, printer: IndexPrinter) -> str:
        """The left-hand side: ∂l/∂x_mn, or ∂l/∂X where basis vectors carry the indices."""
        quotient, slots = self.names.left(section)
        return self._whole_left(section) if self.mixed else printer.quotient(quotient, slots, {})[0]

    def _whole_left(self, section: Section) -> str:
        """∂l/∂X, index-free."""
        return self.arrays.quotient(self.names.left(section)[0])[0]

    def line(self, section: Section, step: Step, printer: IndexPrinter, left: str) -> Line:
        """One step as a line."""
        whole = self.tensors.whole(step.expr)
        if whole:
            return Line(self._whole_left(section), whole)
        waiting = step.expr is not section.answer
        rank = self.names.rank
        by = section.out[rank:] + section.by  # at a higher order the first indices of the variable stand in `out`
        return Line(left, self.tensors.right(printer, step.expr, section.out[:rank], by, waiting))

    def matrix(self, section: Section, last: str, shown: str, every: bool = False) -> list[Line]:
        """The index-free line of a section that has one, after the parts that it names."""
        final = section is self.derivation.sections[-1]
        pending = self.matrices.get("" if final else section.name, []) if final or section.name else []
        if not pending or (self.mixed and has_ones(pending[-1][1])):
            return []
        word = self.target.marks["with"]
        parts = [Line(word + self.arrays.left(name), self.arrays.print(node), part=True) for name, node in pending[:-1]]
        left, right = self._whole_left(section), self.arrays.print(pending[-1][1])
        if (left, right) == (last, shown):
            return []
        before = self.tidying(left, right) if final and every else []
        rule, cited = (MATRIX_FORM.name, (MATRIX_FORM,)) if not before else (before[-1].rule, before.pop().cited)
        return [*before, *parts, Line("" if (left == last or before) and not parts else left, right, rule, True, cited)]

    def written_out(self, section: Section, before: list[Line]) -> list[Line]:
        """The answer with everything that it names put in, where that was asked for."""
        node, left = self.derivation.form.node, self._whole_left(section)
        if node == self.derivation.named_form.node:
            return []
        last = next(line.left for line in reversed(before) if line.left)
        return [Line("" if last == left else left, self.arrays.print(spelled_out(node, self._positive)), PUT_IN, True)]

    def tidying(self, left: str, right: str) -> list[Line]:
        """The matrix form as it was read off, and what each law made of it; the last is the one that is printed."""
        lines: list[Line] = []
        for step in checked_tidying(self.derivation):
            node = spelled_out(step.node, frozenset())
            if printable(node):
                text = self.arrays.print(node)
                if not lines or lines[-1].right != text:
                    cited = Citation(step.law, step.identity, "matrix algebra; compared numerically")
                    lines.append(Line("" if lines else left, text, step.law, True, (cited,) if lines else (MATRIX_FORM,)))
        return lines

    @property
    def _positive(self) -> frozenset[str]:
        return frozenset(name for name, tensor in self.derivation.program.inputs.items() if "positive" in tensor.assumptions)

    @cached_property
    def matrices(self) -> dict[str, list[tuple[str, Array]]]:
        """For each upstream gradient, and the answer under "", the named parts it needs first and its own array form."""
        form = self.derivation.named_form
        own = [(item.name, item.node) for item in form.definitions if not item.text] + [("", form.node)]
        spelled = [(name, spelled_out(node, self._positive)) for name, node in own]
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


def grouped(steps: Sequence[Step]) -> list[tuple[list[Step], str]]:
    """The steps of each group, with the names of its rules; every step where there is one group alone.

    The question counts with the chain rule behind it.
    """
    groups: list[list[Step]] = []
    for step in steps:
        if groups and groups[-1][-1].rule.group in (step.rule.group, "question" if step.rule.group == "chain" else ""):
            groups[-1].append(step)
        else:
            groups.append([step])
    return [([step], step.name) for step in groups[0]] if len(groups) == 1 else [(group, rule_names(group)) for group in groups]


def rule_names(group: Sequence[Step]) -> str:
    """The rules of one line: "sum, product, component rule"."""
    if group[-1].rule.group == "chain":
        return "chain rule"
    names = list(dict.fromkeys(step.name for step in group))
    telling = [name for name in names if name != "zeros and ones"] or names
    rules = [name.removesuffix(" rule") for name in telling if name.endswith(" rule")]
    others = [name for name in telling if not name.endswith(" rule")]
    return ", ".join(others + rules) + (" rule" if rules else "")
