"""The names that a formula may use, and how LaTeX spells them: W1 is W_{1}, lambda_ is \\lambda, X has the components x_{ij}."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ...errors import Place, UnknownNameError
from ...index.dims import Dim
from ...output.symbols import GREEK, parse
from ..unify import dimension


@dataclass(frozen=True)
class Entry:
    """A name with its spelling; `rank` is None where nobody said it."""

    name: str
    base: str
    sub: str
    rank: int | None
    local: bool = False  # named by an earlier line of the same formula

    def fits(self, count: int | None) -> bool:
        """Whether it can have that many indices; None asks for the tensor without any."""
        return count is None or self.rank is None or self.rank == count


@dataclass
class Book:
    """Every name that can be used; grows by what the lines of a formula define."""

    text: str
    names: tuple[str, ...]
    ranks: Mapping[str, int]
    dims: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    entries: list[Entry] = field(default_factory=list)
    longest: int = 2

    def __post_init__(self) -> None:
        self.longest = max([2, *map(len, self.names)])  # letters of a name
        for name in self.names:
            self.entries += [Entry(name, base, sub, self.ranks.get(name)) for base, sub in spellings(name)]

    def find(self, base: str, sub: str, count: int | None) -> Entry | None:
        """The name that is spelled so; with indices also the other case of the letter, as components are in lower case."""
        if not base:
            return None
        exact = self._spelled(base, sub)
        other = [entry for entry in self._spelled(_swapped(base), sub) if entry.local or count is not None or (entry.rank or 2) < 2]
        found = [entry for entry in [*exact, *other] if entry.fits(count)]
        return next(iter(found or exact), None)

    def spelled(self, base: str, sub: str) -> bool:
        """Whether a name has that subscript, in either case of its letter."""
        return bool(self._spelled(base, sub) or self._spelled(_swapped(base), sub))

    def _spelled(self, base: str, sub: str) -> list[Entry]:
        same = [entry for entry in self.entries if (entry.base, entry.sub) == (base, sub)]
        return sorted(same, key=lambda entry: entry.local)

    def rank(self, name: str) -> int | None:
        return next((entry.rank for entry in self.entries if entry.name == name), None)

    def known(self, base: str) -> bool:
        """Whether a letter is taken by some name, in either case."""
        return any(entry.base.lower() == base.lower() for entry in self.entries)

    def begins(self, base: str) -> bool:
        """Whether a name is spelled with this word, with or without something below."""
        return any(entry.base == base for entry in self.entries)

    def unknown(self, word: str, start: int, end: int) -> UnknownNameError:
        names = [*self.names, *self.dims]
        close = difflib.get_close_matches(word, names, 1, 0.6)
        hint = f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(sorted(names))}" if names else ""
        return UnknownNameError(f"`{word}` stands for nothing that is known here{hint}", Place(self.text, start, end))


def spellings(name: str) -> Iterable[tuple[str, str]]:
    """The ways that a name is written: as one symbol with a subscript, and spelled out."""
    symbol = parse(name)
    return dict.fromkeys([(symbol.base, symbol.sub), (name, ""), *_accented(name)])


def _accented(name: str) -> list[tuple[str, str]]:
    # y_hat and yhat are \hat{y}
    for accent in ("hat", "bar", "tilde"):
        stem = name.removesuffix(accent).rstrip("_")
        if name.endswith(accent) and len(stem) == 1:
            return [(rf"\{accent} {stem}", "")]
    return []


def _swapped(base: str) -> str:
    if len(base) == 1:
        return base.swapcase()
    turned = base[0].swapcase() + base[1:]
    return turned if base in GREEK and turned in GREEK else base


def extent(text: str) -> Dim:
    """A dimension as a shape writes it: `n`, `3`, `m*d` or `n - 1`."""
    return dimension(text)


def sizes(shapes: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The dimensions that some shapes name."""
    return frozenset(name for shape in shapes.values() for one in shape for name in extent(one).names)
