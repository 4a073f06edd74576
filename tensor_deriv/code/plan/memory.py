"""Which arrays a function has made itself, so that it may write into them."""

from __future__ import annotations

from collections.abc import Container, Sequence

from ...matrix.calls import MATRIX, Call, Einsum, Solve
from ...matrix.nodes import Add, Array, Elem, MatMul, Mul, Name, Num, Outer, Pow
from ..lower import COMPARISONS
from ..regroup import distinct
from .nodes import Changed, OnDiagonal, ScaledSoftmax

WHOLE = {"abs", "square", "sign", "relu", "maximum", "minimum", "clip", "hardtanh"}  # of whole numbers whole
FLOATING = {"mean", "var", "softmax", "log_softmax", "logsumexp", "logcumsumexp", "norm", *MATRIX}


def is_new(node: Array, floating: Container[str]) -> bool:
    """Whether an expression is an array of its own, of floating numbers whatever numbers the inputs are."""
    return is_made(node) and is_floating(node, floating)


def is_made(node: Array) -> bool:
    """Whether an expression is an array that nothing else holds, and no view."""
    if isinstance(node, Elem):
        return not node.row.source  # a user's function may return what it is given
    if isinstance(node, Einsum):
        return len(node.parts) > 1  # the einsum of one array may be a view of it
    return isinstance(node, (Add, Mul, MatMul, Outer, Pow, Call, OnDiagonal, Solve, ScaledSoftmax, Changed))


def is_floating(node: Array, names: Container[str]) -> bool:
    """Whether an expression is floating by its form: a quotient, a root, and all but a few functions are, and these `names`."""
    match node:
        case Name(name, _):
            return name in names
        case Num(value):
            return value.denominator > 1
        case Pow(_, Num(value)) if value < 0 or value.denominator > 1:
            return True
        case Call(name, _, _, _) if name in FLOATING:
            return True
        case Elem(row, _) if row.name in COMPARISONS:
            return False
        case Elem(row, _) if row.name not in WHOLE:
            return True
        case OnDiagonal() | Solve() | ScaledSoftmax():
            return True
    return any(is_floating(child, names) for child in node.children)


def in_lines(roots: Sequence[Array]) -> set[Array]:
    """What is written into an array, so that an expression around it needs it by a name."""
    found: set[Array] = set()
    for node in distinct(roots):
        for child in node.children:
            if is_written(child) and not (isinstance(node, Add) and isinstance(child, OnDiagonal)):
                found.add(child)
    return found


def is_written(node: Array) -> bool:
    """Whether a node is computed by writing into an array."""
    return isinstance(node, OnDiagonal) or (isinstance(node, Add) and any(isinstance(part, OnDiagonal) for part in node.parts))
