"""Whether colours are wanted: on a terminal, unless the environment says otherwise (no-color.org, force-color.org)."""

from __future__ import annotations

import os

import click


def wanted() -> bool | None:
    """What `click.echo` is told: False under NO_COLOR or on a dumb terminal, True under FORCE_COLOR, else as the stream is."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def complain(message: str) -> None:
    """A message on the stream of errors, which begins with `error: `."""
    click.echo(click.style("error:", fg="red", bold=True) + f" {message}", err=True, color=wanted())
