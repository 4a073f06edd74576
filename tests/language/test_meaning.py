"""What each expression means: its shape, and its value against plain NumPy, at a point with unequal sizes and one with a size of 1."""

from __future__ import annotations

import numpy as np
import pytest

from tensor_deriv.language.reader import read_program
from tensor_deriv.verification.interpret import interpret
from tensor_deriv.verification.sample import draw

R = {"R": "b n d"}
SQUARE = {"A": "n n", "B": "n n"}
POSITIVE = {"x": "positive", "X": "positive"}

TABLE = [  # (text, shapes, the shape of the result)
    # names, numbers, arithmetic and broadcasting
    ("X", {}, "n d"), ("x", {}, "n"), ("a", {}, ""), ("g", {}, ""), ("h", {}, "n"), ("_u", {}, ""), ("x_hat", {}, "n"), ("X2", {}, "n d"),
    ("3", {}, ""), ("-2.5", {}, ""), ("1e-3*a", {}, ""), ("pi*x", {}, "n"), ("x + y", {}, "n"), ("x - y - z", {}, "n"),
    ("x - (y - z)", {}, "n"),
    ("-x**2", {}, "n"), ("(-x)**2", {}, "n"), ("+x", {}, "n"), ("x/y/z", {}, "n"), ("x/(y/z)", {}, "n"), ("2**x", {}, "n"),
    ("x**2**2", {}, "n"),
    ("X + x", {}, "n d"), ("X*x", {}, "n d"), ("x*X", {}, "d n"), ("X + a", {}, "n d"), ("a - X", {}, "n d"), ("R + x", R, "b n d"),
    ("R*Y", {**R, "Y": "n d"}, "b n d"),
    ("X + y", {"X": "n 1", "y": "d"}, "n d"), ("A + B", {"A": "3 1", "B": "1 4"}, "3 4"), ("x*y", {"x": "1", "y": "n"}, "n"),
    ("x[:, None]*y", {}, "n d"),
    ("x[None, :]*X", {}, "d n"), ("X[:, None] + x", {}, "n 1 d"), ("X[:]", {}, "n d"), ("R[:, :, None, :]", R, "b n 1 d"),
    ("A - A.T", {}, "n n"),
    # products of arrays
    ("X @ w", {}, "n"), ("x @ X", {}, "d"), ("x @ y", {}, ""), ("x @ X @ y", {}, ""), ("X @ Y", {}, "n k"), ("X @ Y.T", {}, "n k"),
    ("X.T @ X", {}, "d d"),
    ("R @ Y", {**R, "Y": "d k"}, "b n k"), ("Y @ R", {**R, "Y": "k n"}, "b k d"), ("R @ S", {**R, "S": "b d k"}, "b n k"),
    ("R @ x", R, "b n"), ("x @ R", R, "b d"),
    ("R @ S", {"R": "b 1 n d", "S": "h d k"}, "b h n k"), ("x.T @ y", {}, ""), ("X.T.T", {}, "n d"), ("dot(x, y)", {}, ""),
    ("dot(X, Y)", {}, "n k"),
    ("dot(a, X)", {}, "n d"), ("dot(X, x)", {}, "n"), ("outer(x, y)", {}, "n d"), ("outer(x, y) @ X", {}, "n k"),
    ("diag(x) @ X", {}, "n d"), ("X @ diag(x)", {}, "n d"),
    ("diag(diag(x))", {}, "n"), ("diag(A)", {}, "n"), ("diag(A @ B)", {}, "n"), ("diag(diag(A))", {}, "n n"),
    # reductions
    ("sum(X)", {}, ""), ("sum(X, axis=0)", {}, "d"), ("sum(X, axis=-1, keepdims=True)", {}, "n 1"), ("sum(X, keepdims=True)", {}, "1 1"),
    ("sum(a)", {}, ""),
    ("sum(R, axis=(0, 2))", R, "n"), ("sum(R, axis=(0, -1), keepdims=True)", R, "1 n 1"), ("sum(x, axis=())", {}, "n"),
    ("X/sum(X, axis=1, keepdims=True)", {}, "n d"),
    ("mean(X)", {}, ""), ("mean(R, axis=(1, 2))", R, "b"), ("prod(x)", {}, ""), ("prod(X, axis=0, keepdims=True)", {}, "1 d"),
    ("max(X, axis=1)", {}, "n"), ("min(X)", {}, ""),
    ("max(x, axis=())", {}, "n"), ("max(a)", {}, ""), ("var(X)", {}, ""), ("var(R, axis=(0, 2))", R, "n"), ("var(X, axis=())", {}, "n d"),
    ("var(a)", {}, ""), ("logsumexp(X)", {}, ""),
    ("logsumexp(X, axis=0, keepdims=True)", {}, "1 d"), ("logsumexp(R, axis=(1, 2))", R, "b"), ("logsumexp(a)", {}, ""),
    ("norm(x)", {}, ""), ("norm(X)", {}, ""), ("norm(R)", R, ""),
    ("norm(a)", {}, ""), ("norm1(X)", {}, ""), ("norm(x - y)*s", {}, "d"),
    # along an axis
    ("softmax(x)", {}, "n"), ("softmax(X)", {}, "n d"), ("softmax(X, axis=0)", {}, "n d"), ("softmax(X, axis=(0, 1))", {}, "n d"),
    ("softmax(X, axis=None)", {}, "n d"),
    ("softmax(R, axis=1)", R, "b n d"), ("softmax(X, axis=())", {}, "n d"), ("log_softmax(X)", {}, "n d"),
    ("log_softmax(X, axis=())", {}, "n d"), ("log_softmax(R, axis=(0, 2))", R, "b n d"),
    ("softmax(Q @ K.T/sqrt(K.shape[1])) @ V", {}, "n m"), ("exp(X)/sum(exp(X), axis=1, keepdims=True)", {}, "n d"),
    ("log(sum(exp(x)))", {}, ""), ("log(1 + exp(x))", {}, "n"),
    ("1/(1 + exp(-x))", {}, "n"), ("log(sigmoid(x))", {}, "n"), ("exp(X)/sum(exp(X), axis=0)", {}, "n d"),
    ("exp(X)/sum(exp(X))", {}, "n d"), ("exp(A)/sum(exp(A), axis=1)", {"A": "n n"}, "n n"),
    # linear algebra
    ("trace(A)", {}, ""), ("tr(X @ Y)", {}, ""), ("det(A)", {}, ""), ("logdet(A)", {}, ""), ("inv(A)", {}, "n n"),
    ("inv(R)", {"R": "b n n"}, "b n n"), ("det(R)", {"R": "b n n"}, "b"),
    ("logdet(R + 3*eye(n))", {"R": "b n n"}, "b"), ("matrix_power(A, 3)", {}, "n n"), ("matrix_power(A, 0)", {}, "n n"),
    ("matrix_power(A, -2)", {}, "n n"), ("eye(n) + A", SQUARE, "n n"),
    ("eye(3)", {}, "3 3"), ("eye(2*n)", {"x": "n"}, "2*n 2*n"), ("ones(n)*x", {"x": "n"}, "n"), ("ones(n, d) - X", {"X": "n d"}, "n d"),
    ("-ones(3)", {}, "3"), ("zeros(n) + x", {"x": "n"}, "n"),
    ("ones(1)*x", {}, "n"), ("eye(1)*a", {}, "1 1"), ("trace(eye(1))", {}, ""), ("ones(A.shape[0])", {}, "n"),
    ("eye(X.shape[-1])", {}, "d d"),
    ("kron(X, Y)", {}, "k*n d*m"), ("kron(x, y)", {}, "d*n"), ("kron(a, X)", {}, "n d"), ("kron(x, Y)", {}, "d k*n"),
    ("kron(A, eye(2))", {}, "2*n 2*d"), ("vec(X)", {}, "d*n"), ("vec(x)", {}, "n"),
    ("vec(X) @ vec(Y)", {}, ""), ("kron(X, Y) @ vec(Z)", {}, "k*n"), ("kron(X, Y) @ v", {}, "k*n"), ("softmax(vec(X))*vec(Y)", {}, "d*n"),
    ("kron(X, Y) + kron(Z, W)", {}, "k*n d*m"),
    ("transpose(X)", {}, "d n"), ("transpose(R)", R, "d n b"), ("transpose(R, (2, 0, 1))", R, "d b n"),
    ("transpose(R, (0, -1, 1))", R, "b d n"),
    # einsum
    ('einsum("ij,jk->ik", X, Y)', {}, "n k"), ('einsum("ij->ji", X)', {}, "d n"), ('einsum("ii", A)', {}, ""),
    ('einsum("ii->i", A)', {}, "n"), ('einsum("ij,ij", X, Y)', {}, ""),
    ('einsum("bij,bjk->bik", R, S)', {**R, "S": "b d k"}, "b n k"), ('einsum("i,i,i->", x, y, z)', {}, ""),
    ('einsum("i,j,ij->ij", x, y, X)', {}, "n d"), ('einsum(",->", a, b)', {}, ""),
    ('einsum("ij->", X)', {}, ""), ('einsum("ba", X)', {}, "d n"), ("einsum('ij , j -> i', X, w)", {}, "n"),
    ('einsum("ij,ij->ij", X, Y)', {"X": "n 1", "Y": "n d"}, "n d"),
    # linear algebra and scans
    ("solve(A, x)", {"A": "n n", "x": "n"}, "n"), ("solve(A, X)", {"A": "n n"}, "n d"),
    ("solve(A, X)", {"A": "b n n", "X": "b n d"}, "b n d"),
    ("solve(A, X)", {"A": "b n n", "X": "n d"}, "b n d"), ("solve(A, x)", {"A": "b n n", "x": "n"}, "b n"), ("solve(A @ A, A)", {}, "n n"),
    ("cholesky(A @ A.T + eye(n))", {"A": "n d"}, "n n"), ("cholesky(A)", {}, "n n"), ("cholesky(A)", {"A": "b n n"}, "b n n"),
    ("pinv(X)", {}, "d n"), ("pinv(X)", {"X": "b n d"}, "b d n"), ("pinv(X.T) @ w", {}, "n"), ("expm(A)", {}, "n n"),
    ("expm(A - 2*A.T)", {"A": "2 2"}, "2 2"), ("expm(A)", {"A": "b n n"}, "b n n"), ("expm_frechet(A, B)", {}, "n n"),
    ("expm_frechet(A, B)", {"A": "b n n", "B": "n n"}, "b n n"), ("expm(A*x)", {"A": "1 1", "x": "1"}, "1 1"),
    ("cross(x, y)", {}, "3"), ("cross(X, y)", {}, "n 3"), ("cross(X + 1, 2*Y)", {}, "n 3"),
    ("cross(x, X)", {"X": "b 1 3", "x": "n 3"}, "b n 3"),
    ("cumprod(x, 0)", {}, "n"), ("cumprod(X, axis=-1)", {}, "n d"), ("cumprod(X, 0)", {}, "n d"), ("logcumsumexp(x, 0)", {}, "n"),
    ("logcumsumexp(X, 1)", {}, "n d"), ("logcumsumexp(X, axis=-2)", {"X": "b n d"}, "b n d"), ("cumprod(X, 0)", {"X": "1 d"}, "1 d"),
    # elementwise
    ("sqrt(exp(x)) + square(x)", {}, "n"), ("maximum(X, x)", {}, "n d"), ("minimum(x, 0.5)", {}, "n"), ("maximum(a, b)", {}, ""),
    ("relu(X) - abs(X) + sign(X)", {}, "n d"),
    ("X > 0", {}, "n d"), ("X*(X > x)", {}, "n d"), ("(x < y) + (x == y)", {}, "n"),
    ("sigmoid(x) + softplus(x) + gelu(x) + silu(x) + erf(x)", {}, "n"),
    ("sin(x) + cos(x) + tan(sin(x)) + sinh(x) + cosh(x) + tanh(x) + arctan(x)", {}, "n"),
    ("exp(x) + log1p(exp(x)) + expm1(x) + log(exp(x))", {}, "n"),
    ("exp2(x) + log2(exp(x)) + log10(exp(x)) + arcsinh(x) + arccosh(x**2 + 1) + arctanh(sin(x)/2)", {}, "n"),
    ("arctan2(X, x) + hypot(X, x) + logaddexp(x, X)", {}, "n d"),
    ("erfc(x) + sinc(x) + mish(x) + softsign(x) + selu(x) + hardtanh(x)", {}, "n"),
    ("gammaln(x) + digamma(exp(x)) + trigamma(x)", {}, "n"),
    ("reciprocal(x) + rsqrt(exp(x)) + logit(sigmoid(x)) + logsigmoid(x)", {}, "n"),
    ("elu(x) + elu(x, 0.5) + leaky_relu(x, slope=0.2) + leaky_relu(x)", {}, "n"),
    ("clip(X, x, 0.5)", {}, "n d"), ("clip(a, -1, 1)", {}, ""),
    ("(x >= y)*(x <= 0) + greater_equal(x, y)", {}, "n"), ("std(X)", {}, ""), ("std(X, axis=1, keepdims=True)*X", {}, "n d"),
    ("std(X, axis=0)", {}, "d"),
    ("arcsin(sin(x)/2) + arccos(cos(x)/2)", {}, "n"), ("exp(x)**y", {}, "n"), ("exp(x)**-0.5", {}, "n"), ("x**0", {}, "n"),
    # dimensions as numbers
    ("sum(x)/n", {"x": "n"}, ""), ("sum(x)/x.shape[0]", {}, ""), ("X.shape[1]*x", {}, "k"), ("sum(X)/(n*d)", {"X": "n d"}, ""),
    ("x/(n - 1.5)", {"x": "n"}, "n"),
    # inference
    ("X + X.T", {}, "n n"), ("x + X @ x", {}, "n"), ("X @ X", {}, "n n"), ("sum(A, axis=0) + sum(A, axis=1)", {}, "n"),
    ("X @ Y + Y @ X", {}, "n n"), ("(x @ y)*X", {}, "d k"),
    ("X*Y.T", {}, "n d"), ("X + Y", {"X": "3 d"}, "3 d"), ("X @ w", {"X": "5 4"}, "5"), ("X @ w + y", {"y": "7"}, "7"),
    ("vec(X) + v", {"X": "n d", "v": "p"}, "d*n"),
    # index notation without a left side
    ("x[i]*y[i]", {}, ""), ("X[i,i]", {}, ""), ("X[i,j]*X[i,j]", {}, ""), ("(x[i]*y[i])**2 + 1", {}, ""), ("x[i]*y[i]*z[i]", {}, ""),
    ("x[i]/exp(y[i])", {}, ""), ("x[i]*X[i,j]*y[j]/2 - a", {}, ""),
    ("x[i]*(y[i] + z[i])", {}, ""), ("(x[i]*y[i])*(x[j]*z[j])", {}, ""), ("(x[i]*y[i])*(x[i]*z[i])", {}, ""),
    ("sin(X[i,j]*y[j])*x[i]", {}, ""), ("-x[i]*n*x[i]", {"x": "n"}, ""),
]  # fmt: skip

