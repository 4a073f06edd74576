"""Each rule alone: what comes out has the value of what went in, at a point. And all of them, in whatever order."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.calculus.assume import assumption_rules
from tensor_deriv.calculus.contract import COLLECT, DISTRIBUTE, FOLD, TIDY, collect, distribute, fold, unresolved
from tensor_deriv.calculus.deltas import CONTRACT, contract
from tensor_deriv.calculus.engine import Recorder, Rule
from tensor_deriv.calculus.rules import CHAIN, COMPONENT, CONSTANT, LINEAR, POWER, PRODUCT, SUM
from tensor_deriv.functions import TABLE, call
from tensor_deriv.index.alike import alpha_key
from tensor_deriv.index.dims import UNIT, named
from tensor_deriv.index.dims import ZERO as ZERO_DIM
from tensor_deriv.index.indices import fresh
from tensor_deriv.index.nodes import Component, Delta, Expr, Extent, Number, Power, Product, Sum, number, walk
from tensor_deriv.index.slots import Affine, Index, Slot, group
from tensor_deriv.index.unevaluated import Partial
from tensor_deriv.language.reader import read_program
from tensor_deriv.program import Program
from tensor_deriv.verification.check import relative_error
from tensor_deriv.verification.sample import draw

SHAPES = {"X": "n n", "A": "n n", "x": "n", "y": "n", "a": ""}
BODIES = [  # bodies without definitions, to be derived by X or x
    "X",
    "X.T",
    "X @ A",
    "A @ X @ X",
    "X*X",
    "3*X - A*2",
    "sum(X, axis=0)",
    "x @ X @ y",
    "trace(X @ X)",
    "sum(x*x)*x",
    "outer(x, x)",
    "X**2",
    "exp(x)**a",
    "exp(a)**x",
    "exp(x)**x",
    "exp(X @ x)",
    "sin(x)*cos(x)",
    "maximum(X, A)",
    "tanh(X @ x) @ y",
    "x/exp(x)",
    "sum(X*X)**2",
    "A",
    "a*x + y",
    "diag(x) @ X @ diag(x)",
    "X - X",
    "eye(n)*X",
    "einsum('ij,jk,ki->i', X, A, X)",
    "(X @ x) @ (X @ x)",
    "sigmoid(x @ x)*X",
    "sum(x)*sum(x)*sum(x)",
    "abs(x)*sign(x)",
    "sum(exp(x))*sum(exp(x))",
]
DIFFERENTIATION = (CONSTANT, SUM, LINEAR, PRODUCT, POWER, CHAIN, COMPONENT)


def partial_of(text: str, wrt: str) -> tuple[Program, Partial, tuple[Slot, ...]]:
    program = read_program(text, {name: shape for name, shape in SHAPES.items() if name in text})
    program.inputs.setdefault(wrt, read_program(wrt, {wrt: SHAPES[wrt]}).inputs[wrt])
    by = tuple(fresh(extent, "m") for extent in program.inputs[wrt].shape)
    return program, Partial(program.result.body, Component(wrt, by)), program.result.axes + by


def value(program: Program, expr: Expr, axes: tuple[Slot, ...], seed: int = 3) -> np.ndarray:
    point = draw(program, np.random.default_rng(seed))
    return np.asarray(point.evaluator(program).at(expr, axes))


@pytest.mark.parametrize("wrt", ["X", "x"])
@pytest.mark.parametrize("text", BODIES)
def test_one_rule_at_a_time_changes_no_value(text: str, wrt: str) -> None:
    program, expr, axes = partial_of(text, wrt)
    if "n" not in program.dims:
        program = Program(program.inputs, program.definitions, program.result, ("n",))
    before = value(program, expr, axes)
    recorder = Recorder(expr)
    while unresolved(recorder.expr):
        assert sum(recorder.everywhere(rule) for rule in DIFFERENTIATION)
    recorder.exhaust((FOLD, DISTRIBUTE, CONTRACT, COLLECT))
    assert recorder.steps
    for step in recorder.steps:
        assert relative_error(value(program, step.expr, axes), before) < 1e-6, step.name


@pytest.mark.parametrize("wrt", ["X", "x"])
@pytest.mark.parametrize("text", BODIES)
def test_the_order_of_the_rules_does_not_matter(text: str, wrt: str) -> None:
    answers = []
    for seed in range(4):
        program, expr, axes = partial_of(text, wrt)
        rules = [*DIFFERENTIATION, FOLD, CONTRACT, DISTRIBUTE, COLLECT]
        random.Random(seed).shuffle(rules)
        recorder = Recorder(expr)
        recorder.exhaust(rules)
        assert not unresolved(recorder.expr)
        answers.append(value(Program(program.inputs, {}, program.result, ("n",)), recorder.expr, axes))
    for answer in answers[1:]:
        assert relative_error(answer, answers[0]) < 1e-11


def test_rules_leave_alone_what_they_are_not_for() -> None:
    i, m = fresh(named("n"), "i"), fresh(named("n"), "m")
    x, by = Component("x", (i,)), Component("x", (m,))
    y = Component("y", (i,))
    nodes = {
        "constant": Partial(y, by),
        "sum": Partial(Sum((x, y)), by),
        "linear": Partial(Product((x, y)), by),
        "product": Partial(Product((x, x)), by),
        "power": Partial(Power(x, number(3)), by),
        "chain": Partial(call("exp", x), by),
        "component": Partial(x, by),
    }
    for rule, own in zip(DIFFERENTIATION, nodes, strict=True):
        for name, node in nodes.items():
            if name != own:
                assert rule.apply(node) is None, (rule.name, name)
            else:
                assert rule.apply(node) not in (None, node)
        assert rule.apply(x) is None


N = named("n")
i, j, k, p = (fresh(N, letter) for letter in "ijkp")
q, r = fresh(named("d"), "q"), fresh(named("d"), "r")
x_i, x_k, y_k, A_ik, A_kj = Component("x", (i,)), Component("x", (k,)), Component("y", (k,)), Component("A", (i, k)), Component("A", (k, j))
ZERO, ONE_, TWO, HALF = number(0), number(1), number(2), Number(number(1).value / 2)
x_p, ONLY = Component("x", (p,)), fresh(UNIT, "o")
LAWS: list[tuple[Callable[[Expr], Expr | None], Expr, Expr | None]] = [  # (the law, before, after)
    (fold, Product((ZERO, x_i)), ZERO),
    (fold, Product((ONE_, x_i)), x_i),
    (fold, Sum((x_i, ZERO)), x_i),
    (fold, Sum(()), ZERO),
    (fold, Product(()), ONE_),
    (fold, Product((x_i, TWO, number(3))), Product((number(6), x_i))),
    (fold, Power(x_i, ONE_), x_i),
    (fold, Power(x_i, ZERO), ONE_),
    (fold, Power(TWO, number(5)), number(32)),
    (fold, Power(TWO, number(-2)), Number(ONE_.value / 4)),
    (fold, Power(TWO, HALF), None),
    (fold, Power(ZERO, number(-1)), None),
    (fold, Power(TWO, number(1000)), None),
    (fold, Power(Power(x_i, HALF), TWO), x_i),
    (fold, Product((x_i, Power(x_i, HALF))), Power(x_i, Number(HALF.value * 3))),
    (fold, Product((x_i, Product((TWO, x_k)))), Product((TWO, x_i, x_k))),
    (fold, Product((x_i, Product((x_k,), (k,))), (i,)), Product((x_i, x_p), (i, p))),
    (fold, Product((TWO,), (ONLY,)), TWO),
    (fold, Product((x_i, x_i)), None),
    (fold, Sum((x_i, Sum((x_k, ZERO)))), Sum((x_i, x_k))),
    (fold, Product((TWO,), (k,)), Product((TWO, Extent(N)))),
    (fold, Product((x_i, Power(x_i, number(-1)))), ONE_),
    (fold, Product((x_i, Power(x_i, TWO))), Power(x_i, number(3))),
    (fold, call("exp", ZERO), ONE_),
    (fold, call("sin", ZERO), ZERO),
    (fold, x_i, None),
    (fold, Product((x_i, x_k)), None),
    (fold, Power(Power(x_i, TWO), number(3)), Power(x_i, number(6))),
    (contract, Product((Delta(i, k), x_k), (k,)), Product((x_i,))),
    (contract, Product((x_k, Delta(k, i)), (k,)), Product((x_i,))),
    (contract, Delta(i, i), ONE_),
    (contract, Product((Delta(i, k), x_k)), None),
    (contract, Product((Delta(k, k), x_k), (k,)), None),
    (contract, Product((A_ik, A_kj), (k,)), None),
    (contract, Product((Delta(i, k), Delta(k, p), Component("x", (p,))), (k, p)), Product((x_i,))),
    (contract, Product((Delta(k, p), A_ik), (k, p)), Product((A_ik,), (k,))),
    (contract, Product((Delta(i, j), x_k), (k,)), None),
    (contract, Product((A_ik, Delta(p, k), Delta(p, j)), (k, p)), Product((Component("A", (i, j)),))),
    (contract, Delta(group((i, q)), group((j, r))), Product((Delta(i, j), Delta(q, r)))),
    (contract, Delta(group((i, q)), group((q, i))), None),
    (contract, Delta(group((i, k)), Affine(((j, N), (p, UNIT)), UNIT, N * N)), None),
    (contract, Delta(group((i, k)), Affine(((j, N), (p, UNIT), (q, UNIT)), ZERO_DIM, N * N)), None),
    (distribute, Product((x_i, Sum((x_k, y_k))), (k,)), None),
    (distribute, x_i, None),
    (collect, Sum((x_i, x_i)), Product((TWO, x_i))),
    (collect, Sum((Product((TWO, x_i)), Product((number(-2), x_i)))), ZERO),
    (collect, Sum((x_i, Product((number(-1), x_i)), x_k)), x_k),
    (collect, Sum((x_i, x_k)), None),
    (
        collect,
        Sum((Product((A_ik, x_k), (k,)), Product((Component("x", (p,)), Component("A", (i, p))), (p,)))),
        Product((TWO, A_ik, x_k), (k,)),
    ),
    (collect, Sum((Product((A_ik, x_k), (k,)), Product((Component("A", (k, i)), x_k), (k,)))), None),
]


@pytest.mark.parametrize(("law", "before", "after"), LAWS, ids=str)
def test_a_law_of_index_notation(law: Callable[[Expr], Expr | None], before: Expr, after: Expr | None) -> None:
    result = law(before)
    if after is None:
        assert result is None or alpha_key(result) == alpha_key(before)
    else:
        assert result is not None
        assert alpha_key(_simplest(result)) == alpha_key(_simplest(after))


def _simplest(expr: Expr) -> Expr:
    recorder = Recorder(expr)
    recorder.exhaust((FOLD,))
    return recorder.expr


def test_a_power_of_half_is_not_multiplied_into_an_even_one() -> None:
    # (x²)^½ is |x|, not x
    root = Power(Power(x_i, TWO), Number(number(1).value / 2))
    assert fold(root) is None


def test_a_sum_is_distributed_where_a_delta_waits_in_it() -> None:
    node = Product((x_k, Sum((Delta(i, k), y_k))), (k,))
    result = distribute(node)
    assert isinstance(result, Sum) and len(result.terms) == 2
    assert len(result.terms[0].bound & result.terms[1].bound) == 0  # each sum on indices of its own
    assert not any(isinstance(part, Sum) for term in result.terms for part in walk(term))
    several = distribute(Product((Sum((y_k, Delta(i, k), x_k)), x_k), (k,)))
    assert isinstance(several, Sum) and len(several.terms) == 2  # the terms without a δ stay together


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "assume", "law"),
    [
        ("sum(P @ x)", "x", {"P": "n n", "x": "n"}, {}, None),
        ("sum(x)*sum(P)", "x", {"P": "n d", "x": "n"}, {"P": "simplex"}, "entries sum to one"),
        ("x @ Q.T @ Q @ x", "x", {"Q": "n n", "x": "n"}, {"Q": "orthogonal"}, "orthogonal"),
        ("x @ Q @ Q.T @ x", "x", {"Q": "n n", "x": "n"}, {"Q": "orthogonal"}, "orthogonal"),
        ("x @ Q @ Q.T @ x", "x", {"Q": "n d", "x": "n"}, {"Q": "orthogonal"}, None),
        ("x @ Q.T @ Q @ x", "x", {"Q": "n d", "x": "d"}, {"Q": "orthogonal"}, "orthogonal"),
    ],
)
def test_an_assumption_simplifies_where_it_holds_and_only_there(
    text: str, wrt: str, shapes: dict[str, str], assume: dict[str, str], law: str | None
) -> None:
    derivation = td.derive(text, wrt, shapes, assume=assume)
    names = {step.name for section in derivation.sections for step in section.steps}
    assert (law in names) if law else names.isdisjoint({"entries sum to one", "orthogonal"})
    assert derivation.check().ok
    plain = td.derive(text, wrt, shapes)
    point = draw(derivation.program, np.random.default_rng(1))
    values = [point.evaluator(d.gradient.program).at(d.result, d.gradient.program.result.axes) for d in (derivation, plain)]
    assert relative_error(*values) < 1e-10


def test_every_rule_has_a_name_a_law_and_a_source() -> None:
    program = read_program("sum(P)", {"P": "n d"}, (), {"P": "simplex"})
    rules: list[Rule] = [*DIFFERENTIATION, FOLD, TIDY, DISTRIBUTE, CONTRACT, COLLECT, *assumption_rules(program)]
    assert all(rule.name and rule.source and rule.group and " = " in rule.law for rule in rules)
    assert all(" = " not in words for rule in rules for words in (rule.name, rule.source, rule.group))


def test_the_recorder_notes_what_changed_and_nothing_else() -> None:
    recorder = Recorder(Sum((x_i, ZERO)))
    assert recorder.everywhere(FOLD) and not recorder.everywhere(FOLD)
    assert [step.expr for step in recorder.steps] == [x_i]
    again = Rule("again", "x = x", "nowhere", "none", lambda node: Component("x", (i,)) if isinstance(node, Component) else None)
    assert not recorder.everywhere(again) and len(recorder.steps) == 1  # an equal node is no change


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_function_of_zero_is_folded_to_its_value_or_not_at_all(name: str) -> None:
    row = TABLE[name]
    folded = fold(call(name, *[ZERO] * row.arity))
    with np.errstate(all="ignore"):
        assert folded is None or (isinstance(folded, Number) and float(folded.value) == float(row.numpy(*[0.0] * row.arity)))
    assert folded is None or name not in ("log", "softplus", "maximum")
    assert fold(call(name, *[ONE_] * row.arity)) is None and fold(call(name, *[x_i] * row.arity)) is None


def test_indices_of_the_question_are_those_of_the_answer() -> None:
    program, expr, axes = partial_of("X @ A", "X")
    recorder = Recorder(expr)
    recorder.exhaust((*DIFFERENTIATION, FOLD, CONTRACT))
    free = {index for index in axes if isinstance(index, Index)}
    assert recorder.expr.free <= free and program.result.body.free <= free
