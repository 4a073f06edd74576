"""What is refused: the class of the error, what it says, and the place that it quotes."""

from __future__ import annotations

import pytest

from tensor_deriv.errors import DerivationError, ParseError, ShapeError, UnknownNameError, UnsupportedError
from tensor_deriv.language.reader import read_program

CLASH = {"A": "n d", "B": "k m"}
DECLARED = {"T": "n d", "X": "n k", "W": "k m"}
DIFFERENT = {"A": "n n", "B": "d n"}
GROWING = ["g(u) = u*u", *(f"g{k}(u) = g{k - 1 if k else ''}(u)**2 + g{k - 1 if k else ''}(-u)" for k in range(12))]
TEXTS = [  # (text, shapes, the error, a part of its message, the place; "" where the place is not asked)
    # shapes
    ("sum((X @ w - y)**2)", {"X": "n d", "w": "k"}, ShapeError, "shapes do not match in `X @ w`: X is (n, d), w is (k)", "X @ w"),
    ("A * B", DIFFERENT, ShapeError, "A is (n, n), B is (d, n)", "A * B"),
    ("A + B", {"A": "n d", "B": "d n"}, ShapeError, "A is (n, d), B is (d, n)", "A + B"),
    ("A + B", {"A": "3 4", "B": "4 3"}, ShapeError, "A is (3, 4), B is (4, 3)", "A + B"),
    ("A + B", {"A": "3 n", "B": "n n"}, ShapeError, "A is (3, n), B is (n, n)", "A + B"),
    ("x + A @ y + z*(C @ y)", {"x": "p", "C": "q r"}, ShapeError, "z * (C @ y) is (q)", "x + A @ y + z*(C @ y)"),
    ("x + y + z + w", {"x": "n", "z": "d"}, ShapeError, "x + y is (n), z is (d)", "x + y + z"),
    ("2*maximum(A, B)", DIFFERENT, ShapeError, "shapes do not match in `maximum(A, B)`: A is (n, n), B is (d, n)", "maximum(A, B)"),
    ("sum(A < B)", DIFFERENT, ShapeError, "A is (n, n), B is (d, n)", "A < B"),
    ("R @ S", {"R": "b n k", "S": "c k d"}, ShapeError, "R is (b, n, k), S is (c, k, d)", "R @ S"),
    ("R*X", {"R": "n d k", "X": "n d"}, ShapeError, "R is (n, d, k), X is (n, d)", "R*X"),
    ("1 + a @ x", {}, ShapeError, "for a scalar write `*`", "a @ x"),
    ("trace(X)", {"X": "n d"}, ShapeError, "`trace` takes a square matrix, this is (n, d)", "trace(X)"),
    ("diag(X)", {"X": "n d"}, ShapeError, "square", "diag(X)"),
    ("inv(X) + 1", {"X": "n d"}, ShapeError, "`inv` takes a square matrix, this is (n, d)", "inv(X)"),
    ("matrix_power(X, 2)", {"X": "n d"}, ShapeError, "square", "matrix_power(X, 2)"),
    ("det(x)", {}, ShapeError, "`det` takes a matrix", "det(x)"), ("outer(X, y)", {}, ShapeError, "`outer` takes a vector", "outer(X, y)"),
    ("diag(R)", {"R": "a b c"}, ShapeError, "(a, b, c)", "diag(R)"), ("vec(a)", {}, ShapeError, "`vec` takes", "vec(a)"),
    ("trace(R)", {"R": "b n n"}, ShapeError, "`trace` takes a matrix", "trace(R)"),
    ("R.T", {"R": "n d k"}, ShapeError, "3 axes", "R.T"),
    ("softmax(a)", {}, ShapeError, "needs an axis", "softmax(a)"),
    ("sum(x, axis=1)", {}, ShapeError, "axis 1 does not exist in an array of 1 axis", "sum(x, axis=1)"),
    ("sum(X, axis=(0, 3))", {}, ShapeError, "axis 3 does not exist in an array of 2 axes", "sum(X, axis=(0, 3))"),
    ("sum(X, axis=(0, -2))", {}, ShapeError, "the same axis stands twice", "sum(X, axis=(0, -2))"),
    ("X.shape[2]", {}, ShapeError, "axis 2 does not exist", "X.shape[2]"),
    ("transpose(X, (0, 0))", {}, ShapeError, "each of the 2 axes once", "transpose(X, (0, 0))"),
    ("eye(x)", {"x": "n"}, ShapeError, "must be a dimension", "x"), ("eye(0)", {}, ShapeError, "must be a dimension", "0"),
    ("ones(-1)", {}, ShapeError, "must be a dimension", "-1"),
    ('einsum("ij,jk->ik", A, B)', CLASH, ShapeError, '`j` in "ij,jk->ik" runs over d and over k', 'einsum("ij,jk->ik", A, B)'),
    ('einsum("ijk->i", A)', {}, ShapeError, "names 3 axes, the array has 2", 'einsum("ijk->i", A)'),
    ("x[i]*y[i]", {"x": "n", "y": "d"}, ShapeError, "the index `i` runs over n and over d", "y[i]"),
    ("x[i,j]*y[j]", {"x": "n"}, ShapeError, "`x` has the shape (n), 2 indices are given", "x[i,j]"),
    ("t[i] = x[i]*y", {"y": "n"}, ShapeError, "`y` is no scalar: write its indices", "y"),
    # names
    ("sum(expp(x))", {}, UnknownNameError, "no function `expp`; did you mean `exp`?", "expp"),
    ("summ(x)", {}, UnknownNameError, "did you mean `sum`?", "summ"),
    ("softmaxx(X) @ W", {}, UnknownNameError, "did you mean `softmax`?", "softmaxx"),
    ("foo(x) + 1", {}, UnknownNameError, "an arbitrary function is written alone", "foo"),
    ("t[i] = sum(x[i])", {}, UnknownNameError, "`sum` is no elementwise function", "sum"),
    ("sigmoid", {}, ParseError, "`sigmoid` is a function: write `sigmoid(…)`", "sigmoid"),
    ("sum(sin)", {}, ParseError, "`sin` is a function", "sin"),
    # calls
    ("exp(x, y)", {}, ParseError, "`exp` takes 1 argument", "exp(x, y)"), ("exp()", {}, ParseError, "takes 1 argument", "exp()"),
    ("maximum(x)", {}, ParseError, "takes 2 arguments", "maximum(x)"), ("exp(x=y)", {}, ParseError, "takes 1 argument", "exp(x=y)"),
    ("elu(x, 1, 2)", {}, ParseError, "`elu` takes 2 arguments, where `alpha` is 1 if left out", "elu(x, 1, 2)"),
    ("elu(x, slope=1)", {}, ParseError, "`elu` takes 2 arguments", "elu(x, slope=1)"),
    ("clip(x, 1)", {}, ParseError, "takes 3 arguments", "clip(x, 1)"),
    ("clip(x, 0, y)", {"x": "n", "y": "d"}, ShapeError, "x is (n), y is (d)", "clip(x, 0, y)"),
    ("leaky_relu(x, slope=y)", {"x": "n", "y": "d"}, ShapeError, "x is (n), y is (d)", "leaky_relu(x, slope=y)"),
    ("rsqrt(x, 2)", {}, ParseError, "`rsqrt(x)`", "rsqrt(x, 2)"),
    ("t[i] = exp(x[i], x[i])", {}, ParseError, "`exp` takes 1 argument", "exp(x[i], x[i])"),
    ("t[i] = exp(x[i], base=2)", {}, ParseError, "`exp` takes 1 argument", "exp(x[i], base=2)"),
    ("sum(x, dim=0)", {}, ParseError, "`sum(x, axis, keepdims)`", "sum(x, dim=0)"),
    ("sum()", {}, ParseError, "missing a required argument", "sum()"),
    ("norm(X, 2)", {}, ParseError, "too many positional arguments", "norm(X, 2)"),
    ("sum(x, axis=a)", {}, ParseError, "an integer written out", "a"),
    ("sum(x, keepdims=1)", {}, ParseError, "must be True or False", "1"), ("matrix_power(A, 2.5)", {}, ParseError, "an integer", "2.5"),
    ("einsum(A, B)", {}, ParseError, "a string in quotes", "A"),
    ('einsum("ij,jk->ik", A)', {}, ParseError, "names 2 arrays, 1 are given", ""),
    ('einsum("ij->k", A)', {}, ParseError, "an output letter", ""), ('einsum("ij->ii", A)', {}, ParseError, "an output letter", ""),
    ('einsum("i..j->ij", A)', {}, ParseError, "holds letters", ""), ("sum(*x)", {}, ParseError, "`*` and `**` arguments", "sum(*x)"),
    ("sum(**x)", {}, ParseError, "`*` and `**` arguments", "sum(**x)"),
    ("matrix_power(A, 40)", {}, UnsupportedError, "32nd power", "matrix_power(A, 40)"),
    # index notation
    ("x[i] + y[i]", {}, ParseError, "the index `i` stands once, so it is not summed", "x[i]"),
    ("t[i] = x[i]*y[j]", {}, ParseError, "define `name[i, j] = …` to keep it", "y[j]"),
    ("x[i]**2", {}, ParseError, "the index `i` stands once", "x[i]"),
    ("t[i] = x[j]*y[j]", {}, ParseError, "the index `i` of the left side does not occur", ""),
    ("t[i,i] = X[i,i]", {}, ParseError, "an index stands twice on the left", "t[i,i]"),
    ("x[i] @ y[i]", {}, ParseError, "no meaning in index notation", "x[i] @ y[i]"),
    # what is no part of the language, and is not run
    ('1 + __import__("os").getcwd()', {}, ParseError, "not part of the language", '__import__("os").getcwd()'),
    ("x.__class__", {}, ParseError, "not part of the language", "x.__class__"),
    ("x.shape", {}, ParseError, "not part of the language", "x.shape"),
    ("(lambda: 1)()", {}, ParseError, "not part of the language", "(lambda: 1)()"),
    ("[i for i in x]", {}, ParseError, "not part", "[i for i in x]"),
    ('f"{x}"', {}, ParseError, "not part of the language", 'f"{x}"'),
    ("x if y else z", {}, ParseError, "not part of the language", "x if y else z"),
    ("x and y", {}, ParseError, "not part of the language", "x and y"), ("not x", {}, ParseError, "not part of the language", "not x"),
    ("(x := y)", {}, ParseError, "not part of the language", "x := y"), ("{x}", {}, ParseError, "not part of the language", "{x}"),
    ("{}", {}, ParseError, "not part of the language", "{}"), ("[x, y]", {}, ParseError, "not part of the language", "[x, y]"),
    ("1j*x", {}, ParseError, "not part of the language", "1j"), ("await x", {}, ParseError, "not part of the language", "await x"),
    ("...", {}, ParseError, "not part of the language", "..."), ("x // y", {}, ParseError, "this operator", "x // y"),
    ("x % y", {}, ParseError, "this operator", "x % y"),
    ("x << 2", {}, ParseError, "this operator", "x << 2"), ("~x", {}, ParseError, "not part of the language", "~x"),
    ('"abc"', {}, ParseError, "only numbers", '"abc"'),
    ("True", {}, ParseError, "only numbers", "True"), ("None + x", {}, ParseError, "only numbers", "None"),
    ("0 < x < 1", {}, ParseError, "not part", "0 < x < 1"),
    # no expressions
    ("", {}, ParseError, "there is no expression", ""), ("   ", {}, ParseError, "there is no expression", ""),
    ("x +", {}, ParseError, "this is not an expression", ""),
    ("(x", {}, ParseError, "was never closed", "("), ("x)", {}, ParseError, "unmatched ')'", ")"),
    ("import os", {}, ParseError, "this is not an expression", ""),
    ("x; y", {}, ParseError, "this is not an expression", ";"), ("x\x00", {}, ParseError, "null bytes", ""),
    ("9"*5000, {}, ParseError, "4300 digits", ""),
    # numbers
    ("x/0", {}, DerivationError, "divides by zero", "0"), ("1e400*x", {}, ParseError, "too large", "1e400"),
    ("1" + "0"*400 + "*x", {}, ParseError, "too large", "1" + "0"*400),
    # limits
    ("x"*60000, {}, ParseError, "at most 50000 characters", ""),
    ("exp("*200 + "x" + ")"*200, {}, ParseError, "name parts of it with definitions", ""),
    ("("*300 + "x" + ")"*300, {}, ParseError, "too many nested parentheses", ""),
    ("+".join(["x"]*9000), {}, ParseError, "name parts of it with definitions", ""),
    ("-"*5000 + "x", {}, ParseError, "name parts of it with definitions", ""),
]  # fmt: skip

