"""`derive serve` at loopback: the corpus one by one, fifty questions at once, and a question that is stopped while others go on.

    python benchmarks/web.py [SECONDS]        what the question that is stopped may take; 3 where it is not given
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "public.jsonl"
MEDIAN = 150.0  # ms, for one question of the corpus with its check
AT_ONCE = 50
SLOW = {"expr": "logsumexp(tanh(X @ w)*exp(X @ w))*norm(tanh(X @ w))", "wrt": "w", "order": 4}  # minutes

Question = dict[str, Any]


@contextmanager
def server(seconds: float) -> Iterator[str]:
    """A server of its own, as `host:port`, once it is ready to answer."""
    command = [sys.executable, "-m", "tensor_deriv", "serve", "--port", "0", "--seconds", str(seconds)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().split("/")[2]
            with ThreadPoolExecutor(2) as pool:  # each of the two processes once
                list(pool.map(lambda _: asked(address, {"expr": "l(T)", "definitions": ["T = softmax(X @ W)"]}), range(2)))
            yield address
        finally:
            process.terminate()


def asked(address: str, question: Question, kind: str = "derive") -> tuple[int, float]:
    """The status of the answer, and the milliseconds until it was here as a whole."""
    connection = HTTPConnection(address, timeout=120)
    start = time.perf_counter()
    connection.request("POST", f"/api/{kind}", json.dumps(question), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, (time.perf_counter() - start) * 1e3


def corpus() -> list[Question]:
    """The public corpus as questions; where it is not here, a few formulas."""
    if not CORPUS.exists():
        return [{"expr": expr, "wrt": "x"} for expr in ("x @ A @ x", "norm(A @ x - b)", "logsumexp(A @ x)", "sum(sigmoid(A @ x))")] * 10
    cases = map(json.loads, filter(None, CORPUS.read_text(encoding="utf-8").splitlines()))
    return [{name: case[name] for name in ("expr", "wrt", "definitions", "shapes", "order")} for case in cases]


def one_by_one(address: str, kind: str) -> bool:
    """The corpus in order, each with its check."""
    questions = corpus()
    found = [asked(address, question, kind) for question in questions]
    times = sorted(time for _, time in found)
    answered = sum(status == 200 for status, _ in found)
    median, late = statistics.median(times), times[int(0.95 * len(times))]
    rest = f"median {median:.0f} ms (limit {MEDIAN:.0f}), 95 % within {late:.0f} ms, worst {times[-1]:.0f} ms"
    print(f"{kind:9} {answered}/{len(questions)} of the corpus answered: {rest}")
    return median < MEDIAN and answered == len(questions)


def at_once(address: str) -> bool:
    """Fifty questions at the same moment."""
    questions = (corpus() * AT_ONCE)[:AT_ONCE]
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda question: asked(address, question), questions))
    answered = sum(status == 200 for status, _ in found)
    print(f"at once   {answered}/{AT_ONCE} answered within {time.perf_counter() - start:.1f} s")
    return answered == AT_ONCE


def stopped(address: str, seconds: float) -> bool:
    """A question of minutes, which is stopped; what others wait meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(asked, address, SLOW)
        others = []
        while not slow.done():
            others.append(asked(address, {"expr": "sum((X @ w - y)**2)", "wrt": "w"}))
        status, time_ = slow.result()
    good = status == 504 and all(other == 200 for other, _ in others)
    median = statistics.median(other for _, other in others)
    rest = f"{len(others)} others answered meanwhile, median {median:.0f} ms"
    print(f"stopped   status {status} after {time_ / 1e3:.1f} s of {seconds:g}; {rest}")
    return good


def main(seconds: float) -> int:
    """Print a line for each; 1 where one does not hold."""
    with server(seconds) as address:
        held = [one_by_one(address, "derive"), one_by_one(address, "articles"), at_once(address), stopped(address, seconds)]
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0))
