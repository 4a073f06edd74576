"""Laws of functions: the rectifier, indicators, the logistic function, ratios that have a name."""

from __future__ import annotations

from ...functions import TABLE
from .. import make
from ..flip import Flipper
from ..make import exchange
from ..nodes import Add, Array, Elem, Mul, Num, Pow, num, walk
from .law import Candidates


def rectified(node: Array, flipper: Flipper) -> Candidates:
    # relu(a) [a > 0] = relu(a)
    if isinstance(node, Mul):
        for part in node.parts:
            hit = call("greater", part.children[0], num(0)) if is_function(part, "relu") else None
            if hit in node.parts:
                yield make.mul(other for other in node.parts if other != hit)


def ratios(node: Array, flipper: Flipper) -> Candidates:
    # sinh(a)/cosh(a) = tanh(a), sin(a)/cos(a) = tan(a)
    if isinstance(node, Mul):
        for above, below, name in (("sinh", "cosh", "tanh"), ("sin", "cos", "tan")):
            for part in node.parts:
                if is_function(part, above) and make.power(call(below, *part.children), num(-1)) in node.parts:
                    rest = [other for other in node.parts if other not in (part, make.power(call(below, *part.children), num(-1)))]
                    yield make.mul([*rest, call(name, *part.children)])


def indicators(node: Array, flipper: Flipper) -> Candidates:
    # [c]² = [c]
    match node:
        case Pow(Elem() as base, Num(power)) if power > 0 and base.row.name in ("greater", "greater_equal", "equal"):
            yield base


def sigmoids(node: Array, flipper: Flipper) -> Candidates:
    # e^a/(e^a + e^b) = σ(a − b), 1/(1 + e^(−a)) = σ(a), 1 − σ(a) = σ(−a)
    match node:
        case Add(parts) if num(1) in parts:
            for part in parts:
                value, inner = make.coefficient(part)
                if value == -1 and is_function(inner, "sigmoid"):
                    yield make.add([opposite(inner), *(other for other in parts if other not in (part, num(1)))])
        case Mul(parts):
            yield from _logistic(parts)
        case Pow(Add(terms), Num(minus)) if minus == -1 and len(terms) == 2:
            yield from _logistic((node,))


def mirrored(node: Array, flipper: Flipper) -> Candidates:
    # σ(a) σ(−a) = σ(a) (1 − σ(a)): one of them is enough
    if isinstance(node, (Mul, Add)):
        found = sigmoids_in(node)
        for part in turned(found):
            if opposite(part) in found:
                yield exchange(node, part, make.add([num(1), make.mul([num(-1), opposite(part)])]))


def sigmoids_in(node: Array) -> list[Array]:
    return list(dict.fromkeys(part for part in walk(node) if is_function(part, "sigmoid")))


def turned(sigmoids: list[Array]) -> list[Array]:
    """Those of a number with a minus in front, and of a difference that an earlier one has the other way round."""
    return [
        part for at, part in enumerate(sigmoids) if make.coefficient(part.children[0])[0] < 0
        or (isinstance(part.children[0], Add) and opposite(part) in sigmoids[:at])
    ]  # fmt: skip


def opposite(sigmoid: Array) -> Array:
    """σ(−a), of σ(a)."""
    (argument,) = sigmoid.children
    return call("sigmoid", make.negated(argument) if isinstance(argument, Add) else make.mul([num(-1), argument]))


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
    return num(0) if term == num(1) else term.children[0] if is_function(term, "exp") else None


def is_function(node: Array, name: str) -> bool:
    return isinstance(node, Elem) and node.row.name == name


def call(name: str, *args: Array) -> Array:
    """The elementwise function of that name."""
    return Elem(TABLE[name], args)
