"""How long `td.derive` takes on PyTorch's operators, and that none is refused or differs from PyTorch's gradient.

    python benchmarks/operators.py [WORD…]

takes the rows of tests/operators whose names hold a word, or all of them; it needs PyTorch.
"""

from __future__ import annotations

import inspect
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from operators import TABLE, Operator  # noqa: E402
from operators.compare import WEIGHT, arguments, derivations, far, truth  # noqa: E402

import tensor_deriv as td  # noqa: E402

LIMIT = 10.0  # milliseconds, of the median
WORST = 8  # rows printed


def milliseconds(variable: str, given: dict[str, Any]) -> float:
    """The best of three, in a process that has derived before."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        td.derive(wrt=variable, **given)
        times.append((time.perf_counter() - start) * 1e3)
    return min(times)


def agrees(row: Operator) -> dict[str, bool]:
    """For each variable whether the generated code gives PyTorch's gradient."""
    point = row.point(0)
    weight, _, gradients, _ = truth(row, point)
    found = {}
    for derivation in derivations(row):
        function = derivation.function("numpy")
        given = {**point, WEIGHT: weight}
        taken = inspect.signature(function).parameters
        sizes = {name: size for name, size in row.dims(0).items() if name in taken and name not in given}
        found[derivation.wrt] = far(np.asarray(function(**given, **sizes)), gradients[derivation.wrt]) < row.tolerance
    return found


def measured(row: Operator) -> list[tuple[float, str, bool]]:
    """For each variable of a row: the time, its name, and whether the gradient is PyTorch's."""
    given = arguments(row)
    right = agrees(row)
    return [(milliseconds(variable, given), f"{row.name} by {variable}", right[variable]) for variable in row.variables]


def main(words: list[str]) -> int:
    """Print the median and the worst; 1 where one is wrong or the median is over its limit."""
    rows = [row for row in TABLE if not words or any(word in row.name for word in words)]
    with np.errstate(all="ignore"):
        found = sorted(item for row in rows for item in measured(row))
    wrong = [name for _, name, right in found if not right]
    median = statistics.median(time for time, _, _ in found)
    print(f"{len(rows)} rows, {len(found)} derivatives: median {median:.2f} ms (limit {LIMIT:.0f}), {len(wrong)} wrong {wrong}")
    for taken, name, _ in found[-WORST:]:
        print(f"  {taken:8.2f} ms  {name}")
    return int(bool(wrong) or median > LIMIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
