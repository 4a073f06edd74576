"""Laws of matrix algebra that may make an expression shorter: each gives candidates equal to a node.

Whether a candidate is taken is not decided here: the Tidier takes the cheapest by the stated measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..functions import TABLE
from ..index.dims import UNIT, Dim
from . import make
from .flip import Flipper
from .make import exchange
from .nodes import Add, Array, Call, Column, Diag, DiagOf, Elem, Eye, Filled, MatMul, Mul, Num, Outer, Pow, Size, T, Trace, num, walk

Candidates = Iterator[Array]
LONGEST_PRODUCT = 12  # terms of a product that is multiplied out


def transposes(node: Array, flipper: Flipper) -> Candidates:
    # (AB)ᵀ = BᵀAᵀ, and back
    match node:
        case T(arg) if node.rank == 2:
            yield flipper.flip(arg)
            yield from _split_transpose(arg, flipper)
        case MatMul() | Add() | Mul() | Elem() | Pow() if node.rank == 2 and _has_transpose(node):
            yield make.transpose(flipper.flip(node))
        case MatMul(parts) if node.rank < 2 and len(parts) > 1 and (node.rank == 0 or _has_transpose(node) or parts[0].rank == 1):
            yield flipper.reversed_chain(node)


def _split_transpose(node: Array, flipper: Flipper) -> Candidates:
    # (P Q)ᵀ = Qᵀ Pᵀ, one of them with its transpose inside
    if isinstance(node, MatMul):
        for cut in range(1, len(node.parts)):
            left, right = make.matmul(node.parts[:cut]), make.matmul(node.parts[cut:])
            yield make.matmul([flipper.flip(right), make.transpose(left)])
            yield make.matmul([make.transpose(right), flipper.flip(left)])


def _has_transpose(node: Array) -> bool:
    return isinstance(node, T) or any(_has_transpose(child) for child in node.children)


def inverses(node: Array, flipper: Flipper) -> Candidates:
    # A⁻¹A = I, and A⁻¹ against the first and last factor of a product it inverts
    match node:
        case Call("inv", Call("inv", arg)):
            yield arg
        case MatMul(parts):
            for at in range(len(parts) - 1):
                short = _cancelled(parts[at], parts[at + 1], flipper)
                if short is not None:
                    rest = [*parts[:at], *short, *parts[at + 2 :]]
                    yield make.matmul(rest) if rest else Eye(parts[at].shape[0])


def _cancelled(left: Array, right: Array, flipper: Flipper) -> list[Array] | None:
    """Two neighbours as fewer factors, where one holds the inverse of the other."""
    for swap in (False, True):
        inverse, other = (right, left) if swap else (left, right)
        if isinstance(inverse, T) and isinstance(inverse.arg, Call):
            found = _cancel(inverse.arg, flipper.flip(other), at_end=not swap) if other.rank == 2 else None
            if found is not None:
                return [make.transpose(part) for part in found]
        if isinstance(inverse, Call):
            found = _cancel(inverse, other, at_end=swap)
            if found is not None:
                return found
    return None


def _cancel(inverse: Call, other: Array, at_end: bool) -> list[Array] | None:
    # (P₁…Pₖ)⁻¹ = Pₖ⁻¹…P₁⁻¹ for square factors: Pₖ(P₁…Pₖ)⁻¹ = (P₁…Pₖ₋₁)⁻¹
    if inverse.name != "inv" or other.rank != 2:
        return None
    factors = inverse.arg.parts if isinstance(inverse.arg, MatMul) else (inverse.arg,)
    if any(part.shape[0] != part.shape[1] for part in factors):
        factors = (inverse.arg,)
    if (factors[-1] if at_end else factors[0]) != other:
        return None
    rest = factors[:-1] if at_end else factors[1:]
    return [Call("inv", make.matmul(rest), None)] if rest else []


def diagonals(node: Array, flipper: Flipper) -> Candidates:
    # diag(a) v = a ⊙ v, diag(a) diag(b) = diag(a ⊙ b), diag(a) + diag(b) = diag(a + b)
    match node:
        case MatMul(parts):
            for at in range(len(parts) - 1):
                joined = _diagonal_pair(parts[at], parts[at + 1])
                if joined is not None:
                    yield make.matmul([*parts[:at], joined, *parts[at + 2 :]])
        case Add(parts):
            marked = [_diagonal(part) for part in parts]
            vectors = [vector for vector in marked if vector is not None]
            if len(vectors) > 1:
                rest = [part for part, vector in zip(parts, marked, strict=True) if vector is None]
                yield make.add([make.diag(make.add(vectors)), *rest])
        case Mul(parts) if sum(isinstance(part, (Eye, Diag)) for part in parts) and node.rank == 2:
            yield from _masked(parts)
        case DiagOf(Diag(arg)):
            yield arg
        case DiagOf(Outer() as pair):
            yield make.mul([pair.left, pair.right])


def _diagonal_pair(left: Array, right: Array) -> Array | None:
    if isinstance(left, Diag):
        if right.rank == 1:
            return make.mul([left.arg, right])
        return Diag(make.mul([left.arg, right.arg])) if isinstance(right, Diag) else None
    return make.mul([left, right.arg]) if isinstance(right, Diag) and left.rank == 1 else None


def _diagonal(part: Array) -> Array | None:
    value, rest = make.coefficient(part)
    return make.mul([num(value), rest.arg]) if isinstance(rest, Diag) else None


def _masked(parts: tuple[Array, ...]) -> Candidates:
    # A ⊙ I = diag(diag(A))
    at = next(place for place, part in enumerate(parts) if isinstance(part, (Eye, Diag)))
    mask = parts[at]
    matrices = [part for place, part in enumerate(parts) if place != at and part.rank == 2 and not isinstance(part, Column)]
    others = [part.arg if isinstance(part, Column) else part for place, part in enumerate(parts) if place != at and part not in matrices]
    if matrices:
        vector = [mask.arg] if isinstance(mask, Diag) else []
        yield make.diag(make.mul([*vector, DiagOf(make.mul(matrices)), *others]))


def reductions(node: Array, flipper: Flipper) -> Candidates:
    # Σ_i a_i b_i = a·b, Σ_ij a_ij b_ji = tr(AB), Σ_ij = Σ_i Σ_j, (1/n) Σ = mean
    match node:
        case Call("sum", Call("sum", inner, axis, False), None, False) if axis is not None:
            yield Call("sum", inner, None)
        case Call("sum", Mul(parts), axis, False):
            yield from _summed_product(node, parts, axis, flipper)
        case Call("sum", Pow(base, Num(two)), None, False) if two == 2 and node.children[0].rank == 1:
            yield make.matmul([base, base])
        case Call("sum", DiagOf(arg), None, False):
            yield make.trace(arg)
        case Call("sum", Outer() as pair, None | (_,) as axis, False):
            yield from _summed_outer(pair, axis)
        case Call("sum", Filled(1, (dim,)), None):
            yield Size(dim)
        case Trace(MatMul(parts)):
            yield from _traces(parts, flipper)
        case Mul(parts):
            yield from _means(parts)


def _summed_outer(pair: Outer, axis: tuple[int, ...] | None) -> Candidates:
    if axis is None:
        yield make.mul([make.total(pair.left, None), make.total(pair.right, None)])
    else:
        kept, gone = (pair.right, pair.left) if axis == (0,) else (pair.left, pair.right)
        yield make.mul([make.total(gone, None), kept])


def _summed_product(node: Array, parts: tuple[Array, ...], axis: tuple[int, ...] | None, flipper: Flipper) -> Candidates:
    whole = make.mul(parts)
    if axis is None and whole.rank == 1 and all(part.rank == 1 for part in parts):
        yield make.matmul([make.mul(parts[:-1]), parts[-1]])
    elif axis is None and whole.rank == 2 and all(part.rank == 2 and not isinstance(part, Column) for part in parts):
        for at, part in enumerate(parts):
            rest = make.mul([*parts[:at], *parts[at + 1 :]])
            yield make.trace(make.matmul([flipper.flip(rest), part]))
            yield make.trace(make.matmul([rest, flipper.flip(part)]))
    elif axis is not None and whole.rank == 2:
        for at, part in enumerate(parts):
            rest = make.mul([*parts[:at], *parts[at + 1 :]])
            if rest.rank == 2 and UNIT not in rest.shape:
                if axis == (1,) and part.rank == 1:
                    yield make.matmul([rest, part])
                if axis == (0,) and isinstance(part, Column):
                    yield make.matmul([flipper.flip(rest), part.arg])


def _traces(parts: tuple[Array, ...], flipper: Flipper) -> Candidates:
    # tr(AB) = tr(BA) = Σ_ij a_ij b_ji
    for at in range(len(parts)):
        turned = parts[at:] + parts[:at]
        if at:
            yield Trace(make.matmul(turned))
        for cut in range(1, len(parts)):
            left, right = make.matmul(turned[:cut]), make.matmul(turned[cut:])
            yield make.total(make.mul([left, flipper.flip(right)]), None)
            yield make.total(make.mul([flipper.flip(left), right]), None)
    yield Trace(flipper.flip(MatMul(parts)))


def _means(parts: tuple[Array, ...]) -> Candidates:
    for at, part in enumerate(parts):
        if isinstance(part, Call) and part.name == "sum":
            dims = part.arg.shape if part.axis is None else tuple(part.arg.shape[axis] for axis in part.axis)
            rest = _without_counts(parts[:at] + parts[at + 1 :], dims)
            if rest is not None:
                yield make.mul([*rest, Call("mean", part.arg, part.axis, part.keepdims)])


def _without_counts(parts: tuple[Array, ...], dims: tuple[Dim, ...]) -> list[Array] | None:
    """The factors without 1/n for each of the dims; None where one is missing."""
    rest = list(parts)
    for dim in dims:
        count = dim.constant
        if count is not None:
            rest.append(num(count))
            continue
        inverse = next((part for part in rest if isinstance(part, Pow) and part.base == Size(dim) and isinstance(part.exponent, Num)), None)
        if inverse is None:
            return None
        rest.remove(inverse)
        rest.append(make.mul([inverse, Size(dim)]))
    return rest


def columns(node: Array, flipper: Flipper) -> Candidates:
    # a reduction kept as an axis of extent 1 instead of v[:, None]
    match node:
        case Column(Call(name, arg, axis, False)) if arg.rank == 2 and axis == (1,) and name not in ("softmax", "log_softmax"):
            yield Call(name, arg, axis, True)
        case Column(Mul() | Add() | Pow() | Elem() as inner):
            yield _as_column(inner)
        case Mul(parts) if any(isinstance(part, Column) and part.children[0].children for part in parts):
            yield make.mul(_as_column(part.arg) if isinstance(part, Column) else part for part in parts)


def _as_column(node: Array) -> Array:
    """A vector's column, taken at its leaves: sums keep their axis, and M v is one."""
    match node:
        case MatMul(parts) if node.rank == 1 and parts[-1].rank == 1 and parts[0].rank == 2:
            return Call("sum", make.mul([make.matmul(parts[:-1]), parts[-1]]), (1,), True)
        case Call(name, arg, (1,), False) if arg.rank == 2 and name not in ("softmax", "log_softmax"):
            return Call(name, arg, (1,), True)
        case Mul() | Add() | Pow() | Elem() if node.rank == 1:
            return make.rebuilt(node, tuple(_as_column(child) for child in node.children))
    return Column(node) if node.rank else node


