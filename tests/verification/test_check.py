"""The check cannot be fooled: how many points, of which sizes, how far off is wrong, and what a kink does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from mutants import with_answer

import tensor_deriv as td
from tensor_deriv.calculus.contract import unresolved
from tensor_deriv.derivation import Derivation
from tensor_deriv.index.nodes import Expr, Number, Product, Sum
from tensor_deriv.matrix.nodes import Mul, Num
from tensor_deriv.verification import check as module
from tensor_deriv.verification.check import (
    check,
    check_forms,
    check_steps,
    check_value,
    difference_error,
    relative_error,
    step_errors,
    ways,
)
from tensor_deriv.verification.differences import jacobian
from tensor_deriv.verification.report import Report, Trial
from tensor_deriv.verification.sample import Point, draw

SHAPES = {"X": "n d", "w": "d", "y": "n"}
SQUARES = td.derive("sum((X @ w - y)**2)", "w", SHAPES)
SMOOTH = td.derive("sum(tanh(X @ w)*y)", "w", SHAPES)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def times(expr: Expr, factor: Fraction) -> Expr:
    return Product((Number(factor), expr))


# ---- how far two arrays are apart


def test_the_error_is_relative_to_the_larger_and_to_the_largest_entry() -> None:
    a = np.asarray([1.0, -4.0, 1e-9])
    assert relative_error(a, a) == 0
    for size in (1e-3, 1.0, 1e8):
        for sign in (1, -1):
            assert relative_error(size * (a + sign * 1e-3), size * a) == pytest.approx(1e-3 / 4, rel=1e-3)
            assert relative_error(size * a, size * (a + sign * 1e-3)) == pytest.approx(1e-3 / 4, rel=1e-3)
    assert relative_error(a, -a) == 2
    assert relative_error(np.zeros(2), np.asarray([0.0, 3.0])) == relative_error(np.asarray([0.0, 3.0]), np.zeros(2)) == 1
    assert relative_error(np.ones(3), np.asarray([1.0, 1.0, 1.5])) == pytest.approx(1 / 3)  # one entry is enough


def test_what_is_left_of_terms_that_cancel_is_not_compared_relatively() -> None:
    assert relative_error(np.asarray(1e-13), np.asarray(0.0)) < 1e-7
    assert relative_error(np.asarray(1e-4), np.asarray(0.0)) == 1


@pytest.mark.parametrize("other", [np.ones(1), np.ones((3, 1)), np.ones((1, 3)), np.asarray(1.0), np.ones(4)])
def test_another_shape_is_infinitely_wrong(other: np.ndarray) -> None:
    assert relative_error(other, np.ones(3)) == relative_error(np.ones(3), other) == np.inf


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_agrees_with_nothing(bad: float) -> None:
    a = np.asarray([1.0, bad])
    for got, want in ((a, a), (a, np.ones(2)), (np.ones(2), a)):
        assert relative_error(got, want) == np.inf


def test_arrays_without_entries_agree() -> None:
    assert relative_error(np.zeros((0, 2)), np.zeros((0, 2))) == 0 and relative_error(np.zeros((0, 2)), np.zeros((2, 0))) == np.inf


# ---- how far a claim is from differences


VALUES: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]] = [
    (lambda x: np.sum(x**3), lambda x: 3 * x**2),
    (lambda x: np.sum(np.exp(x)), np.exp),
    (lambda x: 1e-3 * np.sum(np.sin(x)), lambda x: 1e-3 * np.cos(x)),
    (lambda x: 1e4 * np.sum(np.sin(x)), lambda x: 1e4 * np.cos(x)),
]


@pytest.mark.parametrize(("value", "slope"), VALUES)
def test_the_derivative_is_right_and_what_is_off_by_a_hundred_thousandth_is_not(
    value: Callable[[Any], Any], slope: Callable[[Any], Any]
) -> None:
    x = np.asarray([0.3, -1.2, 0.9])
    truth = slope(x)
    assert difference_error(value, x, truth) == 0
    largest = np.abs(truth).max()
    for place in range(3):
        for sign in (1, -1):
            wrong = truth.copy()
            wrong[place] += sign * 1e-5 * largest
            assert difference_error(value, x, wrong) == pytest.approx(1e-5, rel=0.05)
    assert difference_error(value, x, -truth) == pytest.approx(2, rel=0.01) and difference_error(value, x, 0 * truth) == pytest.approx(
        1, rel=0.01
    )


def test_a_zero_derivative_is_compared_too() -> None:
    x = np.asarray([0.3, -1.2])
    assert difference_error(lambda x: np.asarray(5.0), x, np.zeros(2)) == 0
    assert difference_error(lambda x: np.asarray(5.0), x, np.asarray([0.0, 1e-3])) > 1


@pytest.mark.parametrize("claim", [np.ones(3), np.ones((2, 1)), np.asarray(1.0), np.full(2, np.nan), np.asarray([np.inf, 1.0])])
def test_a_claim_of_another_shape_or_without_a_value_is_infinitely_wrong(claim: np.ndarray) -> None:
    assert difference_error(lambda x: np.sum(x), np.zeros(2), claim) == np.inf


@pytest.mark.parametrize(
    "value", [lambda x: np.sum(np.abs(x)), lambda x: 1e3 * np.sum(np.maximum(x, 0)), lambda x: np.sum(np.log(x)), lambda x: np.nan * x]
)
def test_nothing_is_said_at_a_kink_or_where_there_is_no_value(value: Callable[[Any], Any]) -> None:
    with np.errstate(all="ignore"):
        assert difference_error(value, np.asarray([1.0, 0.0]), np.asarray([1.0, 0.5]) if value(np.ones(2)).ndim == 0 else np.eye(2)) is None


@pytest.mark.parametrize("frequency", [10.0, 20.0, 30.0])
def test_differences_that_are_rough_excuse_ten_times_their_own_estimate_and_no_more(frequency: float) -> None:
    x = np.asarray([0.3, -1.2, 0.9])

    def value(x: Any) -> Any:
        return np.sum(np.sin(frequency * x))

    truth = frequency * np.cos(frequency * x)
    estimate = jacobian(value, x)[1].max() / np.abs(truth).max()
    assert 1e-13 < estimate < 1e-6
    assert difference_error(value, x, truth) < 1e-9
    assert difference_error(value, x, truth * (1 + 1e-5)) == pytest.approx(1e-5, abs=20 * estimate + 1e-7)


@pytest.mark.parametrize("frequency", [200.0, 300.0, 400.0])
def test_differences_that_are_too_rough_to_judge_by_say_nothing(frequency: float) -> None:
    def value(x: Any) -> Any:
        return np.sum(np.sin(frequency * x))

    x = np.asarray([0.3, -1.2])
    truth = frequency * np.cos(frequency * x)
    assert 1e-5 < jacobian(value, x)[1].max() / np.abs(truth).max() < 5e-3
    assert difference_error(value, x, truth) is None


def test_steps_are_not_judged_at_a_kink_nor_next_to_one() -> None:
    derivation = td.derive("sum(abs(x)*y)", "x", {"x": "n", "y": "n"})
    for place, judged in ((0.0, False), (1e-5, False), (-1e-5, False), (0.5, True), (-0.5, True)):
        point = Point({"x": np.asarray([1.0, place]), "y": np.asarray([2.0, 3.0])}, {"n": 2})
        with np.errstate(all="ignore"):
            errors = step_errors(derivation.gradient, point)
        assert (errors is not None) == judged
        assert errors is None or (
            len(errors) == len(derivation.sections[-1].steps) - 1 and all(error <= limit for error, limit, _ in errors)
        )


# ---- the points


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every point that a check draws."""
    points: list[Any] = []

    def drawn(*args: Any) -> Any:
        points.append(draw(*args))
        return points[-1]

    monkeypatch.setattr(module, "draw", drawn)
    return points


