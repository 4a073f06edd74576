"""The caller's own names: an expression that a definition holds is written by its name, wherever it stands."""

from __future__ import annotations

from fractions import Fraction

from . import make
from .cost import cost
from .flip import Flipper
from .nodes import Add, Array, MatMul, Mul, Name, Num, Pow, T, num

WORTH = 0.9  # operations that a name inside a product must save


class Known:
    """What the caller has named, found whole, inside a longer sum or product, transposed, or as a power."""

    def __init__(self, names: dict[Array, Name], flipper: Flipper) -> None:
        self.names: dict[Array, Array] = dict(names)
        self.sums: list[tuple[tuple[Array, ...], Array]] = []
        self.products: list[tuple[tuple[Array, ...], Array]] = []
        self.quotients: list[tuple[list[list[Array]], Array]] = []
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
            case Mul(parts):
                self.quotients.append((_inverses(parts), name))
            case Pow(base, Num(value)):
                self.powers.setdefault(base, []).append((value, name))

    def throughout(self, node: Array) -> Array:
        """The node with every part that the caller has a name for by that name."""
        if not self.names or not node.children:
            return node
        return self.of(make.rebuilt(node, tuple(self.throughout(child) for child in node.children)))

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
            case Mul():
                return self._quotient(node)
        return node

    def _quotient(self, node: Array) -> Array:
        # z = a b: a b² c = z b c; a difference may stand with its sign turned
        for ways, name in self.quotients:
            for way in ways:
                new = make.mul([name, node, *way])
                if cost(new) < cost(node) - WORTH and new.shape == node.shape and _only_taken(node, new, name):
                    return new
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


def _inverses(parts: tuple[Array, ...]) -> list[list[Array]]:
    """What a product must be multiplied by to take these factors out; one way more for each difference among them."""
    plain = [make.power(part, num(-1)) for part in parts]
    ways = [plain]
    for at, part in enumerate(parts):
        if isinstance(part, Add):
            turned = make.add(make.mul([num(-1), term]) for term in part.parts)
            ways.append([num(-1), *plain[:at], make.power(turned, num(-1)), *plain[at + 1 :]])
    return ways


def _only_taken(old: Array, new: Array, name: Array) -> bool:
    """Whether each factor of the new product but the name stood in the old one, as often or more."""
    before, after = _exponents(old), _exponents(new)
    after.pop(name, None)
    return all(base in before and abs(times) <= abs(before[base]) and times * before[base] > 0 for base, times in after.items())


def _exponents(node: Array) -> dict[Array, Fraction]:
    parts = node.parts if isinstance(node, Mul) else (node,)
    found: dict[Array, Fraction] = {}
    for part in parts:
        if isinstance(part, Pow) and isinstance(part.exponent, Num):
            found[part.base] = part.exponent.value
        elif not isinstance(part, Num):
            found[part] = Fraction(1)
    return found
