"""The words for shapes that do not fit."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import Place
from .values import Value

if TYPE_CHECKING:
    from .arguments import Arguments


class Mismatch:
    """The words for shapes that do not fit, and the place: `X @ w`: X is (n, d), w is (k)."""

    def __init__(self, lowering: Arguments, nodes: Sequence[ast.AST], whole: tuple[Value, Value] | None = None) -> None:
        self.lowering = lowering
        self.nodes = nodes
        self.whole = whole  # the operands, where only a part of their axes is brought together

    def _node(self, number: int) -> ast.AST:
        return self.nodes[min(number, len(self.nodes)) - 1]

    def words(self, number: int, before: Value, value: Value) -> str:
        """For the value of that number and those `before` it, already brought together."""
        node, shape = self._node(number), self.lowering.aligner.shape
        sides = [f"{excerpt(side)} is {shape(own)}" for side, own in zip(_sides(node, number), self.whole or (before, value), strict=True)]
        return f"shapes do not match in `{excerpt(node)}`: {', '.join(sides)}"

    def place(self, number: int) -> Place | None:
        return self.lowering.place(self._node(number))


def _sides(node: ast.AST, number: int) -> list[ast.expr]:
    """The two operands of an operator, or a function's first argument and the one of that number."""
    match node:
        case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right]) | ast.Call(args=[left, right]):
            return [left, right]
        case ast.Call(args=[first, *rest], keywords=words):
            return [first, [*rest, *(word.value for word in words)][number - 1]]
    raise TypeError(f"nothing is broadcast in {ast.unparse(node)}")


def excerpt(node: ast.AST) -> str:
    """The text of a node, shortened."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:57] + "…"
