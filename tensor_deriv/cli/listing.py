"""`derive list`: what the catalogue has; light, as the mathematics is not needed for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import shelf
from ..catalogue import read
from ..errors import DerivationError, UnknownNameError


def listing(words: Sequence[str]) -> str:
    """Two lines an entry: name and title, variables and source; UnknownNameError where no entry has all the words."""
    names = shelf.names()
    width = max(map(len, names), default=0)
    found = [lines for name in names if (lines := _lines(name, width)) and _has_all(" ".join((name, *lines)), words)]
    if words and not found:
        raise UnknownNameError(_nothing(words, names))
    return "\n".join(line for lines in found for line in lines)


def _has_all(text: str, words: Sequence[str]) -> bool:
    return all(word.lower() in text.lower() for word in words)


def _nothing(words: Sequence[str], names: Sequence[str]) -> str:
    hint = shelf.suggestion(words[0], names) if len(words) == 1 else ""
    return f"no derivation has {' and '.join(f'`{word}`' for word in words)} in its name, title or source{hint}"


def _lines(name: str, width: int) -> tuple[str, ...]:
    try:
        entry = read(Path(shelf.find(name)))
    except DerivationError as error:
        return (f"{name:{width}}  (unreadable: {error.message})",)
    more = [*([f"by {', '.join(entry.declared)}"] if entry.declared else []), *([entry.source] if entry.source else [])]
    return f"{name:{width}}  {entry.title}", *([f"{'':{width}}  {'; '.join(more)}"] if more else [])
