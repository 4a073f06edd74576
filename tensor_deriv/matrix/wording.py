"""The caller's own differences: where 1 − Z stands in the question, the answer says 1 − Z and not Z − 1."""

from __future__ import annotations

from . import make
from .cost import cost
from .nodes import Add, Array, MatMul, Mul, num, walk

FREE = 0.02  # what turning differences round may cost: nothing but length


def own_differences(nodes: list[Array]) -> set[Array]:
    """The sums with a minus in them that the caller wrote."""
    return {part for node in nodes for part in walk(node) if isinstance(part, Add) and _mixed(part)}


def _mixed(node: Add) -> bool:
    signs = {_value(part) < 0 for part in node.parts}
    return len(signs) == 2


def _value(part: Array) -> float:
    return float(getattr(part, "value", None) or make.coefficient(part)[0])


def in_own_words(node: Array, own: set[Array]) -> Array:
    """An expression with differences turned the way the caller has them, where that costs nothing."""
    if not own or not node.children:
        return node
    node = make.rebuilt(node, tuple(in_own_words(child, own) for child in node.children))
    if not isinstance(node, Mul):
        return node
    turned, count = [], 0
    for part in node.parts:
        new, times = _turned(part, own)
        turned.append(new)
        count += times
    if not count:
        return node
    new = make.mul([num((-1) ** count), *turned])
    return new if cost(new) <= cost(node) + FREE and new.shape == node.shape else node


def _turned(part: Array, own: set[Array]) -> tuple[Array, int]:
    """A factor with its foreign differences turned, and how many those were."""
    if isinstance(part, Add):
        other = make.add(make.mul([num(-1), term]) for term in part.parts)
        return (other, 1) if part not in own and other in own else (part, 0)
    if isinstance(part, MatMul):
        inner = [_turned(factor, own) for factor in part.parts if not isinstance(factor, MatMul)]
        if len(inner) == len(part.parts):
            return make.matmul(new for new, _ in inner), sum(times for _, times in inner)
    return part, 0
