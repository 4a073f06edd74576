"""What stands in a line until a rule evaluates it: ∂ of an expression, ∂ of a definition, a contraction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .nodes import Component, Expr
from .slots import Index, Slot


@dataclass(frozen=True, eq=False)
class Partial(Expr):
    """∂ body / ∂ by, not yet evaluated; every other tensor is held fixed."""

    body: Expr
    by: Component

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.body,)

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return Partial(children[0], self.by)

    @property
    def own_slots(self) -> tuple[Slot, ...]:
        return self.by.slots


@dataclass(frozen=True, eq=False)
class Jacobian(Partial):
    """∂t/∂x of a definition t, whose body is still to be put in its place."""

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return Jacobian(children[0], self.by)


@dataclass(frozen=True, eq=False)
class Contraction(Expr):
    """left : right, the innermost slots of `left` contracted with the outermost of `right`.

    `pairs` holds the indices that meet: A_ij B_ijmn is Contraction(A_ij, B_klmn, ((i,k), (j,l))).
    """

    left: Expr
    right: Expr
    pairs: tuple[tuple[Index, Index], ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.left, self.right)

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return Contraction(children[0], children[1], self.pairs)

    @cached_property
    def free(self) -> frozenset[Index]:
        return (self.left.free | self.right.free) - self._met

    @cached_property
    def bound(self) -> frozenset[Index]:
        return self._met | self.left.bound | self.right.bound

    @property
    def _met(self) -> frozenset[Index]:
        return frozenset(index for pair in self.pairs for index in pair)
