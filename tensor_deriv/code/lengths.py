"""Lengths of vectors that neither overflow nor underflow: √(x·x) as the norm, x xᵀ/‖x‖³ as u uᵀ/‖x‖ with u = x/‖x‖."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ..matrix import make
from ..matrix.calls import Call
from ..matrix.nodes import Add, Array, Column, Diag, MatMul, Mul, Num, Outer, Pow, T, num, walk
from .lower import Bracketed


class Lengths:
    """The rewriting for one source, in which some sums of squares stand under a root."""

    def __init__(self, roots: Iterable[Array]) -> None:
        powers = [part for root in roots for part in walk(root) if isinstance(part, Pow) and _is_half(part.exponent)]
        self.rooted = {power.base for power in powers if squared(power.base) is not None}

    def rewritten(self, node: Array) -> Array:
        """A power of a length, or a product with one, in terms that are of the size of the result."""
        if isinstance(node, Pow):
            return self._power(node)
        if isinstance(node, Mul):
            return _unit(make.mul(map(self.rewritten, node.parts)))
        return node

    def _power(self, node: Pow) -> Array:
        # (x·x)^(p/2) = ‖x‖^p, also of whole exponents where the length itself is asked for elsewhere
        length = squared(node.base) if node.base in self.rooted else None
        if length is None or not isinstance(node.exponent, Num):
            return node
        return make.power(length, num(2 * node.exponent.value))


def squared(node: Array) -> Array | None:
    """‖x‖ where the expression is the sum of the squares of x."""
    match node:
        case MatMul((left, right)) if left == right and left.rank == 1:
            return Call("norm", left, None)
        case Call("sum", Pow(base, exponent), axis, keepdims) if exponent == num(2):
            return Call("norm", base, axis, keepdims)
    return None


def _is_half(exponent: Array) -> bool:
    return isinstance(exponent, Num) and exponent.value.denominator == 2


def _unit(node: Array) -> Array:
    """A product with ‖x‖ in a denominator, as many x in it as there are exponents drawn to length 1."""
    if not isinstance(node, Mul):
        return node
    for part in node.parts:
        match part:
            case Pow(Call("norm", _, None) as length, Num(exponent)) if exponent <= -2:
                return _drawn(node, length, exponent)
    return node


def _drawn(node: Mul, length: Call, exponent: Fraction) -> Array:
    rest: Array = make.mul([node, make.power(length, num(-exponent))])
    unit = Bracketed(Mul((length.arg, Pow(length, num(-1)))))
    while exponent < 0:
        drawn = replaced_once(rest, length.arg, unit)
        if drawn is None:
            break
        rest, exponent = drawn, exponent + 1
    front, rest = make.coefficient(rest)
    while exponent < -1:  # (a/‖x‖)/‖x‖, in which ‖x‖² is never formed
        rest, exponent = Bracketed(Mul((rest, Pow(length, num(-1))))), exponent + 1
    return Mul((num(front), rest, *([Pow(length, num(exponent))] if exponent else [])))


def replaced_once(node: Array, old: Array, new: Array) -> Array | None:
    """The expression with one linear `old` in it exchanged; None where it is not linear in it anywhere."""
    if node == old:
        return new
    match node:
        case Add(parts):
            done = [replaced_once(part, old, new) for part in parts]
            return None if None in done else Add(tuple(part for part in done if part is not None))
        case Pow(base, exponent) if isinstance(exponent, Num) and exponent.value == 2:
            inner = replaced_once(base, old, new)
            return None if inner is None else Mul((inner, base))
        case Mul() | MatMul() | Outer() | T() | Column() | Diag() | Call("sum" | "mean"):
            for at, child in enumerate(node.children):
                inner = replaced_once(child, old, new)
                if inner is not None:
                    return node.with_children((*node.children[:at], inner, *node.children[at + 1 :]))
    return None
