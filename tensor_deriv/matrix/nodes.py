"""Array expressions: the second, smaller language, without indices, that every printer and code target prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..index.dims import UNIT, Dim
from ..primitives import TABLE
from ..program import result_shape
from ..structural import Structural

Shape = tuple[Dim, ...]


class Array(Structural):
    """A node; equality is structural, shape and hash are kept."""

    @property
    def children(self) -> tuple[Array, ...]:
        return ()

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return self

    @cached_property
    def shape(self) -> Shape:
        return ()

    @property
    def rank(self) -> int:
        return len(self.shape)


@dataclass(frozen=True, eq=False)
class Num(Array):
    """A rational number."""

    value: Fraction


@dataclass(frozen=True, eq=False)
class Pi(Array):
    """π."""


@dataclass(frozen=True, eq=False)
class Size(Array):
    """A dimension as a number."""

    dim: Dim


@dataclass(frozen=True, eq=False)
class Name(Array):
    """A tensor of the caller's, or one that a definition names."""

    name: str
    dims: Shape

    @cached_property
    def shape(self) -> Shape:
        return self.dims


@dataclass(frozen=True, eq=False)
class _Nary(Array):
    parts: tuple[Array, ...]

    @property
    def children(self) -> tuple[Array, ...]:
        return self.parts

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return type(self)(children)


class Add(_Nary):
    """A sum, broadcast as NumPy does."""

    @cached_property
    def shape(self) -> Shape:
        return broadcast(*(part.shape for part in self.parts))


class Mul(_Nary):
    """A Hadamard product, broadcast; scalars and powers are factors of it."""

    @cached_property
    def shape(self) -> Shape:
        return broadcast(*(part.shape for part in self.parts))


class MatMul(_Nary):
    """A chain A @ B @ …; a vector may stand at either end, and a stack of matrices anywhere."""

    @cached_property
    def shape(self) -> Shape:
        first, last = self.parts[0], self.parts[-1]
        batch = broadcast(*(part.shape[:-2] for part in self.parts if part.rank > 2)) if any(p.rank > 2 for p in self.parts) else ()
        rows = first.shape[-2:-1] if first.rank > 1 else ()
        columns = last.shape[-1:] if last.rank > 1 else ()
        return batch + rows + columns


@dataclass(frozen=True, eq=False)
class Pow(Array):
    """base ** exponent, entry by entry."""

    base: Array
    exponent: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.base, self.exponent)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Pow(*children)

    @cached_property
    def shape(self) -> Shape:
        return broadcast(self.base.shape, self.exponent.shape)


@dataclass(frozen=True, eq=False)
class Elem(Array):
    """An elementwise function of the table, or the user's."""

    row: Any
    args: tuple[Array, ...]

    @property
    def children(self) -> tuple[Array, ...]:
        return self.args

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Elem(self.row, children)

    @cached_property
    def shape(self) -> Shape:
        return broadcast(*(arg.shape for arg in self.args))


@dataclass(frozen=True, eq=False)
class _Unary(Array):
    arg: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return type(self)(children[0])


class T(_Unary):
    """The transpose of a matrix, or of each matrix of a stack."""

    @cached_property
    def shape(self) -> Shape:
        return (*self.arg.shape[:-2], self.arg.shape[-1], self.arg.shape[-2])


class Diag(_Unary):
    """A vector as a diagonal matrix."""

    @cached_property
    def shape(self) -> Shape:
        return self.arg.shape * 2


class DiagOf(_Unary):
    """The diagonal of a matrix."""

    @cached_property
    def shape(self) -> Shape:
        return self.arg.shape[:1]


class Trace(_Unary):
    """The trace of a matrix."""


class Column(_Unary):
    """A vector as a column, to be broadcast along rows: v[:, None]."""

    @cached_property
    def shape(self) -> Shape:
        return (*self.arg.shape, UNIT)


@dataclass(frozen=True, eq=False)
class Outer(Array):
    """The outer product of two vectors."""

    left: Array
    right: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.left, self.right)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Outer(*children)

    @cached_property
    def shape(self) -> Shape:
        return self.left.shape + self.right.shape


@dataclass(frozen=True, eq=False)
class Call(Array):
    """A reduction or tensor primitive: sum, mean, softmax, inv …; `axis` None for all axes."""

    name: str
    arg: Array
    axis: tuple[int, ...] | None
    keepdims: bool = False

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Call(self.name, children[0], self.axis, self.keepdims)

    @cached_property
    def shape(self) -> Shape:
        return call_shape(self.name, self.arg.shape, self.axis, self.keepdims)


