"""The measure of simplicity: operations as written, a little more for what reads badly, ties by length."""

from __future__ import annotations

from fractions import Fraction

from ..index.dims import UNIT
from .calls import Call, Einsum, Eye, Filled, Frechet, Reshape, Take
from .make import coefficient
from .nodes import Add, Array, Column, Elem, MatMul, Mul, Name, Num, Pi, Pow, Size, T
from .places import Flip
from .text import SIGNS
from .writing import fraction_parts, number_text, runs

COMPOUND_TRANSPOSE = 0.5  # .T around brackets
TWICE_TURNED = 0.2  # (A Xᵀ)ᵀ, which has X turned twice
MIRRORED = 0.2  # σ(−a), which reads worse than 1 − σ(a) where both are there
INSIDE = 0.05  # a factor in a sum that does not change along its axis
ROW_FIRST = 1.1  # a vector that a matrix product begins with
NAMELESS = 8.0  # a primitive that the language has no word for, where another form has one
LENGTH = 0.01  # for each node, so that of two equally simple forms the shorter is taken


def cost(node: Array) -> float:
    """How much there is to read; kept on the node."""
    known = node.__dict__.get("_cost")
    if known is None:
        known = node.__dict__["_cost"] = LENGTH + _cost(node)
    return known


def _cost(node: Array) -> float:
    below = sum(map(cost, node.children))
    match node:
        case Num(value):
            return (value < 0) + ("/" in number_text(value)[0])
        case Name(name, _):
            return LENGTH / 10 * len(name)
        case Pi() | Size():
            return 0.0
        case Add(parts):
            return _sum(parts)
        case Mul():
            return _product(node)
        case MatMul(parts):
            row = node.rank == 1 and parts[0].rank == 1
            powers = runs(node)
            inside = sum(cost(part) + (times > 2) for part, times in powers)
            return inside + len(powers) - 1 + ROW_FIRST * row
        case T(arg):
            return below + 1 + COMPOUND_TRANSPOSE * _compound(arg) + TWICE_TURNED * _turned(arg)
        case Pow(_, exponent):
            value = exponent.value if isinstance(exponent, Num) else Fraction(1)
            return below + 1 + (value < 0 and value != -1)
        case Elem(row, args):
            mirrored = row.name == "sigmoid" and coefficient(args[0])[0] < 0
            return below + (0.5 if row.name in SIGNS else 1) + MIRRORED * mirrored
        case Column() | Flip():
            return below + 0.5
        case Reshape() if node.widens:
            return below + 0.5
        case Frechet():
            return below + 3
        case Call("dexpm" | "d2expm"):
            return below + NAMELESS
        case Take() | Einsum():
            return below + 4
        case Call("sum" | "mean", Mul(), tuple() as axis):
            return below + 1 + INSIDE * _constant_inside(node.arg, axis)
        case Call() | Eye() | Filled():
            return below + 1
    return below + 1


def _constant_inside(arg: Array, axis: tuple[int, ...]) -> bool:
    """Whether a factor of what is summed does not change along the axes: it may stand before the sum."""
    lowest = arg.rank - 1 if axis == (0,) else arg.rank  # a row is the same for every row
    return any(part.rank >= lowest > 0 and _fixed(part, axis, arg.rank) for part in arg.children)


def _fixed(part: Array, axis: tuple[int, ...], rank: int) -> bool:
    missing = rank - part.rank
    return all(at < missing or part.shape[at - missing] == UNIT for at in axis)


def _compound(node: Array) -> bool:
    """Whether .T around it needs a second look: A.T and inv(A).T do not."""
    if isinstance(node, Add):
        return False  # (A − B)ᵀ keeps together what the caller wrote
    return bool(node.children) and not (isinstance(node, Call) and not node.children[0].children)


def _turned(node: Array) -> bool:
    """Whether a product to be transposed has a transposed factor."""
    return isinstance(node, MatMul) and any(isinstance(part, T) for part in node.parts)


def _sum(parts: tuple[Array, ...]) -> float:
    total, positive = len(parts) - 1.0, False
    for part in parts:
        value = part.value if isinstance(part, Num) else coefficient(part)[0]
        total += cost(part) - (value < 0)
        positive |= value > 0
    return total + (not positive)


def _product(node: Mul) -> float:
    value, above, below = fraction_parts(node)
    text = number_text(abs(value))[0]
    top, bottom = [*text.split("/"), ""][:2]
    above_count = len(above) + (top != "1" or not above)
    operators = above_count - 1 + len(below) + bool(bottom)
    return (value < 0) + operators + sum(map(cost, above)) + sum(map(cost, below))
