"""`td.derive` of the linear layer in a warm process, without and with its check.

    python benchmarks/warm.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import tensor_deriv as td


def derive() -> td.Derivation:
    """The derivative of l(X @ W + b) by X, and its array form."""
    shapes = {"X": ("b", "m"), "W": ("m", "h"), "b": ("h",)}
    derivation = td.derive("l(T)", wrt="X", shapes=shapes, definitions=["T = X @ W + b"])
    assert derivation.matrix
    return derivation


LIMITS: dict[str, tuple[Callable[[], object], float]] = {
    "without check": (derive, 5.0),
    "with check": (lambda: derive().check(), 50.0),
}


def milliseconds(function: Callable[[], object], rounds: int) -> list[float]:
    """The time of each round, after three that warm the caches."""
    times = []
    for _ in range(rounds + 3):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) * 1e3)
    return times[3:]


def main(rounds: int) -> int:
    """Print a line for each; 1 where a median is over its limit."""
    over = 0
    for name, (function, limit) in LIMITS.items():
        times = milliseconds(function, rounds)
        median = statistics.median(times)
        over += median > limit
        print(f"td.derive of the linear layer, {name:13}: median {median:6.2f} ms, worst {max(times):6.2f} ms (limit {limit:.0f} ms)")
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
