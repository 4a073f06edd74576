"""Array forms in print: mathematics without indices that is right as it stands, with no broadcasting left to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..errors import UnsupportedError
from ..index.dims import UNIT
from ..matrix import make
from ..matrix.forms import unusual
from ..matrix.nodes import (
    Add,
    Array,
    Column,
    Diag,
    DiagOf,
    Elem,
    Eye,
    Filled,
    MatMul,
    Mul,
    Name,
    Num,
    Outer,
    Pi,
    Pow,
    Shape,
    Size,
    T,
    Trace,
    num,
    walk,
)
from ..matrix.nodes import Call as ArrayCall
from ..matrix.text import number_text, positive_first
from .calls import called
from .names import Names
from .targets import ATOM, FACTOR, PRODUCT, SUM, Printed, Target

HADAMARD = 2  # between a sum and a matrix product: A ⊙ B C would be read in two ways


class ArrayPrinter:
    """Prints an array form of at most two axes; a vector is a column."""

    def __init__(self, names: Names, target: Target) -> None:
        self.names, self.target = names, target

    def print(self, node: Array) -> str:
        return self.term(node)[0]

    def left(self, name: str) -> str:
        """What a named part is called."""
        return self.derivative(name)[0] if name in self.names.quotients else self.target.whole(self.names.drawn[name])

    def at(self, node: Array, tight: int) -> str:
        """The text in a place that binds as tightly as `tight`, bracketed where needed."""
        return self.fit(self.term(node), tight)

    def fit(self, printed: Printed, tight: int) -> str:
        return printed[0] if printed[1] >= tight else self.target.bracket(printed[0])

    def term(self, node: Array) -> Printed:
        """The text of a node, and how tightly it binds."""
        if node.rank > 2:
            raise UnsupportedError("an array of more than two axes has no matrix form")
        return getattr(self, "_" + type(node).__name__.lower())(node)  # type: ignore[no-any-return]

    def _num(self, node: Num) -> Printed:
        return self.target.number(node.value)

    def _pi(self, node: Pi) -> Printed:
        return self.target.pi(), ATOM

    def _size(self, node: Size) -> Printed:
        return self.target.dim(node.dim)

    def _name(self, node: Name) -> Printed:
        quotient = self.names.quotients.get(node.name)
        if quotient is None:
            return self.target.whole(self.names.drawn[node.name]), ATOM
        return self.derivative(node.name)

    def derivative(self, name: str) -> Printed:
        """∂l/∂T of an upstream gradient, index-free."""
        return self.target.derivative(*self.ratio(self.names.quotients[name].below))

    def ratio(self, below: Sequence[str]) -> tuple[int, str, list[str]]:
        """The order, what stands above and what stands below in ∂y/∂x, index-free."""
        above = self.target.whole(self.names.result)
        words = [self._variable(tensor) for tensor in below]
        if any(tensor in self.names.quotients for tensor in below) and len(below) > 1:
            return 1, self.target.bracket(self.target.inline(len(below) - 1, above, words[:-1])), words[-1:]
        return len(below), above, words

    def _variable(self, tensor: str) -> str:
        quotient = self.names.quotients.get(tensor)
        if quotient:
            return self.target.bracket(self.target.inline(*self.ratio(quotient.below)))
        return self.target.whole(self.names.drawn[tensor])

    def transposed(self, node: Array) -> Printed:
        """The transpose of a matrix, or a vector as a row."""
        if isinstance(node, T):
            return self.term(node.arg)
        if isinstance(node, ArrayCall) and node.name == "inv":
            return self.at(node.arg, ATOM) + self.target.marks["inverse transposed"], FACTOR
        return self.at(node, ATOM) + self.target.marks["transposed"], FACTOR

    def _t(self, node: T) -> Printed:
        return self.transposed(node.arg)

    def _add(self, node: Add) -> Printed:
        text = ""
        for term in positive_first(node.parts):
            value = term.value if isinstance(term, Num) else make.coefficient(term)[0]
            sign = self.target.minus if value < 0 else "+"
            printed = self.spread(make.mul([num(-1), term]) if value < 0 else term, node.shape)
            word = self.fit(printed, HADAMARD)
            text += f" {sign} {word}" if text else word if value >= 0 else sign + word
        return text, SUM

    def spread(self, node: Array, shape: Shape) -> Printed:
        """A node repeated to a larger shape, with vectors of ones."""
        own, ones = node.shape, self.target.ones
        if own == shape or node.rank == len(shape) == 0:
            return self.term(node)
        row = ones + self.target.marks["transposed"]
        full = [ones] * (len(shape) > 0) + [row] * (len(shape) > 1)
        if all(extent == UNIT for extent in own) and node.rank < 2:
            scalar = [] if node == num(1) else [self.at(node, FACTOR)]
            return self.target.chain([*scalar, *full]), ATOM if len(full) == 1 and not scalar else PRODUCT
        if node.rank == 1:
            return self.target.chain([ones, self.transposed(node)[0]]), PRODUCT
        left = [ones] if own[0] == UNIT and shape[0] != UNIT else []
        right = [row] if own[1] == UNIT and shape[1] != UNIT else []
        return self.target.chain([*left, self.at(node, FACTOR), *right]), PRODUCT

    def _mul(self, node: Mul) -> Printed:
        value, above, below = fraction_parts(node)
        scalars = [part for part in above if not part.rank], [part for part in below if not part.rank]
        arrays = [part for part in above if part.rank], [part for part in below if part.rank]
        body = self._entries(arrays[0], arrays[1], node.shape) if node.rank else None
        text, tight = self._scaled(abs(value), scalars[0], scalars[1], body)
        return (self.target.minus + text, SUM) if value < 0 else (text, tight)

    def _scaled(self, value: Fraction, above: Sequence[Array], below: Sequence[Array], body: Printed | None) -> Printed:
        """A number and scalars in front of an array, or under it."""
        shown = number_text(value)[0]
        line = "/" in shown and (bool(below) or self.target.slashed)
        top = Fraction(value.numerator) if line else value
        words = [] if top == 1 and (above or body or below or line) else [self.target.number(top)[0]]
        words += [self.at(part, FACTOR) for part in above]
        under = ([self.target.number(Fraction(value.denominator))[0]] if line else []) + [self.at(part, FACTOR) for part in below]
        if not under:
            return self._in_front(words, body)
        if body is None or self.target.slashed:
            own = [self.fit(body, PRODUCT)] if body else []
            return self.target.fraction(words + own, under)
        if not words and body[1] >= HADAMARD:
            return self.target.fraction([body[0]], under)
        return self.target.join([self.target.fraction(words, under)[0], self.fit(body, PRODUCT)]), PRODUCT

    def _in_front(self, words: list[str], body: Printed | None) -> Printed:
        if body is None:
            return self.target.join(words) or "1", PRODUCT if len(words) > 1 else FACTOR
        if not words:
            return body
        return self.target.join([*words, self.fit(body, PRODUCT)]), PRODUCT

    def _entries(self, above: Sequence[Array], below: Sequence[Array], shape: Shape) -> Printed:
        """A Hadamard product; a factor that is repeated along an axis as a diagonal matrix."""
        if len(shape) == 1:
            return self._hadamard([self.spread(part, shape) for part in above], [self.spread(part, shape) for part in below], shape)
        left, right = ([part for part in (*above, *below) if _side(part, shape) == side] for side in ("left", "right"))
        core = [part for part in above if _side(part, shape) == "full"], [part for part in below if _side(part, shape) == "full"]
        diagonals = [self._diagonal(side, below) for side in (left, right)]
        if not core[0] and not core[1] and left and right:
            return self._outer_parts(left, right, below)
        if not core[0] and not core[1]:
            return self._repeated(left or right, below, shape)
        middle = self._hadamard([self.term(part) for part in core[0]], [self.term(part) for part in core[1]], shape)
        if not left and not right:
            return middle
        words = [diagonals[0]] * bool(left) + [self.fit(middle, PRODUCT)] + [diagonals[1]] * bool(right)
        return self.target.chain(words), PRODUCT

    def _diagonal(self, parts: Sequence[Array], below: Sequence[Array]) -> str:
        """diag(v) for the factors of one side; those below the line inverted entry by entry."""
        if not parts:
            return ""
        return self.target.operator("diag") + self.target.bracket(self._side_vector(parts, below)[0])

    def _side_vector(self, parts: Sequence[Array], below: Sequence[Array]) -> Printed:
        vectors = [_as_vector(part) for part in parts]
        over = [vector for part, vector in zip(parts, vectors, strict=True) if not any(part is b for b in below)]
        under = [vector for part, vector in zip(parts, vectors, strict=True) if any(part is b for b in below)]
        return self._hadamard([self.vector(v) for v in over], [self.vector(v) for v in under], (UNIT,))

    def vector(self, node: Array) -> Printed:
        """A factor of one side as a column vector; a matrix of one row transposed."""
        return self.transposed(node) if node.rank == 2 and node.shape[0] == UNIT else self.term(node)

    def _outer_parts(self, left: Sequence[Array], right: Sequence[Array], below: Sequence[Array]) -> Printed:
        # v_i w_j = (v wᵀ)_ij
        first, second = self._side_vector(left, below), self._side_vector(right, below)
        return self.target.chain([self.fit(first, FACTOR), self.fit(second, ATOM) + self.target.marks["transposed"]]), PRODUCT

    def _repeated(self, parts: Sequence[Array], below: Sequence[Array], shape: Shape) -> Printed:
        side = _side(parts[0], shape)
        vector, ones = self._side_vector(parts, below), self.target.ones
        if side == "left":
            return self.target.chain([self.fit(vector, FACTOR), ones + self.target.marks["transposed"]]), PRODUCT
        return self.target.chain([ones, self.fit(vector, ATOM) + self.target.marks["transposed"]]), PRODUCT

    def _hadamard(self, above: Sequence[Printed], below: Sequence[Printed], shape: Shape) -> Printed:
        if len(above) == 1 and not below:
            return above[0]
        ones = self.target.ones if len(shape) == 1 else self.target.chain([self.target.ones, self.target.ones + self.target.marks["transposed"]])
        over = f" {self.target.hadamard} ".join(self.fit(part, FACTOR) for part in above) or self.fit((ones, ATOM if len(shape) == 1 else PRODUCT), FACTOR)
        if not below:
            return over, HADAMARD
        under = f" {self.target.hadamard} ".join(self.fit(part, FACTOR) for part in below)
        over = self.target.bracket(over) if len(above) > 1 else over
        return f"{over} {self.target.over} {self.target.bracket(under) if len(below) > 1 else under}", HADAMARD

    def _matmul(self, node: MatMul) -> Printed:
        parts = node.parts
        if parts[0].rank == 1 and parts[-1].rank == 2:
            # (xᵀ A)ᵀ = Aᵀ x: a vector is a column
            return self.target.chain([self.fit(self.transposed(part), FACTOR) for part in reversed(parts[1:])] + [self.at(parts[0], FACTOR)]), PRODUCT
        first = self.fit(self.transposed(parts[0]), FACTOR) if parts[0].rank == 1 else self.at(parts[0], FACTOR)
        return self.target.chain([first, *(self.at(part, FACTOR) for part in parts[1:])]), PRODUCT

    def _outer(self, node: Outer) -> Printed:
        return self.target.chain([self.at(node.left, FACTOR), self.fit(self.transposed(node.right), FACTOR)]), PRODUCT

    def _pow(self, node: Pow) -> Printed:
        if isinstance(node.exponent, Num) and node.exponent.value < 0:
            return self._mul(Mul((node,)))
        if not node.rank and node.exponent == num(Fraction(1, 2)):
            return self.target.root(self.term(node.base)[0]), ATOM
        base = self.fit(self.spread(node.base, node.shape), ATOM)
        shown = self._exponent(node)
        return self.target.superscript(base, f"{self.target.hadamard} {shown}" if node.rank else shown), FACTOR

    def _exponent(self, node: Pow) -> str:
        if isinstance(node.exponent, Num):
            value = node.exponent.value
            return f"{value.numerator}/{value.denominator}" if value.denominator > 1 else str(value)
        return self.spread(node.exponent, node.shape)[0] if node.exponent.rank else self.term(node.exponent)[0]

    def _elem(self, node: Elem) -> Printed:
        args = [self.spread(arg, node.shape)[0] if arg.rank else self.term(arg)[0] for arg in node.args]
        return self.target.function(node.row, args, bool(node.rank)), ATOM

    def _diag(self, node: Diag) -> Printed:
        return self.target.operator("diag") + self.target.bracket(self.term(node.arg)[0]), ATOM

    def _diagof(self, node: DiagOf) -> Printed:
        return self.target.operator("diag") + self.target.bracket(self.term(node.arg)[0]), ATOM

    def _trace(self, node: Trace) -> Printed:
        return self.target.operator("tr") + self.target.bracket(self.term(node.arg)[0]), ATOM

    def _column(self, node: Column) -> Printed:
        return self.term(node.arg)

    def _call(self, node: ArrayCall) -> Printed:
        return called(self, node)

    def _eye(self, node: Eye) -> Printed:
        return self.target.identity, ATOM

    def _filled(self, node: Filled) -> Printed:
        if not node.value or node.rank == 0:
            return self.target.zeros if not node.value else "1", ATOM
        if node.rank == 1:
            return self.target.ones, ATOM
        return self.target.chain([self.target.ones, self.target.ones + self.target.marks["transposed"]]), PRODUCT


def _side(part: Array, shape: Shape) -> str:
    """Whether a factor of a matrix goes on its left or its right as a diagonal, or entry by entry."""
    if part.shape == shape:
        return "full"
    return "left" if part.rank == 2 and part.shape[1] == UNIT else "right"


def _as_vector(part: Array) -> Array:
    return part.arg if isinstance(part, Column) else part


def fraction_parts(node: Mul) -> tuple[Fraction, list[Array], list[Array]]:
    """The number of a product, what stands above and what stands below the line."""
    value, above, below = Fraction(1), list[Array](), list[Array]()
    for part in node.parts:
        if isinstance(part, Num):
            value *= part.value
        elif isinstance(part, Pow) and isinstance(part.exponent, Num) and part.exponent.value < 0:
            below.append(part.base if part.exponent.value == -1 else Pow(part.base, num(-part.exponent.value)))
        else:
            above.append(part)
    return value, above, below


def printable(node: Array) -> bool:
    """Whether an array form can be printed as matrices."""
    return not any(part.rank > 2 or unusual(part) or (isinstance(part, ArrayCall) and part.name[-1].isdigit()) for part in walk(node))


def has_ones(node: Array) -> bool:
    """Whether an array form sums over an axis, which mathematics writes with a vector of ones."""
    return any(isinstance(part, ArrayCall) and part.name in ("sum", "mean") for part in walk(node))

