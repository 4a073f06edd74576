"""A formula in LaTeX to a text of the expression language: line by line, the last one is the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ...errors import DerivationError, ParseError, Place
from ...index.dims import UNIT, Dim
from .arraytext import ArrayText
from .book import Book, Entry, extent, sizes
from .indextext import IndexText
from .left import quotient_names
from .lines import lines
from .meaning import Meaning
from .parser import Parser
from .tree import Left, Line, Node, Radix, Slot, Sum
from .values import Letter, Value

MOST = 50_000  # parts of an answer


def to_expression(
    text: str,
    names: Collection[str],
    scalars: Collection[str] = (),
    *,
    ranks: Mapping[str, int] | None = None,
    shapes: Mapping[str, Sequence[str]] | None = None,
    dims: Collection[str] = (),
    result: Sequence[str] | None = None,
    functions: Collection[str] = (),
) -> str:
    """The formula in array notation, or as an index-notation definition `g[m,n] = …` where it has component indices.

    `names` are the tensors that are known, `scalars` those without axes; `ranks` and `shapes` say how many axes the others
    have and how long they are, `dims` the dimensions that no shape names, `result` the shape of the answer where it is known,
    `functions` the caller's own elementwise functions.
    Of several lines the last is read; earlier ones define what it names. Raises ParseError, UnknownNameError, ShapeError
    or UnsupportedError with the place.
    """
    known = {name: tuple(map(str, shape)) for name, shape in (shapes or {}).items()}
    given = {**dict.fromkeys(scalars, 0), **(ranks or {}), **{name: len(shape) for name, shape in known.items()}}
    book = Book(text, tuple(dict.fromkeys([*names, *scalars, *known])), given, frozenset(dims) | sizes(known), frozenset(functions))
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
        axes = self._axes(last)
        wanted = self._shape(last.left) if last.left is not None else None
        if result is not None:
            wanted = tuple(map(extent, result))
            self._fit(value, axes, wanted)
        return self._written(self._widened(value, axes, wanted), order, axes)

    def _axes(self, line: Line) -> tuple[Slot, ...]:
        """The slots of the left-hand side, or of the basis vectors."""
        return line.basis or (line.left.slots + line.left.below_slots if line.left else ())

    def _read(self, line: Line) -> tuple[Value, tuple[Letter, ...]]:
        """The value of a line, and the letters of its axes."""
        meaning = self.meaning
        meaning.letters = {}
        order = self._order(line)
        meaning.counting = any(isinstance(slot, Radix) for slot in self._axes(line))
        value = meaning.value(Parser(self.text, line.right, self.book).all())
        meaning.unambiguous(value)
        if order and value.rank:
            raise ParseError("indices stand on the left and a tensor without any on the right", self._place(line))
        if line.left is not None:
            self._fit(value, self._axes(line), self._shape(line.left))
        loose = [letter for letter in value.free if letter not in order]
        if order and loose:
            words = f"the index `{loose[0].name}` stands once, so it is not summed, and it is not on the left"
            raise ParseError(words, self._place(line))
        return value, order or tuple(sorted(value.free, key=lambda letter: letter.name))

    def _place(self, line: Line) -> Place:
        return Place(self.text, line.right[0].start, line.right[-1].end)

    def _order(self, line: Line) -> tuple[Letter, ...]:
        return tuple(letter for slot in self._axes(line) for letter in self._slot(slot))

    def _slot(self, slot: Slot) -> tuple[Letter, ...]:
        if isinstance(slot, Radix):
            return self.meaning.fix([name for _, name in slot.terms])
        if isinstance(slot, Sum):
            words = "a sum of indices stands on the left-hand side: give the answer at plain indices"
            raise ParseError(words, Place(self.text, 0, len(self.text)))
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

    def _fit(self, value: Value, axes: Sequence[Slot], dims: Sequence[Dim] | None) -> None:
        """Solve what is still open by a shape that is known."""
        if dims is None:
            return
        if axes and len(axes) == len(dims):
            for slot, wanted in zip(axes, dims, strict=True):
                if isinstance(slot, str) and slot != "1":
                    self.meaning.solver.equal(self.meaning.letter(slot).extent, wanted)
        elif not axes:
            self.meaning.fits(value, dims)

    def _define(self, left: Left, line: Line) -> None:
        """What an earlier line names, where it is not known already."""
        if self._is_known(left, len(line.basis) or len(left.slots)):
            return
        name = next(word for word in quotient_names(left) if word[0] == "∂") if left.below else left.base + left.sub
        try:
            value, order = self._read(line)
        except DerivationError:
            return  # a step of a derivation, which nothing may need
        self._bounded(value)
        self.meaning.local[name] = _tensor(value, order, self._axes(line))
        base, sub = (name, "") if left.below else (left.base, left.sub)
        self.book.entries.append(Entry(name, base, sub, self.meaning.local[name].rank, True))

    def _is_known(self, left: Left, count: int) -> bool:
        if left.below:
            return any(entry.name in quotient_names(left) for entry in self.book.entries)
        return self.book.find(left.base, left.sub, count or None) is not None

    def _widened(self, value: Value, axes: tuple[Slot, ...], dims: Sequence[Dim] | None) -> Value:
        """A zero of the shape that is known; a vector where a matrix of one column is, as such are printed without it."""
        if dims is None or value.free:
            return value
        found = tuple(map(self.meaning.solver.resolve, dims))
        if value.op == "number" and value.word == "0" and found and not any("?" in str(dim) for dim in found):
            return Value("zeros", dims=found, node=value.node)
        long = [dim != UNIT for dim in found]
        if axes or value.rank >= len(found) or sum(long) != value.rank:
            return value
        return Value("array", (value,), found, node=Node("", slots=tuple("-" if keep else "1" for keep in long)))

    def _size(self, letter: Letter) -> str:
        found = str(self.meaning.solver.resolve(letter.extent))
        return "" if "?" in found else found

    def _bounded(self, value: Value) -> None:
        """Refuse what grows without bound where each line names the one above twice."""
        if _size(value, {}) > MOST:
            raise ParseError("what the lines above define is too long where it is written out", Place(self.text, 0, len(self.text)))

    def _written(self, value: Value, order: tuple[Letter, ...], axes: tuple[Slot, ...]) -> str:
        self._bounded(value)
        if _has_entries(value) and len(axes) == sum(isinstance(slot, str) and slot != "1" for slot in axes):
            found = IndexText(order, self.book.names, self._size, self.book.dims).definition(value)
            if found is not None:
                return found
        writer = ArrayText(self.text, self.meaning.solver)
        return writer.text(value).text if value.op == "zeros" else writer.arranged(value, order, axes).text


def _tensor(value: Value, order: tuple[Letter, ...], axes: tuple[Slot, ...]) -> Value:
    """An array with an axis for each slot."""
    letters = {letter.name: letter.extent for letter in order}
    dims: list[Dim] = []
    for slot in axes:
        dims.append(UNIT)
        for name in [name for _, name in slot.terms] if isinstance(slot, Radix) else [str(slot)] * (slot != "1"):
            dims[-1] = dims[-1] * letters[name]
    return Value("array", (value,), tuple(dims) if axes else value.dims, value.row, slots=order, node=Node("", slots=axes))


def _size(value: Value, known: dict[int, int]) -> int:
    """How many parts a value has where all that it names is written out."""
    if id(value) not in known:
        known[id(value)] = 1 + sum(_size(arg, known) for arg in value.args)
    return known[id(value)]


def _has_entries(value: Value) -> bool:
    return value.op in ("component", "delta", "places") or any(map(_has_entries, value.args))

