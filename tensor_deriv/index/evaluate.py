"""The reference meaning of every node, in NumPy. Checks stand on it; it shares nothing with the code generator."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ..primitives import TABLE
from .alike import alpha_key, appearance
from .bodies import Apply, Opaque
from .dims import Dim
from .indices import substitute
from .nodes import Component, Constant, Delta, Expr, Extent, Function, Inside, Number, Power, Product, Sum, Transposed, Where
from .slots import Index, Slot, slot_indices
from .unevaluated import Contraction, Jacobian, Partial

Array = Any
WORTH_AN_ORDER = 20_000  # products of a sum, from which on it pays to look for an order of the factors
MOST_FACTORS = 20  # that are multiplied at once; einsum takes a limited number
Labelled = tuple[Array, tuple[Index, ...]]  # an array and the index of each of its axes


class Evaluator:
    """Evaluates expressions at one point: arrays for tensors, sizes for dimensions.

    `functions` gives an arbitrary function a meaning: a callable of the array and the order of the derivative.
    """

    def __init__(
        self,
        tensors: Mapping[str, Array],
        sizes: Mapping[str, int],
        functions: Mapping[str, Any] | None = None,
        definitions: Mapping[str, Any] | None = None,
    ) -> None:
        self.tensors = dict(tensors)
        self.sizes = sizes
        self.functions = functions or {}
        self.definitions = definitions or {}  # ∂t/∂x of a defined t is that of its definition
        self._jacobians: dict[str, Array] = {}
        self._located: dict[tuple[tuple[Slot, ...], tuple[int, ...]], tuple[Array, tuple[Array, ...]]] = {}  # see `_locate`
        self.doubt = 0.0  # of the worst difference that was taken for a ∂, relative
        self._primitives: dict[tuple[str, str, tuple[int, ...]], Array] = {}

    # the arithmetic, which exact evaluators change

    def number(self, value: Fraction) -> Array:
        return np.asarray(float(value))

    def pi(self) -> Array:
        return np.asarray(np.pi)

    def power(self, base: Array, exponent: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.power(base, exponent)

    def function(self, row: Any, arrays: Sequence[Array]) -> Array:
        return row.numpy(*arrays)

    def primitive(self, name: str, array: Array, axes: tuple[int, ...]) -> Array:
        return TABLE[name].numpy(array, axes)

    def choose(self, condition: Array, then: Array, otherwise: Array) -> Array:
        return np.where(np.asarray(condition != 0, dtype=bool), then, otherwise)

    # the meaning of each node

    def size(self, dim: Dim) -> int:
        return dim.value(self.sizes)

    def at(self, expr: Expr, slots: Sequence[Slot]) -> Array:
        """The array of `expr` with one axis for each slot; a slot of several indices becomes one axis."""
        members = [index for slot in slots for index in slot_indices(slot)]
        array = self.spread(self.evaluate(expr), members)
        return np.reshape(array, [self.size(slot.extent) for slot in slots])

    def spread(self, value: Labelled, wanted: Sequence[Index]) -> Array:
        """The array on exactly the `wanted` axes; one it does not depend on is repeated."""
        array, axes = value
        order = [axes.index(index) for index in wanted if index in axes]
        array = np.transpose(array, order)
        shape = [self.size(index.extent) if index in axes else 1 for index in wanted]
        return self._repeated(np.reshape(array, shape), wanted)

    def _repeated(self, array: Array, axes: Sequence[Index]) -> Array:
        """The array, repeated along the axes where it has one entry."""
        full = tuple(self.size(index.extent) for index in axes)
        return array if array.shape == full else np.broadcast_to(array, full)

    def evaluate(self, expr: Expr) -> Labelled:
        """The array of an expression over its free indices."""
        match expr:
            case Number(value):
                return self.number(value), ()
            case Constant():
                return self.pi(), ()
            case Extent(dim):
                return self.number(Fraction(self.size(dim))), ()
            case Component(tensor, slots):
                return self.take(self.tensors[tensor], slots)
            case Transposed(component):
                return self.evaluate(component)
            case Delta(left, right):
                return self._delta(left, right)
            case Inside(slot):
                return self._inside(slot)
            case Where():
                return self._together(expr.children, lambda arrays: self.choose(*arrays))
            case Sum(terms):
                return self._together(terms, lambda arrays: sum(arrays[1:], arrays[0]))
            case Product(factors, over):
                return self._product(factors, over)
            case Power(base, exponent):
                return self._together((base, exponent), lambda arrays: self.power(*arrays))
            case Function(row, args):
                return self._together(args, lambda arrays: self.function(row, arrays))
            case Apply(primitive, tensor, axes, slots):
                return self.take(self._primitive(primitive, tensor, axes), slots)
            case Opaque(function, tensor, order, slots):
                return self.take(self.functions[function](self.tensors[tensor], order), slots)
            case Jacobian(Component(tensor, slots), by):
                return self._partial(self.definitions[tensor].at(slots), by)
            case Partial(body, by):
                return self._partial(body, by)
            case Contraction(left, right, pairs):
                return self._contraction(left, right, pairs)
        raise TypeError(f"no meaning is given to {type(expr).__name__}")

    def take(self, array: Array, slots: Sequence[Slot]) -> Labelled:
        """The entries of an array at slots; what lies outside counts as zero."""
        axes = tuple(dict.fromkeys(index for slot in slots for index in slot_indices(slot)))
        if len(axes) == len(slots) and all(isinstance(slot, Index) for slot in slots):
            return np.asarray(array), axes
        if not np.size(array):
            return np.zeros([self.size(index.extent) for index in axes]), axes
        key = tuple(slots), np.shape(array)
        if key not in self._located:
            self._located[key] = self._locate(axes, *key)
        inside, clipped = self._located[key]
        return self._repeated(np.where(inside, np.asarray(array)[clipped], 0.0), axes), axes

    def _locate(self, axes: Sequence[Index], slots: Sequence[Slot], shape: Sequence[int]) -> tuple[Array, tuple[Array, ...]]:
        """Which places of slots lie inside an array of some shape, and the places, those outside moved to its border."""
        grid = {index: np.arange(self.size(index.extent)).reshape(_along(axes, index)) for index in axes}
        places = [self._place(slot, grid) for slot in slots]
        inside = np.asarray(True)
        for place, extent in zip(places, shape, strict=True):
            inside = inside & (place >= 0) & (place < extent)
        return inside, tuple(np.clip(place, 0, extent - 1) for place, extent in zip(places, shape, strict=True))

    def _place(self, slot: Slot, grid: Mapping[Index, Array]) -> Array:
        if isinstance(slot, Index):
            return grid[slot]
        return sum((self.size(c) * grid[i] for i, c in slot.terms), np.asarray(self.size(slot.offset)))

    def _delta(self, left: Slot, right: Slot) -> Labelled:
        if isinstance(left, Index) and isinstance(right, Index) and left != right:
            return np.eye(self.size(left.extent), self.size(right.extent)), (left, right)
        axes = tuple(dict.fromkeys((*slot_indices(left), *slot_indices(right))))
        grid = {index: np.arange(self.size(index.extent)).reshape(_along(axes, index)) for index in axes}
        equal = 1.0 * (self._place(left, grid) == self._place(right, grid))
        return np.broadcast_to(equal, [self.size(index.extent) for index in axes]), axes

    def _inside(self, slot: Slot) -> Labelled:
        axes = slot_indices(slot)
        grid = {index: np.arange(self.size(index.extent)).reshape(_along(axes, index)) for index in axes}
        place = self._place(slot, grid)
        hit = 1.0 * ((place >= 0) & (place < self.size(slot.extent)))
        return np.broadcast_to(hit, [self.size(index.extent) for index in axes]), axes

    def _together(self, parts: Sequence[Expr], combine: Any) -> Labelled:
        values = [self.evaluate(part) for part in parts]
        axes = tuple(dict.fromkeys(index for _, own in values for index in own))
        aligned = []
        for array, own in values:
            order = [own.index(index) for index in axes if index in own]
            shape = [self.size(index.extent) if index in own else 1 for index in axes]
            aligned.append(np.reshape(np.transpose(array, order), shape))
        return self._repeated(np.asarray(combine(aligned)), axes), axes

    def _product(self, factors: Sequence[Expr], over: Sequence[Index]) -> Labelled:
        values = [self.evaluate(factor) for factor in factors]
        found = {index for _, own in values for index in own}
        idle = 1.0
        for index in over:
            if index not in found:
                idle *= self.size(index.extent)  # Σ_i c = n c
        while len(values) > MOST_FACTORS:
            some, rest = values[:MOST_FACTORS], values[MOST_FACTORS:]
            needed = {index for _, own in rest for index in own}
            values = [self._multiplied(some, [i for i in over if i not in needed]), *rest]
        array, axes = self._multiplied(values, over)
        return array * idle, axes

    def _multiplied(self, values: Sequence[Labelled], over: Sequence[Index]) -> Labelled:
        found = tuple(dict.fromkeys(index for _, own in values for index in own))
        axes = tuple(index for index in found if index not in over)
        letters = {index: place for place, index in enumerate(found)}
        operands: list[Any] = []
        for array, own in values:
            operands += [array, [letters[index] for index in own]]
        if not operands:
            return np.asarray(1.0), ()
        long = len(values) > 2 and math.prod(self.size(index.extent) for index in found) > WORTH_AN_ORDER
        floats = all(array.dtype != object for array, _ in values)
        return np.einsum(*operands, [letters[index] for index in axes], optimize=long and floats), axes

    def _primitive(self, primitive: str, tensor: str, axes: tuple[int, ...]) -> Array:
        key = primitive, tensor, axes
        if key not in self._primitives:
            self._primitives[key] = self.primitive(primitive, self.tensors[tensor], axes)
        return self._primitives[key]

    def _contraction(self, left: Expr, right: Expr, pairs: Sequence[tuple[Index, Index]]) -> Labelled:
        (a, own_a), (b, own_b) = self.evaluate(left), self.evaluate(right)
        met = {second: first for first, second in pairs}
        own_b = tuple(met.get(index, index) for index in own_b)
        axes = tuple(i for i in dict.fromkeys((*own_a, *own_b)) if i not in met.values())
        letters = {index: place for place, index in enumerate(dict.fromkeys((*own_a, *own_b)))}
        codes = [[letters[i] for i in own] for own in (own_a, own_b, axes)]
        return np.einsum(a, codes[0], b, codes[1], codes[2]), axes

    def _partial(self, body: Expr, by: Component) -> Labelled:
        # ∂/∂x by differences: a meaning that no rule has a part in
        free = appearance(body)
        shape = [self.size(index.extent) for index in free]
        x = np.asarray(self.tensors[by.tensor], dtype=float)
        places: dict[Index, Slot] = {index: Index(-1 - place, index.extent) for place, index in enumerate(free)}
        key = repr((by.tensor, shape, alpha_key(substitute(body, places))))
        if key not in self._jacobians:
            self._jacobians[key] = self._differences(body, free, by.tensor, x)
        return self.take(np.reshape(self._jacobians[key], (*shape, *x.shape)), (*free, *by.slots))

    def _differences(self, body: Expr, free: Sequence[Index], tensor: str, x: Array) -> Array:
        from ..verification.differences import jacobian

        def value(x: Array) -> Array:
            inner = Evaluator({**self.tensors, tensor: x}, self.sizes, self.functions, self.definitions)
            inner._located = self._located
            return inner.spread(inner.evaluate(body), free)

        derivative, doubt = jacobian(value, x)
        known = np.isfinite(derivative)  # in a case that is not taken it need not be
        scale = max(float(np.abs(derivative[known]).max(initial=0.0)), 1e-3)
        self.doubt = max(self.doubt, float(np.max(doubt[known], initial=0.0)) / scale)
        return derivative


def _along(axes: Sequence[Index], index: Index) -> list[int]:
    return [-1 if other == index else 1 for other in axes]
