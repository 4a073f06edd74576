"""Names in generated source: a caller's stay as they are, ours give way."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable


class Names:
    """The names that one source uses, each once."""

    def __init__(self, fixed: Iterable[str]) -> None:
        self.taken = {checked(name) for name in fixed}
        self.counted: list[str] = []  # t1, t2, … so far

    def fresh(self, wanted: str) -> str:
        """`wanted` as an identifier, with underscores behind it where that name is taken."""
        name = re.sub(r"\W", "_", wanted)
        name = name if name.isidentifier() else f"_{name}"
        while name in self.taken or keyword.iskeyword(name):
            name += "_"
        self.taken.add(name)
        return name

    def numbered(self, letter: str) -> str:
        """The first of t1, t2, … that is free."""
        count = 1
        while f"{letter}{count}" in self.taken:
            count += 1
        self.counted.append(self.fresh(f"{letter}{count}"))
        return self.counted[-1]


def checked(name: str) -> str:
    """A name that may stand in source: an identifier and no keyword; ValueError for anything else."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"{name!r} cannot be a name in source")
    return name
