"""Puts a random program's derivative beside central differences, automatic differentiation and its own other forms."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from programs import Case

import tensor_deriv as td
from tensor_deriv.verification.differences import jacobian
from tensor_deriv.verification.forms import array_value, text_value
from tensor_deriv.verification.interpret import interpret
from tensor_deriv.verification.sample import Point, draw

TORCH = importlib.util.find_spec("torch") is not None


@dataclass(frozen=True)
class Verdict:
    """How one question went: `agreed`, `refused`, `no point`, or what `failed`."""

    kind: str
    reason: str = ""

    @property
    def failed(self) -> bool:
        return self.kind not in ("agreed", "refused", "no point", "kink")


AGREED = Verdict("agreed")


def judge(case: Case, seed: int = 0) -> Verdict:
    """Derive, and compare at one point."""
    try:
        derivation = td.derive(**case.arguments)
    except td.DerivationError as error:
        return Verdict("refused", pattern(error.message))
    except Exception as error:  # any other is a crash
        return Verdict("crash", f"{type(error).__name__}: {error}")
    rng = np.random.default_rng(seed)
    for _ in range(2):
        verdict = _at_a_point(case, derivation, rng)
        if verdict.kind != "WRONG by differences":
            break  # differences err where a function oscillates within their step, but not at two points
    return verdict


def _at_a_point(case: Case, derivation: Any, rng: np.random.Generator) -> Verdict:
    with np.errstate(all="ignore"):
        try:
            point = draw(derivation.program, rng, with_one=bool(rng.integers(2)))
        except td.DerivationError as error:
            return Verdict("no point", pattern(error.message))
        try:
            return _judged(case, derivation, point)
        except Exception as error:
            return Verdict("crash", f"{type(error).__name__}: {error}")


def pattern(message: str) -> str:
    """A message without the names in it, to count alike ones together."""
    return re.sub(r"`[^`]*`", "`…`", message)[:90]


def _judged(case: Case, derivation: Any, point: Point) -> Verdict:
    program = derivation.gradient.program
    evaluator = point.evaluator(program)
    claim = evaluator.at(program.result.body, program.result.axes)
    if not np.isfinite(claim).all():
        return Verdict("not finite") if np.isfinite(_truth(case, derivation, point)).all() else Verdict("kink")
    for verdict in (_value(case, derivation, point), _differences(case, derivation, point, claim), _torch(case, derivation, point, claim)):
        if verdict is not AGREED:
            return verdict
    return _forms(derivation, evaluator, point, claim)


def _value(case: Case, derivation: Any, point: Point) -> Verdict:
    program = derivation.program
    value = point.evaluator(program).at(program.result.body, program.result.axes)
    other = interpret((*case.definitions, case.expr), point.given, point.sizes)
    return AGREED if close(value, np.broadcast_to(other, value.shape)) else Verdict("WRONG value", f"{value} is {other}")


def _differences(case: Case, derivation: Any, point: Point, claim: Any) -> Verdict:
    texts = (*case.definitions, case.expr)
    start = np.asarray(point.evaluator(derivation.program).tensors[case.wrt], dtype=float)
    value = _at(texts, point, case.wrt)
    for _ in range(case.order - 1):
        value = _derived(value)
    truth, estimate = jacobian(value, start)
    scale = max(1.0, float(np.abs(truth).max(initial=0.0)), float(np.abs(value(start)).max(initial=0.0)))
    if not np.isfinite(truth).all() or float(np.max(estimate, initial=0.0)) > 1e-4 * scale:
        return AGREED if TORCH else Verdict("kink")
    if claim.shape != truth.shape:
        return Verdict("WRONG shape", f"{claim.shape} is {truth.shape}")
    worst = float((np.abs(claim - truth) - 10 * estimate).max(initial=0.0))
    return AGREED if worst <= (1e-7 if case.order == 1 else 1e-4) * scale else Verdict("WRONG by differences", f"{worst / scale:.1e}")


def _derived(value: Any) -> Any:
    return lambda x: jacobian(value, x)[0]


def _at(texts: Any, point: Point, wrt: str) -> Any:
    return lambda x: interpret(texts, {**point.given, wrt: x}, point.sizes)


def _torch(case: Case, derivation: Any, point: Point, claim: Any) -> Verdict:
    if not TORCH:
        return AGREED
    truth = _truth(case, derivation, point)
    if not np.isfinite(truth).all():
        return AGREED  # a NaN of automatic differentiation says nothing
    return AGREED if close(claim, truth, 1e-8) else Verdict("WRONG by torch", f"{worst_error(claim, truth):.1e}")


def _truth(case: Case, derivation: Any, point: Point) -> Any:
    """What automatic differentiation gives; a NaN where it is not installed."""
    if not TORCH:
        return np.asarray(np.nan)
    from torch_meaning import derivative

    start = np.asarray(point.evaluator(derivation.program).tensors[case.wrt], dtype=float)
    return derivative(case.twins, case.expr, case.wrt, {**point.given, case.wrt: start}, point.sizes, case.order)


def _forms(derivation: Any, evaluator: Any, point: Point, claim: Any) -> Verdict:
    if not close(array_value(derivation.form, evaluator), claim, 1e-8):
        return Verdict("WRONG array form", f"{worst_error(array_value(derivation.form, evaluator), claim):.1e}")
    if derivation.matrix is None:
        return AGREED
    text = text_value(derivation, evaluator, point)
    return AGREED if close(text, claim, 1e-8) else Verdict("WRONG text", derivation.matrix)


def worst_error(got: Any, want: Any) -> float:
    """The largest difference relative to the largest entry; infinite for another shape."""
    if np.shape(got) != np.shape(want):
        return float("inf")
    scale = max(1e-4, float(np.abs(want).max(initial=0.0)), float(np.abs(got).max(initial=0.0)))
    return float(np.abs(np.asarray(got) - want).max(initial=0.0)) / scale


def close(got: Any, want: Any, limit: float = 1e-9) -> bool:
    return worst_error(got, want) <= limit
