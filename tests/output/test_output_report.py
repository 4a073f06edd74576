"""Everything around the lines: report, Markdown, HTML, the record for JSON, conventions, the step that reads off the product."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.index.nodes import Product
from tensor_deriv.output.chain import chain_step
from tensor_deriv.output.conventions import layout
from tensor_deriv.output.report import report
from tensor_deriv.verification.sample import draw

LINEAR = {"shapes": {"X": "b m", "W": "m h", "b": "h"}, "definitions": ("T = X @ W + b",)}


def test_report_has_every_part_in_order():
    derived = td.derive("l(T)", "X", style="mixed", **LINEAR)
    text = report(derived, derived.check())
    parts = ["layout: the gradient has the shape of X, (b, m)", "T = (x_ik w^k_·j + b_j) g^i g^j", "= ∂l/∂T Wᵀ", "dX = dT @ W.T",
             r"\begin{aligned}", "def gradient", "passed"]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_report_says_zero_and_no_matrix_form_in_words():
    text = report(td.derive("sum(x)", "y", {"x": "n", "y": "n d"}), None)
    assert "does not depend on `y`: the derivative is an array of zeros of shape (n, d)" in text
    assert "There is no matrix form: the derivative has 4 axes." in td.derive("X @ Y", "X").markdown()


@pytest.mark.parametrize(
    ("expr", "wrt", "shapes", "words"),
    [
        ("sum(D*einsum('ijk,jr,kr->ir', A, B, C))", "B", {"A": "n m k", "B": "m r", "C": "k r", "D": "n r"},
         "a tensor of more than two axes takes part"),
        ("trace(G @ kron(A, X))", "X", {"G": "p p", "A": "n n", "X": "m m"}, "one axis runs over several indices"),
        ("sum(x)", "x", {"x": "n"}, ""),
    ],
)
def test_reason(expr, wrt, shapes, words):
    text = td.derive(expr, wrt, shapes, definitions=()).markdown()
    assert words in text
    assert ("There is no matrix form" in text) == bool(words)


@pytest.mark.parametrize(
    ("expr", "wrt", "shapes", "order", "sentence"),
    [
        ("sum(X)", "X", {"X": "n d"}, 1, "layout: the gradient has the shape of X, (n, d)"),
        ("sum(x)", "x", {"x": "n"}, 1, "layout: the gradient has the shape of x, (n,)"),
        ("X.T", "X", {"X": "n d"}, 1, "layout: result.shape + X.shape = (d, n, n, d)"),
        ("x @ x", "x", {"x": "n"}, 2, "layout: x.shape + x.shape = (n, n)"),
        ("a*x", "a", {"x": "n", "a": ""}, 1, "layout: the derivative has the shape of the result, (n,)"),
        ("a**2", "a", {"a": ""}, 1, "layout: the derivative is a scalar"),
    ],
)
def test_layout(expr, wrt, shapes, order, sentence):
    assert layout(td.derive(expr, wrt, shapes, order=order)) == sentence


def test_conventions_are_those_on_the_way_to_the_variable():
    assert td.derive("sum(relu(x) + abs(y))", "x", {"x": "n", "y": "n"}).conventions == ("relu'(0) = 0",)
    tie = "at a tie of max the tied entries share the derivative equally"
    assert set(td.derive("max(relu(x))", "x").conventions) == {tie, "relu'(0) = 0"}
    assert td.derive("sum(exp(x))", "x").conventions == ()


def test_a_note_where_partial_derivatives_stand_beside_others():
    note = "a ∂ on the right-hand side holds every other named tensor fixed"
    assert note in report(td.derive("norm(x)*sum(x)", "x"), None)
    assert note not in report(td.derive("sum(x)", "x"), None)


def test_record_is_json_and_complete():
    record = json.loads(json.dumps(td.derive("sum(relu(X @ w))", "w").to_dict()))
    assert record["expr"] == "sum(relu(X @ w))"
    assert record["shapes"]["w"] == record["shape"]
    assert record["steps"][0]["rule"] == "question"
    assert {"law", "source", "variable", "expression", "latex"} <= record["steps"][-1].keys()
    assert record["matrix"]
    assert "numpy" in record["code"]


def test_html_is_escaped():
    class Tags(HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.text = [], ""

        def handle_starttag(self, tag, attrs):
            self.tags.append(tag)

        def handle_data(self, data):
            self.text += data

    tags = Tags()
    derived = td.derive("sum(relu(X @ w))", "w")
    tags.feed(derived._repr_html_())
    assert not {"script", "link", "img", "iframe"} & set(tags.tags)
    assert derived.latex() in tags.text


def test_markdown_has_balanced_mathematics():
    text = td.derive("-sum(Y*log(softmax(X @ W)))", "W").markdown()
    assert text.count("$$") % 2 == 0
    assert text.count(r"\begin{aligned}") == text.count(r"\end{aligned}") == text.count("$$") // 2


@pytest.mark.parametrize(
    ("expr", "wrt", "definitions", "text"),
    [
        ("l(T)", "X", ("T = X @ W",), "∂l/∂t_mj wᵀ_jn"),
        ("l(T)", "W", ("T = X @ W",), "xᵀ_mi ∂l/∂t_in"),
        ("l(T)", "X", ("T = A @ X @ B",), "aᵀ_mi ∂l/∂t_ij bᵀ_jn"),
        ("l(t)", "x", ("t = A @ x",), "aᵀ_mi ∂l/∂t_i"),
        ("l(T)", "X", ("T = X.T @ B",), "b_mj (∂l/∂t)ᵀ_jn"),
        ("sum(A*X)", "X", (), None),
        ("l(T)", "X", ("T = X + B",), None),
    ],
)
def test_the_step_that_reads_off_the_product_is_a_true_step(expr, wrt, definitions, text):
    derived = td.derive(expr, wrt, definitions=definitions)
    section = derived.sections[-1]
    step = chain_step(section, derived.form)
    if text is None:
        assert step is None
        return
    assert isinstance(step.expr, Product)
    program = derived.gradient.program
    point = draw(program, np.random.default_rng(0)).evaluator(program)
    assert np.allclose(point.at(step.expr, section.axes), point.at(section.answer, section.axes))
    assert derived.steps[-1].rule == "transpose and order"


def test_steps_of_every_section_say_what_they_derive():
    steps = td.derive("-sum(Y*log(softmax(X @ W)))", "W").steps
    assert steps[0].rule == "question"
    assert steps[-1].variable == "W"
    assert all(" = " in step.expression and " = " in step.latex for step in steps)
