"""Tidying: every node is replaced by the cheapest equal one that the laws find, by the measure in `cost`."""

from __future__ import annotations

from ..program import Program
from . import make
from .cost import cost
from .flip import Flipper
from .known import Known
from .laws import LAWS
from .nodes import Array, Name

SLACK = 1.6  # how much dearer a candidate may look before it is itself tidied
NAMES = 0.5  # and more, where the caller has names that may stand in it
DEEPEST = 2  # a candidate of a candidate may look dearer; further on each has to be cheaper at once
ROUNDS = 12
PASSES = 4  # a law may undo a busy node's own tidying, so the whole is looked at again


class Tidier:
    """Tidies the array expressions of one program; `known` names stand for the expressions they define."""

    def __init__(self, program: Program, known: dict[Array, Name] | None = None, symmetric: set[str] | None = None) -> None:
        self.flipper = Flipper(program, symmetric or set())
        self.known = Known(known or {}, self.flipper)
        self.memo: dict[Array, Array] = {}
        self.busy: set[Array] = set()
        self.depth = 0  # of candidates of candidates

    def tidy(self, node: Array) -> Array:
        """The simplest equal expression that is found; never one that costs more."""
        for _ in range(PASSES):
            before = cost(node)
            self.memo.clear()
            node = self._tidy(node)
            if cost(node) >= before - 1e-9:
                break
        return node

    def _tidy(self, node: Array) -> Array:
        if node in self.memo:
            return self.memo[node]
        if node in self.busy:
            return node
        self.busy.add(node)
        best = self.known.of(self._inside(node))
        for _ in range(ROUNDS):
            better = self._better(best)
            if better is None:
                break
            best = better
        self.busy.discard(node)
        self.memo[node] = self.memo[best] = best
        return best

    def _inside(self, node: Array) -> Array:
        if not node.children:
            return node
        return make.rebuilt(node, tuple(self._tidy(child) for child in node.children))

    def _better(self, node: Array) -> Array | None:
        """A cheaper expression than a node whose parts are tidy, if a law finds one."""
        best, price = None, cost(node)
        slack = (SLACK + NAMES * bool(self.known.names)) * (self.depth < DEEPEST)
        for law in LAWS:
            for candidate in law.candidates(node, self.flipper):
                if cost(candidate) > price + slack:
                    candidate = self.known.throughout(candidate)
                if cost(candidate) > price + slack or candidate == node or candidate.shape != node.shape:
                    continue
                self.depth += 1
                candidate = self._tidy(candidate)
                self.depth -= 1
                if cost(candidate) < price - 1e-9:
                    best, price = candidate, cost(candidate)
        return best
