"""The laws of deltas, ranges and cases on random expressions: what comes out has the value of what went in."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from tensor_deriv.calculus.cases import apart, merged, where_zero
from tensor_deriv.calculus.contract import collect, distribute, fold
from tensor_deriv.calculus.deltas import contract, difference, within
from tensor_deriv.functions import call
from tensor_deriv.index.dims import UNIT, ZERO, integer, named
from tensor_deriv.index.evaluate import Evaluator
from tensor_deriv.index.indices import fresh, renew
from tensor_deriv.index.nodes import Component, Delta, Expr, Inside, Power, Product, Sum, Where, number, walk
from tensor_deriv.index.slots import Affine, Index, Slot, affine, bounds, group, inside, is_group, slot_indices

N, D = named("n"), named("d")
LAWS = (contract, within, distribute, apart, merged, where_zero, fold, collect)
SIZES = ((4, 2), (3, 5), (1, 2))  # of n and d
RNG = np.random.default_rng(3)
POINTS = [
    Evaluator({"x": RNG.uniform(0.5, 2, size=n), "y": RNG.normal(size=d), "A": RNG.normal(size=(n, n))}, {"n": n, "d": d}) for n, d in SIZES
]
i, j, k, p = (fresh(N, letter) for letter in "ijkp")
q, r = fresh(D, "q"), fresh(D, "r")


def slot(rng: random.Random, indices: list[Index]) -> Slot:
    """A place on an axis of extent n: an index, a shift, a sum, a difference, a reflection, a number."""
    one, other = rng.choice(indices), rng.choice(indices)
    shift = integer(rng.choice((-1, 0, 1, 2)))
    return rng.choice(
        [
            one,
            one,
            one,
            affine(((one, UNIT),), shift, N),
            affine(((one, -UNIT),), N - UNIT, N),
            Affine((), shift, N),
            affine(((one, UNIT), (other, UNIT)), shift, N) if one != other else one,
            affine(((one, UNIT), (other, -UNIT)), shift, N) if one != other else one,
            affine(((one, integer(2)),), shift, N),
        ]
    )


def atom(rng: random.Random, indices: list[Index]) -> Expr:
    kind = rng.choice("xxAADDDDIn1y")
    match kind:
        case "x":
            return Component("x", (slot(rng, indices),))
        case "A":
            return Component("A", (slot(rng, indices), slot(rng, indices)))
        case "y":
            return Component("y", (rng.choice((q, r)),))
        case "D":
            return Delta(slot(rng, indices), slot(rng, indices))
        case "I":
            return Inside(slot(rng, indices))
        case "n":
            return number(rng.choice((-1, 0, 1, 2)))
    return number(1)


def expression(rng: random.Random, depth: int) -> Expr:
    """A random expression whose free indices are i, j and q; every binder is its own."""
    mine = [fresh(index.extent, index.hint) for index in rng.sample((k, p), rng.randrange(3))]
    indices = [i, j, *mine, *mine]

    def part() -> Expr:
        if depth and rng.random() < 0.35:
            return expression(rng, depth - 1)
        if rng.random() < 0.08:
            return Power(Component("x", (slot(rng, indices),)), number(rng.choice((-1, 2))))
        if rng.random() < 0.08:
            return call(rng.choice(("exp", "sin", "log")), Component("x", (slot(rng, indices),)))
        return atom(rng, indices)

    def case() -> Expr:
        other = rng.choice((number(0), number(0), parts[0], part()))
        branches = [renew(parts[0]), renew(other)]
        rng.shuffle(branches)
        return Product((number(rng.choice((1, -2))), Where(condition, *branches)))

    kind = rng.choice(("product", "product", "product", "sum", "like", "cases", "cases"))
    parts = [part() for _ in range(rng.randint(1, 4))]
    condition = rng.choice((call("greater", Component("x", (i,)), number(1)), Inside(affine(((i, UNIT),), UNIT, N)), number(0), number(1)))
    if kind == "like":
        parts += [Product((number(rng.choice((-1, 2))), renew(part))) for part in parts[:2]]
    if kind == "cases":
        parts = [case() for _ in range(rng.randint(1, 3))] + parts[1:2]
    body = Product(tuple(parts)) if kind == "product" else Sum(tuple(parts))
    return Product((body,) if isinstance(body, Sum) else body.factors, tuple(mine))


def values(expr: Expr) -> list[np.ndarray]:
    with np.errstate(all="ignore"):
        return [np.asarray(point.at(expr, (i, j, q, r))) for point in POINTS]


def test_no_law_changes_a_value() -> None:
    """Nor does any of them bring in a NaN where there was none."""
    rng, fired = random.Random(5), Counter[str]()
    for _ in range(500):
        expr = expression(rng, 2)
        if not expr.free <= {i, j, q, r}:
            continue
        for node in walk(expr):
            if node.free <= {i, j, q, r}:
                before = None
                for law in LAWS:
                    after = law(node)
                    if after is None:
                        continue
                    fired[law.__name__] += 1
                    before = values(node) if before is None else before
                    assert after.free <= node.free
                    for got, want in zip(values(after), before, strict=True):
                        known = np.isfinite(want)
                        assert np.allclose(got[known], want[known], rtol=1e-9, atol=1e-9), f"{law.__name__}: {node} -> {after}"
    assert all(fired[law.__name__] >= 15 for law in LAWS), fired


SHIFTED = affine(((k, UNIT),), UNIT, N)
SOLVED: list[tuple[Callable[[Expr], Expr | None], Expr, bool]] = [  # a law, a node, and whether it has to do something
    (contract, Product((Delta(i, SHIFTED), Component("x", (k,))), (k,)), True),
    (contract, Product((Delta(SHIFTED, affine(((i, UNIT),), UNIT, N)), Component("x", (k,))), (k,)), True),
    (contract, Product((Delta(i, affine(((k, integer(2)),), ZERO, N)), Component("x", (k,))), (k,)), False),
    (contract, Product((Delta(i, affine(((k, UNIT), (p, UNIT)), ZERO, N)), Component("A", (k, p))), (k, p)), True),
    (contract, Product((Delta(i, affine(((k, UNIT), (p, UNIT)), ZERO, N)), Component("A", (k, p))), (p,)), True),
    (contract, Product((Delta(fresh(N * D, "s"), group((k, q))), Component("A", (k, i))), (k,)), False),
    (contract, Product((Delta(i, affine(((j, UNIT),), UNIT, N)), Component("x", (k,))), (k,)), False),
    (contract, Delta(i, affine(((i, UNIT),), UNIT, N)), True),
    (contract, Delta(Affine((), UNIT, N), Affine((), UNIT, N)), True),
    (contract, Delta(Affine((), ZERO, N), Affine((), UNIT, N)), True),
    (contract, Delta(Affine((), ZERO, N), Affine((), N - UNIT, N)), False),
    (contract, Delta(affine(((i, UNIT),), UNIT, N), affine(((j, UNIT),), UNIT, N)), True),
    (contract, Delta(affine(((i, UNIT),), UNIT, N), affine(((j, UNIT),), integer(2), N)), False),
    (contract, Delta(group((i, q)), group((j, r))), True),
    (contract, Delta(group((i, q)), group((q, i))), False),
    (contract, Delta(i, j), False),
    (within, Inside(i), True),
    (within, Inside(affine(((i, -UNIT),), N - UNIT, N)), True),
    (within, Inside(SHIFTED), False),
    (within, Inside(Affine((), -UNIT, N)), True),
    (within, Inside(Affine((), N, N)), True),
    (within, Inside(Affine((), UNIT, N)), False),
    (within, Component("x", (Affine((), N, N),)), True),
    (within, Component("x", (affine(((i, UNIT),), N, N),)), True),
    (within, Component("x", (affine(((i, UNIT),), N - UNIT, N),)), False),
    (within, Product((Inside(SHIFTED), Component("x", (SHIFTED,)))), True),
    (within, Product((Inside(SHIFTED), Component("x", (k,)))), False),
    (within, Product((Inside(SHIFTED), Inside(SHIFTED), Component("x", (k,)))), True),
    (where_zero, Where(Inside(SHIFTED), number(0), number(0)), True),
    (where_zero, Where(Inside(SHIFTED), number(0), number(1)), False),
    (where_zero, Where(number(1), Component("x", (i,)), Component("x", (j,))), True),
    (apart, Where(Inside(SHIFTED), Product((Delta(i, j), Component("x", (i,)))), number(0)), True),
    (apart, Where(Inside(SHIFTED), Component("x", (i,)), Component("x", (j,))), False),
    (apart, Where(Inside(SHIFTED), Delta(i, j), Component("x", (j,))), True),
    (merged, Sum((Where(Inside(SHIFTED), Component("x", (i,)), number(0)), Where(Inside(SHIFTED), number(0), Component("x", (i,))))), True),
    (merged, Sum((Where(Inside(SHIFTED), number(1), number(0)), Where(Inside(k), number(0), number(1)))), False),
]


@pytest.mark.parametrize(("law", "node", "fits"), SOLVED, ids=str)
def test_a_law_does_what_it_can(law: Callable[[Expr], Expr | None], node: Expr, fits: bool) -> None:
    after = law(node)
    assert (after is not None) == fits
    if after is not None and all(index.extent in (N, D) for index in node.free):
        axes = sorted(node.free, key=lambda index: index.id)
        for point in POINTS:
            assert np.allclose(point.at(after, axes), point.at(node, axes))


@pytest.mark.parametrize("number_of", range(100))
def test_what_is_known_of_a_slot_holds_at_every_place(number_of: int) -> None:
    rng = random.Random(number_of)
    one, other = slot(rng, [i, j]), slot(rng, [i, j])
    if rng.random() < 0.3:
        one = group((one, rng.choice((q, r)))) if isinstance(one, Index) else one
    low, high = bounds(one)
    for evaluator in POINTS:
        sizes = evaluator.sizes
        members = sorted(set(slot_indices(one) + slot_indices(other)), key=lambda index: index.id)
        grid = dict(zip(members, np.meshgrid(*(np.arange(evaluator.size(m.extent)) for m in members), indexing="ij"), strict=True))
        place, second = (evaluator._place(each, grid) for each in (one, other))
        extent = evaluator.size(one.extent)
        assert np.min(place) == low.value(sizes) and np.max(place) == high.value(sizes)
        if inside(one):
            assert np.min(place) >= 0 and np.max(place) < extent
        if is_group(one):
            assert set(np.ravel(place).tolist()) == set(range(extent))
        terms, offset = difference(one, other)
        want = sum((evaluator.size(c) * grid[index] for index, c in terms.items()), np.asarray(evaluator.size(offset)))
        assert np.array_equal(place - second, np.broadcast_to(want, np.shape(place - second)))
