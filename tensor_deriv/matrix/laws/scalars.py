"""Laws of numbers: signs and fractions in front, common denominators, what cancels when multiplied out."""

from __future__ import annotations

from fractions import Fraction

from .. import make
from ..flip import Flipper
from ..nodes import Add, Array, Column, Diag, MatMul, Mul, Num, Pi, Pow, Size, num
from .functions import opposite, sigmoids_in, turned
from .law import Candidates

LONGEST_PRODUCT = 12  # terms of a product that is multiplied out


def signs(node: Array, flipper: Flipper) -> Candidates:
    # −(a − b) = b − a
    if not isinstance(node, Mul):
        return
    value, _ = make.coefficient(node)
    for at, part in enumerate(node.parts):
        if isinstance(part, Add) and any(map(_minus, part.parts)):
            turned = make.add(make.mul([num(-1), term]) for term in part.parts)
            rest = [*node.parts[:at], turned, *node.parts[at + 1 :]]
            if value < 0 or len(rest) > 1:
                yield make.mul([num(-1), *rest])
        if isinstance(part, Column) and value < 0 and (inner := _turned_round(part.arg)) is not None:
            yield make.mul([num(-1), *node.parts[:at], Column(inner), *node.parts[at + 1 :]])
        if isinstance(part, MatMul):
            yield from _sign_in_chain(node, at, part)


def _minus(term: Array) -> bool:
    return (term.value if isinstance(term, Num) else make.coefficient(term)[0]) < 0


def _sign_in_chain(node: Mul, at: int, chain: MatMul) -> Candidates:
    for place, part in enumerate(chain.parts):
        turned = _turned_round(part.arg) if isinstance(part, Diag) else _turned_round(part)
        if turned is not None:
            turned = make.diag(turned) if isinstance(part, Diag) else turned
            new = make.matmul([*chain.parts[:place], turned, *chain.parts[place + 1 :]])
            yield make.mul([num(-1), *node.parts[:at], new, *node.parts[at + 1 :]])


def _turned_round(part: Array) -> Array | None:
    """A difference, or a product with one, with the other sign; None for anything else."""
    if isinstance(part, Add):
        return make.negated(part) if any(map(_minus, part.parts)) else None
    for at, factor in enumerate(part.parts if isinstance(part, Mul) else ()):
        turned = _turned_round(factor) if isinstance(factor, Add) else None
        if turned is not None:
            return make.mul([*part.children[:at], turned, *part.children[at + 1 :]])
    return None


def halves(node: Array, flipper: Flipper) -> Candidates:
    # ½a + ½b = ½(a + b): a common number in front
    if not isinstance(node, Add):
        return
    values = {abs(part.value if isinstance(part, Num) else make.coefficient(part)[0]) for part in node.parts}
    for value in values:
        if value not in (0, 1):
            yield make.mul([num(value), make.add(make.mul([num(1 / Fraction(value)), part]) for part in node.parts)])
    denominators = {v.denominator for v in values}
    if len(denominators) > 1 or len(values) > 1:
        top = Fraction(max(denominators))
        if top != 1:
            yield make.mul([num(1 / top), make.add(make.mul([num(top), part]) for part in node.parts)])


def moved_in(node: Array, flipper: Flipper) -> Candidates:
    # ½ A (2b + 4c) = A (b + 2c)
    value, _ = make.coefficient(node)
    if isinstance(node, Mul) and value.denominator > 1:
        for at, part in enumerate(node.parts):
            chain = part.parts if isinstance(part, MatMul) else (part,)
            for place, total in enumerate(chain):
                if isinstance(total, Add) and all((value * make.coefficient(term)[0]).denominator == 1 for term in total.parts):
                    inner = make.add(make.mul([num(value), term]) for term in total.parts)
                    new = make.matmul([*chain[:place], inner, *chain[place + 1 :]]) if len(chain) > 1 else inner
                    yield make.mul([*node.parts[1:at], new, *node.parts[at + 1 :]])


def negatives(node: Array, flipper: Flipper) -> Candidates:
    # −a − b = −(a + b)
    if isinstance(node, Add) and all((p.value if isinstance(p, Num) else make.coefficient(p)[0]) < 0 for p in node.parts):
        yield make.mul([num(-1), make.add(make.mul([num(-1), part]) for part in node.parts)])


def roots(node: Array, flipper: Flipper) -> Candidates:
    # √2 √π = √(2π)
    if isinstance(node, Mul):
        for exponent in (Fraction(1, 2), Fraction(-1, 2)):
            found = [part for part in node.parts if isinstance(part, Pow) and part.exponent == num(exponent)]
            constant = [part for part in found if isinstance(part.children[0], Num | Pi)]
            if len(constant) > 1:
                base = make.mul(part.children[0] for part in constant)
                yield make.mul([*(part for part in node.parts if part not in constant), Pow(base, num(exponent))])


