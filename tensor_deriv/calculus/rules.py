"""The rules of differentiation, each pushing an unevaluated ∂ one level down."""

from __future__ import annotations

from ..functions import call, derivative
from ..index.bodies import Apply, Opaque
from ..index.indices import renew
from ..index.nodes import NOUGHT, UNITY, Component, Expr, Function, Number, Power, Product, Sum, Where, number
from ..index.unevaluated import Partial
from ..primitives import TABLE, deltas
from ..program import Program
from .engine import Rule

_BOOK = "Itskov, Tensor Algebra and Tensor Analysis for Engineers, chapter 2"


def constant_rule(node: Expr) -> Expr | None:
    # ∂c/∂x = 0
    if isinstance(node, Partial) and node.by.tensor not in node.body.tensors:
        return NOUGHT
    return None


def sum_rule(node: Expr) -> Expr | None:
    # ∂(a + b)/∂x = ∂a/∂x + ∂b/∂x
    match node:
        case Partial(Sum(terms), by):
            return Sum(tuple(Partial(term, by) for term in terms))
    return None


def linear_rule(node: Expr) -> Expr | None:
    # ∂(Σ_k c a)/∂x = Σ_k c ∂a/∂x
    match node:
        case Partial(Product(factors, over), by):
            places = [place for place, factor in enumerate(factors) if by.tensor in factor.tensors]
            if len(places) == 1:
                return Product(tuple(Partial(f, by) if at == places[0] else f for at, f in enumerate(factors)), over)
    return None


def product_rule(node: Expr) -> Expr | None:
    # ∂(Σ_k a b)/∂x = Σ_k ∂a/∂x b + Σ_k a ∂b/∂x, a factor without x standing outside the ∂
    match node:
        case Partial(Product(factors, over), by):
            places = [place for place, factor in enumerate(factors) if by.tensor in factor.tensors]
            if len(places) < 2:
                return None
            parted = (tuple(Partial(f, by) if at == place else f for at, f in enumerate(factors)) for place in places)
            return Sum(tuple(renew(Product(parts, over)) for parts in parted))
    return None


def power_rule(node: Expr) -> Expr | None:
    # ∂(u^n)/∂x = n u^(n−1) ∂u/∂x + u^n log(u) ∂n/∂x
    match node:
        case Partial(Power(base, exponent), by) if by.tensor in node.body.tensors:
            terms: list[Expr] = []
            if by.tensor in base.tensors:
                terms.append(Product((exponent, renew(lowered(base, exponent)), Partial(base, by))))
            if by.tensor in exponent.tensors:
                terms.append(renew(Product((node.body, call("log", base), Partial(exponent, by)))))
            return terms[0] if len(terms) == 1 else Sum(tuple(renew(term) for term in terms))
    return None


def lowered(base: Expr, exponent: Expr) -> Expr:
    """base ** (exponent − 1), plainly."""
    if isinstance(exponent, Number):
        less = exponent.value - 1
        return UNITY if less == 0 else base if less == 1 else Power(base, number(less))
    return Power(base, Sum((exponent, number(-1))))


def where_rule(node: Expr) -> Expr | None:
    # ∂(a where c, else b)/∂x = ∂a/∂x where c, else ∂b/∂x
    match node:
        case Partial(Where(condition, then, otherwise), by) if by.tensor in node.body.tensors:
            return Where(condition, Partial(then, by), renew(Partial(otherwise, by)))
    return None


def chain_rule(node: Expr) -> Expr | None:
    # ∂f(u)/∂x = f′(u) ∂u/∂x, summed over the arguments
    match node:
        case Partial(Function(row, args), by) if by.tensor in node.body.tensors:
            terms = [
                Product((renew(derivative(row, place, args)), renew(Partial(argument, by))))
                for place, argument in enumerate(args)
                if by.tensor in argument.tensors
            ]
            return terms[0] if len(terms) == 1 else Sum(tuple(terms))
    return None


def component_rule(node: Expr) -> Expr | None:
    # ∂x_ij/∂x_mn = δ_im δ_jn
    match node:
        case Partial(Component(tensor, slots), Component(by, by_slots)) if tensor == by:
            factors = deltas(slots, by_slots)
            return factors[0] if len(factors) == 1 else Product(factors)
    return None


CONSTANT = Rule("constant rule", "∂c/∂x = 0", _BOOK, "differentiate", constant_rule)
SUM = Rule("sum rule", "∂(a + b)/∂x = ∂a/∂x + ∂b/∂x", _BOOK, "differentiate", sum_rule)
LINEAR = Rule("constant factor rule", "∂(c a)/∂x = c ∂a/∂x", _BOOK, "differentiate", linear_rule)
PRODUCT = Rule("product rule", "∂(a b)/∂x = ∂a/∂x b + a ∂b/∂x", _BOOK, "differentiate", product_rule)
COMPONENT = Rule("component rule", "∂xᵢⱼ/∂xₘₙ = δᵢₘ δⱼₙ", _BOOK, "differentiate", component_rule)
POWER = Rule("power rule", "∂uⁿ/∂x = n uⁿ⁻¹ ∂u/∂x", _BOOK, "power", power_rule)
WHERE = Rule("case by case", "∂(a where c, else b)/∂x = ∂a/∂x where c, else ∂b/∂x", _BOOK, "function", where_rule)
CHAIN = Rule("chain rule for a function", "∂f(u)/∂x = f′(u) ∂u/∂x", _BOOK, "function", chain_rule)


def primitive_rule(program: Program, values: dict[tuple[str, str, tuple[int, ...]], str]) -> Rule:
    """The rule that takes the derivative of a tensor primitive from its row."""

    def apply(node: Expr) -> Expr | None:
        match node:
            case Partial(Apply() as inner, Component(by, by_slots)) if inner.tensor == by:
                value = values.get((inner.primitive, inner.tensor, inner.axes)) or program.companion(inner.primitive, inner)
                return renew(TABLE[inner.primitive].partial(program, value, inner, by_slots))
            case Partial(Opaque() as inner, Component(by, by_slots)) if inner.tensor == by:
                return Component(program.higher_derivative(inner), inner.slots + by_slots)
        return None

    return Rule("derivative of a tensor function", "its row in the table of primitives", "see the row", "primitive", apply)
