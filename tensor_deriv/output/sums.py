"""Where Einstein's convention says enough, and where a Σ has to be written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..index.nodes import Delta, Expr, Function, Inside, Power, Product, Sum, Transposed, Where, walk
from ..index.slots import Affine, Index, slot_indices
from ..index.unevaluated import Contraction, Partial

UNCLEAR = 99  # stands where a reader could not tell that it is summed


def standing(expr: Expr, index: Index) -> int:
    """How often an index stands in plain slots of an expression; UNCLEAR in a function, a power or a compound slot."""
    if index not in expr.free:
        return 0
    match expr:
        case Sum(terms):
            return 1 if {standing(term, index) for term in terms} == {1} else UNCLEAR
        case Product(factors, _):
            return sum(standing(factor, index) for factor in factors)
        case Partial(body, _):
            return _numerator(body, index) + _plain(expr, index)
        case Contraction(left, right, _):
            return standing(left, index) + standing(right, index)
        case Transposed(component):
            return standing(component, index)
        case Power() | Function() | Where():
            return UNCLEAR
    return _plain(expr, index)


def _plain(expr: Expr, index: Index) -> int:
    compound = any(isinstance(slot, Affine) and index in slot_indices(slot) for slot in expr.own_slots)
    return UNCLEAR if compound else sum(slot == index for slot in expr.own_slots)


def _numerator(body: Expr, index: Index) -> int:
    # ∂(x_ik w_kj + b_j)/∂x: a term without i is repeated along i
    if isinstance(body, Sum) and {standing(term, index) for term in body.terms} <= {0, 1}:
        return int(index in body.free)
    return standing(body, index)


def flat(product: Product) -> tuple[list[Expr], list[Index]]:
    """Factors and summed indices of a product with inner products opened, but for those with a Σ of their own."""
    factors: list[Expr] = []
    over = list(product.over)
    for factor in product.factors:
        if isinstance(factor, Product):
            inner, inner_over = flat(factor)
            if not written(inner, inner_over):
                factors += inner
                over += inner_over
                continue
        factors.append(factor)
    return factors, over


def written(factors: Sequence[Expr], over: Iterable[Index]) -> list[Index]:
    """The summed indices that need a Σ: those that do not stand exactly twice in plain slots."""
    return [index for index in over if sum(standing(factor, index) for factor in factors) != 2]


def stands_alone(expr: Expr, index: Index) -> bool:
    """Whether an index has the whole axis of some tensor to itself, whose range it then has."""
    return any(index in node.own_slots for node in walk(expr) if not isinstance(node, Inside))


def occurs(factors: Sequence[Expr], index: Index) -> bool:
    return any(index in factor.free for factor in factors)


def alone(factors: Sequence[Expr], index: Index) -> bool:
    """Whether an index stands once, in a line that still has a δ or a ∂ to contract."""
    waiting = any(isinstance(factor, (Delta, Partial)) for factor in factors)
    return waiting and sum(standing(factor, index) for factor in factors) == 1
