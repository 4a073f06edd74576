"""A derivation as Markdown with `$$` mathematics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conventions import layout, notes, zero_sentence
from .latex import derivation_latex, forward_latex, sections_latex
from .matrix_text import code_lines, reason

if TYPE_CHECKING:
    from ..derived import Derived


def derivation_markdown(derivation: Derived, style: str, steps: bool) -> str:
    """Title, layout, forward pass, derivation and array form."""
    blocks = [f"## {title(derivation)}", "Layout" + layout(derivation).removeprefix("layout") + "."]
    if derivation.zero:
        blocks.append(zero_sentence(derivation))
    forward = forward_latex(derivation, style) if steps else ""
    blocks += [_display(forward)] if forward else []
    blocks.append(_display(sections_latex(derivation, style) if steps else derivation_latex(derivation, style, False, False)))
    blocks += [reason(derivation), "\n".join(["```python", *code_lines(derivation), "```"]) if derivation.matrix else ""]
    blocks.append("\n".join(f"- {words}" for words in notes(derivation)))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _display(latex: str) -> str:
    return f"$$\n{latex}\n$$"


def title(derivation: Derived) -> str:
    """The title of a catalogue entry with its variable, or the question."""
    head = derivation.title or f"`{derivation.program.texts[-1]}`"
    return f"{head}: derivative{'' if derivation.order == 1 else f' of order {derivation.order}'} by {derivation.wrt}"
