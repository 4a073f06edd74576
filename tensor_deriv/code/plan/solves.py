"""A⁻¹ B by solving for it, where the inverse itself is not needed; several systems with A and Aᵀ by one factorisation of A."""

from __future__ import annotations

from collections.abc import Container, Sequence

from ...matrix import make
from ...matrix.calls import Call, Eye, Solve
from ...matrix.nodes import Array, MatMul, Name, T
from ..regroup import distinct
from .nodes import Factored, LogDet, Solved
from .rewriting import replaced


def with_solves(roots: Sequence[Array], symmetric: Container[str], most: float) -> list[Array]:
    """The expressions with inverses that only multiply turned into systems of equations, at most so many with one matrix.

    `symmetric` are names of matrices.
    """
    solving: dict[Array, list[Array]] = {}
    needed: set[Array] = set()
    for node in distinct(roots):
        found = system(node, symmetric)
        if found:
            solving.setdefault(found[0], []).append(node)
        for child in node.children:
            matrix = inverted(child)
            if matrix and (found is None or matrix != found[0]) and not isinstance(node, T):
                needed.add(matrix)
    needed |= {matrix for root in roots if (matrix := inverted(root))}
    chosen = [(matrix, nodes) for matrix, nodes in solving.items() if matrix not in needed and len(nodes) <= most]
    return replaced(roots, {node: found[1] for _, nodes in chosen for node in nodes if (found := system(node, symmetric))})


def inverted(node: Array) -> Array | None:
    """A of inv(A) or inv(A).T, a matrix."""
    inner = node.arg if isinstance(node, T) else node
    return inner.arg if isinstance(inner, Call) and inner.name == "inv" and inner.rank == 2 else None


def system(node: Array, symmetric: Container[str]) -> tuple[Array, Array] | None:
    """The matrix of A⁻¹ B or B A⁻¹, and the product as the solution of a system."""
    if not isinstance(node, MatMul) or len(node.parts) != 2 or any(part.rank > 2 for part in node.parts):
        return None
    left, right = node.parts
    matrix = inverted(left)
    if matrix and not inverted(right):
        return matrix, Solve(turned(matrix, symmetric) if isinstance(left, T) else matrix, right)
    matrix = inverted(right)
    if matrix and not inverted(left):  # B A⁻¹ = (A⁻ᵀ Bᵀ)ᵀ
        solution = Solve(matrix if isinstance(right, T) else turned(matrix, symmetric), make.transpose(left))
        return matrix, make.transpose(solution)
    return None


def turned(matrix: Array, symmetric: Container[str]) -> Array:
    """The transpose of a matrix."""
    return matrix if isinstance(matrix, Name) and matrix.name in symmetric else make.transpose(matrix)



def factored(roots: Sequence[Array]) -> list[Array]:
    """The expressions with what is computed of one matrix, where it is more than one thing, by its factors (Golub and Van Loan, 3.4)."""
    found: dict[Array, list[Solve | Call]] = {}
    for node in distinct(roots):
        if isinstance(node, Solve) and node.matrix.rank == 2 and node.right.rank <= 2:
            found.setdefault(straight(node.matrix), []).append(node)
        elif isinstance(node, Call) and node.name in ("logdet", "inv") and node.arg.rank == 2:
            found.setdefault(straight(node.arg), []).append(node)
    several = [(Factored(matrix), nodes) for matrix, nodes in found.items() if len(nodes) > 1]
    return replaced(roots, {node: by_factors(node, factors) for factors, nodes in several for node in nodes}) if several else list(roots)


def straight(matrix: Array) -> Array:
    return matrix.arg if isinstance(matrix, T) else matrix


def by_factors(node: Solve | Call, factors: Factored) -> Array:
    if isinstance(node, Solve):
        return Solved(factors, node.right, isinstance(node.matrix, T))
    return LogDet(factors) if node.name == "logdet" else Solved(factors, Eye(node.shape[0]), isinstance(node.arg, T))
