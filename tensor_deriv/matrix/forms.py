"""The array forms of a program's result and of the definitions it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..errors import UnsupportedError
from ..index.bodies import Opaque
from ..program import Program
from . import make
from .build import Builder
from .calls import Call, Einsum, Filled, Reshape, Take
from .cost import cost
from .flip import Flipper
from .nodes import Array, Elem, Name, num, walk
from .places import PLACED
from .share import share
from .systems import in_systems, own_inverses
from .tidy import Tidier
from .wording import in_own_words, own_differences

MOST_USES = 3  # of an upstream gradient that may still be written out
WORTH = 0.5  # operations that writing an upstream gradient out must save
SHORT = 6.0  # operations of a multiple of an upstream gradient that is written out anyway
MOST_IN_FULL = 60  # operations of a form with everything put in that a person may still want to read


@dataclass(frozen=True)
class Named:
    """A definition that a form needs: `text` is the caller's own wording, or empty."""

    name: str
    node: Array
    text: str = ""


@dataclass(frozen=True)
class Form:
    """An array expression, the definitions it names, in order, and how it was first read off the indices."""

    node: Array
    definitions: tuple[Named, ...]
    raw: Array
    symmetric: frozenset[str] = frozenset()  # names that are assumed or were seen to be symmetric

    @property
    def matrix(self) -> bool:
        """Whether it is a matrix form: at most two axes and nothing but matrix operations."""
        return self.node.rank <= 2 and self.plain

    @property
    def plain(self) -> bool:
        """Whether it is made of matrix operations alone, on stacks of matrices where it has more than two axes."""
        return not any(unusual(part) for part in walk(self.node))


def unusual(node: Array) -> bool:
    """Whether a node is no matrix operation."""
    if isinstance(node, Call):
        return node.name in ("dexpm", "d2expm") or (node.name.startswith("prod") and node.name > "prod1")
    return isinstance(node, (Einsum, Take, *PLACED)) or _regroups(node)


def _regroups(node: Array) -> bool:
    return isinstance(node, Reshape) and not node.widens


def regrouped(found: Form) -> bool:
    """Whether some axes of a form run over several indices."""
    nodes = (found.node, *(item.node for item in found.definitions if not item.text))
    return any(_regroups(part) for node in nodes for part in walk(node))


def form(program: Program, question: Program | None = None) -> Form:
    """The tidied array form of a program's result, in the names and the wording of the question it answers."""
    builder = Builder(program)
    known = own_names(program, builder)
    raw = builder.array(program.result.body, program.result.axes)
    node = Tidier(program, known, builder.symmetric).tidy(raw)
    found = _needed(program, builder, known, node)
    node, found = _written_out(program, builder, node, found, known)
    own = wording(question or program)
    node = own.of(node)
    found = [item if item.text else replace(item, node=own.of(item.node)) for item in found]
    symmetric = frozenset(Flipper(program, builder.symmetric).symmetric_names)
    return replace(_shared(program, builder, node, found), raw=raw, symmetric=symmetric)


def in_full(program: Program, form: Form, question: Program) -> Form:
    """The form with everything that it names put in, tidied; UnsupportedError where that is too long to read."""
    length: dict[str, float] = {}
    for item in form.definitions:
        length[item.name] = _length(item.node, length)
    if _length(form.node, length) > MOST_IN_FULL:
        raise UnsupportedError(
            f"with its definitions put in, the answer has about {_length(form.node, length):.0f} operations; "
            f"more than {MOST_IN_FULL} are not written out"
        )
    node = form.node
    for item in reversed(form.definitions):
        node = replaced(node, item.name, item.node)
    node = Tidier(program, {}, set(form.symmetric)).tidy(node)
    return replace(form, node=wording(question).of(node), definitions=())


def _length(node: Array, length: dict[str, float]) -> float:
    """What there is to read of an expression with the names of known length put in."""
    return cost(node) + sum(length.get(part.name, 0.0) for part in walk(node) if isinstance(part, Name))


@dataclass(frozen=True)
class Wording:
    """How the caller writes: differences this way round, systems solved or matrices inverted."""

    differences: set[Array]
    systems: bool
    inverses: set[Array]
    flipper: Flipper

    def of(self, node: Array) -> Array:
        """An expression in the caller's words."""
        node = in_own_words(node, self.differences)
        return in_systems(node, self.inverses, self.flipper) if self.systems else node


def wording(program: Program) -> Wording:
    """The wording of a question."""
    builder = Builder(program)
    names = [name for name, definition in program.definitions.items() if not isinstance(definition.body, Opaque)]
    nodes = [builder.definition(name) for name in names]
    if not isinstance(program.result.body, Opaque):
        nodes.append(builder.array(program.result.body, program.result.axes))
    flipper = Flipper(program, builder.symmetric)
    return Wording(own_differences(nodes), bool(program.systems), own_inverses(program, builder), flipper)


