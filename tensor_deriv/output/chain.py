"""The last step before a matrix product is read off: its factors in order, the transposed ones marked."""

from __future__ import annotations

from collections.abc import Sequence

from ..calculus.differentiate import Section
from ..calculus.engine import Rule, Step
from ..index.nodes import Component, Expr, Number, Product, Transposed
from ..index.slots import Index
from ..matrix.forms import Form
from ..matrix.nodes import Array, MatMul, Mul, Name, T

ORDER = Rule("transpose and order", "wₙⱼ = (wᵀ)ⱼₙ", "definition of the transpose", "order", lambda node: None)


def chain_step(section: Section, form: Form) -> Step | None:
    """The answer with its factors in the order of the matrix product; None where it is no chain of matrices, or stands so already."""
    answer = section.answer
    if not form.matrix or not isinstance(answer, Product) or not section.axes:
        return None
    scalars = tuple(factor for factor in answer.factors if not factor.free)
    matrices = [factor for factor in answer.factors if factor.free]
    if not all(isinstance(factor, (Number, Component)) for factor in scalars):
        return None
    ordered = _ordered(matrices, section, answer.over)
    if ordered is None or len(ordered) < 2:
        return None
    if _names(ordered) != _form_names(form.node):
        return None
    step = Product((*scalars, *ordered), answer.over)
    return None if step == answer else Step(ORDER, step)


Chain = list[tuple[str, bool]]  # each factor's name, and whether it is transposed


def _names(ordered: Sequence[Expr]) -> Chain:
    inner = [(factor.component, True) if isinstance(factor, Transposed) else (factor, False) for factor in ordered]
    return [(factor.tensor, turned) for factor, turned in inner if isinstance(factor, Component)]


def _form_names(node: Array) -> Chain | None:
    """The factors of a plain chain of matrices, a scalar in front left out."""
    if isinstance(node, Mul):
        arrays = [part for part in node.parts if part.rank]
        return _form_names(arrays[0]) if len(arrays) == 1 else None
    if not isinstance(node, MatMul):
        return None
    inner = [(part.arg, True) if isinstance(part, T) else (part, False) for part in node.parts]
    named = [(part.name, turned) for part, turned in inner if isinstance(part, Name)]
    return named if len(named) == len(inner) else None


def _ordered(factors: Sequence[Expr], section: Section, over: tuple[Index, ...]) -> list[Expr] | None:
    """The factors from the first free index to the last, each as the walk passes through it."""
    at, end = section.axes[0], section.axes[1] if len(section.axes) == 2 else None
    if len(section.axes) > 2 or not all(isinstance(axis, Index) for axis in section.axes) or not all(_fits(factor) for factor in factors):
        return None
    left, passed = [factor for factor in factors if isinstance(factor, Component)], list[Expr]()
    while left:
        found = [factor for factor in left if at in factor.slots]
        if len(found) != 1:
            return None
        left.remove(found[0])
        passed.append(_through(found[0], at))
        if len(found[0].slots) == 1:
            return passed if not left and end is None and len(passed) == len(over) + 1 else None
        at = found[0].slots[1] if found[0].slots[0] == at else found[0].slots[0]
    return passed if end is not None and at == end and len(passed) == len(over) + 1 else None


def _fits(factor: Expr) -> bool:
    """A matrix or vector at plain, different indices."""
    if not isinstance(factor, Component):
        return False
    slots = factor.slots
    return len(slots) in (1, 2) and len(set(slots)) == len(slots) and all(isinstance(slot, Index) for slot in slots)


def _through(factor: Component, at: object) -> Expr:
    return Transposed(factor) if len(factor.slots) == 2 and factor.slots[1] == at else factor
