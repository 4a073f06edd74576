"""Sums of products without the array of products: Σ_j a_ij v_j = A v."""

from __future__ import annotations

from collections.abc import Container
from fractions import Fraction

from ...index.dims import UNIT, Dim
from ...matrix import make
from ...matrix.calls import Call, Einsum, Reshape
from ...matrix.nodes import Array, Column, Mul, Num, Pow, Shape, Size, broadcast, num

LETTERS = "ijklmnpqrstuvwxyz"
HALF = Fraction(1, 2)


def as_einsum(node: Call) -> Array | None:
    """The sum or mean of a product as an einsum of its factors; None where it is none."""
    axes = tuple(range(node.arg.rank)) if node.axis is None else node.axis
    scalars, factors = _factors(node.arg)
    outside = [part for part in factors if node.keepdims and _is_constant(part, node.arg, axes)]
    inside = [part for part in factors if part not in outside]
    if node.name not in ("sum", "mean") or not inside or len(factors) < 2 or node.arg.rank > len(LETTERS):
        return None
    inner = _summed(inside, node.arg, axes)
    if inner is None:
        return None
    count = [Pow(Size(_count(node.arg.shape, axes)), num(-1))] if node.name == "mean" else []
    inner = make.mul([*scalars, *count, inner])
    return make.mul([*outside, kept(inner, node.shape)]) if node.keepdims else inner


def _is_constant(part: Array, product: Array, axes: tuple[int, ...]) -> bool:
    """Whether a factor is the same along the axes that are summed, and so a factor of the sum."""
    places = [axis - product.rank + part.rank for axis in axes]
    return part.rank == product.rank and all(part.shape[place] == UNIT for place in places)


def _summed(factors: list[Array], product: Array, axes: tuple[int, ...]) -> Array | None:
    """Σ of a product over some of its axes; None where an axis is no factor's."""
    letters = LETTERS[: product.rank]
    words, parts = zip(*(_thin(part, letters) for part in factors), strict=True)
    if not all(len(word) == part.rank for word, part in zip(words, parts, strict=True)) or set().union(*words) != set(letters):
        return None
    if len(parts) == 1:
        return make.total(parts[0], axes)
    return Einsum(words, "".join(letter for axis, letter in enumerate(letters) if axis not in axes), parts)


def kept(node: Array, shape: Shape) -> Array:
    """A reduced array with its axes of extent 1."""
    scalars, rest = make.split_scalars(node)
    inner = Column(rest) if shape == (*rest.shape, UNIT) else Reshape(rest, shape)
    return make.mul([*scalars, inner])


def _count(shape: Shape, axes: tuple[int, ...]) -> Dim:
    total = UNIT
    for axis in axes:
        total = total * shape[axis]
    return total


def _factors(node: Array) -> tuple[list[Array], list[Array]]:
    """The scalars and the arrays of a product, a square as two."""
    parts = node.parts if isinstance(node, Mul) else (node,)
    scalars = [part for part in parts if not part.rank]
    arrays: list[Array] = []
    for part in parts:
        if part.rank:
            arrays += [part.base] * 2 if isinstance(part, Pow) and part.exponent == num(2) else [part]
    return scalars, arrays


def _thin(part: Array, letters: str) -> tuple[str, Array]:
    """A factor without axes of extent 1, and the letters of those it has."""
    mine = letters[len(letters) - part.rank :]
    word = "".join(letter for letter, dim in zip(mine, part.shape, strict=True) if dim != UNIT)
    if isinstance(part, Column):
        part = part.arg
    elif isinstance(part, Call) and part.keepdims:
        part = Call(part.name, part.arg, part.axis)
    elif isinstance(part, Reshape) and tuple(dim for dim in part.dims if dim != UNIT) == part.arg.shape:
        part = part.arg
    return word, part


def powers(node: Pow) -> Array:
    """x³ = x² x, x⁴ = (x²)² and x^(3/2) = x √x, which cost less than a general power; 1/x³ by x³."""
    base, exponent = node.base, node.exponent
    if not isinstance(exponent, Num) or not base.rank:
        return node
    square, root = Pow(base, num(2)), Pow(base, num(HALF))
    cheaper = {3: Mul((square, base)), 4: Pow(square, num(2)), 3 * HALF: Mul((base, root))}.get(abs(exponent.value))
    if cheaper is None:
        return node
    return cheaper if exponent.value > 0 else Pow(cheaper, num(-1))


def centred(node: Call, present: Container[Array]) -> Array | None:
    """What a variance is the mean square of, x less its mean, where that is there."""
    means = [Call("mean", node.arg, node.axis, keepdims) for keepdims in (True, False)]
    found = [make.add([node.arg, make.mul([num(-1), mean])]) for mean in means if broadcast(node.arg.shape, mean.shape) == node.arg.shape]
    return next((deviation for deviation in found if deviation in present), None)


def is_matrix_vector(node: Array) -> bool:
    """Whether an expression holds an einsum of a matrix and a vector."""
    if isinstance(node, Einsum):
        return sorted(map(len, node.letters)) == [1, 2] and len(node.output) == 1 and node.output != min(node.letters, key=len)
    return any(map(is_matrix_vector, node.children)) if isinstance(node, (Mul, Column, Reshape)) else False
