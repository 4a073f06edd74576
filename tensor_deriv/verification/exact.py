"""Exact comparison: in a prime field where everything is rational, to many digits where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..index.evaluate import Evaluator
from ..index.nodes import Apply, Expr, Extent, Number, Power, Product, Sum
from ..program import Program
from .digits import WANTED, DigitsEvaluator, NoDigits, many, mp
from .field import PRIME, Dual, FieldEvaluator, NotRational, dual, embedded
from .sample import Point, arbitrary, draw, draw_sizes

Array = Any
STEP = mp.mpf(10) ** -12  # of central differences, whose error after one extrapolation is its fourth power


@dataclass(frozen=True)
class Verdict:
    """What exact arithmetic says: whether two ways agree, in which arithmetic, and how sure that is."""

    ok: bool
    arithmetic: str
    points: int
    sure: str


@dataclass(frozen=True)
class Matter:
    """What is compared: the question and its variable, the derivation's answer, and a claim in the names of both."""

    question: Program
    wrt: str
    answer: Program
    claim: Program | None = None

    def claimed(self, kind: type[Evaluator], given: Mapping[str, Array], sizes: Mapping[str, int], functions: Mapping[str, Any]) -> Array:
        """The value of the claim, or of the answer where there is none."""
        evaluator = _evaluator(kind, self.answer, given, sizes, functions)
        if self.claim is None:
            return _result(evaluator, self.answer)
        inputs = {name: evaluator.tensors[name] for name in self.claim.given}
        return _result(_evaluator(kind, self.claim, inputs, sizes, functions), self.claim)


def agree(matter: Matter, rng: np.random.Generator, points: int = 2) -> Verdict:
    """Whether the answer, or the claim, is the derivative of the question, exactly or to 25 digits.

    The derivative is taken of the question's own value: its ε part in the field, or differences at sixty digits.
    """
    try:
        return _in_field(matter, rng, points)
    except NotRational:
        return _in_digits(matter, rng, points)


def _in_field(matter: Matter, rng: np.random.Generator, points: int) -> Verdict:
    question, answer = matter.question, matter.answer
    tried, failed = 0, 0
    while tried < points:
        sizes = draw_sizes(answer, rng, tried == points - 1)
        given = _integers(answer, rng, sizes)
        functions = {**arbitrary(answer, rng, sizes), **arbitrary(question, rng, sizes)}
        try:
            got = matter.claimed(FieldEvaluator, given, sizes, functions)
            x = _start(FieldEvaluator, question, matter.wrt, given, sizes, functions)
            along = embedded(rng.integers(1, PRIME, size=x.shape))
            want = _epsilon(question, matter.wrt, given, sizes, functions, x, along)
        except ZeroDivisionError:
            failed += 1
            if failed > 20:
                raise NotRational("every point that was drawn is singular") from None
            continue
        tried += 1
        if got.shape != want.shape + x.shape or any(dual(a).a != dual(b).a for a, b in zip(_contracted(got, along), want.ravel(), strict=True)):
            return Verdict(False, "a prime field", tried, "they differ at a point of the field, so they are different")
    bound = degree(matter.claim or answer) + degree(question)
    sure = f"two different rational expressions of degree {bound} pass with a probability under {(bound / PRIME) ** points:.0e}"
    return Verdict(True, "a prime field", points, sure)


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


def _evaluator(kind: type[Evaluator], program: Program, given: Mapping[str, Array], sizes: Mapping[str, int], functions: Mapping[str, Any]) -> Evaluator:
    evaluator = kind(given, sizes, functions, program.definitions)
    for name, definition in program.definitions.items():
        if name not in given:
            evaluator.tensors[name] = np.asarray(evaluator.at(definition.body, definition.axes), dtype=object)
    return evaluator


def _value(kind: type[Evaluator], program: Program, given: Mapping[str, Array], sizes: Mapping[str, int], functions: Mapping[str, Any]) -> Array:
    return _result(_evaluator(kind, program, given, sizes, functions), program)


def _result(evaluator: Evaluator, program: Program) -> Array:
    return np.asarray(evaluator.at(program.result.body, program.result.axes), dtype=object)


def _start(kind: type[Evaluator], program: Program, wrt: str, given: Mapping[str, Array], sizes: Mapping[str, int], functions: Mapping[str, Any]) -> Array:
    return given[wrt] if wrt in given else _evaluator(kind, program, given, sizes, functions).tensors[wrt]


def _epsilon(
    program: Program, wrt: str, given: Mapping[str, Array], sizes: Mapping[str, int], functions: Mapping[str, Any], x: Array, along: Array
) -> Array:
    """The derivative in one direction: the ε part of the value at x + ε v."""
    moved = np.frompyfunc(lambda value, way: Dual(value.a, way.a), 2, 1)(x, along)
    value = _value(FieldEvaluator, program, {**given, wrt: moved}, sizes, functions)
    return np.asarray(np.frompyfunc(lambda item: Dual(dual(item).b), 1, 1)(value), dtype=object)


def _contracted(derivative: Array, along: Array) -> Array:
    """Σ ∂y/∂x_mn v_mn, flat: what a derivative says of one direction."""
    rows = derivative.reshape(-1, along.size)
    return np.asarray([np.sum(row * along.ravel()) for row in rows], dtype=object)


def _in_digits(matter: Matter, rng: np.random.Generator, points: int) -> Verdict:
    question, answer = matter.question, matter.answer
    worst = mp.mpf(0)
    for tried in range(points):
        point = draw(answer, rng, tried == points - 1, question)
        given = {name: kept(many(array), answer.inputs[name].assumptions) for name, array in point.given.items()}
        got = matter.claimed(DigitsEvaluator, given, point.sizes, point.functions)
        x = _start(DigitsEvaluator, question, matter.wrt, given, point.sizes, point.functions)
        along = many(rng.integers(-64, 65, size=x.shape) / 64 + 0.001953125)
        want = _differences(question, matter.wrt, given, point, x, along)
        worst = max(worst, _error(_contracted(got, along), want.ravel()) if got.shape == want.shape + x.shape else mp.inf)
    digits = int(-mp.log10(worst)) if worst else mp.dps
    return Verdict(digits >= WANTED, "sixty digits", points, f"they agree in {digits} digits")


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


def _differences(program: Program, wrt: str, given: Mapping[str, Array], point: Point, x: Array, along: Array) -> Array:
    """The derivative in one direction, by central differences with one extrapolation."""
    wide, narrow = (_central(program, wrt, given, point, x, along, STEP / scale) for scale in (1, 2))
    return np.asarray(narrow + (narrow - wide) / 3, dtype=object)


def _central(program: Program, wrt: str, given: Mapping[str, Array], point: Point, x: Array, along: Array, step: Any) -> Array:
    up, down = (
        _value(DigitsEvaluator, program, {**given, wrt: np.asarray(x + sign * step * along, dtype=object)}, point.sizes, point.functions)
        for sign in (1, -1)
    )
    return np.asarray((up - down) / (2 * step), dtype=object)


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