@dataclass(frozen=True, eq=False)
class Einsum(Array):
    """What only an einsum says; `letters` holds one string for each operand."""

    letters: tuple[str, ...]
    output: str
    parts: tuple[Array, ...]

    @property
    def children(self) -> tuple[Array, ...]:
        return self.parts

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Einsum(self.letters, self.output, children)

    @cached_property
    def shape(self) -> Shape:
        pairs = zip(self.letters, self.parts, strict=True)
        known = {letter: dim for word, part in pairs for letter, dim in zip(word, part.shape, strict=True)}
        return tuple(known[letter] for letter in self.output)

    @property
    def spec(self) -> str:
        return ",".join(self.letters) + "->" + self.output


@dataclass(frozen=True, eq=False)
class Eye(Array):
    """The identity matrix."""

    dim: Dim

    @cached_property
    def shape(self) -> Shape:
        return (self.dim, self.dim)


@dataclass(frozen=True, eq=False)
class Filled(Array):
    """Zeros or ones of a shape."""

    value: int
    dims: Shape

    @cached_property
    def shape(self) -> Shape:
        return self.dims


@dataclass(frozen=True, eq=False)
class Reshape(Array):
    """The same entries in row-major order on other axes."""

    arg: Array
    dims: Shape

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Reshape(children[0], self.dims)

    @cached_property
    def shape(self) -> Shape:
        return self.dims

    @property
    def widens(self) -> bool:
        """Whether it does no more than put axes of extent 1 in: x[None, :, None]."""
        return bool(self.arg.shape) and tuple(dim for dim in self.dims if dim != UNIT) == self.arg.shape


@dataclass(frozen=True, eq=False)
class Take(Array):
    """Entries at affine slots, zero outside: out[i, j] = arg[rows(i, j), …]; for what no other node says.

    `places[axis]` holds (coefficient, output axis) pairs and an offset.
    """

    arg: Array
    places: tuple[tuple[tuple[tuple[Dim, int], ...], Dim], ...]
    dims: Shape

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Take(children[0], self.places, self.dims)

    @cached_property
    def shape(self) -> Shape:
        return self.dims


@dataclass(frozen=True, eq=False)
class Solve(Array):
    """A⁻¹ B, without the inverse; B a vector where it has one axis, else a matrix or a stack of them."""

    matrix: Array
    right: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.matrix, self.right)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Solve(*children)

    @cached_property
    def shape(self) -> Shape:
        width = min(self.right.rank, 2)
        return broadcast(self.matrix.shape[:-2], self.right.shape[:-width]) + self.right.shape[-width:]


@dataclass(frozen=True, eq=False)
class Frechet(Array):
    """The derivative of e^A in one direction: Σ_mn ∂(e^A)_ij/∂a_mn e_mn."""

    matrix: Array
    direction: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.matrix, self.direction)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Frechet(*children)

    @cached_property
    def shape(self) -> Shape:
        return self.direction.shape


MAPS = {name for name, row in TABLE.items() if row.kind == "map"} | {"cumsum"}
MATRIX = {name for name, row in TABLE.items() if row.matrix}


def call_shape(name: str, shape: Shape, axis: tuple[int, ...] | None, keepdims: bool) -> Shape:
    """The shape of a Call."""
    if name in MAPS:
        return shape
    if name in MATRIX:
        return result_shape(name, shape, (len(shape) - 2, len(shape) - 1))
    axes = range(len(shape)) if axis is None else axis
    if name in TABLE and TABLE[name].order:
        return result_shape(name, shape, tuple(axes))
    return tuple(UNIT if a in axes else e for a, e in enumerate(shape) if keepdims or a not in axes)


def broadcast(*shapes: Shape) -> Shape:
    """NumPy's broadcast of shapes that are known to fit."""
    rank = max(map(len, shapes), default=0)
    padded = [(UNIT,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(next((e for e in column if e != UNIT), UNIT) for column in zip(*padded, strict=True))


def num(value: int | Fraction) -> Num:
    return Num(Fraction(value))


def walk(node: Array) -> Iterator[Array]:
    """Every node, the outermost first."""
    stack = [node]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(reversed(item.children))
