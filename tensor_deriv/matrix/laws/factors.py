"""Common factors of a sum: on the left and right of matrix products, and of Hadamard products."""

from __future__ import annotations

from fractions import Fraction

from .. import make
from ..calls import Call, Filled
from ..flip import Flipper
from ..nodes import Add, Array, Column, Diag, MatMul, Mul, Num, Outer, Pow, num
from .law import Candidates
from .linear import fixed

MOST_POWERS = 12  # of one base that are tried
Chain = tuple[list[Array], list[Array]]  # scalar factors, and matrices in order


def chains(node: Array, flipper: Flipper) -> Candidates:
    # A X + B X = (A + B) X, and the same on the left
    if not isinstance(node, Add) or node.rank == 0:
        return
    parts = [as_chain(term, flipper) for term in node.parts]
    for end in (0, -1):
        for common in _repeated([chain[end] for _, chain in parts if chain[end].rank]):
            inside = [place for place, (_, chain) in enumerate(parts) if chain[end] == common]
            rests = [_rest(*parts[place], end) for place in inside]
            if any(rest is None for rest in rests):
                continue
            joined = make.add(rest for rest in rests if rest is not None)
            if not _fits(joined, common, end):
                continue
            whole = make.matmul([common, joined] if end == 0 else [joined, common])
            yield make.add([whole, *(term for place, term in enumerate(node.parts) if place not in inside)])


def _fits(joined: Array, common: Array, end: int) -> bool:
    return joined.rank > 0 and (common.rank == 2 or end == -1) and (joined.rank == 2 or end == 0)


def _rest(scalars: list[Array], chain: list[Array], end: int) -> Array | None:
    rest = chain[1:] if end == 0 else chain[:-1]
    if not rest:
        return None
    return make.mul([*scalars, make.matmul(rest) if len(rest) > 1 else rest[0]])


def as_chain(term: Array, flipper: Flipper) -> Chain:
    """A term as scalar factors and a matrix product; an outer product of products is one with a cut."""
    scalars, rest = make.split_scalars(term)
    match rest:
        case MatMul(parts):
            if parts[0].rank == 1 and rest.rank == 1:
                turned = flipper.reversed_chain(rest)
                return scalars, list(turned.parts) if isinstance(turned, MatMul) else [turned]
            return scalars, list(parts)
        case Outer():
            left, right = as_chain(rest.left, flipper), as_chain(rest.right, flipper)
            if rest.left.rank == rest.right.rank == 1 and left[1][-1].rank == right[1][-1].rank == 1:
                core = Outer(left[1][-1], right[1][-1])
                after = [flipper.flip(part) for part in reversed(right[1][:-1])]
                return scalars + left[0] + right[0], [*left[1][:-1], core, *after]
        case Mul(parts) if rest.rank == 2 and sum(_full(part) for part in parts) == 1:
            return scalars, _scaled_chain(parts, flipper)
        case Call("sum", arg, (0,), False) if arg.rank == 2:
            return scalars, [flipper.flip(arg), Filled(1, arg.shape[:1])]  # Σ_i a_ij = Aᵀ1
        case Call("sum", arg, (1,), False) if arg.rank == 2:
            return scalars, [arg, Filled(1, arg.shape[1:])]
    return scalars, [rest]


def _full(part: Array) -> bool:
    return part.rank == 2 and not isinstance(part, Column)


def _scaled_chain(parts: tuple[Array, ...], flipper: Flipper) -> list[Array]:
    # A ⊙ v = A diag(v), v[:, None] ⊙ A = diag(v) A
    matrix = next(part for part in parts if _full(part))
    before = [part.arg for part in parts if isinstance(part, Column)]
    after = [part for part in parts if part.rank == 1]
    inner = list(matrix.parts) if isinstance(matrix, MatMul) else [matrix]
    return [*([Diag(make.mul(before))] if before else []), *inner, *([Diag(make.mul(after))] if after else [])]


def rows(node: Array, flipper: Flipper) -> Candidates:
    # 1 (H1)ᵀ + V Hᵀ = (1 + V) Hᵀ, where the row sum is broadcast
    if not isinstance(node, Add) or node.rank != 2:
        return
    for place, term in enumerate(node.parts):
        scalars, rest = make.split_scalars(term)
        row, column = isinstance(rest, Call) and rest.rank == 1, isinstance(rest, Column) and isinstance(rest.arg, Call)
        if not (row or column):
            continue
        sums = rest if row else rest.children[0]
        assert isinstance(sums, Call)
        if sums.name != "sum" or sums.arg.rank != 2 or sums.axis not in ((0,), (1,)):
            continue
        yield from _with_row_sum(node, place, scalars, sums, row, flipper)


def _with_row_sum(node: Add, place: int, scalars: list[Array], sums: Call, row: bool, flipper: Flipper) -> Candidates:
    right = sums.arg if sums.axis == (0,) else flipper.flip(sums.arg)  # Σ over its rows
    factor = right if row else flipper.flip(right)
    for other, term in enumerate(node.parts):
        first, chain = as_chain(term, flipper)
        if other == place or len(chain) < 2 or chain[-1 if row else 0] != factor:
            continue
        rest = make.mul([*first, make.matmul(chain[:-1] if row else chain[1:])])
        inner = make.add([rest, make.mul(scalars or [num(1)])])
        whole = make.matmul([inner, factor] if row else [factor, inner])
        yield make.add([whole, *(t for at, t in enumerate(node.parts) if at not in (place, other))])


