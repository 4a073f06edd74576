"""What a formula means, written in the array language; entries as einsum and broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from ...errors import Place, UnsupportedError
from ...index.dims import Dim
from ..operations import OPERATIONS
from ..unify import Solver
from . import words
from .entrytext import POINTWISE, EntryText, Order, masked
from .tree import Radix, Slot
from .values import ENTRIES, Value
from .words import ATOM, SUM, Text


class ArrayText(EntryText):
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

    def arranged(self, value: Value, order: Order, axes: Sequence[Slot]) -> Text:
        """A value with an axis for each slot of a left-hand side: a letter, 1, or several letters in one place."""
        text = self.whole(value, order)
        if any(isinstance(slot, Radix) for slot in axes):
            return self.reshaped(text, self._sizes(value, order, axes), value)
        if "1" not in axes:
            return text
        return Text(f"{text.at(ATOM)}[{', '.join('None' if slot == '1' else ':' for slot in axes)}]")

    def reshaped(self, text: Text, sizes: Sequence[str], value: Value) -> Text:
        """A call of `reshape`, where the language has it."""
        if "reshape" not in OPERATIONS:
            place = Place(self.source, value.node.start, value.node.end)
            raise UnsupportedError("a place in brackets, as (m i + j), needs `reshape`, which the language does not have", place)
        return words.call("reshape", text.text, *sizes)

    def _sizes(self, value: Value, order: Order, axes: Sequence[Slot]) -> list[str]:
        letters = {letter.name: letter for letter in order}
        groups = [[name for _, name in slot.terms] if isinstance(slot, Radix) else [str(slot)] * (slot != "1") for slot in axes]
        return ["*".join(Text(self.extent(letters[name].extent, value)).text for name in group) or "1" for group in groups]

    def text(self, value: Value) -> Text:
        """A value without free indices."""
        if value.op in ENTRIES:
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
                number, array = value.args[:2] if not value.args[0].rank else value.args[1::-1]
                inner = self._thin(array) if not number.rank and array.rank else None
                return words.multiply([self.text(number), inner]) if inner else None
            case "outer":
                return self._thin_outer(*value.args)
        return None

    def _thin_outer(self, left: Value, right: Value) -> Text | None:
        first, second = self._thin(left), self._thin(right)
        if first and second:
            return words.multiply([first, second])
        if first:
            return words.scale(first, self.text(right))
        return words.scale(second, Text(self.text(left).at(ATOM) + "[:, None]")) if second else None


Writer = Callable[[ArrayText, Value], Text]


def _broadcast(name: str) -> Writer:
    return lambda writer, value: POINTWISE[name](value, writer.broadcast(value))


def _total(writer: ArrayText, value: Value) -> Text:
    text = writer.text(value.args[0]).text
    return words.call("sum", text) if value.word == "None" else words.call("sum", text, f"axis={value.word}")


def _along(writer: ArrayText, value: Value) -> Text:
    name, _, axis = value.word.partition(" ")
    return words.call(name, writer.text(value.args[0]).text, f"axis={axis}")


def _triangle(writer: ArrayText, value: Value) -> Text:
    name, *diagonal = value.word.split()
    return words.call(name, writer.text(value.args[0]).text, *diagonal)


def _scaled(writer: ArrayText, value: Value) -> Text:
    factors = writer.args(value)
    if not value.rank:
        return masked(value, factors) or words.multiply(factors)
    number, array = factors if value.args[1].rank else factors[::-1]
    return words.scale(number, array)


def _extents(writer: ArrayText, value: Value) -> list[str]:
    return [writer.extent(dim, value) for dim in value.dims]


_WRITERS: Mapping[str, Writer] = {
    **{name: _broadcast(name) for name in ("sum", "hadamard", "compared", "where", "div", "power")},
    "neg": lambda writer, value: words.minus(writer.text(value.args[0])),
    "call": lambda writer, value: POINTWISE["call"](value, writer.args(value)),
    "name": lambda writer, value: Text(value.word),
    "number": lambda writer, value: Text(value.word.lstrip("0") if value.word.strip("0") and "." not in value.word else value.word),
    "pi": lambda writer, value: Text("pi"),
    "size": lambda writer, value: Text(value.word),
    "matmul": lambda writer, value: reduce(words.matmul, writer.args(value)),
    "outer": lambda writer, value: words.call("outer", *(text.text for text in writer.args(value))),
    "scaled": _scaled,
    "transpose": lambda writer, value: Text(writer.text(value.args[0]).at(ATOM) + ".T"),
    "matrix power": lambda writer, value: words.call("matrix_power", writer.text(value.args[0]).text, value.word),
    "total": _total,
    "axis": _along,
    "triangle": _triangle,
    "extent": lambda writer, value: Text(writer.extent(value.args[0].dims[0], value), SUM),
    "eye": lambda writer, value: words.call("eye", writer.extent(value.dims[0], value)),
    "zeros": lambda writer, value: words.call("zeros", *_extents(writer, value)),
    "ones": lambda writer, value: words.call("ones", writer.extent(value.dims[0], value)),
    "reshape": lambda writer, value: writer.reshaped(writer.text(value.args[0]), _extents(writer, value), value),
    "array": lambda writer, value: writer.arranged(value.args[0], value.slots, value.node.slots),
}
