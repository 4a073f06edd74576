"""The planner: what it plans is what was asked for, in the order that costs least, and in memory of its own."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensor_deriv as td
from tensor_deriv.code.docstring import Docstring
from tensor_deriv.code.generate import Result, compiled, source
from tensor_deriv.code.plan.chains import ordered_chain
from tensor_deriv.code.plan.rewriting import replaced
from tensor_deriv.code.plan.sizes import Sampled
from tensor_deriv.index.dims import integer, named
from tensor_deriv.matrix.calls import Call, Einsum, Eye
from tensor_deriv.matrix.evaluate import evaluate
from tensor_deriv.matrix.forms import Form, Named
from tensor_deriv.matrix.nodes import Add, Diag, MatMul, Mul, Name, Outer, Pow, T, num

SIZES = {"n": 2, "d": 3, "m": 4, "k": 5}
RNG = np.random.default_rng(11)


def tensor(name, *dims):
    return Name(name, tuple(map(named, dims)))


def text(node, target="numpy"):
    """The source of a function that returns a node."""
    names = {part.name: part.shape for part in found(node)}
    result = Result("result", Form(node, (), node), node.shape, None)
    return source("value", names, [result], Docstring("", [], [], []), min(names), target)


def found(node):
    return [node] if isinstance(node, Name) else [name for child in node.children for name in found(child)]


def point(node):
    """Arrays for the names of a node; square ones can be inverted."""
    values = {}
    for name in found(node):
        shape = [dim.value(SIZES) for dim in name.shape]
        values[name.name] = RNG.uniform(-1, 1, size=shape) + (3 * np.eye(shape[0]) if len(shape) == 2 and shape[0] == shape[1] else 0)
    return values


def assert_planned(node):
    """The planned code gives what the expression means, and leaves its inputs as they are."""
    values = point(node)
    given_values = {name: value.copy() for name, value in values.items()}
    got = compiled(text(node))(**values)
    want = evaluate(node, given_values, SIZES)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-11, err_msg=text(node))
    for name, value in values.items():
        np.testing.assert_array_equal(value, given_values[name], err_msg=f"{name} is changed by\n{text(node)}")


# ---- planned is unplanned, on random expressions


def matrix_of(name, rows, columns):
    """A matrix of some dimensions: given, transposed, an inverse, diagonal, or of rank one."""
    plain, inverse = tensor(name, rows, columns), Call("inv", tensor(name, rows, rows), None)
    choices = [plain, T(tensor(name + "t", columns, rows)), Outer(tensor(name + "l", rows), tensor(name + "r", columns))]
    if rows == columns:
        choices += [inverse, T(inverse), Diag(tensor(name + "v", rows))]
    return st.sampled_from(choices)


@st.composite
def chains(draw):
    """A product of two to six matrices, with a vector at either end or not."""
    dims = draw(st.lists(st.sampled_from("ndmk"), min_size=3, max_size=7))
    parts = [draw(matrix_of("ABCDEF"[place], rows, columns)) for place, (rows, columns) in enumerate(pairwise(dims))]
    front = [tensor("x", dims[0])] if draw(st.booleans()) else []
    back = [tensor("y", dims[-1])] if draw(st.booleans()) else []
    return MatMul((*front, *parts, *back))


@given(chains())
@settings(max_examples=60)
def test_chains(chain):
    assert_planned(chain)


@given(chains(), chains())
@settings(max_examples=15)
def test_sums_of_scaled_chains(left, right):
    scaled = Mul((num(-2), tensor("c"), left))
    assert_planned(Add((scaled, Mul((num(3), left)))))
    assert_planned(Call("sum", Mul((right, right)), None))


LETTERS = {"i": "n", "j": "d", "k": "m", "l": "k", "p": "n", "q": "d"}


@st.composite
def einsums(draw):
    """Two to five operands of one to three letters, identities and diagonal matrices among them; every summed letter stands somewhere."""
    words, parts = [], []
    for place in range(draw(st.integers(2, 5))):
        word = "".join(draw(st.lists(st.sampled_from("ijklpq"), min_size=1, max_size=3, unique=True)))
        dims = [LETTERS[letter] for letter in word]
        kinds = [tensor("ABCDE"[place], *dims)]
        if len(dims) == 2 and dims[0] == dims[1]:
            kinds += [Eye(named(dims[0])), Diag(tensor("uvwxy"[place], dims[0]))]
        words.append(word)
        parts.append(draw(st.sampled_from(kinds)))
    every = "".join(dict.fromkeys("".join(words)))
    output = "".join(draw(st.permutations(draw(st.lists(st.sampled_from(every), unique=True, max_size=4)))))
    return Einsum(tuple(words), output, tuple(parts))


@given(einsums().filter(lambda node: found(node)))
@settings(max_examples=120)
def test_einsums(node):
    assert_planned(node)


X, G, V = tensor("X", "n", "d"), tensor("G", "n", "d"), tensor("v", "d")
COLUMN = Call("sum", X, (1,), True)
PARTS = [X, G, V, COLUMN, Pow(X, num(2)), tensor("c"), num(3), Pow(Add((num(2), Pow(V, num(2)))), num(-1)), Add((X, Mul((num(-1), G))))]


AXES = st.sampled_from([None, (0,), (1,), (0, 1)])


@given(st.lists(st.sampled_from(PARTS), min_size=2, max_size=5), st.sampled_from(["sum", "mean"]), AXES, st.booleans())
@settings(max_examples=60)
def test_sums_of_products(parts, name, axis, keepdims):
    product = Mul((X, *parts))
    assert_planned(Call(name, product, axis, keepdims))
    assert_planned(Mul((product, Call(name, product, axis, keepdims))) if keepdims else product)


# ---- the order of products


@pytest.mark.parametrize(
    ("dims", "brackets"),
    [
        ((10, 1000, 10, 1000), "((A B) C)"),
        ((1000, 10, 1000, 10), "(A (B C))"),
        ((5, 5, 5, 5), "((A B) C)"),
        ((30, 35, 15, 5, 10, 20, 25), "((A (B C)) ((D E) F))"),
    ],
)
def test_known_sizes_give_the_textbook_order(dims, brackets):
    """The last is the example of Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, section 15.2."""
    parts = [Name(name, (integer(rows), integer(columns))) for name, rows, columns in zip("ABCDEF", dims, dims[1:], strict=False)]
    assert shown(ordered_chain(MatMul(tuple(parts)), Sampled())) == brackets


@pytest.mark.parametrize(("n", "d", "line"), [(2, 9, "t1 = X @ X.T"), (9, 2, "t1 = X.T @ X")])
def test_sizes_that_the_caller_gives_count(n, d, line):
    """X Xᵀ X is (X Xᵀ) X where X is wide, and X (Xᵀ X) where it is tall."""
    source = body("sum((X @ X.T @ X)**2)", "X", {"X": (n, d)})
    assert line in [found.strip() for found in source.splitlines()]


def shown(node):
    return node.name if isinstance(node, Name) else f"({' '.join(map(shown, node.parts))})"


def test_every_order_of_two_dimensions_is_drawn_as_often():
    sizes = Sampled()
    pairs = [(sizes.value(named("n"), draw), sizes.value(named("d"), draw)) for draw in sizes.draws()]
    assert sum(n < d for n, d in pairs) == sum(n > d for n, d in pairs) == len(pairs) / 2


# ---- what the code says


def body(expression, wrt, shapes, order=1, **more):
    question = td.derive(expression, wrt, shapes, order=order, **more)
    assert question.check().ok
    return question.code().split('"""')[-1]


