"""The caller's own names: an expression that a definition holds is written by its name, wherever it stands."""

from __future__ import annotations

from fractions import Fraction

from . import make
from .flip import Flipper
from .nodes import Add, Array, MatMul, Name, Num, Pow, T, num


class Known:
    """What the caller has named, found whole, inside a longer sum or product, transposed, or as a power."""

    def __init__(self, names: dict[Array, Name], flipper: Flipper) -> None:
        self.names: dict[Array, Array] = dict(names)
        self.sums: list[tuple[tuple[Array, ...], Array]] = []
        self.products: list[tuple[tuple[Array, ...], Array]] = []
        self.powers: dict[Array, list[tuple[Fraction, Array]]] = {}
        for node, name in names.items():
            self._enter(node, name)
            if node.rank == 2 and isinstance(node, MatMul):
                turned = flipper.flip(node)
                self.names.setdefault(turned, T(name))
                self._enter(turned, T(name))

    def _enter(self, node: Array, name: Array) -> None:
        match node:
            case Add(parts):
                self.sums.append((parts, name))
            case MatMul(parts):
                self.products.append((parts, name))
            case Pow(base, Num(value)):
                self.powers.setdefault(base, []).append((value, name))

    def of(self, node: Array) -> Array:
        """The node by a name of the caller's, or itself."""
        if not self.names:
            return node
        if node in self.names:
            return self.names[node]
        match node:
            case Pow(base, Num(value)):
                return self._power(node, base, value)
            case Add(parts):
                return self._sum(node, parts)
            case MatMul(parts):
                return self._product(node, parts)
        return node

    def _power(self, node: Array, base: Array, value: Fraction) -> Array:
        # t = b^p: b^(np) = t^n
        for power, name in self.powers.get(base, ()):
            times = value / power
            if times.denominator == 1:
                return make.power(name, num(times))
        return node

    def _sum(self, node: Array, parts: tuple[Array, ...]) -> Array:
        for inner, name in self.sums:
            if len(inner) < len(parts) and all(part in parts for part in inner) and name.shape == node.shape:
                return make.add([name, *(part for part in parts if part not in inner)])
        return node

    def _product(self, node: Array, parts: tuple[Array, ...]) -> Array:
        for inner, name in self.products:
            size = len(inner)
            for at in range(len(parts) - size + 1):
                if parts[at : at + size] == inner and size < len(parts):
                    return make.matmul([*parts[:at], name, *parts[at + size :]])
        return node
