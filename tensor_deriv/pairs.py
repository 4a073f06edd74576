"""What is said of a tensor in one word: `X=n,d`, `A=symmetric`; in options of the command line, and in links."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import ParseError, Place


def shapes(texts: Iterable[str], option: str = "--shape") -> dict[str, str]:
    """The shapes that `--shape X=n,d` gives, by name; ParseError with the place where a text reads otherwise."""
    found: dict[str, str] = {}
    for text in texts:
        name, shape = _pair(option, "X=n,d", text)
        if name in found:
            raise ParseError(f"{option} gives `{name}` twice", _whole(text))
        found[name] = shape
    return found


def assumptions(texts: Iterable[str], option: str = "--assume") -> dict[str, str]:
    """The assumptions that `--assume A=symmetric` makes, by name; several of one tensor add up."""
    found: dict[str, str] = {}
    for text in texts:
        name, words = _pair(option, "A=symmetric", text)
        found[name] = f"{found[name]},{words}" if name in found else words
    return found


def _pair(option: str, example: str, text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name.isidentifier():
        raise ParseError(f"{option} reads NAME=…, as in `{option} {example}`", _whole(text))
    return name, value


def _whole(text: str) -> Place:
    return Place(text, 0, len(text))
