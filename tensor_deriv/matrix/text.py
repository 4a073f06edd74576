"""Array expressions as text: the expression language itself, and the base that the code targets change a few cells of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import ClassVar

from ..index.dims import UNIT, ZERO, Dim
from . import make
from .calls import Call, Einsum, Eye, Filled, Frechet, Reshape, Solve, Take
from .nodes import Add, Array, Column, Diag, DiagOf, Elem, MatMul, Mul, Name, Num, Outer, Pi, Pow, Size, T, Trace, num
from .places import Flip, Pad, Part, Slice, Tril, Where
from .writing import ATOM, POWER, PRODUCT, SIGN, SUM, Printed, fraction_parts, number_split, number_text, positive_first, runs

SIGNS = {"greater": ">", "greater_equal": ">=", "equal": "=="}
TURNED = {"greater": "<", "greater_equal": "<="}  # of a number and an array


class TextPrinter:
    """Prints an array expression; each node kind is one short method, each name one cell of a table."""

    names: ClassVar[Mapping[str, str]] = {}  # elementwise functions and primitives whose name differs from ours

    def __init__(self, replace: Callable[[Array], str | None] | None = None) -> None:
        self.replace = replace or (lambda node: None)

    def print(self, node: Array) -> str:
        return self.term(node)[0]

    def term(self, node: Array) -> Printed:
        """The text of a node, and how tightly it binds."""
        name = self.replace(node)
        if name is not None:
            return name, ATOM
        return getattr(self, "_" + type(node).__name__.lower())(node)  # type: ignore[no-any-return]

    def at(self, node: Array, tight: int) -> str:
        """The text in a place that binds as tightly as `tight`, bracketed where needed."""
        text, own = self.term(node)
        return text if own >= tight else f"({text})"

    def word(self, name: str) -> str:
        return self.names.get(name, name)

    def size(self, dim: Dim) -> Printed:
        text = str(dim)
        tight = ATOM if dim.symbol or dim.constant is not None else PRODUCT if len(dim.terms) == 1 else SUM
        return text, tight

    def _num(self, node: Num) -> Printed:
        return number_text(node.value)

    def _pi(self, node: Pi) -> Printed:
        return self.word("pi"), ATOM

    def _size(self, node: Size) -> Printed:
        return self.size(node.dim)

    def _name(self, node: Name) -> Printed:
        return node.name, ATOM

    def _add(self, node: Add) -> Printed:
        text = ""
        for term in positive_first(node.parts):
            value, _ = make.coefficient(term) if not isinstance(term, Num) else (term.value, term)
            if text and value < 0:
                text += " - " + self.at(make.mul([num(-1), term]), PRODUCT)
            else:
                text += (" + " if text else "") + (self.at(term, SUM) if not text else self.at(term, PRODUCT))
        return text, SUM

    def _mul(self, node: Mul) -> Printed:
        value, above, below = fraction_parts(node)
        sign = "-" if value < 0 else ""
        value = abs(value)
        top, bottom = number_split(value, bool(above))
        chain = [part for part in above if isinstance(part, MatMul)]
        scalar_rest = all(not part.rank for part in above if not isinstance(part, MatMul))
        if len(chain) == 1 and scalar_rest and chain[0].rank and not self.replace(chain[0]):
            words = [top] if top else []
            words += [self.at(part, SIGN) for part in above if not isinstance(part, MatMul)]
            text = "*".join([*words, self.at(chain[0], PRODUCT)])
        else:
            words = ([top] if top else []) + [self.factor(part) for part in above]
            text = "*".join(words) or "1"
        under = ([bottom] if bottom else []) + [self.at(part, SIGN) for part in below]
        if under:
            text += f"/({'*'.join(under)})" if len(under) > 1 else "/" + under[0]
        return sign + text, PRODUCT

    def factor(self, node: Array) -> str:
        """A factor of a Hadamard product: a matrix product in it is bracketed."""
        return self.at(node, SIGN)

    def _matmul(self, node: MatMul) -> Printed:
        words = [self._power_of(part, times) if times > 1 else self.at(part, SIGN) for part, times in runs(node)]
        return " @ ".join(words), PRODUCT if len(words) > 1 else ATOM

    def _power_of(self, part: Array, times: int) -> str:
        return self.call("matrix_power", self.print(part), str(times))[0]

    def _pow(self, node: Pow) -> Printed:
        if isinstance(node.exponent, Num):
            if node.exponent.value == Fraction(1, 2):
                return self.call("sqrt", self.print(node.base))
            if node.exponent.value < 0:
                return self._inverse(node.base, -node.exponent.value)
        return f"{self.at(node.base, ATOM)}**{self.at(node.exponent, POWER)}", POWER

    def _inverse(self, base: Array, exponent: Fraction) -> Printed:
        return "1/" + self.at(make.power(base, Num(exponent)), SIGN), PRODUCT

    def call(self, name: str, *args: str) -> Printed:
        return f"{self.word(name)}({', '.join(args)})", ATOM

    def _elem(self, node: Elem) -> Printed:
        if node.row.name in SIGNS:
            return f"({self.comparison(node)})", ATOM
        return self.call(node.row.name, *(self.print(arg) for arg in node.args))

    def comparison(self, node: Elem) -> str:
        """u > v; a number stands on the right."""
        left, right = node.args
        if node.row.name in TURNED and not left.rank and (right.rank or isinstance(left, Num)):
            return f"{self.at(right, SUM)} {TURNED[node.row.name]} {self.at(left, SUM)}"
        return f"{self.at(left, SUM)} {SIGNS[node.row.name]} {self.at(right, SUM)}"

    def _t(self, node: T) -> Printed:
        if node.rank > 2:
            axes = (*range(node.rank - 2), node.rank - 1, node.rank - 2)
            return self.call("transpose", self.print(node.arg), str(axes))
        return self.at(node.arg, ATOM) + ".T", ATOM

    def _diag(self, node: Diag) -> Printed:
        return self.call("diag", self.print(node.arg))

    def _diagof(self, node: DiagOf) -> Printed:
        return self.call("diag", self.print(node.arg))

    def _trace(self, node: Trace) -> Printed:
        return self.call("trace", self.print(node.arg))

    def _column(self, node: Column) -> Printed:
        return self.at(node.arg, ATOM) + "[:, None]", ATOM

    def _outer(self, node: Outer) -> Printed:
        return self.call("outer", self.print(node.left), self.print(node.right))

    def _call(self, node: Call) -> Printed:
        return self.call(node.name, self.print(node.arg), *self.axis_words(node))

    def axis_words(self, node: Call) -> list[str]:
        """`axis=…` and `keepdims=True`, where they are not the default."""
        default = (node.arg.rank - 1,) if node.name in ("softmax", "log_softmax") else None
        words = []
        if node.axis is not None and node.axis != default:
            words.append(f"axis={node.axis[0] if len(node.axis) == 1 else node.axis}")
        return words + (["keepdims=True"] if node.keepdims else [])

    def _solve(self, node: Solve) -> Printed:
        return self.call("solve", self.print(node.matrix), self.print(node.right))

    def _frechet(self, node: Frechet) -> Printed:
        return self.call("expm_frechet", self.print(node.matrix), self.print(node.direction))

    def _einsum(self, node: Einsum) -> Printed:
        return self.call("einsum", f'"{node.spec}"', *(self.print(part) for part in node.parts))

    def _eye(self, node: Eye) -> Printed:
        return self.call("eye", self.size(node.dim)[0])

    def _filled(self, node: Filled) -> Printed:
        return self.call("ones" if node.value else "zeros", *(self.size(dim)[0] for dim in node.dims))

    def _reshape(self, node: Reshape) -> Printed:
        if node.widens:
            places = "".join("N" if dim == UNIT else ":" for dim in node.dims)
            places = places.rstrip(":") or places  # x[None] is x[None, :]
            return f"{self.at(node.arg, ATOM)}[{', '.join('None' if place == 'N' else place for place in places)}]", ATOM
        return self.call("reshape", self.print(node.arg), *(self.size(dim)[0] for dim in node.dims))

    def _slice(self, node: Slice) -> Printed:
        items = [self.place_text(item, extent) for item, extent in zip(node.parts, node.arg.shape, strict=True)]
        while len(items) > 1 and items[-1] == ":":
            items.pop()
        return f"{self.at(node.arg, ATOM)}[{', '.join(items)}]", ATOM

    def place_text(self, item: Part | Dim, extent: Dim) -> str:
        """One place of an axis, or a part of it: 0, 1:, :n-1, ::2."""
        if isinstance(item, Dim):
            return self.size(item)[0]
        start = "" if item.start == ZERO else self.size(item.start)[0]
        stop = "" if item.step == 1 and item.stop == extent else self.size(item.stop)[0]
        return f"{start}:{stop}" + (f":{item.step}" if item.step > 1 else "")

    def _pad(self, node: Pad) -> Printed:
        """Zeros around, as the language has them: put before and behind, one axis after the other."""
        text, shape = self.print(node.arg), list(node.arg.shape)
        for axis, widths in enumerate(node.widths):
            around = [[*shape[:axis], width, *shape[axis + 1 :]] if width != ZERO else None for width in widths]
            before, behind = ([self.zeros(dims)] if dims else [] for dims in around)
            if before or behind:
                text = self.joined([*before, text, *behind], axis)
            shape[axis] = shape[axis] + widths[0] + widths[1]
        return text, ATOM

    def zeros(self, dims: list[Dim]) -> str:
        return self.print(Filled(0, tuple(dims)))

    def joined(self, parts: list[str], axis: int) -> str:
        return f"concatenate(({', '.join(parts)})" + (f", axis={axis})" if axis else ")")

    def _flip(self, node: Flip) -> Printed:
        axes = [str(node.axes[0] if len(node.axes) == 1 else node.axes)] if node.arg.rank > 1 else []
        return self.call("flip", self.print(node.arg), *axes)

    def _tril(self, node: Tril) -> Printed:
        return self.call(type(node).__name__.lower(), self.print(node.arg), *([str(node.k)] if node.k else []))

    _triu = _tril

    def _where(self, node: Where) -> Printed:
        plain = isinstance(node.condition, Elem) and node.condition.row.name in SIGNS
        condition = self.comparison(node.condition) if plain and isinstance(node.condition, Elem) else self.print(node.condition)
        return self.call("where", condition, self.print(node.then), self.print(node.otherwise))

    def _take(self, node: Take) -> Printed:
        raise NotImplementedError("entries at affine slots have no text")
