"""What a formula says, as a tree: names are known ones, indices are letters, nothing is said of shapes yet."""

from __future__ import annotations

from dataclasses import dataclass

from .tokens import Token


@dataclass(frozen=True)
class Radix:
    """A place in brackets, as in x_{(m i + j)}: each letter with the extents that multiply it."""

    terms: tuple[tuple[tuple[str, ...], str], ...]


Slot = str | Radix  # a letter, "1" on an axis of extent 1, or a place in brackets


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
