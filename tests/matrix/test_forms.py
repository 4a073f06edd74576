"""The matrix form as a book prints it, its meaning, and the Kronecker form."""

from __future__ import annotations

import time

import numpy as np
import pytest
from rows import question

import tensor_deriv as td
from tensor_deriv.matrix.cost import cost
from tensor_deriv.matrix.tidy import Tidier
from tensor_deriv.verification.interpret import interpret
from tensor_deriv.verification.sample import draw

REGRESSION = {"X": "n d", "w": "d", "y": "n"}

BOOK = [
    ("sum((X @ w - y)**2)", "w", REGRESSION, 1, "2*X.T @ (X @ w - y)"),
    ("sum((X @ w - y)**2)", "w", REGRESSION, 2, "2*X.T @ X"),
    ("-sum(y*log(softmax(z)))", "z", {"y": "k", "z": "k"}, 1, "sum(y)*softmax(z) - y"),
    ("logsumexp(z)", "z", {"z": "k"}, 1, "softmax(z)"),
    ("log(sum(exp(z)))", "z", {"z": "k"}, 2, "diag(softmax(z)) - outer(softmax(z), softmax(z))"),
    ("-logdet(X)", "X", {"X": "n n"}, 1, "-inv(X).T"),
    ("x @ A @ x", "x", {"A": "n n", "x": "n"}, 1, "(A + A.T) @ x"),
    ("x @ A @ x", "x", {"A": "n n", "x": "n"}, 2, "A + A.T"),
    ("trace(X @ B @ X.T)", "X", {"X": "n d", "B": "d d"}, 1, "X @ (B.T + B)"),
    ("sum(log(1 + exp(X @ w)) - y*(X @ w))", "w", REGRESSION, 1, "X.T @ (sigmoid(X @ w) - y)"),
    ("-sum(y*log(sigmoid(X @ w)) + (1 - y)*log(1 - sigmoid(X @ w)))", "w", REGRESSION, 1, "X.T @ (sigmoid(X @ w) - y)"),
    ("sum(log(1 + exp(X @ w)) - y*(X @ w))", "w", REGRESSION, 2, "X.T @ diag(sigmoid(X @ w)*(1 - sigmoid(X @ w))) @ X"),
    ("mean((X @ w - y)**2)", "w", REGRESSION, 1, "2*X.T @ (X @ w - y)/n"),
    ("sum(W @ H - V*log(W @ H))", "W", {"V": "n d", "W": "n k", "H": "k d"}, 1, "(1 - V/(W @ H)) @ H.T"),
    ("norm(x)", "x", {"x": "n"}, 1, "x/norm(x)"),
    ("logdet(X.T @ X)", "X", {"X": "n d"}, 1, "2*X @ inv(X.T @ X)"),
    ("trace(A @ inv(X) @ B)", "X", {"A": "d n", "X": "n n", "B": "n d"}, 1, "-(inv(X) @ B @ A @ inv(X)).T"),
    ("logsumexp(A @ x)", "x", {"A": "n d", "x": "d"}, 2, "A.T @ (diag(softmax(A @ x)) - outer(softmax(A @ x), softmax(A @ x))) @ A"),
]


@pytest.mark.parametrize(("expr", "wrt", "shapes", "order", "form"), BOOK)
def test_as_in_the_book(expr: str, wrt: str, shapes: dict[str, str], order: int, form: str) -> None:
    derivation = td.derive(expr, wrt, shapes, order=order)
    assert derivation.matrix == form
    assert derivation.check().ok


