"""Entries at other places: slices, regrouped axes, shifts, triangles, running sums, cases, and indices that are sums."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.errors import DerivationError
from tensor_deriv.language.reader import read_program
from tensor_deriv.program import Program
from tensor_deriv.verification.sample import draw

EVERY = bool(os.environ.get("TENSOR_DERIV_ALL"))
Want = Callable[[Any], np.ndarray]
SHAPES = {"x": "n", "y": "m", "A": "n n", "X": "n d", "Z": "d n", "R": "b n d", "C": "2 3", "v": "6"}

# an array expression, and what it is in NumPy
ARRAYS = [
    ("x[1:]", lambda p: p.x[1:]), ("x[:-1]", lambda p: p.x[:-1]), ("x[1:n-1]", lambda p: p.x[1:-1]), ("x[::-1]", lambda p: p.x[::-1]),
    ("x[0]", lambda p: p.x[0]), ("x[-1]", lambda p: p.x[-1]), ("x[n-1]", lambda p: p.x[-1]), ("v[1:5:2]", lambda p: p.v[1:5:2]),
    ("v[::2]", lambda p: p.v[::2]), ("v[2:9]", lambda p: p.v[2:9]), ("X[0]", lambda p: p.X[0]), ("X[:, 1:]", lambda p: p.X[:, 1:]),
    ("X[-1, 0]", lambda p: p.X[-1, 0]), ("X[1:, None, 0]", lambda p: p.X[1:, None, 0]), ("R[:, 0]", lambda p: p.R[:, 0]),
    ("R[0, :, 1:]", lambda p: p.R[0, :, 1:]), ("exp(x)[1:]", lambda p: np.exp(p.x)[1:]), ("(X @ Z)[0]", lambda p: (p.X @ p.Z)[0]),
    ("x[1:] - x[:-1]", lambda p: p.x[1:] - p.x[:-1]),
    ("reshape(X, n*d)", lambda p: p.X.reshape(-1)), ("reshape(X, -1)", lambda p: p.X.reshape(-1)),
    ("reshape(R, b*n, d)", lambda p: p.R.reshape(-1, p.R.shape[2])), ("reshape(R, (b, n*d))", lambda p: p.R.reshape(p.R.shape[0], -1)),
    ("reshape(C, 3, 2)", lambda p: p.C.reshape(3, 2)), ("reshape(v, 2, 3)", lambda p: p.v.reshape(2, 3)),
    ("reshape(v, 2, -1) * C", lambda p: p.v.reshape(2, 3) * p.C),
    ("reshape(R, n, b, d)", lambda p: p.R.reshape(np.array(p.R.shape)[[1, 0, 2]])),
    ("reshape(exp(X), 1, n, d)", lambda p: np.exp(p.X)[None]), ("vec(A)[1:]", lambda p: p.A.T.reshape(-1)[1:]),
    ("concatenate((x, y))", lambda p: np.concatenate((p.x, p.y))),
    ("concatenate((x, exp(y), x*x))", lambda p: np.concatenate((p.x, np.exp(p.y), p.x**2))),
    ("concatenate((X, A), axis=1)", lambda p: np.concatenate((p.X, p.A), axis=1)),
    ("concatenate((X, Z.T), axis=-1)", lambda p: np.concatenate((p.X, p.Z.T), axis=1)),
    ("stack((x, 2*x))", lambda p: np.stack((p.x, 2 * p.x))), ("stack((X, Z.T), axis=1)", lambda p: np.stack((p.X, p.Z.T), axis=1)),
    ("stack((x, A[0]), axis=-1)", lambda p: np.stack((p.x, p.A[0]), axis=-1)),
    ("flip(x)", lambda p: np.flip(p.x)), ("flip(X)", lambda p: np.flip(p.X)), ("flip(X, 0)", lambda p: np.flip(p.X, 0)),
    ("flip(R, (0, 2))", lambda p: np.flip(p.R, (0, 2))),
    ("roll(x, 1, 0)", lambda p: np.roll(p.x, 1)), ("roll(X, -1, axis=1)", lambda p: np.roll(p.X, -1, axis=1)),
    ("roll(x, 1)", lambda p: np.roll(p.x, 1)), ("roll(v, 8, 0)", lambda p: np.roll(p.v, 8)),
    ("tril(A)", lambda p: np.tril(p.A)), ("triu(A)", lambda p: np.triu(p.A)), ("tril(X, -1)", lambda p: np.tril(p.X, -1)),
    ("triu(X, 1)", lambda p: np.triu(p.X, 1)),
    ("tril(R)", lambda p: np.tril(p.R)), ("tril(A) @ x", lambda p: np.tril(p.A) @ p.x),
    ("cumsum(x)", lambda p: np.cumsum(p.x)), ("cumsum(X)", lambda p: np.cumsum(p.X)),
    ("cumsum(X, axis=0)", lambda p: np.cumsum(p.X, axis=0)),
    ("cumsum(R, axis=1)", lambda p: np.cumsum(p.R, axis=1)), ("cumsum(exp(x))[1:]", lambda p: np.cumsum(np.exp(p.x))[1:]),
    ("where(x > 0, x, 2*x)", lambda p: np.where(p.x > 0, p.x, 2 * p.x)),
    ("where(x > 0, log(x), x)", lambda p: np.where(p.x > 0, np.log(p.x), p.x)),
    ("where(X <= 1/2, X, Z.T)", lambda p: np.where(p.X <= 0.5, p.X, p.Z.T)), ("where(A, x, 0)", lambda p: np.where(p.A != 0, p.x, 0)),
    ("where((x > 0) & (x < 1), x**2, -1)", lambda p: np.where((p.x > 0) & (p.x < 1), p.x**2, -1)),
    ("where((x > 1) | (x < 0), x**2, -1)", lambda p: np.where((p.x > 1) | (p.x < 0), p.x**2, -1)),
    ("where(x != 0, 1/x, 0)", lambda p: 1 / p.x),
    ("where(a > 0, X, Z.T)", lambda p: np.where(p.a > 0, p.X, p.Z.T)),
]  # fmt: skip

# definitions in index notation, the shape declared where it is not seen, and NumPy's value
INDICES = [
    ("t[i] = x[i+1] - x[i]", {"t": "n"}, lambda p: np.append(p.x[1:], 0) - p.x),
    ("t[i] = x[i+1]", {}, lambda p: p.x[1:]),
    ("t[i] = x[n-1-i]", {}, lambda p: p.x[::-1]),
    ("t[i] = (k <= i)*x[k]", {}, lambda p: np.cumsum(p.x)),
    ("t[i,j] = A[i,j]*(i > j)", {}, lambda p: np.tril(p.A, -1)),
    ("t[i,j] = A[i,j]*(i != j)", {}, lambda p: p.A - np.diag(np.diag(p.A))),
    ("t[i] = where(i >= 2, x[i-2], x[i])", {}, lambda p: np.where(np.arange(len(p.x)) >= 2, np.roll(p.x, 2), p.x)),
    ("t[p] = v[2*p]", {"t": "3"}, lambda p: p.v[::2]),
    ("t[p] = v[p+r]*y[r]", {"y": "2"}, lambda p: np.convolve(p.v, p.y[::-1], "valid")),
    ("t[p] = v[p-r]*y[r]", {"y": "2", "t": "7"}, lambda p: np.convolve(p.v, p.y)),
    ("t[i] = v[p]*y[r]*(2*p + r == i)", {"y": "3", "t": "13"}, lambda p: stretched(p.v, p.y)),
    ("t[p,r] = v[p]*(2*p == r + 1)", {"t": "6 4"}, lambda p: p.v[:, None] * (2 * np.arange(6)[:, None] == np.arange(4) + 1)),
    ("t[j] = A[0,j]*x[2]", {}, lambda p: p.A[0] * p.x[2]),
    ("t[i] = A[i,n-1-i]", {}, lambda p: np.diag(p.A[:, ::-1])),
]


def stretched(v: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The transposed convolution of stride 2."""
    apart = np.zeros(2 * len(v) - 1)
    apart[::2] = v
    return np.convolve(apart, y)


