"""Products of stacks of matrices: indices that every factor of three axes or more begins with are a batch, and stay out of it."""

from __future__ import annotations

from ..index.slots import Index
from . import make
from .labelled import Labelled
from .network import Network, eliminate


def in_stacks(network: Network) -> Labelled | None:
    """Σ_k a_bik b_bkj as A @ B, stack by stack; None where the factors are no such chain."""
    batch = _batch(network)
    if batch is None or any(item.node.rank > 2 for item in network.edges) or network.weights:
        return None
    inner = Network(list(network.over), list(network.scalars), {}, list(network.edges))
    for item in network.others:
        inner.edges.append(Labelled(item.node, item.axes[-2:]))
    if len({frozenset(edge.axes) for edge in inner.edges}) < len(inner.edges):
        return None
    if any(inner.degree(index) != 2 for index in inner.over) or inner.has_cycle():
        return None
    eliminate(inner)
    if inner.over or len(inner.edges) != 1 or inner.weights or inner.others:
        return None
    (edge,) = inner.edges
    return Labelled(make.mul([*inner.scalars, edge.node]), (*batch, *edge.axes))


def _batch(network: Network) -> tuple[Index, ...] | None:
    """The indices that each factor of three axes or more begins with, and no other has."""
    if not network.others or any(item.node.rank != len(item.axes) for item in network.others):
        return None
    batch = network.others[0].axes[:-2]
    if any(item.axes[:-2] != batch for item in network.others) or set(batch) & set(network.over):
        return None
    matrices = [*(item.axes[-2:] for item in network.others), *(edge.axes for edge in network.edges)]
    return None if any(index in axes for axes in matrices for index in batch) else batch


def sum_alone(network: Network) -> None:
    """Merge factors on the same axes, and sum out each index that stands in one factor of three axes or more alone."""
    _merge(network)
    for index in list(network.over):
        holders = [item for item in network.others + network.edges if index in item.axes]
        if len(holders) == 1 and holders[0] in network.others and index not in network.weights:
            (item,) = holders
            network.over.remove(index)
            network.others.remove(item)
            axis = item.axes.index(index)
            node = make.total(item.node, (axis,))
            network.put(Labelled(node, item.axes[:axis] + item.axes[axis + 1 :]))


def _merge(network: Network) -> None:
    # a_ijk b_ijk as one factor
    merged: list[Labelled] = []
    for item in network.others:
        at = next((place for place, old in enumerate(merged) if old.axes == item.axes), None)
        if at is None:
            merged.append(item)
        else:
            merged[at] = Labelled(make.mul([merged[at].node, item.node]), item.axes)
    network.others[:] = merged
