"""Gradient and Hessian of logistic regression by array-API code on rows of dask, made block by block and never held together.

    python benchmarks/larger_than_memory.py [ROWS]     (10,000,000 rows of 50 columns, 4 GB, where it is left out)

Printed: the time, the largest memory of the process, and the same for as many rows as fit, beside NumPy.
"""

from __future__ import annotations

import resource
import sys
import time
from typing import Any

import dask
import dask.array as da
import numpy as np

import tensor_deriv as td

COLUMNS, BLOCK, FITS = 50, 100_000, 1_000_000
LOSS = "sum(log(1 + exp(-y*(X @ w))))"


def lazily(rows: int) -> dict[str, Any]:
    """X, y and w, in blocks of rows."""
    rng = da.random.default_rng(0)
    labels = da.where(rng.random(rows, chunks=BLOCK) < 0.5, -1.0, 1.0)
    return {"X": rng.standard_normal((rows, COLUMNS), chunks=(BLOCK, COLUMNS)), "w": np.linspace(-1, 1, COLUMNS), "y": labels}


def main(rows: int) -> None:
    questions = {"gradient": td.derive(LOSS, "w"), "Hessian": td.derive(LOSS, "w", order=2)}
    for name, question in questions.items():
        start = time.perf_counter()
        with dask.config.set(scheduler="threads", num_workers=2):
            result = question.function("xp")(**lazily(rows)).compute()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"{name:8} {rows:>12,} rows of {COLUMNS}: {time.perf_counter() - start:6.1f} s, largest memory {peak:.2f} GB, {result.shape}")
    X, w, y = dask.compute(*lazily(FITS).values())
    blocks = {"X": da.from_array(X, chunks=(BLOCK, COLUMNS)), "w": w, "y": da.from_array(y, chunks=BLOCK)}
    for name, question in questions.items():
        plain, blocked = question.function(), question.function("xp")
        start = time.perf_counter()
        want = plain(X=X, w=w, y=y)
        middle = time.perf_counter()
        got = blocked(**blocks).compute()
        alone, lazy = middle - start, time.perf_counter() - middle
        np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-6)
        print(f"{name:8} {FITS:>12,} rows in memory: NumPy {alone:.2f} s, dask {lazy:.2f} s, {lazy / alone:.1f} times")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
