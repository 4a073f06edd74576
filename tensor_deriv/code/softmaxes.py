"""A softmax beside the logarithm of its sum, from which it is computed: softmax(x) = exp(log_softmax(x)) = exp(x − logsumexp(x))."""

from __future__ import annotations

from collections.abc import Sequence

from ..functions import TABLE
from ..matrix import make
from ..matrix.calls import Call
from ..matrix.nodes import Array, Column, Elem, num
from .regroup import distinct


def joined(roots: Sequence[Array]) -> list[Array]:
    """The expressions with every such softmax in the words of what stands beside it."""
    known: dict[Array, Array] = {}
    calls = [node for node in distinct(roots) if isinstance(node, Call)]
    for node in sorted(calls, key=lambda call: call.name, reverse=True):  # log_softmax is put over logsumexp
        if node.name in ("logsumexp", "log_softmax"):
            log = node if node.name == "log_softmax" else less(node)
            if log is not None:
                known[Call("softmax", node.arg, axes(node))] = Elem(TABLE["exp"], (log,))
    return [exchanged(root, known, {}) for root in roots] if known else list(roots)


def axes(node: Call) -> tuple[int, ...]:
    return tuple(range(node.arg.rank)) if node.axis is None else node.axis


def less(node: Call) -> Array | None:
    """x − logsumexp(x), where the sums broadcast as they are or as a column."""
    rank, over = node.arg.rank, axes(node)
    if over == (rank - 1,) and rank > 1 and not node.keepdims:
        return make.add([node.arg, make.mul([num(-1), Column(node)])])
    fits = node.keepdims or over == tuple(range(len(over)))
    return make.add([node.arg, make.mul([num(-1), node])]) if fits else None


def exchanged(node: Array, known: dict[Array, Array], done: dict[Array, Array]) -> Array:
    """The expression with those of `known` exchanged."""
    if node not in done:
        found = known.get(Call(node.name, node.arg, axes(node))) if isinstance(node, Call) and node.name == "softmax" else None
        found = found or node
        children = tuple(exchanged(child, known, done) for child in found.children)
        done[node] = found if children == found.children else found.with_children(children)
    return done[node]
