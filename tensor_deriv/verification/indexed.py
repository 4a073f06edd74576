"""An independent meaning of index notation: each node gives an array over letters, walked with plain NumPy."""

from __future__ import annotations

import ast
import itertools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol

import numpy as np

from .meanings import ELEMENTWISE

Array = Any
Indexed = tuple[Array, tuple[str, ...]]  # an array, and the index letter of each of its axes

SIGNS: dict[type, Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.MatMult: operator.matmul, ast.BitAnd: np.minimum, ast.BitOr: np.maximum,
}  # fmt: skip
COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Gt: operator.gt, ast.Lt: operator.lt, ast.GtE: operator.ge, ast.LtE: operator.le, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip


class CannotInterpret(Exception):
    """The text holds something that has no meaning here; says nothing about whether the text is right."""


class Known(Protocol):
    """What names stand for."""

    names: dict[str, Array]
    dims: dict[str, int]
    functions: dict[str, Callable[..., Array]]

    def value(self, node: ast.AST) -> Any: ...
    def name(self, name: str) -> Any: ...


class Einstein:
    """Index notation: each node gives an array over letters; a letter that stands twice in a product is summed."""

    def __init__(self, reader: Known, free: tuple[str, ...], sizes: dict[str, int]) -> None:
        self.reader = reader
        self.free = free
        self.sizes = sizes  # of the letters

    def value(self, tree: ast.expr) -> Array:
        self.measure(subscripts(tree))
        for names in compared(tree):
            known = [self.sizes[name] for name in names if name in self.sizes]
            for name in names if known else ():
                if name in self.free:
                    self.sizes.setdefault(name, known[0])
        array, letters = self.read(tree)
        if set(letters) != set(self.free):
            raise CannotInterpret(f"the indices {letters} and {self.free}")
        return np.transpose(array, [letters.index(letter) for letter in self.free])

    def read(self, node: ast.AST) -> Indexed:
        match node:
            case ast.Subscript(value=ast.Name(id=name)):
                return self.product([self.entries(self.tensor(name), items_of(node))])
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
                sides = [self.grid(side) if self.is_place(side) else self.read(side) for side in (left, right)]
                return self.together(lambda a, b: 1.0 * COMPARISONS[type(op)](a, b), sides)
            case ast.Call(func=ast.Name(id="where"), args=args):
                return self.together(lambda c, a, b: np.where(c != 0, a, b), [self.read(arg) for arg in args])
            case ast.UnaryOp(op=op, operand=inner) if type(op) in SIGNS:
                return self.together(SIGNS[type(op)], [self.read(inner)])
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self.product(self.factors(node))
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Pow() as op, left=left, right=right):
                return self.together(OPERATORS[type(op)], [self.read(left), self.read(right)])
            case ast.Call(func=ast.Name(id=name), args=args, keywords=words):
                named = {str(word.arg): self.reader.value(word.value) for word in words}
                return self.together(partial(self.elementwise(name), **named), [self.read(arg) for arg in args])
            case ast.Constant() | ast.Name():
                array = np.asarray(self.reader.value(node), dtype=float)
                if not array.ndim:
                    return array, ()
        raise CannotInterpret(f"{ast.unparse(node)} in index notation")

    def measure(self, nodes: Sequence[ast.Subscript]) -> None:
        """The size of each letter: the axis where it stands alone, else what keeps its places inside."""
        places = [
            (item, size)
            for node in nodes
            for item, size in zip(items_of(node), np.shape(self.tensor(getattr(node.value, "id", ""))), strict=False)
        ]
        for item, size in places:
            if isinstance(item, ast.Name):
                self.sizes.setdefault(item.id, size)
        for item, size in places:
            loose = [name for name in names_in(item) if name not in self.sizes and name not in self.reader.dims]
            if len(set(loose)) == 1 and is_linear(item):
                counts = range(size, 0, -1)
                self.sizes[loose[0]] = next((n for n in counts if self.stays(item, {**self.sizes, loose[0]: n}, size)), 1)

    def stays(self, item: ast.expr, sizes: Mapping[str, int], size: int) -> bool:
        """Whether every place that an item holds lies on its axis."""
        own = {name: sizes[name] for name in names_in(item) if name in sizes}
        corners = [dict(zip(own, ends, strict=True)) for ends in itertools.product(*((0, count - 1) for count in own.values()))]
        return all(0 <= int(_computed(item, {**self.reader.dims, **corner})) < size for corner in corners)

    def is_place(self, node: ast.expr) -> bool:
        """Whether a side of a comparison is made of index letters and numbers."""
        names = names_in(node)
        return bool(names) and is_linear(node) and all(name in self.sizes or name in self.reader.dims for name in names)

    def grid(self, item: ast.expr) -> Indexed:
        """The place that an item holds, over its letters."""
        letters = tuple(dict.fromkeys(name for name in names_in(item) if name in self.sizes))
        axes = np.indices([self.sizes[letter] for letter in letters])
        return np.asarray(_computed(item, {**self.reader.dims, **dict(zip(letters, axes, strict=True))})), letters

    def entries(self, array: Array, items: list[ast.expr]) -> Indexed:
        """The entries at some places, zero outside; each letter that stands alone keeps its axis."""
        if all(isinstance(item, ast.Name) for item in items):
            return array, words(",".join(map(ast.unparse, items)))
        if np.ndim(array) != len(items) or not all(map(is_linear, items)):
            raise CannotInterpret("these places")
        letters = tuple(dict.fromkeys(name for item in items for name in names_in(item) if name in self.sizes))
        result = np.zeros([self.sizes[letter] for letter in letters])
        known = {**self.reader.dims, **dict(zip(letters, np.indices(result.shape), strict=True))}
        places = [np.broadcast_to(_computed(item, known), result.shape) for item in items]
        there = np.all([(place >= 0) & (place < size) for place, size in zip(places, np.shape(array), strict=True)], axis=0)
        result[there] = array[tuple(place[there] for place in places)]
        return result, letters

    def tensor(self, name: str) -> Array:
        """`x[i,k]` may stand for the components of X."""
        upper = name[0].upper() + name[1:]
        return self.reader.name(upper if name not in self.reader.names and upper in self.reader.names else name)

    def elementwise(self, name: str) -> Callable[..., Array]:
        found = self.reader.functions.get(name) or ELEMENTWISE.get(name)
        if found is None:
            raise CannotInterpret(f"{name} in index notation")
        return found

    def factors(self, node: ast.AST) -> list[Indexed]:
        match node:
            case ast.BinOp(op=ast.Mult(), left=left, right=right):
                return [*self.factors(left), *self.factors(right)]
            case ast.BinOp(op=ast.Div(), left=left, right=right):
                return [*self.factors(left), self.together(lambda x: 1 / x, [self.read(right)])]
        return [self.read(node)]

    def product(self, factors: list[Indexed]) -> Indexed:
        # Σ over the letters that stand twice, the ones on the left never
        written = [letter for _, letters in factors for letter in letters]
        array, letters = self.together(lambda *parts: math.prod(parts), [_diagonal(*factor) for factor in factors])
        summed = [letter for letter in letters if written.count(letter) > 1 and letter not in self.free]
        places = tuple(letters.index(letter) for letter in summed)
        return np.sum(array, axis=places), tuple(letter for letter in letters if letter not in summed)

    def together(self, function: Callable[..., Array], values: list[Indexed]) -> Indexed:
        """An elementwise operation on arrays whose axes go by their letters."""
        letters = tuple(dict.fromkeys(letter for _, own in values for letter in own))
        return np.asarray(function(*(_spread(array, own, letters) for array, own in values))), letters


