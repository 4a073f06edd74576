"""A⁻¹ B as the solution of a system of equations, where the caller has written `solve`."""

from __future__ import annotations

from ..index.bodies import Apply
from ..index.nodes import Expr
from ..program import Program
from . import make
from .build import Builder
from .calls import Call, Solve
from .flip import Flipper
from .nodes import Array, MatMul, T


def own_inverses(program: Program, builder: Builder) -> set[Array]:
    """The inverses that the caller wrote as such."""
    return {builder.definition(name) for name, definition in program.definitions.items() if _is_own(definition.body, program)}


def _is_own(body: Expr, program: Program) -> bool:
    return isinstance(body, Apply) and body.primitive == "inv" and body.tensor not in program.systems


def in_systems(node: Array, own: set[Array], flipper: Flipper) -> Array:
    """An expression with the inverses that multiply something turned into systems of equations, but for the caller's own."""
    if not node.children:
        return node
    node = make.rebuilt(node, tuple(in_systems(child, own, flipper) for child in node.children))
    return _chain(node, own, flipper) if isinstance(node, MatMul) else node


def _chain(node: MatMul, own: set[Array], flipper: Flipper) -> Array:
    for at in range(len(node.parts) - 1, -1, -1):
        matrix = _inverted(node.parts[at], own, flipper)
        if matrix is None:
            continue
        before, after = node.parts[:at], node.parts[at + 1 :]
        if after:  # A⁻¹ (B C …)
            solved: list[Array] = [*before, Solve(matrix, make.matmul(after))]
        elif before[0].rank == 1:  # x B A⁻¹ = (A⁻ᵀ (x B)ᵀ)ᵀ, a vector
            solved = [Solve(flipper.flip(matrix), make.matmul(before))]
        else:  # B A⁻¹ = (A⁻ᵀ Bᵀ)ᵀ
            solved = [*before[:-1], make.transpose(Solve(flipper.flip(matrix), make.transpose(before[-1])))]
        return in_systems(make.matmul(solved), own, flipper)
    return node


def _inverted(node: Array, own: set[Array], flipper: Flipper) -> Array | None:
    """A of A⁻¹, and Aᵀ of A⁻ᵀ."""
    inner = node.arg if isinstance(node, T) else node
    if not isinstance(inner, Call) or inner.name != "inv" or inner in own:
        return None
    return flipper.flip(inner.arg) if isinstance(node, T) else inner.arg
