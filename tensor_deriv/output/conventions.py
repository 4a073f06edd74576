"""What holds in every line: the layout, what is taken at kinks, how places in compound slots are counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..index.bodies import Opaque
from ..index.dims import Dim
from ..index.nodes import Component, Delta, Expr, Sum, Where, walk
from ..index.slots import Affine, inside
from ..kinks import kinks

if TYPE_CHECKING:
    from ..derived import Derived


def conventions(derivation: Derived) -> tuple[str, ...]:
    """What is taken where the expression has no derivative, for each function on the way to the variable."""
    return tuple(dict.fromkeys([*kinks(derivation.below, derivation.wrt), *_places(derivation)]))


def notes(derivation: Derived) -> tuple[str, ...]:
    """The conventions, and what a ∂ on the right-hand side means where it stands beside others."""
    several = any(isinstance(section.steps[0].expr, Sum) for section in derivation.sections)
    held = ("a ∂ on the right-hand side holds every other named tensor fixed",) if several else ()
    return conventions(derivation) + held


def _places(derivation: Derived) -> Iterable[str]:
    nodes = [node for expr in _printed(derivation) for node in walk(expr)]
    slots = {slot for node in nodes for slot in node.own_slots}
    if any(isinstance(slot, Affine) and (slot.terms or slot.offset.terms) for slot in slots):
        yield "indices count from 0"
    if any(not inside(slot) for node in nodes if isinstance(node, Component | Delta) for slot in node.own_slots):
        yield "what lies outside the range of an axis counts as zero"
    if any(isinstance(node, Where) for node in nodes):
        yield "[c] a is 0 where c does not hold, whatever a is there"


def _printed(derivation: Derived) -> Iterable[Expr]:
    """What the lines of a derivation hold."""
    program = derivation.gradient.program
    yield from (definition.body for definition in program.definitions.values() if not isinstance(definition.body, Opaque))
    yield derivation.program.result.body
    yield from (step.expr for section in derivation.sections for step in section.steps)


def shape_text(shape: Iterable[Dim]) -> str:
    """A shape as it is written in the expression language: (n, d), (n,)."""
    words = [str(dim) for dim in shape]
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def layout(derivation: Derived) -> str:
    """The sentence that says which axis of the answer is which."""
    result, variable = derivation.program.result.shape, derivation.program.shape(derivation.wrt)
    wrt, shape = derivation.wrt, shape_text(derivation.shape)
    if derivation.order == 1 and not result:
        return f"layout: the gradient has the shape of {wrt}, {shape}" if variable else "layout: the derivative is a scalar"
    if not variable:
        return f"layout: the derivative has the shape of the result, {shape}" if result else "layout: the derivative is a scalar"
    parts = ["result.shape"] * bool(result) + [f"{wrt}.shape"] * derivation.order
    return f"layout: {' + '.join(parts)} = {shape}"


def zero_sentence(derivation: Derived) -> str:
    """A zero derivative in words."""
    shape = derivation.shape
    what = f"an array of zeros of shape {shape_text(shape)}" if shape else "the number 0"
    return f"`{derivation.program.texts[-1]}` does not depend on `{derivation.wrt}`: the derivative is {what}."
