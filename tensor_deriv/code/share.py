"""Common subexpressions computed once, and long expressions cut into lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..matrix.nodes import Add, Array, Column, Filled, Mul, Name, Pow, Reshape, T, num
from .lower import Mask, is_constant
from .names import Names

Line = tuple[str, Array]  # name = expression
LONGEST = 16  # operations in one line
PART = 3  # operations of a part that is worth a line of its own


@dataclass
class Sharer:
    """Lines in the order they are computed in; a part that stands twice has a name."""

    names: Names
    lines: list[Line]
    known: dict[Array, Array]  # expressions that have a name by now
    wanted: dict[Array, str]  # expressions that get a name: a definition's own, or none yet
    sizes: dict[Array, int]

    def add(self, name: str, node: Array) -> None:
        """The line `name = node`, and before it those it needs."""
        if node in self.known and self.known[node] == Name(name, node.shape):
            return
        inner = self.known.get(node) or self.shortened(self.inside(node))
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
        return self.named(node, self.shortened(inner), self.wanted[node] or self.names.numbered("t"))

    def named(self, node: Array, inner: Array, name: str) -> Array:
        self.lines.append((name, inner))
        self.known[node] = Name(name, node.shape)
        return self.known[node]

    def inside(self, node: Array) -> Array:
        children = tuple(self.visit(child) for child in node.children)
        return node.with_children(children) if children else node

    def shortened(self, node: Array) -> Array:
        """An expression of at most LONGEST operations, its largest parts on lines of their own."""
        while self.operations(node) > LONGEST:
            part = self._largest(node)
            if part is None:
                return node
            name = self.named(part, part, self.names.numbered("t"))
            node = replaced(node, part, name)
        return node

    def _largest(self, node: Array) -> Array | None:
        """The largest part that makes a line by itself."""
        fitting: list[Array] = []
        for child in node.children:
            if self.operations(child) > LONGEST:
                return self._largest(child) or child
            if self.operations(child) >= PART and not is_cheap(child):
                fitting.append(child)
        return max(fitting, key=self.operations, default=None)

    def operations(self, node: Array) -> int:
        """How many operations an expression takes, names being done."""
        if node not in self.sizes:
            self.sizes[node] = bool(node.children) + sum(map(self.operations, node.children))
        return self.sizes[node]


def replaced(node: Array, part: Array, name: Array) -> Array:
    """`node` with every `part` as `name`."""
    if node == part:
        return name
    children = tuple(replaced(child, part, name) for child in node.children)
    return node if children == node.children else node.with_children(children)


def shared(roots: Sequence[Line], names: Names) -> list[Line]:
    """The lines that compute `roots`, in order, parts that occur more than once ahead of their first use."""
    own: dict[Array, str] = {}
    for name, node in roots:
        if not is_cheap(node):
            own.setdefault(node, name)
    repeated = {node: "" for node, count in uses(node for _, node in roots).items() if count > 1 and not is_cheap(node)}
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


def is_cheap(node: Array) -> bool:
    """Whether an expression is not worth a name: views, numbers, arithmetic of scalars, a reciprocal, a comparison."""
    match node:
        case Name() | Mask() | Filled():
            return True
        case T(arg) | Column(arg) | Reshape(arg):
            return is_cheap(arg)
        case Pow(_, exponent) if exponent == num(-1):
            return True
    return is_constant(node) or (node.rank == 0 and isinstance(node, (Add, Mul, Pow)) and all(map(is_cheap, node.children)))


