"""Identities and diagonal matrices in an einsum: entries of them are zero off a diagonal, so only the diagonal is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...index.dims import UNIT
from ...matrix import make
from ...matrix.calls import Einsum, Eye, Reshape
from ...matrix.nodes import Add, Array, Diag, DiagOf, Mul
from .memory import is_made
from .nodes import OnDiagonal, Permuted

LETTERS = "ijklmnpqrstuvwxyzabcdefghoABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Operand:
    """An array and a letter for each of its axes."""

    node: Array
    letters: str


@dataclass(frozen=True)
class Sum:
    """Σ of a product of operands over the letters that `output` lacks; a letter twice in `output` stands for a δ."""

    operands: tuple[Operand, ...]
    output: str
    scalars: tuple[Array, ...] = ()


def opened(node: Einsum) -> Sum | None:
    """An einsum with its identities and diagonal matrices resolved; None where a summed letter would be left without an operand."""
    operands: list[Operand] = []
    deltas: list[str] = []
    scalars: list[Array] = []
    for letters, part in zip(node.letters, node.parts, strict=True):
        mine, inner = make.split_scalars(part) if letters else ([part], None)
        scalars += mine
        if isinstance(inner, (Eye, Diag)):
            deltas.append(letters)
        if isinstance(inner, Diag):
            operands.append(Operand(inner.arg, letters[0]))
        elif inner is not None and not isinstance(inner, Eye):
            operands.append(Operand(inner, letters))
    same = merged(deltas, node.output)
    operands = [distinct(Operand(item.node, renamed(item.letters, same))) for item in operands]
    present = {letter for item in operands for letter in item.letters}
    summed = {letter for letters in node.letters for letter in renamed(letters, same)} - set(renamed(node.output, same))
    return Sum(tuple(operands), renamed(node.output, same), tuple(scalars)) if summed <= present else None


def merged(deltas: Sequence[str], output: str) -> dict[str, str]:
    """For each letter of a δ the one that stands for it, a letter of the output where there is one."""
    same: dict[str, str] = {}
    for pair in deltas:
        left, right = (same.get(letter, letter) for letter in pair)
        kept, gone = (left, right) if left in output else (right, left)
        same = {letter: kept if known == gone else known for letter, known in same.items()} | {gone: kept}
    return {letter: kept for letter, kept in same.items() if letter != kept}


def renamed(letters: str, same: dict[str, str]) -> str:
    return "".join(same.get(letter, letter) for letter in letters)


def distinct(item: Operand) -> Operand:
    """An operand of which the diagonal is taken where a letter stands twice."""
    kept = "".join(dict.fromkeys(item.letters))
    if kept == item.letters:
        return item
    node = DiagOf(item.node) if len(item.letters) == 2 else Einsum((item.letters,), kept, (item.node,))
    return Operand(node, kept)


def spread(node: Mul) -> Array:
    """A scaled diagonal, scaled before it is put there; a scaled sum with diagonals in it, term by term."""
    scalars, rest = make.split_scalars(node)
    if not scalars:
        return node
    if isinstance(rest, OnDiagonal):
        return rest.with_children((make.mul([*scalars, rest.arg]),))
    if isinstance(rest, Add) and any(isinstance(part, OnDiagonal) for part in rest.parts):
        return Add(tuple(scaled(part, scalars) for part in rest.parts))
    return node


def scaled(node: Array, scalars: Sequence[Array]) -> Array:
    product = make.mul([*scalars, node])
    return spread(product) if isinstance(product, Mul) else product


def on_diagonals(node: Add) -> Array:
    """A sum with its identities and diagonal matrices to be added on the diagonal alone."""
    if node.rank != 2 or not any(is_made(part) and _diagonal(part) is None and part.shape == node.shape for part in node.parts):
        return node
    return Add(tuple(_diagonal(part) or part if part.shape == node.shape else part for part in node.parts))


def _diagonal(node: Array) -> OnDiagonal | None:
    scalars, rest = make.split_scalars(node)
    match rest:
        case Diag(arg):
            return OnDiagonal(make.mul([*scalars, arg]), "i", "ii", node.shape)
        case Eye():
            return OnDiagonal(make.mul(scalars), "", "ii", node.shape)
    return None


def with_identities(node: Array) -> Array:
    """What is zero off a diagonal as an einsum with the identity of every two axes that are on one."""
    if not isinstance(node, OnDiagonal):
        return node.with_children(tuple(map(with_identities, node.children))) if node.children else node
    axes = LETTERS[: len(node.output)]
    places = {letter: [axis for axis, other in enumerate(node.output) if other == letter] for letter in node.output}
    own = "".join(axes[places[letter][0]] for letter in node.letters)
    pairs = [(letter, axes[first] + axes[other]) for letter, (first, *others) in places.items() for other in others]
    eyes = [Eye(node.extents(letter)[0]) for letter, _ in pairs]
    words = tuple(word for _, word in pairs)
    if own:
        return Einsum((own, *words), axes, (node.arg, *eyes))
    return make.mul([node.arg, Einsum(words, axes, tuple(eyes)) if len(eyes) > 1 else eyes[0]])


def aligned(item: Operand, letters: str) -> Array:
    """An array with an axis of extent 1 for every letter it lacks, those in front left out."""
    own = "".join(letter for letter in letters if letter in item.letters)
    node = ordered(item, own)
    dims = dict(zip(own, node.shape, strict=True))
    padded = tuple(dims.get(letter, UNIT) for letter in letters.lstrip(without(letters, own)))
    return node if padded == node.shape else Reshape(node, padded)


def without(letters: str, own: str) -> str:
    return "".join(letter for letter in letters if letter not in own)


def ordered(item: Operand, letters: str) -> Array:
    """The array with its axes in another order."""
    order = tuple(item.letters.index(letter) for letter in letters)
    if order == tuple(range(len(order))):
        return item.node
    return make.transpose(item.node) if order == (1, 0) else Permuted(item.node, order)
