"""How large symbolic dimensions may be, and what an operation on them costs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ...index.dims import Dim

TYPICAL = (10, 32, 100, 316, 1000)  # sizes that a dimension takes in the draws
STEPS = (1, 2, 3)  # through these sizes, from one dimension to the next; then the same from the other end
Choice = TypeVar("Choice")


@dataclass
class Sampled:
    """Draws of the sizes of named dimensions, in which any two differ, each order as often; a number stays what it is."""

    places: dict[str, int] = field(default_factory=dict)  # dimensions in the order they were met in

    def draws(self) -> range:
        return range(2 * len(STEPS))

    def value(self, dim: Dim, draw: int) -> int:
        """A dimension in one draw, at least 1."""
        return max(1, dim.value({name: self._size(name, draw) for name in dim.names}))

    def _size(self, name: str, draw: int) -> int:
        place = self.places.setdefault(name, len(self.places))
        step, count = STEPS[draw // 2], len(TYPICAL)
        index = (place * step + draw // 2) % count
        return TYPICAL[index if draw % 2 else count - 1 - index] + place // count

    def volume(self, dims: Iterable[Dim], draw: int) -> int:
        """The number of entries of an array."""
        return math.prod(self.value(dim, draw) for dim in dims)

    def smaller(self, left: Sequence[Dim], right: Sequence[Dim]) -> bool:
        """Whether the first shape has fewer entries than the second, in the geometric mean over the draws."""
        return self.mean(lambda draw: self.volume(left, draw)) < self.mean(lambda draw: self.volume(right, draw)) - 0.05

    def mean(self, cost: Callable[[int], float]) -> float:
        """The logarithm of the geometric mean of a cost over the draws."""
        return sum(math.log(1e-9 + cost(draw)) for draw in self.draws()) / len(self.draws())

    def best(self, choices: Iterable[Choice], cost: Callable[[Choice, int], float]) -> Choice:
        """The choice that is cheapest in the geometric mean over the draws; the first of equals."""
        return min(dict.fromkeys(choices), key=lambda choice: self.mean(lambda draw: cost(choice, draw)))
