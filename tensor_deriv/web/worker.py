"""A process that answers one question at a time: a line of JSON in, `status record` out. The server ends it when it takes too long."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import warnings
from collections.abc import Iterator
from typing import BinaryIO

from .answers import answer

MEMORY = 4 << 30  # bytes of address space; NumPy alone reserves half of one
WARM = (
    {"expr": "sum((X @ w - y)**2)", "wrt": "w"},
    {"expr": "l(T)", "definitions": ["T = softmax(X @ W + b)"], "shapes": {"X": "n d", "W": "d h", "b": "h"}, "wrt": "W", "style": "mixed"},
    {"expr": "logdet(A) + trace(A @ B)", "wrt": "A", "assume": {"A": "spd"}},
)


def main() -> None:
    """Answer until the input ends; the argument is the seconds that a question may take."""
    most = float(sys.argv[1])
    questions, replies = sys.stdin.buffer, _replies()
    warnings.simplefilter("ignore")  # Python's, of the caller's text
    limit_memory()
    warm()
    gc.freeze()  # what is loaded by now stays, and need not be looked through for what can go
    _send(replies, b"ready")
    for line in questions:
        with ended_after(2 * most + 5):
            _send(replies, reply(line))


@contextlib.contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """End the process where this takes longer, for the case that the server is no longer there to do it."""
    import signal

    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM, which nobody handles
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def _replies() -> BinaryIO:
    """Standard output for replies alone: whatever else is printed goes to standard error."""
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return own


def _send(replies: BinaryIO, line: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):  # the server has gone; the next line ends the loop
        replies.write(line + b"\n")
        replies.flush()


def reply(line: bytes) -> bytes:
    """The status and the record for one line."""
    asked = json.loads(line)
    status, record = answer(asked["kind"], asked["question"])
    # half of a surrogate pair is written as the escape that JSON has for it
    return str(status).encode() + b" " + json.dumps(record, ensure_ascii=False).encode(errors="backslashreplace")


def warm() -> None:
    """Answer a few questions of each kind, so that the first one of the caller finds everything loaded."""
    for question in WARM:
        for kind in ("read", "articles", "derive"):
            answer(kind, question)
    answer("verify", {**WARM[0], "claim": "X.T @ (X @ w - y)"})


def limit_memory() -> None:
    """Refuse memory beyond a limit, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard < 0 else min(MEMORY, hard), hard))


if __name__ == "__main__":
    main()
