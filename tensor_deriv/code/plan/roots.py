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
from ...matrix.nodes import Array, Mul, Name, Pow, num
from ..regroup import distinct
from ..share import Line
from .inplace import is_large
from .nodes import Reciprocal
from .rewriting import replaced

ROOT, INVERSE_ROOT = num(Fraction(1, 2)), num(Fraction(-1, 2))


def put_off(lines: Sequence[Line], results: int) -> list[Line]:
    """The lines without definitions z = a/√v that are used row by row alone.

    Σ_j z_ij b_ij = (Σ_j a_ij b_ij)/√v_i and c_i z_ij = (c_i/√v_i) a_ij.
    """
    found, place = list(lines), 0
    while place < len(found) - results:
        rest = _put_off(found[place], found[place + 1 :])
        if rest is None:
            place += 1
        else:
            found[place:] = rest
    return found


def _put_off(definition: Line, lines: Sequence[Line]) -> list[Line] | None:
    """The lines after a definition a/√v in the words of a and v; None where it is none, or is used otherwise."""
    name, node = definition
    root = divisor(node)
    if root is None:
        return None
    later = Undivided(Name(name, node.shape), make.mul([node, Pow(root, ROOT)]), Pow(root, INVERSE_ROOT))
    found: list[Line] = []
    for other, line in lines:
        found.append((other, later.visit(line)))
        if later.kept:
            return None
    return found


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
            parts = [self.array if part == self.name else self.visit(part) for part in node.arg.parts]
            outside = [self.root] * node.arg.parts.count(self.name)
            return make.mul([Call(node.name, make.mul(parts), node.axis, True), *outside])
        children = tuple(map(self.visit, node.children))
        return node if children == node.children else node.with_children(children)

    def exchanged(self, node: Mul) -> Array:
        rest = [self.visit(part) for part in node.parts if part != self.name]
        return make.mul([*[self.array, self.root] * node.parts.count(self.name), *rest])

    def is_small(self, part: Array) -> bool:
        """Whether 1/√v times a factor is of the shape of v."""
        pairs = zip(part.shape[::-1], self.root.shape[::-1], strict=False)
        return part.rank > 0 and all(mine in (UNIT, dim) for mine, dim in pairs)

    def is_outside(self, node: Call) -> bool:
        """Whether 1/√v is the same in all that is summed, and of the shape of what is left."""
        axes = range(node.arg.rank) if node.axis is None else node.axis
        return node.name in ("sum", "mean") and node.keepdims and all(self.root.shape[axis] == UNIT for axis in axes)


def reciprocals(roots: Sequence[Array]) -> list[Array]:
    """The expressions with large products multiplied by 1/√v, which is computed first, and not divided by √v."""
    found: dict[Array, Array] = {}
    for node in distinct(roots):
        if isinstance(node, Mul) and is_large(node):
            parts = tuple(part if part.shape == node.shape else multiplier(part) for part in node.parts)
            found |= {node: Mul(parts)} if parts != node.parts else {}
    return replaced(roots, found) if found else list(roots)


def multiplier(node: Array) -> Array:
    """1/√v, as it was lowered, of an array as an array; what else there is as it is."""
    match node:
        case Pow(Pow(_, inner) as root, outer) if node.rank and inner == ROOT and outer == num(-1):
            return Reciprocal(root)
    return node
