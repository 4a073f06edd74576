"""The gradient of the first weights of a network of N layers: time and length of the answer must grow linearly.

    python benchmarks/deep_networks.py [N …]        (16 64 256 by default)
"""

from __future__ import annotations

import sys
import time

import tensor_deriv as td


def network(layers: int, residual: bool) -> tuple[str, list[str], dict[str, str]]:
    """The loss, the definitions and the shapes of a tanh network, with a way around each layer on request."""
    around = (lambda k: f"A{k - 1} + ") if residual else (lambda k: "")
    lines = ["A1 = tanh(X @ W1)"] + [f"A{k} = {around(k)}tanh(A{k - 1} @ W{k})" for k in range(2, layers + 1)]
    shapes = {"X": "n d", "Y": "n d", **{f"W{k}": "d d" for k in range(1, layers + 1)}}
    return f"sum((A{layers} - Y)**2)", lines, shapes


def measure(layers: int, residual: bool) -> tuple[float, float, int]:
    """Seconds to derive, seconds for the matrix form, characters of the answer with all it names."""
    loss, definitions, shapes = network(layers, residual)
    start = time.perf_counter()
    derivation = td.derive(loss, "W1", shapes, definitions)
    middle = time.perf_counter()
    length = len(derivation.matrix or "") + sum(map(len, derivation.definitions))
    return middle - start, time.perf_counter() - middle, length


def main() -> None:
    measure(4, False)
    print("network   layers   derive    form   length")
    for residual in (False, True):
        for layers in map(int, sys.argv[1:] or (16, 64, 256)):
            derive, form, length = measure(layers, residual)
            print(f"{'residual' if residual else 'tanh':8}  {layers:6}  {derive:6.3f} s {form:6.3f} s  {length:6}")


if __name__ == "__main__":
    main()
