"""Kronecker deltas: a summed index that a δ fixes is put in everywhere, and what lies outside its range counts as zero."""

from __future__ import annotations

from ..functions import FINITE
from ..index.dims import UNIT, Dim
from ..index.indices import substitute
from ..index.nodes import NOUGHT, UNITY, Component, Delta, Expr, Function, Inside, Number, Power, Product, Where
from ..index.slots import Affine, Index, Slot, affine, bounds, inside, is_group, slot_indices, slot_terms
from .engine import Rule


def contract(node: Expr) -> Expr | None:
    # Σ_i δ_ij x_i = x_j
    match node:
        case Delta(left, right):
            return _plain_delta(left, right)
        case Product(factors, over) if over and any(isinstance(factor, Delta) for factor in factors):
            return _contracted(list(factors), over)
    return None


def _contracted(factors: list[Expr], over: tuple[Index, ...]) -> Expr | None:
    left = list(over)
    changed, at = False, 0
    while at < len(factors):
        factor = factors[at]
        found = _solve(factor, left) if isinstance(factor, Delta) else None
        if found is None:
            at += 1
            continue
        left.remove(found[0])
        factors = _put_in([other for place, other in enumerate(factors) if place != at], *found)
        changed, at = True, 0
    return Product(tuple(factors), tuple(left)) if changed else None


def _put_in(factors: list[Expr], index: Index, slot: Slot) -> list[Expr]:
    """The factors with the index exchanged for what it is, and 0 where that lies outside its range."""
    put = [substitute(factor, {index: slot}) for factor in factors]
    if inside(slot):
        return put
    concerned = [index in factor.free and not isinstance(factor, Delta) for factor in factors]
    moved = [factor for factor, own in zip(put, concerned, strict=True) if own]
    if all(map(_finite, moved)):
        return [*put, Inside(slot)]
    # 1/x is not finite where x counts as zero
    rest = [factor for factor, own in zip(put, concerned, strict=True) if not own]
    return [*rest, Where(Inside(slot), Product(tuple(moved)), NOUGHT)]


def _finite(expr: Expr) -> bool:
    """Whether an expression has a value wherever its components are numbers, zero among them."""
    if isinstance(expr, Power):
        return _finite(expr.base) and isinstance(expr.exponent, Number) and expr.exponent.value >= 0
    if isinstance(expr, Function) and expr.name not in FINITE:
        return False
    return all(map(_finite, expr.children))


def _solve(delta: Delta, over: list[Index]) -> tuple[Index, Slot] | None:
    """A summed index that the δ fixes, and what it is."""
    for index, slot in ((delta.left, delta.right), (delta.right, delta.left)):
        if isinstance(index, Index) and index in over and index not in slot_indices(slot) and index.extent == slot.extent and inside(slot):
            return index, slot
    if _regroups(delta.left, delta.right, over) or _regroups(delta.right, delta.left, over):
        return None
    terms, offset = difference(delta.left, delta.right)
    solved = [(index, _solved(index, terms, offset)) for index in terms if index in over and terms[index] in (UNIT, -UNIT)]
    return next((pair for pair in solved if inside(pair[1])), solved[0] if solved else None)


def _regroups(one: Slot, other: Slot, over: list[Index]) -> bool:
    """Whether a δ only says that summed indices run over a free one in row-major order: a reshape, which stays as it is."""
    return isinstance(one, Affine) and len(one.terms) > 1 and is_group(one) and isinstance(other, Index) and other not in over


def difference(left: Slot, right: Slot) -> tuple[dict[Index, Dim], Dim]:
    """left − right as coefficients of indices, and the number."""
    (terms, offset), (others, other) = slot_terms(left), slot_terms(right)
    total = dict(terms)
    for index, coefficient in others:
        total[index] = total[index] - coefficient if index in total else -coefficient
    return {index: coefficient for index, coefficient in total.items() if coefficient.terms}, offset - other


def _solved(index: Index, terms: dict[Index, Dim], offset: Dim) -> Slot:
    # c i + r = 0 with c = ±1: i = −c r
    sign = -terms[index]
    return affine(tuple((other, sign * c) for other, c in terms.items() if other != index), sign * offset, index.extent)


def _plain_delta(left: Slot, right: Slot) -> Expr | None:
    # δ_ii = 1 for one index; δ_ij = 0 for places that never meet; δ over equal groups is the product of the members' δ
    if left == right:
        return UNITY
    terms, offset = difference(left, right)
    low, high = bounds(Affine(tuple(terms.items()), offset, UNIT))
    if (low - UNIT).never_negative or (-high - UNIT).never_negative:
        return NOUGHT
    if not terms:
        return UNITY if not offset.terms else None
    if isinstance(left, Affine) and isinstance(right, Affine):
        return _members(left, right) or _shifted(terms, offset)
    return None


def _members(left: Affine, right: Affine) -> Expr | None:
    pairs = list(zip(left.terms, right.terms, strict=False))
    same = len(left.terms) == len(right.terms) > 1 and left.extent == right.extent and left.offset == right.offset
    grouped = is_group(left) and is_group(right)
    if same and grouped and all(a.extent == b.extent and c == d for (a, c), (b, d) in pairs):
        return Product(tuple(Delta(a, b) for (a, _), (b, _) in pairs))
    return None


def _shifted(terms: dict[Index, Dim], offset: Dim) -> Expr | None:
    # δ_(i+2)(j+2) = δ_ij
    if offset.terms or sorted(map(str, terms.values())) != ["-1", "1"]:
        return None
    first, second = sorted(terms, key=lambda index: terms[index] == -UNIT)
    return Delta(first, second) if first.extent == second.extent else None


def within(node: Expr) -> Expr | None:
    # [i in its range] = 1, and [p in range] x_p = x_p
    match node:
        case Inside(slot):
            return UNITY if inside(slot) else NOUGHT if _never(slot) else None
        case Component(_, slots) if any(isinstance(slot, Affine) and _never(slot) for slot in slots):
            return NOUGHT
        case Product(factors, over):
            kept = [factor for place, factor in enumerate(factors) if not _said(factor, factors, place)]
            return Product(tuple(kept), over) if len(kept) < len(factors) else None
    return None


def _never(slot: Slot) -> bool:
    low, high = bounds(slot)
    return (low - slot.extent).never_negative or (-high - UNIT).never_negative


def _said(factor: Expr, factors: tuple[Expr, ...], place: int) -> bool:
    """Whether an indicator says nothing that another factor does not: a component is zero outside."""
    if not isinstance(factor, Inside):
        return False
    others = (other for at, other in enumerate(factors) if at != place)
    return any(isinstance(other, Component) and factor.slot in other.slots for other in others) or factor in factors[:place]


CONTRACT = Rule("contract the Kronecker delta", "Σᵢ δᵢⱼ xᵢ = xⱼ", "Einstein's summation convention", "contract", contract)
WITHIN = Rule("outside counts as zero", "[p in range] xₚ = xₚ", "what lies outside a range counts as zero", "contract", within)
