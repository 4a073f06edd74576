"""The order of a chain of matrix products, by the matrix-chain dynamic programme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...index.dims import UNIT, Dim
from ...matrix.nodes import Array, Diag, MatMul, Shape
from .sizes import Sampled

Split = tuple["Split", "Split"] | int  # a tree over the places of a chain
Best = dict[tuple[int, int], tuple[float, Split]]


def ordered_chain(node: MatMul, sizes: Sampled) -> Array:
    """A chain in pairs, in the order that costs least; from the left where all cost the same, a vector at the end first."""
    if len(node.parts) < 3 or any(part.rank > 2 for part in node.parts):
        return node
    splits = [cheapest(node.parts, sizes, draw) for draw in sizes.draws()]
    return paired(node.parts, sizes.best(splits, lambda split, draw: price(node.parts, split, sizes, draw)))


def extents(parts: Sequence[Array]) -> list[Dim]:
    """The dimensions between the factors of a chain, and those at its ends."""
    first, last = parts[0], parts[-1]
    rows = first.shape[0] if first.rank > 1 else UNIT
    columns = last.shape[1] if last.rank > 1 else UNIT
    return [rows, *(part.shape[0] for part in parts[1:]), columns]


def cheapest(parts: Sequence[Array], sizes: Sampled, draw: int) -> Split:
    """The best order at one draw of the sizes."""
    places = range(len(parts))
    best: Best = {(place, place): (0.0, place) for place in places}
    from_the_left = -1 if parts[-1].rank > 1 else 1
    for length in places[1:]:
        for start in range(len(parts) - length):
            middles: Iterable[int] = range(start, start + length)[::from_the_left]
            best[start, start + length] = min(
                (_joined(parts, best, (start, middle, start + length), sizes, draw) for middle in middles), key=lambda found: found[0]
            )
    return best[0, len(parts) - 1][1]


def _joined(parts: Sequence[Array], best: Best, places: tuple[int, int, int], sizes: Sampled, draw: int) -> tuple[float, Split]:
    start, middle, end = places
    (left_cost, left), (right_cost, right) = best[start, middle], best[middle + 1, end]
    return left_cost + right_cost + _pair_price(parts, places, sizes, draw), (left, right)


def _pair_price(parts: Sequence[Array], places: tuple[int, int, int], sizes: Sampled, draw: int) -> float:
    """Multiplications of one product; a diagonal matrix alone scales rows or columns."""
    start, middle, end = places
    dims = extents(parts)
    alone = (start == middle and isinstance(parts[start], Diag)) or (middle + 1 == end and isinstance(parts[end], Diag))
    taking: Shape = (dims[start], dims[end + 1]) if alone else (dims[start], dims[middle + 1], dims[end + 1])
    return float(sizes.volume(taking, draw))


def price(parts: Sequence[Array], split: Split, sizes: Sampled, draw: int) -> float:
    """Multiplications of a whole order."""
    if isinstance(split, int):
        return 0.0
    left, right = split
    own = _pair_price(parts, (_first(left), _last(left), _last(right)), sizes, draw)
    return own + price(parts, left, sizes, draw) + price(parts, right, sizes, draw)


def _first(split: Split) -> int:
    return split if isinstance(split, int) else _first(split[0])


def _last(split: Split) -> int:
    return split if isinstance(split, int) else _last(split[1])


def paired(parts: Sequence[Array], split: Split) -> Array:
    """The chain as products of two."""
    if isinstance(split, int):
        return parts[split]
    return MatMul((paired(parts, split[0]), paired(parts, split[1])))