PROGRAMS = [  # (definitions, text, shapes, assumptions, the error, a part of its message, the place)
    (["T = T + 1"], "T", {}, {}, ParseError, "`T` is used before its definition", "T"),
    (["B = A + 1", "A = X"], "B", {}, {}, ParseError, "`A` is used before its definition", "A"),
    (["A = X", "A = Y"], "A", {}, {}, ParseError, "`A` is defined twice", "A"),
    (["sum = X"], "sum", {}, {}, ParseError, "`sum` is a function and cannot", "sum"),
    (["T X"], "T", {}, {}, ParseError, "a definition reads `name = expression`", "T X"),
    (["= X"], "T", {}, {}, ParseError, "a definition reads", "= X"),
    (["T = X @ W"], "T", DECLARED, {}, ShapeError, "`T` is declared as (n, d), its definition is (n, m)", "X @ W"),
    (["T = f(X)"], "T + 1", {}, {}, UnknownNameError, "with the shape of T declared", "f"),
    (["T[1] = X"], "T", {}, {}, ParseError, "`1` is not a name", ""),
    (["f(u) = u*w"], "f(x)", {}, {}, UnknownNameError, "`w` is no parameter of `f(u)`", "w"),
    (["f(u) = foo(u)"], "f(x)", {}, {}, UnknownNameError, "elementwise function `foo`", "foo"),
    (["f(u, v, w) = u"], "a", {}, {}, UnsupportedError, "one or two", ""), (["f() = 3"], "a", {}, {}, UnsupportedError, "one or two", ""),
    (["f(u, u) = u"], "a", {}, {}, ParseError, "stands twice", ""), (["f(u) = sum(u)"], "a", {}, {}, UnknownNameError, "`sum`", "sum"),
    (["f(u) = u.T"], "a", {}, {}, ParseError, "cannot stand in the body", "u.T"),
    (["f(u) = u @ u"], "a", {}, {}, ParseError, "cannot stand", "u @ u"),
    (["f(u) = exp(u, u)"], "a", {}, {}, ParseError, "`exp` takes 1 argument, 2 given", "exp(u, u)"),
    (["f(u) = rsqrt(u, 2)"], "a", {}, {}, ParseError, "`rsqrt` takes 1 argument, 2 given", "rsqrt(u, 2)"),
    (["f(u) = trigamma(u)"], "a", {}, {}, UnsupportedError, "the derivative of `trigamma` is not supported", ""),
    (["f(u) = f(u)"], "a", {}, {}, UnknownNameError, "`f`", "f"),
    (["f(u) = u/(1 - 1)"], "a", {}, {}, DerivationError, "", ""), (["f(u) = 9**9**9*u"], "a", {}, {}, ParseError, "not finite", "9**9**9"),
    (["f(u) = 1/0"], "a", {}, {}, ParseError, "not finite", "1/0"),
    (["f(u) = u", "f(u) = 2*u"], "a", {}, {}, ParseError, "`f` is a function already", "f(u)"),
    (["exp(u) = u"], "a", {}, {}, ParseError, "`exp` is a function already", "exp(u)"),
    (GROWING, "a", {}, {}, UnsupportedError, "2000 characters", ""),
    ([], "x", {"x": "n"}, {"Q": "spd"}, UnknownNameError, "an assumption is made of `Q`", ""),
    ([], "x", {}, {"x": "nice"}, UnknownNameError, "`nice` is no assumption", ""),
    ([], "x", {"x": "0"}, {}, ShapeError, "`0` is no dimension", ""),
    ([], "x", {"x": "n-1-n"}, {}, ShapeError, "`n-1-n` is no dimension", ""), ([], "x", {"x": "1.5"}, {}, ShapeError, "no dimension", ""),
]  # fmt: skip


