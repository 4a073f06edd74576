"""Array expressions made ready to run: chains bracketed, diagonal matrices as scalings, numbers apart from arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import UnsupportedError
from ..matrix import make
from ..matrix.calls import Einsum, Eye, Filled, Reshape
from ..matrix.nodes import Add, Array, Column, Diag, Elem, MatMul, Mul, Num, Outer, Pi, Pow, Shape, Size, T, num
from .targets import MATH

COMPARISONS = {"greater": ">", "greater_equal": ">=", "equal": "=="}
LARGEST_INTEGER = 2**31 - 1  # that every library takes as it stands


@dataclass(frozen=True, eq=False)
class Literal(Array):
    """A number that is written as floating point, being too long for an integer of the libraries."""

    value: float


@dataclass(frozen=True, eq=False)
class Scalar(Array):
    """A number as an array without axes."""

    arg: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return type(self)(children[0])


class Bracketed(Scalar):
    """A product that keeps its brackets."""

    @property
    def shape(self) -> Shape:
        return self.arg.shape


@dataclass(frozen=True, eq=False)
class Mask(Array):
    """A comparison as a factor of floating numbers, which need not be made floating itself."""

    comparison: Elem

    @property
    def children(self) -> tuple[Array, ...]:
        return self.comparison.args

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Mask(Elem(self.comparison.row, children))

    @property
    def shape(self) -> Shape:
        return self.comparison.shape


class Lowering:
    """Rewrites expressions, each distinct node once."""

    def __init__(self) -> None:
        self.done: dict[Array, Array] = {}

    def lower(self, node: Array) -> Array:
        """The same array in the form that the printers take."""
        if node not in self.done:
            children = tuple(self.lower(child) for child in node.children)
            node_now = node if children == node.children else node.with_children(children)
            change = CHANGES.get(type(node_now))
            self.done[node] = change(node_now) if change else node_now
        return self.done[node]

    def root(self, node: Array, dims: Shape) -> Array:
        """An array of exactly these dimensions, of floating numbers."""
        node = self.lower(node)
        if is_zero(node):
            return Filled(0, dims)
        if is_constant(node) and not dims:
            return Scalar(node)
        return node if node.shape == dims and not is_constant(node) else Mul((node, Filled(1, dims)))


def is_constant(node: Array) -> bool:
    """Whether it is a number of Python's own, without a tensor in it."""
    plain = isinstance(node, (Num, Literal, Pi, Size, Add, Mul, Pow)) or (isinstance(node, Elem) and node.row.name in MATH)
    return plain and all(map(is_constant, node.children))


def is_zero(node: Array) -> bool:
    """Whether it is zero by its form."""
    match node:
        case Num(value):
            return value == 0
        case Filled(value, _):
            return value == 0
        case Mul(parts) | Einsum(_, _, parts) | MatMul(parts):
            return any(map(is_zero, parts))
        case Reshape(arg, _) | T(arg) | Column(arg) | Diag(arg):
            return is_zero(arg)
    return False


def is_comparison(node: Array) -> bool:
    return isinstance(node, Elem) and node.row.name in COMPARISONS


def _chain(node: Any) -> Array:
    """A chain in pairs: from the vector at its end, else from the left."""
    *front, last = node.parts
    if last.rank == 1 and all(part.rank <= 2 for part in front):
        for part in reversed(front):
            last = _pair(part, last)
        return last  # type: ignore[no-any-return]
    result = node.parts[0]
    for part in node.parts[1:]:
        result = _pair(result, part)
    return result  # type: ignore[no-any-return]


def _pair(left: Array, right: Array) -> Array:
    match left, right:
        case Diag(v), Diag(w):
            return Diag(Mul((v, w)))
        case Diag(v), _:  # diag(v) A scales rows
            return Mul((v if right.rank == 1 else Column(v), right))
        case _, Diag(w):  # A diag(w) scales columns
            return Mul((left, w))
        case Outer(), _:  # (a bᵀ) A = a (bᵀ A)
            inner = _pair(left.right, right)
            return Outer(left.left, inner) if right.rank > 1 else Mul((inner, left.left))
        case _, Outer():  # A (a bᵀ) = (A a) bᵀ
            inner = _pair(left, right.left)
            return Outer(inner, right.right) if left.rank > 1 else Mul((inner, right.right))
        case Eye(), _:
            return right
        case _, Eye():
            return left
    return MatMul((left, right))


def _product(node: Any) -> Array:
    """A product with comparisons last, and bare where another factor is floating."""
    floating = [part for part in node.parts if not is_comparison(part)]
    bare = any(not is_constant(part) for part in floating)
    compared: list[Array] = [Mask(part) if bare else part for part in node.parts if is_comparison(part)]
    return Mul((*floating, *compared)) if compared else _flat(node)


def _flat(node: Mul) -> Array:
    """Products that came to stand in a product, opened."""
    if not any(isinstance(part, Mul) for part in node.parts):
        return node
    return Mul(tuple(inner for part in node.parts for inner in (part.parts if isinstance(part, Mul) else (part,))))


def _power(node: Any) -> Array:
    # x^(-e) = 1/x^e, so that x^e can be shared
    exponent = node.exponent
    if isinstance(exponent, Num) and exponent.value < 0 and exponent.value != -1:
        return Pow(make.power(node.base, num(-exponent.value)), num(-1))
    return node  # type: ignore[no-any-return]


def _einsum(node: Any) -> Array:
    """An einsum of arrays alone, factors without axes in front."""
    scalars = tuple(part for part in node.parts if not part.rank)
    if not scalars:
        return node  # type: ignore[no-any-return]
    kept = [(word, part) for word, part in zip(node.letters, node.parts, strict=True) if part.rank]
    words, parts = tuple(word for word, _ in kept), tuple(part for _, part in kept)
    return Mul((*scalars, Einsum(words, node.output, parts))) if parts else Mul(scalars)


def _reshape(node: Any) -> Array:
    return Mul((node.arg, Filled(1, node.dims))) if is_constant(node.arg) else node


def _number(node: Any) -> Array:
    value = node.value
    if max(abs(value.numerator), value.denominator) <= LARGEST_INTEGER:
        return node  # type: ignore[no-any-return]
    try:
        return Literal(float(value))
    except OverflowError:
        raise UnsupportedError("a number here is too large for floating point, so there is no code") from None


CHANGES: dict[type[Array], Callable[[Any], Array]] = {
    MatMul: _chain, Mul: _product, Pow: _power, Einsum: _einsum, Reshape: _reshape, Num: _number,
}
