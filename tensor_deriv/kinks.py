"""What is taken where a function on the way to the variable has no derivative."""

from __future__ import annotations

from .index.nodes import Apply, Expr, Function, walk
from .primitives import TABLE
from .program import Program


def kinks(program: Program, wrt: str) -> list[str]:
    """The convention of each function and primitive through which the result depends on `wrt`, each once."""
    moving = program.dependents(wrt) | {wrt}
    bodies = [program.result.body, *(definition.body for name, definition in program.definitions.items() if name in moving)]
    found = [_kink(node) for body in bodies for node in walk(body) if node.tensors & moving]
    return [text for text in dict.fromkeys(found) if text]


def _kink(node: Expr) -> str:
    if isinstance(node, Function):
        return str(node.row.kink)
    return TABLE[node.primitive].kink if isinstance(node, Apply) else ""
