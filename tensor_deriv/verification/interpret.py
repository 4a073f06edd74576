"""An independent meaning of the language: the text's own syntax tree, walked with plain NumPy.

It shares no code with the reader, the index notation or the array forms, so that what they agree on with it is not agreed on
by construction. Nothing is evaluated as Python.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .indexed import COMPARISONS, OPERATORS, SIGNS, Einstein, is_linear, items_of, names_in, subscripts, words
from .indexed import CannotInterpret as CannotInterpret
from .meanings import ELEMENTWISE, OPERATIONS

Array = Any

_LEFT = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:([\[(])([^\])=]*)[\])])?\s*=(?!=)")


def interpret(
    texts: Sequence[str],
    tensors: Mapping[str, Array],
    dims: Mapping[str, int],
    functions: Mapping[str, Callable[[Array], Array]] | None = None,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
) -> Array:
    """The array that the last of `texts` stands for, the others being definitions in order.

    `functions` gives arbitrary functions such as `l` in `l(T)` a meaning; `shapes` are those of definitions in index
    notation, as their indices need not stand alone on the right. Raises CannotInterpret.
    """
    names = {name: np.asarray(array, dtype=float) for name, array in tensors.items()}
    reader = _Reader(names, dict(dims), dict(functions or {}), dict(shapes or {}))
    try:
        for text in texts[:-1]:
            reader.define(text)
        return np.asarray(reader.value_of(texts[-1]), dtype=float)
    except RecursionError:
        raise CannotInterpret("a text that is nested this deeply") from None


class _Reader:
    """What names stand for so far."""

    def __init__(
        self, names: dict[str, Array], dims: dict[str, int], functions: dict[str, Callable[..., Array]], shapes: dict[str, tuple[int, ...]]
    ) -> None:
        self.names = names
        self.dims = dims
        self.functions = functions
        self.shapes = shapes

    def define(self, text: str) -> None:
        match = _LEFT.match(text)
        if not match:
            raise CannotInterpret(f"no definition: {text}")
        name, bracket, inside = match.group(1), match.group(2), words(match.group(3))
        if bracket == "(":
            self.functions[name] = self._function(inside, _tree(text[match.end() :]))
        elif name not in self.names:  # a tensor that the caller gives is held at that value
            self.names[name] = self.value_of(text)

    def value_of(self, text: str) -> Array:
        """The array of a right-hand side."""
        match = _LEFT.match(text)
        tree = _tree(text[match.end() :] if match else text)
        free = words(match.group(3)) if match and match.group(2) == "[" else ()
        if free or self._in_index_notation(tree):
            declared = self.shapes.get(match.group(1), ()) if match else ()
            return Einstein(self, free, dict(zip(free, declared, strict=False))).value(tree)
        return self.value(tree)

    def _in_index_notation(self, tree: ast.expr) -> bool:
        """Whether some place holds a letter: a name that is no size, or names alone."""
        items = [items_of(node) for node in subscripts(tree) if all(map(is_linear, items_of(node)))]
        alone = any(all(isinstance(item, ast.Name) for item in own) for own in items)
        return alone or any(name not in self.dims for own in items for item in own for name in names_in(item))

    def _function(self, parameters: tuple[str, ...], tree: ast.expr) -> Callable[..., Array]:
        def call(*values: Array) -> Array:
            return _Reader({**self.names, **dict(zip(parameters, values, strict=True))}, self.dims, self.functions, {}).value(tree)

        return call

    def value(self, node: ast.AST) -> Any:
        """What a node of the array language stands for: an array, or a written-out axis, flag or string."""
        match node:
            case ast.Constant(value=int() | float() | str() | None as value):
                return value
            case ast.Name(id=name):
                return self.name(name)
            case ast.UnaryOp(op=op, operand=inner) if type(op) in SIGNS:
                return SIGNS[type(op)](self.value(inner))
            case ast.BinOp(op=op, left=left, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
                return 1.0 * COMPARISONS[type(op)](self.value(left), self.value(right))
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return tuple(map(self.value, items))
            case ast.Attribute(value=inner, attr="T"):
                return np.transpose(self.value(inner))
            case ast.Attribute(value=inner, attr="shape"):
                return np.shape(self.value(inner))
            case ast.Subscript(value=inner, slice=place):
                return self.value(inner)[self.place(place)]
            case ast.Call(func=ast.Name(id=name), args=args, keywords=words):
                named = {str(word.arg): self.value(word.value) for word in words}
                return self.function(name)(*map(self.value, args), **named)
        raise CannotInterpret(ast.unparse(node))

    def place(self, node: ast.AST) -> Any:
        """What stands in the brackets of `x[…]`."""
        match node:
            case ast.Tuple(elts=items):
                return tuple(map(self.place, items))
            case ast.Slice(lower=lower, upper=upper, step=step):
                return slice(*(None if part is None else int(self.value(part)) for part in (lower, upper, step)))
        return self.value(node)

    def name(self, name: str) -> Any:
        for known in (self.names, self.dims, {"pi": math.pi}):
            if name in known:
                return known[name]
        raise CannotInterpret(f"the name {name}")

    def function(self, name: str) -> Callable[..., Any]:
        for known in (self.functions, ELEMENTWISE, OPERATIONS):
            if name in known:
                return known[name]
        raise CannotInterpret(f"the function {name}")


@lru_cache(maxsize=256)
def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CannotInterpret(f"no expression: {text}") from None
