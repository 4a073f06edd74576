"""Laws of index notation: zeros and ones, sums opened where a δ waits, like terms. None of them looks at what a tensor is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..index.alike import alpha_key
from ..index.dims import UNIT
from ..index.indices import multiply, renew
from ..index.nodes import NOUGHT, UNITY, Delta, Expr, Extent, Function, Number, Power, Product, Sum, Where, is_number, number, walk
from ..index.slots import Index
from ..index.unevaluated import Partial
from .engine import Rule


def fold(node: Expr) -> Expr | None:
    # 0·a = 0, 1·a = a, a + 0 = a, numbers multiplied together and put first
    match node:
        case Product():
            return _folded_product(node)
        case Sum(terms):
            flat = [t for term in terms for t in (term.terms if isinstance(term, Sum) else (term,)) if not is_number(t, 0)]
            return _folded_sum(terms, flat)
        case Power(base, exponent):
            return _folded_power(base, exponent)
        case Function(row, args) if all(isinstance(a, Number) for a in args) and row.name in _AT_ZERO and is_number(args[0], 0):
            return number(_AT_ZERO[row.name])
    return None


def _folded_sum(terms: tuple[Expr, ...], flat: list[Expr]) -> Expr | None:
    if len(flat) < 2:
        return flat[0] if flat else NOUGHT
    return Sum(tuple(flat)) if tuple(flat) != terms else None


_AT_ZERO = {"exp": 1, "cos": 1, "cosh": 1, "sin": 0, "tan": 0, "sinh": 0, "tanh": 0, "logcosh": 0, "abs": 0, "sign": 0, "erf": 0}


def _folded_product(node: Product) -> Expr | None:
    product = multiply(node.factors, node.over) if any(isinstance(f, Product) for f in node.factors) else node
    value = Fraction(1)
    rest: list[Expr] = []
    for factor in product.factors:
        if isinstance(factor, Number):
            value *= factor.value
        else:
            rest.append(factor)
    if value == 0:
        return NOUGHT
    rest = _joined_powers(rest)
    over, extents = _idle(rest, product.over)
    factors = ([number(value)] if value != 1 else []) + extents + rest
    if not factors:
        return UNITY
    if len(factors) == 1 and not over:
        return factors[0]
    return Product(tuple(factors), over) if tuple(factors) != node.factors or over != node.over else None


def _idle(factors: Sequence[Expr], over: tuple[Index, ...]) -> tuple[tuple[Index, ...], list[Expr]]:
    # Σ_i c = n c
    used = frozenset().union(*(factor.free for factor in factors))
    kept = tuple(index for index in over if index in used)
    return kept, [Extent(index.extent) for index in over if index not in used and index.extent != UNIT]


def _joined_powers(factors: list[Expr]) -> list[Expr]:
    # a^p a^q = a^(p+q), where one exponent is not 1
    if not any(isinstance(factor, Power) and isinstance(factor.exponent, Number) for factor in factors):
        return factors
    bases: dict[object, tuple[Expr, Fraction]] = {}
    for factor in factors:
        base, exponent = _base(factor)
        key = alpha_key(base)
        old = bases.get(repr(key))
        bases[repr(key)] = (base, exponent + old[1]) if old else (base, exponent)
    if len(bases) == len(factors):
        return factors
    return [_powered(base, exponent) for base, exponent in bases.values() if exponent]


def _base(factor: Expr) -> tuple[Expr, Fraction]:
    if isinstance(factor, Power) and isinstance(factor.exponent, Number):
        return factor.base, factor.exponent.value
    return factor, Fraction(1)


def _powered(base: Expr, exponent: Fraction) -> Expr:
    return base if exponent == 1 else Power(base, number(exponent))


def _folded_power(base: Expr, exponent: Expr) -> Expr | None:
    if is_number(exponent, 1):
        return base
    if is_number(exponent, 0):
        return UNITY
    if not isinstance(exponent, Number):
        return None
    if isinstance(base, Number) and exponent.value.denominator == 1 and base.value and _short(base.value, exponent.value):
        return number(base.value ** int(exponent.value))
    if isinstance(base, Power) and isinstance(base.exponent, Number) and exponent.value.denominator == 1:
        return _powered(base.base, base.exponent.value * exponent.value)  # (a^p)^n = a^(pn) for whole n
    if isinstance(base, Product) and not base.over and exponent.value.denominator == 1:
        return _number_out(base, exponent)
    return None


def _number_out(base: Product, exponent: Number) -> Expr | None:
    # (c a)^n = c^n a^n for whole n
    value = next((factor.value for factor in base.factors if isinstance(factor, Number)), Fraction(1))
    rest = tuple(factor for factor in base.factors if not isinstance(factor, Number))
    if value in (0, 1) or not rest or not _short(value, exponent.value):
        return None
    power = Power(rest[0] if len(rest) == 1 else Product(rest), exponent)
    return Product((number(value ** int(exponent.value)), power))


def _short(base: Fraction, exponent: Fraction) -> bool:
    """Whether base ** exponent is a number that one can read: under 200 digits or so."""
    return abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length()) <= 600


def has_delta(expr: Expr) -> bool:
    """Whether a δ stands in a term (not inside a function, where it cannot be contracted)."""
    match expr:
        case Delta():
            return True
        case Sum() | Product():
            return any(has_delta(child) for child in expr.children)
        case Where(_, then, otherwise):
            return has_delta(then) or has_delta(otherwise)
    return False


def distribute(node: Expr) -> Expr | None:
    # (a + b) c = a c + b c, only where a δ waits in the sum
    if not isinstance(node, Product):
        return None
    for place, factor in enumerate(node.factors):
        if isinstance(factor, Sum) and has_delta(factor):
            return Sum(tuple(_term(node, place, term) for term in split(factor)))
    return None


def _term(node: Product, place: int, term: Expr) -> Expr:
    return renew(multiply((*node.factors[:place], term, *node.factors[place + 1 :]), node.over))


def split(total: Sum) -> list[Expr]:
    """The terms with a δ, each alone, and the others together."""
    with_delta = [term for term in total.terms if has_delta(term)]
    rest = [term for term in total.terms if not has_delta(term)]
    return with_delta + ([Sum(tuple(rest)) if len(rest) > 1 else rest[0]] if rest else [])


def collect(node: Expr) -> Expr | None:
    # a x + b x = (a + b) x for terms that differ in their coefficient alone
    if not isinstance(node, Sum):
        return None
    seen: dict[str, tuple[Fraction, Expr]] = {}
    for term in node.terms:
        value, rest = coefficient(term)
        key = repr(alpha_key(rest))
        old = seen.get(key)
        seen[key] = (old[0] + value, old[1]) if old else (value, rest)
    if len(seen) == len(node.terms):
        return None
    terms = [scaled(value, rest) for value, rest in seen.values() if value]
    return NOUGHT if not terms else terms[0] if len(terms) == 1 else Sum(tuple(terms))


def coefficient(term: Expr) -> tuple[Fraction, Expr]:
    """The numeric coefficient of a term, and the rest."""
    if isinstance(term, Number):
        return term.value, UNITY
    if not isinstance(term, Product):
        return Fraction(1), term
    value, rest = Fraction(1), []
    for factor in term.factors:
        if isinstance(factor, Number):
            value *= factor.value
        else:
            rest.append(factor)
    if len(rest) == 1 and not term.over:
        return value, rest[0]
    return value, Product(tuple(rest), term.over)


def scaled(value: Fraction, expr: Expr) -> Expr:
    """value · expr as one product."""
    if value == 1:
        return expr
    if is_number(expr, 1):
        return number(value)
    if isinstance(expr, Product):
        return Product((number(value), *expr.factors), expr.over)
    return Product((number(value), expr))


FOLD = Rule("zeros and ones", "0·a = 0, 1·a = a", "arithmetic", "differentiate", fold)
TIDY = Rule("zeros and ones", "0·a = 0, 1·a = a", "arithmetic", "contract", fold)
DISTRIBUTE = Rule("distribute", "(a + b) c = a c + b c", "arithmetic", "contract", distribute)
COLLECT = Rule("like terms", "a x + b x = (a + b) x", "arithmetic", "collect", collect)


def unresolved(expr: Expr) -> bool:
    """Whether a ∂ is left."""
    return any(isinstance(node, Partial) for node in walk(expr))
