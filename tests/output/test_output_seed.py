"""The equations of the post that the project grew out of, token for token, and what the other style makes of them."""

from __future__ import annotations

import pytest
from latex_tokens import block, tokens

import tensor_deriv as td
from tensor_deriv.output.latex import forward_latex

LINEAR = {"shapes": {"X": "b m", "W": "m h", "b": "h"}, "definitions": ("T = X @ W + b",)}
CHAIN = {"shapes": {"X": "b m", "T": "b h"}, "definitions": ("T = f(X)",)}

EQUATION_2 = r"\mathbf{T} &= (x_{ik} w^{k}_{\cdot j} + b_j)\mathbf{g}^i\mathbf{g}^j"
EQUATION_4 = r"""
\frac{\partial l}{\partial \mathbf{X}}
&= \frac{\partial l}{\partial t_{ij}}\mathbf{g}_i\mathbf{g}_j \mathbin{:}
   \frac{\partial t_{kl}}{\partial x_{mn}}\mathbf{g}^k\mathbf{g}^l\mathbf{g}_m\mathbf{g}_n \\
&= \frac{\partial l}{\partial t_{ij}} \frac{\partial t_{kl}}{\partial x_{mn}}
   \delta_i^{\cdot k} \delta_j^{\cdot l} \mathbf{g}_m\mathbf{g}_n \\
&= \frac{\partial l}{\partial t_{ij}} \frac{\partial t_{ij}}{\partial x_{mn}} \mathbf{g}_m\mathbf{g}_n
"""
EQUATION_5 = r"""
\frac{\partial l}{\partial \mathbf{X}}
&= \frac{\partial l}{\partial t_{ij}} \frac{\partial (x_{ik} w^{k}_{\cdot j} + b_j)}{\partial x_{mn}} \mathbf{g}_m\mathbf{g}_n \\
&= \frac{\partial l}{\partial t_{ij}} \delta_i^{\cdot m} \delta_k^{\cdot n} w^{k}_{\cdot j} \mathbf{g}_m\mathbf{g}_n \\
&= \frac{\partial l}{\partial t_{mj}} w^{n}_{\cdot j} \mathbf{g}_m\mathbf{g}_n \\
&= \frac{\partial l}{\partial t_{mj}} (w_{j}^{\cdot n})^\top \mathbf{g}_m\mathbf{g}_n \\
&= \frac{\partial l}{\partial \mathbf{T}} \mathbf{W}^\top
"""
EQUATION_7 = r"""
\frac{\partial l}{\partial \mathbf{W}}
&= \frac{\partial l}{\partial t_{ij}} \frac{\partial (x_{ik} w^{k}_{\cdot j} + b_j)}{\partial w_{mn}} \mathbf{g}_m\mathbf{g}_n \\
&= \frac{\partial l}{\partial t_{ij}} x_{ik} \delta^{km} \delta_{j}^{\cdot n} \mathbf{g}_m\mathbf{g}_n \\
&= \frac{\partial l}{\partial t_{in}} x_{i}^{\cdot m} \mathbf{g}_m\mathbf{g}_n \\
&= (x^{m}_{\cdot i})^\top \frac{\partial l}{\partial t_{in}} \mathbf{g}_m\mathbf{g}_n \\
&= \mathbf{X}^\top \frac{\partial l}{\partial \mathbf{T}}
"""
EQUATION_8 = r"""
\frac{\partial l}{\partial \mathbf{b}}
&= \frac{\partial l}{\partial t_{ij}} \frac{\partial (x_{ik} w^{k}_{\cdot j} + b_j)}{\partial b_{m}} \mathbf{g}_m \\
&= \frac{\partial l}{\partial t_{ij}} \delta_j^{\cdot m} \mathbf{g}_m \\
&= \sum_i \frac{\partial l}{\partial t_{im}} \mathbf{g}_m
"""
CARTESIAN_W = r"""
\frac{\partial l}{\partial w_{mn}}
&= \frac{\partial l}{\partial t_{ij}} \frac{\partial (x_{ik} w_{kj} + b_j)}{\partial w_{mn}} \\
&= \frac{\partial l}{\partial t_{ij}} x_{ik} \delta_{km} \delta_{jn} \\
&= \frac{\partial l}{\partial t_{in}} x_{im} \\
&= x^\top_{mi} \frac{\partial l}{\partial t_{in}} \\
\frac{\partial l}{\partial \mathbf{W}}
&= \mathbf{X}^\top \frac{\partial l}{\partial \mathbf{T}}
"""
CARTESIAN_B = r"""
\frac{\partial l}{\partial b_m}
&= \frac{\partial l}{\partial t_{ij}} \frac{\partial (x_{ik} w_{kj} + b_j)}{\partial b_{m}} \\
&= \sum_i \frac{\partial l}{\partial t_{ij}} \delta_{jm} \\
&= \sum_i \frac{\partial l}{\partial t_{im}} \\
\frac{\partial l}{\partial \mathbf{b}}
&= \left(\frac{\partial l}{\partial \mathbf{T}}\right)^\top \mathbf{1}
"""


def test_forward_pass_is_equation_2():
    assert block(forward_latex(td.derive("l(T)", "X", **LINEAR), "mixed")) == tokens(EQUATION_2)


@pytest.mark.parametrize(
    ("wrt", "problem", "style", "expected"),
    [
        ("X", CHAIN, "mixed", EQUATION_4),
        ("X", LINEAR, "mixed", EQUATION_5),
        ("W", LINEAR, "mixed", EQUATION_7),
        ("b", LINEAR, "mixed", EQUATION_8),
        ("W", LINEAR, "cartesian", CARTESIAN_W),
        ("b", LINEAR, "cartesian", CARTESIAN_B),
    ],
)
def test_derivation_line_for_line(wrt, problem, style, expected):
    assert block(td.derive("l(T)", wrt, **problem).latex(style)) == tokens(expected)


def test_text_in_columns():
    assert td.derive("l(T)", "X", **LINEAR).text().split("\n") == [
        "∂l/∂x_mn = ∂l/∂t_ij ∂(x_ik w_kj + b_j)/∂x_mn    chain rule",
        "         = ∂l/∂t_ij δ_im δ_kn w_kj              sum, constant factor, component, constant rule",
        "         = ∂l/∂t_mj w_nj                        contract the Kronecker delta",
        "         = ∂l/∂t_mj wᵀ_jn                       transpose and order",
        "∂l/∂X    = ∂l/∂T Wᵀ                             matrix form",
    ]


def test_every_rule_on_a_line_of_its_own():
    text = td.derive("l(T)", "X", **LINEAR).text(every=True)
    assert "∂l/∂X    = ∂l/∂T : ∂T/∂X" in text
    for rule in ("contraction in components", "substitute the definition", "sum rule", "constant factor rule", "component rule"):
        assert text.count(rule) == 1


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [("X", r"\frac{\partial l}{\partial \mathbf{T}} \mathbf{W}^\top"), ("b", r"\sum_i \frac{\partial l}{\partial t_{im}} \mathbf{g}_m")],
)
def test_last_line_alone(wrt, expected):
    left = rf"\frac{{\partial l}}{{\partial \mathbf{{{wrt}}}}}"
    assert tokens(td.derive("l(T)", wrt, **LINEAR).latex("mixed", steps=False)) == tokens(f"{left} = {expected}")


def test_tokens_see_what_counts():
    assert tokens(r"\sum_{i} x_{ i j }") == tokens(r"\sum_i x_{ij}")
    assert tokens(r"x_{ij}") != tokens(r"x_{ji}")
    assert tokens(r"x_{ij}") != tokens(r"x_i j")
