"""The default answer of the command line: everything a person wants to see of one derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conventions import layout, notes, zero_sentence
from .ink import PLAIN, Ink
from .latex import derivation_latex
from .markdown import title
from .matrix_text import code_lines, reason
from .record import source_or_none
from .text import derivation_text, forward_text, sections_text

if TYPE_CHECKING:
    from ..derived import Derived
    from ..verification.report import Report


def report(derivation: Derived, check_report: Report | None, steps: bool = True, every: bool = False, ink: Ink = PLAIN) -> str:
    """Title, forward pass, steps, matrix form, layout, conventions, LaTeX, code and verdict."""

    def part(head: str, text: str) -> str:
        return _headed(ink("head", head), _indented(text))

    style = derivation.style
    code = source_or_none(derivation, "numpy")
    text = sections_text(derivation, style, every, ink) if steps else derivation_text(derivation, style, False, False)
    blocks = [
        _headed(ink("head", title(derivation)), [layout(derivation)]),
        part("Forward", forward_text(derivation, style)),
        zero_sentence(derivation) if derivation.zero else "",
        part("Derivation", text),
        part("Matrix form", "\n".join(ink("answer", line) for line in forms(derivation))),
        part("Conventions", "\n".join(notes(derivation))),
        part("LaTeX", derivation_latex(derivation, style, steps, every)),
        part("NumPy", code or ""),
        part("Check", verdict(check_report, ink)) if check_report else "",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def forms(derivation: Derived) -> list[str]:
    """The matrix form with what it names, or the reason why there is none, and the Kronecker form."""
    return [line for line in (reason(derivation), *code_lines(derivation), kronecker_line(derivation)) if line]


def kronecker_line(derivation: Derived) -> str:
    """The derivative of a matrix by a matrix as one matrix, and how it is vectorised."""
    return f"vec(dF) = ({derivation.kronecker}) vec(d{derivation.wrt}), where vec stacks columns" if derivation.kronecker else ""


def verdict(check_report: Report, ink: Ink = PLAIN) -> str:
    """The outcome in one word, and each comparison."""
    return (ink("good", "passed") if check_report.ok else ink("bad", "FAILED")) + f"\n{check_report}"


def _headed(head: str, lines: list[str]) -> str:
    return "\n".join([head, *lines]) if any(lines) else ""


def _indented(text: str) -> list[str]:
    return [f"  {line}" if line else "" for line in text.rstrip("\n").split("\n")] if text else []
