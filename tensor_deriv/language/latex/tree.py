"""What a formula says, as a tree: names are known ones, indices are letters, nothing is said of shapes yet."""

from __future__ import annotations

from dataclasses import dataclass

from .tokens import Token


@dataclass(frozen=True)
class Radix:
    """A place in brackets, as in x_{(m i + j)}: each letter with the extents that multiply it."""

    terms: tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True)
class Sum:
    """A place such as i + 2 k − 1: each term with its sign, and the words that are multiplied."""

    terms: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def radix(self) -> Radix | None:
        """The same as a place that counts through axes, m i + j; None where it cannot be one."""
        last = len(self.terms) - 1
        counting = all(sign > 0 and len(factors) == last - place + 1 for place, (sign, factors) in enumerate(self.terms))
        words = [word for _, factors in self.terms for word in factors]
        if not last or not counting or any(word.isdigit() for word in words):
            return None
        return Radix(tuple((factors[:-1], factors[-1]) for _, factors in self.terms))


Slot = str | Radix | Sum  # a letter, "1" on an axis of extent 1, a place in brackets, a sum


@dataclass(frozen=True)
class Node:
    """One construct: `op` says which, `word` and `slots` what its kind needs, `start` and `end` where it stands."""

    op: str
    args: tuple[Node, ...] = ()
    word: str = ""
    slots: tuple[Slot, ...] = ()
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Left:
    """A left-hand side: what is named, with the slots that it names; `below` are the variables of a derivative."""

    base: str
    sub: str
    slots: tuple[Slot, ...]
    below: tuple[str, ...] = ()
    order: int = 0
    rank: int | None = None  # of what is named or derived, where the type face says it
    below_slots: tuple[Slot, ...] = ()


@dataclass(frozen=True)
class Line:
    """left = right; the last of the right-hand sides where there are several."""

    left: Left | None
    right: tuple[Token, ...]
    basis: tuple[Slot, ...] = ()
