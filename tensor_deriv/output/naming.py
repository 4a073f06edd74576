"""Letters for indices: result axes i, j; summed k, l, p, q; the variable's m, n; by order of appearance over a section."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ..index.nodes import Expr, Extent, Inside, Product, walk
from ..index.slots import Affine, Index, Slot, slot_indices
from ..index.unevaluated import Contraction
from .sums import flat, written

POOLS = {"i": "ijklpqrstuv", "k": "klpqrstuv", "m": "mnpqrsuv", "p": "pqrsuv", "u": "uvrst"}
REST = "ijklpqrstuvmnabcdegh"

Letters = dict[Index, str]


def letters(exprs: Sequence[Expr], first: Sequence[Slot], avoid: Collection[str] = ()) -> Letters:
    """A letter for every index of some lines; two that are in scope together never share one.

    `first` are the slots of the left-hand side. Letters in `avoid`, and those of extents in the lines, are taken last.
    """
    scopes = _Scopes()
    head = [index for slot in first for index in slot_indices(slot)]
    for expr in exprs:
        scopes.line(expr, head)
    order = list(dict.fromkeys([*head, *(index for expr in exprs for index in _appearance(expr))]))
    shunned = set(avoid) | _extents(exprs)
    chosen: Letters = {}
    for index in order:
        taken = {chosen[other] for other in scopes.near.get(index, ()) if other in chosen}
        chosen[index] = _choose(index.hint or scopes.pool.get(index, "k"), taken, shunned)
    return chosen


def _choose(hint: str, taken: set[str], shunned: set[str]) -> str:
    pool = POOLS.get(hint, (hint if len(hint) == 1 else "") + POOLS["k"])
    candidates = dict.fromkeys(pool + REST)
    for letter in [*(c for c in candidates if c not in shunned), *candidates]:
        if letter not in taken:
            return letter
    count = 1
    while f"{pool[0]}_{count}" in taken:
        count += 1
    return f"{pool[0]}_{count}"


def unused(count: int, taken: Collection[str]) -> list[str]:
    """Letters for sums that a printer writes itself."""
    free = [letter for letter in POOLS["k"] + REST if letter not in taken]
    return (list(dict.fromkeys(free)) + [f"k_{place}" for place in range(1, count + 1)])[:count]


def _appearance(expr: Expr) -> Iterable[Index]:
    for node in walk(expr):
        for slot in node.own_slots:
            yield from slot_indices(slot)
    yield from sorted(expr.bound, key=lambda index: index.id)


def _extents(exprs: Sequence[Expr]) -> set[str]:
    """Names of dimensions that stand in the lines as numbers."""
    nodes = [node for expr in exprs for node in walk(expr)]
    dims = [node.dim for node in nodes if isinstance(node, Extent)]
    compound = [slot for node in nodes for slot in node.own_slots if isinstance(slot, Affine) and (slot.terms or slot.offset.terms)]
    dims += [factor for slot in compound for _, factor in slot.terms] + [slot.offset for slot in compound]
    dims += [slot.extent for node in nodes if isinstance(node, Inside) for slot in node.own_slots]
    dims += [index.extent for slot in compound for index, _ in slot.terms if not index.extent.symbol]  # of a range that is stated
    return {name for dim in dims for name in dim.names}


class _Scopes:
    """Which indices are in scope together, and which pool a summed one without a hint takes its letter from."""

    def __init__(self) -> None:
        self.near: dict[Index, set[Index]] = {}
        self.pool: dict[Index, str] = {}

    def line(self, expr: Expr, head: Collection[Index]) -> None:
        free = expr.free.union(head)
        self._together(free, free)
        self._visit(expr, free)

    def _together(self, some: Iterable[Index], others: Iterable[Index]) -> None:
        others = list(others)
        for index in some:
            for other in others:
                if other != index:
                    self.near.setdefault(index, set()).add(other)
                    self.near.setdefault(other, set()).add(index)

    def _visit(self, expr: Expr, scope: frozenset[Index]) -> None:
        """`scope` holds all that an index bound in `expr` may not share a letter with."""
        own = self._bound_here(expr)
        inner = scope.union(own, *(slot_indices(slot) for slot in expr.own_slots))
        self._together(own, inner)
        beside = isinstance(expr, (Product, Contraction))
        for place, child in enumerate(expr.children):
            others = [sibling.bound for at, sibling in enumerate(expr.children) if at != place] if beside else []
            self._visit(child, inner.union(*others))

    def _bound_here(self, expr: Expr) -> tuple[Index, ...]:
        if isinstance(expr, Contraction):
            return tuple(index for pair in expr.pairs for index in pair)
        if not isinstance(expr, Product):
            return ()
        signs = written(flat(expr)[0], expr.over)
        for index in expr.over:
            self.pool.setdefault(index, "i" if index in signs else "k")
        return expr.over


