"""Comparing expressions that differ in the names of their summed indices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .bodies import Apply, Opaque
from .indices import substitute
from .nodes import Component, Delta, Expr, Product, Sum, walk
from .slots import Index, Slot, slot_terms
from .unevaluated import Partial


def appearance(expr: Expr) -> tuple[Index, ...]:
    """The free indices in the order in which they stand in an expression."""
    return tuple(_appearance([expr], set(expr.free)))


def all_indices(expr: Expr) -> frozenset[Index]:
    """Free and summed indices together."""
    return expr.free | expr.bound


def alpha_key(expr: Expr) -> object:
    """A key that is equal for expressions that differ in summed letters and the order of factors and terms.

    Equal keys mean equal expressions; the converse holds but for some products with repeated factors.
    """
    return _key(expr, {}, 0)


def matched(expr: Product, other: Product) -> dict[Index, Slot] | None:
    """The summed indices of one product for which another has its own, such that they are the same; None where that fails."""
    orders = [_canonical(product) for product in (expr, other)]
    if len(orders[0]) != len(orders[1]) or any(a.extent != b.extent for a, b in zip(*orders, strict=True)):
        return None
    mapping: dict[Index, Slot] = dict(zip(*orders, strict=True))
    moved = [substitute(factor, mapping) for factor in expr.factors]
    same = sorted(repr(alpha_key(factor)) for factor in moved) == sorted(repr(alpha_key(factor)) for factor in other.factors)
    return mapping if same else None


def _canonical(product: Product) -> list[Index]:
    """The summed indices in an order that does not depend on their names."""
    inner: dict[Index, object] = dict.fromkeys(product.over, "s")
    for _ in range(2):
        ordered = sorted(product.factors, key=lambda factor: repr(_key(factor, inner, 1)))
        order = _appearance(ordered, set(product.over))
        inner = {index: ("s", place) for place, index in enumerate(order)}
    return [*order, *(index for index in product.over if index not in order)]


def _key(expr: Expr, names: dict[Index, object], depth: int) -> object:
    match expr:
        case Product(factors, over):
            inner: dict[Index, object] = {**names, **dict.fromkeys(over, ("s", depth))}
            for _ in range(2):
                ordered = sorted(factors, key=lambda factor: repr(_key(factor, inner, depth + 1)))
                order = _appearance(ordered, set(over))
                inner = {**names, **{index: ("s", depth, place) for place, index in enumerate(order)}}
            keys = sorted(repr(_key(factor, inner, depth + 1)) for factor in factors)
            extents = tuple(str(index.extent) for index in order) + tuple(sorted(str(i.extent) for i in set(over) - set(order)))
            return ("Product", tuple(keys), extents)
        case Sum(terms):
            return ("Sum", tuple(sorted(repr(_key(term, names, depth + 1)) for term in terms)))
        case _:
            slots = tuple(_slot_key(slot, names) for slot in expr.own_slots)
            if isinstance(expr, Delta):
                slots = tuple(sorted(slots, key=repr))
            return (type(expr).__name__, _label(expr), slots, tuple(_key(child, names, depth + 1) for child in expr.children))


def _slot_key(slot: Slot, names: Mapping[Index, object]) -> object:
    if isinstance(slot, Index):
        return names.get(slot, slot.id)
    return (tuple((names.get(index, index.id), str(c)) for index, c in slot.terms), str(slot.offset), str(slot.extent))


def _label(expr: Expr) -> str:
    match expr:
        case Component(tensor, _):
            return tensor
        case Apply(primitive, tensor, axes, _):
            return f"{primitive}/{tensor}/{axes}"
        case Opaque(function, tensor, order, _):
            return f"{function}/{tensor}/{order}"
        case Partial(_, by):
            return by.tensor
        case _:
            return str(getattr(expr, "value", getattr(expr, "name", getattr(expr, "dim", ""))))


def _appearance(factors: Iterable[Expr], wanted: set[Index]) -> list[Index]:
    seen: list[Index] = []
    for factor in factors:
        for node in walk(factor):
            for slot in node.own_slots:
                for index, _ in slot_terms(slot)[0]:
                    if index in wanted and index not in seen:
                        seen.append(index)
    return seen