class Values:
    """The arrays of a point by their names."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.__dict__.update(arrays)


def program_value(program: Program, seed: int) -> tuple[np.ndarray, Values]:
    point = draw(program, np.random.default_rng(seed))
    evaluator = point.evaluator(program)
    return evaluator.at(program.result.body, program.result.axes), Values(point.given)


def used(text: str, shapes: dict[str, str]) -> dict[str, str]:
    return {name: shape for name, shape in shapes.items() if name in text.replace("[", " ").replace("(", " ") or name in text}


@pytest.mark.parametrize(("text", "want"), ARRAYS, ids=[text for text, _ in ARRAYS])
def test_places_mean_what_numpy_means(text: str, want: Want) -> None:
    got, values = program_value(read_program(text, used(text, SHAPES)), 3)
    np.testing.assert_allclose(got, want(values), rtol=1e-12)


@pytest.mark.parametrize(("text", "shapes", "want"), INDICES, ids=[text for text, *_ in INDICES])
def test_places_in_index_notation(text: str, shapes: dict[str, str], want: Want) -> None:
    got, values = program_value(read_program("t", {**used(text, SHAPES), **shapes}, [text]), 5)
    np.testing.assert_allclose(got, want(values), rtol=1e-12)


def variable(text: str) -> str:
    return next(name for name in ("X", "A", "x", "R", "C", "v", "y") if name in text)


@pytest.mark.parametrize("text", [text for text, _ in ARRAYS if "a > 0" not in text])
def test_derivatives_at_places(text: str) -> None:
    derivation = td.derive(f"sum(sin({text}))", wrt=variable(text), shapes=used(text, SHAPES))
    report = derivation.check()
    assert report.ok, report


@pytest.mark.parametrize(("text", "shapes"), [item[:2] for item in INDICES], ids=[text for text, *_ in INDICES])
def test_derivatives_in_index_notation(text: str, shapes: dict[str, str]) -> None:
    derivation = td.derive("sum(sin(t))", wrt=variable(text), shapes={**used(text, SHAPES), **shapes}, definitions=[text])
    report = derivation.check()
    assert report.ok, report


FORMS = [  # a scalar, the variable, and the array form it should have
    ("x[1:] @ y", "x", {"x": "n", "y": "n-1"}, "concatenate((zeros(1), y))"),
    ("flip(x) @ y", "x", {"y": "n"}, "flip(y)"),
    ("concatenate((x, y)) @ z", "y", {}, "z[n:]"),
    ("sum(stack((x, y))*Z)", "y", {"Z": "2 n"}, "Z[1]"),
    ("cumsum(x) @ y", "x", {"y": "n"}, "flip(cumsum(flip(y), axis=0))"),
    ("sum(cumsum(X, axis=0)*Y)", "X", {"Y": "n d"}, "flip(cumsum(flip(Y, 0), axis=0), 0)"),
    ("x @ tril(A) @ y", "A", {"y": "n"}, "tril(outer(x, y))"),
    ("sum(reshape(x, m, d)**2*Y)", "x", {"x": "p", "Y": "m d"}, "2*x*reshape(Y, d*m)"),
    ("sum(reshape(X, n*d)*y)", "X", {"X": "n d", "y": "p"}, "reshape(y, n, d)"),
    ("X[0] @ w", "X", {"X": "n d", "w": "d"}, "outer(eye(n)[0], w)"),
    ("sum(where(x > 0, x*log(x), y**2))", "x", {}, "where(x > 0, log(x) + 1, 0)"),
    ("sum(where(abs(X @ w - y) <= 1, (X @ w - y)**2/2, abs(X @ w - y) - 1/2))", "w", {},
     "X.T @ where(abs(X @ w - y) <= 1, X @ w - y, sign(X @ w - y))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "shapes", "want"), FORMS, ids=[text for text, *_ in FORMS])
def test_array_forms_at_places(text: str, wrt: str, shapes: dict[str, str], want: str) -> None:
    derivation = td.derive(text, wrt=wrt, shapes=shapes)
    assert derivation.matrix == want
    assert derivation.check().ok


def test_the_gradient_of_a_convolution_is_a_correlation() -> None:
    shapes = {"x": "n c l", "w": "o c k", "y": "n o q"}
    convolution = ["y[n,o,p] = w[o,c,r]*x[n,c,p+r]"]
    by_input = td.derive("l(y)", wrt="x", shapes=shapes, definitions=convolution)
    assert by_input.check().ok
    assert "∂l/∂y_m,j,(p − r) w_jnr" in by_input.text()
    by_kernel = td.derive("l(y)", wrt="w", shapes=shapes, definitions=convolution)
    assert by_kernel.check().ok
    assert "∂l/∂y_imk x_i,n,(k + p)" in by_kernel.text()


def test_where_keeps_the_branch_that_is_not_taken_out() -> None:
    x = np.array([-1.0, 0.0, 2.0])
    for order, want in ((1, [0.0, 0.0, 1.0 + np.log(2.0)]), (2, np.diag([0.0, 0.0, 0.5]))):
        derivation = td.derive("sum(where(x > 0, x*log(x), 0))", wrt="x", order=order)
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(derivation.function("numpy")(x=x), want)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "text",
    ["sum(where(x > 0, x**3, exp(x)))", "sum(cumsum(x)**3)", "sum((x[1:] - x[:-1])**4)", "norm(reshape(x, m, d) @ y)", "sum(flip(x)**3*x)"],
)
def test_second_order_at_places(text: str, order: int) -> None:
    report = td.derive(text, wrt="x", order=order, shapes={"x": "p" if "reshape" in text else "n"}).check()
    assert report.ok, report


QUESTIONS = [  # the arguments of `derive` for every line of both tables
    *(({"expr": f"sum(sin({text}))", "shapes": used(text, SHAPES)}, text) for text, _ in ARRAYS if "a > 0" not in text),
    *(({"expr": "sum(sin(t))", "shapes": {**used(text, SHAPES), **shapes}, "definitions": [text]}, text) for text, shapes, _ in INDICES),
]


@pytest.mark.parametrize("target", ["torch", "jax", "xp"])
@pytest.mark.parametrize(("question", "text"), QUESTIONS[:: 1 if EVERY else 9], ids=[text for _, text in QUESTIONS[:: 1 if EVERY else 9]])
def test_code_at_places(question: dict[str, Any], text: str, target: str) -> None:
    with of_doubles(target) as array:
        derivation = td.derive(wrt=variable(text), **question)
        point = draw(derivation.program, np.random.default_rng(1))
        program = derivation.gradient.program
        evaluator = point.evaluator(program)
        function = derivation.function(target)
        sizes = {name: point.sizes[name] for name, word in inspect.signature(function).parameters.items() if word.kind is word.KEYWORD_ONLY}
        got = function(**{name: array(evaluator.tensors[name]) for name in derivation.given}, **sizes)
        np.testing.assert_allclose(np.asarray(got), evaluator.at(program.result.body, program.result.axes), rtol=1e-9, atol=1e-12)


@contextmanager
def of_doubles(target: str) -> Iterator[Callable[[np.ndarray], Any]]:
    """What makes a library's array of double precision."""
    if target == "torch":
        import torch

        yield torch.tensor
        return
    if target == "xp":
        import array_api_strict

        yield array_api_strict.asarray
        return
    import jax

    with jax.enable_x64(True):
        yield jax.numpy.asarray
