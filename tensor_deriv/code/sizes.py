"""Where a generated function reads the size of a dimension from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..index.dims import Dim
from .names import Names


@dataclass(frozen=True)
class Reading:
    """A dimension to be solved from `dim`, the extent of one axis of a tensor."""

    dim: Dim
    tensor: str
    axis: int


class Sizes:
    """The dimensions that a source uses, by the local variables that hold them."""

    def __init__(self, given: Mapping[str, tuple[Dim, ...]], names: Names, root: Callable[[str], str]) -> None:
        self.given = given
        self.names = names
        self.root = root  # the text of a whole square root
        self.readings = readings(given)
        self.locals: dict[str, str] = {}
        self.read: list[str] = []
        self.solved: list[str] = []
        self.parameters: list[str] = []  # dimensions that no tensor has

    def text(self, dim: Dim) -> str:
        """A dimension in local variables, each read from a tensor on first use."""
        return str(Dim((tuple(map(self.local, names)), count) for names, count in dim.terms))

    def local(self, name: str) -> str:
        """The variable that holds a dimension."""
        if name not in self.locals:
            self.locals[name] = self.names.fresh(name)
            self._read(name)
        return self.locals[name]

    def _read(self, name: str) -> None:
        reading = self.readings.get(name)
        if reading is None:
            self.parameters.append(self.locals[name])
        elif reading.dim.symbol:
            self.read.append(name)
        else:
            self.solved.append(f"{self.locals[name]} = {self._solved(name, reading)}")

    @property
    def lines(self) -> list[str]:
        """What reads the sizes that are used: `n, d = X.shape`, or one axis at a time."""
        tensors = {self.readings[name].tensor: self.given[self.readings[name].tensor] for name in self.given_order()}
        found = [line for tensor, shape in tensors.items() for line in self._unpacked(tensor, shape)]
        return found + self.solved

    def given_order(self) -> list[str]:
        """The dimensions read, by the tensors they are read from."""
        order = list(self.given)
        return sorted(self.read, key=lambda name: (order.index(self.readings[name].tensor), self.readings[name].axis))

    def _unpacked(self, tensor: str, shape: tuple[Dim, ...]) -> list[str]:
        mine = [name for name in self.given_order() if self.readings[name].tensor == tensor]
        whole = tuple(dim.symbol for dim in shape)
        if len(mine) > 1 and tuple(mine) == whole:
            return [f"{', '.join(self.locals[name] for name in mine)} = {tensor}.shape"]
        return [f"{self.locals[name]} = {tensor}.shape[{self.readings[name].axis}]" for name in mine]

    def _solved(self, name: str, reading: Reading) -> str:
        # size = a·xᵖ + rest, so x = ((size − rest)/a)^(1/p)
        text = f"{reading.tensor}.shape[{reading.axis}]"
        ((own, count),) = [term for term in reading.dim.terms if name in term[0]]
        rest = -Dim(term for term in reading.dim.terms if name not in term[0])
        factor = Dim([(tuple(other for other in own if other != name), count)])
        if rest.terms:
            text = f"{text} + {self.text(rest)}".replace("+ -", "- ")
        if factor.constant != 1:
            divisor = self.text(factor)
            text = f"{f'({text})' if rest.terms else text}//{divisor if divisor.isalnum() else f'({divisor})'}"
        return self.root(text) if own.count(name) == 2 else text


def readings(given: Mapping[str, tuple[Dim, ...]]) -> dict[str, Reading]:
    """A reading for each dimension that the shapes determine: those that stand alone first, then what these leave to solve."""
    places = [Reading(dim, tensor, axis) for tensor, shape in given.items() for axis, dim in enumerate(shape)]
    found: dict[str, Reading] = {}
    for place in places:
        if place.dim.symbol:
            found.setdefault(place.dim.symbol, place)
    while True:
        solved = {name: place for place in places for name in [_solvable(place.dim, found)] if name}
        if not solved:
            return found
        name = min(solved)
        found[name] = solved[name]


def _solvable(dim: Dim, known: Mapping[str, Reading]) -> str | None:
    """The only unknown name of a dimension, where it stands in one monomial and at most squared."""
    unknown = dim.names - known.keys()
    if len(unknown) != 1:
        return None
    (name,) = unknown
    holding = [names for names, _ in dim.terms if name in names]
    return name if len(holding) == 1 and holding[0].count(name) <= 2 else None
