"""The check of a derivation before it is printed: steps, result, matrix form, code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calculus.differentiate import Gradient
from ..errors import DerivationError
from ..index.nodes import walk
from ..index.unevaluated import Partial
from ..program import Program
from .differences import jacobian
from .forms import Way, ways
from .interpret import CannotInterpret, interpret
from .report import Report, Trial
from .sample import Point, draw

if TYPE_CHECKING:
    from ..derived import Derived

Array = Any
EXACT = 1e-7  # two ways of writing the same number; terms may cancel
ROUGH = 1e-5  # where differences stand in for a ∂
FAILURES = 2  # of a line against differences, before it counts as wrong
KINKED = "every point that was drawn lies at a kink"
REDRAWS = 12  # of points at kinks
SAFETY = 10.0  # on the error that the differences estimate of themselves
TINY = 1e-5  # below this, what is left of terms that cancel is not compared relatively
KINK = 1e-6  # an estimate above this, relative, means a kink or a point too rough to judge by


def relative_error(got: Array, want: Array) -> float:
    """The largest difference, relative to the size of the numbers; infinite for another shape or a NaN."""
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    if got.shape != want.shape or not (np.isfinite(got).all() and np.isfinite(want).all()):
        return float("inf")
    scale = max(float(np.abs(want).max(initial=0.0)), float(np.abs(got).max(initial=0.0)), TINY)
    return float(np.abs(got - want).max(initial=0.0)) / scale


def check(derivation: Derived, seed: int = 0, exact: bool = False) -> Report:
    """Every comparison of section 4 of the design, on fresh points."""
    rng = np.random.default_rng(seed)
    program = derivation.gradient.program
    points = [draw(program, rng, with_one, derivation.program) for with_one in (False, False, True)]
    report = Report()
    with np.errstate(all="ignore"):
        report.trials.append(check_steps(derivation, rng))
        report.trials.append(check_value(derivation, rng))
        report.trials += check_forms(derivation, ways(derivation), points)
        if exact:
            report.trials.append(exact_trial(derivation, rng))
    return report


def check_steps(derivation: Derived, rng: np.random.Generator, points: int = 2) -> Trial:
    """Each line of the derivation against the one before, a ∂ in it evaluated by differences; at a kink drawn again.

    Where differences disagree with a line, other points are asked: a wrong line is wrong at all of them.
    """
    worst, tried, refused, failures = 0.0, 0, 0, 0
    sizes: list[dict[str, int]] = []
    while tried < points and refused < REDRAWS:
        point = draw(derivation.gradient.program, rng, tried == points - 1, derivation.program)
        errors = step_errors(derivation.gradient, point)
        wrong = next((item for item in errors or () if item[0] > item[1]), None)
        if wrong and (wrong[1] == EXACT or failures == FAILURES):
            return Trial("steps", tried + 1, wrong[0], False, wrong[2], (*sizes, point.sizes))
        failures += wrong is not None
        if errors is None or wrong:
            refused += 1
            continue
        tried += 1
        sizes.append(point.sizes)
        worst = max([worst, *(error for error, limit, _ in errors if limit == EXACT)])
    return Trial("steps", tried, worst, tried > 0, "" if tried else KINKED, tuple(sizes))


def step_errors(gradient: Gradient, point: Point) -> list[tuple[float, float, str]] | None:
    """For each step (error, what is allowed, where); None where differences cannot be trusted."""
    found = []
    evaluator = point.evaluator(gradient.program)
    for section in gradient.sections:
        before: tuple[Array, bool] | None = None
        for step in section.steps:
            value = evaluator.at(step.expr, section.axes)
            if evaluator.doubt > KINK or not np.isfinite(value).all():
                return None  # a ∂ by differences that leave the domain is none
            rough = any(isinstance(node, Partial) for node in walk(step.expr))
            if before is not None:
                limit = ROUGH if rough or before[1] else EXACT
                found.append((relative_error(value, before[0]), limit, f"“{step.name}” in ∂/∂{section.variable}"))
            before = value, rough
    return found


def check_value(derivation: Derived, rng: np.random.Generator, points: int = 2) -> Trial:
    """The result against central differences of what is derived, drawn again at a kink."""
    program, wrt = derivation.gradient.program, derivation.wrt
    worst, tried, refused = 0.0, 0, 0
    sizes: list[dict[str, int]] = []
    while tried < points and refused < REDRAWS:
        point = draw(program, rng, tried == points - 1, derivation.program)
        claim = point.evaluator(program).at(program.result.body, program.result.axes)
        error = difference_error(value_of(derivation, point), start(derivation.program, wrt, point), claim)
        if error is None:
            refused += 1
            continue
        tried += 1
        sizes.append(point.sizes)
        worst = max(worst, error)
    if not tried:
        return Trial("differences", 0, float("nan"), False, KINKED)
    return Trial("differences", tried, worst, worst <= 1e-6, "", tuple(sizes))


def start(program: Program, wrt: str, point: Point) -> Array:
    """The value of the variable at a point."""
    return np.asarray(point.evaluator(program).tensors[wrt], dtype=float)


def value_of(derivation: Derived, point: Point) -> Callable[[Array], Array]:
    """What the last ∂ derives, as a function of the variable: at order 1 straight from the caller's text."""
    if derivation.order == 1:
        value = text_meaning(derivation.program, derivation.wrt, point)
        if value is not None:
            return value
    program = derivation.below
    return lambda x: point.evaluator(program, {derivation.wrt: x}).at(program.result.body, program.result.axes)


