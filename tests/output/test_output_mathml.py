"""MathML: well formed, of the kinds that browsers set, and the same formula as the LaTeX."""

from __future__ import annotations

import os

import pytest
from judges import CASES, derivation
from marks import of_latex, of_mathml

import tensor_deriv as td
from tensor_deriv import shelf
from tensor_deriv.derivation import STYLES
from tensor_deriv.output.latex_target import LATEX
from tensor_deriv.output.lines import Writer
from tensor_deriv.output.mathematics import CHANGED, mathematics
from tensor_deriv.output.mathml_target import MATHML, element

EVERY = bool(os.environ.get("TENSOR_DERIV_ALL"))
ENTRIES = [(name, wrt) for name in shelf.names() for wrt in td.load(name).variables]


def lines(derived, target, style, every):
    """All lines of a derivation, one after the other."""
    writer = Writer(derived, target, style)
    return [*writer.definitions(), *writer.introductions(), *(line for section in writer.sections(every) for line in section)]


def agrees(derived):
    """Every line, in every style, is the same formula in MathML and in LaTeX."""
    for style in STYLES:
        for every in (False, True):
            set_, latex = (lines(derived, target, style, every) for target in (MATHML, LATEX))
            assert len(set_) == len(latex) > 0
            for mine, other in zip(set_, latex, strict=True):
                assert of_mathml(element(mine.left)) == of_latex(other.left)
                assert of_mathml(element(mine.right)) == of_latex(other.right)


@pytest.mark.parametrize("name", list(CASES)[:: 1 if EVERY else 9])
def test_cases_of_the_corpus_are_the_same_formula(name):
    agrees(derivation(name))


@pytest.mark.parametrize(("name", "wrt"), ENTRIES[:: 1 if EVERY else 17])
def test_entries_of_the_catalogue_are_the_same_formula(name, wrt):
    agrees(td.load(name).derive(wrt))


@pytest.mark.parametrize(
    ("expr", "wrt"),
    [
        ("prod(x)*sum(exp2(x))", "x"), ("sum(gammaln(x) + log2(x))", "x"), ("sum((x > y)*maximum(x, y))", "x"),
        ("norm(X)*max(y)", "X"), ("sum(leaky_relu(x, 0.1)**1.5/7)", "x"), ("sum(abs(Sigma @ theta))", "theta"), ("sum(digamma(x))", "x"),
        ("pi*sum(x)/n", "x"), ("inv(X)", "X"), ("sum(sinc(loss_1*x))", "x"), ("sum(softmax(X, axis=0)*X)", "X"),
    ],
)  # fmt: skip
def test_functions_and_names_are_the_same_formula(expr, wrt):
    agrees(td.derive(expr, wrt))


def test_the_judge_can_fail():
    right = r"\frac{\partial l}{\partial x_{mn}} w^{k}_{\cdot j}"
    assert of_latex(right) == "frac[∂l][∂x_[mn]]w_[·j]^[k]"
    for wrong in (right.replace("mn", "nm"), right.replace(" l", " f"), right.replace(r"\cdot j", "j"), r"\mathbf{x}"):
        assert of_latex(wrong) != of_latex(right)
    with pytest.raises(AssertionError, match="msub of 1"):
        of_mathml(element("<msub><mi>x</mi></msub>"))
    with pytest.raises(AssertionError, match="mfenced"):
        of_mathml(element("<mfenced><mi>x</mi></mfenced>"))


def test_signs_stand_before_what_they_belong_to():
    forms = [child.get("form") for child in element("−<mi>a</mi> − (−<mi>b</mi>) + <mi>c</mi>") if child.text in ("−", "+")]
    assert forms == ["prefix", None, "prefix", None]


def test_only_what_differs_is_marked():
    before = "<mi>a</mi><msub><mi>x</mi><mi>k</mi></msub>"
    assert CHANGED not in mathematics(before, before)
    assert mathematics("<mi>a</mi><msub><mi>x</mi><mi>m</mi></msub>", before).count(f'<mi class="{CHANGED}">m</mi>') == 1
    assert mathematics(before + "<mi>b</mi>", before).count(CHANGED) == 1
    assert CHANGED not in mathematics(before)
    assert f'class="td-bold {CHANGED}"' in mathematics(MATHML.identity, before)  # a bold letter stays one


def test_factors_beside_each_other_have_one_mark_and_operators_their_own():
    before = "<mi>a</mi><mo>+</mo><mi>b</mi>"
    shown = mathematics("<mi>c</mi><mo>\u2062</mo><mi>d</mi><mo>−</mo><mi>e</mi>", before)
    assert f'<mrow class="{CHANGED}"><mi>c</mi><mo>\u2062</mo><mi>d</mi></mrow>' in shown
    assert f'<mrow class="{CHANGED}"><mo form="infix">−</mo></mrow><mi class="{CHANGED}">e</mi>' in shown and shown.count("<math") == 2
    fraction = mathematics("<mfrac><mi>c</mi><mi>d</mi></mfrac>", "<mfrac><mi>a</mi><mi>b</mi></mfrac>")
    assert fraction.count(CHANGED) == 2 and "<mrow" not in fraction  # a fraction has two parts, and keeps them


def test_a_sum_may_break_before_its_signs():
    text = mathematics("−<mi>a</mi> + <mrow><mi>b</mi> + <mi>c</mi></mrow> − <mi>d</mi>")
    assert text.count("<math") == text.count("</math>") == 3
    assert text.count('form="infix"') == 2
