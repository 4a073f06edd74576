"""Laws of numbers and functions: signs and fractions in front, the logistic function, what cancels when multiplied out."""

from __future__ import annotations

from fractions import Fraction

from ...functions import TABLE
from .. import make
from ..flip import Flipper
from ..make import exchange
from ..nodes import Add, Array, Elem, MatMul, Mul, Num, Pow, num, walk
from .law import Candidates

LONGEST_PRODUCT = 12  # terms of a product that is multiplied out


def signs(node: Array, flipper: Flipper) -> Candidates:
    # −(a − b) = b − a
    if not isinstance(node, Mul):
        return
    value, _ = make.coefficient(node)
    for at, part in enumerate(node.parts):
        if isinstance(part, Add) and any(make.coefficient(term)[0] < 0 for term in part.parts):
            turned = make.add(make.mul([num(-1), term]) for term in part.parts)
            rest = [*node.parts[:at], turned, *node.parts[at + 1 :]]
            if value < 0 or len(rest) > 1:
                yield make.mul([num(-1), *rest])
        if isinstance(part, MatMul):
            yield from _sign_in_chain(node, at, part)


def _sign_in_chain(node: Mul, at: int, chain: MatMul) -> Candidates:
    for place, part in enumerate(chain.parts):
        if isinstance(part, Add) and any(make.coefficient(term)[0] < 0 for term in part.parts):
            turned = make.add(make.mul([num(-1), term]) for term in part.parts)
            new = make.matmul([*chain.parts[:place], turned, *chain.parts[place + 1 :]])
            yield make.mul([num(-1), *node.parts[:at], new, *node.parts[at + 1 :]])


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
    if isinstance(node, Mul) and abs(value) != 1:
        for at, part in enumerate(node.parts):
            chain = part.parts if isinstance(part, MatMul) else (part,)
            for place, total in enumerate(chain):
                if isinstance(total, Add):
                    inner = make.add(make.mul([num(value), term]) for term in total.parts)
                    new = make.matmul([*chain[:place], inner, *chain[place + 1 :]]) if len(chain) > 1 else inner
                    yield make.mul([*node.parts[1:at], new, *node.parts[at + 1 :]])


def negatives(node: Array, flipper: Flipper) -> Candidates:
    # −a − b = −(a + b)
    if isinstance(node, Add) and all((p.value if isinstance(p, Num) else make.coefficient(p)[0]) < 0 for p in node.parts):
        yield make.mul([num(-1), make.add(make.mul([num(-1), part]) for part in node.parts)])


def rectified(node: Array, flipper: Flipper) -> Candidates:
    # relu(a) [a > 0] = relu(a)
    if isinstance(node, Mul):
        for part in node.parts:
            hit = call("greater", part.children[0], num(0)) if _is_function(part, "relu") else None
            if hit in node.parts:
                yield make.mul(other for other in node.parts if other != hit)


def ratios(node: Array, flipper: Flipper) -> Candidates:
    # sinh(a)/cosh(a) = tanh(a), sin(a)/cos(a) = tan(a)
    if isinstance(node, Mul):
        for above, below, name in (("sinh", "cosh", "tanh"), ("sin", "cos", "tan")):
            for part in node.parts:
                if _is_function(part, above) and make.power(call(below, *part.children), num(-1)) in node.parts:
                    rest = [other for other in node.parts if other not in (part, make.power(call(below, *part.children), num(-1)))]
                    yield make.mul([*rest, call(name, *part.children)])


def indicators(node: Array, flipper: Flipper) -> Candidates:
    # [c]² = [c]
    match node:
        case Pow(Elem() as base, Num(power)) if power > 0 and base.row.name in ("greater", "greater_equal", "equal"):
            yield base


def multiplied_in(node: Array, flipper: Flipper) -> Candidates:
    # p(1 − p) ((1 − y)/(1 − p) − y/p) = (1 − y)p − y(1 − p), where the denominators go
    if not isinstance(node, Mul):
        return
    for at, part in enumerate(node.parts):
        if not isinstance(part, Add):
            continue
        rest = [*node.parts[:at], *node.parts[at + 1 :]]
        if any(_denominators(term) & {*rest, *(_negated(other) for other in rest)} for term in part.parts):
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


def _negated(node: Array) -> Array:
    return make.add(make.mul([num(-1), term]) for term in node.parts) if isinstance(node, Add) else node


