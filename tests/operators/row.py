"""A row of the table of PyTorch's operators: what it is in the expression language, what PyTorch calls, and where its arguments lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
SIZES = {  # of a dimension, at the first point and at the second
    "a": (2, 3), "b": (2, 3), "c": (3, 2), "d": (4, 2), "g": (2, 3), "h": (5, 4), "k": (2, 3), "l": (7, 8), "m": (2, 5), "n": (3, 4),
    "o": (3, 2), "p": (5, 3), "q": (4, 5), "s": (6, 8), "t": (4, 6), "w": (5, 7),
}  # fmt: skip


@dataclass(frozen=True)
class Tensor:
    """An argument: its shape in dimensions, how it is drawn, and whether it is derived by."""

    shape: str
    draw: Draw
    variable: bool = True


@dataclass(frozen=True)
class Operator:
    """An entry of derivatives.yaml, or of native_functions.yaml where `composite` says that PyTorch derives it through others."""

    name: str
    expr: str
    call: Callable[..., Any]
    tensors: Mapping[str, Tensor]
    definitions: Sequence[str] = ()
    shapes: Mapping[str, str] = field(default_factory=dict)  # of definitions
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    tolerance: float = 1e-9
    composite: bool = False
    note: str = ""

    @property
    def variables(self) -> list[str]:
        """The arguments that it is derived by."""
        return [name for name, tensor in self.tensors.items() if tensor.variable]

    def dims(self, which: int) -> dict[str, int]:
        """The sizes at the first point and at the second."""
        return {name: sizes[which] for name, sizes in {**SIZES, **self.sizes}.items()}

    def point(self, which: int) -> dict[str, np.ndarray]:
        """Random arguments; the same for the same row and point."""
        rng = np.random.default_rng([which, *self.name.encode()])
        dims = self.dims(which)
        return {name: tensor.draw(rng, shape(tensor.shape, dims)) for name, tensor in self.tensors.items()}


def shape(words: str, dims: Mapping[str, int]) -> tuple[int, ...]:
    """The numbers of a shape such as `n d` or `n 2*d`; the words are our own."""
    return tuple(int(eval(word, {"__builtins__": {}}, dict(dims))) for word in words.split())  # noqa: S307


# ---- where arguments lie


def normal(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    return rng.normal(size=sizes)


def between(low: float, high: float) -> Draw:
    return lambda rng, sizes: rng.uniform(low, high, size=sizes)


def spread(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    """No two entries are near to each other."""
    count = int(np.prod(sizes))
    return rng.permutation(np.linspace(-2, 2, count) + 0.03).reshape(sizes)


def apart(*kinks: float) -> Draw:
    """Wide, and nowhere near a kink."""

    def draw(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
        x = 2 * rng.normal(size=sizes)
        for kink in kinks:
            x = np.where(np.abs(x - kink) < 0.05, x + 0.13, x)
        return x

    return draw


def invertible(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    return rng.normal(size=sizes) + 3 * np.eye(sizes[-1])


def lower(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    """Lower triangles with a positive diagonal."""
    return np.linalg.cholesky(spd(rng, sizes))


def identity(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    return np.eye(sizes[-1])


def spd(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    a = rng.normal(size=sizes)
    return a @ np.swapaxes(a, -1, -2) + np.eye(sizes[-1])


def simplex(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    e = np.exp(rng.normal(size=sizes))
    return e / e.sum(axis=-1, keepdims=True)


def mask(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    """Zeros and ones, some of either."""
    flat = 1.0 * (np.arange(int(np.prod(sizes))) % 3 == 0)
    return rng.permutation(flat).reshape(sizes)


def one_hot(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    """A one in each row, at a random place."""
    return np.eye(sizes[-1])[rng.integers(0, sizes[-1], size=sizes[:-1])]


def distinct(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    """A one in each row, at places that are all different."""
    return np.eye(sizes[-1])[rng.permutation(sizes[-1])[: sizes[-2]]]


def signs(rng: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    return rng.choice([-1.0, 1.0], size=sizes)


POSITIVE, UNIT, INSIDE, ABOVE = between(0.3, 2), between(0.1, 0.9), between(-0.9, 0.9), between(1.2, 3)
SMOOTH = apart(0)


def op(
    name: str, expr: str, call: Callable[..., Any], *, given: Sequence[str] | str = (), domain: Draw = SMOOTH,
    define: Sequence[str] | str = (), shapes: Mapping[str, str] | None = None, sizes: Mapping[str, tuple[int, int]] | None = None,
    tolerance: float = 1e-9, composite: bool = False, note: str = "", **tensors: str | tuple[str, Draw],
) -> Operator:  # fmt: skip
    """A row; arguments named in `given` are data, not derived by; an argument without a place of its own lies in `domain`."""
    data = given.split() if isinstance(given, str) else given
    places = {key: value if isinstance(value, tuple) else (value, domain) for key, value in tensors.items()}
    arguments = {key: Tensor(words, draw, key not in data) for key, (words, draw) in places.items()}
    definitions = (define,) if isinstance(define, str) else tuple(define)
    return Operator(name, expr, call, arguments, definitions, shapes or {}, sizes or {}, tolerance, composite, note)
