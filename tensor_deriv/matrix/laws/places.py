"""Laws of triangles, running sums, cases and regrouped axes."""

from __future__ import annotations

from .. import make
from ..calls import Call, Eye, Filled, Reshape
from ..flip import Flipper
from ..nodes import Add, Array, Column, Diag, Elem, MatMul, Mul, Pow, num
from ..places import Flip, Tril, Triu, Where
from .law import Candidates


def triangles(node: Array, flipper: Flipper) -> Candidates:
    # tril(1 1ᵀ) ⊙ A = tril(A)
    if not isinstance(node, Mul):
        return
    for at, part in enumerate(node.parts):
        rest = node.parts[:at] + node.parts[at + 1 :]
        if _of_ones(part) and isinstance(part, Tril):
            scalars, inner = make.split_scalars(_product(rest))
            if inner.shape == node.shape:
                yield make.mul([*scalars, part.with_children((inner,))])


def _product(parts: tuple[Array, ...]) -> Array:
    # v_i w_j as an outer product
    columns = [part.arg for part in parts if isinstance(part, Column)]
    rows = [part for part in parts if part.rank == 1]
    scalars = [part for part in parts if not part.rank]
    if columns and rows and len(columns) + len(rows) + len(scalars) == len(parts):
        return make.mul([*scalars, make.outer(make.mul(columns), make.mul(rows))])
    return make.mul(parts)


def off_diagonals(node: Array, flipper: Flipper) -> Candidates:
    # what a triangle has of a diagonal matrix: all of it, or nothing
    if isinstance(node, Tril) and isinstance(node.arg, Eye | Diag):
        within = node.k <= 0 if isinstance(node, Triu) else node.k >= 0
        yield node.arg if within else Filled(0, node.shape)


def _of_ones(node: Array) -> bool:
    return isinstance(node, Tril) and isinstance(node.arg, Filled) and node.arg.value == 1


def running_sums(node: Array, flipper: Flipper) -> Candidates:
    # Σ_k [k ≤ i] a_kj: the running sum along the first axis
    if not isinstance(node, MatMul):
        return
    for at, part in enumerate(node.parts):
        if not (_of_ones(part) and isinstance(part, Tril) and not part.k and part.shape[0] == part.shape[1]):
            continue
        before, after = node.parts[:at], node.parts[at + 1 :]
        for summed, others in ((after, before), (before, after)):
            if summed:
                lower = isinstance(part, Triu) != (summed is after)
                inner = make.matmul(summed) if len(summed) > 1 else summed[0]
                run = _running(inner, 0 if summed is after else inner.rank - 1, lower)
                yield make.matmul([*before, run] if summed is after else [run, *after]) if others else run


def _running(node: Array, axis: int, forward: bool) -> Array:
    """The sum of all entries so far, from the front or from the end."""
    if forward:
        return Call("cumsum", node, (axis,))
    return Flip(Call("cumsum", Flip(node, (axis,)), (axis,)), (axis,))


def cases(node: Array, flipper: Flipper) -> Candidates:
    # (a where c, else 0) + (0 where c, else b) = (a where c, else b)
    if not isinstance(node, Add):
        return
    split = [_case(term) for term in node.parts]
    for at, first in enumerate(split):
        for other in range(at + 1, len(split)):
            second = split[other]
            if first and second and first.condition == second.condition:
                whole = Where(first.condition, make.add([first.then, second.then]), make.add([first.otherwise, second.otherwise]))
                yield make.add([whole, *(term for place, term in enumerate(node.parts) if place not in (at, other))])


def _case(term: Array) -> Where | None:
    """A choice with the number in front in its branches."""
    value, body = make.coefficient(term)
    if not isinstance(body, Where):
        return None
    number = num(value)
    return Where(body.condition, make.mul([number, body.then]), make.mul([number, body.otherwise]))


def regrouped(node: Array, flipper: Flipper) -> Candidates:
    # reshape(a ⊙ reshape(b)) = reshape(a) ⊙ b, entry by entry
    if not isinstance(node, Reshape) or not isinstance(node.arg, Mul | Add | Pow | Elem):
        return
    inner = node.arg
    whole = [part.shape == inner.shape or not part.rank for part in inner.children]
    back = [isinstance(part, Reshape) and part.arg.shape == node.dims for part in inner.children]
    if all(whole) and any(back):
        yield make.rebuilt(inner, tuple(_undone(part, node) if part.rank else part for part in inner.children))


def _undone(part: Array, node: Reshape) -> Array:
    if isinstance(part, Reshape):
        return part.arg if part.arg.shape == node.dims else Reshape(part.arg, node.dims)
    return Reshape(part, node.dims)
