"""Index notation in print: brackets, signs, fractions, the Σ that has to be written, letters."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from reading_index import Reader, Unreadable

import tensor_deriv as td
from tensor_deriv.functions import call
from tensor_deriv.index.dims import named
from tensor_deriv.index.indices import fresh
from tensor_deriv.index.nodes import (
    MINUS,
    Component,
    Constant,
    Delta,
    Extent,
    Power,
    Product,
    Sum,
    Transposed,
    number,
)
from tensor_deriv.output.index import IndexPrinter
from tensor_deriv.output.latex_target import LATEX
from tensor_deriv.output.naming import letters
from tensor_deriv.output.symbols import draw_all, parse
from tensor_deriv.output.text_target import TEXT

N = named("n")
M, J, K = fresh(N, "m"), fresh(N, "i"), fresh(N)
A, B, X = (Component(name, (M,)) for name in "abx")
MATRIX = Component("W", (M, K))
NAMES = SimpleNamespace(drawn=draw_all({"a": 1, "b": 1, "x": 1, "W": 2, "c": 0, "U1": 2}, ()), quotients={})
HALF = number(Fraction(1, 2))


def minus(*factors):
    return Product((MINUS, *factors))


def shown(expr, mixed=False):
    own = letters([expr], [M])
    return tuple(IndexPrinter(NAMES, own, target, mixed).print(expr, {}) for target in (TEXT, LATEX))


@pytest.mark.parametrize(
    ("expr", "text", "latex"),
    [
        (Sum((A, minus(B))), "a_m − b_m", "a_{m} - b_{m}"),
        (Sum((minus(A), B)), "b_m − a_m", "b_{m} - a_{m}"),
        (Sum((minus(A), minus(B))), "−a_m − b_m", "-a_{m} - b_{m}"),
        (Sum((A, minus(Sum((B, minus(X)))))), "a_m − (b_m − x_m)", "a_{m} - (b_{m} - x_{m})"),
        (Sum((A, number(-1))), "a_m − 1", "a_{m} - 1"),
        (minus(minus(A)), "a_m", "a_{m}"),
        (minus(Sum((A, B))), "−(a_m + b_m)", "-(a_{m} + b_{m})"),
        (Product((A, Sum((B, X)))), "a_m (b_m + x_m)", "a_{m} (b_{m} + x_{m})"),
        (Product((A, minus(B))), "−a_m b_m", "-a_{m} b_{m}"),
        (Product((number(2), number(3), A)), "6 a_m", "6 a_{m}"),
        (Product((HALF, A)), "a_m/2", r"\frac{1}{2} a_{m}"),
        (Product((number(Fraction(-3, 2)), A)), "−3 a_m/2", r"-\frac{3}{2} a_{m}"),
        (Product((A, Power(B, number(-1)))), "a_m/b_m", r"\frac{a_{m}}{b_{m}}"),
        (Product((A, Power(B, number(-1)), Power(X, number(-2)))), "a_m/(b_m x_m^2)", r"\frac{a_{m}}{b_{m} x_{m}^{2}}"),
        (Product((HALF, A, Power(B, number(-1)))), "a_m/(2 b_m)", r"\frac{a_{m}}{2 b_{m}}"),
        (Power(B, number(-1)), "1/b_m", r"\frac{1}{b_{m}}"),
        (Product((A, Power(Sum((B, X)), number(-1)))), "a_m/(b_m + x_m)", r"\frac{a_{m}}{b_{m} + x_{m}}"),
        (Power(Sum((A, B)), number(2)), "(a_m + b_m)^2", "(a_{m} + b_{m})^{2}"),
        (Power(Product((A, B)), number(2)), "(a_m b_m)^2", "(a_{m} b_{m})^{2}"),
        (Power(Power(A, number(2)), number(3)), "(a_m^2)^3", "(a_{m}^{2})^{3}"),
        (Power(number(-2), number(2)), "(−2)^2", "(-2)^{2}"),
        (Power(HALF, number(2)), "(1/2)^2", r"\left(\frac{1}{2}\right)^{2}"),
        (Power(A, HALF), "√(a_m)", r"\sqrt{a_{m}}"),
        (Power(A, number(Fraction(3, 2))), "a_m^(3/2)", "a_{m}^{3/2}"),
        (Power(A, Sum((Component("c", ()), number(-1)))), "a_m^(c − 1)", "a_{m}^{c - 1}"),
        (Product((number(2), Power(number(3), Component("c", ())))), "2 · 3^c", r"2 \cdot 3^{c}"),
        (call("exp", minus(A)), "exp(−a_m)", r"\exp(-a_{m})"),
        (call("sigmoid", A), "σ(a_m)", r"\sigma(a_{m})"),
        (Power(call("abs", A), number(2)), "|a_m|^2", r"\left|a_{m}\right|^{2}"),
        (call("log1p", A), "log1p(a_m)", r"\operatorname{log1p}(a_{m})"),
        (call("maximum", A, B), "max(a_m, b_m)", r"\max\left(a_{m}, b_{m}\right)"),
        (call("greater", A, number(0)), "[a_m > 0]", r"\left[a_{m} > 0\right]"),
        (call("exp", Product((A, Power(B, number(-1))))), "exp(a_m/b_m)", r"\exp\left(\frac{a_{m}}{b_{m}}\right)"),
        (Product((Extent(N * named("d")), A)), "(d n) a_m", r"(d\,n) a_{m}"),
        (Extent(N - named("d")), "n − d", "n - d"),
        (Constant("pi"), "π", r"\pi"),
        (Delta(M, J), "δ_mi", r"\delta_{mi}"),
        (Transposed(Component("W", (M, J))), "wᵀ_im", r"w^\top_{im}"),
        (Transposed(Component("U1", (M, J))), "(u1_im)ᵀ", r"(u_{1,im})^\top"),
        (Product((), ()), "1", "1"),
    ],
)
def test_brackets_and_signs(expr, text, latex):
    assert shown(expr) == (text, latex)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (Product((MATRIX, Component("x", (K,))), (K,)), "w_mk x_k"),
        (Product((Component("W", (K, K)),), (K,)), "w_kk"),
        (Product((MATRIX,), (K,)), "Σ_i w_mi"),
        (Product((Component("a", (K,)), Component("b", (K,)), Component("x", (K,))), (K,)), "Σ_i a_i b_i x_i"),
        (Product((MATRIX, call("exp", Component("x", (K,)))), (K,)), "Σ_i w_mi exp(x_i)"),
        (Product((MATRIX, Power(Component("x", (K,)), number(2))), (K,)), "Σ_i w_mi x_i^2"),
        (Product((MATRIX, Sum((Component("x", (K,)), A))), (K,)), "Σ_i w_mi (x_i + a_m)"),
        (Product((MATRIX, Sum((Component("x", (K,)), Component("b", (K,))))), (K,)), "w_mk (x_k + b_k)"),
        (Product((number(-2), MATRIX), (K,)), "−2 Σ_i w_mi"),
        (Product((Power(Extent(N), number(-1)), MATRIX), (K,)), "1/n Σ_i w_mi"),
        (Product((Product((MATRIX,), (K,)), A)), "(Σ_i w_mi) a_m"),
        (Product((A, Product((MATRIX,), (K,)))), "a_m Σ_i w_mi"),
        (Sum((Product((MATRIX,), (K,)), A)), "Σ_i w_mi + a_m"),
        (Power(Product((MATRIX, Component("x", (K,))), (K,)), number(2)), "(w_mk x_k)^2"),
        (Product((A,), (K,)), "Σ_i a_m"),
    ],
)
def test_the_sum_is_written_where_the_convention_is_silent(expr, text):
    assert shown(expr)[0] == text


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (Product((MATRIX, Component("x", (K,))), (K,)), "w_mk x^k"),
        (Product((Component("x", (K,)), MATRIX), (K,)), "x_k w_m^·k"),
        (Product((Component("W", (K, K)),), (K,)), "w_k^·k"),
        (Power(Product((Component("x", (K,)), Component("W", (K, M))), (K,)), number(2)), "(x_k w^k_·m)^2"),
        (Product((MATRIX,), (K,)), "Σ_i w_mi"),
    ],
)
def test_upper_and_lower(expr, text):
    assert shown(expr, mixed=True)[0] == text


def test_indices_in_scope_together_have_letters_of_their_own():
    indices = [fresh(N) for _ in range(30)]
    product = Product(tuple(Component("W", (one, other)) for one, other in pairwise(indices)), tuple(indices))
    own = letters([product], [])
    assert len(set(own.values())) == len(indices)
    terms = Sum(tuple(Product((Component("a", (k,)), Component("b", (k,))), (k,)) for k in indices))
    assert set(letters([terms], []).values()) == {"k"}


def test_letters_keep_clear_of_tensors_and_extents():
    p = Component("k", (K,))
    assert letters([Product((p, p), (K,))], [], {"k"})[K] == "l"
    assert letters([Product((Extent(named("k")), p, p), (K,))], [])[K] == "l"


@pytest.mark.parametrize(
    ("name", "text", "latex"),
    [("w", "w", "w"), ("W1", "W1", "W_{1}"), ("lambda_", "λ", r"\lambda"), ("Sigma", "Σ", r"\Sigma"), ("Alpha", "Alpha", r"\mathrm{Alpha}"),
     ("loss", "loss", r"\mathrm{loss}"), ("W_q", "W_q", "W_{q}"), ("a_b_c", "a_b_c", r"\mathrm{a\_b\_c}"), ("mu2", "μ2", r"\mu_{2}")],
)  # fmt: skip
def test_names(name, text, latex):
    assert (TEXT.letter(parse(name)), LATEX.letter(parse(name))) == (text, latex)


def test_names_that_would_collide_stay_apart():
    drawn = draw_all({"X": 2, "x": 1, "W": 2, "W1": 2, "W_1": 2, "c": 0, "delta": 2}, ())
    parts = [TEXT.letter(drawn[name].part) for name in drawn]
    assert len(set(parts)) == len(parts)
    assert TEXT.letter(drawn["X"].part) == "X"
    assert TEXT.letter(drawn["W"].part) == "w"
    assert "δ" not in parts


@pytest.mark.parametrize(
    ("expr", "wrt", "options", "expected"),
    [
        ("sum((X @ w - y)**2)", "w", {}, "∂f/∂w = 2 Xᵀ(Xw − y)"),
        ("x @ A @ x", "x", {"order": 2}, "∂²f/(∂x∂x) = A + Aᵀ"),
        ("X.T", "X", {}, "f_ij        = x_ji\n∂f_ij/∂x_mn = δ_jm δ_in"),
        ("sum(x)", "y", {"shapes": {"x": "n", "y": "n"}}, "∂f/∂y = 0"),
        ("l(T)", "X", {"definitions": ("T = X @ W",)}, "∂l/∂X = ∂l/∂T Wᵀ"),
        ("f*sum(x)", "x", {}, "∂g/∂x = f 𝟏"),
    ],
)
def test_last_lines(expr, wrt, options, expected):
    assert td.derive(expr, wrt, **options).text(steps=False) == expected


@pytest.mark.parametrize("text", ["a_k b_k x_k", "Σ_k a_m", "a_k", "exp(a_k) b_k", "(w_mk + a_m)^2 x_k", "a_m b_m x_m +", "c_m"])
def test_the_reader_refuses_what_is_ambiguous(text):
    tensors = {"a": np.ones(2), "b": np.ones(2), "x": np.ones(2), "w": np.ones((2, 2))}
    with pytest.raises(Unreadable):
        Reader(tensors, {"n": 2}, {"m": 2}).read(text)
