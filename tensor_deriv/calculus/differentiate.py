"""The derivative of a program: backwards, one upstream gradient a definition, each used once.

For a definition T with users U: ∂y/∂t = Σ_U Σ_u ∂y/∂u ∂u/∂t. With a scalar y these are upstream gradients, else Jacobians;
the same code derives a gradient program once more for order 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import UnknownNameError, UnsupportedError
from ..index.alike import alpha_key
from ..index.bodies import Apply, Opaque
from ..index.dims import UNIT
from ..index.indices import fresh, renew, substitute, substitute_slot
from ..index.nodes import NOUGHT, Component, Delta, Expr, Function, Product, Sum
from ..index.slots import ONE, Index, Slot, slot_indices
from ..index.unevaluated import Contraction, Jacobian, Partial
from ..program import Definition, Program
from .assume import assumption_rules
from .cases import APART, MERGED, WHERE_ZERO
from .contract import COLLECT, DISTRIBUTE, FOLD, TIDY, unresolved
from .deltas import CONTRACT, WITHIN
from .engine import Recorder, Rule, Step
from .rules import CHAIN, COMPONENT, CONSTANT, LINEAR, POWER, PRODUCT, SUM, WHERE, primitive_rule

_BOOK = "Itskov, Tensor Algebra and Tensor Analysis for Engineers, chapter 2"
SMALL = 8  # nodes of an upstream gradient that is written out rather than named, for a tensor that has a name; no sums
LARGE = 45  # the same for a part that the parser named, and for Jacobians

QUESTION = Rule("question", "", "", "question", lambda node: None)
CHAIN_DELTA = Rule("contraction in components", "(gᵢgⱼ) : (gᵏgˡ) = δᵢᵏ δⱼˡ", _BOOK, "chain", lambda node: None)
CHAIN_COMPONENT = Rule("component chain rule", "∂l/∂xₘₙ = ∂l/∂tᵢⱼ ∂tᵢⱼ/∂xₘₙ", _BOOK, "chain", lambda node: None)
BY_NAME = Rule("by its name", "f(u) = t", "the program", "function", lambda node: None)
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
        self.named: dict[str, Component] = {}  # bodies that the caller has a name for, in the section at work
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
        named = definition.named_by_user and not self.out
        if expr.size > (SMALL if named else LARGE) or (named and isinstance(expr, Product) and expr.over):
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
        self.named = {}
        question, *chain = self._chain(name, variable)
        recorder = Recorder(question, [Step(QUESTION, question)])
        for rule, expr in zip((CHAIN_DELTA, CHAIN_COMPONENT, SUBSTITUTE), chain, strict=True):
            recorder.note(rule, expr)
        self._resolve(recorder)
        return tuple(recorder.steps)

    def _chain(self, name: str, variable: Component) -> list[Expr]:
        """The chain rule in four lines: tensors contracted, with δ, in components, with the definitions put in."""
        users = [user for user in self.upstream if name in self.program.definitions[user].body.tensors]
        direct = Partial(self.body, variable) if name in self.body.tensors else None
        lines = [[direct] * 4 if direct else []] + [self._chain_terms(user, variable) for user in users]
        return [_total([line[at] for line in lines if line]) for at in range(4)]

    def _chain_terms(self, user: str, variable: Component) -> list[Expr]:
        slots, upstream = self.upstream[user]
        mapping: dict[Index, Slot] = {i: fresh(i.extent, "i") for slot in slots for i in slot_indices(slot)}
        moved = tuple(substitute_slot(slot, mapping) for slot in slots)
        left = substitute(renew(upstream), mapping)
        over = tuple(i for slot in moved for i in slot_indices(slot))
        jacobian = self._jacobian(user, moved, variable)
        component = Product((left, jacobian), over)
        substituted = Product((left, self._substituted(jacobian)), over)
        if self.out or not isinstance(upstream, Component) or not moved or len(over) < len(moved):
            return [component, component, component, substituted]
        return [*self._contraction(left, moved, user, variable), component, substituted]

    def _contraction(self, left: Expr, slots: tuple[Slot, ...], user: str, variable: Component) -> list[Expr]:
        # (a_ij gᵢgⱼ) : (b_kl gᵏgˡ) = a_ij b_kl δ_ik δ_jl
        other = tuple(fresh(slot.extent, "k") for slot in slots)
        right = self._jacobian(user, other, variable)
        pairs = tuple((slot, index) for slot, index in zip(slots, other, strict=True) if isinstance(slot, Index))
        deltas = tuple(Delta(a, b) for a, b in pairs)
        over = tuple(a for a, _ in pairs) + other
        return [Contraction(left, right, pairs), Product((left, right, *deltas), over)]

    def _substituted(self, jacobian: Expr) -> Expr:
        if not isinstance(jacobian, Jacobian):
            return jacobian
        value = jacobian.body
        assert isinstance(value, Component)
        definition = self.program.definitions[value.tensor]
        body = definition.at(value.slots)
        if definition.named_by_user and isinstance(body, Function):
            self.named[repr(alpha_key(body))] = value
        return Partial(body, jacobian.by)

    def _by_name(self, expr: Expr) -> Expr:
        """What the caller has a name for by that name, but for what is still to be differentiated."""
        if isinstance(expr, Partial):
            return expr
        if isinstance(expr, Function):
            known = self.named.get(repr(alpha_key(expr)))
            if known is not None:
                return known
        children = tuple(map(self._by_name, expr.children))
        return expr.with_children(children) if children != expr.children else expr

    def _jacobian(self, user: str, slots: tuple[Slot, ...], variable: Component) -> Expr:
        """∂t/∂x of one definition: still to be evaluated, or the name it has where the function is arbitrary."""
        body = self.program.definitions[user].body
        if isinstance(body, Opaque):
            return Component(self.program.higher_derivative(body), slots + variable.slots)
        return Jacobian(Component(user, slots), variable)

    def _resolve(self, recorder: Recorder) -> None:
        primitive = primitive_rule(self.program, self.values)
        rules = (primitive, CONSTANT, SUM, LINEAR, PRODUCT, FOLD, POWER, CHAIN, WHERE, COMPONENT)
        while unresolved(recorder.expr):
            if not recorder.sweep(rules):
                raise UnsupportedError("this has no derivative by the rules that are known")
            if self.named:
                recorder.note(BY_NAME, self._by_name(recorder.expr))
        recorder.exhaust((FOLD,))
        recorder.exhaust((TIDY, WHERE_ZERO, APART, DISTRIBUTE, CONTRACT, WITHIN, *assumption_rules(self.program)))
        recorder.exhaust((COLLECT, MERGED, TIDY))


def _total(terms: list[Expr]) -> Expr:
    return NOUGHT if not terms else terms[0] if len(terms) == 1 else Sum(tuple(terms))
