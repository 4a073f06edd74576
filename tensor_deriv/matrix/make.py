"""Constructors that keep array expressions plain: flat sums and products, scalars in front, no double transposes."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from .calls import Call, Eye, Filled
from .nodes import Add, Array, Column, Diag, Elem, MatMul, Mul, Num, Outer, Pow, T, Trace, broadcast, num
from .places import Tril, Triu


def add(terms: Iterable[Array]) -> Array:
    """A sum: nested ones opened, numbers collected, zeros left out; of the shape its terms broadcast to."""
    terms = list(terms)
    return _shaped(_added(terms), terms)


def _shaped(node: Array, parts: list[Array]) -> Array:
    """A sum or product whose parts cancelled, repeated to the shape they had."""
    shape = broadcast(*(part.shape for part in parts))
    if node.shape == shape:
        return node
    if isinstance(node, Num) and node.value in (0, 1):
        return Filled(int(node.value), shape)
    return Mul((*node.parts, Filled(1, shape)) if isinstance(node, Mul) else (node, Filled(1, shape)))


def _added(terms: list[Array]) -> Array:
    flat: list[Array] = []
    for term in terms:
        flat += term.parts if isinstance(term, Add) else (term,)
    value = sum((term.value for term in flat if isinstance(term, Num)), Fraction(0))
    rest = [term for term in flat if not isinstance(term, Num) and not (isinstance(term, Filled) and term.value == 0)]
    merged: dict[Array, Fraction] = {}
    for term in rest:
        factor, body = coefficient(term)
        merged[body] = merged.get(body, Fraction(0)) + factor
    out = [mul([num(factor), body]) for body, factor in merged.items() if factor]
    if value or not out:
        out.append(num(value))
    return out[0] if len(out) == 1 else Add(tuple(out))


def mul(factors: Iterable[Array]) -> Array:
    """A Hadamard product: nested ones opened, the number first, equal bases joined; of the shape its factors broadcast to."""
    factors = list(factors)
    return _shaped(_multiplied(factors), factors)


def _multiplied(factors: list[Array]) -> Array:
    value = Fraction(1)
    powers: dict[Array, Array] = {}
    stack = list(factors)[::-1]
    while stack:
        factor = stack.pop()
        if isinstance(factor, Mul):
            stack.extend(reversed(factor.parts))
        elif isinstance(factor, Num):
            value *= factor.value
        else:
            base, exponent = (factor.base, factor.exponent) if isinstance(factor, Pow) else (factor, num(1))
            powers[base] = add([powers[base], exponent]) if base in powers else exponent
    if not value:
        return num(0)
    rest = [power(base, exponent) for base, exponent in powers.items()]
    rest = [part for part in rest if part != num(1)]
    if any(isinstance(part, Num) for part in rest):
        return mul([num(value), *rest])
    if value != 1:
        rest.insert(0, num(value))
    return num(1) if not rest else rest[0] if len(rest) == 1 else Mul(tuple(rest))


def power(base: Array, exponent: Array) -> Array:
    """base ** exponent: a whole exponent goes into a product and another power."""
    if isinstance(exponent, Num):
        if exponent.value == 1:
            return base
        if exponent.value == 0:
            return num(1)
        whole = exponent.value.denominator == 1
        if isinstance(base, Num) and whole and base.value and _short(base.value, exponent.value):
            return num(base.value ** int(exponent.value))
        if isinstance(base, Pow) and isinstance(base.exponent, Num) and whole:
            return power(base.base, num(base.exponent.value * exponent.value))
        if isinstance(base, Mul) and whole:
            return mul([power(part, exponent) for part in base.parts])
    return Pow(base, exponent)


def _short(base: Fraction, exponent: Fraction) -> bool:
    return abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length()) <= 600


def negated(node: Array) -> Array:
    """−(a − b) as b − a; anything but a sum as it is."""
    return add(mul([num(-1), term]) for term in node.parts) if isinstance(node, Add) else node


def coefficient(term: Array) -> tuple[Fraction, Array]:
    """The number in front, and the rest."""
    if isinstance(term, Mul) and isinstance(term.parts[0], Num):
        rest = term.parts[1:]
        return term.parts[0].value, rest[0] if len(rest) == 1 else Mul(rest)
    return Fraction(1), term


def split_scalars(node: Array) -> tuple[list[Array], Array]:
    """The scalar factors of a product, and the rest as one array."""
    if not isinstance(node, Mul) or not node.rank:
        return [], node
    scalars = [part for part in node.parts if not part.rank]
    rest = [part for part in node.parts if part.rank]
    return scalars, rest[0] if len(rest) == 1 else Mul(tuple(rest))


def matmul(factors: Iterable[Array]) -> Array:
    """A chain: nested chains opened, scalars moved in front, identities left out."""
    scalars: list[Array] = []
    chain: list[Array] = []
    for factor in factors:
        mine, factor = split_scalars(factor)
        scalars += mine
        if isinstance(factor, MatMul) and all(p.rank > 1 for p in factor.parts):
            chain += factor.parts
        elif isinstance(factor, MatMul) and factor.rank == 1 and not chain and factor.parts[0].rank == 1:
            chain += factor.parts  # a row vector at the front
        else:
            chain.append(factor)
    last = chain[-1]
    if isinstance(last, MatMul) and last.rank == 1 and last.parts[-1].rank == 1:
        chain[-1:] = last.parts
    kept = [part for part in chain if not isinstance(part, Eye)] or chain[:1]
    body = kept[0] if len(kept) == 1 else MatMul(tuple(kept))
    return mul([*scalars, body]) if scalars else body


def transpose(node: Array) -> Array:
    """The transpose, moved inwards where it vanishes."""
    match node:
        case T(arg):
            return arg
        case Diag() | Eye():
            return node
        case Outer():
            return Outer(node.right, node.left)
        case Tril(arg, k) if node.rank == 2:
            turned = Tril if isinstance(node, Triu) else Triu
            return turned(transpose(arg), -k)
        case Filled(value, dims):
            return Filled(value, (*dims[:-2], dims[-1], dims[-2]))
        case Mul(parts) if any(not part.rank for part in parts):
            scalars, rest = split_scalars(node)
            return mul([*scalars, transpose(rest)])
    return T(node) if node.rank > 1 else node


def diag(node: Array) -> Array:
    scalars, rest = split_scalars(node)
    ones = isinstance(rest, Filled) and rest.value == 1
    return mul([*scalars, Eye(rest.shape[0]) if ones else Diag(rest)])


def outer(left: Array, right: Array) -> Array:
    first, left = split_scalars(left)
    second, right = split_scalars(right)
    return mul([*first, *second, Outer(left, right)])


def total(node: Array, axis: tuple[int, ...] | None) -> Array:
    """The sum over axes, scalars in front."""
    scalars, rest = split_scalars(node)
    return mul([*scalars, Call("sum", rest, axis)])


def trace(node: Array) -> Array:
    scalars, rest = split_scalars(node)
    return mul([*scalars, Trace(rest)])


def rebuilt(node: Array, children: tuple[Array, ...]) -> Array:
    """A node with other children, made plain."""
    match node:
        case Add():
            return add(children)
        case Mul():
            return mul(children)
        case MatMul():
            return matmul(children)
        case Pow() | Elem() if all(isinstance(c, Column) or not c.rank for c in children) and any(c.rank for c in children):
            inner = tuple(child.arg if isinstance(child, Column) else child for child in children)
            return Column(rebuilt(node, inner))
        case Pow():
            return power(*children)
        case T():
            return transpose(children[0])
        case Diag():
            return diag(children[0])
        case Outer():
            return outer(*children)
        case Trace():
            return trace(children[0])
        case Call("mean", _, axis, keepdims) if isinstance(children[0], Mul) and isinstance(children[0].parts[0], Num):
            value, rest = coefficient(children[0])  # mean(2a) = 2 mean(a)
            return mul([num(value), Call("mean", rest, axis, keepdims)])
        case Call("sum", _, axis, False):
            return total(children[0], axis)
        case Column() | Elem() | Call():
            return node.with_children(children)
    return node.with_children(children)


def exchange(node: Array, part: Array, by: Array) -> Array:
    """An expression with one part exchanged for another."""
    if node == part:
        return by
    return rebuilt(node, tuple(exchange(child, part, by) for child in node.children)) if node.children else node
