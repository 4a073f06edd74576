"""A checker must be able to fail: derivations with one small mistake, and every one of them seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mutants import mutants

import tensor_deriv as td
from tensor_deriv.derivation import Derivation
from tensor_deriv.errors import DerivationError
from tensor_deriv.verification.check import check, check_steps, check_value, relative_error
from tensor_deriv.verification.sample import draw

SQUARE = {"A": "n n", "B": "n n", "X": "n n", "x": "n", "y": "n", "w": "n"}
PROGRAMS: list[dict[str, Any]] = [
    {"expr": "sum((X @ w - y)**2)", "wrt": "w"},
    {"expr": "sum((X @ w - y)**2)", "wrt": "X"},
    {"expr": "trace(A.T @ X @ B @ X)", "wrt": "X"},
    {"expr": "x @ A @ x + x @ y", "wrt": "x"},
    {"expr": "x @ A @ x", "wrt": "x", "order": 2},
    {"expr": "l(T)", "wrt": "X", "definitions": ["T = X @ A + w"]},
    {"expr": "sum(T**2*x)", "wrt": "X", "definitions": ["T = tanh(A @ X)"]},
    {"expr": "A @ X @ B", "wrt": "X"},
    {"expr": "X*A", "wrt": "X"},
    {"expr": "softmax(x)", "wrt": "x"},
    {"expr": "logsumexp(X @ w) - y @ X @ w", "wrt": "w"},
    {"expr": "logdet(X + 3*eye(n))", "wrt": "X"},
    {"expr": "x @ inv(X + 3*eye(n)) @ y", "wrt": "X"},
    {"expr": "norm(A @ x - y)", "wrt": "x"},
    {"expr": "sum(exp(X)*sin(A @ X))", "wrt": "X"},
    {"expr": "var(X @ w)", "wrt": "w"},
    {"expr": "sum(maximum(X, A)**2)", "wrt": "X"},
    {"expr": "sum(X**3)/x.shape[0]", "wrt": "X"},
    {"expr": "sum((x - y)**4)", "wrt": "x", "order": 2},
    {"expr": "prod(x)*sum(y*x)", "wrt": "x"},
]


def derived(arguments: dict[str, Any]) -> Derivation:
    names = set(SQUARE)
    text = " ".join((arguments["expr"], *arguments.get("definitions", ())))
    return td.derive(**arguments, shapes={name: shape for name, shape in SQUARE.items() if name in names and name in text})


def differ(derivation: Derivation, mutant: Derivation) -> bool:
    """Whether a mutant is another function at all: some mutations change nothing (a factor that is 1, a symmetric matrix)."""
    point = draw(derivation.gradient.program, np.random.default_rng(99))
    values = []
    for each in (derivation, mutant):
        program = each.gradient.program
        values.append(point.evaluator(program).at(program.result.body, program.result.axes))
    return relative_error(*values) > 1e-5


@pytest.mark.parametrize("arguments", PROGRAMS, ids=[f"{p['expr']} by {p['wrt']}" for p in PROGRAMS])
def test_each_mistake_in_the_answer_is_seen_by_each_check_alone(arguments: dict[str, Any]) -> None:
    derivation = derived(arguments)
    assert check_value(derivation, np.random.default_rng(1)).ok
    assert check_steps(derivation, np.random.default_rng(1)).ok
    tried = 0
    for name, mutant in mutants(derivation):
        if not differ(derivation, mutant):
            continue
        tried += 1
        assert not _ok(check_value, mutant), f"{name}: {mutant.result}"
        assert not _ok(check_steps, mutant), f"{name}: {mutant.result}"
    assert tried >= 4


def _ok(checker: Any, mutant: Derivation) -> bool:
    try:
        return bool(checker(mutant, np.random.default_rng(1)).ok)
    except DerivationError:
        return False  # no point where the wrong answer is finite


def test_a_wrong_derivation_has_a_report_that_says_so() -> None:
    derivation = td.derive("sum((X @ w - y)**2)", "w", {"X": "n d", "w": "d", "y": "n"})
    assert check(derivation).ok
    name, mutant = next(mutants(derivation))
    report = check(mutant)
    assert name == "times 2" and not report.ok
    assert "FAILS" in str(report)
