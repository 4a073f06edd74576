"""Array forms in print: mathematics without indices that is right as it stands, with no broadcasting left to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..errors import UnsupportedError
from ..index.dims import UNIT
from ..matrix import make
from ..matrix.calls import Call as ArrayCall
from ..matrix.calls import Eye, Filled, Frechet, Solve
from ..matrix.forms import unusual
from ..matrix.nodes import Add, Array, Column, Diag, DiagOf, Elem, MatMul, Mul, Name, Num, Outer, Pi, Pow, Size, T, Trace, num, walk
from ..matrix.places import Tril
from ..matrix.writing import fraction_parts, number_text, positive_first
from .branches import BranchesPrinter
from .calls import called
from .entries import HADAMARD
from .names import Names, Quotient
from .targets import ATOM, FACTOR, PRODUCT, RAISED, SUM, Printed, Target


class ArrayPrinter(BranchesPrinter):
    """Prints an array form of at most two axes; a vector is a column."""

    def __init__(self, names: Names, target: Target) -> None:
        self.names, self.target = names, target

    def print(self, node: Array) -> str:
        return self.term(node)[0]

    def left(self, name: str) -> str:
        """What a named part is called."""
        return self.derivative(name)[0] if name in self.names.quotients else self.target.whole(self.names.drawn[name])

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
        return self.quotient(self.names.quotients[name])

    def quotient(self, quotient: Quotient) -> Printed:
        """∂y/∂x, index-free."""
        return self.target.derivative(*self._ratio(quotient))

    def _ratio(self, quotient: Quotient) -> tuple[int, str, list[str]]:
        """The order, what stands above and what stands below."""
        above = self.target.whole(quotient.above)
        words = [self.variable(tensor) for tensor in quotient.below]
        if len(set(quotient.below)) > 1:
            return 1, self.target.bracket(self.target.inline(len(words) - 1, above, words[:-1])), words[-1:]
        return len(words), above, words

    def variable(self, tensor: str) -> str:
        """A tensor that is derived by; an upstream gradient in brackets."""
        quotient = self.names.quotients.get(tensor)
        if quotient:
            return self.target.bracket(self.target.inline(*self._ratio(quotient)))
        return self.target.whole(self.names.drawn[tensor])

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

    def _mul(self, node: Mul) -> Printed:
        value, above, below = fraction_parts(node)
        scalars, arrays = ([[part for part in side if is_single(part, node) == one] for side in (above, below)] for one in (True, False))
        body = self._entries(arrays[0], arrays[1], node.shape) if node.rank else None
        printed = self._scaled(abs(value), scalars[0], scalars[1], body)
        return (self.target.minus + self.fit(printed, HADAMARD), SUM) if value < 0 else printed

    def _scaled(self, value: Fraction, above: Sequence[Array], below: Sequence[Array], body: Printed | None) -> Printed:
        """A number and scalars in front of an array, or under it."""
        shown = number_text(value)[0]
        line = "/" in shown and (bool(below) or self.target.slashed)
        top = Fraction(value.numerator) if line else value
        words = [] if top == 1 and (above or body or below or line) else [self.target.number(top)[0]]
        single = len(above) == 1 and not words and body is None
        words += [self.at(part, PRODUCT if single else FACTOR) for part in above]
        alone = len(below) == 1 and not line and not self.target.slashed  # needs no bracket under a bar
        under = [self.target.number(Fraction(value.denominator))[0]] * line + [self.at(part, SUM if alone else FACTOR) for part in below]
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
            return self.target.join(words) or self.target.number(Fraction(1))[0], PRODUCT if len(words) > 1 else FACTOR
        if not words:
            return body
        return self.target.join([*words, self.fit(body, PRODUCT)]), PRODUCT

    def _matmul(self, node: MatMul) -> Printed:
        first, *rest = node.parts
        if first.rank == 1 and rest[-1].rank == 2:
            # (xᵀ A)ᵀ = Aᵀ x: a vector is a column
            turned = [self.fit(self.transposed(part), FACTOR) for part in reversed(rest)]
            return self.target.chain([*turned, self.at(first, FACTOR)]), PRODUCT
        head = self.fit(self.transposed(first), FACTOR) if first.rank == 1 else self.at(first, FACTOR)
        return self.target.chain([head, *(self.at(part, FACTOR) for part in rest)]), PRODUCT

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
        return self.target.function(node.row, args, bool(node.rank)), FACTOR if node.row.name in RAISED else ATOM

    def _diag(self, node: Diag) -> Printed:
        return self.target.operator("diag") + self.target.bracket(self.term(node.arg)[0]), ATOM

    def _diagof(self, node: DiagOf) -> Printed:
        return self.target.operator("diag") + self.target.bracket(self.term(node.arg)[0]), ATOM

    def _trace(self, node: Trace) -> Printed:
        return self.target.operator("tr") + self.target.bracket(self.term(node.arg)[0]), ATOM

    def _solve(self, node: Solve) -> Printed:
        inverse = T(ArrayCall("inv", node.matrix.arg, None)) if isinstance(node.matrix, T) else ArrayCall("inv", node.matrix, None)
        return self._matmul(MatMul((inverse, *(node.right.parts if isinstance(node.right, MatMul) else (node.right,)))))

    def _frechet(self, node: Frechet) -> Printed:
        # L_expm(A, E), in Higham's words
        target = self.target
        words = ", ".join(self.term(part)[0] for part in node.children)
        return target.operator("L", target.word("expm")) + target.bracket(words), ATOM

    def _tril(self, node: Tril) -> Printed:
        under = str(node.k) if node.k else ""
        return self.target.operator(type(node).__name__.lower(), under) + self.target.bracket(self.term(node.arg)[0]), ATOM

    _triu = _tril

    def _column(self, node: Column) -> Printed:
        return self.term(node.arg)

    def _call(self, node: ArrayCall) -> Printed:
        return called(self, node)

    def _eye(self, node: Eye) -> Printed:
        return self.target.identity, ATOM

    def _filled(self, node: Filled) -> Printed:
        if not node.value or node.rank == 0:
            return self.target.zeros if not node.value else self.target.number(Fraction(1))[0], ATOM
        if node.rank == 1:
            return self.target.ones, ATOM
        return self.target.chain([self.target.ones, self.target.raised(self.target.ones, "transposed")]), PRODUCT


def is_single(part: Array, product: Array) -> bool:
    """Whether a factor is one number, and the product is not."""
    return not part.rank or (part.shape != product.shape and all(extent == UNIT for extent in part.shape))


def printable(node: Array) -> bool:
    """Whether an array form can be printed as matrices."""
    return not any(part.rank > 2 or unusual(part) or (isinstance(part, ArrayCall) and part.name[-1].isdigit()) for part in walk(node))


def has_ones(node: Array) -> bool:
    """Whether an array form sums over an axis, which mathematics writes with a vector of ones."""
    return any(isinstance(part, ArrayCall) and part.name in ("sum", "mean") for part in walk(node))

