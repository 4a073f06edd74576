"""A formula in LaTeX to a text of the expression language: line by line, the last one is the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ...errors import DerivationError, ParseError, Place
from ...index.dims import Dim
from ..unify import dimension
from .arraytext import ArrayText
from .book import Book, Entry, sizes
from .indextext import IndexText
from .lines import lines
from .meaning import Meaning
from .parser import Parser
from .symbols import quotient_names
from .tree import Left, Line, Node, Radix, Slot
from .values import Letter, Value


def to_expression(
    text: str,
    names: Collection[str],
    scalars: Collection[str] = (),
    *,
    ranks: Mapping[str, int] | None = None,
    shapes: Mapping[str, Sequence[str]] | None = None,
    dims: Collection[str] = (),
    result: Sequence[str] | None = None,
) -> str:
    """The formula in array notation, or as an index-notation definition `g[m,n] = …` where it has component indices.

    `names` are the tensors that are known, `scalars` those without axes; `ranks` and `shapes` say how many axes the others
    have and how long they are, `dims` the dimensions that no shape names, `result` the shape of the answer, where known.
    Of several lines the last is read; earlier ones define what it names. Raises ParseError, UnknownNameError, ShapeError
    or UnsupportedError with the place.
    """
    known = {name: tuple(map(str, shape)) for name, shape in (shapes or {}).items()}
    given = {**{name: 0 for name in scalars}, **(ranks or {}), **{name: len(shape) for name, shape in known.items()}}
    book = Book(text, tuple(dict.fromkeys([*names, *scalars, *known])), given, frozenset(dims) | sizes(known))
    try:
        return _Translation(text, book, known).expression(result)
    except RecursionError:
        raise ParseError("the formula is nested too deeply; take a part of it", Place(text, 0, len(text))) from None


class _Translation:
    """One formula: its lines, and what they mean."""

    def __init__(self, text: str, book: Book, shapes: Mapping[str, Sequence[str]]) -> None:
        self.text, self.book = text, book
        self.meaning = Meaning(text, book, shapes)

    def expression(self, result: Sequence[str] | None) -> str:
        found = lines(self.text, self.book)
        last = found[-1]
        for line in found[:-1]:
            if line.left is not None and line.left != last.left:
                self._define(line.left, line)
        value, order = self._read(last)
        if result is not None:
            wanted = tuple(dimension(extent) for extent in result)
            self._fit(value, order, wanted)
        return self._written(value, order)

    def _read(self, line: Line) -> tuple[Value, tuple[Letter, ...]]:
        """The value of a line, and the letters of its axes."""
        meaning = self.meaning
        meaning.letters = {}
        order = self._order(line)
        value = meaning.value(Parser(self.text, line.right, self.book).all())
        if line.left is not None:
            self._fit(value, order, self._shape(line.left))
        loose = [letter for letter in value.free if letter not in order]
        if order and loose:
            words = f"the index `{loose[0].name}` stands once, so it is not summed, and it is not on the left"
            raise ParseError(words, Place(self.text, line.right[0].start, line.right[-1].end))
        return value, order or tuple(sorted(value.free, key=lambda letter: letter.name))

    def _order(self, line: Line) -> tuple[Letter, ...]:
        slots = line.basis or (line.left.slots + line.left.below_slots if line.left else ())
        return tuple(letter for slot in slots for letter in self._slot(slot))

    def _slot(self, slot: Slot) -> tuple[Letter, ...]:
        if isinstance(slot, Radix):
            return self.meaning.fix([name for _, name in slot.terms])
        return self.meaning.fix([slot]) if slot != "1" else ()

    def _shape(self, left: Left) -> tuple[Dim, ...] | None:
        """The shape that a left-hand side says its value has."""
        above = self.book.find(left.base, left.sub, left.rank)
        if above is not None and (above.rank is not None or above.name in self.meaning.given):
            local = self.meaning.local.get(above.name)
            dims = local.dims if local is not None else self.meaning.dims(above.name)
        else:
            dims = self.meaning.unknown(left.rank or 0)
        for name in left.below:
            if name not in self.meaning.given and self.book.rank(name) is None:
                return None
            dims += self.meaning.dims(name)
        return dims

    def _fit(self, value: Value, order: Sequence[Letter], dims: Sequence[Dim] | None) -> None:
        """Solve what is still open by a shape that is known."""
        if dims is None:
            return
        if order and len(order) == len(dims):
            for letter, extent in zip(order, dims, strict=True):
                self.meaning.solver.equal(letter.extent, extent)
        elif not order:
            self.meaning.fits(value, dims)

    def _define(self, left: Left, line: Line) -> None:
        """What an earlier line names, where it is not known already."""
        name = next(word for word in quotient_names(left) if word[0] == "∂") if left.below else left.base + left.sub
        count = len(line.basis) or len(left.slots) + len(left.below_slots)
        if any(entry.name in quotient_names(left) for entry in self.book.entries) if left.below else self.book.find(left.base, left.sub, count or None):
            return
        try:
            value, order = self._read(line)
        except DerivationError:
            return  # a step of a derivation, which nothing may need
        self.meaning.local[name] = _tensor(value, order)
        self.book.entries.append(Entry(name, left.base, left.sub, len(order) or value.rank, True))

    def _written(self, value: Value, order: tuple[Letter, ...]) -> str:
        if _has_entries(value):
            found = IndexText(order, self.book.names).definition(value)
            if found is not None:
                return found
        return ArrayText(self.text, self.meaning.solver).whole(value, order).text


def _tensor(value: Value, order: tuple[Letter, ...]) -> Value:
    """An array with an axis for each letter."""
    return Value("array", (value,), tuple(letter.extent for letter in order), slots=order, node=value.node) if order else value


def _has_entries(value: Value) -> bool:
    return value.op in ("component", "delta") or any(map(_has_entries, value.args))


__all__ = ["Node", "to_expression"]