def check(error: DerivationError, words: str, place: str) -> None:
    assert words in error.message
    if place:
        assert error.place is not None
        assert error.place.text[error.place.start : error.place.end] == place
    if error.place is not None:
        line, carets = error.place.show().split("\n")
        assert set(carets) == {" ", "^"} and len(carets) <= len(line) + 1


@pytest.mark.parametrize(("text", "shapes", "kind", "words", "place"), TEXTS, ids=[text[:40] for text, *_ in TEXTS])
def test_a_text_is_refused_with_the_reason_and_the_place(text: str, shapes: dict[str, str], kind: type, words: str, place: str) -> None:
    with pytest.raises(kind) as caught:
        read_program(text, shapes)
    check(caught.value, words, place)


COLUMNS = ("definitions", "text", "shapes", "assume", "kind", "words", "place")


@pytest.mark.parametrize(COLUMNS, PROGRAMS, ids=[str(d)[:40] + t for d, t, *_ in PROGRAMS])
def test_a_program_is_refused_with_the_reason_and_the_place(
    definitions: list[str], text: str, shapes: dict[str, str], assume: dict[str, str], kind: type, words: str, place: str
) -> None:
    with pytest.raises(kind) as caught:
        read_program(text, shapes, definitions, assume)
    check(caught.value, words, place)


