"""A slope by the value it belongs to: tanh′(a) = 1 − tanh²(a), where tanh(a) is computed anyway.

Of a tanh(a) near 1 the difference has the digits of 1, and not those of its own that `stable.py` keeps. In a sum over many that is
the rounding error of the sum, so it stands there, where it saves an exponential, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..matrix import make
from ..matrix.calls import Call, Einsum, Eye, Reshape
from ..matrix.nodes import Add, Array, Column, Diag, Elem, MatMul, Mul, Name, Num, Pow, T, num
from .plan.rewriting import replaced
from .regroup import distinct
from .share import Line
from .stable import SECH2

THROUGH = (Add, Mul, T, Column, Reshape)  # what is linear in each of its parts


def by_values(lines: Sequence[Line], results: int) -> list[Line]:
    """The lines with 1 − tanh²(a) for slopes that are only multiplied and summed, where tanh(a) stands in a line.

    The last `results` of them are returned, the others definitions.
    """
    nodes = [node for _, node in lines]
    values = {node.args[0]: node for node in distinct(nodes) if isinstance(node, Elem) and node.row.name == "tanh"}
    slopes = [node for node in distinct(nodes) if isinstance(node, Elem) and node.row is SECH2 and node.args[0] in values]
    if not slopes:
        return list(lines)
    uses = Uses(lines, results)
    by: dict[Array, Array] = {
        slope: make.add([num(1), make.mul([num(-1), Pow(values[slope.args[0]], num(2))])]) for slope in slopes if uses.are_sums(slope)
    }
    return list(zip((name for name, _ in lines), replaced(nodes, by), strict=True))


class Uses:
    """What the expressions in some lines are used for."""

    def __init__(self, lines: Sequence[Line], results: int) -> None:
        self.names: dict[Array, list[Array]] = {}  # of what is defined, by the caller twice perhaps
        for name, node in lines[:-results]:
            self.names.setdefault(node, []).append(Name(name, node.shape))
        self.parents: dict[Array, list[Array]] = {}
        self.returned = {node for _, node in lines[-results:]}
        for node in distinct(node for _, node in lines):
            for child in node.children:
                self.parents.setdefault(child, []).append(node)

    def are_sums(self, node: Array) -> bool:
        """Whether an expression is only multiplied by others and then summed over its entries."""
        parts = [node, *self.names.get(node, ())]
        uses = [use for part in parts for use in self.parents.get(part, ())]
        fit = (sums(use, parts) or (passes(use) and self.are_sums(use)) for use in uses)
        return bool(uses) and self.returned.isdisjoint(parts) and all(fit)


def sums(use: Array, parts: Sequence[Array]) -> bool:
    """Whether an expression sums over entries of some of its parts; a product with diagonal matrices does not."""
    if isinstance(use, Einsum):
        return all(set(word) - set(use.output) for word, part in zip(use.letters, use.parts, strict=True) if part in parts)
    if isinstance(use, MatMul):
        return any(part not in parts and not isinstance(part, (Diag, Eye)) for part in use.parts)
    return isinstance(use, Call) and use.name in ("sum", "mean")


def passes(use: Array) -> bool:
    """Whether an expression is a sum or product of its parts."""
    whole = isinstance(use, Pow) and isinstance(use.exponent, Num) and use.exponent.value > 0
    return isinstance(use, THROUGH) or whole