SECOND_BOOK = [  # a law or a rule of building each
    ("sum(R*sum((X[:, None] - M)**2, axis=2))", "R", {"R": "n k", "X": "n d", "M": "k d"}, (), "sum((X[:, None] - M)**2, axis=2)"),
    ("sum(exp(-sum((X[:, None] - Y)**2, axis=2)))", "X", {"X": "n d", "Y": "m d"}, ("H = exp(-sum((X[:, None] - Y)**2, axis=2))",),
     "2*(H @ Y - X*sum(H, axis=1, keepdims=True))"),
    ("-logdet(F)", "x", {"A": "n n", "x": "k", "G": "k n n"}, ('F = A - einsum("k,kij->ij", x, G)',), "sum(G*inv(F).T, axis=(1, 2))"),
    ('einsum("ijk,i,j->k", T, x, y)', "x", {"T": "n d k", "x": "n", "y": "d"}, (), "sum(T*y[:, None], axis=1).T"),
    ('einsum("ijk,i,j,k->", T, x, x, x)', "x", {"T": "n n n", "x": "n"}, (),
     "sum(T*x[:, None]*x, axis=(1, 2)) + sum(T*x[:, None, None]*x, axis=(0, 2)) + sum(T*x[:, None, None]*x[:, None], axis=(0, 1))"),
    ("sum(Y*U) - sum(logsumexp(U, axis=1))", "b", {"Y": "n k", "Z": "n k d", "b": "d"}, ("U = Z @ b",),
     "sum(Z*(Y - softmax(U))[:, :, None], axis=(0, 1))"),
    ("sum((X - mean(X, axis=1, keepdims=True))**2)", "X", {"X": "n d"}, (), "2*(X - mean(X, axis=1, keepdims=True))"),
    ("sum(log(X/sum(X, axis=0)))", "X", {"X": "n d"}, (), "1/X - n/sum(X, axis=0)"),
    ("sum(Y*log(sigmoid(a[:, None] - b)) + (1 - Y)*log(1 - sigmoid(a[:, None] - b)))", "b", {"Y": "n m", "a": "n", "b": "m"}, (),
     "sum(sigmoid(a[:, None] - b) - Y, axis=0)"),
    ("trace(A @ diag(x) @ B)", "x", {"A": "m n", "x": "n", "B": "n m"}, (), "diag(B @ A)"),
    ("sqrt(trace(X.T @ X))", "X", {"X": "n d"}, (), "X/norm(X)"),
    ("mean((x - mean(x))**2)", "x", {"x": "n"}, (), "2*(x - mean(x))/n"),
    ("l(T)", "X", {"X": "b d"}, ("T = X/sqrt(sum(X**2, axis=1, keepdims=True))",),
     "(dT - T*sum(T*dT, axis=1, keepdims=True))/sqrt(sum(X**2, axis=1, keepdims=True))"),
    ("l(T)", "X", {"X": "b d"}, ("T = (X - mean(X, axis=0))/std(X, axis=0)",),
     "(dT - mean(dT, axis=0) - T*mean(T*dT, axis=0))/sqrt(var(X, axis=0))"),
    ("-(logdet(C) + trace(inv(C) @ S))/2", "W", {"W": "d m", "s": "", "S": "d d"}, ("C = W @ W.T + s*eye(d)",),
     "(dC + dC.T) @ W"),
    ("trace(inv(X) @ A) + logdet(X)", "X", {"X": "n n", "A": "n n"}, (), "(inv(X) @ (X - A) @ inv(X)).T"),
    ("sum(x*(J @ x)) - sum(log(2*cosh(J @ x)))", "J", {"x": "n", "J": "n n"}, (), "outer(x - tanh(J @ x), x)"),
    ("log(1 + x @ x/v)", "x", {"x": "n", "v": ""}, (), "2*x/(x @ x + v)"),
    ("sum((y + r)*log(r + exp(z)) - y*z)", "z", {"y": "n", "r": "", "z": "n"}, (), "r*(exp(z) - y)/(r + exp(z))"),
    ("l/2*trace(E)**2 + m*trace(E @ E)", "F", {"F": "3 3", "m": "", "l": ""}, ("E = (F.T @ F - eye(3))/2",),
     "F @ (l*trace(E)*eye(3) + 2*m*E)"),
    ("norm(A @ X - X @ B - C)**2", "X", {"A": "n n", "X": "n m", "B": "m m", "C": "n m"}, (), "2*(A.T @ S - S @ B.T)"),
    ("-y @ log_softmax(s)", "C", {"C": "k d", "x": "d", "y": "k"}, ("R = C - x", "s = -sum(R**2, axis=1)"),
     "2*R*(y - sum(y)*softmax(s))[:, None]"),
    ("mean(softplus(-r))", "p", {"p": "n", "q": "n", "b": ""}, ("r = b*(p - q)",), "-b*sigmoid(-r)/n"),
]  # fmt: skip


