"""Points to check at: sizes that all differ, tensors that keep their assumptions and lie where every function is defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from ..errors import UnsupportedError
from ..index.bodies import Apply, Opaque
from ..index.dims import Dim
from ..index.evaluate import Evaluator
from ..primitives import TABLE
from ..program import Program, Tensor

Array = Any
Generator = np.random.Generator
ATTEMPTS = 120
MOST_WITH_ONE = 60  # of the attempts that may take a size of 1, where a variance, say, is zero
MOST_ROOM = 100  # tries at sizes that leave every slice a length
NEAR = 0.06  # how far a point must lie from where the expression ends
LARGEST = 1e5  # of any value on the way
WORST_CONDITION = 1e3  # of a matrix to invert

DRAWS: tuple[Callable[[Generator, tuple[int, ...]], Array], ...] = (
    lambda rng, shape: rng.normal(size=shape),
    lambda rng, shape: rng.uniform(0.3, 1.7, size=shape),
    lambda rng, shape: rng.uniform(-0.6, 0.6, size=shape),
    lambda rng, shape: rng.uniform(0.05, 0.6, size=shape),
    lambda rng, shape: rng.uniform(4.0, 6.0, size=shape),
)


@dataclass
class Point:
    """One point: the given tensors, the sizes, and what arbitrary functions are taken to be."""

    given: dict[str, Array]
    sizes: dict[str, int]
    functions: dict[str, Arbitrary] = field(default_factory=dict)

    def evaluator(self, program: Program, changed: Mapping[str, Array] | None = None) -> Evaluator:
        """An evaluator that holds every definition of the program; `changed` tensors replace those given or defined."""
        changed = changed or {}
        evaluator = Evaluator({**self.given, **changed}, self.sizes, self.functions, program.definitions)
        for name, definition in program.definitions.items():
            if name not in changed:
                evaluator.tensors[name] = evaluator.at(definition.body, definition.axes)
        return evaluator


class Arbitrary:
    """An arbitrary function made definite: c·t + (d·t)² + (e·t)³, one for each entry of the result.

    The coefficients are integers over a power of two, so it is the same function in every arithmetic.
    """

    def __init__(self, rng: Generator, own: tuple[int, ...], shape: tuple[int, ...]) -> None:
        self.own, self.shape = own, shape
        size = int(np.prod(shape))
        scale = 2.0 ** -(3 + size.bit_length())
        self.c, self.d, self.e = (rng.integers(-16, 17, size=(*own, size)) * (scale * by) for by in (8.0, 1.0, 1.0))

    def linear(self, rng: Generator) -> Arbitrary:
        """A linear one with small whole coefficients, for people to look at."""
        self.c = rng.integers(-1, 3, size=np.shape(self.c)).astype(float)
        self.d, self.e = 0 * self.d, 0 * self.e
        return self

    def __call__(self, x: Array, order: int) -> Array:
        """The derivative of that order, of shape own + shape · order."""
        flat = np.reshape(x, -1)
        quadratic, cubic = np.asarray(self.d @ flat), np.asarray(self.e @ flat)
        match order:
            case 0:
                value = self.c @ flat + quadratic * quadratic + cubic * cubic * cubic
            case 1:
                value = self.c + self.d * (2 * quadratic[..., None]) + self.e * (3 * cubic[..., None] ** 2)
            case 2:
                value = 2 * _powers(self.d, 2) + _powers(self.e, 2) * (6 * cubic[..., None, None])
            case 3:
                value = 6 * _powers(self.e, 3)
            case _:
                value = 0.0 * _powers(self.e, order)
        return np.reshape(value, (*self.own, *self.shape * order))


def _powers(w: Array, order: int) -> Array:
    """w ⊗ w ⊗ … along the last axis."""
    result = w
    for _ in range(order - 1):
        result = result[..., None] * w.reshape(*w.shape[:-1], *(1,) * (result.ndim - w.ndim + 1), w.shape[-1])
    return result


def draw(program: Program, rng: Generator, with_one: bool = False, under: Program | None = None) -> Point:
    """A point where everything the program computes is finite and well conditioned, and what it is derived from (`under`) too.

    UnsupportedError when none is found; the reason is that the expression has no domain that is looked in.
    """
    with np.errstate(all="ignore"):
        for attempt in range(ATTEMPTS):
            sizes = draw_sizes(program, rng, with_one and attempt < MOST_WITH_ONE)
            point = _candidate(program, rng, sizes, attempt, [under] if under else [])
            programs = [program, under] if under else [program]
            if all(usable(p, near) for p in programs for near in (point, *_around(point, rng))):
                return point
    raise UnsupportedError(
        "no point was found where the expression is finite, so nothing could be checked;"
        " state what is assumed of the inputs (`positive`, `spd`)"
    )


def draw_sizes(program: Program, rng: Generator, with_one: bool) -> dict[str, int]:
    """A size for each dimension, all different, never those of a literal extent; one of them 1 where asked."""
    free = [name for name in program.dims if name not in program.ties]
    literal = {extent.constant for shape in program.given.values() for extent in shape}
    for one, more in product(dict.fromkeys((with_one, False)), range(MOST_ROOM)):  # a slice may need more than 1
        pool = [size for size in range(2, 8 + len(free) + more) if size not in literal][: max(len(free), 3) + more]
        order = [int(size) for size in rng.permutation(pool)]
        sizes = dict(zip(free, order, strict=False))
        if one and free:
            sizes[free[int(rng.integers(len(free)))]] = 1
        for name, dim in program.ties.items():
            sizes[name] = dim.value(sizes)
        if all(need.value(sizes) >= 0 for need in program.needs):
            return sizes
    raise UnsupportedError("no sizes were found for which every slice has a length, so nothing could be checked")


def _candidate(program: Program, rng: Generator, sizes: dict[str, int], attempt: int, under: list[Program]) -> Point:
    given: dict[str, Array] = {}
    for name, tensor in program.inputs.items():
        kind = attempt if attempt < 2 else int(rng.integers(len(DRAWS)))
        given[name] = draw_tensor(tensor, rng, sizes, DRAWS[kind])
    for name in _factored(program) & given.keys():
        given[name] = given[name] + 2 * np.sum(np.abs(given[name]), axis=-1).max() * np.eye(given[name].shape[-1])
    functions = {name: function for source in (program, *under) for name, function in arbitrary(source, rng, sizes).items()}
    return Point(given, sizes, functions)


def _factored(program: Program) -> set[str]:
    """The tensors whose Cholesky factor is taken: without a large diagonal, few draws have one."""
    bodies = [definition.body for definition in program.definitions.values()]
    return {body.tensor for body in bodies if isinstance(body, Apply) and body.primitive == "cholesky"}


def draw_tensor(tensor: Tensor, rng: Generator, sizes: Mapping[str, int], how: Callable[[Generator, tuple[int, ...]], Array]) -> Array:
    """An array of the tensor's shape that keeps its assumptions."""
    shape = tuple(dim.value(sizes) for dim in tensor.shape)
    value, known = how(rng, shape), tensor.assumptions
    if "positive" in known or "simplex" in known:
        value = np.abs(value) + 0.1
    if "simplex" in known:
        value = value / value.sum(axis=-1, keepdims=True)
    if "symmetric" in known:
        value = (value + value.T) / 2
    if "diagonal" in known:
        value = np.diag(np.diag(value))
    if "spd" in known:
        value = value @ np.swapaxes(value, -1, -2) / max(shape[-1], 1) + np.eye(shape[-1])
    if "orthogonal" in known:
        value = _orthonormal(value)
    return value


