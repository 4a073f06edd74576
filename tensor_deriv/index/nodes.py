"""Index notation: the node kinds. Constructors do nothing, so a simplification is always a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..structural import Structural
from .dims import UNIT, ZERO, Dim


class Index:
    """An index with its extent; two are equal when they are the same index."""

    __slots__ = ("extent", "hint", "id")

    def __init__(self, id: int, extent: Dim, hint: str = "") -> None:
        self.id = id
        self.extent = extent
        self.hint = hint

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and self.id == other.id

    def __hash__(self) -> int:
        return self.id

    def __repr__(self) -> str:
        return f"{self.hint or 'i'}{self.id}"


@dataclass(frozen=True)
class Affine:
    """A slot that holds Σ coefficient·index + offset: a group of indices, a fixed number, a shift."""

    terms: tuple[tuple[Index, Dim], ...]
    offset: Dim
    extent: Dim


Slot = Index | Affine

ONE = Affine((), ZERO, UNIT)  # the only place on an axis of extent 1


def group(slots: tuple[Slot, ...]) -> Slot:
    """One slot that runs over several, the last fastest (row-major, as `kron` and `reshape`)."""
    terms: list[tuple[Index, Dim]] = []
    offset, stride = ZERO, UNIT
    for slot in reversed(slots):
        pairs, base = slot_terms(slot)
        terms[:0] = [(index, coefficient * stride) for index, coefficient in pairs]
        offset = offset + base * stride
        stride = stride * slot.extent
    return affine(tuple(terms), offset, stride)


def affine(terms: tuple[tuple[Index, Dim], ...], offset: Dim, extent: Dim) -> Slot:
    """Σ coefficient·index + offset as the plainest slot that says it."""
    if len(terms) == 1 and terms[0][1] == UNIT and offset == ZERO and terms[0][0].extent == extent:
        return terms[0][0]
    return Affine(terms, offset, extent)


def slot_terms(slot: Slot) -> tuple[tuple[tuple[Index, Dim], ...], Dim]:
    """(index, coefficient) pairs and the offset of a slot."""
    return (((slot, UNIT),), ZERO) if isinstance(slot, Index) else (slot.terms, slot.offset)


def slot_indices(slot: Slot) -> tuple[Index, ...]:
    """The indices a slot is made of, in order."""
    return (slot,) if isinstance(slot, Index) else tuple(index for index, _ in slot.terms)


def is_group(slot: Slot) -> bool:
    """Whether a slot is an index, or runs over its members in row-major order, each place once."""
    if isinstance(slot, Index):
        return True
    stride = UNIT
    for index, coefficient in reversed(slot.terms):
        if coefficient != stride:
            return False
        stride = stride * index.extent
    return not slot.offset.terms and stride == slot.extent


def inside(slot: Slot) -> bool:
    """Whether a slot's place lies in its range wherever its indices stand; False where that does not show."""
    if isinstance(slot, Index):
        return True
    low, high = bounds(slot)
    return low.never_negative and (slot.extent - UNIT - high).never_negative


def bounds(slot: Slot) -> tuple[Dim, Dim]:
    """The least and the largest place a slot can hold; coefficients are numbers or products of dimensions."""
    terms, offset = slot_terms(slot)
    low = high = offset
    for index, coefficient in terms:
        reach = coefficient * (index.extent - UNIT)
        low, high = (low, high + reach) if coefficient.never_negative else (low + reach, high)
    return low, high


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
