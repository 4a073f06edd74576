"""A derivation as LaTeX: one `aligned` block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .breaks import broken
from .latex_target import LATEX
from .lines import Line, Writer

if TYPE_CHECKING:
    from ..derived import Derived


def derivation_latex(derivation: Derived, style: str, steps: bool, every: bool) -> str:
    """The whole derivation, or its last line alone."""
    writer = Writer(derivation, LATEX, style)
    if not steps:
        return last_line(writer)
    sections = [line for section in writer.sections(every) for line in section]
    return aligned(writer.introductions() + sections)


def last_line(writer: Writer) -> str:
    """The answer as one equation, after what it names that the caller did not."""
    lines = answer_lines(writer)
    return f"{lines[0].left} = {lines[0].right}" if len(lines) == 1 else aligned(lines)


def answer_lines(writer: Writer) -> list[Line]:
    """The answer as a line, after what it names that the caller did not."""
    named = {item.name for item in writer.derivation.form.definitions}
    sections = list(writer.sections(False))
    if not sections[-1][-1].matrix:
        return [*writer.introductions(), *_closing(sections[-1])]
    if not named:
        return _closing(sections[-1])[-1:]
    return [line for section in sections if section[-1].matrix for line in _closing(section)]


def _closing(section: list[Line]) -> list[Line]:
    """The last line of a section as an equation, after the parts that it names."""
    left = next(line.left for line in reversed(section) if line.left)
    return [*(line for line in section if line.part), Line(left, section[-1].right)]


def aligned(lines: list[Line]) -> str:
    """Equations with their equality signs under one another."""
    rows = [row for line in lines for row in _rows(line)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _rows(line: Line) -> list[str]:
    first, *more = broken(line.right)
    return [(f"{line.left}\n  &= " if line.left else "  &= ") + first, *(f"  &\\quad {{}}{rest}" for rest in more)]


def sections_latex(derivation: Derived, style: str) -> str:
    """The derivation alone, for where the forward pass stands before it."""
    return aligned([line for section in Writer(derivation, LATEX, style).sections(False) for line in section])


def forward_latex(derivation: Derived, style: str) -> str:
    """The definitions and the result as equations; empty where there are none."""
    lines = Writer(derivation, LATEX, style).definitions()
    return aligned(lines) if lines else ""