def test_a_product_that_is_there_is_used_by_the_next():
    source = body("sum(logsumexp(X @ W, axis=1))", "W", {"X": "n d", "W": "d k"}, 2)
    assert source.count("tensordot") == 2
    assert source.count("softmax") == 1


@pytest.mark.parametrize(
    ("expression", "wrt", "shapes", "order", "line"),
    [
        ("x @ inv(A) @ y", "x", {"A": "n n", "x": "n", "y": "n"}, 1, "dx = np.linalg.solve(A, y)"),
        ("x @ inv(A) @ B @ y", "x", {"A": "n n", "B": "n m", "x": "n", "y": "m"}, 1, "dx = np.linalg.solve(A, B @ y)"),
        ("sum((A - U @ V.T)**2)", "U", {"A": "n m", "U": "n r", "V": "m r"}, 2, 'np.einsum("ijil->ilj", H)[:] = 2*(V.T @ V)'),
        ("logdet(A)", "A", {"A": "n n"}, 2, 'H = np.einsum("jk,li->ijkl", -t1, t1)'),
        ("-sum(y*log_softmax(z))", "z", {"y": "k", "z": "k"}, 2, 'np.einsum("ii->i", H)[:] += t1*t2'),
        ("sum(x**4)", "x", {"x": "n"}, 1, "dx = 4*x**2*x"),
        ("sum(X*Y*v)", "X", {"X": "n d", "Y": "n d", "v": "d"}, 1, "dX = Y*v"),
        ("sum(sum(X*Y, axis=1)**2)", "X", {"X": "n d", "Y": "n d"}, 1, "dX = Y*(2*vecdot(X, Y)[:, None])"),
        ("sum(X*v, axis=1) @ y", "y", {"X": "n d", "v": "d", "y": "n"}, 1, "dy = X @ v"),
    ],
)
def test_lines(expression, wrt, shapes, order, line):
    assert line in [found.strip() for found in body(expression, wrt, shapes, order).splitlines()]


