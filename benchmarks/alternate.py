"""Commands timed in turn, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Sequence

Command = Sequence[str]


def seconds(command: Command) -> float:
    """How long one run of a command takes, its output dropped; CalledProcessError where it fails."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def medians(commands: Sequence[Command], rounds: int) -> list[float]:
    """The median time of each command over rounds in which every one runs once; a round before them warms the caches."""
    times = [[seconds(command) for command in commands] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*times, strict=True)]
