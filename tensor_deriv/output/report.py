"""The default answer of the command line: everything a person wants to see of one derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conventions import layout, notes, zero_sentence
from .latex import derivation_latex
from .markdown import title
from .matrix_text import code_lines, reason
from .record import source_or_none
from .text import derivation_text, forward_text, sections_text

if TYPE_CHECKING:
    from ..derivation import Derivation
    from ..verification.check import Report


def report(derivation: Derivation, check_report: Report | None, steps: bool = True, every: bool = False) -> str:
    """Title, forward pass, steps, matrix form, layout, conventions, LaTeX, code and verdict."""
    style = derivation.style
    code = source_or_none(derivation, "numpy")
    text = sections_text(derivation, style, every) if steps else derivation_text(derivation, style, False, False)
    blocks = [
        _headed(title(derivation), [layout(derivation)]),
        _headed("Forward", _indented(forward_text(derivation, style))),
        zero_sentence(derivation) if derivation.zero else "",
        _headed("Derivation", _indented(text)),
        _headed("Matrix form", _indented("\n".join(forms(derivation)))),
        _headed("Conventions", _indented("\n".join(notes(derivation)))),
        _headed("LaTeX", _indented(derivation_latex(derivation, style, steps, every))),
        _headed("NumPy", _indented(code or "")),
        _headed("Check", _indented(verdict(check_report))) if check_report else "",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def forms(derivation: Derivation) -> list[str]:
    """The matrix form with what it names, or the reason why there is none, and the Kronecker form."""
    return [line for line in (reason(derivation), *code_lines(derivation), kronecker_line(derivation)) if line]


def kronecker_line(derivation: Derivation) -> str:
    """The derivative of a matrix by a matrix as one matrix, and how it is vectorised."""
    return f"vec(dF) = ({derivation.kronecker}) vec(d{derivation.wrt}), where vec stacks columns" if derivation.kronecker else ""


def verdict(check_report: Report) -> str:
    """The outcome in one word, and each comparison."""
    return ("passed" if check_report.ok else "FAILED") + f"\n{check_report}"


def _headed(head: str, lines: list[str]) -> str:
    return "\n".join([head, *lines]) if any(lines) else ""


def _indented(text: str) -> list[str]:
    return [f"  {line}" if line else "" for line in text.rstrip("\n").split("\n")] if text else []
