"""What a formula means, written in the array language; entries as einsum and broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...errors import Place, UnsupportedError
from ...index.dims import UNIT, Dim
from ..unify import Solver
from . import words
from .values import Letter, Value
from .words import ATOM, PRODUCT, SUM, Text

Order = tuple[Letter, ...]
_LETTERS = "ijklmnpqrstuvwabcdefghoxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class ArrayText:
    """Writes values whose extents are solved."""

    def __init__(self, text: str, solver: Solver) -> None:
        self.source, self.solver = text, solver

    def whole(self, value: Value, order: Order) -> Text:
        """A value with its axes in the order of some letters."""
        if not order and not value.free:
            return self.text(value)
        text, own = self.entries(value)
        missing = [letter for letter in order if letter not in own]
        if own == order:
            return text
        ones = [words.call("ones", self.extent(letter.extent, value)) for letter in missing]
        return self._einsum([(text, own), *((one, (letter,)) for one, letter in zip(ones, missing, strict=True))], order)

    def text(self, value: Value) -> Text:
        """A value without free indices."""
        if value.op in _ENTRIES:
            return self.entries(value)[0]
        return _WRITERS[value.op](self, value)

    def extent(self, dim: Dim, value: Value) -> str:
        """A size, as far as it is known."""
        found = self.solver.resolve(dim)
        if any(name.startswith("?") for name in found.names):
            what = {"eye": "the size of I", "ones": "the length of 𝟏"}.get(value.op, "a size that is needed here")
            place = Place(self.source, value.node.start, value.node.end)
            raise UnsupportedError(f"{what} does not follow from the formula: give the shapes, or a subscript that is a dimension", place)
        return str(found)

    def args(self, value: Value) -> list[Text]:
        return [self.text(arg) for arg in value.args]

    # ---- repeated along an axis

    def broadcast(self, value: Value) -> list[Text]:
        """The arguments, those repeated along an axis without their 𝟏 where another one has every axis."""
        full = any(arg.rank == value.rank and self._thin(arg) is None for arg in value.args)
        return [(self._thin(arg) if full else None) or self.text(arg) for arg in value.args]

    def _thin(self, value: Value) -> Text | None:
        """What 𝟏 bᵀ, c 𝟏 and their kin are before they are repeated; None for anything else."""
        match value.op:
            case "ones":
                return Text("1")
            case "neg":
                inner = self._thin(value.args[0])
                return words.minus(inner) if inner else None
            case "scaled":
                number, array = value.args if not value.args[0].rank else value.args[::-1]
                inner = self._thin(array) if not number.rank and array.rank else None
                return words.multiply([self.text(number), inner]) if inner else None
            case "outer":
                return self._thin_outer(*value.args)
        return None

    def _thin_outer(self, left: Value, right: Value) -> Text | None:
        if left.op == right.op == "ones":
            return Text("1")
        if left.op == "ones":
            return self.text(right)
        return Text(self.text(left).at(ATOM) + "[:, None]") if right.op == "ones" else None

    # ---- entries

    def entries(self, value: Value) -> tuple[Text, Order]:
        """The text of an array of entries, and which letter each axis has."""
        if value.op not in _ENTRIES:
            return self._pointwise(value) if value.free else (self.text(value), ())
        return _ENTRIES[value.op](self, value)

    def _pointwise(self, value: Value) -> tuple[Text, Order]:
        order = value.free
        return _POINTWISE[value.op](value, [self._aligned(arg, order) for arg in value.args]), order

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

    def _component(self, value: Value) -> tuple[Text, Order]:
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
        numbers += [Text(self.extent(letter.extent, value), PRODUCT) for letter in absent]  # Σ_i c = n c
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


Writer = Callable[[ArrayText, Value], Text]
Entry = Callable[[ArrayText, Value], tuple[Text, Order]]

_ENTRIES: Mapping[str, Entry] = {
    "component": ArrayText._component,
    "delta": ArrayText._delta,
    "iproduct": ArrayText._product,
    "reduce": ArrayText._reduce,
}


def _compared(value: Value, args: Sequence[Text]) -> Text:
    sign = {"greater": ">", "equal": "=="}[value.word]
    return Text(f"({args[0].at(SUM)} {sign} {args[1].at(SUM)})")


_POINTWISE: Mapping[str, Callable[[Value, Sequence[Text]], Text]] = {
    "sum": lambda value, args: words.add(args),
    "neg": lambda value, args: words.minus(args[0]),
    "div": lambda value, args: words.divide(*args),
    "power": lambda value, args: words.power(*args),
    "call": lambda value, args: words.call(value.word, *(arg.text for arg in args)),
    "compared": _compared,
    "hadamard": lambda value, args: words.multiply(args),
}


def _broadcast(name: str) -> Writer:
    return lambda writer, value: _POINTWISE[name](value, writer.broadcast(value))


def _total(writer: ArrayText, value: Value) -> Text:
    text = writer.text(value.args[0]).text
    return words.call("sum", text) if value.word == "None" else words.call("sum", text, f"axis={value.word}")


def _along(writer: ArrayText, value: Value) -> Text:
    name, axis = value.word.split()
    return words.call(name, writer.text(value.args[0]).text, f"axis={axis}")


def _scaled(writer: ArrayText, value: Value) -> Text:
    left, right = writer.args(value)
    if not value.args[1].rank and value.args[0].rank:
        left, right = right, left
    return words.scale(left, right) if value.rank else words.multiply([left, right])


def _extents(writer: ArrayText, value: Value) -> list[str]:
    return [writer.extent(dim, value) for dim in value.dims]


_WRITERS: Mapping[str, Writer] = {
    **{name: _broadcast(name) for name in ("sum", "hadamard", "compared", "div", "power")},
    "neg": lambda writer, value: words.minus(writer.text(value.args[0])),
    "call": lambda writer, value: _POINTWISE["call"](value, writer.args(value)),
    "name": lambda writer, value: Text(value.word),
    "number": lambda writer, value: Text(value.word.lstrip("0") if value.word.strip("0") and "." not in value.word else value.word),
    "pi": lambda writer, value: Text("pi"),
    "size": lambda writer, value: Text(value.word),
    "matmul": lambda writer, value: words.matmul(*writer.args(value)),
    "outer": lambda writer, value: words.call("outer", *(text.text for text in writer.args(value))),
    "scaled": _scaled,
    "transpose": lambda writer, value: Text(writer.text(value.args[0]).at(ATOM) + ".T"),
    "matrix power": lambda writer, value: words.call("matrix_power", writer.text(value.args[0]).text, value.word),
    "total": _total,
    "axis": _along,
    "extent": lambda writer, value: Text(writer.extent(value.args[0].dims[0], value), PRODUCT),
    "eye": lambda writer, value: words.call("eye", writer.extent(value.dims[0], value)),
    "ones": lambda writer, value: words.call("ones", writer.extent(value.dims[0], value)),
    "reshape": lambda writer, value: words.call("reshape", writer.text(value.args[0]).text, *_extents(writer, value)),
    "array": lambda writer, value: writer.whole(value.args[0], value.slots),
}

__all__ = ["UNIT", "ArrayText"]
