"""Laws of matrix products: transposes, inverses, diagonals, outer products."""

from __future__ import annotations

from .. import make
from ..calls import Call, Eye, Filled
from ..flip import Flipper
from ..nodes import Add, Array, Column, Diag, DiagOf, Elem, MatMul, Mul, Outer, Pow, T, num
from .law import Candidates


def transposes(node: Array, flipper: Flipper) -> Candidates:
    # (AB)ᵀ = BᵀAᵀ, and back
    match node:
        case T(arg) if node.rank == 2 or isinstance(arg, MatMul):
            yield flipper.flip(arg)
            yield from _split_transpose(arg, flipper)
        case MatMul() | Add() | Mul() | Elem() | Pow() if node.rank == 2 and _has_transpose(node):
            yield make.transpose(flipper.flip(node))
        case MatMul(parts) if node.rank < 2 and len(parts) > 1 and (node.rank == 0 or _has_transpose(node) or parts[0].rank == 1):
            yield flipper.reversed_chain(node)


def _split_transpose(node: Array, flipper: Flipper) -> Candidates:
    # (P Q)ᵀ = Qᵀ Pᵀ, one of them with its transpose inside
    if isinstance(node, MatMul):
        for cut in range(1, len(node.parts)):
            left, right = make.matmul(node.parts[:cut]), make.matmul(node.parts[cut:])
            yield make.matmul([flipper.flip(right), make.transpose(left)])
            yield make.matmul([make.transpose(right), flipper.flip(left)])


def _has_transpose(node: Array) -> bool:
    return isinstance(node, T) or any(_has_transpose(child) for child in node.children)


def inverses(node: Array, flipper: Flipper) -> Candidates:
    # A⁻¹A = I, and A⁻¹ against the first and last factor of a product it inverts
    match node:
        case Call("inv", Call("inv", arg)):
            yield arg
        case MatMul(parts):
            for at in range(len(parts) - 1):
                short = _cancelled(parts[at], parts[at + 1], flipper)
                if short is not None:
                    rest = [*parts[:at], *short, *parts[at + 2 :]]
                    yield make.matmul(rest) if rest else Eye(parts[at].shape[0])


def between_inverses(node: Array, flipper: Flipper) -> Candidates:
    # A⁻¹B A⁻¹ − A⁻¹ = A⁻¹(B − A) A⁻¹
    if not isinstance(node, Add) or node.rank != 2:
        return
    parts = [make.split_scalars(part) for part in node.parts]
    for inverse in dict.fromkeys(rest for _, rest in parts if isinstance(rest, Call) and rest.name == "inv"):
        inside = [at for at, (_, rest) in enumerate(parts) if rest == inverse or _ends_with(rest, inverse)]
        if len(inside) > 1:
            cores = [(at, (inverse.arg,) if parts[at][1] == inverse else _core(parts[at][1])) for at in inside]
            terms = [(at, term) for at, core in cores for term in core]
            joined = make.add(make.mul([*parts[at][0], term]) for at, term in terms)
            rest = [part for at, part in enumerate(node.parts) if at not in inside]
            yield make.add([make.matmul([inverse, joined, inverse]), *rest])


def _core(chain: Array) -> tuple[Array, ...]:
    """What stands between the first and the last factor of a chain, as terms."""
    core = make.matmul(chain.children[1:-1])
    return core.parts if isinstance(core, Add) else (core,)


def _ends_with(chain: Array, factor: Array) -> bool:
    return isinstance(chain, MatMul) and len(chain.parts) > 2 and chain.parts[0] == chain.parts[-1] == factor


def _cancelled(left: Array, right: Array, flipper: Flipper) -> list[Array] | None:
    """Two neighbours as fewer factors, where one holds the inverse of the other."""
    for swap in (False, True):
        inverse, other = (right, left) if swap else (left, right)
        if isinstance(inverse, T) and isinstance(inverse.arg, Call):
            found = _cancel(inverse.arg, flipper.flip(other), at_end=not swap) if other.rank == 2 else None
            if found is not None:
                return [make.transpose(part) for part in found]
        if isinstance(inverse, Call):
            found = _cancel(inverse, other, at_end=swap)
            if found is not None:
                return found
    return None


