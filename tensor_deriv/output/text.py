"""A derivation in Unicode: one line a step, the rules in a column of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .ink import PLAIN, Ink
from .latex import answer_lines
from .lines import Line, Writer
from .text_target import TEXT

if TYPE_CHECKING:
    from ..derived import Derived

WIDE = 88  # a longer line does not push the column of the rules


def derivation_text(derivation: Derived, style: str, steps: bool, every: bool) -> str:
    """The whole derivation, or the answer alone, after what it names that the caller did not."""
    writer = Writer(derivation, TEXT, style)
    if not steps:
        return columns([answer_lines(writer)])
    blocks = [writer.introductions(), *writer.sections(every)]
    return columns([block for block in blocks if block])


def sections_text(derivation: Derived, style: str, every: bool, ink: Ink = PLAIN) -> str:
    """The derivation alone, for where the forward pass stands before it."""
    return columns(list(Writer(derivation, TEXT, style).sections(every)), ink)


def forward_text(derivation: Derived, style: str) -> str:
    """The definitions and the result, a line each."""
    return "\n".join(f"{line.left} = {line.right}" for line in Writer(derivation, TEXT, style).definitions())


def columns(blocks: list[list[Line]], ink: Ink = PLAIN) -> str:
    """Equality signs and rules under one another."""
    equations = [[_equation(line, max(len(one.left) for one in block)) for line in block] for block in blocks]
    lengths = [len(text) for block in equations for text in block if len(text) <= WIDE]
    width = max(lengths, default=0)
    return "\n\n".join(_block(texts, block, width, ink) for texts, block in zip(equations, blocks, strict=True))


def _block(texts: list[str], lines: list[Line], width: int, ink: Ink) -> str:
    return "\n".join(_with_rule(text, line, width, ink) for text, line in zip(texts, lines, strict=True))


def _equation(line: Line, width: int) -> str:
    return f"{line.left:<{width}} = {line.right}"


def _with_rule(text: str, line: Line, width: int, ink: Ink) -> str:
    return f"{text:<{width}}    {ink('rule', line.rule)}" if line.rule else text
