"""How long a verdict takes: td.verify of each published formula of the corpus, plain and exact.

    python benchmarks/claims.py CASES.jsonl
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import tensor_deriv as td

KNOWN = ("symmetric", "positive", "spd", "invertible", "simplex")


def seconds(case: dict[str, object], exact: bool) -> float:
    """The time of one verdict, which has to be `right`."""
    domains = dict(case["domains"])  # type: ignore[call-overload]
    assume = {name: word for name, word in domains.items() if word in KNOWN}
    assume |= {name: "simplex" for name, word in domains.items() if word == "onehot"}
    start = time.perf_counter()
    report = td.verify(
        case["expr"], case["wrt"], case["expected"], case["shapes"], tuple(case["definitions"]), case["order"], assume, exact  # type: ignore[arg-type]
    )
    assert report.ok, (case["id"], str(report))
    return time.perf_counter() - start


def main() -> None:
    cases = [case for case in map(json.loads, Path(sys.argv[1]).read_text().splitlines()) if case["expected"]]
    for exact in (False, True):
        times = [seconds(case, exact) for case in cases]
        words = "exact" if exact else "plain"
        print(f"{words}: {len(times)} right, median {statistics.median(times) * 1e3:.0f} ms, worst {max(times):.2f} s")


if __name__ == "__main__":
    main()
