"""What only planned code says: an array that is zero off a diagonal, axes in another order, and how some products are computed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...matrix.nodes import Array, Shape


@dataclass(frozen=True, eq=False)
class OnDiagonal(Array):
    """out[i, j, i, l] = arg[l, j] and zero elsewhere, for `output` "ijil" and `letters` "lj"."""

    arg: Array
    letters: str
    output: str
    dims: Shape

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return OnDiagonal(children[0], self.letters, self.output, self.dims)

    @cached_property
    def shape(self) -> Shape:
        return self.dims

    @property
    def view(self) -> str:
        """The axes of the diagonal: those of `arg` last, in its order."""
        return "".join(dict.fromkeys(letter for letter in self.output if letter not in self.letters)) + self.letters

    def extents(self, letters: str) -> Shape:
        """The dimensions of some letters."""
        known = dict(zip(self.output, self.dims, strict=True))
        return tuple(known[letter] for letter in letters)


@dataclass(frozen=True, eq=False)
class Permuted(Array):
    """The axes of an array in another order."""

    arg: Array
    order: tuple[int, ...]

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Permuted(children[0], self.order)

    @cached_property
    def shape(self) -> Shape:
        return tuple(self.arg.shape[axis] for axis in self.order)


@dataclass(frozen=True, eq=False)
class Reciprocal(Array):
    """1/x as an array that others are multiplied by, and that has a name where it is used twice."""

    arg: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Reciprocal(children[0])

    @cached_property
    def shape(self) -> Shape:
        return self.arg.shape


@dataclass(frozen=True, eq=False)
class ScaledSoftmax(Array):
    """A softmax over some axes times what is the same along them."""

    arg: Array
    scale: Array
    axis: tuple[int, ...]

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg, self.scale)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        arg, scale = children
        return ScaledSoftmax(arg, scale, self.axis)

    @cached_property
    def shape(self) -> Shape:
        return self.arg.shape


@dataclass(frozen=True, eq=False)
class Factored(Array):
    """The LU factors of a matrix, as the library keeps them."""

    matrix: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.matrix,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Factored(children[0])

    @cached_property
    def shape(self) -> Shape:
        return self.matrix.shape


@dataclass(frozen=True, eq=False)
class Solved(Array):
    """A⁻¹ B, or A⁻ᵀ B, by the factors of A; B is a vector, a matrix or a stack of them."""

    factors: Array
    right: Array
    transposed: bool

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.factors, self.right)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Solved(children[0], children[1], self.transposed)

    @cached_property
    def shape(self) -> Shape:
        return self.right.shape


@dataclass(frozen=True, eq=False)
class LogDet(Array):
    """log |det A| by the factors of A."""

    factors: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.factors,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return LogDet(children[0])

    @cached_property
    def shape(self) -> Shape:
        return ()


@dataclass(frozen=True, eq=False)
class Changed(Array):
    """What an array is after `array -= arg` or the like; stands alone on a line, under the name of the array."""

    array: Array
    operator: str
    arg: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.array, self.arg)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Changed(children[0], self.operator, children[1])

    @cached_property
    def shape(self) -> Shape:
        return self.array.shape
