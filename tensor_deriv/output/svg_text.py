"""Text in pictures: Unicode with its indices below the line, and how wide it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from .symbols import Symbol
from .targets import Printed
from .text_target import Text

LETTER = 8.6  # about the width of a character
_OPEN, _CLOSE, _WIDE = "\ue000", "\ue001", "\u00a0"  # where indices begin and end; a space that does not break
_INDEX = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


class Indexed(Text):
    """Unicode text that marks where indices begin and end."""

    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed:
        text, tight = super().indexed(symbol, lower, upper, upper_first)
        head = symbol if isinstance(symbol, str) else self.letter(symbol)
        return (head + _marked(text[len(head) + 1 :]) if lower else text), tight

    def series(self, letters: Sequence[str]) -> str:
        return "Σ" + _marked(super().series(letters)[2:])


def _marked(indices: str) -> str:
    return _OPEN + indices.replace(" ", _WIDE) + _CLOSE


def lowered(text: str) -> str:
    """A text as SVG, indices below the line."""
    return _INDEX.sub(lambda found: f'<tspan dy="3.5" font-size="78%">{found[1]}</tspan><tspan dy="-3.5">\u200b</tspan>', escape(text))


def plain(text: str) -> str:
    """A text in one line, as it is read aloud: x_km."""
    return _INDEX.sub(lambda found: "_" + found[1].replace(_WIDE, " "), text)


def width(text: str) -> float:
    """About how wide a text is."""
    below = sum(len(index) for index in _INDEX.findall(text))
    return (len(_INDEX.sub("", text)) + 0.8 * below) * LETTER


def wrapped(text: str, most: float) -> list[str]:
    """A text in lines of at most about a width, cut at its spaces."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if width(longer) <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]
