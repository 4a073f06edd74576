"""An expression as steps in one array: `t = A @ B`, `t += b` for A B + b, where NumPy would make two."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...index.dims import UNIT
from ...matrix import make
from ...matrix.nodes import Add, Array, Mul, Name, Shape, num, walk
from ...matrix.writing import fraction_parts
from ..lower import Bracketed
from .memory import is_made, is_written
from .nodes import Changed

Way = list[tuple[type[Array], tuple[Array, ...]]]


def path(node: Array, first: Array) -> Way:
    """The sums and products that make an expression of a part of its shape, from the inside out, each with its other operands.

    Nothing where there are none, or where one of them is a view of the part, which changes on the way.
    """
    way = [(kind, group) for kind, others in _way(node, first) or () for group in groups(kind, others, first.shape)]
    early = [part for _, others in way[1:] for part in others if isinstance(first, Name) and first.name in named(part)]
    return way if way and all(is_made(make.coefficient(part)[1]) for part in early) else []


def _way(node: Array, first: Array) -> Way | None:
    if node == first:
        return []
    inner = node.arg if isinstance(node, Bracketed) else node
    if not isinstance(inner, (Add, Mul)) or inner.shape != first.shape or is_written(inner):
        return None
    for place in sorted(range(len(inner.parts)), key=lambda place: make.coefficient(inner.parts[place])[0] < 0):
        before = _way(inner.parts[place], first)
        if before is not None:
            return [*before, (type(inner), (*inner.parts[:place], *inner.parts[place + 1 :]))]
    return None


def groups(kind: type[Array], others: tuple[Array, ...], shape: Shape) -> list[tuple[Array, ...]]:
    """What is added or multiplied at once: arrays of the whole shape one by one, what is smaller together."""
    opened = [part for other in others for part in flat(kind, other)]
    large = [(part,) for part in opened if part.shape == shape and is_large(part)]
    small = tuple(part for part in opened if (part,) not in large)
    return [*large, *([small] if small else [])]


def flat(kind: type[Array], node: Array) -> tuple[Array, ...]:
    """The terms of a sum, or the factors of a product, that stands among such."""
    inner = node.arg if isinstance(node, Bracketed) else node
    return inner.children if isinstance(inner, kind) and is_large(inner) and not is_written(inner) else (node,)


def opened(node: Array, first: Array) -> Way:
    """The steps from an array made for an expression; nothing where NumPy makes no other array for it anyway."""
    way = path(node, first)
    return way if any(part.rank and part.shape != node.shape for _, others in way for part in others) else []


def saves(node: Array, free: Collection[Name]) -> bool:
    """Whether an expression that is part of another is better computed in steps in one array."""
    return bool(opened(node, innermost(node))) or any(path(node, found) for found in free if found.shape == node.shape)


def parts(node: Array) -> Iterator[Array]:
    """The large sums and products in an expression, outer ones first."""
    for child in node.children:
        if isinstance(child, (Add, Mul)) and is_large(child):
            yield child
        yield from parts(child)


def only_in(found: Name, part: Array, node: Array) -> bool:
    """Whether a name stands nowhere else in an expression than in a part of it."""
    return found in walk(part) and sum(other == found for other in walk(node)) == sum(other == found for other in walk(part))


def exchanged(node: Array, part: Array, new: Array) -> Array:
    """An expression with something else for one part."""
    if node == part:
        return new
    return node.with_children(tuple(exchanged(child, part, new) for child in node.children)) if node.children else node


def is_large(node: Array) -> bool:
    """Whether an array has two axes or more; vectors are small enough to be made anew."""
    return sum(dim != UNIT for dim in node.shape) >= 2


def innermost(node: Array) -> Array:
    """The array of an expression's shape that is computed first in it, by what is no sum or product of such."""
    parts = node.parts if isinstance(node, (Add, Mul)) else node.children if isinstance(node, Bracketed) else ()
    made = [part for part in parts if part.shape == node.shape and is_made(part.arg if isinstance(part, Bracketed) else part)]
    return innermost(made[0]) if made and not is_written(node) else node


def named(node: Array) -> set[str]:
    return {part.name for part in walk(node) if isinstance(part, Name)}


def added(operand: Name, terms: tuple[Array, ...]) -> Changed:
    if all(make.coefficient(term)[0] < 0 for term in terms):
        return Changed(operand, "-", make.add([make.mul([num(-1), term]) for term in terms]))
    return Changed(operand, "+", bare(Add(terms)))


def multiplied(operand: Name, factors: tuple[Array, ...]) -> Changed:
    value, above, below = fraction_parts(Mul(factors))
    if value.numerator == 1 and not above:
        return Changed(operand, "/", bare(Mul(tuple(below) if value == 1 else (num(value.denominator), *below))))
    return Changed(operand, "*", bare(Mul(factors)))


def bare(node: Add | Mul) -> Array:
    """A sum or product, or what it has one of, without brackets."""
    inner = node.parts[0] if len(node.parts) == 1 else node
    return inner.arg if isinstance(inner, Bracketed) else inner