def test_a_check_draws_points_of_several_sizes_and_one_with_a_size_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    points = counted(monkeypatch)
    report = check(SQUARES)
    assert report.ok and len(points) == 7  # two for the steps, two for differences, three for the forms
    names = [trial.what for trial in report.trials]
    assert names == ["steps", "differences", "array form", "matrix form, read back", "NumPy code"]
    assert [trial.points for trial in report.trials] == [2, 2, 3, 3, 3]
    for trial in report.trials:
        assert len(trial.sizes) == trial.points
        assert 1 in trial.sizes[-1].values() and all(1 not in sizes.values() for sizes in trial.sizes[:-1])
    given = [point.given["w"].tobytes() for point in points]
    assert len(set(given)) == len(given), "each at points of its own"


def test_an_exact_comparison_is_made_where_it_is_asked_for() -> None:
    *others, exact = check(SQUARES, exact=True).trials
    assert [trial.what for trial in others] == [trial.what for trial in check(SQUARES).trials]
    assert exact.what == "exact, in a prime field" and exact.ok
    wrong = with_answer(SQUARES, times(SQUARES.result, 1 + Fraction(1, 10**20)))
    *others, exact = check(wrong, exact=True).trials
    assert all(trial.ok for trial in others) and not exact.ok and not check(wrong, exact=True).ok