def _without_sign(term: Array, rest: list[Array]) -> Array:
    """A term whose denominators are written as the factors that they meet, a difference turned where it must."""
    parts = []
    for part in term.parts if isinstance(term, Mul) else (term,):
        turned = _negated(part.base) if isinstance(part, Pow) and isinstance(part.base, Add) else None
        if turned is not None and turned in rest and isinstance(part, Pow) and part.exponent == num(-1):
            parts += [num(-1), make.power(turned, num(-1))]
        else:
            parts.append(part)
    return make.mul(parts)


def sigmoids(node: Array, flipper: Flipper) -> Candidates:
    # e^a/(e^a + e^b) = σ(a − b), 1/(1 + e^(−a)) = σ(a), 1 − σ(a) = σ(−a)
    match node:
        case Add(parts) if num(1) in parts:
            for part in parts:
                value, inner = make.coefficient(part)
                if value == -1 and _is_function(inner, "sigmoid"):
                    yield make.add([_opposite(inner), *(other for other in parts if other not in (part, num(1)))])
        case Mul(parts):
            yield from _logistic(parts)
        case Pow(Add(terms), Num(minus)) if minus == -1 and len(terms) == 2:
            yield from _logistic((node,))


def mirrored(node: Array, flipper: Flipper) -> Candidates:
    # σ(a) σ(−a) = σ(a) (1 − σ(a)): one of them is enough
    if isinstance(node, (Mul, Add)):
        found = _sigmoids(node)
        for part in _turned(found):
            if _opposite(part) in found:
                yield exchange(node, part, make.add([num(1), make.mul([num(-1), _opposite(part)])]))


def _sigmoids(node: Array) -> list[Array]:
    return list(dict.fromkeys(part for part in walk(node) if _is_function(part, "sigmoid")))


def _turned(sigmoids: list[Array]) -> list[Array]:
    """Those of a number with a minus in front, and of a difference that an earlier one has the other way round."""
    return [
        part for at, part in enumerate(sigmoids) if make.coefficient(part.children[0])[0] < 0
        or (isinstance(part.children[0], Add) and _opposite(part) in sigmoids[:at])
    ]  # fmt: skip


def _opposite(sigmoid: Array) -> Array:
    """σ(−a), of σ(a)."""
    (argument,) = sigmoid.children
    return call("sigmoid", _negated(argument) if isinstance(argument, Add) else make.mul([num(-1), argument]))


def _logistic(parts: tuple[Array, ...]) -> Candidates:
    for at, part in enumerate(parts):
        if not (isinstance(part, Pow) and part.exponent == num(-1) and isinstance(part.base, Add) and len(part.base.parts) == 2):
            continue
        exponents = [_exponent(term) for term in part.base.parts]
        for first, second in (exponents, exponents[::-1]):
            if first is None or second is None:
                continue
            rest = [*parts[:at], *parts[at + 1 :]]
            top = num(1) if first == num(0) else call("exp", first)
            if first == num(0) or top in rest:
                if first != num(0):
                    rest.remove(top)
                yield make.mul([*rest, call("sigmoid", make.add([first, make.mul([num(-1), second])]))])


def _exponent(term: Array) -> Array | None:
    """a where the term is e^a; 0 where it is 1."""
    return num(0) if term == num(1) else term.children[0] if _is_function(term, "exp") else None


def _is_function(node: Array, name: str) -> bool:
    return isinstance(node, Elem) and node.row.name == name


def call(name: str, *args: Array) -> Array:
    """The elementwise function of that name."""
    return Elem(TABLE[name], args)


def denominators(node: Array, flipper: Flipper) -> Candidates:
    # a/b − c = (a − b c)/b, where something cancels
    if isinstance(node, Add):
        for below in dict.fromkeys(base for part in node.parts for base in _denominators(part) if isinstance(base, Add)):
            parts = [make.mul([part, below]) for part in node.parts]
            whole = make.add(parts)
            if isinstance(whole, Add) and whole.shape == node.shape:
                for total in _multiplied_out(whole, []):
                    if not isinstance(total, Add) or len(total.parts) <= len(node.parts):
                        yield make.mul([total, make.power(below, num(-1))])


def expansions(node: Array, flipper: Flipper) -> Candidates:
    # (1 − y)σ − y(1 − σ) = σ − y: what is left when everything is multiplied out and collected
    if isinstance(node, Add) and any(isinstance(part, Mul) and any(isinstance(f, Add) for f in part.parts) for part in node.parts):
        negative = _turned(_sigmoids(node))
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
        return num(1), make.mul([num(-1), _opposite(factor)])
    return factor.parts if isinstance(factor, Add) else (factor,)
