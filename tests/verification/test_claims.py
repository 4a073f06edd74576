"""td.verify: right claims accepted, every kind of wrong one rejected and explained."""

from __future__ import annotations

import ast
import copy
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.verification.claim import judge, read_claim
from tensor_deriv.verification.sample import draw

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "public.jsonl"
SHAPES = {"X": "n d", "w": "d", "y": "n"}
LOSS = "sum((X @ w - y)**2)"


@pytest.mark.parametrize(
    "claim",
    [
        "2*X.T @ (X @ w - y)",
        "2*(X @ w - y) @ X",
        "-2*X.T @ y + 2*X.T @ X @ w",
        "g[n] = 2*x[i,n]*(x[i,k]*w[k] - y[i])",
        "dw = 2*X.T @ (X @ w - y)",
    ],
)
def test_right(claim: str) -> None:
    report = td.verify(LOSS, "w", claim, SHAPES, exact=True)
    assert report.verdict == "right" and report.ok
    assert any("prime field" in trial.what for trial in report.trials)


@pytest.mark.parametrize(
    ("claim", "hint"),
    [
        ("X.T @ (X @ w - y)", "it is 1/2 times the derivative"),
        ("2*X.T @ (y - X @ w)", "it has the wrong sign"),
        ("2*X.T @ X @ w", "the term `-2*X.T @ y` is missing"),
        ("2*X.T @ (X @ w + y)", "the term `-2*X.T @ y` has the wrong sign"),
        ("2*n*X.T @ (X @ w - y)", "it is n times the derivative"),
        ("2*X.T @ (X @ w - y)/n", "it is 1/n times the derivative"),
        ("2*X.T @ X @ w - 3*X.T @ y", "the term `-2*X.T @ y` stands 3/2 times"),
        ("X @ w - y", "the derivative has the shape (d), the claim (n)"),
        ("2.0002*X.T @ (X @ w - y)", "it is 1.0001 times the derivative"),
    ],
)
def test_wrong_and_why(claim: str, hint: str) -> None:
    report = td.verify(LOSS, "w", claim, SHAPES)
    assert report.verdict == "wrong" and not report.ok
    assert report.hint == hint


def test_transposed_claims() -> None:
    layer = {"X": "b m", "W": "m h", "b": "h"}
    report = td.verify("l(T)", "X", "W @ dT.T", layer, ["T = X @ W + b"])
    assert "transpose" in report.hint
    square = td.verify("trace(A @ X)", "X", "A", {"A": "n n", "X": "n n"})
    assert square.hint == "it is the transpose of the derivative"


def test_the_counterexample_is_one() -> None:
    report = td.verify(LOSS, "w", "2*X.T @ X @ w", SHAPES)
    found = report.counterexample
    X, w, y = found["X"], found["w"], found["y"]
    assert np.allclose(found["derivative"], 2 * X.T @ (X @ w - y))
    assert np.allclose(found["claimed"], 2 * X.T @ X @ w)
    assert not np.allclose(found["claimed"], found["derivative"])
    assert X.shape == (1, 1) and all(np.all(array == np.round(array)) for array in (X, w, y))


def test_known_names_are_those_of_the_question_and_its_definitions() -> None:
    with pytest.raises(td.UnknownNameError, match=r"known are X, r, w, y$"):
        td.verify("sum(r**2)", "w", "2*X.T @ q", SHAPES, ["r[i] = X[i,k]*w[k] - y[i]"])
    assert td.verify("sum(r**2)", "w", "2*X.T @ r", SHAPES, ["r[i] = X[i,k]*w[k] - y[i]"]).ok


def test_unknown_functions_in_a_claim() -> None:
    with pytest.raises(td.UnknownNameError, match="the function `foo`, which is none of the language and none of the question"):
        td.verify("x @ x", wrt="x", claim="foo(x)")
    assert "the claim ()" in td.verify("loss(x)", wrt="x", claim="loss(x)").hint


def test_a_claim_on_an_arbitrary_function_that_does_not_depend_on_the_variable() -> None:
    report = td.verify("loss(T)", wrt="x", definitions=["S = sin(x)"], claim="x")
    assert report.verdict == "wrong" and not report.counterexample["derivative"].any()


def test_unknown_names_in_a_claim() -> None:
    with pytest.raises(td.UnknownNameError, match="known are"):
        td.verify(LOSS, "w", "2*X.T @ (X @ w - q)", SHAPES)


