"""A program: ordered definitions in index notation, and the result they lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import UnsupportedError
from .index.bodies import Apply, Opaque
from .index.dims import UNIT, Dim
from .index.indices import fresh, renew, substitute, substitute_slot
from .index.nodes import Delta, Expr, Product
from .index.slots import ONE, Index, Slot, slot_indices
from .primitives import TABLE, fresh_slots


@dataclass(frozen=True)
class Tensor:
    """What is known of a name: its shape, and what it may be assumed to be."""

    name: str
    shape: tuple[Dim, ...]
    assumptions: frozenset[str] = frozenset()

    @property
    def rank(self) -> int:
        return len(self.shape)


@dataclass(frozen=True)
class Definition:
    """name[axes] = body; `text` is what the user wrote, and empty where the parser named a part."""

    name: str
    axes: tuple[Slot, ...]
    body: Expr
    text: str = ""
    gradient_of: str = ""  # the tensor whose upstream gradient it is

    @property
    def shape(self) -> tuple[Dim, ...]:
        return tuple(slot.extent for slot in self.axes)

    @property
    def named_by_user(self) -> bool:
        return bool(self.text)

    def at(self, slots: tuple[Slot, ...]) -> Expr:
        """The body at `slots`, every summed index fresh."""
        body = renew(self.body)
        mapping: dict[Index, Slot] = {}
        filters: list[Expr] = []
        summed: list[Index] = []
        for axis, slot in zip(self.axes, slots, strict=True):
            if isinstance(axis, Index):
                mapping[axis] = slot
            elif slot_indices(axis):
                members = {index: fresh(index.extent) for index in slot_indices(axis)}
                mapping.update(members)
                summed += members.values()
                filters.append(Delta(substitute_slot(axis, members), slot))
        body = substitute(body, mapping)
        return Product((*filters, body), tuple(summed)) if filters else body


@dataclass
class Program:
    """Inputs, definitions in order, and the result; grows by companions while it is derived."""

    inputs: dict[str, Tensor]
    definitions: dict[str, Definition]
    result: Definition
    dims: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()  # as the user wrote them, the result last
    ties: dict[str, Dim] = field(default_factory=dict)
    needs: tuple[Dim, ...] = ()  # what must be 0 or more, so that every slice has a length
    systems: frozenset[str] = frozenset()  # the matrices that the caller solves with, and never inverts

    def shape(self, tensor: str) -> tuple[Dim, ...]:
        return self.tensor(tensor).shape

    def tensor(self, name: str) -> Tensor:
        """The tensor of that name, given or defined."""
        if name in self.inputs:
            return self.inputs[name]
        return Tensor(name, self.definitions[name].shape)

    def names(self) -> set[str]:
        return {*self.inputs, *self.definitions, *self.dims}

    def unused(self, wanted: str) -> str:
        """`wanted`, or with a number behind it where that name is taken."""
        taken, name, count = self.names(), wanted, 2
        while name in taken:
            name, count = f"{wanted}{count}", count + 1
        return name

    def companion(self, primitive: str, of: Apply) -> str:
        """The tensor that holds `primitive` of the argument of `of`; defined where it is not yet."""
        for definition in self.definitions.values():
            body = definition.body
            if isinstance(body, Apply) and body == Apply(primitive, of.tensor, of.axes, definition.axes):
                return definition.name
        if primitive not in TABLE:
            raise UnsupportedError(f"a derivative of `{of.primitive}` of this order is not known: the table of primitives ends before it")
        name = self.unused(TABLE[primitive].letter.upper())
        slots = fresh_slots(result_shape(primitive, self.shape(of.tensor), of.axes))
        self.insert(Definition(name, slots, Apply(primitive, of.tensor, of.axes, slots)), of.tensor)
        return name

    def insert(self, definition: Definition, after: str) -> None:
        """Put a definition right behind the one it needs."""
        ordered: dict[str, Definition] = {} if after in self.definitions else {definition.name: definition}
        for name, old in self.definitions.items():
            ordered[name] = old
            if name == after:
                ordered[definition.name] = definition
        self.definitions = ordered

    def uses(self, definition: Definition) -> frozenset[str]:
        """Names of the definitions that a definition needs, itself not counted."""
        return definition.body.tensors & self.definitions.keys()

    def dependents(self, variable: str) -> set[str]:
        """The definitions that depend on `variable`."""
        found: set[str] = set()
        for name, definition in self.definitions.items():
            if definition.body.tensors & (found | {variable}):
                found.add(name)
        return found

    def needed(self, *exprs: Expr) -> Iterator[Definition]:
        """The definitions that `exprs` stand on, in order."""
        wanted = set().union(*(expr.tensors for expr in exprs))
        for definition in reversed(list(self.definitions.values())):
            if definition.name in wanted:
                wanted |= definition.body.tensors
        return (definition for name, definition in self.definitions.items() if name in wanted)

    def higher_derivative(self, of: Opaque) -> str:
        """The tensor that holds the next derivative of an arbitrary function: dT, d2T, dT_dX, d2T_dX2 …"""
        order = of.order + 1
        for definition in self.definitions.values():
            body = definition.body
            if isinstance(body, Opaque) and (body.function, body.tensor, body.order) == (of.function, of.tensor, order):
                return definition.name
        own = of.slots[: len(of.slots) - of.order * len(self.shape(of.tensor))]
        power = "" if order == 1 else str(order)
        name = f"d{power}{self.holder(of)}_d{of.tensor}{power}" if own else f"d{power}{of.tensor}"
        if name in self.names():
            raise UnsupportedError(f"`{name}` is the name of a derivative of `{of.function}({of.tensor})` here; give your own another name")
        shape = tuple(slot.extent for slot in of.slots) + self.shape(of.tensor)
        slots = tuple(ONE if extent == UNIT else fresh(extent, "i") for extent in shape)
        self.insert(Definition(name, slots, Opaque(of.function, of.tensor, order, slots)), of.tensor)
        return name

    def holder(self, of: Opaque) -> str:
        """The name of the tensor that an arbitrary function was given to define, or the function's own."""
        for definition in self.definitions.values():
            body = definition.body
            if isinstance(body, Opaque) and (body.function, body.tensor, body.order) == (of.function, of.tensor, 0):
                return definition.name
        return of.function

    @property
    def given(self) -> dict[str, tuple[Dim, ...]]:
        """Everything a caller passes in: the inputs, and the arbitrary functions' values and derivatives."""
        arbitrary = {d.name: d.shape for d in self.definitions.values() if isinstance(d.body, Opaque)}
        return {**{name: tensor.shape for name, tensor in self.inputs.items()}, **arbitrary}


def result_shape(primitive: str, shape: tuple[Dim, ...], axes: tuple[int, ...]) -> tuple[Dim, ...]:
    """The shape that a primitive gives on an argument of `shape`."""
    kind = TABLE[primitive].kind
    batch = tuple(extent for axis, extent in enumerate(shape) if axis not in axes)
    if kind == "map":
        return shape
    if kind == "reduce":
        return batch
    if kind == "turned":
        return (*shape[:-2], shape[-1], shape[-2])
    return batch + tuple(shape[axis] for axis in axes) * TABLE[primitive].order
