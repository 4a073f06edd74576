"""Renaming, substitution, products of sums: nothing is captured, and what is equal has equal keys."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensor_deriv.functions import call
from tensor_deriv.index.alike import all_indices, alpha_key
from tensor_deriv.index.dims import UNIT, Dim, integer, named
from tensor_deriv.index.evaluate import Evaluator
from tensor_deriv.index.indices import fresh, multiply, renew, substitute, substitute_slot
from tensor_deriv.index.nodes import Component, Delta, Expr, Power, Product, Sum, number, rewrite, walk
from tensor_deriv.index.slots import ONE, Affine, Index, Slot, group

N = named("n")
SIZES = {"n": 3, "d": 2}
RNG = np.random.default_rng(0)
EVALUATOR = Evaluator({"A": RNG.normal(size=(3, 3)), "x": RNG.normal(size=3), "y": RNG.normal(size=3), "B": RNG.normal(size=(2, 3))}, SIZES)


def A(i: Index, j: Index) -> Expr:
    return Component("A", (i, j))


def x(i: Index) -> Expr:
    return Component("x", (i,))


def value(expr: Expr, *axes: Index) -> np.ndarray:
    return np.asarray(EVALUATOR.at(expr, axes))


def same(left: Expr, right: Expr, *axes: Index) -> bool:
    return bool(np.allclose(value(left, *axes), value(right, *axes)))


# a random expression with the free indices i, j, k and p, made of nested sums; every binder is fresh, as everywhere

i, j, k, p = (fresh(N, letter) for letter in "ijkp")
LEAVES = [A(i, j), A(k, p), A(i, k), A(k, j), x(i), x(k), x(p), Delta(i, k), Delta(k, p), number(2), Component("y", (j,))]


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> Expr:
    if depth == 0 or draw(st.integers(0, 3)) == 3:
        return draw(st.sampled_from(LEAVES))
    parts = tuple(draw(expressions(depth=depth - 1)) for _ in range(draw(st.integers(1, 3))))
    kind = draw(st.sampled_from(("sum", "product", "product", "function")))
    if kind == "sum":
        return Sum(parts)
    if kind == "function":
        return call("sin", parts[0])
    free = sorted(set().union(*(part.free for part in parts)) & {k, p}, key=lambda index: index.id)
    over = tuple(index for index in free if draw(st.booleans()))
    return bound(Product(parts), over)


def bound(expr: Expr, over: tuple[Index, ...]) -> Expr:
    """Σ over `over`, on fresh indices."""
    names: dict[Index, Slot] = {index: fresh(N, index.hint) for index in over}
    factors = tuple(substitute(factor, names) for factor in expr.factors) if isinstance(expr, Product) else (substitute(expr, names),)
    return Product(factors, tuple(index for index in names.values() if isinstance(index, Index)))


def closed(expr: Expr) -> Expr:
    """The expression with k and p summed, so that i and j alone are free."""
    return bound(Product((expr,)), tuple(index for index in (k, p) if index in expr.free))


@given(expressions())
def test_renewing_changes_no_value_and_every_summed_index(expr: Expr) -> None:
    renewed = renew(expr)
    assert renewed.free == expr.free
    assert renewed.bound.isdisjoint(expr.bound)
    assert same(closed(renewed), closed(expr), i, j)


@given(expressions())
def test_equal_up_to_letters_and_order_gives_equal_keys(expr: Expr) -> None:
    backwards = rewrite(renew(expr), lambda node: node.with_children(node.children[::-1]) if isinstance(node, (Sum, Product)) else node)
    assert alpha_key(expr) == alpha_key(renew(expr))
    assert same(closed(expr), closed(backwards), i, j)
    few = all(len(set(factors)) == len(factors) for factors in (node.factors for node in walk(expr) if isinstance(node, Product)))
    if few and len(expr.bound) <= 1:
        assert alpha_key(expr) == alpha_key(backwards)


@given(expressions(), expressions())
def test_equal_keys_mean_equal_values(left: Expr, right: Expr) -> None:
    if alpha_key(left) == alpha_key(right):
        assert same(closed(left), closed(right), i, j)


@given(st.lists(expressions(depth=2), min_size=1, max_size=4))
def test_a_product_of_products_is_opened_without_capture(parts: list[Expr]) -> None:
    closed_parts = [closed(part) for part in parts]
    closed_parts += [Product((part, part)) for part in closed_parts[:1]]  # and the same sum more than once
    product = multiply(closed_parts)
    assert not any(isinstance(factor, Product) for factor in product.factors)
    assert len(set(product.over)) == len(product.over)
    want = np.prod([value(part, i, j) for part in closed_parts], axis=0)
    assert np.allclose(value(product, i, j), want)


@given(expressions(depth=2), expressions(depth=2))
def test_a_product_summed_over_what_its_factors_share(left: Expr, right: Expr) -> None:
    # the factor's own sum over k is not the outer one
    inner = Product((right,), tuple(index for index in (k, p) if index in right.free and index not in right.bound))
    shared = tuple(index for index in (k, p) if index in left.free)
    opened = multiply((left, inner), shared)
    assert same(opened, Product((closed(left), closed(right))), i, j)


@given(expressions())
def test_substitution_is_done_at_once_and_not_one_after_the_other(expr: Expr) -> None:
    swapped = substitute(closed(expr), {i: j, j: i})
    assert np.allclose(value(swapped, i, j), value(closed(expr), i, j).T if {i, j} <= closed(expr).free else value(closed(expr), j, i))


def test_substituting_a_free_index_is_not_caught_by_a_sum() -> None:
    # (Σ_k a_ik x_k)[i := k′] with k′ another index of the same letter
    other = fresh(N, "k")
    expr = Product((A(i, k), x(k)), (k,))
    assert same(substitute(expr, {i: other}), expr.with_children((A(other, k), x(k))), other)


def test_a_square_of_a_sum_keeps_its_sums_apart() -> None:
    # (Σ_k x_k)² = Σ_kp x_k x_p, not Σ_k x_k²
    total = Product((x(k),), (k,))
    square = multiply((total, total))
    assert len(square.over) == 2
    assert np.isclose(value(square), value(total) ** 2)


def test_a_sum_inside_a_sum_over_the_same_index() -> None:
    inner = Product((x(k),), (k,))
    outer = multiply((x(k), inner), (k,))
    assert np.isclose(value(outer), value(inner) ** 2)
    nested = multiply((Product((Product((x(k),), (k,)), x(k)), (k,)), x(i)))
    assert np.allclose(value(nested, i), value(inner) ** 2 * value(x(i), i))


def test_keys_tell_transposes_and_traces_apart() -> None:
    assert alpha_key(A(i, j)) != alpha_key(A(j, i))
    first = Product((A(i, k), A(k, j)), (k,))
    assert alpha_key(first) != alpha_key(Product((A(i, k), A(j, k)), (k,)))
    assert alpha_key(Product((A(k, p), A(k, p)), (k, p))) != alpha_key(Product((A(k, p), A(p, k)), (k, p)))
    assert alpha_key(Product((A(k, k),), (k,))) != alpha_key(Product((A(k, p),), (k, p)))
    assert alpha_key(Delta(i, j)) == alpha_key(Delta(j, i))
    assert alpha_key(call("maximum", x(i), x(j))) != alpha_key(call("maximum", x(j), x(i)))
    assert alpha_key(Power(x(i), number(2))) != alpha_key(Power(number(2), x(i)))


def test_keys_tell_extents_apart() -> None:
    short = fresh(named("d"), "k")
    assert alpha_key(Product((number(1),), (k,))) != alpha_key(Product((number(1),), (short,)))


@pytest.mark.parametrize("rows", [2, 3])
def test_groups_count_row_by_row(rows: int) -> None:
    # the place of (a, b) in a·n + b
    a, b = fresh(integer(rows), "a"), fresh(N, "b")
    slot = group((a, b))
    assert isinstance(slot, Affine) and slot.extent == integer(rows) * N
    evaluator = Evaluator({"v": np.arange(3.0 * rows)}, SIZES)
    assert np.array_equal(evaluator.at(Component("v", (slot,)), (a, b)), np.arange(3.0 * rows).reshape(rows, 3))


def test_a_group_of_groups_is_one_group() -> None:
    a, b, c = fresh(integer(2), "a"), fresh(N, "b"), fresh(integer(4), "c")
    assert group((group((a, b)), c)) == group((a, group((b, c))))
    assert group((a,)) == a
    assert group(()) == ONE


def test_substitution_in_a_group_collects_and_shifts() -> None:
    a, b = fresh(integer(2), "a"), fresh(N, "b")
    moved = substitute_slot(group((a, b)), {a: Affine((), integer(1), integer(2))})
    assert isinstance(moved, Affine) and moved.offset == N and [index for index, _ in moved.terms] == [b]


def test_all_indices_are_the_free_and_the_summed() -> None:
    assert all_indices(Product((A(i, k), x(k)), (k,))) == {i, k}


def test_equality_is_structural() -> None:
    assert A(i, j) == A(i, j) and A(i, j) != A(j, i)
    assert hash(Sum((A(i, j), x(i)))) == hash(Sum((A(i, j), x(i))))
    assert Product((x(i),)) != Product((x(i),), (i,)) and Product((x(i),)) != Sum((x(i),))


DIMS = st.recursive(
    st.sampled_from([named("n"), named("d"), named("k"), integer(1), integer(3)]),
    lambda inner: st.builds(lambda a, b, f: f(a, b), inner, inner, st.sampled_from([Dim.__add__, Dim.__mul__, Dim.__sub__])), max_leaves=6,
)  # fmt: skip


@given(DIMS, DIMS)
def test_dimensions_are_polynomials(a: Dim, b: Dim) -> None:
    sizes = {"n": 5, "d": 7, "k": 11}
    assert (a + b).value(sizes) == a.value(sizes) + b.value(sizes)
    assert (a * b).value(sizes) == a.value(sizes) * b.value(sizes)
    assert a * b == b * a and a + b == b + a and a - a == Dim(()) and (a == b) <= (hash(a) == hash(b))
    assert eval(str(a), {}, sizes) == a.value(sizes)  # what is shown is what it is
    assert a.substitute({"n": named("d") * integer(2)}).value(sizes) == a.value({**sizes, "n": 14})


def test_a_dimension_knows_what_it_is() -> None:
    assert named("n").symbol == "n" and named("n").constant is None
    assert integer(4).constant == 4 and integer(4).symbol is None
    assert (named("n") * named("d")).names == {"n", "d"} and (named("n") * integer(2)).symbol is None and UNIT.constant == 1


def test_every_index_that_is_made_is_new() -> None:
    made = [fresh(N) for _ in range(100)]
    assert all(a != b for a, b in itertools.combinations(made, 2))
