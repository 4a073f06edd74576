"""Every row of the table of tensor primitives: against differences, and against its own definition in index notation."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.errors import UnsupportedError
from tensor_deriv.index.bodies import Apply
from tensor_deriv.index.dims import Dim, named
from tensor_deriv.index.nodes import Number
from tensor_deriv.primitives import TABLE, fresh_slots
from tensor_deriv.program import Definition, Program, Tensor, result_shape
from tensor_deriv.verification.differences import jacobian
from tensor_deriv.verification.sample import Point

LAST = ("prod4", "cumprod3", "d2expm")  # the table ends with these
SIZES = {"n": 3, "d": 2, "k": 4, "m": 3}


def cases() -> list[tuple[str, tuple[str, ...], tuple[int, ...]]]:
    """(primitive, shape, axes): every choice of axes up to rank 3, square matrices and stacks of them for linear algebra."""
    found = []
    for name, row in TABLE.items():
        if row.matrix:
            shapes = (("n", "d"), ("d", "n"), ("d", "n", "k")) if row.kind == "turned" else (("n", "n"), ("d", "n", "n"))
            found += [(name, shape, (len(shape) - 2, len(shape) - 1)) for shape in shapes]
            continue
        deepest = 2 if row.order > 1 else 3
        for rank in range(1, deepest + 1):
            shape, widths = ("n", "d", "k")[:rank], range(1, 2 if row.scan else rank + 1)
            found += [(name, shape, axes) for count in widths for axes in itertools.combinations(range(rank), count)]
    return found


def program_of(name: str, shape: tuple[Dim, ...], axes: tuple[int, ...]) -> tuple[Program, Apply]:
    """y = the primitive of x, and its body."""
    slots = fresh_slots(result_shape(name, shape, axes))
    body = Apply(name, "x", axes, slots)
    definition = Definition("y", slots, body)
    return Program({"x": Tensor("x", shape)}, {"y": definition}, definition, tuple(SIZES)), body


def drawn(name: str, shape: tuple[str, ...], seed: int = 0) -> Any:
    x = np.random.default_rng(seed).normal(size=tuple(SIZES[d] for d in shape))
    return x + 3 * np.eye(*x.shape[-2:]) if TABLE[name].matrix else x


@pytest.mark.parametrize(("name", "shape", "axes"), cases(), ids=str)
def test_the_row_agrees_with_differences(name: str, shape: tuple[str, ...], axes: tuple[int, ...]) -> None:
    dims = tuple(map(named, shape))
    program, body = program_of(name, dims, axes)
    by = fresh_slots(dims, "mnpq")
    if name in LAST:
        with pytest.raises(UnsupportedError, match="known"):
            TABLE[name].partial(program, "y", body, by)
        return
    derivative = TABLE[name].partial(program, "y", body, by)
    x = drawn(name, shape)
    evaluator = Point({"x": x}, SIZES).evaluator(program)
    claim = evaluator.at(derivative, (*body.slots, *by))
    truth, estimate = jacobian(lambda value: TABLE[name].numpy(value, axes), x)
    assert claim.shape == truth.shape
    assert np.all(np.abs(claim - truth) <= 10 * estimate + 1e-8 * max(1.0, np.abs(truth).max()))


@pytest.mark.parametrize("name", [name for name in TABLE if TABLE[name].order < 2 and not name.startswith("prod") and "mask" not in name])
def test_the_derivatives_are_large_enough_to_tell(name: str) -> None:
    """A factor of 1.001 or a sign would be far outside of what the test above allows."""
    shape = ("n", "d") if TABLE[name].kind == "turned" or not TABLE[name].matrix else ("n", "n")
    dims = tuple(map(named, shape))
    program, body = program_of(name, dims, (0, 1) if TABLE[name].matrix else (1,))
    by = fresh_slots(dims, "mnpq")
    derivative = TABLE[name].partial(program, "y", body, by)
    evaluator = Point({"x": drawn(name, shape)}, SIZES).evaluator(program)
    claim = evaluator.at(derivative, (*body.slots, *by))
    assert np.abs(claim).max() > 1e-3


MATRIX, VECTOR = {"X": ("n", "d")}, {"X": ("n",)}
DEFINED = [  # (the primitive in the language, its definition, the result)
    ("softmax(X, axis=1)", ["E[i,j] = exp(X[i,j])", "Z = sum(E, axis=1)", "P[i,j] = E[i,j]/Z[i]"], "P", MATRIX),
    ("softmax(X, axis=0)", ["E[i,j] = exp(X[i,j])", "Z = sum(E, axis=0)", "P[i,j] = E[i,j]/Z[j]"], "P", MATRIX),
    ("softmax(X, axis=(0, 1))", ["E[i,j] = exp(X[i,j])", "z = sum(E)", "P[i,j] = E[i,j]/z"], "P", MATRIX),
    ("log_softmax(X, axis=1)", ["E[i,j] = exp(X[i,j])", "Z = sum(E, axis=1)", "P[i,j] = X[i,j] - log(Z[i])"], "P", MATRIX),
    ("log_softmax(X, axis=-1)", ["E[i] = exp(X[i])", "z = sum(E)", "P[i] = X[i] - log(z)"], "P", VECTOR),
    ("logsumexp(X)", ["E[i,j] = exp(X[i,j])", "z = sum(E)", "r = log(z)"], "r", MATRIX),
    ("logsumexp(X, axis=0)", ["E[i,j] = exp(X[i,j])", "Z = sum(E, axis=0)", "r[j] = log(Z[j])"], "r", MATRIX),
    ("logcumsumexp(X, axis=1)", ["E[i,j] = exp(X[i,j])", "Z = cumsum(E, axis=1)", "R[i,j] = log(Z[i,j])"], "R", MATRIX),
    ("cumprod(X, axis=0)", ["L[i,j] = log(X[i,j])", "S = cumsum(L, axis=0)", "R[i,j] = exp(S[i,j])"], "R", MATRIX),
    ("cumprod(X, axis=-1)", ["S[i] = (k <= i)*log(X[k])", "R[i] = exp(S[i])"], "R", VECTOR),
    ("norm(X)", ["s = X[i,j]*X[i,j]"], "sqrt(s)", MATRIX),
    ("norm(X)", ["s = X[i]*X[i]"], "s**0.5", VECTOR),
    ("var(X)", ["u = sum(X)/(n*d)", "C[i,j] = X[i,j] - u", "v = C[i,j]*C[i,j]/(n*d)"], "v", MATRIX),
    ("var(X, axis=1)", ["u = sum(X, axis=1)/d", "C[i,j] = X[i,j] - u[i]", "v[i] = C[i,j]*C[i,j]/d"], "v", MATRIX),
    ("prod(X)", ["L[i,j] = log(X[i,j])", "s = sum(L)"], "exp(s)", MATRIX),
    ("prod(X, axis=0)", ["L[i,j] = log(X[i,j])", "s = sum(L, axis=0)", "r[j] = exp(s[j])"], "r", MATRIX),
]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("words", "definitions", "result", "shapes"), DEFINED, ids=[words for words, *_ in DEFINED])
def test_the_row_follows_from_the_definition(words: str, definitions: list[str], result: str, shapes: dict[str, Any], order: int) -> None:
    weight = "" if words.startswith(("norm", "prod(X)", "var(X)", "logsumexp(X)")) and order == 1 else "sum(sin({}))"
    by_row = td.derive((weight or "{}").format(words), "X", shapes, order=order)
    by_definition = td.derive((weight or "{}").format(result), "X", shapes, definitions, order=order)
    assert not any(isinstance(d.body, Apply) for d in by_definition.gradient.program.definitions.values())
    X = np.random.default_rng(5).uniform(0.4, 1.6, size=[SIZES[d] for d in shapes["X"]])
    values = []
    for derivation in (by_row, by_definition):
        program = derivation.gradient.program
        values.append(Point({"X": X}, SIZES).evaluator(program).at(program.result.body, program.result.axes))
    assert np.allclose(*values, rtol=1e-10, atol=1e-12)


def test_a_tie_of_max_is_shared_equally() -> None:
    derivation = td.derive("max(x)", "x", {"x": ("n",)})
    program = derivation.gradient.program
    value = Point({"x": np.array([1.0, 3.0, 3.0])}, SIZES).evaluator(program).at(program.result.body, program.result.axes)
    assert value.tolist() == [0.0, 0.5, 0.5]


def test_a_product_with_zeros_has_a_gradient() -> None:
    program = td.derive("prod(x)", "x", {"x": ("n",)}).gradient.program
    value = Point({"x": np.array([0.0, 3.0, 5.0])}, SIZES).evaluator(program).at(program.result.body, program.result.axes)
    assert value.tolist() == [15.0, 0.0, 0.0]


def test_rows_name_their_law_and_source() -> None:
    for row in TABLE.values():
        assert "∂" in row.law and row.source
        assert row.kind in ("map", "reduce", "pick", "turned")


def test_partials_of_masks_are_zero() -> None:
    program, body = program_of("max_mask", (named("n"),), (0,))
    derivative = TABLE["max_mask"].partial(program, "y", body, fresh_slots((named("n"),)))
    assert isinstance(derivative, Number) and derivative.value == 0
