"""Products entry by entry with what is small multiplied first, and numbers put where there is least to multiply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...matrix import make
from ...matrix.calls import Einsum
from ...matrix.nodes import Add, Array, MatMul, Mul, Num, Outer, Pow, Shape, T, num
from ..lower import Bracketed, Mask
from ..share import uses
from .sizes import Sampled


def scaled(roots: Sequence[Array], sizes: Sampled) -> list[Array]:
    """The expressions with every product so ordered."""
    order = Scaling(sizes, {node for node, count in uses(roots).items() if count > 1})
    return [order.visit(root) for root in roots]


@dataclass
class Scaling:
    """Rewrites products, each distinct one once."""

    sizes: Sampled
    shared: set[Array]  # what is computed for several uses, so that no number may go into it
    done: dict[Array, Array] = field(default_factory=dict)

    def visit(self, node: Array) -> Array:
        """An expression with its products ordered; a minus before a term of a sum costs nothing where it is."""
        if node not in self.done:
            children = tuple(self.visit_term(child) if isinstance(node, Add) else self.visit(child) for child in node.children)
            now = node if children == node.children else node.with_children(children)
            self.done[node] = self.product(node, now) if isinstance(node, Mul) and isinstance(now, Mul) else now
        return self.done[node]

    def visit_term(self, node: Array) -> Array:
        number, rest = make.coefficient(node)
        if number != -1 or not all(part.rank for part in factors(rest)):
            return self.visit(node)
        return Mul((num(-1), *factors(self.visit(rest))))

    def product(self, was: Mul, node: Mul) -> Array:
        scalars = [part for part in node.parts if not part.rank]
        arrays = [part for part in node.parts if part.rank]
        if len(arrays) == 1 and scalars:
            return self.placed(was, node, scalars, arrays[0])
        if any(isinstance(part, Mask) for part in arrays):
            return node
        return grouped(node, scalars, arrays, self.sizes)

    def placed(self, was: Mul, node: Mul, scalars: list[Array], array: Array) -> Array:
        """Numbers times a product of arrays, multiplied into the smallest of its factors where that is smaller than the product."""
        parts = array.children if isinstance(array, (Outer, MatMul, Einsum)) else ()
        whole = next(part for part in was.parts if part.rank)
        if len(parts) != 2 or whole in self.shared or is_square(array):
            return quotient(scalars, array) or node
        least = min(range(2), key=lambda place: self.sizes.mean(lambda draw: self.sizes.volume(parts[place].shape, draw)))
        if not self.sizes.smaller(parts[least].shape, node.shape):
            return quotient(scalars, array) or node
        return array.with_children(tuple(self.times(scalars, part) if place == least else part for place, part in enumerate(parts)))

    def times(self, scalars: list[Array], array: Array) -> Array:
        """Numbers times an array; a transposed one is scaled as it lies."""
        if isinstance(array, T):
            return T(self.times(scalars, array.arg))
        node = Mul((*scalars, *factors(array)))
        return self.product(node, node)


def factors(node: Array) -> tuple[Array, ...]:
    return node.parts if isinstance(node, Mul) else (node,)


def is_square(array: Array) -> bool:
    """Whether it is AᵀA, which BLAS computes as such, in half the time."""
    left, right = array.children
    if isinstance(array, Outer) or (isinstance(array, Einsum) and set(array.output) == set().union(*array.letters)):
        return False
    return left == right or make.transpose(left) == right


def quotient(scalars: list[Array], array: Array) -> Array | None:
    """(2/n) A for 2 A/n, which would go over A twice."""
    signs = [part for part in scalars if part == num(-1)]
    above = [part for part in scalars if part not in signs and not divides(part)]
    if not above or len(above) + len(signs) == len(scalars):
        return None
    return Mul((*signs, Bracketed(Mul(tuple(part for part in scalars if part not in signs))), array))


def divides(part: Array) -> bool:
    """Whether a factor stands below the line, and nothing of it above."""
    if isinstance(part, Num):
        return abs(part.value.numerator) == 1 < part.value.denominator
    return isinstance(part, Pow) and isinstance(part.exponent, Num) and part.exponent.value < 0


def grouped(node: Mul, scalars: list[Array], arrays: list[Array], sizes: Sampled) -> Array:
    """Factors of one shape that are smaller than the product multiplied first, numbers with the smallest of them."""
    groups: dict[Shape, list[Array]] = {}
    for part in arrays:
        groups.setdefault(part.shape, []).append(part)
    small = {shape: parts for shape, parts in groups.items() if shape != node.shape}
    if not small:
        return node
    signs = [part for part in scalars if part == num(-1)]
    least = min(small, key=lambda shape: sizes.mean(lambda draw: sizes.volume(shape, draw)))
    small[least] = [*(part for part in scalars if part not in signs), *small[least]]
    return Mul((*signs, *groups.get(node.shape, []), *(part for parts in small.values() for part in bracketed(parts))))


def bracketed(parts: list[Array]) -> list[Array]:
    """Factors as one, but for a lone one, and for divisors, which are multiplied first as they stand."""
    return parts if len(parts) == 1 or all(map(divides, parts)) else [Bracketed(Mul(tuple(parts)))]
