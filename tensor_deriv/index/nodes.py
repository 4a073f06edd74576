"""Index notation: the node kinds. Constructors do nothing, so a simplification is always a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..structural import Structural
from .dims import Dim
from .slots import Index, Slot, slot_indices


class Expr(Structural):
    """A node of index notation: equality is structural, hash and free indices are kept."""

    @property
    def children(self) -> tuple[Expr, ...]:
        return ()

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return self

    @property
    def own_slots(self) -> tuple[Slot, ...]:
        """Slots written at this very node."""
        return ()

    @cached_property
    def free(self) -> frozenset[Index]:
        """The indices that nothing below sums over."""
        found = {index for slot in self.own_slots for index in slot_indices(slot)}
        return frozenset(found.union(*(child.free for child in self.children)))

    @cached_property
    def bound(self) -> frozenset[Index]:
        """Every index that is summed somewhere inside."""
        return frozenset().union(*(child.bound for child in self.children))

    @cached_property
    def tensors(self) -> frozenset[str]:
        """The names of the tensors it is made of."""
        return frozenset().union(*(child.tensors for child in self.children))

    @cached_property
    def size(self) -> int:
        """The number of nodes, shared ones counted as often as they stand."""
        return 1 + sum(child.size for child in self.children)


@dataclass(frozen=True, eq=False)
class Number(Expr):
    """An exact rational."""

    value: Fraction


@dataclass(frozen=True, eq=False)
class Constant(Expr):
    """A named number that is not rational: `pi`."""

    name: str


@dataclass(frozen=True, eq=False)
class Extent(Expr):
    """The extent of an axis as a number: Σ_i δ_ii = n."""

    dim: Dim


@dataclass(frozen=True, eq=False)
class Component(Expr):
    """A component x_ik of a named tensor."""

    tensor: str
    slots: tuple[Slot, ...]

    @property
    def own_slots(self) -> tuple[Slot, ...]:
        return self.slots

    @cached_property
    def tensors(self) -> frozenset[str]:
        return frozenset((self.tensor,))


@dataclass(frozen=True, eq=False)
class Transposed(Expr):
    """A component written as one of the transposed matrix: (w_jn)ᵀ = w_nj."""

    component: Component

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.component,)

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        (component,) = children
        return Transposed(component) if isinstance(component, Component) else component


@dataclass(frozen=True, eq=False)
class Delta(Expr):
    """The Kronecker delta δ_ij: 1 where the slots agree, else 0."""

    left: Slot
    right: Slot

    @property
    def own_slots(self) -> tuple[Slot, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, eq=False)
class Inside(Expr):
    """The indicator [0 ≤ place < extent] of a slot: 1 where its place lies in its range, else 0."""

    slot: Slot

    @property
    def own_slots(self) -> tuple[Slot, ...]:
        return (self.slot,)


@dataclass(frozen=True, eq=False)
class Where(Expr):
    """`then` where the condition is not 0, else `otherwise`; the branch that is not taken has no part in it."""

    condition: Expr
    then: Expr
    otherwise: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.condition, self.then, self.otherwise)

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return Where(*children)


@dataclass(frozen=True, eq=False)
class Sum(Expr):
    """A sum of terms."""

    terms: tuple[Expr, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.terms

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return Sum(children)


@dataclass(frozen=True, eq=False)
class Product(Expr):
    """A product of factors, summed over the indices in `over`."""

    factors: tuple[Expr, ...]
    over: tuple[Index, ...] = ()

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.factors

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return Product(children, self.over)

    @cached_property
    def free(self) -> frozenset[Index]:
        return frozenset().union(*(factor.free for factor in self.factors)) - set(self.over)

    @cached_property
    def bound(self) -> frozenset[Index]:
        return frozenset(self.over).union(*(factor.bound for factor in self.factors))


@dataclass(frozen=True, eq=False)
class Power(Expr):
    """base ** exponent, entry by entry."""

    base: Expr
    exponent: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.base, self.exponent)

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return Power(*children)


@dataclass(frozen=True, eq=False)
class Function(Expr):
    """An elementwise function of its arguments."""

    row: Any  # functions.Elementwise
    args: tuple[Expr, ...]

    @property
    def name(self) -> str:
        return str(self.row.name)

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.args

    def with_children(self, children: tuple[Expr, ...]) -> Expr:
        return Function(self.row, children)


def number(value: int | Fraction) -> Number:
    """A rational as a node."""
    return Number(Fraction(value))


NOUGHT = number(0)
UNITY = number(1)
MINUS = number(-1)


def is_number(expr: Expr, value: int) -> bool:
    return isinstance(expr, Number) and expr.value == value


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node, the outermost first."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def rewrite(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """`change` at every node, innermost first; what stays the same stays the same object."""
    children = expr.children
    if children:
        new = tuple([rewrite(child, change) for child in children])
        if any(a is not b for a, b in zip(new, children, strict=True)):
            expr = expr.with_children(new)
    return change(expr)
