"""The reference meaning of every node, against NumPy written out for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tensor_deriv.functions import call
from tensor_deriv.index.bodies import Apply, Opaque
from tensor_deriv.index.dims import ZERO, integer, named
from tensor_deriv.index.evaluate import Evaluator
from tensor_deriv.index.indices import fresh
from tensor_deriv.index.nodes import Component, Constant, Delta, Expr, Extent, Power, Product, Sum, Transposed, number
from tensor_deriv.index.slots import ONE, Affine, Index, Slot, group
from tensor_deriv.index.unevaluated import Contraction, Jacobian, Partial
from tensor_deriv.language.reader import read_program
from tensor_deriv.verification.sample import Point

N, D = named("n"), named("d")
SIZES = {"n": 3, "d": 2}
RNG = np.random.default_rng(4)
A, B, x, y, R = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=3), RNG.normal(size=2), RNG.normal(size=(3, 2, 3))
TENSORS = {"A": A, "B": B, "x": x, "y": y, "R": R, "s": np.array(1.7), "one": RNG.normal(size=(1, 3))}
i, j, k = (fresh(N, letter) for letter in "ijk")
p, q = fresh(D, "p"), fresh(D, "q")


def C(name: str, *slots: Slot) -> Component:
    return Component(name, slots)


NODES: list[tuple[Expr, tuple[Slot, ...], Callable[[], np.ndarray | float]]] = [
    (number(3), (), lambda: 3.0),
    (number(3), (i,), lambda: np.full(3, 3.0)),
    (Constant("pi"), (), lambda: np.pi),
    (Extent(N * D + integer(1)), (), lambda: 7.0),
    (C("s"), (), lambda: 1.7),
    (C("A", i, j), (i, j), lambda: A),
    (C("A", i, j), (j, i), lambda: A.T),
    (C("A", i, i), (i,), lambda: np.diag(A)),
    (C("R", i, p, i), (p, i), lambda: np.einsum("ipi->pi", R)),
    (Transposed(C("A", i, j)), (i, j), lambda: A),
    (C("one", ONE, i), (i,), lambda: TENSORS["one"][0]),
    (C("one", ONE, i), (ONE, i), lambda: TENSORS["one"]),
    (C("x", Affine((), integer(1), N)), (), lambda: x[1]),
    (C("x", Affine(((i, integer(1)),), integer(1), N)), (i,), lambda: np.append(x[1:], 0.0)),
    (C("x", Affine(((i, integer(-1)),), integer(2), N)), (i,), lambda: x[::-1]),
    (Delta(i, j), (i, j), lambda: np.eye(3)),
    (Delta(i, i), (i,), lambda: np.ones(3)),
    (Delta(i, Affine((), integer(2), N)), (i,), lambda: np.array([0.0, 0.0, 1.0])),
    (Delta(group((i, p)), group((j, q))), (group((i, p)), group((j, q))), lambda: np.eye(6)),
    (Product((Delta(i, i),), (i,)), (), lambda: 3.0),
    (Sum((C("A", i, j), C("x", j), number(1))), (i, j), lambda: A + x + 1),
    (Sum((number(0),)), (), lambda: 0.0),
    (Product(()), (), lambda: 1.0),
    (Product((), (i, p)), (), lambda: 6.0),
    (Product((C("x", i), C("x", i))), (i,), lambda: x * x),
    (Product((C("x", i), C("x", i)), (i,)), (), lambda: x @ x),
    (Product((C("A", i, k), C("B", k, p)), (k,)), (i, p), lambda: A @ B),
    (Product((C("A", i, k), C("B", k, p)), (k,)), (p, i), lambda: (A @ B).T),
    (Product((number(2), C("x", i)), (i, p)), (), lambda: 4 * x.sum()),
    (Product((C("x", i), Product((C("A", i, k),), (k,)))), (i,), lambda: x * A.sum(axis=1)),
    (Product(tuple(C("x", i) for _ in range(70))), (i,), lambda: x**70),
    (Product((C("A", i, k), *(C("x", i) for _ in range(45))), (i, k)), (), lambda: (x**45 * A.sum(axis=1)).sum()),
    (Product((*(C("x", i) for _ in range(45)), C("A", i, k), C("x", k)), (i, k)), (), lambda: (x**45 * (A @ x)).sum()),
    (Product((*(C("x", i) for _ in range(45)), C("A", i, k), C("x", k)), (k, p)), (i,), lambda: 2 * x**45 * (A @ x)),
    (Power(C("B", i, p), number(2)), (i, p), lambda: B**2),
    (Power(number(2), C("x", i)), (i,), lambda: 2**x),
    (call("sin", C("B", i, p)), (p, i), lambda: np.sin(B).T),
    (call("maximum", C("x", i), C("y", p)), (i, p), lambda: np.maximum(x[:, None], y)),
    (Apply("softmax", "B", (1,), (i, p)), (i, p), lambda: np.exp(B) / np.exp(B).sum(axis=1, keepdims=True)),
    (Apply("norm", "B", (0, 1), ()), (), lambda: np.linalg.norm(B)),
    (Apply("inv", "A", (0, 1), (j, i)), (i, j), lambda: np.linalg.inv(A).T),
    (Opaque("f", "x", 1, (i,)), (i,), lambda: 3 * x**2),
    (Contraction(C("A", i, k), C("B", j, p), ((k, j),)), (i, p), lambda: A @ B),
    (Partial(Product((C("A", i, k), C("x", k)), (k,)), C("x", j)), (i, j), lambda: A),
    (Partial(C("x", i), C("x", j)), (i, j), lambda: np.eye(3)),
    (Partial(Product((C("x", k), C("x", k)), (k,)), C("x", i)), (i,), lambda: 2 * x),
    (Partial(C("A", i, j), C("x", k)), (i, j, k), lambda: np.zeros((3, 3, 3))),
    (C("B", i, p), (group((i, p)),), lambda: B.reshape(-1)),
    (C("B", i, p), (group((p, i)),), lambda: B.T.reshape(-1)),
]


@pytest.mark.parametrize(("expr", "axes", "want"), NODES, ids=lambda part: str(part)[:60] if isinstance(part, Expr) else "")
def test_a_node_means(expr: Expr, axes: tuple[Slot, ...], want: Callable[[], np.ndarray | float]) -> None:
    evaluator = Evaluator(TENSORS, SIZES, {"f": lambda value, order: {0: value**3, 1: 3 * value**2}[order]})
    got = evaluator.at(expr, axes)
    assert np.shape(got) == np.shape(want())
    assert np.allclose(got, want(), rtol=1e-7, atol=1e-9)


def test_what_lies_outside_counts_as_zero() -> None:
    below = Affine(((i, integer(1)),), ZERO - integer(2), N)
    assert Evaluator(TENSORS, SIZES).at(C("x", below), (i,)).tolist() == [0.0, 0.0, x[0]]


def test_a_jacobian_of_a_defined_tensor_is_that_of_its_definition_and_a_partial_holds_it_fixed() -> None:
    program = read_program("sum(T)", {"x": "n"}, ["T = x**2"])
    evaluator = Point({"x": x}, SIZES).evaluator(program)
    assert np.allclose(evaluator.at(Jacobian(C("T", i), C("x", j)), (i, j)), np.diag(2 * x))
    assert not evaluator.at(Partial(C("T", i), C("x", j)), (i, j)).any()


def test_a_partial_says_how_far_its_differences_can_be_trusted() -> None:
    def doubt(name: str, *places: float) -> float:
        evaluator = Evaluator({"x": np.asarray(places)}, SIZES)
        with np.errstate(all="ignore"):
            evaluator.at(Partial(call(name, C("x", i)), C("x", j)), (i, j))
        return evaluator.doubt

    assert doubt("sin", 0.3, -1.0, 2.0) < 1e-9 and doubt("abs", 0.3, -1.0, 2.0) < 1e-9
    assert doubt("abs", 0.3, 0.0, 2.0) > 1 and doubt("log", 0.3, 0.005, 2.0) > 1e-6


def test_partials_of_different_bodies_are_kept_apart_and_the_worst_doubt_stays() -> None:
    evaluator = Evaluator({**TENSORS, "x": np.asarray([0.0, 1.0, 2.0])}, SIZES)
    kinked = evaluator.at(Partial(call("abs", C("x", i)), C("x", j)), (i, j))
    worst = evaluator.doubt
    for _ in range(2):
        assert np.allclose(evaluator.at(Partial(call("sin", C("x", i)), C("x", j)), (i, j)), np.diag(np.cos([0.0, 1.0, 2.0])))
        assert np.allclose(evaluator.at(Partial(call("sin", C("x", i)), C("y", p)), (i, p)), 0)
        assert np.allclose(evaluator.at(Partial(Product((C("A", i, k), C("x", k)), (k,)), C("x", j)), (i, j)), A)
        assert np.allclose(evaluator.at(Partial(Product((C("A", k, i), C("x", k)), (k,)), C("x", j)), (i, j)), A.T)
    assert evaluator.doubt == worst > 1
    assert np.allclose(kinked, np.diag([0.0, 1.0, 1.0]))


def test_a_size_that_nothing_gives_is_an_error() -> None:
    with pytest.raises(KeyError):
        Evaluator({}, {}).evaluate(Extent(N))


def test_an_index_is_only_itself() -> None:
    assert Index(1, N) == Index(1, D) and Index(1, N) != Index(2, N)
