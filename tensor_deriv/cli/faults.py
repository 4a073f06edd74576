"""What is said of an error: the caller's own in its words, one of the program with where to look."""

from __future__ import annotations

import os

import click

from ..errors import DerivationError

TRACEBACK = "TENSOR_DERIV_TRACEBACK"  # an environment variable for those who look for a fault of the program


def words(error: Exception) -> str:
    """One message for an error; what is a fault of the program is raised again where the environment asks for it."""
    if isinstance(error, DerivationError):
        return str(error)
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if os.environ.get(TRACEBACK):
        raise error
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"no answer, by a fault of tensor_deriv and not of the question: {what} ({TRACEBACK}=1 shows where)"