def _spread(array: Array, own: tuple[str, ...], letters: tuple[str, ...]) -> Array:
    present = [letter for letter in letters if letter in own]
    ordered = np.transpose(array, [own.index(letter) for letter in present])
    sizes = dict(zip(present, np.shape(ordered), strict=True))
    return np.reshape(ordered, [sizes.get(letter, 1) for letter in letters])


def _diagonal(array: Array, letters: tuple[str, ...]) -> Indexed:
    # x_ii is an array over i alone
    for first, letter in enumerate(letters):
        if letter in letters[first + 1 :]:
            second = letters.index(letter, first + 1)
            rest = tuple(other for place, other in enumerate(letters) if place not in (first, second))
            return _diagonal(np.diagonal(array, axis1=first, axis2=second), (*rest, letter))
    return array, letters


def words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def items_of(node: ast.Subscript) -> list[ast.expr]:
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


@lru_cache(maxsize=1024)  # a text is read once, and its tree evaluated at many points
def subscripts(tree: ast.AST) -> tuple[ast.Subscript, ...]:
    """The components of named tensors, in the order of the text."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)]
    return tuple(sorted(found, key=lambda node: (node.lineno, node.col_offset)))


@lru_cache(maxsize=1024)
def compared(tree: ast.AST) -> tuple[list[str], ...]:
    """The names that stand alone on the sides of each comparison."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    return tuple([side.id for side in (node.left, *node.comparators) if isinstance(side, ast.Name)] for node in nodes)


@lru_cache(maxsize=1024)
def names_in(node: ast.AST) -> tuple[str, ...]:
    return tuple(part.id for part in ast.walk(node) if isinstance(part, ast.Name))


@lru_cache(maxsize=1024)
def is_linear(node: ast.AST) -> bool:
    """Whether a place is made of names and integers by sums and products."""
    allowed = (ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.Mult, ast.USub)
    return all(isinstance(part, allowed) or (isinstance(part, ast.Constant) and type(part.value) is int) for part in ast.walk(node))


def _computed(node: ast.AST, known: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.UnaryOp(operand=inner):
            return -_computed(inner, known)
        case ast.BinOp(op=op, left=left, right=right):
            return OPERATORS[type(op)](_computed(left, known), _computed(right, known))
    raise CannotInterpret(ast.unparse(node))
