"""Laws of sums over axes: dot products, traces, means; what NumPy broadcasts."""

from __future__ import annotations

from fractions import Fraction

from ...index.dims import UNIT, Dim
from .. import make
from ..calls import MAPS, Call, Einsum, Filled, Reshape
from ..flip import Flipper
from ..nodes import Add, Array, Column, DiagOf, Elem, MatMul, Mul, Num, Outer, Pow, Size, T, Trace, num
from .law import Candidates
from .linear import fixed


def reductions(node: Array, flipper: Flipper) -> Candidates:
    # Σ_i a_i b_i = a·b, Σ_ij a_ij b_ji = tr(AB), Σ_ij = Σ_i Σ_j, (1/n) Σ = mean
    match node:
        case Call("sum", Call("sum", inner, axis, False), None, False) if axis is not None:
            yield Call("sum", inner, None)
        case Call("sum", Mul(parts), axis, False):
            yield from _summed_product(node, parts, axis, flipper)
        case Call("sum", Pow(base, Num(two)), None, False) if two == 2 and node.children[0].rank == 1:
            yield make.matmul([base, base])
        case Call("sum", DiagOf(arg), None, False):
            yield make.trace(arg)
        case Call("sum", Outer() as pair, None | (_,) as axis, False):
            yield from _summed_outer(pair, axis)
        case Call("sum", Filled(1, (dim,)), None):
            yield Size(dim)
        case Trace(MatMul(parts)):
            yield from _traces(parts, flipper)
        case Mul(parts):
            yield from _means(parts)


def joined(node: Array, flipper: Flipper) -> Candidates:
    # Σ_i Σ_j a_ij = Σ_ij a_ij, and a sum over an axis of an einsum is an einsum without that axis
    match node:
        case Call("sum", Call("sum", inner, tuple() as first, False), tuple() as then, False):
            left = [axis for axis in range(inner.rank) if axis not in first]
            yield Call("sum", inner, tuple(sorted((*first, *(left[axis] for axis in then)))))
        case Call("sum", Einsum() as inner, axes, False):
            gone = range(inner.rank) if axes is None else axes
            output = "".join(letter for axis, letter in enumerate(inner.output) if axis not in gone)
            yield Einsum(inner.letters, output, inner.parts)


def _summed_outer(pair: Outer, axis: tuple[int, ...] | None) -> Candidates:
    if axis is None:
        yield make.mul([make.total(pair.left, None), make.total(pair.right, None)])
    else:
        kept, gone = (pair.right, pair.left) if axis == (0,) else (pair.left, pair.right)
        yield make.mul([make.total(gone, None), kept])


def _summed_product(node: Array, parts: tuple[Array, ...], axis: tuple[int, ...] | None, flipper: Flipper) -> Candidates:
    whole = make.mul(parts)
    if axis is None and whole.rank == 1 and all(part.rank == 1 for part in parts):
        yield make.matmul([make.mul(parts[:-1]), parts[-1]])
    elif axis is None and whole.rank == 2 and all(part.shape == whole.shape for part in parts):
        for at, part in enumerate(parts):
            rest = make.mul([*parts[:at], *parts[at + 1 :]])
            if isinstance(part, Outer) and len(parts) > 1:  # Σ_ij v_i w_j a_ij = v A w
                yield make.matmul([part.left, rest, part.right])
            if len(parts) == 2 or isinstance(part, MatMul | T):
                yield make.trace(make.matmul([flipper.flip(rest), part]))
                yield make.trace(make.matmul([rest, flipper.flip(part)]))
    elif axis is not None and whole.rank == 2:
        for at, part in enumerate(parts):
            rest = make.mul([*parts[:at], *parts[at + 1 :]])
            if rest.rank == 2 and UNIT not in rest.shape:
                if axis == (1,) and part.rank == 1:
                    yield make.matmul([rest, part])
                if axis == (0,) and isinstance(part, Column):
                    yield make.matmul([flipper.flip(rest), part.arg])