def test_the_search_for_a_shorter_form_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one candidate leads to the next, each dearer than the last, their number would multiply."""
    asked, better = [], Tidier._better
    monkeypatch.setattr(Tidier, "_better", lambda self, node: asked.append(node) or better(self, node))
    assert td.load("logistic_regression_hessian").derive("w").matrix == "X.T @ diag(p*(1 - p)) @ X"
    assert 0 < len(asked) < 700


def test_what_is_inverted_keeps_together() -> None:
    shapes = {"W": "d k", "s": "d", "C": "d d"}
    text = "-0.5*logdet(W @ W.T + diag(s)) - 0.5*trace(inv(W @ W.T + diag(s)) @ C)"
    derivation = td.derive(text, "W", shapes, assume={"C": "symmetric", "s": "positive"})
    assert derivation.matrix == "inv(S2) @ (C - S2) @ inv(S2) @ W"
    assert derivation.definitions == ("S2 = W @ W.T + diag(s)",)


@pytest.mark.parametrize(("expr", "wrt", "shapes", "definitions", "form"), SECOND_BOOK)
def test_as_in_another_book(expr: str, wrt: str, shapes: dict[str, str], definitions: tuple[str, ...], form: str) -> None:
    derivation = td.derive(expr, wrt, shapes, definitions)
    assert derivation.matrix == form
    assert derivation.check().ok


def test_a_form_defines_each_name_that_it_has() -> None:
    derivation = td.derive("l(T)", "W", {}, ("S = sigmoid(X @ W)", "T = S*(X @ V)"))
    assert derivation.definitions == ("S = sigmoid(X @ W)", "T = S*(X @ V)")
    assert derivation.check().ok


CHOLESKY = [
    ("sum(log(diag(cholesky(K))))", "spd", "inv(K)/2"), ("2*sum(log(diag(cholesky(K))))", "", "inv((K + K.T)/2)"),
    ("y @ solve(K, y)/2 + sum(log(diag(cholesky(K))))", "spd", "(inv(K) - outer(solve(K, y), solve(K, y)))/2"),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "kind", "form"), CHOLESKY)
def test_the_diagonal_of_a_cholesky_factor_is_a_determinant(expr: str, kind: str, form: str) -> None:
    derivation = td.derive(expr, "K", {"K": "n n"}, assume={"K": kind} if kind else {})
    assert derivation.matrix == form
    assert derivation.check().ok


def test_rows_that_sum_to_one_do_so_inside_a_sum() -> None:
    derivation = td.derive("-sum(((1 - e)*Y + e/k)*log_softmax(Z))", "Z", {"Y": "n k", "Z": "n k", "e": ""}, assume={"Y": "simplex"})
    assert derivation.matrix == "e*(Y - 1/k) - Y + softmax(Z)"
    assert derivation.check().ok


def test_curvature_of_a_squared_rectifier() -> None:
    assert td.derive("sum(relu(A @ x)**2)", "x", {"A": "n d", "x": "d"}, order=2).matrix == "2*A.T @ diag((A @ x > 0)) @ A"


@pytest.mark.parametrize("text", ["4*e*((s/r)**12 - (s/r)**6)", "sum(A*exp(-2*sin(pi*D/r)**2/l**2))"])
def test_tidying_ends_soon(text: str) -> None:
    """Many factors have many orders, and a high power many ways to be taken out: not each is looked at."""
    derivation = td.derive(text, "r", {"A": "n n", "D": "n n", "e": "", "s": "", "r": "", "l": ""})
    start = time.perf_counter()
    assert derivation.matrix and time.perf_counter() - start < 2


def test_attention_reads_like_the_paper() -> None:
    shapes = {"Q": "n d", "K": "m d", "V": "m k", "u": ""}
    definitions = ("S = Q @ K.T/u", "P = softmax(S)", "T = P @ V")
    derivation = td.derive("l(T)", "K", shapes, definitions)
    assert derivation.matrix == "dS.T @ Q/u"
    assert derivation.definitions[-2:] == ("dP = dT @ V.T", "dS = P*(dP - sum(dP*P, axis=1, keepdims=True))")


def test_heads_are_a_stack() -> None:
    shapes = {"Q": "b n d", "K": "b m d", "V": "b m k"}
    definitions = ("P = softmax(Q @ transpose(K, (0, 2, 1)))", "T = P @ V")
    derivation = td.derive("l(T)", "Q", shapes, definitions)
    assert derivation.matrix == "(P*(dP - sum(dP*P, axis=2, keepdims=True))) @ K"
    assert derivation.check().ok


def test_batches_of_heads_are_a_stack() -> None:
    shapes = {"Q": "b h n d", "K": "b h m d", "V": "b h m k"}
    definitions = ("S = Q @ transpose(K, (0, 1, 3, 2))/sqrt(d)", "P = softmax(S)", "T = P @ V")
    derivation = td.derive("l(T)", "K", shapes, definitions)
    assert derivation.matrix == "transpose(dS, (0, 1, 3, 2)) @ Q/sqrt(d)"
    assert derivation.check().ok


def test_a_matrix_of_one_entry() -> None:
    shapes = {"X": ("n", 1), "w": (1, 1), "y": ("n", 1)}
    derivation = td.derive("sum((X @ w - y)**2)", "w", shapes)
    assert derivation.matrix and "reshape" not in derivation.matrix
    assert derivation.check().ok


def test_assumptions_shorten() -> None:
    plain = td.derive("x @ W @ x", "x", {"W": "n n", "x": "n"})
    known = td.derive("x @ W @ x", "x", {"W": "n n", "x": "n"}, assume={"W": "symmetric"})
    assert (plain.matrix, known.matrix) == ("(W + W.T) @ x", "2*W @ x")
    rows = td.derive("-sum(Y*log_softmax(X @ W))", "W", {"X": "n d", "W": "d k", "Y": "n k"}, assume={"Y": "simplex"})
    assert rows.matrix == "X.T @ (softmax(X @ W) - Y)"


@pytest.mark.parametrize("definitions", [(), ("R = X @ w - y",)])
def test_a_name_is_used_where_there_is_one(definitions: tuple[str, ...]) -> None:
    loss = "sum(R**2)" if definitions else "sum((X @ w - y)**2)"
    derivation = td.derive(loss, "w", REGRESSION, definitions)
    assert derivation.matrix == ("2*X.T @ R" if definitions else "2*X.T @ (X @ w - y)")


def test_tidying_never_makes_longer() -> None:
    for expr, wrt, shapes, order, _ in BOOK:
        derivation = td.derive(expr, wrt, shapes, order=order)
        from tensor_deriv.matrix.build import Builder

        program = derivation.gradient.program
        raw = Builder(program).array(program.result.body, program.result.axes)
        assert cost(derivation.form.node) <= cost(raw)


KRONECKER = [
    ("A @ X @ B", "X", {"A": "m n", "X": "n d", "B": "d k"}, "kron(B.T, A)"),
    ("X @ X", "X", {"X": "n n"}, "kron(X.T, eye(n)) + kron(eye(n), X)"),
    ("inv(X)", "X", {"X": "n n"}, "-kron(inv(X).T, inv(X))"),
    ("X.T", "X", {"X": "n d"}, None),
]


@pytest.mark.parametrize(("expr", "wrt", "shapes", "form"), KRONECKER)
def test_kronecker(expr: str, wrt: str, shapes: dict[str, str], form: str | None) -> None:
    derivation = td.derive(expr, wrt, shapes)
    assert derivation.kronecker == form
    if form is None:
        return
    program = derivation.gradient.program
    point = draw(program, np.random.default_rng(1))
    evaluator = point.evaluator(program)
    want = evaluator.at(program.result.body, program.result.axes)
    i, j, k, m = want.shape
    stacked = want.transpose(1, 0, 3, 2).reshape(i * j, k * m)  # rows (j, i), columns (m, k): columns stacked
    assert np.allclose(interpret([form], point.given, point.sizes), stacked)


@pytest.mark.parametrize(
    ("expr", "wrt", "shapes", "form"),
    [
        (
            "vec(diag(x) @ A @ diag(x))",
            "x",
            {"x": "d", "A": "d d"},
            "vec(A)[:, None]*(kron(x[:, None], eye(d)) + kron(eye(d), x[:, None]))",
        ),
        ("vec(outer(x, y))", "x", {"x": "n", "y": "d"}, "kron(y[:, None], eye(n))"),
        ("kron(x, y)", "y", {"x": "n", "y": "d"}, "kron(x[:, None], eye(d))"),
    ],
)
def test_vectorised(expr: str, wrt: str, shapes: dict[str, str], form: str) -> None:
    derivation = td.derive(expr, wrt, shapes)
    assert derivation.matrix == form
    assert derivation.check().ok


def test_a_part_of_several_definitions_is_named_once():
    derivation = question(40, order=2)
    names = [item.name for item in derivation.form.definitions]
    assert len(names) == len(set(names)) > 4
    assert derivation.check().ok
