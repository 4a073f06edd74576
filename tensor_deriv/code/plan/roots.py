"""Arrays over √v, where v is smaller than they are, as the standard deviations of rows: fewer divisions, and those of few numbers.

1/√v and its square are in range wherever v is, so that both rules keep the digits; a length, whose square need not be, is no such root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ...index.dims import UNIT
from ...matrix import make
from ...matrix.calls import Call
from ...matrix.nodes import Add, Array, Mul, Name, Pow, num
from ..regroup import distinct
from ..share import Line
from .inplace import is_large
from .nodes import Reciprocal
from .rewriting import replaced

ROOT, INVERSE_ROOT = num(Fraction(1, 2)), num(Fraction(-1, 2))


def put_off(lines: Sequence[Line], results: int) -> list[Line]:
    """The lines without definitions z = a/√v that are used row by row alone: Σ_j z_ij b_ij = (Σ_j a_ij b_ij)/√v_i, c_i z_ij = (c_i/√v_i) a_ij."""
    for place, (name, node) in enumerate(lines[:-results]):
        if root := divisor(node):
            later = Undivided(Name(name, node.shape), make.mul([node, Pow(root, ROOT)]), Pow(root, INVERSE_ROOT))
            rest = [(other, later.visit(line)) for other, line in lines[place + 1 :]]
            if not later.kept:
                return put_off([*lines[:place], *rest], results)
    return list(lines)


def divisor(node: Array) -> Array | None:
    """v of a/√v, of as many axes as a, where a has more entries."""
    parts = node.parts if isinstance(node, Mul) and is_large(node) else ()
    found = [part.base for part in parts if isinstance(part, Pow) and part.exponent == INVERSE_ROOT]
    return next((base for base in found if base.rank == node.rank and base.shape != node.shape), None)


@dataclass
class Undivided:
    """Exchanges z = a/√v for a in sums along axes that v has not, and in products with what is as small as v; √v goes to what is small."""

    name: Name
    array: Array
    root: Array
    kept: bool = False  # whether z is used otherwise
    done: dict[Array, Array] = field(default_factory=dict)

    def visit(self, node: Array) -> Array:
        """An expression with every such use exchanged."""
        self.kept = self.kept or node == self.name
        if node not in self.done:
            self.done[node] = self._visited(node)
        return self.done[node]

    def _visited(self, node: Array) -> Array:
        if isinstance(node, Mul) and self.name in node.parts and any(map(self.is_small, node.parts)):
            return self.exchanged(node)
        if isinstance(node, Call) and isinstance(node.arg, Mul) and self.name in node.arg.parts and self.is_outside(node):
            summed = Call(node.name, make.mul([self.array if part == self.name else self.visit(part) for part in node.arg.parts]), node.axis, True)
            return make.mul([summed, *(self.root for part in node.arg.parts if part == self.name)])
        children = tuple(map(self.visit, node.children))
        return node if children == node.children else node.with_children(children)

    def exchanged(self, node: Mul) -> Array:
        parts = [part for part in node.parts if part != self.name]
        times = len(node.parts) - len(parts)
        return make.mul([*[self.array, self.root] * times, *map(self.visit, parts)])

    def is_small(self, part: Array) -> bool:
        """Whether 1/√v times a factor is of the shape of v."""
        wanted = self.root.shape
        return 0 < part.rank <= len(wanted) and all(dim in (UNIT, other) for dim, other in zip(part.shape[::-1], wanted[::-1], strict=False))

    def is_outside(self, node: Call) -> bool:
        """Whether 1/√v is the same in all that is summed, and of the shape of what is left."""
        return node.name in ("sum", "mean") and node.keepdims and all(self.root.shape[axis] == UNIT for axis in node.axis or range(node.arg.rank))


def reciprocals(roots: Sequence[Array]) -> list[Array]:
    """The expressions with large products multiplied by 1/√v, which is computed first, and not divided by √v."""
    found: dict[Array, Array] = {}
    for node in distinct(roots):
        if isinstance(node, Mul) and is_large(node):
            parts = [Reciprocal(part.base) if is_inverse_root(part) and part.shape != node.shape else part for part in node.parts]
            found |= {node: Mul(tuple(parts))} if parts != [*node.parts] else {}
    return replaced(roots, found) if found else list(roots)


def is_inverse_root(node: Array) -> bool:
    """Whether it is 1/√v as it was lowered, of an array."""
    return isinstance(node, Pow) and node.exponent == num(-1) and isinstance(node.base, Pow) and node.base.exponent == ROOT and node.rank > 0