PROGRAMS = [  # (definitions, text, shapes, the shape of the result)
    (["T = X @ W + b"], "sum(T**2)", {"X": "n d", "W": "d h", "b": "h"}, ""),
    (["t[i,j] = x[i,k]*w[k,j] + b[j]"], "t", {"x": "n d", "w": "d h", "b": "h"}, "n h"),
    (["t[i,j] = x[i,k]*w[k,j] + b[j]"], "t @ t.T", {"X": "n d", "W": "d h", "b": "h"}, "n n"),
    (["y[i] = X[i,k]*w[k]"], "y", {}, "n"), (["y[j] = X[i,j]*w[i]"], "y", {}, "d"), (["y[i] = x[i]*x[i]"], "y", {}, "n"),
    (["y[i] = X[i,i]"], "y", {}, "n"),
    (["y[i] = -x[i]/2 + a*z[i]"], "sum(y)", {}, ""), (["y[i,j] = x[i]*z[j] + x[j]*z[i]"], "y", {}, "n n"),
    (["y[j,i] = X[i,j]"], "y", {}, "d n"),
    (["y[i] = maximum(x[i], 0)**2/exp(z[i])"], "y", {}, "n"), (["s = x[i]*z[i]", "y[i] = s*x[i]"], "y", {}, "n"),
    (["T[i,j,k] = X[i,j]*z[k]"], "sum(T, axis=1)", {}, "n k"),
    (["y[i] = x[i]*(A[k,l]*A[k,l])"], "y", {}, "n"), (["y[i] = A[i,k]*A[k,l]*x[l]"], "y", {}, "n"), (["y[i] = x[i] + 1"], "y", {}, "n"),
    (["i = x[k]*z[k]"], "i", {}, ""),
    (["S = X @ W"], "sum(softmax(X @ W)*P)", {}, ""), ([], "sum(softmax(X @ W)*S)", {}, ""),
    ([], "norm(x - y) + sum(S) + max(V) + r", {}, "q"), ([], "inv(A)*V*R", {}, "n n"),
    (["T = kron(A, B)"], "T + kron(C, D)", {"A": "n d", "B": "k m", "C": "k m", "D": "n d"}, "k*n d*m"),
    (["swish(u) = u*sigmoid(u)"], "sum(swish(X))", {}, ""), (["f(p, q) = p*log(q)"], "f(x, exp(y))", {}, "n"),
    (["R = 2*r"], "R + r", {}, "n"),
    (["f(u) = u**2", "g(t) = f(t) + f(2*t)"], "g(X)", {}, "n d"),
    (["f(u) = (u > 0)*u + pi"], "f(x)", {}, "n"),
    (["f(u) = clip(u, 0, 1)*rsqrt(1 + u**2) + leaky_relu(u, slope=0.3)*(u <= 1)"],
     "f(x)", {}, "n"),
    (["y[i] = elu(x[i], alpha=0.5)*rsqrt(z[i]**2) + logsigmoid(x[i])"], "y", {}, "n"),
    (["f(u) = u**2", "y[i] = f(x[i])*z[i]"], "y", {}, "n"),
    (["A1 = tanh(X @ W1)", "A2 = tanh(A1 @ W2)"], "sum((A2 - Y)**2)", {}, ""), (["A = X + 1", "B = A*A"], "A @ B.T", {}, "n n"),
    ([], "t[i] = X[i,k]*w[k]", {}, "n"), ([], "T = X @ W", {}, "n k"),
]  # fmt: skip


