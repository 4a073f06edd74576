"""Left-hand sides: a symbol with its indices, or the derivative of one by others."""

from __future__ import annotations

from ...output.symbols import GREEK
from .reader import FACES, plain, slots
from .symbols import SymbolReader
from .tree import Left, Slot


class LeftReader(SymbolReader):
    """The part of the parser for what is named, on the left and as ∂y/∂x."""

    def head(self) -> str | None:
        """A symbol's letter or word, without its scripts; None where none stands next."""
        word = self.peek()
        if word in FACES:
            self.take()
            return plain(self.group()).lstrip("\\")
        if word and (self.tokens[self.at].letter or word[1:] in GREEK):
            return self.take().text.lstrip("\\")
        return None

    def named(self, count: bool = True) -> Left | None:
        """A symbol with its indices, as it stands on a left-hand side."""
        faced = self.peek() in FACES
        base = self.head()
        if base is None:
            return None
        below, above = self.scripts()
        entry, indices, power = self._entry(base, below, above)
        if entry is None and below and plain(below).split(",")[0].isdigit():
            number, _, rest = plain(below).partition(",")
            return Left(base, number, tuple(slots(below[2:]) or ()) if rest else ())
        if entry is None:
            indices = slots(below or []) or []
        if above and power:
            return None
        rank = len(indices) or (entry.rank if entry else None)
        if rank is None or not (entry or indices):
            rank = (2 if base[0].isupper() else 1) if faced and len(base) == 1 else 0
        return Left(entry.base if entry else base, entry.sub if entry else "", tuple(indices), rank=rank)

    def derived(self, below: LeftReader) -> Left | None:
        """∂y/∂x with its indices; this reads the numerator, `below` the denominator."""
        order = self._order()
        above = self.named()
        if above is None or self.at < len(self.tokens):
            return None
        names: list[str] = []
        indices: list[Slot] = []
        while below.at < len(below.tokens):
            if below.peek() != r"\partial":
                return None
            below.take()
            found = below.variable()
            if found is None:
                return None
            names += found[0]
            indices += found[1]
        if len(names) != order:
            return None
        return Left(above.base, above.sub, above.slots, tuple(names), order, above.rank, tuple(indices))

    def _order(self) -> int:
        self.expect(r"\partial")
        if self.accept("^"):
            word = plain(self.group())
            return int(word) if word.isdigit() else 0
        return 1

    def variable(self) -> tuple[list[str], tuple[Slot, ...]] | None:
        """What is derived by: its name as often as it stands, and its indices."""
        base = self.head()
        if base is None:
            return None
        below, above = self.scripts()
        entry, indices, _ = self._entry(base, below, None)
        count = int(plain(above)) if above and plain(above).isdigit() else 1
        return [entry.name if entry else self._of_gradient(base)] * count, tuple(indices if entry else slots(below or []) or [])

    def _of_gradient(self, base: str) -> str:
        # \partial t_{ij} where dT is known and T is not
        other = base.swapcase() if len(base) == 1 else base
        return other if f"d{other}" in self.book.names and f"d{base}" not in self.book.names else base


def quotient_names(left: Left) -> list[str]:
    """What a derivative may be called, the likeliest last: dT_dX, dT; of an earlier line: ∂f/∂T."""
    power = "" if left.order == 1 else str(left.order)
    above, below = left.base + left.sub, left.below[-1]
    if len(set(left.below)) > 1:
        return [f"∂{above}/∂{','.join(left.below)}"]
    full = [f"d{power}{above}_d{below}{power}", f"∂{above}/∂{','.join(left.below)}"]
    return [*full, f"J{below}"] if left.rank else [*full, f"d{power}{below}"]
