"""The caller's own differences: where 1 − Z stands in the question, the answer says 1 − Z and not Z − 1."""

from __future__ import annotations

from collections.abc import Iterator

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
    if not node.children:
        return node
    node = make.rebuilt(node, tuple(in_own_words(child, own) for child in node.children))
    if isinstance(node, Add):
        return _terms_in_own_words(node, own)
    if not isinstance(node, Mul):
        return node
    places = list(_differences(node))
    chosen = [path for path, part in places if _foreign(part, own)]
    if len(chosen) % 2:
        chosen += [path for path, part in places if path not in chosen and part not in own][:1]
    if not chosen:
        return node
    new: Array = node
    for path in chosen:
        new = _turned_at(new, path)
    new = make.mul([num((-1) ** len(chosen)), new])
    return new if cost(new) <= cost(node) + FREE and new.shape == node.shape else node


def _terms_in_own_words(node: Add, own: set[Array]) -> Array:
    """A sum in which no difference stands both ways round: A R − R B, where the caller has R, and not A R + (−R) B."""
    there = own.intersection(walk(node))  # what the sum has the caller's way round already
    turned = {term: _turned_inside(term, there) for term in node.parts}
    new = make.add(term if inside is None else make.mul([num(-1), inside]) for term, inside in turned.items())
    return new if cost(new) <= cost(node) + FREE and new.shape == node.shape else node


def _turned_inside(node: Array, own: set[Array]) -> Array | None:
    """Minus a product, by one of its differences that the caller has the other way round; None where there is none."""
    path = next((path for path, part in _differences(node) if part not in own and _turned(part) in own), None)
    return None if path is None else _turned_at(node, path)


def _differences(node: Array, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Add]]:
    """The differences that are factors of a product, and the way to each; a product of matrices is one, and diag(a)."""
    if isinstance(node, Add):
        if _mixed(node):
            yield path, node
    elif isinstance(node, Mul | MatMul | Outer | T | Diag | Column):
        for at, child in enumerate(node.children):
            yield from _differences(child, (*path, at))


def _turned_at(node: Array, path: tuple[int, ...]) -> Array:
    """A product with the difference at a place the other way round."""
    if not path:
        return _turned(node)
    at, *rest = path
    return node.with_children((*node.children[:at], _turned_at(node.children[at], tuple(rest)), *node.children[at + 1 :]))


def _foreign(part: Add, own: set[Array]) -> bool:
    """Whether the caller has it the other way round, or nobody and a number stands behind a minus: Z − 1."""
    if part in own:
        return False
    return _turned(part) in own or any(isinstance(term, Num) and term.value < 0 for term in part.parts)


def _turned(part: Array) -> Array:
    return make.add(make.mul([num(-1), term]) for term in part.parts) if isinstance(part, Add) else part
