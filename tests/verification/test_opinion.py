"""The second opinion: what automatic differentiation says of right and of wrong answers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mutants import with_answer

import tensor_deriv as td
from tensor_deriv.index.nodes import Number, Product
from tensor_deriv.verification import opinion as module
from tensor_deriv.verification.opinion import second_opinion
from tensor_deriv.verification.sample import draw

LAYER = {"X": "b m", "W": "m h", "b": "h"}
QUESTIONS: list[dict[str, Any]] = [
    {"expr": "sum((X @ w - y)**2)", "wrt": "w", "shapes": {"X": "n d", "w": "d", "y": "n"}},
    {"expr": "l(T)", "wrt": "X", "shapes": LAYER, "definitions": ["T = X @ W + b"]},
    {"expr": "softmax(x)", "wrt": "x", "shapes": {"x": "n"}},
    {"expr": "sum(x**3)/n", "wrt": "x", "shapes": {"x": "n"}, "order": 2},
    {"expr": "sum(tanh(X @ W))", "wrt": "W", "shapes": {"X": "n d", "W": "d h"}},
]


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_right_answers_have_a_second_opinion(library: str) -> None:
    pytest.importorskip(library)
    for question in QUESTIONS[:: 1 if library == "torch" else 2]:  # each operation of each shape takes JAX a while
        trial = second_opinion(td.derive(**question), library, np.random.default_rng(0), 1)
        assert trial.ok and trial.points == 1 and trial.error < 1e-12 and library in trial.what


def test_an_answer_off_by_a_ten_millionth_is_denied() -> None:
    pytest.importorskip("torch")
    for question in QUESTIONS:
        derivation = td.derive(**question)
        wrong = with_answer(derivation, Product((Number(1 + Fraction(1, 10**7)), derivation.result)))
        denied = second_opinion(wrong, "torch", np.random.default_rng(0), 2)
        assert not denied.ok and denied.error == pytest.approx(1e-7, rel=1e-3)


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_a_verdict_with_a_second_opinion(library: str) -> None:
    pytest.importorskip(library)
    report = td.verify("l(T)", "X", "dT @ W.T", LAYER, ["T = X @ W + b"], against=library)
    assert report.ok and f"automatic differentiation of {library}" in report.trials[-1].what and report.trials[-1].points == 2


def test_every_point_is_asked_and_one_has_a_size_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    derivation = td.derive("sum(x**2)", "x", {"x": "n"})
    sizes: list[int] = []

    def drawn(*args: Any) -> Any:
        point = draw(*args)
        sizes.append(point.sizes["n"])
        return point

    def asked(errors: list[float]) -> Callable[..., Any]:
        rest = iter(errors)
        return lambda derivation, library, point, tensors: 2 * point.given["x"] * (1 + next(rest))

    monkeypatch.setattr(module, "draw", drawn)
    for errors, ok in (([0, 0, 0], True), ([1e-7, 0, 0], False), ([0, 0, 1e-7], False), ([1e-9, -1e-9, 0], True)):
        sizes.clear()
        monkeypatch.setattr(module, "_derivative", asked(errors))
        trial = second_opinion(derivation, "torch", np.random.default_rng(0), 3)
        assert trial.ok is ok and trial.error == pytest.approx(max(map(abs, errors)), rel=1e-3)
        assert len(sizes) == 3 and sizes[-1] == 1 and min(sizes[:-1]) > 1


def test_other_libraries_have_no_opinion_here(monkeypatch: pytest.MonkeyPatch) -> None:
    derivation = td.derive("sum(x**2)", "x", {"x": "n"})
    with pytest.raises(td.UnsupportedError, match=r"of torch or jax, not of `sympy`"):
        second_opinion(derivation, "sympy", np.random.default_rng(0))
    pytest.importorskip("torch")  # the code is made before it is run
    monkeypatch.setitem(module._TAKEN, "torch", lambda *_: module._imported("no_such_library"))
    with pytest.raises(td.UnsupportedError, match="no_such_library is not installed"):
        second_opinion(derivation, "torch", np.random.default_rng(0))


def test_an_arbitrary_function_has_no_second_derivative_here() -> None:
    pytest.importorskip("torch")
    derivation = td.derive("l(T)", "X", LAYER, ["T = X @ W + b"], order=2)
    with pytest.raises(td.UnsupportedError, match="arbitrary function has no second derivative"):
        second_opinion(derivation, "torch", np.random.default_rng(0))