def _orthonormal(value: Array) -> Array:
    return np.linalg.qr(value)[0] if value.shape[0] >= value.shape[1] else np.full(value.shape, np.nan)


def arbitrary(program: Program, rng: Generator, sizes: Mapping[str, int]) -> dict[str, Arbitrary]:
    """A definite function for each arbitrary one of a program."""
    found: dict[str, Arbitrary] = {}
    bodies = [definition.body for definition in program.definitions.values()] + [program.result.body]
    for body in bodies:
        if isinstance(body, Opaque) and body.function not in found:
            shape = _extents(program.shape(body.tensor), sizes)
            own = tuple(slot.extent for slot in body.slots)[: len(body.slots) - body.order * len(shape)]
            found[body.function] = Arbitrary(rng, _extents(own, sizes), shape)
    return found


def _extents(dims: tuple[Dim, ...], sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(dim.value(sizes) for dim in dims)


def _around(point: Point, rng: Generator) -> list[Point]:
    """Points close by: where these have a value, differences have room."""
    def shifted(x: Array) -> Array:
        return x + NEAR * rng.choice((-1.0, 1.0), size=np.shape(x)) * np.maximum(1, np.abs(x))

    return [Point({name: shifted(x) for name, x in point.given.items()}, point.sizes, point.functions) for _ in range(2)]


def usable(program: Program, point: Point) -> bool:
    """Whether all that a program computes is finite and well conditioned at a point."""
    try:
        evaluator = point.evaluator(program)
        result = evaluator.at(program.result.body, program.result.axes)
    except np.linalg.LinAlgError:
        return False
    arrays = [*evaluator.tensors.values(), result]
    if not all(np.isfinite(a).all() and np.abs(a).max(initial=0.0) < LARGEST for a in arrays):
        return False
    return all(_conditioned(d.body, evaluator) for d in program.definitions.values())


def _conditioned(body: object, evaluator: Evaluator) -> bool:
    if not isinstance(body, Apply) or not TABLE[body.primitive].regular:
        return True
    return bool(np.max(np.linalg.cond(evaluator.tensors[body.tensor])) < WORST_CONDITION)
