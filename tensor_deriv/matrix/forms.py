"""The array forms of a program's result and of the definitions it names."""

from __future__ import annotations

from dataclasses import dataclass

from ..index.nodes import Opaque
from ..program import Program
from .build import Builder
from .nodes import Array, Call, Einsum, Filled, Name, Reshape, Take, walk
from .tidy import Tidier


@dataclass(frozen=True)
class Named:
    """A definition that a form needs: `text` is the caller's own wording, or empty."""

    name: str
    node: Array
    text: str = ""


@dataclass(frozen=True)
class Form:
    """An array expression, and the definitions it names, in order."""

    node: Array
    definitions: tuple[Named, ...]

    @property
    def matrix(self) -> bool:
        """Whether it is a matrix form: at most two axes and nothing but matrix operations."""
        return self.node.rank <= 2 and not any(unusual(n) for n in walk(self.node))


def unusual(node: Array) -> bool:
    """Whether a node is no matrix operation."""
    return isinstance(node, (Einsum, Take, Reshape)) or (isinstance(node, Call) and node.name.startswith("prod") and node.name > "prod1")


def form(program: Program) -> Form:
    """The tidied array form of a program's result."""
    builder = Builder(program)
    tidier = Tidier(program)
    node = tidier.tidy(builder.array(program.result.body, program.result.axes))
    return Form(node, tuple(_needed(program, builder, tidier, node)))


def _needed(program: Program, builder: Builder, tidier: Tidier, node: Array) -> list[Named]:
    found: list[Named] = []
    wanted = names(node)
    for name in reversed(program.definitions):
        definition = program.definitions[name]
        if name in wanted and not isinstance(definition.body, Opaque):
            inner = tidier.tidy(builder.definition(name))
            wanted |= names(inner)
            found.append(Named(name, inner, definition.text))
    return found[::-1]


def names(node: Array) -> set[str]:
    """The names that stand in an expression."""
    return {n.name for n in walk(node) if isinstance(n, Name)}


def is_zero(node: Array) -> bool:
    return isinstance(node, Filled) and node.value == 0
