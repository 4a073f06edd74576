"""Expressions with some of their nodes exchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...matrix.nodes import Array


def replaced(roots: Sequence[Array], by: Mapping[Array, Array]) -> list[Array]:
    """The expressions with nodes exchanged, inside what they are exchanged for as well."""
    done: dict[Array, Array] = {}

    def visit(node: Array) -> Array:
        if node not in done:
            new = by.get(node, node)
            children = tuple(map(visit, new.children))
            done[node] = new if children == new.children else new.with_children(children)
        return done[node]

    return [visit(root) for root in roots]