def test_an_inverse_that_is_needed_is_computed_once():
    source = body("x @ inv(A) @ x + logdet(A)", "A", {"A": "n n", "x": "n"})
    assert source.count("linalg.inv") == 1
    assert "solve" not in source


def test_a_variance_takes_the_deviations_that_are_there():
    source = body("sum(G*(X - mean(X, axis=1, keepdims=True))/sqrt(var(X, axis=1, keepdims=True) + 1))", "X", {"X": "n d", "G": "n d"})
    assert ".var(" not in source
    assert source.count('X - np.einsum("ij->i", X)[:, None]/d') == 1


# ---- memory


NORM = ("sum(G*(X - mean(X, axis=1, keepdims=True))/sqrt(var(X, axis=1, keepdims=True) + 1))", "X", {"X": "n d", "G": "n d"})


@pytest.mark.parametrize(
    ("expression", "wrt", "shapes", "lines"),
    [
        (
            *NORM,
            [
                'dX = X - np.einsum("ij->i", X)[:, None]/d',
                "dX += G",
                'dX -= np.einsum("ij->i", G)[:, None]/d',
                "dX *= 1/np.sqrt(t1)",
            ],
        ),
        ("sum((X @ W + b)**4)", "W", {"X": "n d", "W": "d h", "b": "h"}, ["t1 = X @ W", "t1 += b"]),
        ("sum(A*(U @ V.T - a)**2)", "U", {"A": "n m", "U": "n r", "V": "m r", "a": "m"}, ["t1 = U @ V.T", "t1 -= a", "t1 *= A"]),
        ("sum((X*v + G)**3)", "X", {"X": "n d", "G": "n d", "v": "d"}, ["dX = (X*v + G)**2", "dX *= 3*v"]),
        ("sum(exp(X @ Y))", "X", {"X": "n d", "Y": "d m"}, ["dX = np.exp(X @ Y) @ Y.T"]),  # nothing is made that is not needed
    ],
)
def test_a_chain_of_operations_has_one_array(expression, wrt, shapes, lines):
    got = [line.strip() for line in body(expression, wrt, shapes).splitlines()]
    assert [line for line in got if line in lines] == lines


TREES = st.recursive(
    st.sampled_from([X, G, V, COLUMN, tensor("c"), num(-1), num(3), MatMul((tensor("P", "n", "m"), tensor("Q", "m", "d")))]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Add(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Mul(tuple(parts))),
        inner.map(lambda part: Pow(Add((num(2), Pow(part, num(2)))), num(-1))),
        inner.map(lambda part: Call("sum", Add((X, part)), (1,), True)),
        inner.map(lambda part: MatMul((MatMul((Add((G, part)), T(X))), G))),
    ),
    max_leaves=8,
)


