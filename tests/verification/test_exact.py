"""Exact arithmetic: the field is one, many digits are many, and what is wrong by next to nothing is seen."""

from __future__ import annotations

import itertools
import operator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensor_deriv as td
from tensor_deriv.functions import call
from tensor_deriv.index.dims import integer
from tensor_deriv.index.indices import fresh
from tensor_deriv.index.nodes import Component, Power, Where, number
from tensor_deriv.language.reader import read_program
from tensor_deriv.primitives import TABLE
from tensor_deriv.verification import exact as module
from tensor_deriv.verification.check import exact_trial
from tensor_deriv.verification.claim import read_claim
from tensor_deriv.verification.definitions import NoDigits, mp, primitive
from tensor_deriv.verification.digits import DigitsEvaluator, many
from tensor_deriv.verification.exact import Matter, agree, degree, kept
from tensor_deriv.verification.field import PRIME, Dual, FieldEvaluator, NotRational, dual, eliminate, embedded, whole

NUMBERS = st.fractions(max_denominator=50).filter(lambda value: abs(value) < 100)
RNG = np.random.default_rng(8)


# ---- the field


@settings(max_examples=40)
@given(NUMBERS, NUMBERS)
def test_rationals_are_embedded_with_their_arithmetic(a: Fraction, b: Fraction) -> None:
    for combine in (operator.add, operator.sub, operator.mul, *([operator.truediv] if b else [])):
        want = dual(combine(a, b))
        assert combine(dual(a), dual(b)) == want and combine(dual(a), b) == want and combine(a, dual(b)) == want
    assert -dual(a) == dual(-a) and (dual(a) == dual(b)) == (a == b)
    assert hash(dual(a)) == hash(dual(a + 0)) and dual(a) != a.numerator


@settings(max_examples=40)
@given(NUMBERS.filter(bool), st.integers(-6, 6))
def test_whole_powers(a: Fraction, exponent: int) -> None:
    assert dual(a) ** exponent == dual(a**exponent)
    assert dual(a) ** dual(exponent) == dual(a**exponent)


@settings(max_examples=40)
@given(NUMBERS.filter(bool), NUMBERS.filter(bool), st.integers(-4, 4))
def test_the_second_part_is_the_derivative(a: Fraction, b: Fraction, n: int) -> None:
    # f(a + ε) = f(a) + f′(a) ε
    x = dual(a) + Dual(0, 1)
    cases = [
        (x + b, 1), (b - x, -1), (x - b, 1), (b * x, b), (x * x, 2 * a), (b / x, -b / a**2), (x / b, 1 / b), (-x, -1), (x / x, 0),
        (x**n, n * a ** (n - 1)), ((x * b + 3) * x, 2 * a * b + 3), (x.inverse(), -1 / a**2),
    ]  # fmt: skip
    for value, slope in cases:
        assert Dual(value.b) == dual(Fraction(slope))


def test_numbers_of_the_field_count_modulo_the_prime() -> None:
    assert Dual(PRIME + 3) == Dual(3) and Dual(-1) == Dual(PRIME - 1) and Dual(3) != Dual(3, 1) and Dual(1, PRIME) == Dual(1)
    assert (Dual(2) ** 0, Dual(0) ** 2, Dual(0, 1) ** 1) == (Dual(1), Dual(0), Dual(0, 1))
    assert all(pow(base, PRIME - 1, PRIME) == 1 for base in (2, 3, 5, 7, 11, 13, 17, 19, 23))  # Fermat, so very likely a prime
    with pytest.raises(ZeroDivisionError):
        Dual(0, 5).inverse()


def test_exponents_have_to_be_whole() -> None:
    assert [whole(value) for value in (3, -2, Fraction(4), 2.0, Dual(7), Dual(-7))] == [3, -2, 4, 2, 7, -7]
    for value in (Fraction(1, 2), 0.25, dual(Fraction(1, 2)), Dual(2, 1)):
        with pytest.raises(NotRational):
            whole(value)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", [embedded, many])
def test_elimination_gives_determinant_and_inverse(size: int, kind: Any) -> None:
    matrices = [RNG.integers(-4, 9, size=(size, size)) for _ in range(8)]
    matrices += [np.eye(size, dtype=int)[list(order)] for order in itertools.permutations(range(size))]  # no pivot where it should be
    for matrix in matrices:
        truth = round(np.linalg.det(matrix))
        if not truth:
            continue
        determinant, inverse = eliminate(kind(matrix))
        product = kind(matrix) @ inverse
        if kind is embedded:
            assert determinant == dual(truth) and all(product[at] == dual(int(at[0] == at[1])) for at in np.ndindex(product.shape))
        else:
            assert abs(determinant - truth) < mp.mpf(10) ** -55
            assert all(abs(product[at] - int(at[0] == at[1])) < mp.mpf(10) ** -55 for at in np.ndindex(product.shape))


