"""Renaming: the one module that substitutes indices, and the reason that nothing is captured.

Every binder is fresh, and whatever is copied is renewed: no two sums share an index, so substituting one
free index can never be caught by a sum on the way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from .bodies import Apply, Opaque
from .dims import Dim
from .nodes import Component, Delta, Expr, Extent, Inside, Product
from .slots import Affine, Index, Slot, affine, slot_terms
from .unevaluated import Contraction, Partial

_ids = itertools.count(1)


def fresh(extent: Dim, hint: str = "") -> Index:
    """An index that occurs nowhere yet."""
    return Index(next(_ids), extent, hint)


def fresh_like(slot: Slot) -> Index:
    """A new index of the same extent and letter."""
    return fresh(slot.extent, slot.hint if isinstance(slot, Index) else "")


def substitute(expr: Expr, mapping: Mapping[Index, Slot]) -> Expr:
    """`expr` with each free index of `mapping` replaced by its slot."""
    if not mapping or expr.free.isdisjoint(mapping):
        return expr
    return _replace(expr, mapping)


def substitute_slot(slot: Slot, mapping: Mapping[Index, Slot]) -> Slot:
    """A slot with its indices replaced."""
    if isinstance(slot, Index):
        return mapping.get(slot, slot)
    if not any(index in mapping for index, _ in slot.terms):
        return slot
    terms: list[tuple[Index, Dim]] = []
    offset = slot.offset
    for index, coefficient in slot.terms:
        pairs, base = slot_terms(mapping.get(index, index))
        terms += [(inner, factor * coefficient) for inner, factor in pairs]
        offset = offset + base * coefficient
    return affine(_collect(terms), offset, slot.extent)


def _collect(terms: list[tuple[Index, Dim]]) -> tuple[tuple[Index, Dim], ...]:
    total: dict[Index, Dim] = {}
    for index, coefficient in terms:
        total[index] = total[index] + coefficient if index in total else coefficient
    return tuple((index, coefficient) for index, coefficient in total.items() if coefficient.terms)


def _slots(slots: tuple[Slot, ...], mapping: Mapping[Index, Slot]) -> tuple[Slot, ...]:
    return tuple([substitute_slot(slot, mapping) for slot in slots])


def _replace(expr: Expr, mapping: Mapping[Index, Slot]) -> Expr:
    if expr.free.isdisjoint(mapping):
        return expr
    match expr:
        case Component(tensor, slots):
            return Component(tensor, _slots(slots, mapping))
        case Delta(left, right):
            return Delta(substitute_slot(left, mapping), substitute_slot(right, mapping))
        case Inside(slot):
            return Inside(substitute_slot(slot, mapping))
        case Apply() | Opaque():
            return replace(expr, slots=_slots(expr.slots, mapping))
        case Partial(body, by):
            return replace(expr, body=_replace(body, mapping), by=Component(by.tensor, _slots(by.slots, mapping)))
        case _:
            return expr.with_children(tuple([_replace(child, mapping) for child in expr.children]))


def renew(expr: Expr) -> Expr:
    """The same expression with every summed index fresh; to be used for every copy."""
    inside = expr.bound
    return _rebind(expr, {index: fresh_like(index) for index in sorted(inside, key=lambda i: i.id)}) if inside else expr


def _rebind(expr: Expr, mapping: Mapping[Index, Index]) -> Expr:
    """`expr` with summed and free indices of `mapping` renamed; the new ones occur nowhere in it."""
    children = tuple([_rebind(child, mapping) for child in expr.children])
    match expr:
        case Product(_, over):
            return Product(children, tuple([mapping.get(index, index) for index in over]))
        case Contraction(_, _, pairs):
            renamed = tuple([(mapping.get(a, a), mapping.get(b, b)) for a, b in pairs])
            return Contraction(children[0], children[1], renamed)
        case Partial(_, by):
            return replace(expr, body=children[0], by=Component(by.tensor, _slots(by.slots, mapping)))
        case Component(tensor, slots):
            return Component(tensor, _slots(slots, mapping))
        case Delta(left, right):
            return Delta(substitute_slot(left, mapping), substitute_slot(right, mapping))
        case Inside(slot):
            return Inside(substitute_slot(slot, mapping))
        case Apply() | Opaque():
            return replace(expr, slots=_slots(expr.slots, mapping))
        case _:
            return expr.with_children(children) if children else expr


def multiply(factors: Iterable[Expr], over: Iterable[Index] = ()) -> Product:
    """The product with inner products opened: (Σ_k a b) c = Σ_k a b c; sums that would meet are renewed."""
    parts = [_opened(factor) for factor in factors]
    summed = list(over)
    used = set(summed).union(*(part.free for part in parts))
    flat: list[Expr] = []
    for part in parts:
        if not used.isdisjoint(part.bound):
            part = renew(part)
        used |= part.bound
        if isinstance(part, Product):
            summed += part.over
            flat += part.factors
        else:
            flat.append(part)
    return Product(tuple(flat), tuple(summed))


def _opened(expr: Expr) -> Expr:
    """A product without products among its factors."""
    if isinstance(expr, Product) and any(isinstance(factor, Product) for factor in expr.factors):
        return multiply(expr.factors, expr.over)
    return expr


def resolve_extents(expr: Expr, mapping: Mapping[Index, Index], resolve: Callable[[Dim], Dim]) -> Expr:
    """`expr` with indices exchanged for the same ones with solved extents, and every other dimension solved."""
    children = tuple([resolve_extents(child, mapping, resolve) for child in expr.children])
    if isinstance(expr, Extent):
        return Extent(resolve(expr.dim))
    expr = _rebind(expr.with_children(children) if children else expr, mapping)
    solved = tuple(resolved_slot(slot, resolve) for slot in expr.own_slots)
    return _with_slots(expr, solved) if solved != expr.own_slots else expr


def resolved_slot(slot: Slot, resolve: Callable[[Dim], Dim]) -> Slot:
    """A slot with its strides and extent solved."""
    if isinstance(slot, Index):
        return slot
    return Affine(tuple((i, resolve(c)) for i, c in slot.terms), resolve(slot.offset), resolve(slot.extent))


def _with_slots(expr: Expr, slots: tuple[Slot, ...]) -> Expr:
    match expr:
        case Delta():
            return Delta(*slots)
        case Inside():
            return Inside(*slots)
        case Component() | Apply() | Opaque():
            return replace(expr, slots=slots)
    return expr