@given(st.lists(TREES, min_size=1, max_size=3), TREES, st.booleans())
@settings(max_examples=150)
def test_what_is_written_over_is_not_needed_any_more(shared, last, mixed):
    """Definitions of each other and a result of all, on inputs of one type and of two."""
    node, definitions = Add((X, last)), []
    for place, part in enumerate(shared):
        name = f"D{place}"
        before = Name(f"D{place - 1}", X.shape) if place else G
        definitions.append(Named(name, Add((Mul((before, part)), X))))
        node = Add((Mul((node, Name(name, X.shape))), Mul((part, Name(name, X.shape)))))
    whole = node
    for item in reversed(definitions):
        whole = replaced([whole], {Name(item.name, X.shape): item.node})[0]
    names = {part.name: part.shape for part in found(whole)}
    values = {name: RNG.uniform(-1, 1, size=[dim.value(SIZES) for dim in dims]) for name, dims in names.items()}
    if mixed:
        values["G" if "G" in values else "X"] = values["G" if "G" in values else "X"].astype("f4")
    kept = {name: value.copy() for name, value in values.items()}
    result = Result("result", Form(node, tuple(definitions), node), node.shape, Nothing())
    code = source("value", names, [result], Docstring("", [], [], []), "X", "numpy")
    got = compiled(code)(**values)
    assert got.dtype == "f8" or set(names) == {"G"}
    np.testing.assert_allclose(got, evaluate(whole, kept, SIZES), rtol=1e-5 if mixed else 1e-9, atol=1e-6 if mixed else 1e-11, err_msg=code)
    for name, value in values.items():
        np.testing.assert_array_equal(value, kept[name], err_msg=f"{name} is changed by\n{code}")


class Nothing:
    """A program without definitions of its own."""

    definitions: ClassVar[dict] = {}


@pytest.mark.parametrize(
    ("question", "arrays"),
    [
        (NORM, 2),
        (("sum(A*(U @ V.T - a)**2)", "U", {"A": "n d", "U": "n r", "V": "d r", "a": "d"}), 1),
        (("sum((X @ W + b)**2*A)", "W", {"X": "n d", "W": "d d", "b": "d", "A": "n d"}), 1),
    ],
)
def test_no_more_arrays_are_held_than_needed(question, arrays):
    """The most memory at once, in arrays of n rows and d columns, beside the result where it is smaller."""
    shapes, sizes = question[2], {"n": 400, "d": 200, "r": 2}
    values = {name: RNG.uniform(1, 2, size=[sizes[dim] for dim in dims.split()]) for name, dims in shapes.items()}
    function = td.derive(*question).function()
    result = function(**values)
    tracemalloc.start()
    function(**values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    whole = 8 * sizes["n"] * sizes["d"]
    assert peak < (arrays + 0.2) * whole + (result.nbytes if result.nbytes < whole else 0)


def test_a_view_of_an_input_is_never_written_into():
    A = tensor("P", "n", "n", "d")
    diagonal = Einsum(("iij",), "ij", (A,))
    assert_planned(Mul((Add((diagonal, Call("sum", diagonal, (0,)))), Call("sum", diagonal, (1,), True))))


def test_results_are_of_the_type_that_the_inputs_promote_to():
    function = td.derive(*NORM).function()
    X, G = RNG.uniform(size=(2, 4, 3))
    want = function(X=X, G=G)
    for first, second, kind in [("f4", "f8", "f8"), ("f8", "f4", "f8"), ("f4", "f4", "f4")]:
        got = function(X=X.astype(first), G=G.astype(second))
        assert got.dtype == kind
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_whole_numbers_are_taken():
    A, x = np.array([[2, 1], [0, 3]]), np.array([1, 2])
    got = td.derive("x @ A @ x + sum(x**2)/3", "x", {"A": "n n", "x": "n"}, order=2).function()(A=A, x=x)
    np.testing.assert_allclose(got, A + A.T + 2 / 3 * np.eye(2))


def test_what_is_not_finite_stays_where_it_is():
    """Off the diagonal of a sum of functions of one entry each there are zeros, whatever stands on it."""
    H = td.derive("sum((A - U @ V.T)**2)", "U", {"A": "n m", "U": "n r", "V": "m r"}, order=2).function()
    with np.errstate(invalid="ignore"):
        got = H(A=np.ones((3, 2)), U=np.ones((3, 2)), V=np.array([[np.inf, 0.0], [1.0, 1.0]]))
    assert (got[0, :, 1] == 0).all()