def text_meaning(program: Program, wrt: str, point: Point) -> Callable[[Array], Array] | None:
    """The value of the texts by an interpreter that shares nothing with the way they were read; None where it cannot."""
    texts = [text for text in program.texts if not _defines(text, wrt)]
    functions = {name: partial(arbitrary, order=0) for name, arbitrary in point.functions.items()}

    shapes = {name: tuple(dim.value(point.sizes) for dim in d.shape) for name, d in program.definitions.items() if d.named_by_user}

    def value(x: Array) -> Array:
        return interpret(texts, {**point.given, wrt: x}, point.sizes, functions, shapes)

    try:
        value(start(program, wrt, point))
    except CannotInterpret:
        return None
    return value


def _defines(text: str, name: str) -> bool:
    return text.split("=")[0].strip() == name and "=" in text


def difference_error(value: Callable[[Array], Array], x: Array, claim: Array) -> float | None:
    """The claim's error against differences of `value` at x beyond what these can resolve; None at a kink."""
    derivative, estimate = jacobian(value, x)
    scale = max(float(np.abs(derivative).max(initial=0.0)), 1e-300)
    if np.shape(claim) != np.shape(derivative) or not np.isfinite(claim).all():
        return float("inf")
    noise = 1e-11 * float(np.abs(value(x)).max(initial=0.0)) + 1e-13
    if not np.isfinite(derivative).all() or float(np.max(estimate, initial=0.0)) > KINK * max(scale, 1e-3) + 100 * noise:
        return None
    excess = np.abs(claim - derivative) - SAFETY * estimate - 100 * noise
    return max(0.0, float(excess.max(initial=0.0))) / max(scale, 1e-9)


def check_forms(derivation: Derived, said: Sequence[tuple[str, Way]], points: Sequence[Point]) -> list[Trial]:
    """The ways the result is said against the result: array form, its text read back, NumPy code."""
    trials: list[Trial] = []
    for what, function in said:
        worst = 0.0
        for point in points:
            program = derivation.gradient.program
            evaluator = point.evaluator(program)
            want = evaluator.at(program.result.body, program.result.axes)
            try:
                worst = max(worst, relative_error(function(evaluator, point), want))
            except (DerivationError, ArithmeticError, ValueError, TypeError, KeyError, NameError) as error:
                return [*trials, Trial(what, 0, float("inf"), False, f"{type(error).__name__}: {error}")]
        trials.append(Trial(what, len(points), worst, worst <= EXACT, "", tuple(point.sizes for point in points)))
    return trials


def exact_trial(derivation: Derived, rng: np.random.Generator, claim: Program | None = None) -> Trial:
    """The answer, or a claim, against the question's own value, exactly or to 25 digits."""
    from .exact import Matter, NoDigits, agree  # with mpmath, which nothing else needs

    matter = Matter(derivation.below, derivation.wrt, derivation.gradient.program, claim)
    try:
        verdict = agree(matter, rng)
    except NoDigits as reason:
        return Trial("exact", 0, 0.0, True, f"left out: {reason} has no value of many digits here")
    return Trial(f"exact, in {verdict.arithmetic}", verdict.points, 0.0 if verdict.ok else 1.0, verdict.ok, verdict.sure)
