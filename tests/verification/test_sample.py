"""The points that checks are made at: what is drawn keeps what is assumed, tells sizes apart, and lies where there is a value."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.language.reader import read_program
from tensor_deriv.verification import sample as module
from tensor_deriv.verification.differences import jacobian
from tensor_deriv.verification.sample import Arbitrary, Point, draw, draw_sizes, usable

PROGRAM = read_program("sum(X @ w) + sum(Y)*sum(z) + sum(V)", {"X": "n d", "w": "d", "Y": "4 k", "z": "m", "V": "3 n"})
POINTS = range(60)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_all_sizes_differ_from_each_other_and_from_those_that_are_written() -> None:
    """Two axes of one size would let a transpose pass."""
    for seed in POINTS:
        sizes = draw_sizes(PROGRAM, rng(seed), with_one=False)
        assert set(sizes) == {"n", "d", "k", "m"}
        assert len(set(sizes.values())) == 4 and {1, 3, 4}.isdisjoint(sizes.values())


def test_where_one_is_asked_for_one_size_is_one_and_each_has_its_turn() -> None:
    drawn = [draw_sizes(PROGRAM, rng(seed), with_one=True) for seed in POINTS]
    assert all(list(sizes.values()).count(1) == 1 for sizes in drawn)
    assert {name for sizes in drawn for name, size in sizes.items() if size == 1} == {"n", "d", "k", "m"}
    assert draw_sizes(read_program("sum(x)", {"x": "3"}), rng(), with_one=True) == {}


def test_sizes_stay_small_and_change_from_point_to_point() -> None:
    drawn = [draw_sizes(read_program("sum(x)", {"x": "n"}), rng(seed), with_one=False)["n"] for seed in POINTS]
    assert len(set(drawn)) >= 3 and max(drawn) <= 5


def test_sizes_stay_small_where_none_may_be_one() -> None:
    program = read_program("sum(abs(X[1:] - X[:-1])) + sum(abs(X[:, 1:] - X[:, :-1]))", {"X": "n d"})
    assert max(size for seed in POINTS for size in draw_sizes(program, rng(seed), with_one=True).values()) <= 5


def test_where_a_size_of_one_has_no_value_another_is_taken() -> None:
    """The skewness of one number is 0/0."""
    assert td.derive("mean((x - mean(x))**3)/std(x)**3", "x", {"x": "n"}).check().ok


@pytest.mark.parametrize("kind", ["symmetric", "positive", "spd", "orthogonal", "diagonal", "simplex"])
def test_a_tensor_keeps_its_assumption(kind: str) -> None:
    A: np.ndarray
    for seed in POINTS:
        A = draw(read_program("sum(A)", {"A": "n n"}, (), {"A": kind}), rng(seed)).given["A"]
        n = len(A)
        kept = {
            "symmetric": np.array_equal(A, A.T),
            "positive": A.min() > 0,
            "spd": np.allclose(A, A.T) and np.linalg.eigvalsh(A).min() > 0.5,
            "orthogonal": np.allclose(A.T @ A, np.eye(n)),
            "diagonal": np.array_equal(A, np.diag(np.diag(A))),
            "simplex": A.min() > 0 and np.allclose(A.sum(axis=1), 1),
        }[kind]
        assert kept
    assert np.ptp(A) > 0 or (kind == "simplex" and n == 1)


def test_orthogonal_columns_need_as_many_rows() -> None:
    tall = read_program("sum(Q)", {"Q": "n d"}, (), {"Q": "orthogonal"})
    for seed in range(10):
        Q = draw(tall, rng(seed)).given["Q"]
        assert Q.shape[0] >= Q.shape[1] and np.allclose(Q.T @ Q, np.eye(Q.shape[1]))


def test_both_signs_are_drawn_and_small_and_large_numbers() -> None:
    """relu(a)*b is a*b, and 1/n is 0.5, where nothing else is ever looked at."""
    program = read_program("a*b", {"a": "", "b": ""})
    drawn = [draw(program, rng(seed)).given for seed in POINTS]
    signs = {(point["a"] > 0, point["b"] > 0) for point in drawn}
    assert len(signs) >= 3
    assert any(point["a"] < 0 for point in drawn) and any(point["a"] > 0 for point in drawn)
    assert len({float(point["a"]) for point in drawn}) == len(drawn)


@pytest.mark.parametrize(
    "text", ["sum(log(x))", "sum(sqrt(1 - x**2))", "sum(arcsin(x))", "sum(log(x - 4))", "sum(log(1 - x) + log(x))", "sum(1/x)"]
)
def test_a_point_lies_inside_the_domain_with_room_around_it(text: str) -> None:
    program = read_program(text, {"x": "n"})
    with np.errstate(all="ignore"):
        for seed in range(15):
            point = draw(program, rng(seed))
            x = point.given["x"]
            assert usable(program, point)
            moved = [usable(program, Point({"x": x + step}, point.sizes)) for step in (0.006, -0.006, 0.015, -0.015)]
            assert all(moved) or text == "sum(1/x)"


def test_two_points_around_it_have_to_have_a_value_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    program, asked, signs = read_program("sum(x)", {"x": "n"}), [], set()
    monkeypatch.setattr(module, "usable", lambda program, point: asked.append(point) or refused != len(asked))
    for seed in range(20):
        for refused in (0, 2, 3):
            asked.clear()
            point = draw(program, rng(seed))
            assert (point is asked[0]) == (not refused)
            for near in asked[-2:]:
                shift = near.given["x"] - point.given["x"]
                assert near.sizes == point.sizes and np.all((np.abs(shift) > 0.02) & (np.abs(shift) < 0.5))
                signs |= set(np.sign(shift))
    assert signs == {1.0, -1.0}


def test_what_it_is_derived_from_has_to_have_a_value_there_too() -> None:
    # the derivative of log x, 1/x, has a value left of 0 where the logarithm has none
    under, program = read_program("sum(log(x))", {"x": "n"}), read_program("sum(1/x)", {"x": "n"})
    assert all(draw(program, rng(seed), False, under).given["x"].min() > 0 for seed in POINTS)
    assert any(draw(program, rng(seed)).given["x"].min() < 0 for seed in POINTS)


def test_where_no_point_has_a_value_there_is_none() -> None:
    with pytest.raises(td.UnsupportedError, match="no point was found where the expression is finite"):
        draw(read_program("sum(log(-x**2))", {"x": "n"}), rng())


def test_a_point_is_usable_where_all_is_finite_and_well_conditioned() -> None:
    program = read_program("sum(inv(A)) + sum(exp(x))", {"A": "n n", "x": "n"})

    def fits(A: list[list[float]], x: float = 0.0) -> bool:
        with np.errstate(all="ignore"):
            return usable(program, Point({"A": np.asarray(A), "x": np.full(len(A), x)}, {"n": len(A)}))

    assert fits([[1.0, 0.2], [0.0, 1.0]])
    assert not fits([[1.0, 1.0], [1.0, 1.0]])  # singular
    assert fits([[1.0, 0.0], [0.0, 1 / 300]]) and not fits([[1.0, 0.0], [0.0, 1 / 3000]])
    assert fits([[1.0]], 10.0) and not fits([[1.0]], 13.0) and not fits([[1.0]], 1000.0)
    assert not fits([[np.nan]])


def test_well_conditioned_is_asked_of_every_matrix_of_a_stack() -> None:
    program = read_program("sum(logdet(A))", {"A": "b n n"})
    stack = np.stack([np.eye(2), np.diag([1.0, 1e-5])])
    assert not usable(program, Point({"A": stack}, {"b": 2, "n": 2}))
    assert usable(program, Point({"A": np.stack([np.eye(2), 2 * np.eye(2)])}, {"b": 2, "n": 2}))


@pytest.mark.parametrize(("own", "shape"), list(itertools.product([(), (2,), (2, 3)], [(), (3,), (2, 2)])))
def test_an_arbitrary_function_is_one_function_with_its_derivatives(own: tuple[int, ...], shape: tuple[int, ...]) -> None:
    function = Arbitrary(rng(1), own, shape)
    x = rng(2).normal(size=shape)
    for order in range(5):
        value = function(x, order)
        assert value.shape == own + shape * order
        truth, estimate = jacobian(lambda x, order=order: function(x, order), x)
        assert np.all(np.abs(function(x, order + 1) - truth) <= 10 * estimate + 1e-9)
        assert order > 3 or np.abs(value).max() > 1e-7, "nothing could be told by it"


def test_arbitrary_functions_are_nonlinear_not_alike_and_small_enough() -> None:
    x = np.linspace(-2, 2, 5)
    first, second = Arbitrary(rng(1), (3,), (5,)), Arbitrary(rng(2), (3,), (5,))
    assert not np.allclose(first(x, 0), second(x, 0))
    assert len({float(value) for value in first(x, 0)}) == 3
    assert not np.allclose(first(2 * x, 0), 2 * first(x, 0)) and not np.allclose(first(-x, 0), -first(x, 0))
    assert np.abs(first(x, 0)).max() < 30
    coefficients = np.concatenate([first.c.ravel(), first.d.ravel(), first.e.ravel()]) * 2.0**20
    assert np.array_equal(coefficients, np.round(coefficients))  # the same number in every arithmetic


def test_a_linear_arbitrary_function_has_small_whole_coefficients() -> None:
    function = Arbitrary(rng(1), (), (40,)).linear(rng(3))
    assert set(np.unique(function.c)) == {-1.0, 0.0, 1.0, 2.0}
    x = rng(2).normal(size=40)
    assert np.isclose(function(3 * x, 0), 3 * function(x, 0)) and not function(x, 2).any()


def test_a_changed_tensor_replaces_one_that_is_given_or_defined() -> None:
    program = read_program("sum(T)", {"x": "n"}, ["T = 2*x"])
    point = Point({"x": np.ones(3)}, {"n": 3})
    values = [point.evaluator(program, changed).at(program.result.body, ()) for changed in (None, {"x": np.zeros(3)}, {"T": np.ones(3)})]
    assert values == [6.0, 0.0, 3.0]