def broadcasts(node: Array, flipper: Flipper) -> Candidates:
    # M + v1ᵀ and M + c 1 need no ones: they are broadcast
    if not isinstance(node, (Add, Mul)) or node.rank == 0:
        return
    parts = [_unfilled(part) for part in node.parts]
    if any(part is not None for part in parts):
        new = make.rebuilt(node, tuple(old if part is None else part for old, part in zip(node.parts, parts, strict=True)))
        if new.shape == node.shape:
            yield new


def _unfilled(part: Array) -> Array | None:
    scalars, rest = make.split_scalars(part)
    match rest:
        case Filled(1, _):
            return make.mul(scalars or [num(1)])
        case Outer() if isinstance(rest.right, Filled) and rest.right.value == 1:
            return make.mul([*scalars, Column(rest.left)])
        case Outer() if isinstance(rest.left, Filled) and rest.left.value == 1:
            return make.mul([*scalars, rest.right])
    return None


def outers(node: Array, flipper: Flipper) -> Candidates:
    # A (v wᵀ) B = (Av)(Bᵀw)ᵀ
    match node:
        case MatMul(parts):
            at = next((place for place, part in enumerate(parts) if isinstance(part, Outer)), None)
            if at is not None and isinstance(parts[at], Outer):
                pair = parts[at]
                assert isinstance(pair, Outer)
                left = make.matmul([*parts[:at], pair.left]) if at else pair.left
                after = [_turn(part, flipper) for part in reversed(parts[at + 1 :])]
                right = make.matmul([*after, pair.right]) if after else pair.right
                if all(part.rank == 2 for part in parts):
                    yield make.outer(left, right)
        case Outer() if node.left == node.right or isinstance(node.left, Filled):
            return