def _traces(parts: tuple[Array, ...], flipper: Flipper) -> Candidates:
    # tr(AB) = tr(BA) = Σ_ij a_ij b_ji
    for at in range(len(parts)):
        turned = parts[at:] + parts[:at]
        if at:
            yield Trace(make.matmul(turned))
        for cut in range(1, len(parts)):
            left, right = make.matmul(turned[:cut]), make.matmul(turned[cut:])
            yield make.total(make.mul([left, flipper.flip(right)]), None)
            yield make.total(make.mul([flipper.flip(left), right]), None)
    yield Trace(flipper.flip(MatMul(parts)))


def _means(parts: tuple[Array, ...]) -> Candidates:
    for at, part in enumerate(parts):
        if isinstance(part, Call) and part.name == "sum":
            dims = part.arg.shape if part.axis is None else tuple(part.arg.shape[axis] for axis in part.axis)
            rest = _without_counts(parts[:at] + parts[at + 1 :], dims)
            if rest is not None:
                yield make.mul([*rest, Call("mean", part.arg, part.axis, part.keepdims)])


def _without_counts(parts: tuple[Array, ...], dims: tuple[Dim, ...]) -> list[Array] | None:
    """The factors without 1/n for each of the dims; None where one is missing."""
    rest = list(parts)
    for dim in dims:
        count = dim.constant
        if count is not None:
            rest.append(num(count))
            continue
        inverse = next((part for part in rest if isinstance(part, Pow) and part.base == Size(dim) and isinstance(part.exponent, Num)), None)
        if inverse is None:
            return None
        rest.remove(inverse)
        rest.append(make.mul([inverse, Size(dim)]))
    return rest


def columns(node: Array, flipper: Flipper) -> Candidates:
    # a reduction kept as an axis of extent 1 instead of v[:, None]
    place = new_axis(node)
    if place is not None:
        inner = node.children[0]
        if isinstance(inner, Mul | Add | Pow | Elem) or _kept(inner, place) is not None:
            yield _widened(inner, place)
    elif isinstance(node, Mul) and any(new_axis(part) is not None and part.children[0].children for part in node.parts):
        yield make.mul(part if (at := new_axis(part)) is None else _widened(part.children[0], at) for part in node.parts)


def axes_together(node: Array, flipper: Flipper) -> Candidates:
    # a[:, None] − b[:, None] = (a − b)[:, None]
    if isinstance(node, Add):
        parts = [make.split_scalars(part) for part in node.parts]
        kinds = {(type(rest), rest.children[0].shape) if new_axis(rest) is not None else None for _, rest in parts}
        if len(kinds) == 1 and None not in kinds and len({new_axis(rest) for _, rest in parts}) == 1:
            inner = make.add(make.mul([*scalars, rest.children[0]]) for scalars, rest in parts)
            yield make.rebuilt(parts[0][1], (inner,))


def new_axis(node: Array) -> int | None:
    """The place of the axis of extent 1 that v[:, None] or x[:, None, :] puts in; None for another node."""
    if isinstance(node, Column):
        return 1
    if not isinstance(node, Reshape) or not node.widens or node.rank != node.arg.rank + 1:
        return None
    return node.dims.index(UNIT)


def _kept(node: Array, place: int) -> Array | None:
    """A reduction over one axis with that axis kept; what is summed over an axis of extent 1 as it was."""
    match node:
        case Call(name, arg, (axis,), False) if axis == place and arg.rank == node.rank + 1 and name not in MAPS:
            return arg if name == "sum" and arg.shape[axis] == UNIT else Call(name, arg, (axis,), True)
    return None


