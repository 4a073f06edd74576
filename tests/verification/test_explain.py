"""What a verdict says of a wrong claim: an explanation that is true, and a counterexample that is one and small."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.errors import CheckError
from tensor_deriv.language.reader import read_program
from tensor_deriv.program import Tensor
from tensor_deriv.verification import claim as judging
from tensor_deriv.verification import tidying as tidying_module
from tensor_deriv.verification.claim import POINTS, judge, read_claim
from tensor_deriv.verification.explain import small_tensor, terms
from tensor_deriv.verification.report import Trial
from tensor_deriv.verification.sample import Point

MATRIX = {"A": "n d", "B": "d m", "X": "n d"}


@pytest.mark.parametrize(
    ("expr", "wrt", "shapes", "claim", "hint"),
    [
        ("sum(X**2*A)", "X", MATRIX, "X*A", "it is 1/2 times the derivative"),
        ("sum(X**2*A)", "X", MATRIX, "-2*X*A", "it has the wrong sign"),
        ("sum(X**2*A)", "X", MATRIX, "2*X*A*n*d", ""),
        ("sum(X**2*A)", "X", MATRIX, "2*X*A/d", "it is 1/d times the derivative"),
        ("sum(X**2*A)", "X", MATRIX, "2*X.T*A.T", "it is the transpose of the derivative"),
        ("sum(X**2*A)", "X", MATRIX, "2*X*A + exp(X)", ""),
        ("sum(X**2*A)", "X", MATRIX, "2*X*A*0.3337", "it is 0.3337 times the derivative"),
        ("sum(X**2*A)", "X", MATRIX, "0*X", "the term `2*X*A` is missing"),
        ("X @ y", "X", {"X": "n d", "y": "d"}, "einsum('im,n->nim', eye(n), y)", "its axes are in another order: transpose by (1, 2, 0)"),
        ("X*A", "X", {"X": "2 2", "A": "2 2"}, "A", "the derivative has the shape (2, 2, 2, 2), the claim (2, 2)"),
        ("sum(x)*ones(n, 1)", "x", {"x": "n"}, "ones(n, n)", "its entries are right and its shape is not"),
        ("sum(x**3 + y*x)", "x", {"x": "n", "y": "n"}, "3*x**2", "the term `y` is missing"),
        ("sum(x**3 + y*x)", "x", {"x": "n", "y": "n"}, "3*x**2 - y", "the term `y` has the wrong sign"),
        ("sum(x**3 + y*x)", "x", {"x": "n", "y": "n"}, "3*x**2 + 4*y", "the term `y` stands 4 times"),
        ("sum(x**3 + y*x)", "x", {"x": "n", "y": "n"}, "x**2 + y", "the term `3*x**2` stands 1/3 times"),
        ("sum(x**3 + y*x)", "x", {"x": "n", "y": "n"}, "3*x**2 + y + cos(x)", ""),
        ("sum(X @ w)", "X", {"X": "n d", "w": "d"}, "outer(w, ones(n))", "it is the transpose of the derivative"),
    ],
)  # fmt: skip
def test_the_first_thing_that_explains_it(expr: str, wrt: str, shapes: dict[str, str], claim: str, hint: str) -> None:
    report = td.verify(expr, wrt, claim, shapes)
    assert report.verdict == "wrong"
    assert report.hint == hint


@pytest.mark.parametrize(
    ("expr", "wrt", "shapes", "assume", "claim"),
    [
        ("sum((X @ w - y)**2)", "w", {"X": "n d", "w": "d", "y": "n"}, {}, "2*X.T @ X @ w"),
        ("x @ A @ x", "x", {"A": "n n", "x": "n"}, {}, "2*A @ x"),  # right for matrices of one row
        ("x @ A @ x", "x", {"A": "n n", "x": "n"}, {"A": "symmetric"}, "A @ x"),
        ("logdet(A)", "A", {"A": "n n"}, {"A": "spd"}, "2*inv(A)"),
        ("sum(log(x))", "x", {"x": "n"}, {"x": "positive"}, "x"),
        ("sum(softmax(x)*y)", "x", {"x": "n", "y": "n"}, {}, "softmax(x)*y"),
        ("l(T)", "X", {"X": "n d", "W": "d h"}, {}, "W @ dT.T"),
        ("kron(A, x)", "x", {"A": "n d", "x": "m"}, {}, "A"),
    ],
)  # fmt: skip
def test_a_counterexample_is_small_whole_and_keeps_what_is_assumed(
    expr: str, wrt: str, shapes: dict[str, str], assume: dict[str, str], claim: str
) -> None:
    definitions = ["T = X @ W"] if "T" in expr else []
    report = td.verify(expr, wrt, claim, shapes, definitions, assume=assume)
    found = report.counterexample
    assert report.verdict == "wrong" and found
    claimed, true = np.asarray(found["claimed"]), np.asarray(found["derivative"])
    assert claimed.shape != true.shape or np.abs(claimed - true).max() > 1e-6 * max(np.abs(claimed).max(), np.abs(true).max())
    for name, array in found.items():
        if name not in ("claimed", "derivative"):
            assert np.array_equal(array, np.round(array)) and np.abs(array).max() <= 8 and max(np.shape(array), default=1) <= 3
    if "A" in assume:
        assert np.array_equal(found["A"], found["A"].T)
    if assume.get("x") == "positive":
        assert found["x"].min() > 0


def test_the_smallest_sizes_come_first() -> None:
    report = td.verify("x @ A @ x", "x", "2*A @ x", {"A": "n n", "x": "n"})
    assert report.counterexample["A"].shape == (2, 2)  # for one row it is right
    report = td.verify("sum(X)*sum(y)", "y", "sum(X)*ones(k)*k", {"X": "n d", "y": "k"})
    assert report.counterexample["X"].shape == (1, 1) and report.counterexample["y"].shape == (2,)
    assert np.any(report.counterexample["derivative"])  # a derivative of zero would show little


@pytest.mark.parametrize("kind", ["", "positive", "simplex", "symmetric", "spd", "diagonal", "orthogonal"])
def test_small_tensors_keep_what_is_assumed(kind: str) -> None:
    shape = read_program("sum(A)", {"A": "n n"}).inputs["A"].shape
    drawn = [small_tensor(Tensor("A", shape, frozenset({kind} - {""})), np.random.default_rng(seed), {"n": 3}) for seed in range(30)]
    assert all(A.shape == (3, 3) and np.array_equal(A, np.round(A)) and np.abs(A).max() <= 2 for A in drawn)
    holds: dict[str, Any] = {
        "": lambda A: True,
        "positive": lambda A: A.min() >= 1,
        "simplex": lambda A: A.min() >= 0 and np.array_equal(A.sum(axis=1), np.ones(3)),
        "symmetric": lambda A: np.array_equal(A, A.T),
        "spd": lambda A: np.array_equal(A, A.T) and np.linalg.eigvalsh(A).min() > 0,
        "diagonal": lambda A: np.array_equal(A, np.diag(np.diag(A))),
        "orthogonal": lambda A: np.array_equal(A.T @ A, np.eye(3)),
    }
    assert all(map(holds[kind], drawn))
    if kind in ("", "symmetric"):
        assert {float(entry) for A in drawn for entry in A.flat} == {-1.0, 0.0, 1.0, 2.0}
        assert kind or any(not np.array_equal(A, A.T) for A in drawn)
    if kind in ("spd", "diagonal"):
        assert {float(A[0, 0]) for A in drawn} == {1.0, 2.0}


def test_terms_add_up_to_the_whole() -> None:
    program = read_program("(x + y)*(x - 2*y)*a + z", dict.fromkeys("xyz", "n") | {"a": ""})
    parts = terms(program.result.body)
    assert len(parts) == 5
    given = {name: np.random.default_rng(3).normal(size=4) for name in "xyz"} | {"a": np.asarray(1.3)}
    evaluator = Point(given, {"n": 4}).evaluator(program)
    axes = program.result.axes
    assert np.allclose(sum(evaluator.at(part, axes) for part in parts), evaluator.at(program.result.body, axes))


# ---- the verdict


def question() -> td.Derivation:
    return td.derive("sum((X @ w - y)**2)", "w", {"X": "n d", "w": "d", "y": "n"})


@pytest.mark.parametrize("sign", ["+", "-"])
def test_a_claim_off_by_a_millionth_is_wrong(sign: str) -> None:
    derivation = question()
    for seed in range(3):
        claim = read_claim(f"(2 {sign} 0.000002)*X.T @ (X @ w - y)", derivation)
        report = judge(derivation, claim, seed=seed)
        assert report.verdict == "wrong" and report.worst == pytest.approx(1e-6, rel=0.01)


def test_a_claim_is_compared_at_points_of_its_own_one_with_a_size_of_one() -> None:
    report = judge(question(), read_claim("2*X.T @ (X @ w - y)", question()))
    differences, claim = report.trials
    assert claim.points == POINTS == len(claim.sizes) == 4 and differences.points == 2
    assert 1 in claim.sizes[-1].values() and all(len(set(sizes.values())) == 2 for sizes in claim.sizes)
    assert len({tuple(sizes.items()) for sizes in claim.sizes}) > 1


def test_a_claim_that_is_right_at_one_point_alone_is_wrong() -> None:
    """Equal where a size is one, or where x is positive."""
    assert td.verify("x @ A @ x", "x", "2*A @ x", {"A": "n n", "x": "n"}).verdict == "wrong"
    assert td.verify("sum(relu(x))", "x", "ones(n)", {"x": "n"}).verdict == "wrong"
    assert td.verify("sum(X)/n", "X", "ones(n, d)/d", {"X": "n d"}).verdict == "wrong"


def test_what_cannot_be_confirmed_by_differences_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "check_value", lambda *_: Trial("differences", 2, 0.5, False))
    report = judge(question(), read_claim("2*X.T @ (X @ w - y)", question()))
    assert report.verdict == "not checked" and not report.ok and "could not be confirmed" in report.reason


def test_what_has_no_derivative_or_no_point_is_not_checked() -> None:
    no_point = td.verify("sum(log(-x**2))", "x", "2/x", {"x": "n"})
    assert no_point.verdict == "not checked" and "no point was found" in no_point.reason and not no_point.ok
    no_rule = td.verify("sum(trigamma(x))", "x", "x", {"x": "n"})
    assert no_rule.verdict == "not checked" and "trigamma" in no_rule.reason


def test_a_seed_gives_the_same_verdict_again() -> None:
    first, again, other = (td.verify("sum(tanh(x))", "x", "1 - tanh(x)**2", {"x": "n"}, seed=seed) for seed in (0, 0, 5))
    assert first.trials == again.trials and first.trials != other.trials


# ---- tidying


def test_a_step_of_tidying_that_changes_the_value_is_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = dict.fromkeys("ABX", "n n")
    derivation = td.derive("trace(A.T @ X @ B @ X)", "X", shapes)
    steps = tidying_module.checked_tidying(derivation)
    assert len(steps) > 1 and steps[-1].node == derivation.form.node
    other = td.derive("trace(A @ X @ B @ X)", "X", shapes).form.node
    for place in range(len(steps) - 1):
        wrong = [*steps]
        wrong[place] = type(steps[place])("a law", "a = b", other)
        monkeypatch.setattr(tidying_module, "trace", lambda *_, wrong=wrong: wrong)
        with pytest.raises(CheckError, match="“a law” changed the value"):
            tidying_module.checked_tidying(derivation)