def test_letters_of_a_gathered_array_are_not_those_of_sizes() -> None:
    shapes = {"x": "i j*k", "G": "j i k"}
    derivation = td.derive("sum(t*G)", wrt="x", shapes={**shapes, "t": "j i k"}, definitions=["t[p,q,r] = x[q,k*p+r]"])
    assert derivation.check().ok
    x, G = np.zeros((2, 12)), np.random.default_rng(0).normal(size=(3, 2, 4))
    np.testing.assert_allclose(derivation.function("numpy")(x=x, G=G), G.transpose(1, 0, 2).reshape(2, 12))


def test_a_point_has_an_entry_on_every_axis() -> None:
    shapes = {"x": "n c h l", "y": "n c 2 3 h-1 l-2", "G": "n 6*c (h-1)*(l-2)"}
    patches = ["y[n,c,r,s,p,q] = x[n,c,p+r,q+s]"]
    derivation = td.derive("sum(reshape(y, n, 6*c, (h-1)*(l-2))*G)", wrt="x", shapes=shapes, definitions=patches)
    assert all(derivation.check(seed).ok for seed in range(3))


REFUSED = [
    ("v[7]", "there is no place 7"), ("x[0, 1]", "2 places are given"), ("x[::2]", "give the sizes as integers"),
    ("v[4:2]", "there is no slice"),
    ("reshape(v, 4)", "`reshape` makes (4)"), ("reshape(v, -1, -1)", "one size open"), ("reshape(v, 4, -1)", "cannot divide"),
    ("concatenate((x, X))", "takes a vector"), ("concatenate(x)", "several arrays"), ("roll(x, 1, 3)", "axis 3"),
    ("roll(X, 1)", "needs to be told along which one"), ("cumprod(X, (0, 1))", "needs to be told along which one"),
    ("tril(x)", "takes a matrix"),
    ("where(x > 0, x)", "where"), ("x[::-2]", "a step may be positive"), ("C[5:]", "there is no slice"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[text for text, _ in REFUSED])
def test_places_that_are_refused(text: str, words: str) -> None:
    with pytest.raises(DerivationError, match=words.replace("(", r"\(").replace(")", r"\)")):
        td.derive(f"sum({text})", wrt=variable(text), shapes=used(text, SHAPES))
