"""`derive verify`: the verdict on a claim."""

from __future__ import annotations

from typing import Any

import click

from ..errors import DerivationError
from ..verification.claim import verify

STATUS = {"right": 0, "wrong": 1}
COLOURS = {"right": "green", "wrong": "red"}


def verdict(expression: str, **question: Any) -> int:
    """Print the report on a claim; the exit status. DerivationError where nothing could be checked."""
    report = verify(expression, **question)
    if report.verdict not in STATUS:
        raise DerivationError(f"{report.verdict}: {report.reason}")
    first, *rest = str(report).split("\n")
    click.echo("\n".join([click.style(first, COLOURS[report.verdict]), *rest]))
    return STATUS[report.verdict]