def outers(node: Array, flipper: Flipper) -> Candidates:
    # a wᵀ + b wᵀ = (a + b) wᵀ, and the same on the left
    if not isinstance(node, Add) or node.rank != 2:
        return
    parts = [make.split_scalars(term) for term in node.parts]
    for side in ("left", "right"):
        for common in _repeated([getattr(rest, side) for _, rest in parts if isinstance(rest, Outer)]):
            inside = [at for at, (_, rest) in enumerate(parts) if isinstance(rest, Outer) and getattr(rest, side) == common]
            other = "right" if side == "left" else "left"
            joined = make.add(make.mul([*parts[at][0], getattr(parts[at][1], other)]) for at in inside)
            whole = make.outer(common, joined) if side == "left" else make.outer(joined, common)
            yield make.add([whole, *(term for at, term in enumerate(node.parts) if at not in inside)])


def hadamard(node: Array, flipper: Flipper) -> Candidates:
    # a ⊙ c + b ⊙ c = (a + b) ⊙ c, scalars and powers too; c may stand with its sign turned
    if not isinstance(node, Add):
        return
    bags = [factors(term) for term in node.parts]
    for common in _deepest(_repeated([factor for bag in bags for factor in dict.fromkeys(bag)]), bags):
        inside = [place for place, bag in enumerate(bags) if common in bag]
        joined = make.add(divided(node.parts[place], common) for place in inside)
        rest = (term for place, term in enumerate(node.parts) if place not in inside)
        total = make.add([make.mul([common, joined]), *rest])
        if total.shape == node.shape:
            yield total
    yield from _numbers(node, bags)


def divided(term: Array, common: Array) -> Array:
    """A term without a factor that it has, or has with the other sign."""
    parts = term.parts if isinstance(term, Mul) else (term,)
    turned = make.negated(common) if isinstance(common, Add) else None
    if turned is not None and turned in parts:
        at = parts.index(turned)
        return make.mul([num(-1), *parts[:at], *parts[at + 1 :]])
    for at, part in enumerate(parts if common not in _outside(parts) else ()):
        if common in _inside(part) and isinstance(part, Call):
            inner = Call(part.name, divided(part.arg, common), part.axis, part.keepdims)
            return make.mul([*parts[:at], inner, *parts[at + 1 :]])
    return _without_ones(make.mul([term, make.power(common, num(-1))]), parts)


def _without_ones(quotient: Array, before: tuple[Array, ...]) -> Array:
    """A quotient without the ones that keep its shape: what it is a factor of has that."""
    if not isinstance(quotient, Mul):
        return quotient
    kept = [part for part in quotient.parts if part in before or not (isinstance(part, Filled) and part.value == 1)]
    return make.mul(kept) if kept else quotient


def _numbers(node: Add, bags: list[list[Array]]) -> Candidates:
    # −2A(a − b)c − 2A(a + b): the number with the sign of the first term in front
    values = [make.coefficient(term)[0] for term in node.parts if not isinstance(term, Num)]
    if len(values) == len(node.parts) and len({abs(v) for v in values}) == 1 and values[0] < 0 and abs(values[0]) != 1:
        value = values[0]
        yield make.mul([num(value), make.add(make.mul([num(1 / value), term]) for term in node.parts)])


def factors(term: Array) -> list[Array]:
    """The factors of a term by which it can be divided: entries of the product, powers as their base."""
    if isinstance(term, Num):
        return []
    parts = term.parts if isinstance(term, Mul) else (term,)
    found: list[Array] = []
    for part in parts:
        if isinstance(part, Num):
            continue
        if isinstance(part, Pow) and isinstance(part.exponent, Num):
            found += _divisors(part.base, part.exponent.value)
        else:
            found += [part, *([make.negated(part)] if isinstance(part, Add) else _inside(part))]
    return found


def _inside(part: Array) -> list[Array]:
    """The factors of what is summed that do not change along the axis: Σ_j s_i a_ij = s_i Σ_j a_ij."""
    if not isinstance(part, Call) or part.name not in ("sum", "mean") or not (part.keepdims or part.axis == (0,)):
        return []
    return [factor for factor in factors(part.arg) if factor.rank <= part.rank and fixed(factor, part.axis, part.arg.rank)]


def _outside(parts: tuple[Array, ...]) -> list[Array]:
    return [factor for part in parts if not _inside(part) for factor in factors(part)]


def _divisors(base: Array, exponent: Fraction) -> list[Array]:
    # b³ has the factors b³, b² and b; b^(−2) has b^(−2), b^(−1) and b^(−1/2)
    sign = 1 if exponent > 0 else -1
    powers = [exponent - sign * step for step in range(min(int(abs(exponent)), MOST_POWERS) + 1)]
    root = [Fraction(-1, 2)] if exponent <= -1 and exponent.denominator == 1 else []
    return [make.power(base, Num(power)) for power in [*powers, *root] if power * sign > 0]


def _deepest(common: list[Array], bags: list[list[Array]]) -> list[Array]:
    """Of common powers of one base in the same terms, 1/b³ and 1/b² and 1/b, that one which takes most out."""
    taken: dict[object, Array] = {}
    for item in common:
        base, exponent = (item.base, item.exponent) if isinstance(item, Pow) else (item, num(1))
        place = base, tuple(item in bag for bag in bags)
        old = taken.get(place)
        if old is None or not isinstance(exponent, Num) or abs(exponent.value) > abs(_exponent(old)):
            taken[place] = item
    return list(taken.values())


def _exponent(item: Array) -> Fraction:
    return item.exponent.value if isinstance(item, Pow) and isinstance(item.exponent, Num) else Fraction(1)


def _repeated(items: list[Array]) -> list[Array]:
    seen: dict[Array, int] = {}
    for item in items:
        seen[item] = seen.get(item, 0) + 1
    return [item for item, count in seen.items() if count > 1]