def test_a_seed_gives_the_same_points_and_another_gives_others(monkeypatch: pytest.MonkeyPatch) -> None:
    points = counted(monkeypatch)
    for seed in (0, 0, 1):
        check(SQUARES, seed)
    first, again, other = ([point.given["w"].tolist() for point in points[at : at + 7]] for at in (0, 7, 14))
    assert first == again and first != other


def test_each_line_is_compared_and_the_last_differences_with_what_stands_below() -> None:
    report = check(td.derive("sum(x**4*y)", "x", {"x": "n", "y": "n"}, order=2))
    assert report.ok
    right = td.derive("sum(x**4*y)", "x", {"x": "n", "y": "n"}, order=2)
    assert not check_value(with_answer(right, times(right.result, Fraction(2))), rng()).ok


def test_the_result_is_held_to_what_the_text_says_and_not_to_how_it_was_read() -> None:
    read = td.derive("sum(x**2*y)", "x", {"x": "n", "y": "n"}).program
    assert check_value(Derivation(read, "x"), rng()).ok
    for text in ("sum(x**2*y)*1.0001", "sum(x**2)", "sum(x**2*y) + x[0]"):
        assert not check_value(Derivation(replace(read, texts=(text,)), "x"), rng()).ok
    beyond = replace(read, texts=("a text that cannot be read",))
    assert check_value(Derivation(beyond, "x"), rng()).ok  # then to how it was read


# ---- how far off is wrong


@pytest.mark.parametrize("derivation", [SQUARES, SMOOTH])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_answer_off_by_a_hundred_thousandth_is_wrong(derivation: Derivation, sign: int) -> None:
    def off(by: Fraction) -> Derivation:
        return with_answer(derivation, times(derivation.result, 1 + sign * by))

    for seed in range(3):
        assert not check_value(off(Fraction(1, 100_000)), rng(seed)).ok
        assert not check_steps(off(Fraction(1, 10_000)), rng(seed)).ok
        trial = check_value(off(Fraction(1, 1000)), rng(seed))
        assert trial.error == pytest.approx(1e-3, rel=0.01) and trial.points == 2


def test_a_line_without_a_partial_is_held_to_the_line_before_almost_exactly() -> None:
    last = SQUARES.sections[-1]
    off = replace(last.steps[-1], expr=times(SQUARES.result, 1 + Fraction(1, 10**6)))
    wrong = with_answer(SQUARES, off.expr)  # the last line contracts a δ: there is no ∂ on either side
    trial = check_steps(wrong, rng())
    assert not trial.ok and trial.points == 1
    assert trial.error == pytest.approx(1e-6, rel=1e-3)
    assert trial.note == f"“{last.steps[-1].name}” in ∂/∂w"