def agree(text: str, shapes: dict[str, str], definitions: list[str], want: str, seed: int, with_one: bool) -> None:
    program = read_program(text, shapes, definitions)
    assert " ".join(map(str, program.result.shape)) == want
    point = draw(program, np.random.default_rng(seed), with_one)
    got = point.evaluator(program).at(program.result.body, program.result.axes)
    plain = interpret((*definitions, text), point.given, point.sizes)
    assert got.shape == np.shape(plain)
    assert np.allclose(got, plain, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("with_one", [False, True])
@pytest.mark.parametrize(("text", "shapes", "want"), TABLE, ids=[text for text, _, _ in TABLE])
def test_an_expression_means_what_numpy_means(text: str, shapes: dict[str, str], want: str, with_one: bool) -> None:
    agree(text, shapes, [], want, 2, with_one)


@pytest.mark.parametrize(("definitions", "text", "shapes", "want"), PROGRAMS, ids=[" ; ".join((*d, t)) for d, t, _, _ in PROGRAMS])
def test_a_program_means_what_numpy_means(definitions: list[str], text: str, shapes: dict[str, str], want: str) -> None:
    agree(text, shapes, definitions, want, 4, False)


def test_an_input_that_is_named_late_is_not_taken_for_a_part() -> None:
    program = read_program("sum(softmax(X @ W)*S) + norm(X - Y)*s")
    assert {"X", "W", "S", "Y", "s"} == set(program.inputs)


def test_sizes_that_are_tied_follow_each_other() -> None:
    program = read_program("vec(X) + v", {"X": "n d", "v": "p"})
    assert {name: str(dim) for name, dim in program.ties.items()} == {"p": "d*n"}


def test_declared_tensors_that_do_not_occur_are_inputs_all_the_same() -> None:
    assert list(read_program("sum(x)", {"x": "n", "y": "n d"}).inputs) == ["x", "y"]
