"""Index notation to array expressions: what each kind of node becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..calculus.deltas import difference
from ..index.bodies import Apply, Opaque
from ..index.dims import UNIT
from ..index.nodes import Component, Constant, Delta, Expr, Extent, Function, Inside, Number, Power, Product, Sum, Where
from ..index.slots import ONE, Affine, Index, Slot, is_group, slot_indices, slot_terms
from ..primitives import TABLE
from ..program import Program
from . import make, places
from .calls import Call, Eye, Filled, Reshape, Take
from .labelled import Labelled, common_order, einsum_labelled, in_order, oriented, settled
from .nodes import Array, Column, DiagOf, Elem, Name, Num, Pi, Size, num
from .products import ProductBuilder


class Builder(ProductBuilder):
    """Array expressions for the index notation of one program; parts the parser named are written out."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._parts: dict[str, Array] = {}
        self.symmetric: set[str] = set()  # definitions that are seen to be symmetric

    def array(self, expr: Expr, slots: Sequence[Slot]) -> Array:
        """The array with one axis for each slot: the derivative's layout."""
        members = [index for slot in slots for index in slot_indices(slot)]
        node = self.full(expr, members)
        shape = tuple(slot.extent for slot in slots)
        if node.shape == shape:
            return node
        if not node.rank:
            return make.mul([node, Filled(1, shape)])
        if node.rank == 1 and len(shape) == 2 and UNIT in shape:
            return Column(node) if shape[1] == UNIT else make.transpose(Column(node))
        return Reshape(node, shape)

    def definition(self, name: str) -> Array:
        """The array that a definition holds."""
        definition = self.program.definitions[name]
        if name not in self._parts:
            body = definition.body
            if isinstance(body, Apply) and definition.axes == body.slots:
                self._parts[name] = self._primitive(body)
            else:
                self._parts[name] = self.array(body, definition.axes)
        return self._parts[name]

    # one method for each node kind

    def natural(self, expr: Expr, wanted: tuple[Index, ...] = ()) -> Labelled:
        """The array on the axes that come naturally, `wanted` giving the order where any would do."""
        match expr:
            case Number(value):
                return Labelled(Num(value), ())
            case Constant():
                return Labelled(Pi(), ())
            case Extent(dim):
                count = dim.constant
                return Labelled(Size(dim) if count is None else num(count), ())
            case Component(tensor, slots):
                return self._component(tensor, slots)
            case Delta(left, right):
                return Labelled(num(1), ()) if left == right else self._delta(left, right, wanted)
            case Inside(slot):
                return self._indicator(slot, wanted)
            case Where():
                return self._elementwise(expr.children, wanted, lambda parts: places.Where(*parts))
            case Sum(terms):
                return self.sum(terms, wanted)
            case Product():
                return self.product(expr, wanted)
            case Power(base, exponent):
                return self._elementwise((base, exponent), wanted, lambda parts: make.power(*parts))
            case Function(row, args):
                return self._elementwise(args, wanted, lambda parts: Elem(row, parts))
        raise TypeError(f"{type(expr).__name__} has no array form")

    def _component(self, tensor: str, slots: tuple[Slot, ...]) -> Labelled:
        node = self._tensor(tensor)
        ones = tuple(axis for axis, slot in enumerate(slots) if slot == ONE)
        if ones:
            node = node.arg if isinstance(node, Column) and ones == (1,) else Call("sum", node, ones)
            slots = tuple(slot for slot in slots if slot != ONE)
        if not all(isinstance(slot, Index) for slot in slots):
            return self._taken(node, slots)
        axes: tuple[Index, ...] = slots  # type: ignore[assignment]
        if len(set(axes)) == len(axes):
            return Labelled(node, axes)
        if len(axes) == 2:
            return Labelled(DiagOf(node), axes[:1])
        return einsum_labelled([Labelled(node, axes)], tuple(dict.fromkeys(axes)))

    def _tensor(self, name: str) -> Array:
        definition = self.program.definitions.get(name)
        if definition is None:
            return Name(name, self.program.shape(name))
        visible = definition.named_by_user or definition.gradient_of or isinstance(definition.body, Opaque)
        return Name(name, definition.shape) if visible else self.definition(name)

    def _taken(self, node: Array, slots: tuple[Slot, ...]) -> Labelled:
        """A component with slots of several indices: groups by a reshape, anything else by gathering."""
        axes = tuple(dict.fromkeys(index for slot in slots for index in slot_indices(slot)))
        members = [index for slot in slots for index in slot_indices(slot)]
        if len(members) == len(axes) and all(is_group(slot) for slot in slots):
            return Labelled(Reshape(node, tuple(index.extent for index in axes)), axes)
        if len(members) == len(axes):
            found = places.at_places(node, slots, self.program.needs)
            if found is not None:
                return Labelled(found, axes)
        at = tuple((tuple((c, axes.index(i)) for i, c in terms), offset) for terms, offset in map(slot_terms, slots))
        return Labelled(Take(node, at, tuple(index.extent for index in axes)), axes)

    def _indicator(self, slot: Slot, wanted: tuple[Index, ...]) -> Labelled:
        # [p in range] as ones with zeros around, or as a triangle of ones
        members = slot_indices(slot)
        if len(members) == 2:
            pair = in_order(*members, wanted)
            ones = places.triangle(slot, *pair, Filled(1, tuple(index.extent for index in pair)))
            if ones is not None:
                return Labelled(ones, pair)
        return self._taken(Filled(1, (slot.extent,)), (slot,))

    def _primitive(self, body: Apply) -> Array:
        row = TABLE[body.primitive]
        argument = self._tensor(body.tensor)
        if row.matrix:
            return Call(body.primitive, argument, None)
        axes = None if len(body.axes) == argument.rank and row.kind == "reduce" else body.axes
        if body.primitive == "prod":
            axes = None if len(body.axes) == argument.rank else body.axes
        return Call(body.primitive, argument, axes)

    def _delta(self, left: Slot, right: Slot, wanted: tuple[Index, ...]) -> Labelled:
        if isinstance(left, Index) and isinstance(right, Index):
            return Labelled(Eye(left.extent), in_order(left, right, wanted))
        if not (isinstance(left, Index) or isinstance(right, Index)):
            # δ_pq = [p − q = 0]
            terms, offset = difference(left, right)
            return self._taken(Filled(1, (UNIT,)), (Affine(tuple(terms.items()), offset, UNIT),))
        # δ at a compound place is a component of the identity, zero where the place is outside
        extent = left.extent if isinstance(left, Index) else right.extent
        slots = tuple(slot if isinstance(slot, Index) else replace(slot, extent=extent) for slot in (left, right))
        return self._taken(Eye(extent), slots)

    def _elementwise(self, parts: Sequence[Expr], wanted: tuple[Index, ...], build: Callable[[tuple[Array, ...]], Array]) -> Labelled:
        values = [self.natural(part, wanted) for part in parts]
        axes = common_order(values, wanted)
        return settled(build(tuple(oriented(v, axes) for v in values)), axes)

    def sum(self, terms: Sequence[Expr], wanted: tuple[Index, ...]) -> Labelled:
        values = [self.natural(term, wanted) for term in terms]
        axes = common_order(values, wanted)
        return settled(make.add(oriented(value, axes) for value in values), axes)
