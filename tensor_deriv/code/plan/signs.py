"""Differences that stand in both directions, turned one way: b − a is −(a − b)."""

from __future__ import annotations

from collections.abc import Sequence

from ...matrix import make
from ...matrix.nodes import Add, Array, num
from ..regroup import distinct
from .rewriting import replaced


def same_signs(roots: Sequence[Array]) -> list[Array]:
    """The expressions with every sum whose negative stands elsewhere written by that one, which is the one met first."""
    first: dict[frozenset[Array], Add] = {}
    turned: dict[Array, Array] = {}
    for node in sorted((node for node in distinct(roots) if isinstance(node, Add)), key=minuses):
        opposite = first.get(frozenset(map(negative, node.parts)))
        if opposite is not None:
            turned[node] = make.mul([num(-1), opposite])
        else:
            first.setdefault(frozenset(node.parts), node)
    return replaced(roots, turned) if turned else list(roots)


def minuses(node: Add) -> bool:
    """Whether a sum begins with a minus."""
    return make.coefficient(node.parts[0])[0] < 0


def negative(node: Array) -> Array:
    return make.mul([num(-1), node])
