"""The caller's own differences: where 1 − Z stands in the question, the answer says 1 − Z and not Z − 1."""

from __future__ import annotations

from . import make
from .cost import cost
from .nodes import Add, Array, Column, Diag, MatMul, Mul, Num, Outer, T, num, walk

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
    if isinstance(node, Add):
        return _terms_in_own_words(node, own)
    if not isinstance(node, Mul):
        return node
    places = _differences(node)
    chosen = [at for at, part in places if _foreign(part, own)]
    if len(chosen) % 2:
        chosen += [at for at, part in places if at not in chosen and part not in own][:1]
    if not chosen:
        return node
    new = make.mul([num((-1) ** len(chosen)), *_with_turned(node, chosen)])
    return new if cost(new) <= cost(node) + FREE and new.shape == node.shape else node


def _terms_in_own_words(node: Add, own: set[Array]) -> Array:
    """A sum in which no difference stands both ways round: A R − R B, where the caller has R, and not A R + (−R) B."""
    there = own.intersection(walk(node))  # what the sum has the caller's way round already
    turned = {term: _turned_inside(term, there) for term in node.parts}
    new = make.add(term if inside is None else make.mul([num(-1), inside]) for term, inside in turned.items())
    return new if cost(new) <= cost(node) + FREE and new.shape == node.shape else node


def _turned_inside(node: Array, own: set[Array]) -> Array | None:
    """Minus a product, by one of its differences that the caller has the other way round; None where there is none."""
    if isinstance(node, Add):
        return _turned(node) if node not in own and _turned(node) in own else None
    for at, child in enumerate(node.children if isinstance(node, Mul | MatMul | Outer | T | Diag | Column) else ()):
        turned = _turned_inside(child, own)
        if turned is not None:
            return make.rebuilt(node, (*node.children[:at], turned, *node.children[at + 1 :]))
    return None


def _differences(node: Mul) -> list[tuple[tuple[int, ...], Add]]:
    """The differences among the factors, and in matrix products that are factors, with their places."""
    found: list[tuple[tuple[int, ...], Add]] = []
    for at, part in enumerate(node.parts):
        if isinstance(part, Add):
            found.append(((at,), part))
        elif isinstance(part, MatMul):
            found += [((at, place), inner) for place, inner in enumerate(part.parts) if isinstance(inner, Add)]
    return [(at, part) for at, part in found if _mixed(part)]


def _foreign(part: Add, own: set[Array]) -> bool:
    """Whether the caller has it the other way round, or nobody and a number stands behind a minus: Z − 1."""
    if part in own:
        return False
    return _turned(part) in own or any(isinstance(term, Num) and term.value < 0 for term in part.parts)


def _turned(part: Array) -> Array:
    return make.add(make.mul([num(-1), term]) for term in part.parts) if isinstance(part, Add) else part


def _with_turned(node: Mul, chosen: list[tuple[int, ...]]) -> list[Array]:
    parts: list[Array] = []
    for at, part in enumerate(node.parts):
        if isinstance(part, MatMul):
            parts.append(make.matmul(_turned(p) if (at, place) in chosen else p for place, p in enumerate(part.parts)))
        else:
            parts.append(_turned(part) if (at,) in chosen else part)
    return parts