def _shared(program: Program, builder: Builder, node: Array, found: list[Named]) -> Form:
    """The form with repeated parts named, in the definitions that it needs as well."""
    taken = {name.lower() for name in program.names()}  # a tensor R has components r
    named: dict[Array, str] = {}

    def unused(part: Array, wanted: str) -> str:
        if part not in named:
            named[part] = _name_of_part(program, builder, part) or numbered(wanted)
        return named[part]

    def numbered(wanted: str) -> str:
        name, number = wanted, 2
        while name.lower() in taken:
            name, number = f"{wanted}{number}", number + 1
        taken.add(name.lower())
        return name

    out: dict[str, Named] = {}  # a part of several has its name from the first

    def shared(node: Array) -> Array:
        inner, parts = share(node, unused)
        for name, part in parts:
            out.setdefault(name, Named(name, part))
        return inner

    for item in found:
        out[item.name] = item if item.text else replace(item, node=shared(item.node))
    node = shared(node)
    return Form(node, tuple(out.values()), node)


def _name_of_part(program: Program, builder: Builder, part: Array) -> str:
    """The name that the steps have for a part that the caller did not name, a vector's in lower case; empty where they have none."""
    for name, item in program.definitions.items():
        own = not (item.named_by_user or item.gradient_of or isinstance(item.body, Opaque))
        if own and item.shape == part.shape and Tidier(program, {}, builder.symmetric).tidy(builder.definition(name)) == part:
            return name if part.rank > 1 else name.lower()
    return ""


def own_names(program: Program, builder: Builder) -> dict[Array, Name]:
    """The caller's definitions, from what they hold to their name."""
    known: dict[Array, Name] = {}
    for name, definition in program.definitions.items():
        if definition.named_by_user and not isinstance(definition.body, Opaque):
            tidier = Tidier(program, known, builder.symmetric)
            node = tidier.tidy(builder.definition(name))
            if tidier.flipper.is_symmetric(node):
                builder.symmetric.add(name)
            if node.children:
                known[node] = Name(name, definition.shape)
    return known


def _needed(program: Program, builder: Builder, known: dict[Array, Name], node: Array) -> list[Named]:
    found: list[Named] = []
    wanted = names(node)
    held = {name.name: inner for inner, name in known.items()}
    for name in reversed(program.definitions):
        definition = program.definitions[name]
        if name in wanted and not isinstance(definition.body, Opaque):
            raw = builder.definition(name)
            own = Tidier(program, {} if definition.named_by_user else known, builder.symmetric)
            inner = held.get(name) or own.tidy(raw)
            wanted |= names(inner)
            found.append(Named(name, inner, definition.text))
    return found[::-1]


def _written_out(
    program: Program, builder: Builder, node: Array, found: list[Named], known: dict[Array, Name]
) -> tuple[Array, list[Named]]:
    """Upstream gradients that are used once and read shorter in place, put there."""
    uses = Counter(part.name for user in [node, *(item.node for item in found)] for part in walk(user) if isinstance(part, Name))
    for item in reversed(found):
        here = sum(isinstance(part, Name) and part.name == item.name for part in walk(node)) if uses[item.name] <= MOST_USES else 0
        if item.text or not here or uses[item.name] != here:
            continue
        new = Tidier(program, known, builder.symmetric).tidy(replaced(node, item.name, item.node))
        multiple = isinstance(make.split_scalars(node)[1], Name) and cost(new) < SHORT
        if multiple or isinstance(node, Name) or cost(new) < cost(node) + cost(item.node) - WORTH:
            node, found = new, [other for other in found if other is not item]
    return node, _needed(program, builder, known, node)


def replaced(node: Array, name: str, by: Array) -> Array:
    """An expression with a name written out."""
    if isinstance(node, Name):
        return by if node.name == name else node
    return make.rebuilt(node, tuple(replaced(child, name, by) for child in node.children)) if node.children else node


def names(node: Array) -> set[str]:
    """The names that stand in an expression."""
    return {n.name for n in walk(node) if isinstance(n, Name)}


def own_functions(nodes: Iterable[Array]) -> set[str]:
    """The names of the caller's own functions in some expressions."""
    return {part.row.name for node in nodes for part in walk(node) if isinstance(part, Elem) and part.row.source}


def is_zero(node: Array) -> bool:
    """Whether it is zero as it stands."""
    return (isinstance(node, Filled) and node.value == 0) or node == num(0)
