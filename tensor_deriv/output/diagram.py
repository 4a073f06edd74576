"""An expression in components as tensor networks: one for each term, factors as nodes, indices as edges.

An index that stands in two factors is an edge between them, a free one an open end. One that stands elsewhere meets in a dot,
which is 1 where all its ends have the same index: a third factor, a sum over a single slot, a diagonal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..calculus.differentiate import Section
from ..errors import UnsupportedError
from ..index.dims import UNIT
from ..index.indices import multiply
from ..index.nodes import Component, Delta, Expr, Product, Sum, Transposed, walk
from ..index.slots import Affine, Index, Slot, slot_indices
from ..index.unevaluated import Partial
from .index import IndexPrinter
from .lines import Writer
from .product import positive_first
from .tensors import in_components

TENSOR, DELTA, FUNCTION, DOT = "tensor", "delta", "function", "dot"
Edge = tuple[int, int, Index]  # two nodes, and what they share


@dataclass(frozen=True)
class Node:
    """A factor with its indices: a tensor, a δ, or an expression that is drawn as one; a dot for an index."""

    kind: str
    label: str
    indices: tuple[Index, ...]


@dataclass(frozen=True)
class Network:
    """One term: what stands in front, its nodes in the order they are drawn, edges and open ends with their indices."""

    front: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    ends: tuple[tuple[int, Index], ...]
    letters: Mapping[Index, str]


@dataclass(frozen=True)
class Diagram:
    """An equation and the networks of its terms."""

    head: str
    text: str
    networks: tuple[Network, ...]  # their sum is `expr`
    expr: Expr


def diagrams(writer: Writer) -> list[Diagram]:
    """The answer of a derivation before its δ are contracted, where it has any, and after; `writer` writes text."""
    derivation = writer.derivation
    if derivation.zero:
        raise UnsupportedError("the derivative is zero: there is no network to draw")
    section = derivation.sections[-1]
    if any(isinstance(slot, Affine) and slot.terms for slot in section.axes):
        raise UnsupportedError("one axis of the derivative runs over several indices, which a network does not show")
    waiting = [step.expr for step in section.steps if step.expr != section.answer and _uncontracted(step.expr)]
    before = [_diagram(writer, section, "before the δ are contracted", waiting[-1])] if waiting else []
    return [*before, _diagram(writer, section, "the result", section.answer)]


def _uncontracted(expr: Expr) -> bool:
    nodes = list(walk(expr))
    return any(isinstance(node, Delta) for node in nodes) and not any(isinstance(node, Partial) for node in nodes)


def _diagram(writer: Writer, section: Section, head: str, expr: Expr) -> Diagram:
    whole = in_components(expr)
    terms = [multiply((term,)) for term in positive_first(whole.terms if isinstance(whole, Sum) else (whole,))]
    shown = [step.expr for step in writer.steps(section)]  # their letters are those of the lines
    printer = writer.printer([*shown, *terms, Sum(tuple(terms))], section.axes)
    free = [index for slot in section.axes for index in slot_indices(slot)]
    text = f"{writer.left(section, printer)} = {writer.tensors.right(printer, Sum(tuple(terms)), section.axes, (), False)}"
    return Diagram(head, text, tuple(_network(printer, term, free) for term in terms), expr)


def _network(printer: IndexPrinter, term: Product, free: Sequence[Index]) -> Network:
    numbers = [factor for factor in term.factors if not factor.tensors and not factor.free]
    front = printer.print(Product(tuple(numbers)), {}) if numbers else ""
    nodes = [_node(printer, factor) for factor in term.factors if factor not in numbers]
    nodes += [Node(DOT, "", (index,)) for index in dict.fromkeys([*term.over, *free]) if _meets(index, nodes, index in free)]
    row = _row(nodes, free)
    letters = {index: printer.target.slot(printer.letters[index]) for index in {*term.over, *free}}
    return Network(front, tuple(row), tuple(_edges(row, free)), tuple(_ends(row, free)), letters)


def _node(printer: IndexPrinter, factor: Expr) -> Node:
    match factor:
        case Delta(left, right) if _plain(left) and _plain(right):
            return Node(DELTA, printer.target.delta, _indices((left, right)))
        case Component(_, slots) | Transposed(Component(_, slots)) if all(map(_plain, slots)):
            return Node(TENSOR, printer.print(factor, {}), _indices(slots))
    return Node(FUNCTION, printer.print(factor, {}), tuple(sorted(factor.free, key=lambda index: printer.letters[index])))


def _plain(slot: Slot) -> bool:
    return isinstance(slot, Index) or slot.extent == UNIT


def _indices(slots: Iterable[Slot]) -> tuple[Index, ...]:
    return tuple(slot for slot in slots if isinstance(slot, Index))


def _meets(index: Index, nodes: Sequence[Node], free: bool) -> bool:
    """Whether an index is more, or less, than an edge between two factors or one open end."""
    return sum(node.indices.count(index) for node in nodes) != (1 if free else 2)


def _row(nodes: Sequence[Node], free: Sequence[Index]) -> list[Node]:
    """The nodes in a row: from the first open end on, each time the one with most edges to the last, then to any that stands there."""
    edges, ends = _edges(nodes, free), _ends(nodes, free)
    row = [ends[0][0] if ends else 0][: len(nodes)]
    while len(row) < len(nodes):
        ties = {place: [other for pair in edges if place in pair[:2] for other in pair[:2] if other in row] for place in range(len(nodes))}
        left = [place for place in range(len(nodes)) if place not in row]
        row.append(max(left, key=lambda place: (ties[place].count(row[-1]), len(ties[place]), -place)))
    return [nodes[place] for place in row]


def _edges(nodes: Sequence[Node], free: Sequence[Index]) -> list[Edge]:
    found: list[Edge] = []
    for index in dict.fromkeys(index for node in nodes for index in node.indices):
        places = [place for place, node in enumerate(nodes) for own in node.indices if own == index]
        dot = next((place for place in places if nodes[place].kind == DOT), None)
        if dot is not None:
            found += [(min(place, dot), max(place, dot), index) for place in places if place != dot]
        elif index not in free:
            found.append((places[0], places[1], index))
    return found


def _ends(nodes: Sequence[Node], free: Sequence[Index]) -> list[tuple[int, Index]]:
    """Where each free index ends: at its dot, or at the one node that has it."""
    holders = [[place for place, node in enumerate(nodes) if index in node.indices] for index in free]
    dots = [[place for place in places if nodes[place].kind == DOT] for places in holders]
    return [((dot or places)[0], index) for dot, places, index in zip(dots, holders, free, strict=True)]
