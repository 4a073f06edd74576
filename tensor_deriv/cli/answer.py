"""An answer: derived, checked, and only then printed in the form asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from ..checked import Checked, answers, as_named, written_out
from ..derivation import LAYERS, TARGETS
from .colour import complain
from .streams import deliver

if TYPE_CHECKING:
    from ..catalogue import Entry
    from ..derivation import Derivation

FAILED = 1


def answer(
    entry: Entry,
    wrt: str | None,
    order: int | None,
    style: str | None,
    form: str,
    steps: str,
    no_steps: bool,
    output: str | None,
    document: bool,
    substituted: bool,
    value: bool,
    direction: str | None,
) -> int:
    """Derive, check and print; the exit status."""
    if document and form != "latex":
        raise click.UsageError("--document goes with --format latex")
    if value and form not in TARGETS:
        raise click.UsageError(f"--value goes with code: --format {', '.join(TARGETS)}")
    question = replace(entry, order=order or entry.order, style=style or entry.style)
    said: Callable[[Derivation], Derivation] = written_out if substituted else as_named
    if direction is not None:
        question, said = replace(question, order=1), _along(direction, question.order, substituted)
    found = answers(question, None if form in LAYERS else wrt, said)  # a layer has the gradients by all its inputs
    if value:
        for item in found:
            item.report.trials.append(item.derivation.check_one_pass())
    failed = [item for item in found if not item.report.ok]
    for item in failed:
        complain(item.failure)
    if not failed:
        lines = Lines(not no_steps, steps == "all")
        deliver(as_document(found, entry.source, lines) if document else render(found, form, lines, value), output)
    return FAILED if failed else 0


def _along(direction: str, order: int, substituted: bool) -> Callable[[Derivation], Derivation]:
    """The Hessian times a direction, where that is what the options ask for."""
    from ..directed import along

    if order != 2 or substituted:
        raise click.UsageError("--direction goes with --order 2, and not with --substituted")
    return along(direction)


@dataclass(frozen=True)
class Lines:
    """Which lines of a derivation to show."""

    steps: bool = True
    every: bool = False


def render(found: Sequence[Checked], form: str, lines: Lines, value: bool = False) -> str:
    """The text of answers in one form."""
    if form in LAYERS:
        return found[0].derivation.code(form)
    if form in TARGETS:
        return code(found, form, value)
    if form in TOGETHER:
        return TOGETHER[form](found, lines)
    return "\n\n".join(PRINTERS[form](item, lines).strip("\n") for item in found)


def code(found: Sequence[Checked], target: str, value: bool) -> str:
    """One function for one variable, `backward` for several, both with the value before the derivatives where it is asked for."""
    if len(found) == 1:
        return found[0].derivation.code(target, value)
    from ..code.generate import all_derivatives_source

    return all_derivatives_source([item.derivation for item in found], target, value)


def as_json(found: Sequence[Checked], lines: Lines) -> str:
    """One record, or a list of them."""
    records = [item.record() for item in found]
    return json.dumps(records[0] if len(records) == 1 else records, ensure_ascii=False, indent=2)


def as_page(found: Sequence[Checked], lines: Lines) -> str:
    """One page, an article for each."""
    from ..output.html import page

    return page([(item.derivation, item.report) for item in found], lines.steps, lines.every)


def as_document(found: Sequence[Checked], source: str, lines: Lines) -> str:
    """One LaTeX document, a section for each."""
    from ..output.document import document

    return document([item.derivation for item in found], source, lines.steps, lines.every)


def as_picture(found: Sequence[Checked], lines: Lines) -> str:
    """One picture, the networks below each other."""
    from ..output.svg import derivation_svg

    return derivation_svg([item.derivation for item in found])


def _report(item: Checked, lines: Lines) -> str:
    from ..output.ink import ANSI
    from ..output.report import report

    return report(item.derivation, item.report, lines.steps, lines.every, ANSI)  # what is no terminal gets none of it


TOGETHER: dict[str, Callable[[Sequence[Checked], Lines], str]] = {"json": as_json, "html": as_page, "svg": as_picture}
PRINTERS: dict[str, Callable[[Checked, Lines], str]] = {
    "report": _report,
    "text": lambda item, lines: item.derivation.text(steps=lines.steps, every=lines.every),
    "latex": lambda item, lines: item.derivation.latex(steps=lines.steps, every=lines.every),
    "markdown": lambda item, lines: item.derivation.markdown(steps=lines.steps),
}
