"""How long code takes to plan and print: `code` of every corpus case, its array form there already.

    python benchmarks/planning.py CASES.jsonl [TARGET]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import tensor_deriv as td

KNOWN = ("symmetric", "positive", "spd", "invertible", "simplex")
LIMIT = 20.0  # milliseconds, of the median


def milliseconds(case: dict[str, object], target: str) -> float:
    """The time of one source, the derivation and its form not counted."""
    domains = dict(case["domains"])  # type: ignore[call-overload]
    assume = {name: word for name, word in domains.items() if word in KNOWN}
    definitions = tuple(case.get("definitions") or ())  # type: ignore[arg-type]
    derivation = td.derive(case["expr"], case["wrt"], case["shapes"], definitions, case["order"], assume)  # type: ignore[arg-type]
    assert derivation.form
    start = time.perf_counter()
    derivation.code(target)
    return (time.perf_counter() - start) * 1e3


def main() -> int:
    target = sys.argv[2] if len(sys.argv) > 2 else "numpy"
    times = [milliseconds(case, target) for case in map(json.loads, Path(sys.argv[1]).read_text().splitlines())]
    median = statistics.median(times)
    print(f"{len(times)} sources of {target}: median {median:.2f} ms, worst {max(times):.1f} ms (limit of the median {LIMIT:.0f} ms)")
    return int(median > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
