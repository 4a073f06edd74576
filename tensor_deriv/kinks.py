"""What is taken where a function on the way to the variable has no derivative."""

from __future__ import annotations

from .index.bodies import Apply
from .index.nodes import Component, Expr, Function, Number, Power, walk
from .primitives import TABLE
from .program import Program


def kinks(program: Program, wrt: str) -> list[str]:
    """The convention of each function and primitive through which the result depends on `wrt`, each once."""
    moving = program.dependents(wrt) | {wrt}
    bodies = [program.result.body, *(definition.body for name, definition in program.definitions.items() if name in moving)]
    found = [_kink(node, program) for body in bodies for node in walk(body) if node.tensors & moving]
    return [text for text in dict.fromkeys(found) if text]


def _kink(node: Expr, program: Program) -> str:
    match node:
        case Function(row, _):
            return str(row.kink)
        case Apply(primitive, _, _, _):
            return TABLE[primitive].kink
        case Power(Component(tensor, _), Number(value)) if 0 < value < 1 and _is_variance(program, tensor):
            return "std has no derivative where all entries are equal"
    return ""


def _is_variance(program: Program, tensor: str) -> bool:
    body = program.definitions[tensor].body if tensor in program.definitions else None
    return isinstance(body, Apply) and body.primitive == "var"