@pytest.mark.parametrize("place", range(1, len(SMOOTH.sections[-1].steps)))
def test_a_mistake_in_any_line_is_seen(place: int) -> None:
    section = SMOOTH.sections[-1]
    steps = [*section.steps]
    steps[place] = replace(steps[place], expr=times(steps[place].expr, Fraction(1001, 1000)))
    wrong = with_answer(SMOOTH, SMOOTH.result)
    wrong.gradient = replace(SMOOTH.gradient, sections=(replace(section, steps=tuple(steps)),))
    assert not check_steps(wrong, rng()).ok and check_value(wrong, rng()).ok


def test_a_mistake_in_the_gradient_of_a_definition_is_seen() -> None:
    derivation = td.derive("sum(T**2*x)", "X", {"X": "n d", "A": "n n", "x": "d"}, ["T = tanh(A @ X)"])
    first, *others = derivation.sections
    assert others
    steps = (*first.steps[:-1], replace(first.steps[-1], expr=times(first.answer, Fraction(1001, 1000))))
    wrong = with_answer(derivation, derivation.result)
    wrong.gradient = replace(derivation.gradient, sections=(replace(first, steps=steps), *others))
    trial = check_steps(wrong, rng())
    assert not trial.ok and "∂/∂T" in trial.note


@pytest.mark.parametrize(
    "text", ["sum(relu(X @ w))", "sum(abs(X @ w - y))", "max(X @ w)", "sum(maximum(X @ w, y))", "sum(clip(X @ w, -1, 1))"]
)
def test_a_mistake_beside_kinks_is_seen_and_what_is_right_passes(text: str) -> None:
    derivation = td.derive(text, "w", {name: shape for name, shape in SHAPES.items() if name in text.replace("max", "")})
    for seed in range(4):
        assert check_steps(derivation, rng(seed)).ok and check_value(derivation, rng(seed)).ok
    wrong = with_answer(derivation, times(derivation.result, Fraction(1001, 1000)))
    assert not check_value(wrong, rng()).ok and not check_steps(wrong, rng()).ok


def test_where_every_point_lies_at_a_kink_nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "difference_error", lambda *_: None)
    monkeypatch.setattr(module, "step_errors", lambda *_: None)
    points = counted(monkeypatch)
    for checker in (check_value, check_steps):
        points.clear()
        trial = checker(SQUARES, rng())
        assert not trial.ok and trial.points == 0 and trial.note == module.KINKED
        assert len(points) == module.REDRAWS


def test_points_at_kinks_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, calls = module.difference_error, []

    def every_second(*args: Any) -> float | None:
        calls.append(args)
        return None if len(calls) % 2 else plain(*args)

    monkeypatch.setattr(module, "difference_error", every_second)
    trial = check_value(SQUARES, rng())
    assert trial.ok and trial.points == 2 and len(calls) == 4 and 1 in trial.sizes[-1].values()


def test_a_line_that_differences_deny_twice_more_is_wrong_and_one_that_they_deny_once_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    right, denied = [(0.0, module.ROUGH, "a")], [(1e-3, module.ROUGH, "b")]
    for answers, ok, points in (([denied, right, right], True, 2), ([denied, right, denied, denied], False, 2), ([denied] * 3, False, 1)):
        given = iter(answers)
        monkeypatch.setattr(module, "step_errors", lambda *_, given=given: next(given))
        trial = check_steps(SQUARES, rng())
        assert (trial.ok, trial.points) == (ok, points)
        assert trial.note == ("" if ok else "b")
        assert next(given, None) is None


def test_a_line_beside_a_partial_is_judged_by_what_differences_can_see_and_every_other_almost_exactly() -> None:
    for derivation in (SQUARES, SMOOTH):
        errors = step_errors(derivation.gradient, draw(derivation.gradient.program, rng()))
        lines = [(a, b) for section in derivation.sections for a, b in pairwise(section.steps)]
        limits = [module.ROUGH if unresolved(a.expr) or unresolved(b.expr) else module.EXACT for a, b in lines]
        assert errors is not None and [limit for _, limit, _ in errors] == limits and len(set(limits)) == 2


