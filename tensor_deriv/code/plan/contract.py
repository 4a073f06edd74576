"""An einsum as products of two arrays at a time, in the order that costs least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ...index.dims import Dim
from ...matrix import make
from ...matrix.calls import Call, Einsum
from ...matrix.nodes import Array, MatMul, Mul, Outer, num
from .diagonals import LETTERS, Operand, Sum, aligned, opened, ordered
from .nodes import OnDiagonal
from .sizes import Sampled

Path = tuple[tuple[int, ...], ...]


@dataclass
class Contractions:
    """Plans einsums; products of two arrays that one of them makes cost the next nothing."""

    sizes: Sampled
    made: set[Array] = field(default_factory=set)

    def planned(self, node: Einsum) -> Array:
        """The same array in operations on one or two arrays."""
        found = opened(node)
        if found is None:
            return node
        pairs = zip(node.letters, node.parts, strict=True)
        dims = {letter: dim for word, part in pairs for letter, dim in zip(word, part.shape, strict=True)}
        wanted = "".join(dict.fromkeys(found.output))
        order = wanted if found.output == node.output else ""
        result = self._contracted([alone(item, found) for item in found.operands], wanted, order, dims)
        if found.output == node.output:
            return make.mul([*found.scalars, ordered(result, wanted)])
        # the entries of the output at equal indices
        inner = make.mul([*found.scalars, result.node])
        return OnDiagonal(inner, result.letters, found.output, node.shape)

    def _contracted(self, operands: list[Operand], wanted: str, order: str, dims: Mapping[str, Dim]) -> Operand:
        if not operands:
            return Operand(num(1), "")
        for place in self._path(operands, wanted, dims):
            operands, _ = step(operands, place, wanted, order)
            self.made.add(operands[-1].node)
        return operands[0]

    def _path(self, operands: Sequence[Operand], wanted: str, dims: Mapping[str, Dim]) -> Path:
        if len(operands) < 3:
            return ((0, 1),) * (len(operands) - 1)
        paths = list(self._candidates(operands, wanted, dims))
        for pair in combinations(range(len(operands)), 2):  # a product that is there already, and the best of what is left
            left, _ = step(operands, pair, wanted, "")
            if left[-1].node in self.made:
                paths += [(pair, *path) for path in self._candidates(left, wanted, dims)]
        return self.sizes.best(paths, lambda path, draw: self._cost(operands, wanted, dims, path, draw))

    def _candidates(self, operands: Sequence[Operand], wanted: str, dims: Mapping[str, Dim]) -> list[Path]:
        """The best paths at the sizes of the draws."""
        return [self._optimal(operands, wanted, dims, draw) for draw in self.sizes.draws()]

    def _optimal(self, operands: Sequence[Operand], wanted: str, dims: Mapping[str, Dim], draw: int) -> Path:
        """opt_einsum's dynamic programme, at the sizes of one draw."""
        from opt_einsum.paths import dynamic_programming

        letters = {letter: self.sizes.value(dim, draw) for letter, dim in dims.items()}
        path = dynamic_programming([frozenset(item.letters) for item in operands], frozenset(wanted), letters)
        return tuple(tuple(sorted(places)) for places in path)

    def _cost(self, operands: Sequence[Operand], wanted: str, dims: Mapping[str, Dim], path: Path, draw: int) -> float:
        """Multiplications of a path, those left out whose result is there already."""
        total, left = 0.0, list(operands)
        for places in path:
            left, letters = step(left, places, wanted, wanted)
            if left[-1].node not in self.made:
                total += self.sizes.volume((dims[letter] for letter in letters), draw)
        return total


def alone(item: Operand, found: Sum) -> Operand:
    """An operand summed over the letters that nothing else has."""
    others = {letter for other in found.operands if other is not item for letter in other.letters} | set(found.output)
    gone = tuple(axis for axis, letter in enumerate(item.letters) if letter not in others)
    if not gone:
        return item
    return Operand(make.total(item.node, gone if len(gone) < len(item.letters) else None), "".join(x for x in item.letters if x in others))


def step(operands: Sequence[Operand], places: tuple[int, ...], wanted: str, order: str) -> tuple[list[Operand], str]:
    """The operands after one product, which comes last, and the letters of that product."""
    left, right = (operands[place] for place in places)
    rest = [item for place, item in enumerate(operands) if place not in places]
    needed = set(wanted).union(*(item.letters for item in rest))
    return [*rest, product(left, right, needed, "" if rest else order)], "".join(dict.fromkeys(left.letters + right.letters))


def product(left: Operand, right: Operand, needed: set[str], order: str) -> Operand:
    """Two operands multiplied and summed over the letters that are not needed; in `order`, or as it comes where that is empty."""
    every = "".join(dict.fromkeys(left.letters + right.letters))
    common = [letter for letter in left.letters if letter in right.letters]
    kept = "".join(letter for letter in every if letter in needed)
    if kept == every:
        return entrywise(left, right, order or every)
    if max(len(left.letters), len(right.letters)) <= 2 and not needed.intersection(common):
        return matrices(left, right, order)
    batch = "".join(letter for letter in common if letter in needed)
    output = order or batch + "".join(letter for letter in kept if letter not in batch)
    return Operand(pair(left, right, output), output)


def pair(left: Operand, right: Operand, output: str) -> Einsum:
    """An einsum of two arrays, in the same letters whatever letters it came from."""
    names = dict(zip(dict.fromkeys(output + left.letters + right.letters), LETTERS, strict=False))
    words = ["".join(names[letter] for letter in word) for word in (left.letters, right.letters, output)]
    return Einsum((words[0], words[1]), words[2], (left.node, right.node))


def entrywise(left: Operand, right: Operand, letters: str) -> Operand:
    """A product without a sum: by broadcasting, where one operand has every letter."""
    if len(left.letters) == len(right.letters) == 1 and left.letters != right.letters:
        first, second = sorted((left, right), key=lambda item: letters.index(item.letters))
        return Operand(Outer(first.node, second.node), letters)
    if len(letters) > max(len(left.letters), len(right.letters)):
        return Operand(pair(left, right, letters), letters)
    return Operand(Mul((aligned(left, letters), aligned(right, letters))), letters)


def matrices(left: Operand, right: Operand, wanted: str) -> Operand:
    """A product of matrices or vectors over their one common letter, or all."""
    free = [letter for letter in left.letters + right.letters if (letter in left.letters) != (letter in right.letters)]
    if len(free) == 2 and wanted == free[1] + free[0]:
        return matrices(right, left, wanted)
    common = [letter for letter in left.letters if letter in right.letters]
    if len(common) == 2:
        return Operand(Call("sum", Mul((left.node, ordered(right, left.letters))), None), "")
    a = left.node if left.letters[-1] == common[0] else make.transpose(left.node)
    b = right.node if right.letters[0] == common[0] else make.transpose(right.node)
    return Operand(MatMul((a, b)), "".join(free))
