"""Where answers go: standard output in UTF-8 whatever the locale, or a file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator

import click

from ..errors import DerivationError


class ReaderGone(Exception):
    """The reader of standard output has closed it, as `head` does."""


@contextlib.contextmanager
def reader_may_go() -> Iterator[None]:
    """Tell a closed pipe apart from other errors; click would end with the status of a failed check."""
    try:
        yield
    except BrokenPipeError:
        raise ReaderGone from None


def use_utf8() -> None:
    """Make the standard streams take every character, also under an ASCII locale."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def discard_output() -> None:
    """Drop what could not be written, so that closing the stream cannot fail once more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def deliver(text: str, output: str | None) -> None:
    """Write an answer to a file, or to standard output."""
    text = text.rstrip("\n") + "\n"
    if output is None or output == "-":
        click.echo(text, nl=False)
    else:
        write_whole(output, click.unstyle(text))


def write_whole(path: str, text: str) -> None:
    """Write a file by way of a temporary one in its folder; DerivationError where that cannot be done."""
    data = text.encode("utf-8", errors="backslashreplace")
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe is written to, not replaced
            _overwrite(path, data)
        else:
            _replace(os.path.realpath(path), data)
    except (OSError, ValueError) as error:
        raise DerivationError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None


def _overwrite(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _replace(path: str, data: bytes) -> None:
    with _temporary(os.path.dirname(path)) as (handle, name):
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, _mode(path))
        os.replace(name, path)


@contextlib.contextmanager
def _temporary(folder: str) -> Iterator[tuple[int, str]]:
    from tempfile import mkstemp

    handle, name = mkstemp(prefix=".derive-", dir=folder)
    try:
        yield handle, name
    finally:
        with contextlib.suppress(FileNotFoundError):  # it is gone where it took its final name
            os.unlink(name)


def _mode(path: str) -> int:
    if os.path.exists(path):
        return stat.S_IMODE(os.stat(path).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
