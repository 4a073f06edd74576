"""How parts of a text are set off: on a terminal in bold and colour, elsewhere not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ink:
    """The code of each kind of text, in the numbers of ECMA-48; a kind without one stays as it is."""

    codes: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, kind: str, text: str) -> str:
        """The text as its kind is set."""
        code = self.codes.get(kind) if text else None
        return f"\x1b[{code}m{text}\x1b[0m" if code else text


PLAIN = Ink()
ANSI = Ink({"head": "1", "answer": "1", "rule": "2", "good": "32", "bad": "31"})