def _cancel(inverse: Call, other: Array, at_end: bool) -> list[Array] | None:
    # (P₁…Pₖ)⁻¹ = Pₖ⁻¹…P₁⁻¹ for square factors: Pₖ(P₁…Pₖ)⁻¹ = (P₁…Pₖ₋₁)⁻¹
    if inverse.name != "inv" or other.rank != 2:
        return None
    factors = inverse.arg.parts if isinstance(inverse.arg, MatMul) else (inverse.arg,)
    if any(part.shape[0] != part.shape[1] for part in factors):
        factors = (inverse.arg,)
    if (factors[-1] if at_end else factors[0]) != other:
        return None
    rest = factors[:-1] if at_end else factors[1:]
    return [Call("inv", make.matmul(rest), None)] if rest else []


def diagonals(node: Array, flipper: Flipper) -> Candidates:
    # diag(a) v = a ⊙ v, diag(a) diag(b) = diag(a ⊙ b), diag(a) + diag(b) = diag(a + b)
    match node:
        case MatMul(parts):
            for at in range(len(parts) - 1):
                joined = _diagonal_pair(parts[at], parts[at + 1])
                if joined is not None:
                    yield make.matmul([*parts[:at], joined, *parts[at + 2 :]])
        case Add(parts):
            marked = [_diagonal(part) for part in parts]
            vectors = [vector for vector in marked if vector is not None]
            if len(vectors) > 1:
                rest = [part for part, vector in zip(parts, marked, strict=True) if vector is None]
                yield make.add([make.diag(make.add(vectors)), *rest])
        case Mul(parts) if sum(isinstance(part, (Eye, Diag)) for part in parts) and node.rank == 2:
            yield from _masked(parts)
        case DiagOf(Diag(arg)):
            yield arg
        case DiagOf(Outer() as pair):
            yield make.mul([pair.left, pair.right])


def _diagonal_pair(left: Array, right: Array) -> Array | None:
    if isinstance(left, Diag):
        if right.rank == 1:
            return make.mul([left.arg, right])
        return Diag(make.mul([left.arg, right.arg])) if isinstance(right, Diag) else None
    return make.mul([left, right.arg]) if isinstance(right, Diag) and left.rank == 1 else None


def _diagonal(part: Array) -> Array | None:
    value, rest = make.coefficient(part)
    return make.mul([num(value), rest.arg]) if isinstance(rest, Diag) else None


def _masked(parts: tuple[Array, ...]) -> Candidates:
    # A ⊙ I = diag(diag(A))
    at = next(place for place, part in enumerate(parts) if isinstance(part, (Eye, Diag)))
    mask = parts[at]
    matrices = [part for place, part in enumerate(parts) if place != at and part.rank == 2 and not isinstance(part, Column)]
    others = [part.arg if isinstance(part, Column) else part for place, part in enumerate(parts) if place != at and part not in matrices]
    if matrices:
        vector = [mask.arg] if isinstance(mask, Diag) else []
        yield make.diag(make.mul([*vector, DiagOf(make.mul(matrices)), *others]))


def outers(node: Array, flipper: Flipper) -> Candidates:
    # A (v wᵀ) B = (Av)(Bᵀw)ᵀ
    match node:
        case MatMul(parts):
            at = next((place for place, part in enumerate(parts) if isinstance(part, Outer)), None)
            if at is not None and isinstance(parts[at], Outer):
                pair = parts[at]
                assert isinstance(pair, Outer)
                left = make.matmul([*parts[:at], pair.left]) if at else pair.left
                after = [_turn(part, flipper) for part in reversed(parts[at + 1 :])]
                right = make.matmul([*after, pair.right]) if after else pair.right
                if all(part.rank == 2 for part in parts):
                    yield make.outer(left, right)
        case Outer() if node.left == node.right or isinstance(node.left, Filled):
            return


def _turn(node: Array, flipper: Flipper) -> Array:
    return flipper.flip(node) if node.rank == 2 else node
