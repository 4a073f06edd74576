"""A block as lines: left = right, the basis vectors of the mixed style taken off the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...errors import ParseError, Place
from .book import Book
from .parser import Parser
from .reader import slots
from .tokens import Token, tokens
from .tree import Left, Line, Slot, Sum

_WITH = (r"\mathrm", "{", "w", "i", "t", "h", "}")


def lines(text: str, book: Book) -> list[Line]:
    """Every line of a formula; a line without a left-hand side goes on with the one above."""
    found: list[Line] = []
    for row in _rows(tokens(text)):
        parts = _sides(row)
        if found and len(parts) == 1:
            joined = (*found[-1].right, *parts[0])
            found[-1] = Line(found[-1].left, joined)
            continue
        left = _counting(_left(text, parts[0], book)) if len(parts) > 1 else None
        above = found[-1].left if found and not parts[0] else left
        found.append(Line(above, tuple(parts[-1])))
    if not found or not found[-1].right:
        raise ParseError("there is no formula to read", Place(text, 0, len(text)))
    return [_based(line, book) for line in found]


def _rows(found: Sequence[Token]) -> Iterator[list[Token]]:
    row: list[Token] = []
    depth = 0
    for token in found:
        depth += (token.text == "{") - (token.text == "}")
        if token.text == "\\\\" and not depth:
            if row:
                yield row
            row = []
        else:
            row.append(token)
    while row and row[-1].text in (".", ",", ";"):
        row.pop()
    if row:
        yield row


def _sides(row: Sequence[Token]) -> list[list[Token]]:
    """What stands between the signs of equality, those in brackets left out."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in row:
        depth += (token.text in ("{", "(", "[", r"\{")) - (token.text in ("}", ")", "]", r"\}"))
        if token.text == "=" and not depth:
            if parts[-1][-1:] and parts[-1][-1].text == ":":
                parts[-1].pop()
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _left(text: str, part: Sequence[Token], book: Book) -> Left | None:
    """The left-hand side; None where it is no name and no derivative, and is dropped."""
    if tuple(token.text for token in part[: len(_WITH)]) == _WITH:
        part = part[len(_WITH) :]
    reader = Parser(text, part, book)
    try:
        if reader.peek() == r"\frac":
            reader.take()
            above, below = reader.group(), reader.group()
            derived = above and above[0].text == r"\partial" and reader.at == len(reader.tokens)
            return Parser(text, above, book).derived(Parser(text, below, book)) if derived else None
        found = reader.named()
    except ParseError:
        return None
    return found if reader.at == len(reader.tokens) else None


def _counting(left: Left | None) -> Left | None:
    """A left-hand side whose sums of indices count through axes, as (m i + j)."""
    if left is None:
        return None
    rows = (tuple((slot.radix or slot) if isinstance(slot, Sum) else slot for slot in row) for row in (left.slots, left.below_slots))
    slots_, below = rows
    return replace(left, slots=slots_, below_slots=below)


def _based(line: Line, book: Book) -> Line:
    """The line without gᵢgʲ … at its end."""
    basis: list[Slot] = []
    rest = list(line.right)
    letter = "g" if not book.known("g") else "e"
    taken = any(entry.base.lower() == letter and entry.rank for entry in book.entries)
    while (line.left is None or not line.left.slots) and (found := _vector(rest, letter)):
        if taken:
            place = Place(book.text, rest[found[1]].start, rest[-1].end)
            raise ParseError(f"`\\mathbf{{{letter}}}` with an index is a basis vector here, and {letter} is a name as well", place)
        basis[:0] = [(slot.radix or slot) if isinstance(slot, Sum) else slot for slot in found[0]]
        rest = rest[: found[1]]
    return Line(line.left, tuple(rest), tuple(basis)) if basis and rest else line


def _vector(rest: Sequence[Token], letter: str) -> tuple[list[Slot], int] | None:
    """The slot of a basis vector at the end, and where it begins."""
    for start in range(len(rest) - 6, -1, -1):
        if rest[start].text != r"\mathbf":
            continue
        words = [token.text for token in rest[start:]]
        if words[1:4] == ["{", letter, "}"] and words[4] in ("_", "^") and words[5] == "{" and words[-1] == "}" and words.count("{") == 2:
            found = slots(rest[start + 6 : -1])
            return (found, start) if found and len(found) == 1 else None
        return None
    return None
