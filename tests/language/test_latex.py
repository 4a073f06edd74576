"""LaTeX read back: what people write, what is refused and why, and everything that a derivation prints itself."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from conftest import ROOT
from programs import case_from
from test_places import ARRAYS, INDICES, used, variable
from test_places import SHAPES as SHAPES_THERE

import tensor_deriv as td
from tensor_deriv import functions, shelf
from tensor_deriv.derivation import Derivation
from tensor_deriv.errors import DerivationError, ParseError, ShapeError, UnknownNameError, UnsupportedError
from tensor_deriv.index.bodies import Apply
from tensor_deriv.index.evaluate import Evaluator
from tensor_deriv.language.latex import to_expression
from tensor_deriv.language.operations import OPERATIONS
from tensor_deriv.language.reader import read_program
from tensor_deriv.output.latex_target import LATEX
from tensor_deriv.program import Program
from tensor_deriv.verification.sample import Point, draw

CORPUS = ROOT.parent / "shared" / "corpus" / "public.jsonl"
Shapes = dict[str, tuple[str, ...]]

SHAPES: Shapes = {
    "X": ("n", "d"),
    "w": ("d",),
    "y": ("n",),
    "A": ("n", "n"),
    "B": ("n", "n"),
    "W": ("d", "k"),
    "x": ("n",),
    "dT": ("n", "k"),
    "W1": ("d", "k"),
    "alpha": (),
    "b": ("k",),
    "S": ("n", "n"),
    "R": ("n", "d", "k"),
    "a": (),
    "c": (),
    "lambda_": (),
    "beta": ("d",),
    "Sigma": ("n", "n"),
    "mu": ("n",),
    "y_hat": ("n",),
    "T": ("n", "k"),
    "C": ("n", "1"),
}

READ = [  # (LaTeX, the expression)
    # names
    (r"\mathbf{X}", "X"),
    ("X", "X"),
    (r"\boldsymbol{\beta}", "beta"),
    (r"\beta", "beta"),
    (r"\mathbf{W}_1", "W1"),
    ("W_{1}", "W1"),
    ("W1", "W1"),
    (r"\Sigma", "Sigma"),
    (r"\lambda\beta", "lambda_*beta"),
    (r"\hat{y} - y", "y_hat - y"),
    (r"\mathbf{Xw}", "X @ w"),
    (r"\mathrm{dT}", "dT"),
    (r"\vec{x}", "x"),
    (r"n \lambda", "n*lambda_"),
    (r"\pi a", "pi*a"),
    # products
    (r"2\mathbf{X}^\top(\mathbf{X}\mathbf{w}-\mathbf{y})", "2*X.T @ (X @ w - y)"),
    ("x^T A x", "x @ A @ x"),
    (r"x^{\mathsf T} y", "x @ y"),
    (r"x^{\mathrm{T}}y", "x @ y"),
    (r"x y^\top", "outer(x, y)"),
    (r"A x x^\top", "outer(A @ x, x)"),
    (r"x^\top y \mu", "(x @ y)*mu"),
    (r"x^\top A", "x @ A"),
    (r"a \mathbf{X}", "a*X"),
    (r"\alpha\cdot A", "alpha*A"),
    (r"x \cdot y", "x @ y"),
    ("A : B", "sum(A*B)"),
    (r"A \mathbin{:} B", "sum(A*B)"),
    (r"a \times A", "a*A"),
    (r"2 \cdot 3 a", "2*(3*a)"),
    (r"A \odot B", "A*B"),
    (r"A \circ B", "A*B"),
    (r"x \oslash y", "x/y"),
    (r"\frac{x}{y}", "x/y"),
    (r"A \otimes B", "kron(A, B)"),
    (r"(Ax)\odot y", "(A @ x)*y"),
    (r"A (x \odot y)", "A @ (x*y)"),
    (r"2 x \odot y", "2*x*y"),
    ("x / a", "x/a"),
    (r"\frac12 a", "1/2*a"),
    (r"\tfrac{1}{2}\dfrac{a}{c}", "1/2*(a/c)"),
    (r"a - (b^\top b - c)", "a - (b @ b - c)"),
    (r"-\mathbf{x}", "-x"),
    # powers, transposes, inverses
    ("A^{-1}", "inv(A)"),
    (r"A^{-\top}", "inv(A).T"),
    (r"A^{-T} x", "inv(A).T @ x"),
    ("A^2", "matrix_power(A, 2)"),
    ("a^{-1}", "1/a"),
    (r"x^{\odot 2}", "x**2"),
    (r"x^{\odot 1/2}", "x**(1/2)"),
    (r"x^{\circ 3}", "x**3"),
    ("a^{c}", "a**c"),
    (r"(A+B)^\top", "(A + B).T"),
    (r"\sqrt{a}", "sqrt(a)"),
    (r"\sqrt[3]{a}", "a**(1/3)"),
    (r"e^{-x}", "exp(-x)"),
    (r"2^{\mathbf{x}}", "2**x"),
    # brackets and spaces
    (r"\left( a + c \right) x", "(a + c)*x"),
    (r"\{ a + c \} x", "(a + c)*x"),
    (r"\big[ a \big]\, x", "a*x"),
    (r"$$2 X^T\!\; (X~w - y).$$", "2*X.T @ (X @ w - y)"),
    ("2(Xw−y)ᵀX", "2*(X @ w - y) @ X"),
    ("A⁻¹", "inv(A)"),
    ("% a comment\n x", "x"),
    # norms, determinants, functions
    (r"\|x\|", "norm(x)"),
    (r"\|x\|_2^2", "norm(x)**2"),
    (r"\lVert x\rVert_1", "norm1(x)"),
    (r"\|X\|_F^2", "norm(X)**2"),
    (r"\left\|x - y\right\|", "norm(x - y)"),
    (r"|a|", "abs(a)"),
    (r"\det A", "det(A)"),
    (r"\log\det S", "logdet(S)"),
    (r"\log|\Sigma|", "logdet(Sigma)"),
    (r"\log\left|\det A\right| x", "logdet(A)*x"),
    (r"\operatorname{tr}(A^\top B)", "trace(A.T @ B)"),
    (r"\mathrm{tr}(A)", "trace(A)"),
    (r"\operatorname{diag}(x)", "diag(x)"),
    (r"\operatorname{vec}(X)", "vec(X)"),
    (r"\log a", "log(a)"),
    (r"\exp(x)", "exp(x)"),
    (r"\sigma(x)", "sigmoid(x)"),
    (r"\tanh\left(X\right)", "tanh(X)"),
    (r"\sin^2 x", "sin(x)**2"),
    (r"\operatorname{softmax}(X)", "softmax(X)"),
    (r"\max(0, x)", "maximum(0, x)"),
    (r"\max(x)", "max(x)"),
    (r"[x > 0] \odot y", "(x > 0)*y"),
    (r"\operatorname{softmax}(X^\top)^\top", "softmax(X.T).T"),
    (r"\operatorname{var}_{\text{columns}}(X)", "var(X, axis=0)"),
    (r"\operatorname{ReLU}(x)", "relu(x)"),
    # 𝟏, I, δ
    (r"A + \lambda I", "A + lambda_*eye(n)"),
    (r"(X^\top X + n\lambda\mathbf{I}_d)^{-1}", "inv(X.T @ X + n*lambda_*eye(d))"),
    (r"\mathbf{I}_n", "eye(n)"),
    (r"\mathbf{1}_n", "ones(n)"),
    (r"\mathbf{1}^\top x", "sum(x)"),
    (r"X\mathbf{1}", "sum(X, axis=1)"),
    (r"\mathbf{1}^\top X \mathbf{1}", "sum(X)"),
    (r"XW + \mathbf{1} b^\top", "X @ W + b"),
    (r"X W + b", "X @ W + b"),
    (r"\sigma(x)\odot(\mathbf{1}-\sigma(x))", "sigmoid(x)*(1 - sigmoid(x))"),
    (r"A - x\mathbf{1}^\top", "A - x[:, None]"),
    (r"\operatorname{diag}(\mathbf{1} \oslash C)", "diag(1/vec(C))"),
    (r"\mathbf{1}_n b^\top", "outer(ones(n), b)"),
    # indices
    ("2 x_{in}(x_{ik} w_k - y_i)", "g[n] = 2*X[i,n]*(X[i,k]*w[k] - y[i])"),
    ("A_{ij} x_j", "g[i] = A[i,j]*x[j]"),
    (r"\sum_i x_i", "sum(x)"),
    (r"\sum_{i=1}^n x_i y_i", "x[i]*y[i]"),
    (r"\sum_{i,j} A_{ij}^2", "sum(A**2)"),
    ("A_{ii}", "A[i,i]"),
    (r"\sum_i \sum_j A_{ij} x_i x_j", "A[i,j]*x[i]*x[j]"),
    (r"\sum_{i} x_i y_i \mu_i", "x[i]*y[i]*mu[i]"),
    ("x_i^2", "g[i] = x[i]**2"),
    (r"\sum_i (x_i \mu_i)^2", "sum((x*mu)**2)"),
    (r"\delta_{ij} x_j", 'einsum("ij,j->i", eye(n), x)'),
    ("x_i + y_j", "g[i,j] = x[i] + y[j]"),
    (r"A_{ij} + \delta_{ij}", "A + eye(n)"),
    ("A_{ij}^\\top x_j", "g[i] = A[j,i]*x[j]"),
    (r"(A^{-1})_{ij} x_j", 'einsum("ij,j->i", inv(A), x)'),
    ("R_{ijk} w_j b_k", "g[i] = R[i,j,k]*w[j]*b[k]"),
    (r"a^{k}_{\cdot j} x_k", "g[j] = A[k,j]*x[k]"),
    ("a^{mn}", "g[m,n] = A[m,n]"),
    (r"\prod_i x_i", "prod(x)"),
    (r"\max_k A_{ik}", "max(A, axis=1)"),
    (r"c_{i1}", "sum(C, axis=1)"),
    (r"\sum_i (x_i - \sum_j A_{ij} y_j)^2", 'sum((x - einsum("ij,j->i", A, y))**2)'),
    (r"\exp(x_i) y_j", "g[i,j] = exp(x[i])*y[j]"),
    # left-hand sides and lines
    (r"\nabla_x f = A x", "A @ x"),
    (r"f(x) := a = x^\top x", "x @ x"),
    ("g_{nm} = x_m y_n", "g[n,m] = x[m]*y[n]"),
    (r"\frac{\partial f}{\partial x_m} = A_{mj} x_j + x_i A_{im}", "g[m] = A[m,j]*x[j] + x[i]*A[i,m]"),
    (r"\frac{\partial f}{\partial A} = \operatorname{tr}(B) I", "trace(B)*eye(n)"),
    (r"\frac{\partial f}{\partial x} = 0", "zeros(n)"),
    (
        r"\frac{\partial f_{ij}}{\partial A_{mn}} = \delta_{im} B_{nj}",
        'einsum("imnj->ijmn", einsum("im,nj->imnj", eye(d), B))'.replace("eye(d)", "eye(n)"),
    ),
    (r"\frac{\partial l}{\partial \mathbf{T}} W^\top", "dT @ W.T"),
    (r"\frac{\partial l}{\partial t_{ij}} w_{kj}", "g[i,k] = dT[i,j]*W[k,j]"),
    (r"\frac{\partial f}{\partial \mathbf{A}} = x_m y_n \mathbf{g}_{n}\mathbf{g}_{m}", "g[n,m] = x[m]*y[n]"),
    (r"\begin{align*} f &= \|Xw-y\|^2 \\ \frac{\partial f}{\partial w} &= X^\top \\ &= 2X^\top(Xw-y) \end{align*}", "2*X.T @ (X @ w - y)"),
    (r"\begin{aligned} r &= Xw - y \\ g &= 2 X^\top r \end{aligned}", "2*X.T @ (X @ w - y)"),
    (r"\begin{aligned} p_{ij} &= \operatorname{softmax}(\mathbf{A})_{ij} \\ g &= \mathbf{P} x \end{aligned}", "softmax(A) @ x"),
    (r"\begin{aligned} g &= A x \\ &\quad {}+ B x \end{aligned}", "A @ x + B @ x"),
]

REFUSED = [  # (LaTeX, the error, a part of its message, the place)
    ("X'", ParseError, "write which", "'"),
    ("x y", ParseError, "two vectors side by side", "x y"),
    (r"A x^\top", ParseError, "a matrix times a row", r"A x^\top"),
    ("x^2", ParseError, "entry by entry", "x^2"),
    (r"A x \odot y", ParseError, "reads in two ways", r"A x \odot y"),
    (r"\|X\|", ParseError, "which norm", r"\|X\|"),
    ("|x|", ParseError, "reads in several ways", "|x|"),
    ("|A|", ParseError, "reads in several ways", "|A|"),
    (r"\frac{A}{B}", ParseError, r"\oslash", r"\frac{A}{B}"),
    (r"x \otimes y", ParseError, "outer product to some", r"x \otimes y"),
    (r"A \times B", ParseError, "in several ways", r"A \times B"),
    ("e^{A}", ParseError, "matrix exponential", "e^{A}"),
    (r"\sqrt{x}", ParseError, "a root of an array", r"\sqrt{x}"),
    ("a / b c", ParseError, "below the `/`", "a / b c"),
    (r"\operatorname{tr} A B", ParseError, "where the argument", "A"),
    (r"\sin^{-1} a", ParseError, "inverse or its reciprocal", r"\sin^{-1}"),
    (r"\log|A|^2", ParseError, "not clear whether the power", "|A|^2"),
    ("A^{-1}_{ij}", ParseError, "an entry of the inverse", "A^{-1}_{ij}"),
    ("x_i^2 y_i", ParseError, "write the Σ", "x_i^2 y_i"),
    ("x_i y_i \\mu_i", ParseError, "write the Σ", ""),
    ("g_i = x_j", ParseError, "not on the left", "x_j"),
    ("x_i (x_i y_i)", ParseError, "stands outside as well", ""),
    ("(x_i y_i) x_i", ParseError, "stands alone in another", ""),
    ("x_i y_i + x_i", ParseError, "stands alone in another", ""),
    (r"\sum_{i=1}^{n-1} x_i", ParseError, "the whole of an axis", "n-1"),
    (r"\sum_{i=0}^{n} x_i", ParseError, "the whole of an axis", r"\sum_{i=0}^{n} x_i"),
    ("g_{ij} = A", ParseError, "indices stand on the left", "A"),
    ("y_{ij}", ParseError, "2 indices are given", "y_{ij}"),
    ("x^12", ParseError, "TeX takes the first digit", "12"),
    ("a 3", ParseError, "behind a factor", "3"),
    ("x2", ParseError, "is no name here", "x2"),
    (r"\prod_{k \neq m} x_k", ParseError, "all but one", ""),
    (r"\mathbf{1}_{x>0}", ParseError, "no dimension", ""),
    (r"X + \mathbf{1}_n", ShapeError, "do not match", ""),
    ("X w + x y^T", ParseError, "a square matrix", ""),
    ("X y", ShapeError, "the left is (n, d), the right is (n)", "X y"),
    ("x_i w_i", ShapeError, "runs over n and over d", "w_i"),
    (r"\mathbf{Q}", UnknownNameError, "known are", r"\mathbf{Q}"),
    (r"\frac{\partial l}{\partial W}", UnknownNameError, "derivatives that are known: dT", ""),
    (r"\operatorname{softmx}(x)", ParseError, "no function", r"\operatorname{softmx}"),
    (r"\unknown{x}", ParseError, "not known", r"\unknown"),
    (r"\mathbf{I}", UnsupportedError, "the size of I", r"\mathbf{I}"),
    (r"\mathbf{1}", UnsupportedError, "the length of", r"\mathbf{1}"),
    (r"\frac{\partial}{\partial x} a", ParseError, "not worked out", ""),
    (r"\nabla f", ParseError, "not worked out", r"\nabla"),
    (r"\int x", ParseError, "integrals", r"\int"),
    (r"\begin{pmatrix} a \end{pmatrix}", ParseError, "environment", r"\begin{pmatrix}"),
    ("x +", ParseError, "still to come", ""),
    ("(x", ParseError, "missing", ""),
    ("x)", ParseError, "no meaning here", ")"),
    ("x_", ParseError, "still to come", ""),
    ("x^{2", ParseError, "still to come", ""),
    (r"\frac{x}", ParseError, "still to come", ""),
    ("", ParseError, "no formula", ""),
    (r"\\ \\", ParseError, "no formula", ""),
    ("x^a^b", ParseError, "a second `^`", "^"),
    (r"\mathbf{}", ParseError, "nothing in the braces", ""),
    (r"\dots + x", ParseError, "leaves out", r"\dots"),
    ("x" * 60_000, ParseError, "at most 50000", ""),
    ("(" * 200 + "x" + ")" * 200, ParseError, "levels deep", ""),
    (r"\sqrt" * 5000 + "a", ParseError, "too deeply", ""),
    (r"\delta_{ij}", UnsupportedError, "does not follow", r"\delta_{ij}"),
    ("x^*", ParseError, "for the transpose", ""),
]


def read(latex: str, **known: object) -> str:
    return to_expression(latex, list(SHAPES), shapes=SHAPES, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(("latex", "wanted"), READ, ids=[latex for latex, _ in READ])
def test_what_people_write(latex: str, wanted: str) -> None:
    found = read(latex)
    assert found == wanted
    read_program(found, SHAPES, dims=("n", "d", "k"))


@pytest.mark.parametrize(("latex", "kind", "words", "place"), REFUSED, ids=[case[0][:40] for case in REFUSED])
def test_what_is_refused_with_the_reason_and_the_place(latex: str, kind: type[DerivationError], words: str, place: str) -> None:
    with pytest.raises(kind) as caught:
        read(latex)
    assert type(caught.value) is kind and words in caught.value.message
    assert caught.value.place is not None or len(latex) > 50_000
    if caught.value.place is not None:
        assert caught.value.place.text == latex
        assert not place or latex[caught.value.place.start : caught.value.place.end] == place
        caught.value.place.show()


def test_ranks_come_from_shapes_ranks_scalars_or_the_letter() -> None:
    assert to_expression("x^T A x", ["x", "A"]) == "x @ A @ x"
    assert to_expression("s t", [], scalars=("s", "t")) == "s*t"
    assert to_expression("s t", ["s", "t"], ranks={"s": 2, "t": 1}) == "s @ t"
    with pytest.raises(UnsupportedError, match="size of I"):
        to_expression("A + I", ["A"], ranks={"A": 2})
    assert to_expression("A + I", ["A"], result=("m", "m")) == "A + eye(m)"
    assert to_expression("A + I_q", ["A"], ranks={"A": 2}) == "A + eye(q)"


def test_the_shape_of_the_answer_settles_what_is_open() -> None:
    assert read(r"a \mathbf{I}", result=("d", "d")) == "a*eye(d)"
    assert read(r"\mathbf{0}", result=("d", "k")) == "zeros(d, k)"
    assert read(r"x", result=("n", "1")) == "x[:, None]"


def test_a_letter_that_is_taken_is_the_name() -> None:
    assert to_expression("A I", ["A", "I"]) == "A @ I"
    assert to_expression(r"\pi x", ["pi", "x"], scalars=("pi",)) == "pi*x"
    with pytest.raises(ParseError, match="sigmoid"):
        to_expression(r"\sigma(x)", ["sigma", "x"], scalars=("sigma",))
    assert to_expression("e^2", ["e"]) == "e**2"
    with pytest.raises(ParseError, match="basis vector"):
        to_expression(r"\frac{\partial f}{\partial \mathbf{x}} = e_m \mathbf{e}_{m}", ["e", "g", "x"], ranks={"e": 1, "g": 1, "x": 1})


def test_functions_of_ones_own() -> None:
    assert read(r"\operatorname{swish}(x)", functions=["swish"]) == "swish(x)"


def test_what_is_written_out_is_bounded() -> None:
    rows = [r"r_{0} = a + a", *(rf"r_{{{place}}} = r_{{{place - 1}}} r_{{{place - 1}}}" for place in range(1, 60))]
    with pytest.raises(ParseError, match="too long"):
        read(r" \\ ".join(rows))


PIECES = (  # noqa: SIM905
    r"\frac { } ^ _ x A a ( ) \left \right | \| [ ] + - = \\ & 1 23 \sum \mathbf \top T \partial \log \det \odot \cdot . , i j \delta"
    r" \operatorname e \sigma ' \ 𝟏 ᵀ ² \begin{aligned} \end{aligned} \text{with} \mathbf{g}_{m} > \prod \max d / : \sqrt {} \mathrm"
).split()


@pytest.mark.parametrize("seed", range(20))
def test_nothing_but_a_derivation_error_is_raised(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(150):
        latex = " ".join(rng.choices(PIECES, k=rng.randint(1, 14)))
        try:
            read(latex)
        except DerivationError as error:
            assert error.place is not None and error.place.text == latex
            str(error)


@pytest.mark.parametrize("row", functions.TABLE.values(), ids=functions.TABLE)
def test_every_function_of_the_table_is_read_as_it_is_printed(row: functions.Elementwise) -> None:
    args = list("xyu"[: row.arity])
    shapes = dict.fromkeys(args, ("n",))
    latex = LATEX.function(row, [rf"\mathbf{{{arg}}}" for arg in args], True)
    found = read_program(to_expression(latex, args, shapes=shapes), shapes).result.body
    wanted = None if row.name in UNSPOKEN else read_program(f"{row.name}({', '.join(args)})", shapes).result.body
    low = 1.1 if row.name == "arccosh" else 0.3
    assert wanted is None or value_of(found, args, low) == pytest.approx(value_of(wanted, args, low))


UNSPOKEN = {
    name for name in functions.TABLE if name.startswith("d") and name[1:] in functions.TABLE
}  # derivatives with no word of their own


def value_of(body: object, names: list[str], low: float) -> np.ndarray:
    tensors = {name: np.linspace(low, low + 0.5, 4) + 0.01 * place for place, name in enumerate(names)}
    return Evaluator(tensors, {"n": 4}, {}, {}).at(body, tuple(body.free))  # type: ignore[attr-defined]


# ---- what a derivation prints


def cases() -> dict[str, dict[str, object]]:
    """The corpus by name; empty where it is not at hand."""
    return {case["id"]: case for case in map(json.loads, CORPUS.read_text().splitlines())} if CORPUS.exists() else {}


CASES = cases()
# the last line in one style and all lines in the other; each with each where there is time
FORMS = [("cartesian", False), ("mixed", True), *([("cartesian", True), ("mixed", False)] if os.environ.get("TENSOR_DERIV_ALL") else [])]
SHIPPED = [(name, variable) for name in shelf.names() for variable in td.load(name).variables]


@cache
def derived(name: str) -> Derivation:
    case = CASES[name]
    return td.derive(case["expr"], case["wrt"], case["shapes"], tuple(case["definitions"]), case["order"])  # type: ignore[arg-type]


@cache
def shipped(name: str, variable: str) -> Derivation:
    return td.load(name).derive(variable)


def known_names(program: Program, definitions: tuple[str, ...], everything: bool) -> tuple[Shapes, tuple[str, ...]]:
    """The shapes of all that a reader knows, and the definitions that say what some of it is."""
    given = dict(program.given)
    if everything:
        given.update({name: definition.shape for name, definition in program.definitions.items()})
    shapes = {name: tuple(map(str, shape)) for name, shape in given.items()}
    rest = tuple(text for text in definitions if _name(text) not in given)
    own = {name: tuple(map(str, d.shape)) for name, d in program.definitions.items() if d.named_by_user}
    again = read_program("0", own | shapes, rest, dims=program.dims)
    return shapes | {name: tuple(map(str, again.shape(name))) for name in map(_name, rest) if name in again.definitions}, rest


def _name(text: str) -> str:
    return text.split("=")[0].split("[")[0].split("(")[0].strip()


def readings(derivation: Derivation, latex: str) -> Iterator[tuple[str, Shapes, tuple[str, ...]]]:
    """The LaTeX read by who knows the question and the definitions; if need be, by who knows every upstream gradient and part."""
    program = derivation.gradient.program
    own = program.texts[:-1]
    definitions = (*own, *(text for text in derivation.definitions if text not in own))
    words = [_name(text) for text in own if "(" in text.split("=")[0]]
    for everything in (False, True):
        shapes, rest = known_names(program, definitions, everything)
        try:
            result = tuple(map(str, derivation.shape))
            yield to_expression(latex, list(shapes), shapes=shapes, dims=program.dims, result=result, functions=words), shapes, rest
            return
        except UnknownNameError:
            if everything:
                raise


def judge(derivation: Derivation, latex: str) -> None:
    """The text that is read from LaTeX has the value of the derivative at a point."""
    program = derivation.gradient.program
    point = draw(program, np.random.default_rng(5), under=derivation.program)
    evaluator = point.evaluator(program)
    wanted = np.asarray(evaluator.at(program.result.body, program.result.axes))
    text, shapes, definitions = next(readings(derivation, latex))
    indexed = {_name(text) for text in definitions if "[" in text.split("=")[0]}  # whose shapes do not follow from their texts
    inputs = {name: shape for name, shape in shapes.items() if name in indexed or name not in map(_name, definitions)}
    again = read_program(text, inputs, definitions, dims=program.dims)
    given = {name: evaluator.tensors[name] for name in again.inputs}
    found = Point(given, dict(point.sizes), point.functions).evaluator(again).at(again.result.body, again.result.axes)
    assert np.shape(found) == wanted.shape
    assert found == pytest.approx(wanted, rel=1e-8, abs=1e-10 * max(1.0, float(np.abs(wanted).max(initial=0))))


def unreadable(latex: str) -> str:
    """Why a printed form has no text in the language; empty where it has."""
    if "(m i + " in latex or "(d i + " in latex:
        return "" if "reshape" in OPERATIONS else "a place (m i + j) needs `reshape`, which the language does not have"
    return ""


@pytest.mark.skipif(not CASES, reason="the corpus is not here")
@pytest.mark.parametrize(("style", "steps"), FORMS)
@pytest.mark.parametrize("name", CASES)
def test_what_is_printed_of_the_corpus_is_read_back(name: str, style: str, steps: bool) -> None:
    latex = derived(name).latex(style=style, steps=steps)
    if unreadable(latex):
        with pytest.raises(DerivationError):
            judge(derived(name), latex)
        return
    judge(derived(name), latex)


@pytest.mark.parametrize(("style", "steps"), FORMS)
@pytest.mark.parametrize(("name", "variable"), SHIPPED)
def test_what_is_printed_of_the_catalogue_is_read_back(name: str, variable: str, style: str, steps: bool) -> None:
    latex = shipped(name, variable).latex(style=style, steps=steps)
    judge(shipped(name, variable), latex)


# these name a part of several axes in one, of which an entry at a sum has no word in the language
NAMED_ON_THE_WAY = ("cumsum(exp(x))[1:]", "cumsum(X)", "vec(A)[1:]", "reshape(R, n, b, d)")


@pytest.mark.parametrize("steps", [False, True], ids=["last", "all"])
@pytest.mark.parametrize("style", ["cartesian", "mixed"])
@pytest.mark.parametrize("text", [text for text, _ in ARRAYS if "a > 0" not in text and text not in NAMED_ON_THE_WAY])
def test_entries_at_other_places_are_read_back(text: str, style: str, steps: bool) -> None:
    derivation = td.derive(f"sum(sin({text}))", wrt=variable(text), shapes=used(text, SHAPES_THERE))
    judge(derivation, derivation.latex(style=style, steps=steps))


@pytest.mark.parametrize("style", ["cartesian", "mixed"])
@pytest.mark.parametrize(("text", "shapes"), [item[:2] for item in INDICES], ids=[text for text, *_ in INDICES])
def test_indices_that_are_sums_are_read_back(text: str, shapes: dict[str, str], style: str) -> None:
    shapes = {**used(text, SHAPES_THERE), **shapes}
    derivation = td.derive("sum(sin(t))", wrt=variable(text), shapes=shapes, definitions=[text])
    judge(derivation, derivation.latex(style=style))


@pytest.mark.parametrize("wrt", ["x", "w"])
@pytest.mark.parametrize("place", ["p+r", "2*p+r-1", "p-2*r+3"])
def test_convolutions_are_read_back(place: str, wrt: str) -> None:
    shapes = {"x": "n c l", "w": "o c k", "y": "n o q"}
    derivation = td.derive("l(y)", wrt=wrt, shapes=shapes, definitions=[f"y[n,o,p] = w[o,c,r]*x[n,c,{place}]"])
    for style in ("cartesian", "mixed"):
        judge(derivation, derivation.latex(style=style))


def whole_softmax(program: Program) -> bool:
    """Whether a softmax runs over several axes, which its LaTeX does not say."""
    bodies = [definition.body for definition in program.definitions.values()]
    return any(isinstance(body, Apply) and "softmax" in body.primitive and len(body.axes) > 1 for body in bodies)


def test_a_reading_of_what_random_programs_print_is_right_or_refused() -> None:
    read_back = 0
    for seed in range(120):
        derivation = td.derive(**case_from(seed).arguments)
        if whole_softmax(derivation.gradient.program):
            continue
        for style in ("cartesian", "mixed"):
            try:
                judge(derivation, derivation.latex(style=style, steps=False))
                read_back += 1
            except DerivationError:
                pass
    assert read_back > 220
