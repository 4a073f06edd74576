"""The array form in words of the expression language, and the reason where it is no matrix form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..index.nodes import Expr, Product, walk
from ..index.slots import Affine, Index, slot_indices

if TYPE_CHECKING:
    from ..derived import Derived


def code_lines(derivation: Derived) -> list[str]:
    """The definitions that the array form names, and the array form: lines that can be pasted."""
    return [*derivation.definitions, f"d{derivation.wrt} = {derivation.matrix}"] if derivation.matrix else []


def reason(derivation: Derived) -> str:
    """Why there is no matrix form, in a sentence; empty where there is one."""
    if derivation.form.plain and derivation.matrix:
        return ""
    rank = len(derivation.shape)
    if rank > 2:
        return f"There is no matrix form: the derivative has {rank} axes."
    if any(isinstance(slot, Affine) and slot.terms for node in walk(derivation.result) for slot in node.own_slots):
        return "There is no matrix form: one axis runs over several indices."
    if any(tensor for tensor in derivation.result.tensors if _axes(derivation, tensor) > 2):
        return "There is no matrix form: a tensor of more than two axes takes part."
    if any(_meeting(node) > 2 for node in walk(derivation.result)):
        return "There is no matrix form: an index stands in three or more factors."
    return "There is no matrix form in words of matrix algebra."


def _axes(derivation: Derived, tensor: str) -> int:
    return len(derivation.gradient.program.shape(tensor))


def _meeting(expr: Expr) -> int:
    """The largest number of factors that share a summed index."""
    if not isinstance(expr, Product):
        return 0
    return max((sum(index in _indices(factor) for factor in expr.factors) for index in expr.over), default=0)


def _indices(expr: Expr) -> set[Index]:
    return {index for node in walk(expr) for slot in node.own_slots for index in slot_indices(slot)}