def _widened(node: Array, place: int) -> Array:
    """An array with a new axis of extent 1, put in at its leaves: reductions keep their axis, and M v is one."""
    kept = _kept(node, place)
    if kept is not None:
        return kept
    match node:
        case MatMul(parts) if node.rank == place == 1 and parts[-1].rank == 1 and parts[0].rank == 2:
            return Call("sum", make.mul([make.matmul(parts[:-1]), parts[-1]]), (1,), True)
        case Mul() | Add() | Pow() | Elem() if node.rank:
            behind = node.rank - place  # axes after the new one
            return make.rebuilt(node, tuple(_widened(c, c.rank - behind) if c.rank > behind else c for c in node.children))
    if not node.rank:
        return node
    return Column(node) if node.rank == place == 1 else Reshape(node, (*node.shape[:place], UNIT, *node.shape[place:]))


def moved_in(node: Array, flipper: Flipper) -> Candidates:
    # mean(a)/s = mean(a/s), where s is constant along the axis; a part of a power of s as well
    if not isinstance(node, Mul):
        return
    for at, part in enumerate(node.parts):
        if isinstance(part, Call) and part.name in ("sum", "mean") and part.axis is not None:
            for place, factor in enumerate(node.parts):
                base, power = (factor.base, factor.exponent) if isinstance(factor, Pow) else (factor, num(1))
                inner = _inside(base, part) if place != at else None
                if inner is not None and isinstance(power, Num):
                    rest = [p for other, p in enumerate(node.parts) if other not in (at, place)]
                    for step in _steps(power.value):
                        moved = Call(part.name, make.mul([part.arg, make.power(inner, num(step))]), part.axis, part.keepdims)
                        yield make.mul([moved, make.power(base, num(power.value - step)), *rest])
            yield from _moved_out(node, at, part)


def _moved_out(node: Mul, at: int, total: Call) -> Candidates:
    # Σ_j s_i a_ij = s_i Σ_j a_ij
    parts = total.arg.parts if isinstance(total.arg, Mul) else ()
    constant = [part for part in parts if _inside(part, total) is not None]
    if constant and len(node.parts) > 1:
        rest = make.mul(part for part in parts if part not in constant)
        if rest.shape == total.arg.shape:
            others = [*node.parts[:at], *node.parts[at + 1 :]]
            yield make.mul([*others, *constant, Call(total.name, rest, total.axis, total.keepdims)])


def _inside(factor: Array, total: Call) -> Array | None:
    """A factor of a sum or mean over one axis as a factor of what is summed; None where it changes along the axis."""
    if total.keepdims:
        return factor if factor.rank == total.arg.rank and fixed(factor, total.axis, factor.rank) else None
    return factor if total.axis == (0,) and factor.rank == total.rank else None


def _steps(power: Fraction) -> list[Fraction]:
    sign = 1 if power > 0 else -1
    return [Fraction(sign), *([Fraction(sign, 2)] if abs(power) >= 1 and power < 0 else [])]


def broadcasts(node: Array, flipper: Flipper) -> Candidates:
    # M + v1ᵀ and M + c 1 need no ones: they are broadcast
    if not isinstance(node, (Add, Mul)) or node.rank == 0:
        return
    parts = [_unfilled(part) for part in node.parts]
    if any(part is not None for part in parts):
        new = make.rebuilt(node, tuple(old if part is None else part for old, part in zip(node.parts, parts, strict=True)))
        if new.shape == node.shape:
            yield new


def _unfilled(part: Array) -> Array | None:
    if isinstance(part, Mul) and any(isinstance(factor, Filled) and factor.value == 1 for factor in part.parts):
        return make.mul(factor for factor in part.parts if not isinstance(factor, Filled))
    scalars, rest = make.split_scalars(part)
    match rest:
        case Filled(1, _):
            return make.mul(scalars or [num(1)])
        case Outer() if isinstance(rest.right, Filled) and rest.right.value == 1:
            return make.mul([*scalars, Column(rest.left)])
        case Outer() if isinstance(rest.left, Filled) and rest.left.value == 1:
            return make.mul([*scalars, rest.right])
    return None
