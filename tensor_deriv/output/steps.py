"""The steps of a derivation as plain data: every line that was computed, and the one that reads off the matrix product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .chain import chain_step
from .latex_target import LATEX
from .lines import Writer
from .text_target import TEXT

if TYPE_CHECKING:
    from ..derived import Derived

__all__ = ["chain_step", "public_steps"]


@dataclass(frozen=True)
class DerivationStep:
    """One line of a derivation: the rule that made it, its law and source, and what stands there."""

    rule: str
    law: str
    source: str
    group: str
    variable: str  # the tensor that this part of the derivation derives by
    expression: str
    latex: str


def public_steps(derivation: Derived) -> tuple[DerivationStep, ...]:
    """Every step of every section, the question first and the answer last."""
    text, latex = Writer(derivation, TEXT, derivation.style), Writer(derivation, LATEX, derivation.style)
    found = []
    for section in derivation.sections:
        steps = text.steps(section)
        exprs = [step.expr for step in steps]
        printers = [writer.printer(exprs, section.axes) for writer in (text, latex)]
        for step in steps:
            plain, set_ = (w.line(section, step, p, w.left(section, p)) for w, p in zip((text, latex), printers, strict=True))
            words = f"{plain.left} = {plain.right}", f"{set_.left} = {set_.right}"
            rule = step.rule
            found.append(DerivationStep(rule.name, rule.law, rule.source, rule.group, section.variable, *words))
    return tuple(found)
