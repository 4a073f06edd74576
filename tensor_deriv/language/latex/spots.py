"""Places that are sums of indices: x_{i+1}, [i ≥ j], δ_{2i+1,m}."""

from __future__ import annotations

from abc import abstractmethod

from ...errors import UnsupportedError
from ...index.dims import Dim
from .arrays import Arrays
from .tree import Node, Radix, Slot, Sum
from .values import Letter, Spot, Value


class Spots(Arrays):
    """The part of the reader that knows places."""

    letters: dict[str, Letter]
    counting = False  # whether the left-hand side counts through axes, as (m i + j)

    @abstractmethod
    def letter(self, name: str) -> Letter: ...

    def is_sum(self, slot: Slot, extent: Dim) -> bool:
        if isinstance(slot, Sum) and slot.terms == ((1, ("0",)),) and self.solver.is_one(extent):
            return False
        if isinstance(slot, Sum) and self.counting and slot.radix:
            return False
        return isinstance(slot, Sum) or (slot == "1" and not self.solver.is_one(extent)) or self._reaches_out(slot, extent)

    def _reaches_out(self, slot: Slot, extent: Dim) -> bool:
        """Whether a letter runs over some places more or less than an axis has, as one of u = x[1:] by x."""
        if not isinstance(slot, str) or slot not in self.letters:
            return False
        difference = self.solver.resolve(self.letters[slot].extent) - self.solver.resolve(extent)
        return bool(difference.constant) and bool(extent.names)

    def at_sums(self, array: Value, node: Node) -> Value:
        """An entry of which some place is a sum."""
        spots: list[Letter | Spot] = []
        for slot, extent in zip(node.slots, array.dims, strict=True):
            spot = self.spot(slot, node)
            if isinstance(spot, Letter) and self._reaches_out(slot, extent):
                spot = Spot((("", spot),), "0")
            if isinstance(spot, Letter):
                self.solver.require(spot.extent, extent, lambda: "an index runs over two ranges", lambda: self.place(node))
            spots.append(spot)
        letters = [letter for spot in spots for letter in ((spot,) if isinstance(spot, Letter) else spot.letters)]
        return Value("component", (array,), spots=tuple(spots), node=node, free=tuple(dict.fromkeys(letters)))

    def spot(self, slot: Slot, node: Node) -> Letter | Spot:
        """A place: a letter, or a sum of letters and sizes."""
        if isinstance(slot, Radix):
            raise UnsupportedError("a place in brackets stands beside one that is a sum", self.place(node))
        if isinstance(slot, str):
            return Spot((), "1") if slot == "1" else self.letter(slot)
        terms: list[tuple[str, Letter]] = []
        rest = ""
        for sign, factors in slot.terms:
            names = [word for word in factors if not word.isdigit() and not self.is_size(word)]
            if len(names) > 1:
                self.fail("a product of two indices is no place", node)
            number = "*".join(word for word in factors if word not in names)
            if names:
                terms.append((("-" if sign < 0 else "") + (number or ("1" if sign < 0 else "")), self.letter(names[0])))
            else:
                rest += ("-" if sign < 0 else "+") + number
        return Spot(tuple(terms), rest.removeprefix("+"))

    @abstractmethod
    def is_size(self, name: str) -> bool:
        """Whether a letter in a place is a dimension."""

    def _places(self, node: Node) -> Value:
        """A comparison of places, [i ≥ j]."""
        spots = tuple(self.spot(slot, node) for slot in node.slots)
        letters = [letter for spot in spots for letter in ((spot,) if isinstance(spot, Letter) else spot.letters)]
        return Value("places", word=node.word, spots=spots, node=node, free=tuple(dict.fromkeys(letters)))
