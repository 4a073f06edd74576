"""Array forms in print: brackets, signs, transposes, and broadcasting said with vectors of ones."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest

import tensor_deriv as td
from tensor_deriv.functions import TABLE
from tensor_deriv.index.dims import named
from tensor_deriv.matrix.calls import Call, Eye, Filled
from tensor_deriv.matrix.nodes import Add, Column, Diag, Elem, MatMul, Mul, Name, Num, Outer, Pow, Size, T, Trace, num
from tensor_deriv.output.array import ArrayPrinter
from tensor_deriv.output.latex_target import LATEX
from tensor_deriv.output.names import Quotient
from tensor_deriv.output.symbols import Drawn, Symbol, draw_all
from tensor_deriv.output.text_target import TEXT

N, D = named("n"), named("d")
A, B, Q = Name("A", (N, D)), Name("B", (N, D)), Name("Q", (N, N))
X, Y, V, C = Name("x", (N,)), Name("y", (N,)), Name("v", (D,)), Name("c", ())
DT = Name("dA", (N, D))
LOSS = Drawn(Symbol("l"), Symbol("l"), 0)
NAMES = SimpleNamespace(
    drawn=draw_all({"A": 2, "B": 2, "Q": 2, "x": 1, "y": 1, "v": 1, "c": 0, "W1": 2}, ()), quotients={"dA": Quotient(LOSS, 0, ("A",))}
)


def minus(node):
    return Mul((num(-1), node))


def total(node, axis, keepdims=False):
    return Call("sum", node, axis, keepdims)


@pytest.mark.parametrize(
    ("node", "text", "latex"),
    [
        (Add((A, B)), "A + B", r"\mathbf{A} + \mathbf{B}"),
        (Add((minus(A), B)), "B − A", r"\mathbf{B} - \mathbf{A}"),
        (Add((A, Mul((num(-2), B)))), "A − 2 B", r"\mathbf{A} - 2 \mathbf{B}"),
        (minus(Add((A, B))), "−(A + B)", r"-(\mathbf{A} + \mathbf{B})"),
        (Mul((C, Add((A, B)))), "c (A + B)", r"c (\mathbf{A} + \mathbf{B})"),
        (T(Add((A, B))), "(A + B)ᵀ", r"(\mathbf{A} + \mathbf{B})^\top"),
        (T(MatMul((Q, A))), "(QA)ᵀ", r"(\mathbf{Q} \mathbf{A})^\top"),
        (MatMul((T(A), Add((MatMul((A, V)), minus(X))))), "Aᵀ(Av − x)", r"\mathbf{A}^\top (\mathbf{A} \mathbf{v} - \mathbf{x})"),
        (MatMul((X, Q, Y)), "xᵀQy", r"\mathbf{x}^\top \mathbf{Q} \mathbf{y}"),
        (MatMul((X, A)), "Aᵀx", r"\mathbf{A}^\top \mathbf{x}"),
        (MatMul((X, T(Q))), "Qx", r"\mathbf{Q} \mathbf{x}"),
        (MatMul((X, Y)), "xᵀy", r"\mathbf{x}^\top \mathbf{y}"),
        (MatMul((Q, Mul((A, B)))), "Q(A ⊙ B)", r"\mathbf{Q} (\mathbf{A} \odot \mathbf{B})"),
        (Mul((A, MatMul((Q, B)))), "A ⊙ (QB)", r"\mathbf{A} \odot (\mathbf{Q} \mathbf{B})"),
        (Mul((A, Add((A, B)))), "A ⊙ (A + B)", r"\mathbf{A} \odot (\mathbf{A} + \mathbf{B})"),
        (Mul((C, A, B)), "c (A ⊙ B)", r"c (\mathbf{A} \odot \mathbf{B})"),
        (Mul((A, Pow(B, num(-1)))), "A ⊘ B", r"\mathbf{A} \oslash \mathbf{B}"),
        (Mul((X, Pow(Call("norm", X, None), num(-1)))), "x/‖x‖", r"\frac{\mathbf{x}}{\left\|\mathbf{x}\right\|}"),
        (Pow(X, num(-1)), "𝟏 ⊘ x", r"\mathbf{1} \oslash \mathbf{x}"),
        (Pow(A, num(-2)), "(𝟏𝟏ᵀ) ⊘ A^⊙2", r"(\mathbf{1} \mathbf{1}^\top) \oslash \mathbf{A}^{\odot 2}"),
        (Pow(A, num(2)), "A^⊙2", r"\mathbf{A}^{\odot 2}"),
        (Pow(X, num(Fraction(1, 2))), "x^(⊙1/2)", r"\mathbf{x}^{\odot 1/2}"),
        (Pow(C, num(Fraction(1, 2))), "√(c)", r"\sqrt{c}"),
        (Pow(Add((C, num(1))), num(2)), "(c + 1)^2", "(c + 1)^{2}"),
        (Mul((Num(Fraction(1, 2)), A)), "A/2", r"\frac{1}{2} \mathbf{A}"),
        (Mul((num(2), A, Pow(Size(N), num(-1)))), "2 A/n", r"\frac{2}{n} \mathbf{A}"),
        (Mul((DT, Pow(C, num(-1)))), "(∂l/∂A)/c", r"\frac{\frac{\partial l}{\partial \mathbf{A}}}{c}"),
        (T(DT), "(∂l/∂A)ᵀ", r"\left(\frac{\partial l}{\partial \mathbf{A}}\right)^\top"),
        (MatMul((DT, T(A))), "∂l/∂A Aᵀ", r"\frac{\partial l}{\partial \mathbf{A}} \mathbf{A}^\top"),
        (Outer(X, V), "xvᵀ", r"\mathbf{x} \mathbf{v}^\top"),
        (Outer(Add((X, Y)), MatMul((T(A), X))), "(x + y)(Aᵀx)ᵀ", r"(\mathbf{x} + \mathbf{y}) (\mathbf{A}^\top \mathbf{x})^\top"),
        (Call("inv", Q, None), "Q⁻¹", r"\mathbf{Q}^{-1}"),
        (T(Call("inv", Q, None)), "Q⁻ᵀ", r"\mathbf{Q}^{-\top}"),
        (Call("inv", T(Q), None), "(Qᵀ)⁻¹", r"(\mathbf{Q}^\top)^{-1}"),
        (Call("logdet", Q, None), "log|det Q|", r"\log\left|\det \mathbf{Q}\right|"),
        (Call("norm", A, None), "‖A‖", r"\left\|\mathbf{A}\right\|_F"),
        (Trace(MatMul((A, T(B)))), "tr(ABᵀ)", r"\operatorname{tr}(\mathbf{A} \mathbf{B}^\top)"),
        (Diag(Add((X, Y))), "diag(x + y)", r"\operatorname{diag}(\mathbf{x} + \mathbf{y})"),
        (total(X, None), "𝟏ᵀx", r"\mathbf{1}^\top \mathbf{x}"),
        (total(A, None), "𝟏ᵀA𝟏", r"\mathbf{1}^\top \mathbf{A} \mathbf{1}"),
        (total(A, (0,)), "Aᵀ𝟏", r"\mathbf{A}^\top \mathbf{1}"),
        (total(A, (1,)), "A𝟏", r"\mathbf{A} \mathbf{1}"),
        (total(Add((A, B)), (1,)), "(A + B)𝟏", r"(\mathbf{A} + \mathbf{B}) \mathbf{1}"),
        (total(T(A), (0,)), "A𝟏", r"\mathbf{A} \mathbf{1}"),
        (Add((A, V)), "A + 𝟏vᵀ", r"\mathbf{A} + \mathbf{1} \mathbf{v}^\top"),
        (Add((A, Column(X))), "A + x𝟏ᵀ", r"\mathbf{A} + \mathbf{x} \mathbf{1}^\top"),
        (Add((num(1), minus(X))), "𝟏 − x", r"\mathbf{1} - \mathbf{x}"),
        (Add((A, C)), "A + c𝟏𝟏ᵀ", r"\mathbf{A} + c \mathbf{1} \mathbf{1}^\top"),
        (Mul((A, Column(X))), "diag(x) A", r"\operatorname{diag}(\mathbf{x}) \mathbf{A}"),
        (Mul((A, V)), "A diag(v)", r"\mathbf{A} \operatorname{diag}(\mathbf{v})"),
        (Mul((A, B, Column(X), V)), "diag(x) (A ⊙ B) diag(v)",
         r"\operatorname{diag}(\mathbf{x}) (\mathbf{A} \odot \mathbf{B}) \operatorname{diag}(\mathbf{v})"),
        (Mul((A, Pow(Column(X), num(-1)))), "diag(𝟏 ⊘ x) A", r"\operatorname{diag}(\mathbf{1} \oslash \mathbf{x}) \mathbf{A}"),
        (Mul((Column(X), V)), "xvᵀ", r"\mathbf{x} \mathbf{v}^\top"),
        (Elem(TABLE["tanh"], (MatMul((A, V)),)), "tanh(Av)", r"\tanh(\mathbf{A} \mathbf{v})"),
        (Elem(TABLE["abs"], (Q,)), "|Q|", r"\operatorname{abs}(\mathbf{Q})"),
        (Elem(TABLE["equal"], (A, Column(X))), "[A = x𝟏ᵀ]", r"\left[\mathbf{A} = \mathbf{x} \mathbf{1}^\top\right]"),
        (Call("softmax", A, (1,)), "softmax(A)", r"\operatorname{softmax}(\mathbf{A})"),
        (Call("softmax", A, (0,)), "softmax(Aᵀ)ᵀ", r"\operatorname{softmax}(\mathbf{A}^\top)^\top"),
        (Call("mean", X, None), "𝟏ᵀx/n", r"\frac{\mathbf{1}^\top \mathbf{x}}{n}"),
        (Filled(1, (N, D)), "𝟏𝟏ᵀ", r"\mathbf{1} \mathbf{1}^\top"),
        (Filled(0, (N,)), "0", r"\mathbf{0}"),
        (Add((Eye(N), minus(Q))), "I − Q", r"\mathbf{I} - \mathbf{Q}"),
        (MatMul((Name("W1", (N, N)), Q)), "W1 Q", r"\mathbf{W}_{1} \mathbf{Q}"),
    ],
)  # fmt: skip
def test_brackets_and_signs(node, text, latex):
    assert (ArrayPrinter(NAMES, TEXT).print(node), ArrayPrinter(NAMES, LATEX).print(node)) == (text, latex)


def test_more_than_two_axes_are_refused():
    with pytest.raises(td.DerivationError):
        ArrayPrinter(NAMES, TEXT).print(Name("A", (N, N, D)))
