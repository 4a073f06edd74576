"""Random programs, derived and compared with differences and automatic differentiation: how many agree, are refused, fail.

python benchmarks/random_programs.py [COUNT] [--first SEED]
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import time
from collections import Counter

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "tests"), str(pathlib.Path(__file__).parents[1])]

from judge import Verdict, judge  # noqa: E402
from programs import case_from  # noqa: E402


def main() -> int:
    """Run the programs numbered first … first + count − 1; the exit status says whether one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    verdicts: Counter[Verdict] = Counter()
    slowest = (0.0, 0)
    for seed in range(options.first, options.first + options.count):
        start = time.perf_counter()
        verdict = judge(case_from(seed), seed)
        slowest = max(slowest, (time.perf_counter() - start, seed))
        verdicts[verdict if not verdict.failed else Verdict(verdict.kind)] += 1
        if verdict.failed:
            print(f"{seed}: {verdict.kind}: {verdict.reason[:300]}\n    {case_from(seed)}", flush=True)
    return report(verdicts, slowest)


def report(verdicts: Counter[Verdict], slowest: tuple[float, int]) -> int:
    """Print the counts."""
    for verdict, count in verdicts.most_common():
        print(f"{count:6d}  {verdict.kind}{': ' if verdict.reason else ''}{verdict.reason}")
    print(f"slowest: {slowest[0]:.2f} s, number {slowest[1]}")
    return int(any(verdict.failed for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
