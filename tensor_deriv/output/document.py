"""Derivations as a complete LaTeX document, for pdflatex with amsmath alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .conventions import layout, notes, zero_sentence
from .latex import aligned, last_line
from .latex_target import LATEX
from .lines import Writer
from .markdown import title
from .prose import code, prose

if TYPE_CHECKING:
    from ..derived import Derived

# Long lines want a wide page, long derivations one that may end between two lines.
PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath}
\setlength{\oddsidemargin}{-0.25in}
\setlength{\textwidth}{7in}
\setlength{\topmargin}{-0.5in}
\setlength{\textheight}{9in}
\setlength{\parindent}{0pt}
\setlength{\parskip}{1ex}
\allowdisplaybreaks
\begin{document}
"""


def document(derivations: Sequence[Derived], source: str = "", steps: bool = True, every: bool = False) -> str:
    """A document with a section for each derivation; where the formulas come from stands at its head."""
    head = [f"Source: {prose(source)}."] if source else []
    parts = [part for derivation in derivations for part in _section(derivation, steps, every)]
    return PREAMBLE + "\n\n".join([*head, *parts]) + "\n\n\\end{document}\n"


def _section(derivation: Derived, steps: bool, every: bool) -> Iterator[str]:
    yield rf"\section*{{{_inline_code(title(derivation))}}}"
    yield _inline_code("Layout" + layout(derivation).removeprefix("layout")) + "."
    if derivation.zero:
        yield _inline_code(zero_sentence(derivation))
    writer = Writer(derivation, LATEX, derivation.style)
    if steps:
        forward = writer.definitions()
        yield from [display(aligned(forward))] if forward else []
        yield display(aligned([line for section in writer.sections(every) for line in section]))
    else:
        yield display(last_line(writer))
    for sentence in notes(derivation):
        yield f"Note: {prose(sentence)}."


def display(block: str) -> str:
    """An `aligned` block as one that may break between pages; a single equation as a display."""
    if block.startswith("\\begin{aligned}"):
        return block.replace("\\begin{aligned}", "\\begin{align*}", 1).removesuffix("\\end{aligned}") + "\\end{align*}"
    return f"\\[\n{block}\n\\]"


def _inline_code(text: str) -> str:
    """A sentence, what stands between `…` in it as code."""
    return "".join(code(part) if at % 2 else prose(part) for at, part in enumerate(re.split("`([^`]*)`", text)))
