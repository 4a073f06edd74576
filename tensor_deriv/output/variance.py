"""Upper and lower indices of the mixed style: which slot of an index stands where.

Of a summed pair the first stands below and the second above; the index of a denominator is written below and acts as one
above, so its partner stands below. Free indices of a result stand below, those of a variable above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..index.nodes import Component, Expr, Product, Sum
from ..index.slots import Index
from ..index.unevaluated import Partial
from .names import Names
from .sums import standing

LOWER, UPPER, PAIR = "lower", "upper", "pair"  # PAIR: both in one node, the first below and the second above
Env = Mapping[Index, str]


def acts_upper(expr: Expr, index: Index, names: Names) -> bool:
    """Whether an index stands in a denominator of a factor."""
    match expr:
        case Component(tensor, slots) if tensor in names.quotients:
            return index in slots[names.quotients[tensor].above_rank :]
        case Partial(body, by):
            return index in by.slots or acts_upper(body, index, names)
        case Sum() | Product():
            return any(acts_upper(child, index, names) for child in expr.children)
    return False


def fits(factors: Sequence[Expr], index: Index, names: Names) -> bool:
    """Whether a pair can be one below and one above: not when both stand in denominators."""
    return sum(acts_upper(factor, index, names) for factor in factors) < 2


def spread(factors: Sequence[Expr], implied: Sequence[Index], names: Names, env: Env) -> list[Env]:
    """The variances to print each factor with, for the summed indices of their product that need no Σ."""
    own: list[dict[Index, str]] = [dict(env) for _ in factors]
    for index in implied:
        places = [place for place, factor in enumerate(factors) if standing(factor, index)]
        upper = [acts_upper(factors[place], index, names) for place in places]
        for place, row in zip(places, _rows(upper), strict=True):
            own[place][index] = row
    return list(own)


def _rows(upper: Sequence[bool]) -> list[str]:
    if len(upper) == 1:
        return [PAIR]
    return [LOWER, LOWER if upper[0] else UPPER]


def rows(slots: Sequence[Index | object], env: Env) -> list[bool]:
    """For each slot of one node whether it stands above."""
    seen: set[object] = set()
    above = []
    for slot in slots:
        row = env.get(slot, LOWER) if isinstance(slot, Index) else LOWER
        above.append(row == UPPER or (row == PAIR and slot in seen))
        seen.add(slot)
    return above


def dotted(letters: Sequence[str], above: Sequence[bool], dot: str) -> tuple[list[str], list[str]]:
    """The lower and the upper row, a dot for each slot of the other row that an index has on its left."""
    return _row(letters, [not up for up in above], dot), _row(letters, list(above), dot)


def _row(letters: Sequence[str], mine: Sequence[bool], dot: str) -> list[str]:
    last = max((place for place, own in enumerate(mine) if own), default=-1)
    return [letter if own else dot for letter, own in zip(letters[: last + 1], mine, strict=False)]
