"""Exact comparison: in a prime field where everything is rational, to many digits where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..index.bodies import Apply
from ..index.evaluate import Evaluator
from ..index.nodes import Expr, Extent, Number, Power, Product, Sum
from ..program import Program
from .definitions import NoDigits, mp
from .digits import WANTED, DigitsEvaluator, many
from .field import PRIME, Dual, FieldEvaluator, NotRational, dual, embedded
from .sample import arbitrary, draw, draw_sizes

Array = Any
SINGULAR = 20  # points of the field where a matrix has no inverse, before it is given up
STEP = mp.mpf(10) ** -12  # of central differences, whose error after one extrapolation is its fourth power


@dataclass(frozen=True)
class Verdict:
    """What exact arithmetic says: whether two ways agree, in which arithmetic, and how sure that is."""

    ok: bool
    arithmetic: str
    points: int
    sure: str


@dataclass(frozen=True)
class Setting:
    """One point, in one arithmetic: what is given, the sizes, and what arbitrary functions are."""

    kind: type[Evaluator]
    given: Mapping[str, Array]
    sizes: Mapping[str, int]
    functions: Mapping[str, Any]

    def moved(self, name: str, value: Array) -> Setting:
        """The same point but for one tensor."""
        return replace(self, given={**self.given, name: value})

    def evaluator(self, program: Program) -> Evaluator:
        """An evaluator that holds every definition of the program that is not given."""
        evaluator = self.kind(self.given, self.sizes, self.functions, program.definitions)
        for name, definition in program.definitions.items():
            if name not in self.given:
                evaluator.tensors[name] = np.asarray(evaluator.at(definition.body, definition.axes), dtype=object)
        return evaluator

    def value(self, program: Program) -> Array:
        """The program's result."""
        return np.asarray(self.evaluator(program).at(program.result.body, program.result.axes), dtype=object)

    def start(self, program: Program, name: str) -> Array:
        """The value of a tensor, given or defined."""
        return self.given[name] if name in self.given else self.evaluator(program).tensors[name]


@dataclass(frozen=True)
class Matter:
    """What is compared: the question and its variable, the derivation's answer, and a claim in the names of both."""

    question: Program
    wrt: str
    answer: Program
    claim: Program | None = None

    def claimed(self, setting: Setting) -> Array:
        """The value of the claim, or of the answer where there is none."""
        if self.claim is None:
            return setting.value(self.answer)
        tensors = setting.evaluator(self.answer).tensors
        inputs = {name: tensors[name] for name in self.claim.given}
        return replace(setting, given=inputs).value(self.claim)


def agree(matter: Matter, rng: np.random.Generator, points: int = 2) -> Verdict:
    """Whether the answer, or the claim, is the derivative of the question, exactly or to 25 digits.

    The derivative is taken of the question's own value, in a random direction: its ε part in the field, or differences at
    sixty digits.
    """
    try:
        return _in_field(matter, rng, points)
    except NotRational:
        return _in_digits(matter, rng, points)


def _in_field(matter: Matter, rng: np.random.Generator, points: int) -> Verdict:
    tried, failed = 0, 0
    while tried < points:
        try:
            same = _same_in_field(matter, rng, with_one=tried == points - 1)
        except ZeroDivisionError:
            failed += 1
            if failed > SINGULAR:
                raise NotRational("every point that was drawn is singular") from None
            continue
        tried += 1
        if not same:
            return Verdict(False, "a prime field", tried, "they differ at a point of the field, so they are different")
    bound = degree(matter.claim or matter.answer) + degree(matter.question)
    sure = f"two different rational expressions of degree {bound} pass with a probability under {(bound / PRIME) ** points:.0e}"
    return Verdict(True, "a prime field", points, sure)


def _same_in_field(matter: Matter, rng: np.random.Generator, with_one: bool) -> bool:
    sizes = draw_sizes(matter.answer, rng, with_one)
    functions = {**arbitrary(matter.answer, rng, sizes), **arbitrary(matter.question, rng, sizes)}
    setting = Setting(FieldEvaluator, _integers(matter.answer, rng, sizes), sizes, functions)
    x = setting.start(matter.question, matter.wrt)
    along = embedded(rng.integers(1, PRIME, size=x.shape))
    got, want = matter.claimed(setting), _epsilon(matter, setting, x, along)
    if got.shape != want.shape + x.shape:
        return False
    return all(dual(a).a == dual(b).a for a, b in zip(_contracted(got, along), want.ravel(), strict=True))


