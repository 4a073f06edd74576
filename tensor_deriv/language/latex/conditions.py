"""Conditions: indices that are compared, [i ≥ j], and a value case by case."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from .names import ORDERED
from .reader import place_sum
from .series import SeriesReader
from .tokens import Token
from .tree import Node


class ConditionReader(SeriesReader):
    """The part of the parser for what holds only sometimes."""

    @abstractmethod
    def compared(self) -> Node: ...

    def places(self, start: int) -> Node | None:
        """[i ≥ j] and [2 ≤ m < 5], where what is compared are indices; None where it is not."""
        end = next((at for at in range(self.at, len(self.tokens)) if self.tokens[at].text == "]"), None)
        found = self.compared_places(self.tokens[self.at + 1 : end], start) if end is not None else None
        if found is not None and end is not None:
            self.at = end + 1
        return found

    def compared_places(self, tokens: Sequence[Token], start: int) -> Node | None:
        """A comparison of sums of indices and sizes."""
        words = [token.text for token in tokens]
        signs = [word for word in words if word in ORDERED]
        sides = [place_sum(part) for part in _parted(words)]
        letters = {word for side in sides if side for _, factors in side.terms for word in factors if not word.isdigit()}
        own = {word for word in letters if word not in self.book.dims}
        if not signs or not letters or None in sides or any(self.book.known(word) for word in own):
            return None
        slots = tuple(side for side in sides if side is not None)
        return Node("places", word=" ".join(ORDERED[sign] for sign in signs), slots=slots, start=start, end=tokens[-1].end)

    def cases(self, start: int) -> Node:
        """Two values, the first where a condition holds."""
        rows = _rows(self.group())
        cut = _find(rows[0], "if")
        last = _find(rows[-1], "otherwise")
        if len(rows) != 2 or cut is None or last is None:
            self.fail("cases are read as `a & \\text{if } c \\\\ b & \\text{otherwise}`", start)
        condition = rows[0][cut + 5 :]
        parts = (self._condition(condition, start), self.within(rows[0][:cut], start).all(), self.within(rows[1][:last], start).all())
        return Node("where", parts, start=start, end=self.end)

    def _condition(self, tokens: Sequence[Token], start: int) -> Node:
        found = self.compared_places(tokens, start)
        if found is not None:
            return found
        inner = self.within(tokens, start)
        node = inner.compared()
        if inner.at < len(inner.tokens):
            inner.fail(f"`{inner.peek()}` has no meaning in a condition")
        return node


def _parted(words: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in ORDERED:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _rows(tokens: Sequence[Token]) -> list[list[Token]]:
    """The rows of an environment."""
    rows: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text == "{") - (token.text == "}")
        if token.text == "\\\\" and not depth:
            rows.append([])
        else:
            rows[-1].append(token)
    return rows


def _find(row: Sequence[Token], word: str) -> int | None:
    """Where \\text{word} stands in a row, in no braces."""
    wanted = [r"\mathrm", "{", *word, "}"]
    depth = 0
    for at, token in enumerate(row):
        if not depth and [part.text for part in row[at : at + len(wanted)]] == wanted:
            return at
        depth += (token.text == "{") - (token.text == "}")
    return None