def opposites(node: Array, flipper: Flipper) -> Candidates:
    # (a − b)²/(b − a) = b − a
    if isinstance(node, Mul):
        powers = {part.base: part.exponent for part in node.parts if isinstance(part, Pow)}
        powers |= {part: num(1) for part in node.parts if isinstance(part, Add)}
        for base, exponent in powers.items():
            other = powers.get(make.negated(base)) if isinstance(base, Add) and isinstance(exponent, Num) else None
            if other is not None and isinstance(exponent, Num) and exponent.value.denominator == 1:
                gone = (make.power(base, exponent), make.power(make.negated(base), other))
                sign = num((-1) ** int(abs(exponent.value)))
                rest = [part for part in node.parts if part not in gone]
                yield make.mul([sign, *rest, *(make.power(make.negated(base), power) for power in (exponent, other))])


def multiplied_in(node: Array, flipper: Flipper) -> Candidates:
    # p(1 − p) ((1 − y)/(1 − p) − y/p) = (1 − y)p − y(1 − p), where the denominators go
    if not isinstance(node, Mul):
        return
    for at, part in enumerate(node.parts):
        if not isinstance(part, Add):
            continue
        rest = [*node.parts[:at], *node.parts[at + 1 :]]
        if any(_denominators(term) & {*rest, *(make.negated(other) for other in rest)} for term in part.parts):
            yield make.add(make.mul([_without_sign(term, rest), *rest]) for term in part.parts)
    yield from _denominator(node)


def _denominator(node: Mul) -> Candidates:
    # 1/(b (a/b + c)) = 1/(a + b c)
    below = [part.base for part in node.parts if isinstance(part, Pow) and part.exponent == num(-1)]
    for total in below:
        for other in below:
            if isinstance(total, Add) and other != total and any(other in _denominators(term) for term in total.parts):
                gone = {make.power(total, num(-1)), make.power(other, num(-1))}
                whole = make.add(make.mul([term, other]) for term in total.parts)
                yield make.mul([*(part for part in node.parts if part not in gone), make.power(whole, num(-1))])


def _denominators(term: Array) -> set[Array]:
    parts = term.parts if isinstance(term, Mul) else (term,)
    return {part.base for part in parts if isinstance(part, Pow) and isinstance(part.exponent, Num) and part.exponent.value < 0}


def _without_sign(term: Array, rest: list[Array]) -> Array:
    """A term whose denominators are written as the factors that they meet, a difference turned where it must."""
    parts = []
    for part in term.parts if isinstance(term, Mul) else (term,):
        turned = make.negated(part.base) if isinstance(part, Pow) and isinstance(part.base, Add) else None
        if turned is not None and turned in rest and isinstance(part, Pow) and part.exponent == num(-1):
            parts += [num(-1), make.power(turned, num(-1))]
        else:
            parts.append(part)
    return make.mul(parts)


def denominators(node: Array, flipper: Flipper) -> Candidates:
    # a/b − c = (a − b c)/b, where something cancels and there is no other denominator
    if not isinstance(node, Add):
        return
    below = {base for part in node.parts for base in _denominators(part) if base.rank or not isinstance(base, Size)}
    if len(below) == 1 and isinstance(base := below.pop(), Add):
        whole = make.add(make.mul([part, base]) for part in node.parts)
        for total in _multiplied_out(whole, []) if isinstance(whole, Add) and whole.shape == node.shape else ():
            if not isinstance(total, Add) or len(total.parts) <= len(node.parts):
                yield make.mul([total, make.power(base, num(-1))])


def expansions(node: Array, flipper: Flipper) -> Candidates:
    # (1 − y)σ − y(1 − σ) = σ − y: what is left when everything is multiplied out and collected
    if isinstance(node, Add) and any(isinstance(part, Mul) and any(isinstance(f, Add) for f in part.parts) for part in node.parts):
        negative = turned(sigmoids_in(node))
        yield from _multiplied_out(node, [])
        if negative:
            yield from _multiplied_out(node, negative)


def _multiplied_out(node: Add, sigmoids: list[Array]) -> Candidates:
    terms: list[Array] = []
    for part in node.parts:
        products: list[list[Array]] = [[]]
        for factor in part.parts if isinstance(part, Mul) else (part,):
            choices = _as_terms(factor, sigmoids)
            products = [[*product, choice] for product in products for choice in choices]
            if len(products) > LONGEST_PRODUCT:
                return
        terms += [make.mul(product) for product in products]
    total = make.add(terms)
    if total.shape == node.shape:
        yield total


def _as_terms(factor: Array, sigmoids: list[Array]) -> tuple[Array, ...]:
    if factor in sigmoids:
        return num(1), make.mul([num(-1), opposite(factor)])
    return factor.parts if isinstance(factor, Add) else (factor,)