def _integers(program: Program, rng: np.random.Generator, sizes: Mapping[str, int]) -> dict[str, Array]:
    given = {}
    for name, tensor in program.inputs.items():
        shape = tuple(dim.value(sizes) for dim in tensor.shape)
        value = rng.integers(1, PRIME, size=shape)
        known = tensor.assumptions
        if known & {"symmetric", "spd"}:
            value = np.triu(value) + np.triu(value, 1).T
        if "diagonal" in known:
            value = np.diag(np.diag(value))
        if known & {"simplex", "orthogonal"}:
            raise NotRational("an assumption that integers do not keep")
        given[name] = embedded(value)
    return given


def _epsilon(matter: Matter, setting: Setting, x: Array, along: Array) -> Array:
    """The derivative in one direction: the ε part of the value at x + ε v."""
    moved = np.frompyfunc(lambda value, way: Dual(value.a, way.a), 2, 1)(x, along)
    value = setting.moved(matter.wrt, moved).value(matter.question)
    return np.asarray(np.frompyfunc(lambda item: Dual(dual(item).b), 1, 1)(value), dtype=object)


def _contracted(derivative: Array, along: Array) -> Array:
    """Σ ∂y/∂x_mn v_mn, flat: what a derivative says of one direction."""
    rows = derivative.reshape(-1, along.size)
    return np.asarray([np.sum(row * along.ravel()) for row in rows], dtype=object)


def _in_digits(matter: Matter, rng: np.random.Generator, points: int) -> Verdict:
    worst = max(_error_in_digits(matter, rng, tried == points - 1) for tried in range(points))
    digits = int(max(0, -mp.log10(worst))) if worst else mp.dps
    return Verdict(digits >= WANTED, "sixty digits", points, f"they agree in {digits} digits")


def _error_in_digits(matter: Matter, rng: np.random.Generator, with_one: bool) -> Any:
    point = draw(matter.answer, rng, with_one, matter.question)
    given = {name: kept(many(array), matter.answer.inputs[name].assumptions) for name, array in point.given.items()}
    setting = Setting(DigitsEvaluator, given, point.sizes, point.functions)
    x = setting.start(matter.question, matter.wrt)
    along = many(rng.integers(-64, 65, size=x.shape) / 64 + 2.0**-9)
    got, want = matter.claimed(setting), _difference(matter, setting, x, along)
    return _error(_contracted(got, along), want.ravel()) if got.shape == want.shape + x.shape else mp.inf


def kept(array: Array, assumptions: frozenset[str]) -> Array:
    """An array of many digits that keeps its assumptions to as many."""
    if "simplex" in assumptions:
        return array / np.sum(array, axis=-1, keepdims=True)
    if "orthogonal" in assumptions:
        for column in range(array.shape[1]):  # Gram and Schmidt
            for before in range(column):
                array[:, column] -= array[:, before] * np.sum(array[:, before] * array[:, column])
            array[:, column] /= mp.sqrt(np.sum(array[:, column] ** 2))
    return array


def _difference(matter: Matter, setting: Setting, x: Array, along: Array) -> Array:
    """The derivative in one direction, by central differences with one extrapolation."""

    def central(step: Any) -> Array:
        sides = (np.asarray(x + sign * step * along, dtype=object) for sign in (1, -1))
        up, down = (setting.moved(matter.wrt, side).value(matter.question) for side in sides)
        return (up - down) / (2 * step)

    wide, narrow = central(STEP), central(STEP / 2)
    return np.asarray(narrow + (narrow - wide) / 3, dtype=object)


def _error(got: Array, want: Array) -> Any:
    if got.shape != want.shape:
        return mp.inf
    scale = max((abs(mp.mpf(item)) for item in want.ravel()), default=mp.mpf(0))
    worst = max((abs(mp.mpf(a) - mp.mpf(b)) for a, b in zip(got.ravel(), want.ravel(), strict=True)), default=mp.mpf(0))
    return worst / max(scale, mp.mpf(10) ** -10)


def degree(program: Program) -> int:
    """A bound on the degree of a program's result as a rational expression, numerator and denominator together."""
    known: dict[str, int] = {}
    for name, definition in program.definitions.items():
        known[name] = _degree(definition.body, known)
    return _degree(program.result.body, known)


def _degree(expr: Expr, known: Mapping[str, int]) -> int:
    match expr:
        case Number() | Extent():
            return 0
        case Sum(terms):
            return sum(_degree(term, known) for term in terms)
        case Product(factors, _):
            return sum(_degree(factor, known) for factor in factors)
        case Power(base, Number(value)):
            return int(abs(value)) * _degree(base, known)
        case Apply(_, tensor, _, _):
            return 16 * max(known.get(tensor, 1), 1)  # matrices of at most 8 rows: numerator and determinant
    return max((known.get(name, 1) for name in expr.tensors), default=0)


__all__ = ["Matter", "NoDigits", "Verdict", "agree", "degree"]
