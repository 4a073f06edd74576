"""How a form became as short as it is: one law at a time, each at the place where it gains the most."""

from __future__ import annotations

from dataclasses import dataclass

from ..program import Program
from .cost import cost
from .flip import Flipper
from .laws import LAWS, Law
from .make import exchange
from .nodes import Array, walk

LONGEST = 40  # steps


@dataclass(frozen=True)
class Tidying:
    """One step: the law by which the form became what it is now."""

    law: str
    identity: str
    node: Array


def trace(raw: Array, final: Array, program: Program, symmetric: set[str]) -> list[Tidying]:
    """The way from the form as it was read off to the one that is printed."""
    flipper = Flipper(program, symmetric)
    steps = [Tidying("matrix form", "as read off the indices", raw)]
    while len(steps) < LONGEST:
        found = _best(steps[-1].node, flipper)
        if found is None:
            break
        law, node = found
        steps.append(Tidying(law.name, law.law, node))
    if steps[-1].node != final:
        steps.append(Tidying("names and order", "the caller's names, repeated parts named", final))
    return steps


def _best(node: Array, flipper: Flipper) -> tuple[Law, Array] | None:
    """The law, and what it makes of the whole, that shortens it most."""
    best: tuple[Law, Array] | None = None
    least = cost(node) - 1e-9
    for part in dict.fromkeys(walk(node)):
        for law in LAWS:
            for candidate in law.candidates(part, flipper):
                if candidate.shape != part.shape or cost(candidate) >= cost(part):
                    continue
                whole = exchange(node, part, candidate)
                if cost(whole) < least and whole.shape == node.shape:
                    best, least = (law, whole), cost(whole)
    return best
