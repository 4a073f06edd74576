"""Common subexpressions computed once, and long expressions cut into lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from ..matrix import make
from ..matrix.calls import Call, Einsum, Eye, Filled, Reshape
from ..matrix.nodes import Add, Array, Column, Diag, DiagOf, Elem, Mul, Name, Outer, Pow, T, Trace, num
from .lower import Bracketed, Mask, is_constant
from .names import Names

Line = tuple[str, Array]  # name = expression
LONGEST = 90  # characters of a line, roughly
MANY = 4  # terms of a sum that is added up line by line
PART = 12  # characters of a part that is worth a line of its own


@dataclass
class Sharer:
    """Lines in the order they are computed in; a part that stands twice has a name."""

    names: Names
    lines: list[Line]
    known: dict[Array, Array]  # expressions that have a name by now
    wanted: dict[Array, str]  # expressions that get a name: a definition's own, or none yet
    widths: dict[Array, int]

    def add(self, name: str, node: Array) -> None:
        """The line `name = node`, and before it those it needs."""
        if node in self.known and self.known[node] == Name(name, node.shape):
            return
        inner = self.known.get(node) or self.inside(node)
        self.lines.append((name, inner))
        if not is_cheap(node):
            self.known.setdefault(node, Name(name, node.shape))

    def visit(self, node: Array) -> Array:
        """The expression with every named part as its name."""
        if node in self.known:
            return self.known[node]
        inner = self.inside(node)
        if node not in self.wanted:
            return inner
        self.known[node] = self.named(inner, self.wanted[node])
        return self.known[node]

    def named(self, node: Array, name: str = "") -> Array:
        """A name for an expression, in a line of its own."""
        name = name or self.names.numbered("t")
        self.lines.append((name, node))
        return Name(name, node.shape)

    def inside(self, node: Array) -> Array:
        """The expression with its parts visited, the widest on lines of their own where it would be too long."""
        parts = [self.visit(child) for child in node.children]
        if isinstance(node, Add) and len(parts) > MANY:
            parts = self._summed(parts)
        while sum(map(self.width, parts)) > LONGEST:
            place = max(range(len(parts)), key=lambda place: (not is_cheap(parts[place])) * self.width(parts[place]))
            if self.width(parts[place]) < PART or is_cheap(parts[place]):
                break
            parts[place] = self._apart(parts[place])
        return node.with_children(tuple(parts)) if parts else node

    def _summed(self, parts: list[Array]) -> list[Array]:
        """The terms of a long sum, those that fill a line added up in one."""
        group: list[Array] = []
        for part in parts:
            if len(group) > 1 and sum(map(self.width, [*group, part])) > LONGEST:
                group = [self.named(Add(tuple(group)))]
            group.append(part)
        return group

    def _apart(self, node: Array) -> Array:
        """A part by a name, the number in front of it left where it is."""
        number, rest = make.coefficient(node)
        return self.named(node) if number == 1 or is_cheap(rest) else Mul((num(number), self.named(rest)))

    def width(self, node: Array) -> int:
        """About how many characters an expression takes."""
        if node not in self.widths:
            self.widths[node] = own_width(node) + sum(map(self.width, node.children))
        return self.widths[node]


def own_width(node: Array) -> int:
    """About how many characters a node adds to its parts."""
    match node:
        case Name(name, _):
            return len(name)
        case Einsum():
            return 16 + len(node.spec)
        case Elem() | Call() | Outer() | Diag() | DiagOf() | Trace():
            return 10
        case Eye() | Filled():
            return 30
    return 3


def shared(roots: Sequence[Line], names: Names, apart: Container[Array] = ()) -> list[Line]:
    """The lines that compute `roots`, in order, parts that occur more than once or are to stand `apart` ahead of their first use."""
    own: dict[Array, str] = {}
    for name, node in roots:
        if not is_cheap(node):
            own.setdefault(node, name)
    counts = computed(node for _, node in roots)
    repeated = {node: "" for node, count in counts.items() if (count > 1 and not is_cheap(node)) or node in apart}
    sharer = Sharer(names, [], {}, {**repeated, **own}, {})
    for name, node in roots:
        sharer.add(name, node)
    return sharer.lines


def uses(roots: Iterable[Array]) -> Counter[Array]:
    """How often each distinct expression stands in another distinct one."""
    counts: Counter[Array] = Counter()
    stack = list(dict.fromkeys(roots))
    seen = set(stack)
    while stack:
        for child in stack.pop().children:
            counts[child] += 1
            if child not in seen:
                seen.add(child)
                stack.append(child)
    return counts


def computed(roots: Iterable[Array]) -> Counter[Array]:
    """How often each distinct expression is computed where none but cheap ones is computed again for every use."""
    counts = Counter(roots)
    for node in outer_first(counts):
        for child in node.children:
            counts[child] += counts[node] if is_cheap(node) else 1
    return counts


def outer_first(roots: Iterable[Array]) -> list[Array]:
    """Every distinct expression, each before its parts."""
    done: dict[Array, None] = {}
    stack = [(root, False) for root in roots]
    while stack:
        node, finished = stack.pop()
        if finished:
            done[node] = None
        elif node not in done:
            stack += [(node, True), *((child, False) for child in node.children)]
    return list(done)[::-1]


def is_cheap(node: Array) -> bool:
    """Whether an expression is not worth a name: views, numbers, arithmetic of scalars, a reciprocal, a comparison."""
    match node:
        case Name() | Mask() | Filled():
            return True
        case T(arg) | Column(arg) | Reshape(arg) | Bracketed(arg):
            return is_cheap(arg)
        case Pow(_, exponent) if exponent == num(-1):
            return True
        case Mul((number, factor)) if number == num(-1):
            return is_cheap(factor)
    return is_constant(node) or (node.rank == 0 and isinstance(node, (Add, Mul, Pow)) and all(map(is_cheap, node.children)))


