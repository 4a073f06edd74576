"""Sums and products computed in one array: `t = A @ B`, `t += b`, and over an array that is not needed any more.

NumPy makes a new array for every operation, but where an operand is a temporary of the shape of the result and the other has that
shape too, or none. Here a chain of operations has one array: its first operand, where that is ours and used for the last time, or
what its first operand is computed as, where a later operation would make a new array (one operand is broadcast).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from ...matrix import make
from ...matrix.nodes import Add, Array, Mul, Name, num, walk
from ..names import Names
from ..regroup import distinct
from ..share import Line, uses
from .inplace import Way, added, exchanged, innermost, is_large, multiplied, named, only_in, opened, parts, path, saves
from .memory import is_made, is_written
from .nodes import Changed
from .rewriting import replaced
from .scaling import divides


def temporaries_first(roots: Sequence[Array]) -> list[Array]:
    """The expressions with b·(−c) + a for a − b·c where a has a name and b·c has none: NumPy adds to a temporary array in place."""
    shared = {node for node, count in uses(roots).items() if count > 1}
    turned: dict[Array, Array] = {node: new for node in distinct(roots) if isinstance(node, Add) and (new := _led(node, shared)) != node}
    return replaced(roots, turned)


def _led(node: Add, shared: Collection[Array]) -> Array:
    if not is_large(node) or is_written(node) or any(_temporary(part, node, shared) for part in node.parts):
        return node
    for place, part in enumerate(node.parts):
        number, rest = make.coefficient(part)
        if number == -1 and isinstance(rest, Mul) and _temporary(rest, node, shared):
            small = next((at for at, factor in enumerate(rest.parts) if factor.shape != node.shape and not divides(factor)), None)
            if small is not None:
                factors = [Mul((num(-1), factor)) if at == small else factor for at, factor in enumerate(rest.parts)]
                return Add((Mul(tuple(factors)), *node.parts[:place], *node.parts[place + 1 :]))
    return node


def _temporary(part: Array, node: Array, shared: Collection[Array]) -> bool:
    """Whether a term is an array of its own that nothing else needs."""
    return make.coefficient(part)[0] > 0 and part.shape == node.shape and is_made(part) and part not in shared


def reused(lines: Sequence[Line], names: Names, kept: Collection[str], results: Collection[str]) -> list[Line]:
    """The lines with chains of operations in one array each.

    `kept` are the names that mean one thing to the caller, those of definitions, and `results` what is returned: where an array
    has two names on its way, these are the ones that stay.
    """
    writer = Writer(list(lines), names, frozenset(kept), frozenset(results))
    return signs_joined(named_as(writer.written(), writer.label))


def signs_joined(lines: Sequence[Line]) -> list[Line]:
    """`x *= a`, `x *= -1` as `x *= -a`."""
    found: list[Line] = []
    for name, node in lines:
        if found and found[-1][0] == name and isinstance(node, Changed) and (node.operator, node.arg) == ("*", num(-1)):
            before = found[-1][1]
            if isinstance(before, Changed) and before.operator == "*":
                found[-1] = name, replace(before, arg=make.mul([num(-1), before.arg]))
                continue
        found.append((name, node))
    return found


class Writer:
    """The lines of a function, looked at from the last to the first; what becomes of an array has another name than the array."""

    def __init__(self, lines: list[Line], names: Names, kept: frozenset[str], results: frozenset[str]) -> None:
        self.lines, self.names, self.kept, self.results = lines, names, kept, results
        self.made = {name for name, line in lines if is_made(line)}.difference(*(named(line) for _, line in lines if not is_made(line)))
        self.later: set[str] = set()  # what is needed after the line that is looked at
        self.arrays: dict[str, str] = {}  # a name of the same array, of those that have more than one

    def written(self) -> list[Line]:
        place = len(self.lines) - 1
        while place >= 0:
            more = self.write(place)
            if more < 0:
                self.later |= named(self.lines[place][1])
            place += more
        return self.lines

    def label(self, name: str) -> str:
        """The name of an array in the end."""
        while name in self.arrays:
            name = self.arrays[name]
        return name

    def write(self, place: int) -> int:
        """Exchange one line for steps in one array, where that saves an array; how many lines to go on from there."""
        name, node = self.lines[place]
        if is_large(node) and not isinstance(node, Changed):
            told = self.label(name) in self.kept | self.results
            for operand in self.spent(node):
                if not (told and operand.name in self.kept) and (way := path(node, operand)):
                    self.join(name, operand.name)
                    return self.put(place, [], operand, way)
            first = innermost(node)
            if way := opened(node, first):
                return self.put(place, [(name, first)], Name(name, node.shape), way)
        return self.take_apart(place)

    def take_apart(self, place: int) -> int:
        """Put the first part of a line that has steps in one array on a line of its own; how many lines to go on from there."""
        name, node = self.lines[place]
        free = self.spent(node)
        part = next((part for part in parts(node) if saves(part, [found for found in free if only_in(found, part, node)])), None)
        if part is None:
            return -1
        new = self.new(part)
        self.lines[place : place + 1] = [(new.name, part), (name, exchanged(node, part, new))]
        return 1

    def join(self, name: str, operand: str) -> None:
        """One name in the end for an operand and what becomes of it: the caller's where it is one."""
        if operand in self.kept:
            self.arrays[self.label(name)] = operand
        else:
            self.arrays[operand] = name

    def put(self, place: int, lines: list[Line], operand: Name, way: Way) -> int:
        """Put steps in the place of a line, and before them what reads the array as it is at first."""
        name = self.lines[place][0]
        steps: list[Line] = []
        for kind, others in way:
            if steps:
                others = tuple(self.apart(part, lines) if operand.name in named(part) else part for part in others)
            changed = added if kind is Add else multiplied
            steps.append((name, changed(operand, others)))
        self.lines[place : place + 1] = lines + steps
        return len(lines) + len(steps) - 1

    def apart(self, node: Array, lines: list[Line]) -> Array:
        """An expression on a line of its own, the number in front of it left where it is."""
        number, rest = make.coefficient(node)
        part = self.new(rest)
        lines.append((part.name, rest))
        return part if number == 1 else Mul((num(number), part))

    def new(self, node: Array) -> Name:
        """A name for an expression."""
        name = self.names.numbered("t")
        self.made.add(name)
        return Name(name, node.shape)

    def spent(self, node: Array) -> list[Name]:
        """The arrays in an expression that may be written over: large, ours, no views, and not needed any more."""
        free = self.made - self.later - self.results
        found = dict.fromkeys(part for part in walk(node) if isinstance(part, Name))
        return [part for part in found if part.name in free and is_large(part)]


def named_as(lines: Sequence[Line], label: Callable[[str], str]) -> list[Line]:
    """The lines with every name exchanged for its label."""

    def visit(node: Array) -> Array:
        if isinstance(node, Name):
            return replace(node, name=label(node.name))
        return node.with_children(tuple(map(visit, node.children))) if node.children else node

    return [(label(name), visit(node)) for name, node in lines]


def in_order(lines: Sequence[Line], counted: Sequence[str]) -> list[Line]:
    """The lines with those of their names that are counted in the order in which they appear."""
    own = list(dict.fromkeys(name for name, _ in lines if name in {*counted}))
    new = dict(zip(own, counted, strict=False))
    return named_as(lines, lambda name: new.get(name, name))
