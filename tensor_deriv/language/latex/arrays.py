"""Mathematics without indices, with its shapes: a vector is a column, what stands side by side is a matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from ...errors import ParseError, Place
from ...index.dims import Dim
from ..unify import Solver
from ..values import show_shape
from .names import MAPS
from .tree import Node
from .values import Value


class Arrays:
    """Puts arrays together; extents are solved by unification."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.solver = Solver()

    def place(self, node: Node) -> Place:
        return Place(self.text, node.start, node.end)

    def fail(self, message: str, node: Node) -> NoReturn:
        raise ParseError(message, self.place(node))

    def shape(self, value: Value) -> str:
        return show_shape(map(self.solver.resolve, value.dims))

    def meet(self, left: Dim, right: Dim, a: Value, b: Value, node: Node) -> None:
        """Make two extents equal."""
        words = lambda: f"shapes do not match: the left is {self.shape(a)}, the right is {self.shape(b)}"  # noqa: E731
        self.solver.require(left, right, words, lambda: self.place(node))

    def unknown(self, count: int) -> tuple[Dim, ...]:
        return tuple(self.solver.unknown() for _ in range(count))

    def times(self, a: Value, b: Value, node: Node) -> Value:
        """Two factors side by side."""
        if not a.rank or not b.rank:
            return self.scaled(a, b, node)
        if max(a.rank, b.rank) > 2:
            self.fail("a product of arrays of more than two axes: write their indices", node)
        a, b = self._thin(a, b, True), self._thin(b, a, False)
        kinds = _kind(a) + _kind(b)
        if kinds in ("cc", "rr", "mr", "cm"):
            hint = {
                "cc": "two vectors side by side: write x^\\top y, x y^\\top or x \\odot y",
                "rr": "two rows side by side",
                "mr": "a matrix times a row: transpose one of them",
                "cm": "a column times a matrix: write x^\\top A",
            }
            self.fail(f"this product has no meaning: {hint[kinds]}", node)
        if kinds == "cr":
            return Value("outer", (a, replace(b, row=False)), a.dims + b.dims, node=node)
        self.meet(a.dims[-1], b.dims[0], a, b, node)
        dims = a.dims[:-1] + b.dims[1:]
        chain = (*a.args, b) if a.op == "matmul" else (a, b)
        return self._with_ones(a, b, dims, node) or Value("matmul", chain, dims, kinds == "rm", node=node)

    def _thin(self, value: Value, other: Value, left: bool) -> Value:
        """A matrix of one column or row as a vector, where the other factor is a vector that fits no matrix."""
        if value.rank != 2 or other.rank != 1 or other.row != left:
            return value
        return self.column(value, left) if self.solver.is_one(value.dims[left]) else value

    def column(self, value: Value, upright: bool = True) -> Value:
        dims = value.dims[:1] if upright else value.dims[1:]
        return Value("call", (value,), dims, not upright, "vec", node=value.node)

    def _with_ones(self, a: Value, b: Value, dims: tuple[Dim, ...], node: Node) -> Value | None:
        # 1ᵀ1 = n, 1ᵀx = Σ x, X1 = Σ_j x_ij, 1ᵀX = Σ_i x_ij
        if a.op == b.op == "ones":
            return Value("extent", dims=(), word="", args=(a,), node=node)
        if b.op == "ones":
            if a.op == "total" and a.row:
                return Value("total", a.args, (), word="None", node=node)
            return Value("total", (a,), dims, False, "None" if a.rank == 1 else "1", node=node)
        if a.op == "ones":
            return Value("total", (b,), dims, b.rank == 2, "None" if b.rank == 1 else "0", node=node)
        return None

    def scaled(self, a: Value, b: Value, node: Node) -> Value:
        """A number times anything."""
        array = b if b.rank else a
        chain = (*a.args, b) if a.op == "scaled" and not a.rank and not b.rank else (a, b)
        return Value("scaled", chain, array.dims, array.row, node=node)

    def add(self, terms: Sequence[Value], node: Node) -> Value:
        """A sum; numbers are added to every entry, a vector to every row of a matrix as NumPy does."""
        top = max(terms, key=lambda term: term.rank)
        for term in terms:
            if term.rank == top.rank:
                self.alike(top, term, node)
        widths = [term for term in terms if 0 < term.rank < top.rank]
        if widths and any(self.solver.is_one(extent) for extent in top.dims):
            terms = [self.column(term, self.solver.is_one(term.dims[1])) if term.rank == 2 else term for term in terms]
            return self.add(terms, node)
        if widths and self.solver.resolve(top.dims[0]) == self.solver.resolve(top.dims[-1]):
            self.fail("a vector is added to a square matrix: write \\mathbf{1} x^\\top for rows, x \\mathbf{1}^\\top for columns", node)
        for term in widths:
            self.meet(top.dims[-1], term.dims[0], top, term, node)
        return Value("sum", tuple(terms), top.dims, top.row, node=node)

    def alike(self, a: Value, b: Value, node: Node) -> None:
        """Refuse two arrays of different shapes."""
        if a.rank == b.rank == 1 and a.row != b.row:
            self.fail("a column and a row: transpose one of them", node)
        for left, right in zip(a.dims, b.dims, strict=True):
            self.meet(left, right, a, b, node)

    def entrywise(self, op: str, a: Value, b: Value, node: Node) -> Value:
        """A ⊙ B, A ⊘ B, powers of entries; a number goes with anything."""
        a, b = self._same_rank(a, b), self._same_rank(b, a)
        if a.rank and b.rank and a.rank != b.rank:
            self.fail(f"these are taken entry by entry, and one is {self.shape(a)}, the other {self.shape(b)}", node)
        if a.rank == b.rank:
            self.alike(a, b, node)
        top = a if a.rank else b
        return Value(op, (a, b), top.dims, top.row, node=node)

    def _same_rank(self, a: Value, b: Value) -> Value:
        if a.rank == 2 and b.rank == 1 and any(self.solver.is_one(extent) for extent in a.dims):
            return self.column(a, self.solver.is_one(a.dims[1]))
        return a

    def over(self, a: Value, b: Value, node: Node) -> Value:
        """A fraction: by a number, or a vector entry by entry."""
        if b.rank == 2:
            self.fail("a matrix stands below the line: write \\oslash to divide entry by entry, or ^{-1}", node)
        return self.entrywise("div", a, b, node)

    def transposed(self, a: Value, node: Node) -> Value:
        if a.rank < 2:
            return replace(a, row=not a.row) if a.rank else a
        if a.rank > 2:
            self.fail(f"only a matrix is transposed, this is {self.shape(a)}", node)
        return a.args[0] if a.op == "transpose" else Value("transpose", (a,), a.dims[::-1], node=node)

    def inverse(self, a: Value, node: Node) -> Value:
        if not a.rank:
            return Value("div", (Value("number", word="1", node=node), a), node=node)
        self.square(a, node)
        return Value("call", (a,), a.dims, word="inv", node=node)

    def square(self, a: Value, node: Node) -> None:
        if a.rank < 2:
            self.fail(f"a square matrix belongs here, this is {self.shape(a) if a.rank else 'a number'}", node)
        words = lambda: f"a square matrix belongs here, this is {self.shape(a)}"  # noqa: E731
        self.solver.require(a.dims[-2], a.dims[-1], words, lambda: self.place(node))

    def power(self, a: Value, exponent: Value, node: Node) -> Value:
        """A number to a power; a matrix to a whole one."""
        if exponent.rank and a.op == "number":
            return self.entrywise("power", a, exponent, node)
        if exponent.rank:
            self.fail("the exponent is an array: write ^{\\odot …} for powers entry by entry", node)
        if not a.rank:
            return Value("power", (a, exponent), node=node)
        if a.rank != 2 or exponent.op != "number" or not exponent.word.isdigit():
            self.fail("a power of an array: write ^{\\odot 2} for powers entry by entry", node)
        self.square(a, node)
        return Value("matrix power", (a,), a.dims, word=exponent.word, node=node)

    def dot(self, a: Value, b: Value, node: Node) -> Value:
        """a · b."""
        if a.rank == b.rank == 1:
            self.meet(a.dims[0], b.dims[0], a, b, node)
            return self.times(replace(a, row=True), replace(b, row=False), node)
        return self.times(a, b, node)

    def contract(self, a: Value, b: Value, node: Node) -> Value:
        """A : B, the sum of the products of entries."""
        if a.rank != 2 or b.rank != 2:
            self.fail("`:` stands between two matrices", node)
        product = self.entrywise("hadamard", a, b, node)
        return Value("total", (product,), (), word="None", node=node)

    def kron(self, a: Value, b: Value, node: Node) -> Value:
        if not a.rank or not b.rank:
            return self.scaled(a, b, node)
        if a.rank != 2 or b.rank != 2:
            self.fail("`\\otimes` of vectors is an outer product to some and a long vector to others: write x y^\\top", node)
        return Value("call", (a, b), tuple(x * y for x, y in zip(a.dims, b.dims, strict=True)), word="kron", node=node)

    def diag(self, a: Value, node: Node) -> Value:
        if a.rank == 2 and self.solver.is_one(a.dims[1]) and not self.solver.is_one(a.dims[0]):
            a = self.column(a)
        if a.rank == 1:
            return Value("call", (replace(a, row=False),), a.dims * 2, word="diag", node=node)
        if a.rank != 2:
            self.fail("`diag` takes a vector or a matrix", node)
        self.square(a, node)
        return Value("call", (a,), a.dims[:1], word="diag", node=node)

    def vec(self, a: Value, node: Node) -> Value:
        if a.rank != 2:
            self.fail("`vec` takes a matrix", node)
        return Value("call", (a,), (a.dims[0] * a.dims[1],), word="vec", node=node)

    def along(self, name: str, axis: str, a: Value, node: Node) -> Value:
        """A reduction of the rows or the columns of a matrix."""
        if a.rank != 2:
            self.fail("rows and columns are those of a matrix", node)
        if name in MAPS:
            return Value("axis", (a,), a.dims, word=f"{name} {axis}", node=node)
        dims = {"1": a.dims[:1], "0": a.dims[1:]}.get(axis, ())
        return Value("axis", (a,), dims, word=f"{name} {axis}", node=node)

    def fits(self, value: Value, dims: Sequence[Dim]) -> None:
        """Solve extents that are still open by the shape that the left-hand side has; a claim of another shape stays as it is."""
        long = [dim for dim in dims if not self.solver.is_one(dim)] if len(dims) > value.rank else list(dims)
        if len(long) != value.rank:
            return
        for own, wanted in zip(value.dims, long, strict=True):
            self.solver.equal(own, wanted)


def _kind(value: Value) -> str:
    return "m" if value.rank == 2 else "r" if value.row else "c"
