"""The generated code against automatic differentiation: torch.func, and jax.jit of jax.grad and jax.hessian.

    python benchmarks/speed.py [ROUNDS] [--only 'NAME[;NAME]']

Twelve derivatives at the sizes of workloads.py, float64, two threads, all in one process and in turn, the twelve in every round, so
that what else the machine does falls on all alike. Every function is compared with the others before it is timed; its time in a
round is that of its fastest call. A time in the table is the median over rounds, a ratio the median of the rounds' ratios, the
peer's time over ours: NumPy code against the better of the two, PyTorch code against torch.func, jitted JAX code against JAX.
Prints a Markdown table; exit status 1 where a ratio is under its limit.
"""

from __future__ import annotations

import os

THREADS = 2
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, str(THREADS))

import argparse  # noqa: E402
import math  # noqa: E402
import random  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from typing import Any  # noqa: E402

import jax  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from workloads import WORKLOADS, Workload  # noqa: E402

import tensor_deriv as td  # noqa: E402

Call = Callable[[], Any]
BLOCK = 4e-3  # seconds of calls in a row
PAUSE = 5e-3  # seconds before them, in which the threads of the library before go to sleep
LIMITS = {"NumPy": (3.0, 0.75), "PyTorch": (5.0, 0.95), "JAX": (2.5, 0.95)}  # geometric mean, each


def contenders(work: Workload) -> dict[str, Call]:
    """The five functions of one workload on its inputs, by name."""
    shapes = {name: tuple(dims.split()) for name, dims in work.shapes.items()}
    derivation = td.derive(work.text, work.wrt, shapes, work.definitions, work.order, work.assume)
    arrays = work.inputs()
    given = {name: arrays[name] for name in derivation.given}
    tensors = {name: torch.tensor(value) for name, value in arrays.items()}
    traced = {name: jax.numpy.asarray(value) for name, value in arrays.items()}
    ours = {target: derivation.function(target) for target in ("numpy", "torch", "jax")}
    jitted = jax.jit(ours["jax"])
    return {
        "NumPy": lambda: ours["numpy"](**given),
        "PyTorch": lambda: ours["torch"](**{name: tensors[name] for name in given}),
        "JAX": lambda: jitted(**{name: traced[name] for name in given}).block_until_ready(),
        "torch.func": torch_peer(work, tensors),
        "jax.jit": jax_peer(work, traced),
    }


def torch_peer(work: Workload, tensors: dict[str, Any]) -> Call:
    """torch.func.grad or torch.func.hessian of the workload's value."""
    rest = {name: value for name, value in tensors.items() if name != work.wrt}
    derive = torch.func.hessian if work.order == 2 else torch.func.grad
    function = derive(lambda variable: work.torch(**rest, **{work.wrt: variable}))
    return lambda: function(tensors[work.wrt])


def jax_peer(work: Workload, arrays: dict[str, Any]) -> Call:
    """jax.jit of jax.grad or jax.hessian of the workload's value, no input a constant of it."""
    rest = {name: value for name, value in arrays.items() if name != work.wrt}
    derive = jax.hessian if work.order == 2 else jax.grad
    function = jax.jit(derive(lambda variable, others: work.jax(**others, **{work.wrt: variable})))
    return lambda: function(arrays[work.wrt], rest).block_until_ready()


def agree(calls: dict[str, Call]) -> None:
    """AssertionError where the functions give different arrays."""
    found = {name: np.asarray(call()) for name, call in calls.items()}
    want = found["jax.jit"]
    for name, got in found.items():
        assert got.shape == want.shape, f"{name} has the shape {got.shape}, not {want.shape}"
        assert np.abs(got - want).max() <= 1e-9 * np.abs(want).max(), f"{name} differs"


def block(call: Call) -> list[float]:
    """The times of calls in a row, one before them not counted."""
    time.sleep(PAUSE)
    call()
    times: list[float] = []
    while sum(times) < BLOCK or len(times) < 5:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times


def measured(every: Sequence[dict[str, Call]], rounds: int) -> list[dict[str, list[float]]]:
    """Each function's fastest call in every round; all workloads are in each round, every time with their functions in another order."""
    shuffled = random.Random(0)
    found: list[dict[str, list[float]]] = [{name: [] for name in calls} for calls in every]
    for turn in range(rounds):
        print(f"round {turn + 1} of {rounds}", end="\r", file=sys.stderr, flush=True)
        for calls, times in zip(every, found, strict=True):
            for name in shuffled.sample(list(calls), len(calls)):  # who comes before whom matters
                times[name].append(min(block(calls[name])))
    return found


def ratios(found: dict[str, list[float]]) -> dict[str, float]:
    """The peer's time over ours, by our target."""
    better = min(("torch.func", "jax.jit"), key=lambda name: statistics.median(found[name]))
    peers = {"NumPy": better, "PyTorch": "torch.func", "JAX": "jax.jit"}
    return {
        target: statistics.median(theirs / ours for theirs, ours in zip(found[peer], found[target], strict=True))
        for target, peer in peers.items()
    }


def row(work: Workload, times: dict[str, float], found: dict[str, float]) -> str:
    cells = [f"{times[name] * 1e3:.3g}" for name in ("torch.func", "jax.jit")]
    cells += [f"{times[name] * 1e3:.3g} ({found[name]:.3g}×)" for name in LIMITS]
    return f"| {work.name} | {work.sizes} | {' | '.join(cells)} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rounds", nargs="?", type=int, default=25)
    parser.add_argument("--only", default="", help="names of workloads, separated by semicolons")
    options = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    torch.set_num_threads(THREADS)
    only = set(filter(None, options.only.split(";")))
    works = [work for work in WORKLOADS if not only or work.name in only]
    every = [contenders(work) for work in works]
    for calls in every:
        agree(calls)
    print(f"| milliseconds | sizes | torch.func | jax.jit | {' | '.join(LIMITS)} |\n|---|---|{'--:|' * 5}")
    table: dict[str, list[float]] = {target: [] for target in LIMITS}
    for work, times in zip(works, measured(every, options.rounds), strict=True):
        found = ratios(times)
        print(row(work, {name: statistics.median(rounds) for name, rounds in times.items()}, found))
        for target, ratio in found.items():
            table[target].append(ratio)
    means = {target: math.exp(statistics.fmean(map(math.log, values))) for target, values in table.items()}
    print(f"| geometric mean | | | | {' | '.join(f'{mean:.3g}×' for mean in means.values())} |")
    print(f"| least | | | | {' | '.join(f'{min(values):.3g}×' for values in table.values())} |")
    return int(any(means[target] < mean or min(table[target]) < each for target, (mean, each) in LIMITS.items()))


if __name__ == "__main__":
    sys.exit(main())
