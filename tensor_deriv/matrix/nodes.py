"""Array expressions: the second, smaller language, without indices, that every printer and code target prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..index.dims import UNIT, Dim
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
