"""How large symbolic dimensions may be, and what an operation on them costs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ...index.dims import Dim

TYPICAL = (30, 300, 10, 1000, 100)  # sizes that a dimension takes in the draws, one after the other
Choice = TypeVar("Choice")


@dataclass
class Sampled:
    """Sizes of dimensions: those that the caller gives, and for the others several draws, all different in each."""

    known: Mapping[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)  # dimensions in the order they were met in

    def draws(self) -> range:
        return range(len(TYPICAL))

    def value(self, dim: Dim, draw: int) -> int:
        """A dimension in one draw, at least 1."""
        return max(1, dim.value({name: self._size(name, draw) for name in dim.names}))

    def _size(self, name: str, draw: int) -> int:
        if name in self.known:
            return self.known[name]
        place = self.places.setdefault(name, len(self.places))
        # steps of 1, 2, 3, 4 through the five sizes, so that every order of two dimensions occurs
        return TYPICAL[(place * (1 + draw % 4) + draw) % len(TYPICAL)] + place // len(TYPICAL)

    def volume(self, dims: Iterable[Dim], draw: int) -> int:
        """The number of entries of an array."""
        return math.prod(self.value(dim, draw) for dim in dims)

    def smaller(self, left: Sequence[Dim], right: Sequence[Dim]) -> bool:
        """Whether the first shape has fewer entries than the second, by most of the draws."""
        return self.mean(lambda draw: self.volume(left, draw)) < self.mean(lambda draw: self.volume(right, draw))

    def mean(self, cost: Callable[[int], float]) -> float:
        """The logarithm of the geometric mean of a cost over the draws."""
        return sum(math.log1p(cost(draw)) for draw in self.draws()) / len(self.draws())

    def best(self, choices: Iterable[Choice], cost: Callable[[Choice, int], float]) -> Choice:
        """The choice that is cheapest in the geometric mean over the draws; the first of equals."""
        return min(dict.fromkeys(choices), key=lambda choice: self.mean(lambda draw: cost(choice, draw)))
