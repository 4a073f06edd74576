"""Laws of the matrix exponential's derivative, which is a function of a matrix and a direction."""

from __future__ import annotations

from .. import make
from ..calls import Call, Einsum, Eye, Filled, Frechet
from ..flip import Flipper
from ..nodes import Array
from .law import Candidates


def directions(node: Array, flipper: Flipper) -> Candidates:
    # Σ_ij g_ij D_ijmn = L(Aᵀ, G)_mn, Σ_mn D_ijmn e_mn = L(A, E)_ij, L(A, I) = e^A, and L(A, s A) = s A e^A
    match node:
        case Frechet(matrix, Eye()):
            yield Call("expm", matrix, None)
        case Frechet(matrix, direction) if _alike(matrix, direction):
            yield make.matmul([direction, Call("expm", matrix, None)])
        case Call("sum", Call("dexpm", matrix, _), (0, 1), False):
            yield Frechet(flipper.flip(matrix), Filled(1, matrix.shape))
        case Einsum():
            at = next((place for place, part in enumerate(node.parts) if _is_derivative(part)), None)
            if at is not None and isinstance(node.parts[at], Call):
                yield from _contracted(node, at, flipper)


def _alike(matrix: Array, direction: Array) -> bool:
    """Whether one is a multiple of the other, so that they commute."""
    return make.split_scalars(matrix)[1] == make.split_scalars(direction)[1]


def _is_derivative(node: Array) -> bool:
    return isinstance(node, Call) and node.name == "dexpm" and node.rank == 4


def _contracted(node: Einsum, at: int, flipper: Flipper) -> Candidates:
    word, matrix = node.letters[at], node.parts[at].children[0]
    others = [(letters, part) for place, (letters, part) in enumerate(zip(node.letters, node.parts, strict=True)) if place != at]
    for summed, kept, turned in ((word[:2], word[2:], flipper.flip(matrix)), (word[2:], word[:2], matrix)):
        rest = [pair for pair in others if not set(pair[0]) <= set(summed)]
        direction = _direction([pair for pair in others if pair not in rest], summed, matrix)
        loose = set(node.output).union(kept, *(letters for letters, _ in rest))
        if direction is not None and not loose & set(summed) and len(set(kept)) == 2:
            yield _together([(kept, Frechet(turned, direction)), *rest], node.output)


def _together(parts: list[tuple[str, Array]], output: str) -> Array:
    """An einsum of a matrix and others, as a product where it is one."""
    (word, matrix), *rest = parts
    match rest:
        case [] if sorted(output) == sorted(word):
            return matrix if output == word else make.transpose(matrix)
        case [(letter, vector)] if len(letter) == 1 and {letter, output} == set(word):
            return make.matmul([matrix if letter == word[1] else make.transpose(matrix), vector])
        case [(letters, other)] if sorted(letters) == sorted(word) and not output:
            return make.total(make.mul([matrix, other if letters == word else make.transpose(other)]), None)
        case [(first, left), (second, right)] if not output and {first, second} == set(word):
            return make.matmul([left, matrix, right] if first == word[0] else [right, matrix, left])
    return Einsum(tuple(letters for letters, _ in parts), output, tuple(part for _, part in parts))


def _direction(parts: list[tuple[str, Array]], letters: str, matrix: Array) -> Array | None:
    """The factors over two letters as one matrix."""
    match parts:
        case [] if letters[0] == letters[1]:
            return Eye(matrix.shape[0])
        case [(word, only)] if sorted(word) == sorted(letters) and len(set(word)) == 2:
            return only if word == letters else make.transpose(only)
        case [(first, left), (second, right)] if {first, second} == set(letters) and len(first) == len(second) == 1:
            return make.outer(left, right) if first == letters[0] else make.outer(right, left)
    return None
