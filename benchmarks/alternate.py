"""Commands timed in turn, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from tempfile import TemporaryDirectory

Command = Sequence[str]


def seconds(command: Command, environment: Mapping[str, str]) -> float:
    """How long one run of a command takes, its output dropped; CalledProcessError where it fails."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def medians(commands: Sequence[Command], rounds: int) -> list[float]:
    """The median time of each command over rounds in which every one runs once; a round before them warms the caches.

    All modules are compiled in that round, as an installer does: under PYTHONDONTWRITEBYTECODE a source tree is else compiled in every run,
    and what is installed is not.
    """
    with TemporaryDirectory() as compiled:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "PYTHONPYCACHEPREFIX": compiled}
        times = [[seconds(command, environment) for command in commands] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*times, strict=True)]