def test_the_largest_pivot_is_taken_where_numbers_are_rounded() -> None:
    matrix = many(np.asarray([[1e-40, 1.0], [1.0, 1.0]]))
    product = matrix @ eliminate(matrix)[1]
    assert abs(product[0, 0] - 1) < mp.mpf(10) ** -55 and abs(product[0, 1]) < mp.mpf(10) ** -55


def test_a_singular_matrix_has_no_inverse_in_the_field() -> None:
    with pytest.raises(ZeroDivisionError):
        eliminate(embedded(np.asarray([[1, 2], [2, 4]])))


# ---- every primitive, in every arithmetic


def shapes(name: str) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    if TABLE[name].kind == "turned":
        return [((3, 4), (0, 1)), ((4, 3), (0, 1)), ((2, 3, 2), (1, 2))]
    if TABLE[name].matrix:
        return [((3, 3), (0, 1)), ((2, 3, 3), (1, 2)), ((2, 2, 2, 2), (2, 3))]
    rank, most = 1 if TABLE[name].order > 1 else 3, 1 if TABLE[name].scan else 3
    return [((2, 3, 4)[:rank], axes) for count in range(1, most + 1) for axes in itertools.combinations(range(rank), count)]


@pytest.mark.parametrize("name", TABLE)
def test_a_primitive_to_many_digits_is_that_of_the_table(name: str) -> None:
    for shape, axes in shapes(name):
        x = RNG.normal(size=shape) + (6 * np.eye(*shape[-2:]) if name == "cholesky" else 0)
        want = TABLE[name].numpy(x, axes)
        got = primitive(name, many(x), axes)
        assert np.shape(got) == np.shape(want)
        assert np.allclose(np.asarray(got, dtype=float), want, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", ["inv", "det", "var", "pinv"])
def test_a_primitive_of_the_field_is_that_of_the_table(name: str) -> None:
    for shape, axes in shapes(name):
        x = RNG.integers(-5, 6, size=shape) + (20 * np.eye(*shape[-2:], dtype=int) if TABLE[name].matrix else 0)
        got = FieldEvaluator({}, {}).primitive(name, embedded(x), axes)
        want = primitive(name, many(x), axes)
        assert np.shape(got) == np.shape(want)
        for exact, rounded in zip(np.ravel(got), np.ravel(want), strict=True):
            near = Fraction(float(rounded)).limit_denominator(10**7) if name == "var" else None
            assert near is None or exact == dual(near)
        if name == "inv":
            assert all(item == dual(int(at[-1] == at[-2])) for at, item in np.ndenumerate(embedded(x) @ got))
        if name == "pinv":  # A A⁺ A = A
            ours = embedded(x) @ got @ embedded(x)
            assert all(item == dual(int(x[at])) for at, item in np.ndenumerate(ours))
        if name == "det":
            assert [item.a for item in np.ravel(got)] == [round(float(item)) % PRIME for item in np.ravel(want)]


@pytest.mark.parametrize("text", ["exp(x)", "x**0.5", "x**y", "x*pi", "softmax(x)", "abs(x)", "norm(x)*x"])
def test_what_is_not_rational_has_no_value_in_the_field(text: str) -> None:
    program = read_program(text, {"x": "n", "y": "n"})
    evaluator = FieldEvaluator({"x": embedded(np.asarray([4, 9])), "y": embedded(np.asarray([1, 2]))}, {"n": 2}, None, program.definitions)
    with pytest.raises(NotRational):
        for definition in (*program.definitions.values(), program.result):
            evaluator.tensors[definition.name] = evaluator.at(definition.body, definition.axes)


def test_many_digits_are_many() -> None:
    program = read_program("sin(pi/3)**2 + log(x)/3 + x**0.5", {"x": ""})
    got = DigitsEvaluator({"x": many(np.asarray(2.0))}, {}).at(program.result.body, ())[()]
    assert abs(got - (mp.mpf(3) / 4 + mp.log(2) / 3 + mp.sqrt(2))) < mp.mpf(10) ** -58


def test_an_own_function_of_two_arguments_has_many_digits() -> None:
    derivation = td.derive("sum(f(x, y))", "x", {"x": "n", "y": "n"}, ["f(u, v) = u**2*sin(v) + exp(u - v)"])
    trial = exact_trial(derivation, np.random.default_rng(0))
    assert trial.ok and "sixty digits" in trial.what


def test_a_power_without_a_real_value_has_no_digits() -> None:
    negative = many(np.asarray([-2.0]))
    assert DigitsEvaluator({}, {}).power(negative, many(np.asarray([3.0]))).tolist() == [-8]
    index = fresh(integer(1))
    root = Power(Component("x", (index,)), number(Fraction(1, 2)))
    evaluator = DigitsEvaluator({"x": negative}, {})
    with pytest.raises(NoDigits):
        evaluator.at(root, (index,))
    case = Where(call("greater", Component("x", (index,)), number(0)), root, number(1))
    assert evaluator.at(case, (index,)).tolist() == [1]  # the other branch needs none


def test_many_digits_keep_what_is_assumed() -> None:
    rows = kept(many(RNG.uniform(1, 2, size=(3, 4))), frozenset({"simplex"}))
    assert all(abs(np.sum(row) - 1) < mp.mpf(10) ** -58 for row in rows)
    Q = kept(many(np.linalg.qr(RNG.normal(size=(4, 3)))[0]), frozenset({"orthogonal"}))
    assert all(abs(item - int(at[0] == at[1])) < mp.mpf(10) ** -55 for at, item in np.ndenumerate(Q.T @ Q))


# ---- the verdict

QUESTIONS = [  # (question, by, right, wrong by next to nothing or in a place that floats hardly see)
    ("sum((X @ w - y)**2)", "w", "2*X.T @ (X @ w - y)", "(2 + 1e-18)*X.T @ (X @ w - y)"),
    ("x @ A @ x/2", "x", "(A + A.T) @ x/2", "(A + A.T) @ x/2 + x*1e-20"),
    ("trace(A @ inv(X))", "X", "-(inv(X) @ A @ inv(X)).T", "-inv(X) @ A @ inv(X)"),
    ("var(x)", "x", "2*(x - sum(x)/n)/n", "2*(x - sum(x)/n)/(n - 1)"),
    ("1/(x @ x)", "x", "-2*x/(x @ x)**2", "-2*x/(x @ x)"),
    ("A @ x", "x", "A", "A + 1e-30"),
    ("sum(exp(x))", "x", "exp(x)", "exp(x)*(1 + 1e-22)"),
    ("logsumexp(x)", "x", "softmax(x)", "softmax(x) + 1e-18*x"),
    ("norm(x)", "x", "x/norm(x)", "x/norm(x) + 1e-18"),
    ("sum(sin(x)*x)", "x", "cos(x)*x + sin(x)", "cos(x)*x + sin(x) + 1e-20*x"),
    ("prod(x)", "x", "prod(x)/x", "prod(x)/x*(1 + 1e-20)"),
    ("logdet(X)", "X", "inv(X).T", "inv(X).T*(1 + 1e-20)"),
]


@pytest.mark.parametrize(("question", "wrt", "right", "wrong"), QUESTIONS, ids=[question for question, *_ in QUESTIONS])
def test_right_and_wrong_by_next_to_nothing(question: str, wrt: str, right: str, wrong: str) -> None:
    shapes = {name: shape for name, shape in {"A": "n n", "X": "n n" if "w" not in question else "n d"}.items() if name in question}
    derivation = td.derive(question, wrt, shapes)
    own = exact_trial(derivation, np.random.default_rng(0))
    assert own.ok and own.points == 2 and own.error == 0
    for seed in range(2):
        assert exact_trial(derivation, np.random.default_rng(seed), read_claim(right, derivation).program).ok
        refused = exact_trial(derivation, np.random.default_rng(seed), read_claim(wrong, derivation).program)
        assert not refused.ok and refused.error == 1


@pytest.mark.parametrize("text", ["A @ x", "exp(A @ x)"])
def test_one_wrong_entry_is_enough(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    plain = module._contracted
    derivation = td.derive(text, "x", {"A": "3 n", "x": "n"})
    for place in range(3):

        def off(derivative: Any, along: Any, place: int = place) -> Any:
            rows = plain(derivative, along)
            rows[place] = rows[place] * 2
            return rows

        monkeypatch.setattr(module, "_contracted", off)
        assert not exact_trial(derivation, np.random.default_rng(0)).ok


def test_the_error_in_many_digits_is_relative_to_the_largest_entry() -> None:
    want = many(np.asarray([3.0, -8.0, 0.0]))
    for size in (mp.mpf(10) ** -6, mp.mpf(1), mp.mpf(10) ** 30):
        for place in range(3):
            got = want.copy()
            got[place] += mp.mpf(10) ** -30
            assert abs(module._error(got * size, want * size) / (mp.mpf(10) ** -30 / 8) - 1) < 1e-6
    assert module._error(want, want) == 0 and module._error(want[:2], want) == mp.inf
    nothing = many(np.zeros(2))
    assert module._error(nothing + mp.mpf(10) ** -50, nothing) < mp.mpf(10) ** -25 < module._error(nothing + mp.mpf(10) ** -20, nothing)
    assert module._error(many(np.zeros(0)), many(np.zeros(0))) == 0


@pytest.mark.parametrize("text", ["sum(x**2)", "sum(exp(x))"])
def test_a_claim_of_another_shape_is_wrong(text: str) -> None:
    derivation = td.derive(text, "x", {"x": "n"})
    for claim in ("sum(x)", "outer(x, x)"):
        assert not exact_trial(derivation, np.random.default_rng(0), read_claim(claim, derivation).program).ok


def test_the_answer_of_another_question_is_wrong() -> None:
    square, cube = (td.derive(f"sum(x**{power})", "x", {"x": "n"}) for power in (2, 3))
    assert not agree(Matter(square.program, "x", cube.gradient.program), np.random.default_rng(0)).ok
    sine, exponential = (td.derive(f"sum({name}(x))", "x", {"x": "n"}) for name in ("sin", "exp"))
    assert not agree(Matter(sine.program, "x", exponential.gradient.program), np.random.default_rng(0)).ok


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("symmetric", "x @ A @ x"),
        ("spd", "x @ inv(A) @ x"),
        ("diagonal", "x @ A @ x"),
        ("simplex", "sum(A)*(x @ x)"),
        ("orthogonal", "x @ A.T @ A @ x"),
    ],
)
def test_an_assumption_is_kept_in_every_arithmetic(kind: str, text: str) -> None:
    derivation = td.derive(text, "x", {"A": "n n", "x": "n"}, assume={"A": kind})
    assert exact_trial(derivation, np.random.default_rng(0)).ok
    assert "field" in exact_trial(derivation, np.random.default_rng(0)).what or kind in ("simplex", "orthogonal")


