"""Docstrings of generated functions: what it is, the shapes, the layout, and what is taken at kinks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..index.bodies import Opaque
from ..index.dims import Dim
from ..kinks import kinks
from ..program import Program

if TYPE_CHECKING:
    from ..derived import Derived

WIDTH = 100
KINDS = {1: "The derivative", 2: "The second derivative", 3: "The third derivative", 4: "The fourth derivative"}


@dataclass(frozen=True)
class Docstring:
    """What a docstring says; the sizes that no input has become known last."""

    title: str
    given: Sequence[str]
    returns: Sequence[str]
    notes: Sequence[str]

    def text(self, sizes: Sequence[str]) -> str:
        """The docstring as it stands in source."""
        title = textwrap.wrap(self.title, WIDTH, subsequent_indent="    ", break_long_words=False)
        notes = [line for note in self.notes for line in textwrap.wrap(note, WIDTH, subsequent_indent="    ")]
        asked = [f"{name}: an integer, the size of a dimension that no input has" for name in sizes]
        body = "\n".join([*title, "", *self.given, *asked, *self.returns, *notes]).replace("\\", "\\\\")
        return '"""' + (body.replace('"', '\\"') if '"""' in body else body) + '\n"""'


def derivative_doc(derivation: Derived) -> Docstring:
    """The docstring of one derivative."""
    title = f"{kind(derivation)} by {derivation.wrt} of {question(derivation.program)}."
    given = shapes(derivation.gradient.program, derivation.given)
    return Docstring(title, given, [f"returns: {returned(derivation)}"], notes(derivation))


def both_doc(derivation: Derived, given: Mapping[str, tuple[Dim, ...]]) -> Docstring:
    """The docstring of the expression and its derivative in one function."""
    title = f"The value of {question(derivation.program)}, and {kind(derivation).lower()} by {derivation.wrt}."
    lines = [f"returns: {shape_text(derivation.program.result.shape)}, and {returned(derivation)}"]
    return Docstring(title, shapes(derivation.gradient.program, given), lines, notes(derivation))


def with_value(doc: Docstring, derivation: Derived, given: Mapping[str, tuple[Dim, ...]]) -> Docstring:
    """The docstring of derivatives with the value before them."""
    title = f"The value, and {doc.title[0].lower()}{doc.title[1:]}"
    first = f"returns first: {shape_text(derivation.program.result.shape)}, the value"
    return replace(doc, title=title, given=shapes(derivation.gradient.program, given), returns=[first, *doc.returns])


def kind(derivation: Derived) -> str:
    """The gradient, the derivative, the second derivative …"""
    return "The gradient" if derivation.order == 1 and not derivation.program.result.shape else KINDS[derivation.order]


def notes(derivation: Derived) -> list[str]:
    """What there is to know of one derivative besides."""
    zero = [f"Zero, since {derivation.wrt} does not occur."] if derivation.zero else []
    return [*zero, *at_kinks([derivation])]


def derivatives_doc(derivations: Sequence[Derived], given: Mapping[str, tuple[Dim, ...]]) -> Docstring:
    """The docstring of the derivatives by several variables."""
    names = ", ".join(derivation.wrt for derivation in derivations)
    title = f"{KINDS[derivations[0].order]} by each of {names} of {question(derivations[0].program)}."
    parts: dict[str, str] = {}
    for derivation in derivations:
        for line in shapes(derivation.gradient.program, {name: given[name] for name in derivation.given}):
            parts[line] = line
    lines = [f"returns by {derivation.wrt}: {returned(derivation)}" for derivation in derivations]
    return Docstring(title, list(parts), lines, at_kinks(derivations))


def value_doc(derivation: Derived) -> Docstring:
    """The docstring of the expression itself."""
    program = derivation.program
    given = shapes(program, program.given)
    return Docstring(f"The value of {question(program)}.", given, [f"returns: {shape_text(program.result.shape)}"], [])


def question(program: Program) -> str:
    """The user's text, with the definitions it stands on."""
    *definitions, result = [" ".join(text.split()) for text in program.texts]
    return result + (f", where {', '.join(definitions)}" if definitions else "")


def shapes(program: Program, given: Mapping[str, tuple[Dim, ...]]) -> list[str]:
    """One line for each input."""
    return [f"{name}: {shape_text(dims)}{meaning(program, name)}" for name, dims in given.items()]


def meaning(program: Program, name: str) -> str:
    """What the value or derivative of an arbitrary function is, behind its shape."""
    definition = program.definitions.get(name)
    if definition is None or not isinstance(definition.body, Opaque):
        return ""
    body = definition.body
    if not body.order:
        return f", the value of {body.function}({body.tensor})"
    power = {1: "", 2: "²", 3: "³", 4: "⁴"}[body.order]
    return f", ∂{power}{body.function}/∂{body.tensor}{power}"


def shape_text(dims: tuple[Dim, ...]) -> str:
    """(n, d), (n,) or a word for no axes."""
    if not dims:
        return "a scalar"
    return "(" + ", ".join(map(str, dims)) + (",)" if len(dims) == 1 else ")")


def returned(derivation: Derived) -> str:
    """The shape and the layout of a derivative."""
    own = ["result.shape"] if derivation.program.result.shape else []
    layout = " + ".join(own + [f"{derivation.wrt}.shape"] * derivation.order)
    return f"{shape_text(derivation.shape)}, laid out as {layout}"


def at_kinks(derivations: Iterable[Derived]) -> list[str]:
    """One line that says what is taken at kinks, where there are any."""
    texts = dict.fromkeys(text for derivation in derivations for text in kinks(derivation.below, derivation.wrt))
    return [f"At kinks: {'; '.join(texts)}."] if texts else []

