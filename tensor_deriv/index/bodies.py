"""What is only ever the whole body of a definition or result: a tensor primitive, an arbitrary function."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .nodes import Expr
from .slots import Slot


@dataclass(frozen=True, eq=False)
class Apply(Expr):
    """A component of a tensor primitive of a named tensor, acting on some of its axes.

    It is only ever the whole body of a definition, so index notation stays first order.
    """

    primitive: str
    tensor: str
    axes: tuple[int, ...]
    slots: tuple[Slot, ...]

    @property
    def own_slots(self) -> tuple[Slot, ...]:
        return self.slots

    @cached_property
    def tensors(self) -> frozenset[str]:
        return frozenset((self.tensor,))


@dataclass(frozen=True, eq=False)
class Opaque(Expr):
    """A component of an arbitrary function `f(X)`, or of its derivative of some order.

    Only the names of these are known; like `Apply` it is only ever the whole body of a definition or result.
    """

    function: str
    tensor: str
    order: int
    slots: tuple[Slot, ...]

    @property
    def own_slots(self) -> tuple[Slot, ...]:
        return self.slots

    @cached_property
    def tensors(self) -> frozenset[str]:
        return frozenset((self.tensor,))
