"""Nodes that are functions of whole arrays: calls of primitives, einsum, constant arrays, reshape, gathering, solving."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..index.dims import UNIT, Dim
from ..primitives import TABLE
from ..program import result_shape
from .nodes import Array, Shape, broadcast


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
