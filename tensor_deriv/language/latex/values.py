"""What a formula means: arrays with their extents, and entries with the letters of their free indices."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...index.dims import Dim
from .tree import Node


@dataclass(frozen=True, eq=False)
class Letter:
    """One index: two of the same name are different where they are bound in different places."""

    name: str
    extent: Dim


@dataclass(frozen=True)
class Spot:
    """A place: each letter with what multiplies it, and the rest; in words of the language."""

    terms: tuple[tuple[str, Letter], ...]
    rest: str

    @property
    def letters(self) -> tuple[Letter, ...]:
        return tuple(letter for _, letter in self.terms)


@dataclass(frozen=True, eq=False)
class Value:
    """An array of `dims` (a vector is a column, or a `row`), or an entry whose free indices are `free`."""

    op: str
    args: tuple[Value, ...] = ()
    dims: tuple[Dim, ...] = ()
    row: bool = False
    word: str = ""
    slots: tuple[Letter, ...] = ()  # what a product or a reduction runs over, or the plain slots of a component
    spots: tuple[Letter | Spot, ...] = ()  # of a component, where one of its places is a sum; the sides of a comparison of places
    node: Node = field(default_factory=lambda: Node(""))
    free: tuple[Letter, ...] = ()

    @property
    def rank(self) -> int:
        return len(self.dims)

    @property
    def indexed(self) -> bool:
        """Whether it is an entry: of letters, or with a sum over some inside."""
        return bool(self.free) or self.op in ENTRIES


ENTRIES = {"component", "delta", "iproduct", "reduce", "places"}


def union(args: tuple[Value, ...]) -> tuple[Letter, ...]:
    """The free letters of some values, in the order in which they appear."""
    return tuple(dict.fromkeys(letter for arg in args for letter in arg.free))
