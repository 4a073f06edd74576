"""Every error a caller can cause, with the place in the text it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A span of a user's text: `text[start:end]`."""

    text: str
    start: int
    end: int

    def show(self) -> str:
        """The line of the text that holds the span, with carets under it."""
        line_start = self.text.rfind("\n", 0, self.start) + 1
        line_end = self.text.find("\n", self.start)
        line = self.text[line_start : line_end if line_end >= 0 else len(self.text)]
        start = self.start - line_start
        width = max(1, min(self.end - self.start, len(line) - start))
        first = max(0, start - 60)
        last = first + max(100, start - first + min(width, 60))
        head = "…" if first else ""
        tail = "…" if last < len(line) else ""
        shown = head + line[first:last] + tail
        carets = " " * (start - first + len(head)) + "^" * min(width, last - start)
        return f"  {shown}\n  {carets}"


class DerivationError(Exception):
    """The question cannot be answered: base of every error a caller can cause."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.message}\n{self.place.show()}" if self.place else self.message


class ParseError(DerivationError):
    """The text is not an expression of the language."""


class UnknownNameError(DerivationError):
    """A name that stands for nothing."""


class ShapeError(DerivationError):
    """Shapes that do not fit each other."""


class UnsupportedError(DerivationError):
    """A question that is understood and cannot be answered, with the reason."""


class CheckError(DerivationError):
    """A result failed its own numerical check, so it is not shown as right."""
