"""Entry-by-entry products and repetition along axes, in mathematics that needs no broadcasting."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ..index.dims import UNIT
from ..matrix.calls import Call
from ..matrix.nodes import Array, Column, Shape, T, num
from .targets import ATOM, FACTOR, PRODUCT, Printed, Target

HADAMARD = 2  # between a sum and a matrix product: A ⊙ B C would be read in two ways


class EntriesPrinter(ABC):
    """The part of the array printer that multiplies and repeats entries."""

    target: Target

    @abstractmethod
    def term(self, node: Array) -> Printed:
        """The text of a node, and how tightly it binds."""

    def at(self, node: Array, tight: int) -> str:
        """The text in a place that binds as tightly as `tight`, bracketed where needed."""
        return self.fit(self.term(node), tight)

    def fit(self, printed: Printed, tight: int) -> str:
        return printed[0] if printed[1] >= tight else self.target.bracket(printed[0])

    def transposed(self, node: Array) -> Printed:
        """The transpose of a matrix, or a vector as a row."""
        if isinstance(node, T):
            return self.term(node.arg)
        if isinstance(node, Call) and node.name == "inv":
            return self.target.raised(self.at(node.arg, ATOM), "inverse transposed"), FACTOR
        return self.target.raised(self.at(node, ATOM), "transposed"), FACTOR

    def spread(self, node: Array, shape: Shape) -> Printed:
        """A node repeated to a larger shape, with vectors of ones."""
        own, ones = node.shape, self.target.ones
        if own == shape or node.rank == len(shape) == 0:
            return self.term(node)
        row = self.target.raised(ones, "transposed")
        if node.rank < 2 and all(extent == UNIT for extent in own):
            return self._constant(node, shape)
        if node.rank == 1:
            return self.target.chain([ones, self.transposed(node)[0]]), PRODUCT
        left = [ones] if own[0] == UNIT and shape[0] != UNIT else []
        right = [row] if own[1] == UNIT and shape[1] != UNIT else []
        return self.target.chain([*left, self.at(node, FACTOR), *right]), PRODUCT

    def _constant(self, node: Array, shape: Shape) -> Printed:
        """A number at every place of a shape."""
        words = self.full(shape) if node == num(1) else [self.at(node, FACTOR), *self.full(shape)]
        return self.target.chain(words), ATOM if len(words) == 1 else PRODUCT

    def full(self, shape: Shape) -> list[str]:
        """The factors of an array of ones."""
        ones = self.target.ones
        return [ones] if len(shape) == 1 or shape[1] == UNIT else [ones, self.target.raised(ones, "transposed")]

    def _entries(self, above: Sequence[Array], below: Sequence[Array], shape: Shape) -> Printed:
        """A Hadamard product; a factor that is repeated along an axis as a diagonal matrix."""
        if len(shape) == 1:
            return self._hadamard([self.spread(part, shape) for part in above], [self.spread(part, shape) for part in below], shape)
        left, right = ([part for part in (*above, *below) if _side(part, shape) == side] for side in ("left", "right"))
        core = [part for part in above if _side(part, shape) == "full"], [part for part in below if _side(part, shape) == "full"]
        diagonals = [self._diagonal(side, below) for side in (left, right)]
        if not core[0] and not core[1] and left and right:
            return self._outer_parts(left, right, below)
        if not core[0] and not core[1]:
            return self._repeated(left or right, below, shape)
        middle = self._hadamard([self.term(part) for part in core[0]], [self.term(part) for part in core[1]], shape)
        if not left and not right:
            return middle
        words = [diagonals[0]] * bool(left) + [self.fit(middle, PRODUCT)] + [diagonals[1]] * bool(right)
        return self.target.chain(words), PRODUCT

    def _diagonal(self, parts: Sequence[Array], below: Sequence[Array]) -> str:
        """diag(v) for the factors of one side; those below the line inverted entry by entry."""
        if not parts:
            return ""
        return self.target.operator("diag") + self.target.bracket(self._side_vector(parts, below)[0])

    def _side_vector(self, parts: Sequence[Array], below: Sequence[Array]) -> Printed:
        vectors = [_as_vector(part) for part in parts]
        over = [vector for part, vector in zip(parts, vectors, strict=True) if not any(part is b for b in below)]
        under = [vector for part, vector in zip(parts, vectors, strict=True) if any(part is b for b in below)]
        return self._hadamard([self.vector(v) for v in over], [self.vector(v) for v in under], (UNIT,))

    def vector(self, node: Array) -> Printed:
        """A factor of one side as a column vector; a matrix of one row transposed."""
        return self.transposed(node) if node.rank == 2 and node.shape[0] == UNIT else self.term(node)

    def _outer_parts(self, left: Sequence[Array], right: Sequence[Array], below: Sequence[Array]) -> Printed:
        # v_i w_j = (v wᵀ)_ij
        first, second = self._side_vector(left, below), self._side_vector(right, below)
        return self.target.chain([self.fit(first, FACTOR), self.target.raised(self.fit(second, ATOM), "transposed")]), PRODUCT

    def _repeated(self, parts: Sequence[Array], below: Sequence[Array], shape: Shape) -> Printed:
        side = _side(parts[0], shape)
        vector, ones = self._side_vector(parts, below), self.target.ones
        if side == "left":
            return self.target.chain([self.fit(vector, FACTOR), self.target.raised(ones, "transposed")]), PRODUCT
        return self.target.chain([ones, self.target.raised(self.fit(vector, ATOM), "transposed")]), PRODUCT

    def _hadamard(self, above: Sequence[Printed], below: Sequence[Printed], shape: Shape) -> Printed:
        if len(above) == 1 and not below:
            return above[0]
        over = self._times(above or [(self.target.chain(self.full(shape)), ATOM if len(self.full(shape)) == 1 else PRODUCT)])
        if not below:
            return over, HADAMARD
        under = self._times(below)
        top = self.target.bracket(over) if len(above) > 1 else over
        return f"{top} {self.target.over} {self.target.bracket(under) if len(below) > 1 else under}", HADAMARD

    def _times(self, parts: Sequence[Printed]) -> str:
        return f" {self.target.hadamard} ".join(self.fit(part, FACTOR) for part in parts)


def _side(part: Array, shape: Shape) -> str:
    """Whether a factor of a matrix goes on its left or its right as a diagonal, or entry by entry."""
    if part.shape == shape:
        return "full"
    return "left" if part.rank == 2 and part.shape[1] == UNIT else "right"


def _as_vector(part: Array) -> Array:
    return part.arg if isinstance(part, Column) else part