def test_the_error_of_the_steps_is_that_of_exact_lines() -> None:
    assert check_steps(SMOOTH, rng()).error < 1e-13


# ---- the forms


def truth(evaluator: Any, point: Any) -> Any:
    result = SQUARES.gradient.program.result
    return evaluator.at(result.body, result.axes)


def test_each_form_is_held_to_the_result_at_every_point() -> None:
    points = [draw(SQUARES.gradient.program, rng(seed)) for seed in range(3)]
    for at in range(3):

        def off(evaluator: Any, point: Any, at: int = at) -> Any:
            return truth(evaluator, point) * (1 + 1e-6 * (point is points[at]))

        right, wrong = check_forms(SQUARES, [("right", truth), ("wrong", off)], points)
        assert right.ok and right.points == 3 and right.error == 0
        assert not wrong.ok and wrong.error == pytest.approx(1e-6, rel=1e-3)


@pytest.mark.parametrize(
    "error", [ValueError("no"), TypeError("no"), KeyError("no"), NameError("no"), ZeroDivisionError("no"), td.ShapeError("no")]
)
def test_a_form_that_cannot_be_evaluated_fails(error: Exception) -> None:
    def broken(evaluator: Any, point: Any) -> Any:
        raise error

    trials = check_forms(SQUARES, [("right", truth), ("broken", broken), ("not reached", truth)], [draw(SQUARES.gradient.program, rng())])
    assert [(trial.what, trial.ok, trial.points) for trial in trials] == [("right", True, 1), ("broken", False, 0)]
    assert type(error).__name__ in trials[-1].note and trials[-1].error == np.inf


def test_an_array_form_is_computed_from_its_own_definitions() -> None:
    derivation = td.derive("sum(T**2*x)", "X", {"X": "n d", "A": "n n", "x": "d"}, ["T = tanh(A @ X)"])
    form = derivation.form
    assert form.definitions
    points = [draw(derivation.gradient.program, rng())]
    for place, item in enumerate(form.definitions):
        double = replace(item, node=Mul((Num(Fraction(2)), item.node)))
        derivation.form = replace(form, definitions=(*form.definitions[:place], double, *form.definitions[place + 1 :]))
        trials = check_forms(derivation, ways(derivation), points)
        assert not trials[0].ok and trials[0].what == "array form"
    derivation.form = form
    assert all(trial.ok for trial in check_forms(derivation, ways(derivation), points))


# ---- the report


def test_a_report_holds_only_where_something_was_tried_and_all_of_it_agrees() -> None:
    good, bad = Trial("a", 2, 1e-12, True), Trial("b", 2, 0.1, False, "why")
    assert not Report([]).ok
    assert Report([good, good]).ok and not Report([good, bad]).ok and not Report([bad, good]).ok
    assert Report([good], verdict="right").ok and not Report([good], verdict="wrong").ok and not Report([good], verdict="not checked").ok
    assert Report([good, bad]).worst == 0.1 and np.isnan(Report([]).worst)


def test_a_trial_says_in_how_many_digits_it_agrees() -> None:
    assert Trial("a", 1, 1e-3, True).digits == pytest.approx(3)
    assert Trial("a", 1, 0.0, True).digits == Trial("a", 1, 1e-30, True).digits == 16
    assert Trial("a", 1, np.inf, False).to_dict() == {"what": "a", "points": 1, "error": None, "ok": False, "note": "", "sizes": []}
    assert str(Trial("a", 1, 0.5, False, "why")) == "a: FAILS at 1 point, worst relative error 5.0e-01 (why)"
    assert str(Trial("a", 2, 0.5, True)) == "a: agrees at 2 points, worst relative error 5.0e-01"


def test_a_sum_is_no_product() -> None:
    wrong = with_answer(SQUARES, Sum((SQUARES.result, SQUARES.result)))
    assert not check_value(wrong, rng()).ok