def test_claims_are_never_run() -> None:
    for text in ("__import__('os').getcwd()", "[x for x in X]", "(lambda: 1)()", "X.__class__"):
        with pytest.raises(td.DerivationError):
            td.verify(LOSS, "w", text, SHAPES)


def test_many_digits_where_it_is_not_rational() -> None:
    report = td.verify("logsumexp(x)", "x", "softmax(x)", exact=True)
    trial = report.trials[-1]
    assert report.ok and "sixty digits" in trial.what
    wrong = td.verify("logsumexp(x)", "x", "softmax(x) + 1e-9*x", exact=True)
    assert wrong.verdict == "wrong"


def test_claims_in_upstream_gradients_are_exact_too() -> None:
    report = td.verify("l(T)", "X", "dT @ W.T", {"X": "b m", "W": "m h", "b": "h"}, ["T = X @ W + b"], exact=True)
    assert report.ok


# every published formula of the corpus, and wrong ones made of it

KNOWN = ("symmetric", "positive", "spd", "invertible", "simplex")


def cases() -> list[dict[str, Any]]:
    lines = CORPUS.read_text().splitlines() if CORPUS.exists() else []
    return [case for case in map(json.loads, lines) if case["expected"]]


def question(case: dict[str, Any]) -> td.Derivation:
    assume = {name: word for name, word in case["domains"].items() if word in KNOWN}
    assume |= {name: "simplex" for name, word in case["domains"].items() if word == "onehot"}  # the published form needs it
    return td.derive(case["expr"], case["wrt"], case["shapes"], tuple(case["definitions"]), case["order"], assume)


class Mutator(ast.NodeTransformer):
    """Changes the one node it is told to."""

    def __init__(self, target: int) -> None:
        self.target, self.count = target, -1

    def visit(self, node: ast.AST) -> ast.AST:
        self.count += 1
        if self.count == self.target:
            return self.changed(node)
        return self.generic_visit(node)

    def changed(self, node: ast.AST) -> ast.AST:
        match node:
            case ast.Attribute(attr="T", value=value):
                return value  # a transpose dropped
            case ast.Constant(value=int() | float() as number):
                return ast.Constant(number + 1)  # a factor or power
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return ast.BinOp(left, ast.Sub(), right)  # a sign
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return ast.BinOp(left, ast.Add(), right)
            case ast.BinOp(left=left, op=ast.MatMult() | ast.Div() as op, right=right):
                return ast.BinOp(right, op, left)  # operands swapped
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return operand
        return node


def mutants(text: str) -> list[str]:
    tree = ast.parse(text, mode="eval")
    count = sum(1 for _ in ast.walk(tree))
    found = {ast.unparse(Mutator(at).visit(copy.deepcopy(tree))) for at in range(1, count)}
    found |= {f"1.0001*({text})", f"-({text})", f"2*({text})", f"({text})/2", f"({text}) + 0.001"}
    return sorted(found - {text, ast.unparse(tree)})


@pytest.mark.skipif(not cases(), reason="the public corpus is not beside this checkout")
def test_mutants_of_published_formulas() -> None:
    """Every eighth formula; all of them where TENSOR_DERIV_ALL is set."""
    for case in cases()[:: 1 if os.environ.get("TENSOR_DERIV_ALL") else 8]:
        derivation = question(case)
        assert judge(derivation, read_claim(case["expected"], derivation)).verdict == "right", case["id"]
        wrong = sum(rejected(derivation, text) for text in mutants(case["expected"]))
        assert wrong >= 4 or derivation.zero, case["id"]


def rejected(derivation: td.Derivation, text: str) -> bool:
    """Whether a changed formula is really wrong; one that is must not pass."""
    try:
        claim = read_claim(text, derivation)
    except td.DerivationError:
        return True
    program = derivation.gradient.program
    point = draw(program, np.random.default_rng(99), False, derivation.program)
    evaluator = point.evaluator(program)
    want = evaluator.at(program.result.body, program.result.axes)
    with np.errstate(all="ignore"):
        got = claim.at(point, evaluator.tensors)
    if got.shape == want.shape and np.allclose(got, want, rtol=1e-9, atol=1e-12):
        return False  # the change changed nothing
    assert judge(derivation, claim).verdict == "wrong", text
    return True
