"""Transposes: the transpose of an expression with the `.T` moved to the leaves, and what is symmetric."""

from __future__ import annotations

from collections import Counter

from ..program import Program
from . import make
from .calls import Call, Eye, Filled, Frechet
from .nodes import Add, Array, Column, Diag, Elem, MatMul, Mul, Name, Outer, Pow, T
from .places import Tril, Triu, Where

SYMMETRIC = frozenset({"symmetric", "spd", "diagonal"})


class Flipper:
    """Transposes matrices of one program, whose assumptions it knows."""

    def __init__(self, program: Program, symmetric: set[str]) -> None:
        self.symmetric_names = symmetric | {name for name, tensor in program.inputs.items() if tensor.assumptions & SYMMETRIC}

    def flip(self, node: Array) -> Array:
        """The transpose of a matrix, moved inwards: (AB)ᵀ = BᵀAᵀ, (A + B)ᵀ = Aᵀ + Bᵀ."""
        turned = self._turned(node)
        return turned if turned.shape == node.shape[::-1] else T(node)  # a column that was turned into a vector is no row

    def _turned(self, node: Array) -> Array:
        """The same, or what broadcasts like it."""
        match node:
            case T(arg):
                return arg
            case Name(name, _):
                return node if name in self.symmetric_names else T(node)
            case Eye() | Diag():
                return node
            case MatMul(parts):
                return make.matmul([self.flip(part) for part in reversed(parts)])
            case Add() | Mul() | Elem() | Pow():
                return make.rebuilt(node, tuple(self.broadcast_flip(child) for child in node.children))
            case Outer():
                return Outer(node.right, node.left)
            case Tril(arg, k) if node.rank == 2:
                turned = Tril if isinstance(node, Triu) else Triu
                return turned(self.flip(arg), -k)
            case Where():
                return Where(*(self.broadcast_flip(child) for child in node.children))
            case Filled(value, dims):
                return Filled(value, dims[::-1])
            case Call("inv" | "expm", arg):
                return node if self.is_symmetric(arg) else T(node)
            case Frechet(matrix, direction):
                return Frechet(self.flip(matrix), self.flip(direction))
        return T(node)

    def broadcast_flip(self, node: Array) -> Array:
        """The transpose of a part that is broadcast to a matrix: a row becomes a column."""
        if node.rank == 0:
            return node
        if isinstance(node, Column):
            return node.arg
        if isinstance(node, Call) and node.keepdims and node.axis == (1,) and node.rank == 2:
            return Call(node.name, node.arg, node.axis)
        return Column(node) if node.rank == 1 else self._turned(node)

    def is_symmetric(self, node: Array) -> bool:
        """Whether Aᵀ = A can be seen from the form."""
        if node.rank != 2 or node.shape[0] != node.shape[1]:
            return False
        if isinstance(node, Mul) and all(part.rank == 0 or self.is_symmetric(part) for part in node.parts):
            return True
        flipped = self.flip(node)
        same_kind = type(flipped) is type(node) and isinstance(node, (Add, Mul))
        return flipped == node or (same_kind and Counter(flipped.children) == Counter(node.children))

    def reversed_chain(self, node: MatMul) -> Array:
        """A chain that ends in a vector, read the other way: Xᵀ v = v X."""
        return make.matmul([part if part.rank == 1 else self.flip(part) for part in reversed(node.parts)])
