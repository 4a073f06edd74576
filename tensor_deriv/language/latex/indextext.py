"""What a formula means, written as an index-notation definition; nothing where that notation has no word for a part of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from ... import functions
from . import words
from .values import Letter, Spot, Value
from .words import Text


class Unsaid(Exception):
    """The index notation of the language cannot say it."""


class Entry(NamedTuple):
    """A text, and how often each letter that is free in it counts where it stands in a product."""

    text: Text
    free: dict[Letter, int]


class IndexText:
    """Writes entries as `g[m,n] = x[i,m]*y[i,n]`; checks that what is read back is summed over the same letters."""

    def __init__(self, order: tuple[Letter, ...], names: Collection[str], size: Callable[[Letter], str], dims: Collection[str]) -> None:
        self.order = order
        self.names = set(names)
        self.size = size  # the extent of a letter, nothing where it is not known
        self.shunned = set(dims)  # which a letter may not be called where places are compared with sizes
        self.letters: dict[Letter, str] = {}

    def definition(self, value: Value) -> str | None:
        """The definition, or the expression where no index is free; None where it cannot be said."""
        sums = _at_sums(value)
        if not sums:
            self.shunned = set()
        for letter in self.order:
            self._named(letter)
        try:
            found = self.entry(value)
            found = self._ranged(found, value) if sums else found
        except Unsaid:
            return None
        if set(found.free) != set(self.order):
            return None
        if not self.order:
            return found.text.text
        left = next(name for name in (*"gfhqz", "result", *(f"g{count}" for count in range(99))) if name not in self.names)
        return f"{left}[{','.join(self.letters[letter] for letter in self.order)}] = {found.text.text}"

    def _ranged(self, found: Entry, value: Value) -> Entry:
        """The entry, with (m < d) for each index that has no axis of a tensor to itself."""
        alone = _alone(value)
        marks = []
        for letter in self.order:
            if letter not in alone and self.size(letter):
                marks.append(Text(f"({self._named(letter)} < {self.size(letter)})"))
        return Entry(words.multiply([found.text, *marks]), {**found.free, **dict.fromkeys(self.order, 1)}) if marks else found

    def _named(self, letter: Letter) -> str:
        if letter not in self.letters:
            taken = set(self.letters.values()) | self.shunned
            options = (letter.name, *"klpqrstuvijmnabcdeghowxyz", *(f"k{count}" for count in range(999)))
            self.letters[letter] = next(name for name in options if name not in taken)
        return self.letters[letter]

    def entry(self, value: Value) -> Entry:
        """A part."""
        match value.op:
            case "component":
                return self._product(value) if len(set(value.slots)) < len(value.slots) else self._component(value)
            case "iproduct" | "scaled" | "div":
                return self._product(value)
            case "sum":
                return self._sum(value)
            case "neg":
                inner = self.entry(value.args[0])
                return Entry(words.minus(inner.text), inner.free)
            case "power":
                base, exponent = map(self.entry, value.args)
                return Entry(words.power(base.text, exponent.text), base.free | exponent.free)
            case "call" | "compared":
                return self._call(value)
            case "places":
                return self._places(value)
            case "where":
                args = [self.entry(arg) for arg in value.args]
                return Entry(words.call("where", *(arg.text.text for arg in args)), {letter: 1 for arg in args for letter in arg.free})
            case "number" | "name" | "size" if not value.rank:
                return Entry(Text(value.word), {})
        raise Unsaid

    def _component(self, value: Value) -> Entry:
        array = value.args[0]
        if value.spots:
            if array.op != "name":
                raise Unsaid
            return Entry(Text(f"{array.word}[{','.join(map(self._spot, value.spots))}]"), dict.fromkeys(value.free, 1))
        slots = value.slots
        if array.op == "transpose":
            array, slots = array.args[0], slots[::-1]
        if array.op != "name":
            raise Unsaid
        free = {letter: min(2, slots.count(letter)) for letter in slots}
        return Entry(Text(f"{array.word}[{','.join(map(self._named, slots))}]"), free)

    def _spot(self, spot: Letter | Spot) -> str:
        """A place in words of the language."""
        if isinstance(spot, Letter):
            return self._named(spot)
        words_ = [f"{self._times(number)}{self._named(letter)}" for number, letter in spot.terms] + ([spot.rest] if spot.rest else [])
        return "+".join(words_).replace("+-", "-")

    def _times(self, number: str) -> str:
        return {"": "", "-1": "-"}.get(number, f"{number}*")

    def _places(self, value: Value) -> Entry:
        """A comparison of places, as factors (i >= j)."""
        sides = list(map(self._spot, value.spots))
        signs = value.word.split()
        factors = [Text(f"({a} {sign} {b})") for sign, a, b in zip(signs, sides[:-1], sides[1:], strict=True)]
        return Entry(words.multiply(factors), {letter: len(factors) for letter in value.free})

    def _sum(self, value: Value) -> Entry:
        terms = [self.entry(arg) for arg in value.args]
        return Entry(words.add([term.text for term in terms]), {letter: 1 for term in terms for letter in term.free})

    def _call(self, value: Value) -> Entry:
        known = value.word in functions.TABLE or value.word == "sqrt"
        if not known or any(arg.rank for arg in value.args):
            raise Unsaid
        args = [self.entry(arg) for arg in value.args]
        return Entry(words.call(value.word, *(arg.text.text for arg in args)), {letter: 1 for arg in args for letter in arg.free})

    def _product(self, value: Value) -> Entry:
        """A product, its factors opened: the reader sums over every letter that stands in two of them."""
        above, below, over = self._factors(value)
        parts = [self._component(part) if part.op == "component" else self.entry(part) for part in (*above, *below)]
        count: dict[Letter, int] = {}
        for part in parts:
            for letter, times in part.free.items():
                count[letter] = count.get(letter, 0) + times
        summed = {letter for letter, times in count.items() if times > 1 and letter not in self.order}
        once = sorted((letter for letter in over - summed if count.get(letter) == 1), key=lambda letter: letter.name)
        if summed - over or over - summed - set(once) or (once and not any(_at_sums(part) for part in (*above, *below))):
            raise Unsaid
        marks = [Text(f"({self._named(letter)} >= 0)") for letter in once]  # an index is summed where it stands twice
        text = words.multiply([*(part.text for part in parts[: len(above)]), *marks] or [Text("1")])
        for part in parts[len(above) :]:
            text = words.divide(text, part.text)
        return Entry(text, {letter: 1 for letter in count if letter not in summed and letter not in once})

    def _factors(self, value: Value) -> tuple[list[Value], list[Value], set[Letter]]:
        """What stands above and below the line, and the letters summed over all of it."""
        if value.op not in ("iproduct", "scaled", "div"):
            return [value], [], {letter for letter in value.slots if value.slots.count(letter) > 1 and letter not in self.order}
        if value.op == "div":
            above, below, over = self._factors(value.args[0])
            return above, [*below, value.args[1]], over
        over = set(value.slots)
        top: list[Value] = []
        bottom: list[Value] = []
        for arg in value.args:
            found = self._factors(arg) if arg.op in ("iproduct", "scaled", "div") else ([arg], [], set())
            top += found[0]
            bottom += found[1]
            over |= found[2]
        return top, bottom, over


def _at_sums(value: Value) -> bool:
    """Whether some place inside is a sum of indices."""
    return bool(value.spots) or value.op == "places" or any(map(_at_sums, value.args))


def _alone(value: Value) -> set[Letter]:
    """The letters that have an axis of a tensor to themselves."""
    own = {spot for spot in (*value.slots, *value.spots) if isinstance(spot, Letter)} if value.op == "component" else set()
    return own.union(*map(_alone, value.args))
