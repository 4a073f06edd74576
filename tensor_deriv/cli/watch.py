"""`--watch`: a file is derived anew whenever it changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import click

from ..errors import DerivationError
from .colour import complain

PAUSE = 0.3  # seconds between two looks at the file

Stamp = tuple[int, int] | None


def watching(path: str | os.PathLike[str], run: Callable[[], object], pause: float = PAUSE) -> int:
    """Run now, and after each change of the file, until interrupted; what goes wrong is said, and the watch goes on."""
    click.echo(f"watching {os.fspath(path)}; Ctrl-C ends it", err=True)
    try:
        while True:
            seen = stamp(path)
            _tried(run)
            while stamp(path) in (seen, None):  # an editor may take the file away for a moment
                time.sleep(pause)
            click.echo(f"\n{os.fspath(path)} changed at {time.strftime('%H:%M:%S')}", err=True)
    except KeyboardInterrupt:
        click.echo("", err=True)
        return 0


def _tried(run: Callable[[], object]) -> None:
    try:
        run()
    except (DerivationError, click.ClickException, OSError) as error:
        complain(error.format_message() if isinstance(error, click.ClickException) else str(error))


def stamp(path: str | os.PathLike[str]) -> Stamp:
    """When a file was last written, and how large it is; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
