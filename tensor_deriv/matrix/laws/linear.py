"""Laws of sums and means as linear functions: of what does not change along the axis, of deviations, of several sums."""

from __future__ import annotations

from collections import defaultdict

from ...index.dims import UNIT
from .. import make
from ..calls import Call, Filled
from ..flip import Flipper
from ..nodes import Add, Array, Column, Diag, DiagOf, MatMul, Mul, Num, Outer, Pow, Size, T, num
from .law import Candidates


def constants(node: Array, flipper: Flipper) -> Candidates:
    # Σ_i c = n c
    match node:
        case Call("sum", Filled(1, _) | Mul() as arg, axis, keepdims):
            parts = arg.parts if isinstance(arg, Mul) else (arg,)
            rest = make.mul([num(1), *(part for part in parts if not _ones(part))])
            if any(map(_ones, parts)) and fixed(rest, axis, arg.rank):
                yield _spread(_times(rest if keepdims else without_axes(rest, axis, arg.rank), arg, axis), node)


def zeros(node: Array, flipper: Flipper) -> Candidates:
    # 0 A = 0
    if isinstance(node, Mul | MatMul | Outer | Column | Diag | T) and node.rank and any(map(_nought, node.children)):
        yield Filled(0, node.shape)


def _nought(part: Array) -> bool:
    return isinstance(part, Filled) and not part.value


def _ones(part: Array) -> bool:
    return isinstance(part, Filled) and part.value == 1


def _spread(value: Array, node: Array) -> Array:
    """A value that is the same along some axes of a node, in the node's shape."""
    return value if value.shape == node.shape else make.mul([value, Filled(1, node.shape)])


def own_axes(part: Array, axis: tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    """Of some axes of an array those of a part that is broadcast to its `rank` axes, as the part counts them."""
    missing = rank - part.rank
    return tuple(at - missing for at in (range(rank) if axis is None else axis) if at >= missing)


def fixed(part: Array, axis: tuple[int, ...] | None, rank: int) -> bool:
    """Whether a part that is broadcast to `rank` axes does not change along some of them."""
    return all(part.shape[at] == UNIT for at in own_axes(part, axis, rank))


def without_axes(part: Array, axis: tuple[int, ...] | None, rank: int) -> Array:
    """A part that does not change along some axes, without them."""
    own = own_axes(part, axis, rank)
    match part:
        case _ if not own:
            return part
        case Column(arg) if own == (1,):
            return arg
        case Call(name, arg, kept, True) if kept == own:
            return Call(name, arg, own)
        case Mul() | Add() | Pow():
            return make.rebuilt(part, tuple(without_axes(child, axis, rank) for child in part.children))
    return Call("mean", part, own)


def deviations(node: Array, flipper: Flipper) -> Candidates:
    # mean(a − mean(a)) = 0: the mean of each term alone, where some do not change along the axis
    match node:
        case Call("sum" | "mean" as name, Add(parts) as arg, axis, keepdims) if any(fixed(part, axis, arg.rank) for part in parts):
            total = make.add(_mean(part, axis, keepdims, arg.rank) for part in parts)
            yield _spread(total if name == "mean" else _times(total, arg, axis), node)
        case Call("mean", Pow(Add((first, second)), Num(two)), axis, keepdims) if two == 2:
            # mean((a − mean(a))²) = var(a)
            for a, b in ((first, second), (second, first)):
                means = [Call("mean", a, axis, True), *([Call("mean", a, axis)] if axis in (None, (0,)) else [])]
                if make.mul([num(-1), b]) in means:
                    yield Call("var", a, axis, keepdims)


def _mean(part: Array, axis: tuple[int, ...] | None, keepdims: bool, rank: int) -> Array:
    scalars, rest = make.split_scalars(part)
    if fixed(rest, axis, rank):
        return part if keepdims else make.mul([*scalars, without_axes(rest, axis, rank)])
    own = axis if rest.rank == rank else own_axes(rest, axis, rank)
    return make.mul([*scalars, Call("mean", rest, own, keepdims)])


def _times(total: Array, arg: Array, axis: tuple[int, ...] | None) -> Array:
    dims = arg.shape if axis is None else tuple(arg.shape[at] for at in axis)
    return make.mul([*(num(dim.constant) if dim.constant is not None else Size(dim) for dim in dims), total])


def together(node: Array, flipper: Flipper) -> Candidates:
    # Σ a + c Σ b = Σ (a + c b), over the same axes
    if not isinstance(node, Add):
        return
    terms = [_reduction(part) for part in node.parts]
    groups: dict[Array, list[int]] = defaultdict(list)
    for at, (_, call) in enumerate(terms):
        if call is not None:
            groups[call.with_children((Filled(1, call.arg.shape),))].append(at)
    for kind, places in groups.items():
        if len(places) > 1:
            inner = make.add(make.mul([*scalars, call.arg]) for scalars, call in (terms[at] for at in places) if call is not None)
            yield make.add([kind.with_children((inner,)), *(part for at, part in enumerate(node.parts) if at not in places)])


def _reduction(part: Array) -> tuple[list[Array], Call | None]:
    """What stands before a sum or mean, and it; None where the term is none."""
    value, scalar = make.coefficient(part)
    number: list[Array] = [num(value)]
    scalars, rest = make.split_scalars(part) if part.rank else (number, scalar)
    return scalars, rest if isinstance(rest, Call) and rest.name in ("sum", "mean") else None


def diagonal(node: Array, flipper: Flipper) -> Candidates:
    # Σ_k a_ik b_ki = diag(AB)
    match node:
        case Call("sum", Mul((left, right)), (1,), False) if isinstance(left, T) != isinstance(right, T):
            if right.rank == left.rank == 2:
                yield DiagOf(make.matmul([left, right.arg] if isinstance(right, T) else [right, make.transpose(left)]))
        case Call("sum", Mul((left, right)), (0,), False) if isinstance(left, T) != isinstance(right, T):
            if right.rank == left.rank == 2:
                yield DiagOf(make.matmul([make.transpose(left), right] if isinstance(left, T) else [right.children[0], left]))


def norms(node: Array, flipper: Flipper) -> Candidates:
    # (Σ_i x_i²)^(k/2) = ‖x‖^k for odd k
    match node:
        case Pow(Call("sum", Pow(base, Num(two)), None, False), Num(power)) if two == 2 and power.denominator == 2:
            yield make.power(Call("norm", base, None), num(2 * power))
