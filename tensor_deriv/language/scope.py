"""What names mean while a program is read: tensors, definitions, dimensions, the user's functions."""

from __future__ import annotations

import difflib

from .. import functions
from ..index.alike import alpha_key
from ..index.bodies import Apply
from ..index.dims import Dim
from ..index.indices import fresh, substitute, substitute_slot
from ..index.nodes import Component, Expr
from ..index.slots import Index, Slot, slot_indices
from ..program import Definition
from .unify import Solver
from .values import Aligner, Value


class Scope:
    """What names mean while a program is read: tensors, definitions, dimensions, the user's functions."""

    def __init__(self, shapes: dict[str, tuple[Dim, ...]], assumptions: dict[str, frozenset[str]]) -> None:
        self.solver = Solver()
        self.aligner = Aligner(self.solver)
        self.shapes = dict(shapes)  # of everything that can be named
        self.inputs: list[str] = []  # in the order of first use
        self.unknowns: list[Dim] = []
        self.needs: list[Dim] = []  # what must be 0 or more, so that slices have a length
        self.systems: set[str] = set()  # the matrices that the caller solves with
        self.inverted: set[str] = set()  # and those whose inverse the text has
        self.assumptions = assumptions
        self.definitions: dict[str, Definition] = {}
        self.functions: dict[str, functions.Elementwise] = {}
        self.dims = {name for shape in shapes.values() for extent in shape for name in extent.names}
        self._parts: dict[object, str] = {}
        self.declared = frozenset(shapes)
        self.reserved: frozenset[str] = frozenset()  # names that definitions further down will take

    def rank_of(self, name: str) -> int:
        """The rank of a name without a declared shape: upper case is a matrix, a to g a scalar, h to z a vector."""
        return 2 if name[0].isupper() else 0 if name[0] in "abcdefg_" else 1

    def declare(self, name: str, rank: int) -> None:
        """Take in a tensor whose extents are yet to be found."""
        extents = tuple(self.solver.unknown() for _ in range(rank))
        self.unknowns += extents
        self.shapes[name] = extents

    def tensor(self, name: str, rank: int | None = None) -> tuple[Dim, ...]:
        """The shape of a name, declared by convention where nothing else says it."""
        if name not in self.shapes:
            self.declare(name, self.rank_of(name) if rank is None else rank)
        if name not in self.definitions and name not in self.inputs:
            self.inputs.append(name)
        return self.shapes[name]

    def define(self, name: str, axes: tuple[Slot, ...], body: Expr, text: str = "") -> Definition:
        """Add a definition on fresh output indices."""
        mapping: dict[Index, Slot] = {index: fresh(index.extent, "i") for axis in axes for index in slot_indices(axis)}
        slots = tuple(substitute_slot(axis, mapping) for axis in axes)
        definition = Definition(name, slots, substitute(body, mapping), text)
        self.definitions[name] = definition
        self.shapes[name] = definition.shape
        return definition

    def part(self, value: Value) -> str:
        """The name of a tensor that holds `value`; the same part is named once."""
        expr = value.expr
        if isinstance(expr, Component) and expr.slots == value.axes:
            return expr.tensor
        places: dict[Index, Slot] = {}
        for axis in value.axes:
            for index in slot_indices(axis):
                places[index] = Index(-1 - len(places), index.extent)
        key = repr((alpha_key(substitute(expr, places)), [str(axis.extent) for axis in value.axes]))
        if key not in self._parts:
            name = self.unused("S" if value.rank else "s")
            self.define(name, value.axes, expr)
            self._parts[key] = name
        return self._parts[key]

    def take_over(self, value: Value) -> Value:
        """The value of a definition that is one primitive: the primitive itself, not a part with a name of its own."""
        expr = value.expr
        if isinstance(expr, Component) and expr.slots == value.axes and expr.tensor in self.definitions:
            part = self.definitions[expr.tensor]
            if isinstance(part.body, Apply) and not part.text and list(self.definitions)[-1] == part.name:
                del self.definitions[part.name], self.shapes[part.name]
                return Value(part.axes, part.body)
        return value

    def unused(self, wanted: str) -> str:
        taken = {*self.shapes, *self.definitions, *self.dims, *self.reserved}
        name, count = wanted, 2
        while name in taken:
            name, count = f"{wanted}{count}", count + 1
        return name

    def suggestion(self, name: str, known: list[str]) -> str:
        close = difflib.get_close_matches(name, known, 1, 0.7)
        return f"; did you mean `{close[0]}`?" if close else ""
