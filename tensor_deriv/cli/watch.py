"""`--watch`: what stands in files is done anew whenever one of them changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence

import click

from .. import shelf
from ..errors import DerivationError
from .colour import complain
from .faults import words

PAUSE = 0.3  # seconds between two looks at the files
MOST = 3  # files that are called by their names

Stamp = tuple[int, int]


def watching(look: Callable[[], Iterable[str]], run: Callable[[Sequence[str]], object], pause: float = PAUSE) -> int:
    """Run for all entries that `look` finds, and then for those whose file is new or has changed, until interrupted."""
    try:
        seen: dict[str, Stamp] = {}
        changed = list(look())
        click.echo(f"watching {_called(changed)}; Ctrl-C ends it", err=True)
        while True:
            seen |= stamps(changed)  # before the run, so that what changes meanwhile is seen
            _tried(run, changed)
            while not (changed := [name for name, when in _now(look).items() if seen.get(name) != when]):
                time.sleep(pause)
            click.echo(f"\n{_called(changed)} changed at {time.strftime('%H:%M:%S')}", err=True)
    except KeyboardInterrupt:
        click.echo("", err=True)
        return 0


def _tried(run: Callable[[Sequence[str]], object], changed: Sequence[str]) -> None:
    """Run; what a change of a file can mend is said, and the watch goes on."""
    try:
        run(changed)
    except (BrokenPipeError, click.UsageError):
        raise
    except Exception as error:
        complain(words(error))


def _now(look: Callable[[], Iterable[str]]) -> dict[str, Stamp]:
    try:
        return stamps(look())
    except (DerivationError, OSError):  # a folder that is gone, or has no file now
        return {}


def _called(names: Sequence[str]) -> str:
    return ", ".join(map(shelf.find, names)) if len(names) <= MOST else f"{len(names)} files"


def stamps(names: Iterable[str]) -> dict[str, Stamp]:
    """When the file of each entry was last written, and how large it is; an editor may take one away for a moment."""
    found = {name: _stamp(name) for name in names}
    return {name: when for name, when in found.items() if when is not None}


def _stamp(name: str) -> Stamp | None:
    try:
        found = os.stat(shelf.find(name))
    except (OSError, DerivationError):
        return None
    return found.st_mtime_ns, found.st_size