def test_the_message_of_the_design() -> None:
    with pytest.raises(ShapeError) as caught:
        read_program("sum((X @ w - y)**2)", {"X": "n d", "w": "k"})
    assert str(caught.value) == (
        "shapes do not match in `X @ w`: X is (n, d), w is (k)\n"
        "  sum((X @ w - y)**2)\n"
        "       ^^^^^"
    )  # fmt: skip


def test_the_place_of_a_definition_is_in_its_own_text() -> None:
    with pytest.raises(ShapeError) as caught:
        read_program("sum(T)", {"X": "n d", "W": "k m"}, ["T = 2*(X @ W)"])
    assert caught.value.place is not None and caught.value.place.text == "T = 2*(X @ W)"


def test_a_place_in_several_lines_shows_its_own() -> None:
    with pytest.raises(ShapeError) as caught:
        read_program("sum(x)\n  + sum(é @ w)".replace("sum(x)\n", "(sum(x)\n") + ")", {"é": "n", "w": "k"})
    assert caught.value.place is not None
    assert caught.value.place.show() == "    + sum(é @ w))\n          ^^^^^"


def test_powers_of_numbers_do_not_grow_without_bound() -> None:
    program = read_program("((((9**64)**64)**64)**64)**64*a")
    assert program.inputs.keys() == {"a"}
