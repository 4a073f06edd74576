"""An einsum as operations that the array API has: sums, products, matmul, vecdot; what is left is a tensordot or a product of stacks."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property

from ..index.dims import UNIT
from ..matrix import make
from ..matrix.calls import Call, Einsum, Reshape
from ..matrix.nodes import Array, MatMul, Mul, Shape, broadcast
from .plan.contract import matrices
from .plan.diagonals import Operand, aligned, ordered, without
from .plan.nodes import Permuted


@dataclass(frozen=True, eq=False)
class Diagonals(Array):
    """The diagonals of the last two axes, as the last axis."""

    arg: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.arg,)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Diagonals(children[0])

    @cached_property
    def shape(self) -> Shape:
        return self.arg.shape[:-1]


@dataclass(frozen=True, eq=False)
class Vecdot(Array):
    """Σ of a product over the last axis of both."""

    left: Array
    right: Array

    @property
    def children(self) -> tuple[Array, ...]:
        return (self.left, self.right)

    def with_children(self, children: tuple[Array, ...]) -> Array:
        return Vecdot(*children)

    @cached_property
    def shape(self) -> Shape:
        return broadcast(self.left.shape[:-1], self.right.shape[:-1])


def in_operations(node: Einsum) -> Array:
    """The same array; an einsum of two arrays only where no operation on matrices or vectors fits."""
    items = [distinct(Operand(part, word)) for word, part in zip(node.letters, node.parts, strict=True)]
    items = [summed(item, needed(node.output, [other for other in items if other is not item])) for item in items]
    if set().union(*(item.letters for item in items)) <= set(node.output):
        return make.mul([aligned(item, node.output) for item in items]) if len(items) > 1 else ordered(items[0], node.output)
    left, *rest = items
    while rest:
        right, *rest = rest
        left = product(left, right, needed(node.output, rest), "" if rest else node.output)
    return ordered(left, node.output)


def needed(output: str, rest: list[Operand]) -> set[str]:
    return set(output).union(*(item.letters for item in rest))


def distinct(item: Operand) -> Operand:
    """An operand of which the diagonal is taken where a letter stands twice."""
    for letter in item.letters:
        first, other = item.letters.find(letter), item.letters.rfind(letter)
        if first != other:
            rest = [axis for axis in range(len(item.letters)) if axis not in (first, other)]
            node, order = item.node, (*rest, first, other)
            node = node if order == tuple(range(len(order))) else Permuted(node, order)
            return distinct(Operand(Diagonals(node), "".join(item.letters[axis] for axis in rest) + letter))
    return item


def summed(item: Operand, wanted: Container[str]) -> Operand:
    """An operand summed over the letters that are not wanted."""
    gone = tuple(axis for axis, letter in enumerate(item.letters) if letter not in wanted)
    if not gone:
        return item
    kept = "".join(letter for letter in item.letters if letter in wanted)
    return Operand(Call("sum", item.node, gone if kept else None), kept)


def product(left: Operand, right: Operand, wanted: Container[str], order: str) -> Operand:
    """Two operands multiplied and summed over the letters that are not wanted; in `order` where that costs nothing."""
    both = [letter for letter in left.letters if letter in right.letters]
    over = "".join(letter for letter in both if letter not in wanted)
    rows, columns = without(left.letters, right.letters), without(right.letters, left.letters)
    stack = "".join(letter for letter in order or both if letter in both and letter in wanted)
    if not over:
        letters = order or left.letters + columns
        return Operand(make.mul([aligned(left, letters), aligned(right, letters)]), letters)
    if not stack and max(len(left.letters), len(right.letters)) <= 2:
        return matrices(left, right, order)
    if stack and len(over) == 1 and max(len(rows), len(columns)) <= 1:
        return of_stacks(left, right, stack, over)
    if stack and not rows and not columns:
        axes = tuple(axis for axis, letter in enumerate(left.letters) if letter in over)
        return Operand(Call("sum", Mul((left.node, ordered(right, left.letters))), axes), without(left.letters, over))
    if not stack and order == columns + rows != rows + columns:
        left, right, rows, columns = right, left, columns, rows
    letters = order if stack and order else stack + rows + columns
    return Operand(Einsum((left.letters, right.letters), letters, (left.node, right.node)), letters)


def of_stacks(left: Operand, right: Operand, stack: str, over: str) -> Operand:
    """A product of stacks of matrices or vectors over one letter."""
    rows, columns = without(left.letters, right.letters), without(right.letters, left.letters)
    if rows and columns:
        return Operand(MatMul((ordered(left, stack + rows + over), ordered(right, stack + over + columns))), stack + rows + columns)
    if columns:
        return of_stacks(right, left, stack, over)
    first, second = ordered(left, stack + rows + over), ordered(right, stack + over)
    if rows:
        second = Reshape(second, (*second.shape[:-1], UNIT, second.shape[-1]))
    return Operand(Vecdot(first, second), stack + rows)
