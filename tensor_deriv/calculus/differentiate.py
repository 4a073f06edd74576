"""The derivative of a program: backwards, one upstream gradient a definition, each used once.

For a definition T with users U: ∂y/∂t = Σ_U Σ_u ∂y/∂u ∂u/∂t. With a scalar y these are upstream gradients, else Jacobians;
the same code derives a gradient program once more for order 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import UnknownNameError, UnsupportedError
from ..index.indices import fresh, renew, substitute, substitute_slot
from ..index.nodes import (
    NOUGHT,
    ONE,
    Apply,
    Component,
    Contraction,
    Delta,
    Expr,
    Index,
    Opaque,
    Partial,
    Product,
    Slot,
    Sum,
    rewrite,
    slot_indices,
)
from ..index.dims import UNIT
from ..program import Definition, Program
from .assume import assumption_rules
from .contract import COLLECT, CONTRACT, DISTRIBUTE, FOLD, TIDY, unresolved
from .engine import Recorder, Rule, Step
from .rules import CHAIN, COMPONENT, CONSTANT, POWER, PRODUCT, SUM, primitive_rule

_BOOK = "Itskov, Tensor Algebra and Tensor Analysis for Engineers, chapter 2"
SMALL = 8  # nodes of an upstream gradient that is written out rather than named, for a tensor that has a name
LARGE = 45  # the same for a part that the parser named, and for Jacobians

QUESTION = Rule("question", "", "", "question", lambda node: None)
CHAIN_TENSOR = Rule("chain rule", "∂l/∂X = ∂l/∂T : ∂T/∂X", _BOOK, "chain", lambda node: None)
CHAIN_DELTA = Rule("contraction in components", "(gᵢgⱼ) : (gᵏgˡ) = δᵢᵏ δⱼˡ", _BOOK, "chain", lambda node: None)
CHAIN_COMPONENT = Rule("component chain rule", "∂l/∂xₘₙ = ∂l/∂tᵢⱼ ∂tᵢⱼ/∂xₘₙ", _BOOK, "chain", lambda node: None)
SUBSTITUTE = Rule("substitute the definition", "t = its definition", "the program", "chain", lambda node: None)


@dataclass(frozen=True)
class Section:
    """The derivation of one derivative: of the result, by one tensor."""

    variable: str
    out: tuple[Slot, ...]
    by: tuple[Slot, ...]
    steps: tuple[Step, ...]  # the first is the question, the last the answer
    name: str = ""  # the definition that holds the answer, where it has one
    order: int = 1

    @property
    def answer(self) -> Expr:
        return self.steps[-1].expr

    @property
    def axes(self) -> tuple[Slot, ...]:
        return self.out + self.by


@dataclass(frozen=True)
class Gradient:
    """A program whose result is the derivative, and how it came about."""

    program: Program
    sections: tuple[Section, ...]
    zero: bool = False  # the variable does not occur


def differentiate(program: Program, wrt: str, order: int = 1) -> Gradient:
    """The derivative of that order, of shape result.shape + wrt.shape · order (Magnus and Neudecker, section 9)."""
    _known(program, wrt)
    sections: list[Section] = []
    gradient = Gradient(program, ())
    for level in range(1, order + 1):
        gradient = _Backward(gradient.program, wrt, level).run()
        sections += gradient.sections
    return replace(gradient, sections=tuple(sections))


def _known(program: Program, wrt: str) -> None:
    names = [*program.inputs, *(name for name, d in program.definitions.items() if d.named_by_user)]
    if wrt not in names:
        raise UnknownNameError(f"there is no variable `{wrt}` here; it may be {', '.join(names)}")
    if wrt in program.inputs and "constant" in program.inputs[wrt].assumptions:
        raise UnsupportedError(f"`{wrt}` is assumed constant, so there is no derivative by it; leave the assumption out")


class _Backward:
    """One pass from the result to the variable."""

    def __init__(self, program: Program, wrt: str, level: int) -> None:
        self.program = replace(program, definitions=dict(program.definitions), inputs=dict(program.inputs))
        self.wrt = wrt
        self.level = level
        self.upstream: dict[str, tuple[tuple[Slot, ...], Expr]] = {}
        self.sections: list[Section] = []
        self.values = {
            (d.body.primitive, d.body.tensor, d.body.axes): name
            for name, d in program.definitions.items()
            if isinstance(d.body, Apply) and d.body.slots == d.axes
        }
        result = program.result
        mapping: dict[Index, Slot] = {i: fresh(i.extent, i.hint or "i") for axis in result.axes for i in slot_indices(axis)}
        self.out = tuple(substitute_slot(axis, mapping) for axis in result.axes)
        self.body = substitute(renew(result.body), mapping)

    def run(self) -> Gradient:
        before = list(self.program.definitions)
        dependents = self.program.dependents(self.wrt)
        route = self._route(before, dependents)
        for name in [n for n in reversed(before) if n in route]:
            if name != self.wrt:
                self._derive(name, dependents)
        section = self._derive(self.wrt, dependents)
        result = Definition("", section.axes, section.answer, self.program.result.text)
        program = replace(self.program, result=result)
        zero = not route and self.wrt not in self.body.tensors
        return Gradient(program, tuple(self.sections), zero)

    def _route(self, names: Sequence[str], dependents: set[str]) -> set[str]:
        """The definitions between the result and the variable."""
        wanted = set(self.body.tensors)
        for name in reversed(names):
            if name in wanted:
                wanted |= self.program.definitions[name].body.tensors
        return wanted & dependents

    def _derive(self, name: str, dependents: set[str]) -> Section:
        """The derivative of the result by one tensor, from those of its users."""
        letters = {1: "m", 2: "p", 3: "u"}.get(self.level, "m") if name == self.wrt else "m"
        by = tuple(ONE if extent == UNIT else fresh(extent, letters) for extent in self.program.shape(name))
        steps = self._steps(name, by)
        section = Section(name, self.out, by, steps, order=self.level)
        if name != self.wrt:
            section = self._keep(section)
        if len(section.steps) > 1 or name == self.wrt:
            self.sections.append(section)
        return section

    def _keep(self, section: Section) -> Section:
        """Hold an upstream gradient for its users: named where it is long, else written out."""
        expr, name = section.answer, section.variable
        definition = self.program.definitions[name]
        small = LARGE if self.out or not definition.named_by_user else SMALL
        if expr.size > small:
            gradient_name = self.program.unused(self._gradient_name(name))
            self.program.definitions[gradient_name] = Definition(gradient_name, section.axes, expr, gradient_of=name)
            section = replace(section, name=gradient_name)
            expr = Component(gradient_name, section.axes)
        self.upstream[name] = section.by, expr
        return section

    def _gradient_name(self, name: str) -> str:
        return f"d{name}" if not self.out else f"J{name}" if self.level == 1 else f"d2{name}"

    def _steps(self, name: str, by: tuple[Slot, ...]) -> tuple[Step, ...]:
        variable = Component(name, by)
        users = [n for n in self.upstream if name in self.program.definitions[n].body.tensors]
        question = self._question(name, users, variable)
        recorder = Recorder(question, [Step(QUESTION, question)])
        self._chain(recorder, name, users, variable)
        self._resolve(recorder)
        return tuple(recorder.steps)

    def _direct(self, name: str, variable: Component) -> list[Expr]:
        return [Partial(self.body, variable)] if name in self.body.tensors else []

    def _question(self, name: str, users: list[str], variable: Component) -> Expr:
        """The chain rule as tensors contracted, where every upstream gradient has a name."""
        terms = self._direct(name, variable) + [self._contraction(user, variable) for user in users]
        return NOUGHT if not terms else terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _contraction(self, user: str, variable: Component) -> Expr:
        slots, upstream = self.upstream[user]
        if not isinstance(upstream, Component) or self.out or not all(isinstance(slot, Index) for slot in slots) or not slots:
            return self._component_term(user, variable)
        left = tuple(fresh(slot.extent, "i") for slot in slots)
        right = tuple(fresh(slot.extent, "k") for slot in slots)
        moved = substitute(upstream, dict(zip(slots, left, strict=True)))  # type: ignore[arg-type]
        return Contraction(moved, self._jacobian(user, right, variable), tuple(zip(left, right, strict=True)))

    def _jacobian(self, user: str, slots: tuple[Slot, ...], variable: Component) -> Expr:
        """∂t/∂x of one definition: still to be evaluated, or the name it has where the function is arbitrary."""
        body = self.program.definitions[user].body
        if isinstance(body, Opaque):
            return Component(self.program.higher_derivative(body), slots + variable.slots)
        return Partial(Component(user, slots), variable)

    def _component_term(self, user: str, variable: Component) -> Expr:
        slots, upstream = self.upstream[user]
        mapping: dict[Index, Slot] = {i: fresh(i.extent, "i") for slot in slots for i in slot_indices(slot)}
        moved = tuple(substitute_slot(slot, mapping) for slot in slots)
        summed = tuple(i for slot in moved for i in slot_indices(slot))
        factors = (substitute(renew(upstream), mapping), self._jacobian(user, moved, variable))
        return Product(factors, summed)

    def _chain(self, recorder: Recorder, name: str, users: list[str], variable: Component) -> None:
        recorder.note(CHAIN_DELTA, rewrite(recorder.expr, _with_deltas))
        recorder.note(CHAIN_COMPONENT, rewrite(recorder.expr, _contracted))
        definitions = self.program.definitions

        def expand(node: Expr) -> Expr:
            match node:
                case Partial(Component(tensor, slots), by) if tensor != by.tensor and tensor in definitions:
                    return Partial(definitions[tensor].at(slots), by)
            return node

        recorder.note(SUBSTITUTE, rewrite(recorder.expr, expand))

    def _resolve(self, recorder: Recorder) -> None:
        primitive = primitive_rule(self.program, self.values)
        rules = (primitive, CONSTANT, SUM, PRODUCT, FOLD, POWER, CHAIN, COMPONENT)
        while unresolved(recorder.expr):
            if not any([recorder.everywhere(rule) for rule in rules]):
                raise UnsupportedError("this has no derivative by the rules that are known")
        recorder.exhaust((FOLD,))
        recorder.exhaust((TIDY, DISTRIBUTE, CONTRACT, *assumption_rules(self.program)))
        recorder.exhaust((COLLECT, TIDY))


def _with_deltas(node: Expr) -> Expr:
    # (a_ij gᵢgⱼ) : (b_kl gᵏgˡ) = a_ij b_kl δ_ik δ_jl
    if not isinstance(node, Contraction):
        return node
    deltas = tuple(Delta(a, b) for a, b in node.pairs)
    over = tuple(a for a, _ in node.pairs) + tuple(b for _, b in node.pairs)
    return Product((node.left, node.right, *deltas), over)


def _contracted(node: Expr) -> Expr:
    # a_ij b_kl δ_ik δ_jl = a_ij b_ij
    if not isinstance(node, Product) or not any(isinstance(f, Delta) for f in node.factors):
        return node
    mapping: dict[Index, Slot] = {f.right: f.left for f in node.factors if isinstance(f, Delta) and isinstance(f.right, Index) and f.right in node.over}
    if not mapping:
        return node
    factors = tuple(substitute(f, mapping) for f in node.factors if not (isinstance(f, Delta) and f.right in mapping))
    return Product(factors, tuple(i for i in node.over if i not in mapping))
