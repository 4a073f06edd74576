"""Random programs: the derivative against differences and automatic differentiation, and its array form and text against itself."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from judge import judge
from mutants import mutants
from programs import Case, case_from, cases

import tensor_deriv as td


@settings(max_examples=200, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_a_random_program_is_derived_right_or_refused(case: Case) -> None:
    verdict = judge(case)
    assert not verdict.failed, f"{verdict.kind}: {verdict.reason}\n{case}"


def test_next_to_none_are_refused() -> None:
    """A generator of refused programs would make the test above pass without having tested anything."""
    kinds = [judge(case_from(seed), seed).kind for seed in range(60)]
    assert kinds.count("agreed") >= 57


def test_the_programs_differ_and_reach_the_whole_language() -> None:
    made = [case_from(seed) for seed in range(3000)]
    texts = " ".join(" ".join((*case.definitions, case.expr)) for case in made)
    for word in (
        "einsum",
        "softmax",
        "log_softmax",
        "kron",
        "vec",
        "inv",
        "logdet",
        "det",
        "prod",
        "max(",
        "logsumexp",
        "keepdims",
        "[i,k]",
        "axis=(",
        ".T",
        "@",
        "outer",
    ):
        assert word in texts
    assert len({str(case) for case in made}) > 2400
    assert {case.order for case in made} == {1, 2}
    assert {len(shape) for case in made for _, shape in case.shapes} >= {0, 1, 2, 3}


def test_the_judge_sees_a_wrong_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case((), "sum(x**2)", (("x", ("n",)),), "x", 1, (), ())
    assert judge(case).kind == "agreed"
    mistakes = list(mutants(td.derive(**case.arguments)))
    assert len(mistakes) > 3
    for _, wrong in mistakes:
        monkeypatch.setattr(td, "derive", lambda wrong=wrong, **_: wrong)
        assert judge(case).kind.startswith("WRONG")