@pytest.mark.parametrize(
    ("text", "least"),
    [("x**3", 3), ("x*x + a", 2), ("(x*a)**2*x", 5), ("1/x", 1), ("3*x", 1), ("7", 0), ("(x + x**2)*(a + x)", 3), ("x**(-2)", 2)],
)
def test_the_degree_is_bounded_from_above(text: str, least: int) -> None:
    assert least <= degree(read_program(text, {"x": "", "a": ""})) <= 2 * least
    assert degree(read_program("y**2", {"x": ""}, [f"y = {text}" if "x" in text else "y = 0*x"])) >= 2 * least * ("x" in text)


def test_the_probability_is_stated() -> None:
    trial = exact_trial(td.derive("sum(x**3)", "x", {"x": "n"}), np.random.default_rng(0))
    assert "probability under" in trial.note and float(trial.note.split()[-1]) < 1e-30


@pytest.mark.parametrize(("text", "drawing"), [("sum(x**3)", "draw_sizes"), ("sum(exp(x))", "draw")])
def test_as_many_points_are_drawn_as_are_stated_and_one_has_a_size_of_one(monkeypatch: pytest.MonkeyPatch, text: str, drawing: str) -> None:
    plain, sizes = getattr(module, drawing), []

    def drawn(*args: Any) -> Any:
        result = plain(*args)
        sizes.append(result if isinstance(result, dict) else result.sizes)
        return result

    monkeypatch.setattr(module, drawing, drawn)
    trial = exact_trial(td.derive(text, "x", {"x": "n"}), np.random.default_rng(0))
    assert trial.points == 2 and len(sizes) == 2 and sizes[0]["n"] > 1 and sizes[1]["n"] == 1


@pytest.mark.parametrize(
    ("fails", "arithmetic", "tries"), [(module.SINGULAR, "prime field", module.SINGULAR + 2), (99, "digits", module.SINGULAR + 1)]
)
def test_a_question_whose_every_point_is_singular_is_left_to_many_digits(
    monkeypatch: pytest.MonkeyPatch, fails: int, arithmetic: str, tries: int
) -> None:
    plain, calls = module._same_in_field, []

    def singular(*args: Any, **named: Any) -> bool:
        calls.append(args)
        if len(calls) <= fails:
            raise ZeroDivisionError
        return plain(*args, **named)

    monkeypatch.setattr(module, "_same_in_field", singular)
    trial = exact_trial(td.derive("sum(1/x)", "x", {"x": "n"}), np.random.default_rng(0))
    assert trial.ok and arithmetic in trial.what and len(calls) == tries
