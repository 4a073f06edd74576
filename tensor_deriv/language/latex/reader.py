"""Walking over tokens: what stands next, groups in braces, subscripts and superscripts, and errors with their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from ...errors import ParseError, Place
from ...output.symbols import GREEK
from .book import Book
from .tokens import Token
from .tree import Radix, Slot, Sum

Scripts = tuple[list[Token] | None, list[Token] | None]  # below, above

FACES = {r"\mathbf", r"\mathrm"}
_TAKES = {r"\mathbf": 1, r"\mathrm": 1, r"\frac": 2, r"\sqrt": 1, r"\operatorname": 1}
DOT = "."


class Reader:
    """A place in a list of tokens."""

    def __init__(self, text: str, tokens: Sequence[Token], book: Book) -> None:
        self.text, self.tokens, self.book = text, list(tokens), book
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        """The text of a token ahead, empty behind the last."""
        return self.tokens[self.at + ahead].text if self.at + ahead < len(self.tokens) else ""

    @property
    def start(self) -> int:
        """Where the next token stands."""
        return self.tokens[self.at].start if self.at < len(self.tokens) else self.end

    @property
    def end(self) -> int:
        """Where the last token taken ends."""
        return self.tokens[self.at - 1].end if self.at else self.tokens[0].start if self.tokens else 0

    def take(self) -> Token:
        if self.at >= len(self.tokens):
            self.fail("the formula ends here, and something is still to come")
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *texts: str) -> bool:
        if self.peek() in texts and self.at < len(self.tokens):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(f"`{text}` is missing here")

    def fail(self, message: str, start: int | None = None, end: int | None = None) -> NoReturn:
        start = self.start if start is None else start
        end = max(self.end, start + 1) if end is None else end
        if start == self.start and self.at < len(self.tokens):
            end = max(end, self.tokens[self.at].end)
        raise ParseError(message, Place(self.text, min(start, len(self.text)), min(end, len(self.text))))

    def group(self) -> list[Token]:
        """What a script or a command is given: the tokens in braces, or a single one."""
        if not self.accept("{"):
            return self._single()
        first, depth = self.at, 1
        while depth:
            text = self.take().text
            depth += (text == "{") - (text == "}")
        return self.tokens[first : self.at - 1]

    def _single(self) -> list[Token]:
        token = self.take()
        if token.number and len(token.text) > 1:
            self.fail(f"TeX takes the first digit of `{token.text}` alone: write {{{token.text}}}", token.start, token.end)
        if token.text in ("_", "^", "}"):
            self.fail(f"`{token.text}` has nothing to stand on", token.start, token.end)
        first = self.at - 1
        for _ in range(_TAKES.get(token.text, 0)):
            self.group()
        return self.tokens[first : self.at]

    def scripts(self) -> Scripts:
        """What stands below and above; None where nothing does."""
        below: list[Token] | None = None
        above: list[Token] | None = None
        while self.peek() in ("_", "^"):
            sign = self.take()
            if (below if sign.text == "_" else above) is not None:
                self.fail(f"a second `{sign.text}`: use braces", sign.start, sign.end)
            if sign.text == "_":
                below = self.group()
            else:
                above = self.group()
        return below, above


def plain(tokens: Sequence[Token] | None) -> str:
    """Tokens as a word: braces and type faces left out, `\\_` an underscore."""
    words = (token.text for token in tokens or () if token.text not in ("{", "}", *FACES))
    return "".join("_" if word == r"\_" else word for word in words)


def slots(tokens: Sequence[Token]) -> list[Slot] | None:
    """Indices one behind the other; None where the tokens are something else. A dot holds the place of an index of the other row."""
    found: list[Slot] = []
    left = [token.text for token in tokens]
    if "," in left and "{" not in left:
        parts = [_one(part) for part in _between(left)]
        return None if None in parts else [part for part in parts if part is not None]
    if any(word in ("+", "-") for word in left) and "(" not in left:
        return None if (place := place_sum(left)) is None else [place]
    if len(left) > 1 and left[0].isdigit() and all(map(_letter, left[1:])) and left[0] != "1":
        return None if (place := place_sum(left)) is None else [place]
    while left:
        word = left.pop(0)
        if word == "(":
            if ")" not in left:
                return None
            end = left.index(")")
            radix = _radix(left[:end])
            if radix is None:
                return None
            found.append(radix)
            left = left[end + 1 :]
        elif word == r"\cdot":
            found.append(DOT)
        elif word == "1" or _letter(word):
            found.append(word.lstrip("\\") + _counted(left))
        elif word.isdigit():
            found.append(Sum(((1, (word,)),)))
        elif word not in (",", "{", "}"):
            return None
    return found


def _between(words: Sequence[str]) -> list[list[str]]:
    """What stands between commas."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _one(words: Sequence[str]) -> Slot | None:
    """One slot of a row with commas."""
    if words[:1] == ["("] and words[-1:] == [")"]:
        words = words[1:-1]
        return _radix(list(words)) or place_sum(words)
    if list(words) == [r"\cdot"]:
        return DOT
    left = list(words)
    if left and _letter(left[0]):
        name = left.pop(0).lstrip("\\") + _counted(left)
        if not left:
            return name
    return place_sum(words) if any(word.isdigit() or word in "+-" for word in words) else None


def place_sum(words: Sequence[str]) -> Sum | None:
    """i + 2 k − 1; None for anything else."""
    terms: list[tuple[int, tuple[str, ...]]] = []
    sign, factors = 1, list[str]()
    for word in [*words, "+"]:
        if word not in ("+", "-"):
            if not (_letter(word) or word.isdigit()):
                return None
            factors.append(word.lstrip("\\"))
            continue
        if factors:
            terms.append((sign, tuple(factors)))
        sign, factors = (-1 if word == "-" else 1), []
    return Sum(tuple(terms)) if terms else None


def _letter(word: str) -> bool:
    return (len(word) == 1 and word.isascii() and word.isalpha()) or (word[:1] == "\\" and word[1:] in GREEK)


def _counted(left: list[str]) -> str:
    # the letter k_1
    if left[:1] != ["_"]:
        return ""
    words = left[1:4] if left[1:2] == ["{"] else left[1:2]
    del left[: 1 + len(words)]
    return "_" + "".join(words).strip("{}")


def _radix(words: list[str]) -> Radix | None:
    terms: list[tuple[tuple[str, ...], str]] = []
    for part in " ".join(words).split(" + "):
        factors = part.split()
        if not factors or not _letter(factors[-1]) or not all(_letter(word) or word.isdigit() for word in factors):
            return None
        terms.append((tuple(factors[:-1]), factors[-1].lstrip("\\")))
    return Radix(tuple(terms))


def merged(lower: Sequence[Slot], upper: Sequence[Slot]) -> list[Slot] | None:
    """The indices of both rows in their order; None where the dots do not say it."""
    found: list[Slot] = []
    for place in range(max(len(lower), len(upper))):
        here = [row[place] for row in (lower, upper) if place < len(row) and row[place] != DOT]
        if len(here) != 1:
            return None
        found.append(here[0])
    return found