def _turn(node: Array, flipper: Flipper) -> Array:
    return flipper.flip(node) if node.rank == 2 else node


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


def negatives(node: Array, flipper: Flipper) -> Candidates:
    # −a − b = −(a + b)
    if isinstance(node, Add) and all((p.value if isinstance(p, Num) else make.coefficient(p)[0]) < 0 for p in node.parts):
        yield make.mul([num(-1), make.add(make.mul([num(-1), part]) for part in node.parts)])


def sigmoids(node: Array, flipper: Flipper) -> Candidates:
    # e^a/(e^a + e^b) = σ(a − b), 1/(1 + e^(−a)) = σ(a), 1 − σ(a) = σ(−a)
    match node:
        case Add(parts) if len(parts) == 2:
            at = next((place for place, part in enumerate(parts) if part == num(1)), None)
            other = parts[1 - at] if at is not None else None
            if other is not None and make.coefficient(other)[0] == -1:
                inner = make.coefficient(other)[1]
                if _is_function(inner, "sigmoid"):
                    yield call("sigmoid", make.mul([num(-1), inner.children[0]]))
        case Mul(parts):
            yield from _logistic(parts)
        case Pow(Add(terms), Num(minus)) if minus == -1 and len(terms) == 2:
            yield from _logistic((node,))


def mirrored(node: Array, flipper: Flipper) -> Candidates:
    # σ(a) σ(−a) = σ(a) (1 − σ(a)): one of them is enough
    if isinstance(node, (Mul, Add)):
        found = {part for part in walk(node) if _is_function(part, "sigmoid")}
        for part in found:
            argument = part.children[0]
            plain = call("sigmoid", make.mul([num(-1), argument]))
            if make.coefficient(argument)[0] < 0 and plain in found:
                yield exchange(node, part, make.add([num(1), make.mul([num(-1), plain])]))


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


def expansions(node: Array, flipper: Flipper) -> Candidates:
    # (1 − y)σ − y(1 − σ) = σ − y: what is left when everything is multiplied out and collected
    if isinstance(node, Add) and any(isinstance(part, Mul) and any(isinstance(f, Add) for f in part.parts) for part in node.parts):
        negative = [part for part in walk(node) if _is_function(part, "sigmoid") and make.coefficient(part.children[0])[0] < 0]
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
        return num(1), make.mul([num(-1), call("sigmoid", make.mul([num(-1), factor.children[0]]))])
    return factor.parts if isinstance(factor, Add) else (factor,)
