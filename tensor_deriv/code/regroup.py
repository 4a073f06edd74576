"""A sum or product that stands inside a longer one as a part of it, so that it can be computed once: a + b in a + b + c."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..matrix.nodes import Add, Array, Mul
from .lower import is_constant

Groups = dict[tuple[type[Array], Array], list[Array]]  # by kind and by each of its parts


def regrouped(roots: Sequence[Array]) -> list[Array]:
    """The expressions with such parts bracketed."""
    groups: Groups = {}
    for node in distinct(roots):
        if isinstance(node, (Add, Mul)) and worth(node):
            for part in node.parts:
                groups.setdefault((type(node), part), []).append(node)
    done: dict[Array, Array] = {}
    return [rewritten(node, groups, done) for node in roots]


def distinct(roots: Iterable[Array]) -> list[Array]:
    """Every expression that occurs, once."""
    found = dict.fromkeys(roots)
    stack = list(found)
    while stack:
        for child in stack.pop().children:
            if child not in found:
                found[child] = None
                stack.append(child)
    return list(found)


def worth(node: Add | Mul) -> bool:
    """Whether it takes arithmetic on arrays, and each part stands once."""
    arrays = [part for part in node.parts if not is_constant(part)]
    return node.rank > 0 and len(arrays) > 1 and len(set(node.parts)) == len(node.parts)


def rewritten(node: Array, groups: Groups, done: dict[Array, Array]) -> Array:
    """An expression and all in it with the largest such part bracketed."""
    if node not in done:
        grouped = bracketed(node, groups) if isinstance(node, (Add, Mul)) else node
        children = tuple(rewritten(child, groups, done) for child in grouped.children)
        done[node] = grouped if children == grouped.children else grouped.with_children(children)
    return done[node]


def bracketed(node: Add | Mul, groups: Groups) -> Array:
    """a + b + c as (a + b) + c where a + b stands elsewhere."""
    mine = set(node.parts)
    near = dict.fromkeys(group for part in node.parts for group in groups.get((type(node), part), ()))
    fitting = [group for group in near if len(group.children) < len(mine) and mine.issuperset(group.children)]
    if not fitting or len(mine) < len(node.parts):
        return node
    best = max(fitting, key=lambda group: len(group.children))
    return type(node)((best, *(part for part in node.parts if part not in best.children)))
