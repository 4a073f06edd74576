"""A derivation as LaTeX: one `aligned` block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .breaks import broken
from .latex_target import LATEX
from .lines import Line, Writer

if TYPE_CHECKING:
    from ..derivation import Derivation


def derivation_latex(derivation: Derivation, style: str, steps: bool, every: bool) -> str:
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
    parts = list(writer.sections(False))
    final = parts[-1]
    left = next(line.left for line in reversed(final) if line.left)
    if final[-1].matrix:
        before = [line for part in parts[:-1] if part[-1].matrix for line in [Line(_left(part), part[-1].right)]] if named else []
    else:
        before = writer.introductions()
    return [*before, Line(left, final[-1].right)]


def _left(part: list[Line]) -> str:
    return next(line.left for line in reversed(part) if line.left)


def aligned(lines: list[Line]) -> str:
    """Equations with their equality signs under one another."""
    rows = [row for line in lines for row in _rows(line)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _rows(line: Line) -> list[str]:
    first, *more = broken(line.right)
    return [(f"{line.left}\n  &= " if line.left else "  &= ") + first, *(f"  &\\quad {{}}{rest}" for rest in more)]


def sections_latex(derivation: Derivation, style: str) -> str:
    """The derivation alone, for where the forward pass stands before it."""
    return aligned([line for section in Writer(derivation, LATEX, style).sections(False) for line in section])


def forward_latex(derivation: Derivation, style: str) -> str:
    """The definitions and the result as equations; empty where there are none."""
    lines = Writer(derivation, LATEX, style).definitions()
    return aligned(lines) if lines else ""
