"""The letters of index notation: over what each runs, and places that are sums of letters and numbers."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ..errors import ParseError, Place, ShapeError
from ..index.dims import UNIT, ZERO, Dim, integer, named
from ..index.indices import fresh
from ..index.nodes import Expr, Inside
from ..index.slots import Affine, Index, bounds
from .scope import Scope
from .source import Source
from .values import Words, show_shape

Linear = tuple[dict[Index, Dim], Dim]  # coefficients of indices, and the number


def at_least(terms: Mapping[Index, Dim], offset: Dim) -> Expr:
    """The indicator [Σ coefficient·index + offset ≥ 0]."""
    slot = Affine(tuple(terms.items()), offset, UNIT)
    return Inside(Affine(slot.terms, offset, bounds(slot)[1] + UNIT))


def joined(left: Linear, right: Linear) -> Linear:
    total = dict(left[0])
    for index, c in right[0].items():
        total[index] = total.get(index, ZERO) + c
    return {index: c for index, c in total.items() if c.terms}, left[1] + right[1]


def scaled(linear: Linear, by: Dim) -> Linear:
    return {index: c * by for index, c in linear[0].items()}, linear[1] * by


def subscripts(node: ast.Subscript) -> list[ast.expr]:
    """What stands in the brackets, one for each axis."""
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def is_place(item: ast.expr) -> bool:
    """Whether an item is built of names and integers by sums and products."""
    parts = (ast.Name, ast.Load, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.Mult, ast.USub)
    whole = all(isinstance(node, parts) for node in ast.walk(item))
    return whole and all(type(node.value) is int for node in ast.walk(item) if isinstance(node, ast.Constant))


class Letters:
    """The letters of one right-hand side whose free indices are `free`, of the extents `want` where these are declared."""

    def __init__(self, scope: Scope, source: Source, free: tuple[str, ...], want: tuple[Dim, ...] | None = None) -> None:
        self.scope = scope
        self.source = source
        self.free = free
        declared = want if want is not None and len(want) == len(free) else ()
        self.indices: dict[str, Index] = {letter: fresh(extent, letter) for letter, extent in zip(free, declared, strict=False)}

    def place(self, node: ast.AST) -> Place:
        """Where a node stands in the text."""
        return self.source.place(node)

    def find_letters(self, tree: ast.expr) -> None:
        """An index for every letter: the extent of an axis where it stands alone, else so that every place lies inside."""
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)]
        nodes.sort(key=lambda node: (node.lineno, node.col_offset))
        compound: list[tuple[Affine, Dim, ast.Subscript]] = []
        for alone in (True, False):
            for node in nodes:
                items = subscripts(node)
                for item, extent in zip(items, self.extents(node, items), strict=True):
                    if isinstance(item, ast.Name) and alone:
                        self._letter(item.id, extent, node)
                    elif not isinstance(item, ast.Name) and not alone and is_place(item):
                        compound.append((self.place_of(item, extent), extent, node))
        for compared in (node for node in ast.walk(tree) if isinstance(node, ast.Compare)):
            self._bounded(compared)
        for slot, extent, node in compound:
            self._fit(slot, extent, node)
        for compared in (node for node in ast.walk(tree) if isinstance(node, ast.Compare)):
            self._same_range(compared)

    def _bounded(self, node: ast.Compare) -> None:
        """(i <= n - 2) says over what i runs, where no axis does."""
        right = node.comparators[0]
        if not isinstance(node.left, ast.Name) or not isinstance(node.ops[0], ast.Lt | ast.LtE) or not self.may_be_index(node.left.id):
            return
        names = {part.id for part in ast.walk(right) if isinstance(part, ast.Name)}
        if is_place(right) and names <= self.scope.dims - set(self.indices):
            index = self.index(node.left.id)
            _, offset = self.linear(right)
            if "?" in str(self.scope.solver.resolve(index.extent)):
                self.scope.solver.equal(index.extent, offset + UNIT if isinstance(node.ops[0], ast.LtE) else offset)

    def may_be_index(self, name: str) -> bool:
        """Whether a name in a comparison is an index: it stands as one elsewhere, or as nothing else."""
        scope = self.scope
        return name in self.indices or name in self.free or not (name in scope.shapes or name in scope.dims)

    def _same_range(self, node: ast.Compare) -> None:
        """Indices that are compared run over the same range, where nothing else says over what they run."""
        names = [side.id for side in (node.left, *node.comparators) if isinstance(side, ast.Name)]
        known = [self.indices[name] for name in names if name in self.indices]
        for name in names:
            if name not in self.indices and known and self.may_be_index(name):
                self.indices[name] = fresh(known[0].extent, name)

    def _letter(self, letter: str, extent: Dim, node: ast.AST) -> None:
        index = self.indices.setdefault(letter, fresh(extent, letter))
        self.scope.solver.require(index.extent, extent, self.clash(letter, extent), lambda: self.place(node))

    def _fit(self, slot: Affine, extent: Dim, node: ast.AST) -> None:
        # the last place is the last of the axis, Σ c (n − 1) + offset = extent − 1, or the first where c < 0
        resolve = self.scope.solver.resolve
        loose = [(index, c) for index, c in slot.terms if "?" in str(resolve(index.extent))]
        if len(loose) != 1:
            return
        ((index, c),) = loose
        others = Affine(tuple((other, factor) for other, factor in slot.terms if other != index), slot.offset, extent)
        low, high = map(resolve, bounds(others))
        room = resolve(extent) - UNIT - high if c.never_negative else -low
        count = room.over(c)
        if count is None:
            return
        self.scope.solver.equal(index.extent, count + UNIT)
        if not count.never_negative:
            self.scope.needs.append(count)

    def place_of(self, item: ast.expr, extent: Dim) -> Affine:
        """A slot of several letters and numbers."""
        terms, offset = self.linear(item)
        return Affine(tuple((index, c) for index, c in terms.items() if c.terms), offset, extent)

    def index(self, letter: str) -> Index:
        """The index of a letter; over what a new one runs is yet to be found."""
        if letter not in self.indices:
            self.indices[letter] = fresh(self.scope.solver.unknown(), letter)
        return self.indices[letter]

    def linear(self, node: ast.expr) -> Linear:
        """A sum of letters and numbers."""
        match node:
            case ast.Constant(value=int() as value) if not isinstance(value, bool):
                return {}, integer(value)
            case ast.Name(id=name):
                if name not in self.indices and name in self.scope.dims:
                    return {}, named(name)
                return {self.index(name): UNIT}, ZERO
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return scaled(self.linear(inner), -UNIT)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return joined(self.linear(left), self.linear(right))
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return joined(self.linear(left), scaled(self.linear(right), -UNIT))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                first, second = self.linear(left), self.linear(right)
                if not first[0] or not second[0]:
                    return scaled(second, first[1]) if not first[0] else scaled(first, second[1])
        raise ParseError("a place is a sum of indices and numbers, each index times a number at most", self.place(node))

    def extents(self, node: ast.Subscript, items: Sequence[ast.expr]) -> tuple[Dim, ...]:
        """The shape of the tensor that a subscript is of; x[i, j] may be a component of X."""
        scope, name = self.scope, self.tensor(node, len(items))
        extents = scope.tensor(name, len(items))
        if len(extents) != len(items):
            words = f"`{name}` has the shape {show_shape(map(scope.solver.resolve, extents))}, {len(items)} indices are given"
            raise ShapeError(words, self.place(node))
        return extents

    def tensor(self, node: ast.Subscript, rank: int) -> str:
        """The tensor that a subscript is of."""
        assert isinstance(node.value, ast.Name)
        name, upper = node.value.id, node.value.id[0].upper() + node.value.id[1:]
        known = name in self.scope.shapes or len(self.scope.shapes.get(upper, ())) != rank
        return name if known else upper

    def clash(self, letter: str, extent: Dim) -> Words:
        """What to say where an index runs over two ranges."""
        resolve, first = self.scope.solver.resolve, self.indices[letter].extent
        return lambda: f"the index `{letter}` runs over {resolve(first)} and over {resolve(extent)}"
