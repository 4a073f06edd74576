"""Entries in the array language: products as einsum, the rest by broadcasting."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

from ... import functions
from ...errors import UnsupportedError
from ...index.dims import Dim
from . import words
from .values import ENTRIES, Letter, Value
from .words import ATOM, SUM, Text

Order = tuple[Letter, ...]
_LETTERS = "ijklmnpqrstuvwabcdefghoxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class EntryText(ABC):
    """The part of the writer for index notation."""

    @abstractmethod
    def text(self, value: Value) -> Text: ...

    @abstractmethod
    def extent(self, dim: Dim, value: Value) -> str: ...

    def entries(self, value: Value) -> tuple[Text, Order]:
        """The text of an array of entries, and which letter each axis has."""
        if value.op not in ENTRIES:
            return self._pointwise(value) if value.free else (self.text(value), ())
        return _INDEXED[value.op](self, value)

    def _pointwise(self, value: Value) -> tuple[Text, Order]:
        order = value.free
        return POINTWISE[value.op](value, [self._aligned(arg, order) for arg in value.args]), order

    def _aligned(self, value: Value, order: Order) -> Text:
        """A value with an axis for each letter, of length 1 where it does not depend on it."""
        text, own = self.entries(value)
        kept = tuple(letter for letter in order if letter in own)
        if kept != own:
            text = self._einsum([(text, own)], kept)
        marks = [":" if letter in own else "None" for letter in order]
        while marks[:1] == ["None"]:
            marks.pop(0)
        return Text(f"{text.at(ATOM)}[{', '.join(marks)}]") if "None" in marks else text

    def _places(self, value: Value) -> tuple[Text, Order]:
        raise UnsupportedError("places that are sums of indices are read where the whole line is in index notation")

    def _component(self, value: Value) -> tuple[Text, Order]:
        if value.spots:
            return self._places(value)
        text = self.text(value.args[0])
        own = tuple(dict.fromkeys(value.slots))
        return (text, own) if own == value.slots else (self._einsum([(text, value.slots)], own), own)

    def _delta(self, value: Value) -> tuple[Text, Order]:
        left, right = value.slots
        if left is right:
            return words.call("ones", self.extent(left.extent, value)), (left,)
        return words.call("eye", self.extent(left.extent, value)), (left, right)

    def _product(self, value: Value) -> tuple[Text, Order]:
        """A product as one einsum, numbers in front."""
        found = [self.entries(arg) for arg in value.args]
        numbers = [text for text, own in found if not own]
        arrays = [(text, own) for text, own in found if own]
        absent = [letter for letter in value.slots if not any(letter in own for _, own in arrays)]
        numbers += [Text(self.extent(letter.extent, value), SUM) for letter in absent]  # Σ_i c = n c
        if not arrays:
            return words.multiply(numbers), ()
        same = all(own == arrays[0][1] for _, own in arrays)
        order = tuple(letter for letter in value.free)
        if same and not value.slots:
            return words.multiply([*numbers, *(text for text, _ in arrays)]), arrays[0][1]
        return words.scale(words.multiply(numbers or [Text("1")]), self._einsum(arrays, order)), order

    def _einsum(self, arrays: Sequence[tuple[Text, Order]], order: Order) -> Text:
        letters = list(dict.fromkeys(letter for _, own in arrays for letter in own))
        if len(letters) > len(_LETTERS):
            raise UnsupportedError("too many indices in one product")
        names = dict(zip(letters, self._letter_names(letters), strict=True))
        if len(arrays) == 1 and (short := self._short(*arrays[0], order)):
            return short
        inputs = ",".join("".join(names[letter] for letter in own) for _, own in arrays)
        spec = f'"{inputs}->{"".join(names[letter] for letter in order)}"'
        return words.call("einsum", spec, *(text.text for text, _ in arrays))

    def _letter_names(self, letters: Sequence[Letter]) -> list[str]:
        """Each letter's own name where it is one letter and not taken."""
        free = iter([name for name in _LETTERS if name not in {letter.name for letter in letters}])
        taken: set[str] = set()
        names = []
        for letter in letters:
            name = letter.name if letter.name in _LETTERS and letter.name not in taken else next(free)
            taken.add(name)
            names.append(name)
        return names

    def _short(self, text: Text, own: Order, order: Order) -> Text | None:
        """A sum over some axes, or a transpose, without einsum."""
        if len(set(own)) < len(own):
            return None
        if order == own[::-1] and len(own) == 2:
            return Text(text.at(ATOM) + ".T")
        if not order:
            return words.call("sum", text.text)
        if order == tuple(letter for letter in own if letter in order) and len(own) - len(order) == 1:
            axis = next(place for place, letter in enumerate(own) if letter not in order)
            return words.call("sum", text.text, f"axis={axis}")
        return None

    def _reduce(self, value: Value) -> tuple[Text, Order]:
        text, own = self.entries(value.args[0])
        axes = [place for place, letter in enumerate(own) if letter in value.slots]
        rest = tuple(letter for letter in own if letter not in value.slots)
        if not rest:
            return words.call(value.word, text.text), ()
        axis = str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"
        return words.call(value.word, text.text, f"axis={axis}"), rest


Entry = Callable[[EntryText, Value], tuple[Text, Order]]

_INDEXED: Mapping[str, Entry] = {
    "component": EntryText._component,
    "delta": EntryText._delta,
    "iproduct": EntryText._product,
    "reduce": EntryText._reduce,
    "places": EntryText._places,
}


def _compared(value: Value, args: Sequence[Text]) -> Text:
    sign = {"greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!="}[value.word]
    return Text(f"({args[0].at(SUM)} {sign} {args[1].at(SUM)})")


def masked(value: Value, args: Sequence[Text]) -> Text | None:
    # [c] a is 0 where c does not hold, whatever a is there
    conditions = [place for place, arg in enumerate(value.args) if arg.op == "compared"]
    if not conditions or all(_finite(arg) for arg in value.args if arg.op != "compared"):
        return None
    rest = words.multiply([text for place, text in enumerate(args) if place not in conditions])
    return words.call("where", words.multiply([args[place] for place in conditions]).text, rest.text, "0")


def _finite(value: Value) -> bool:
    """Whether a part has a value at every number, by its form."""
    if value.op in ("div", "power") or (value.op == "call" and value.word in functions.TABLE and value.word not in functions.FINITE):
        return False
    return all(map(_finite, value.args))


POINTWISE: Mapping[str, Callable[[Value, Sequence[Text]], Text]] = {
    "sum": lambda value, args: words.add(args),
    "neg": lambda value, args: words.minus(args[0]),
    "div": lambda value, args: words.divide(*args),
    "power": lambda value, args: words.power(*args),
    "call": lambda value, args: words.call(value.word, *(arg.text for arg in args)),
    "compared": _compared,
    "where": lambda value, args: words.call("where", *(arg.text for arg in args)),
    "hadamard": lambda value, args: masked(value, args) or words.multiply(args),
}
