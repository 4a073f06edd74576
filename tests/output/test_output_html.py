"""The article of a derivation as text: well formed, escaped, complete, and honest about what failed or is not there."""

from __future__ import annotations

import os
from xml.etree import ElementTree

import pytest
from judges import CASES, derivation
from marks import of_latex, of_mathml

import tensor_deriv as td
from tensor_deriv import shelf
from tensor_deriv.code.targets import TARGETS
from tensor_deriv.output.html import article, fragment, page
from tensor_deriv.output.latex import last_line
from tensor_deriv.output.latex_target import LATEX
from tensor_deriv.output.lines import Writer
from tensor_deriv.verification.report import Report, Trial

EVERY = bool(os.environ.get("TENSOR_DERIV_ALL"))
ENTRIES = [(name, wrt) for name in shelf.names() for wrt in td.load(name).variables]


def parsed(derived, report=None, **options):
    """The tree of an article, which is well formed as XML too."""
    return ElementTree.fromstring(article(derived, report, **options))


def text(node) -> str:
    """All that stands in a node."""
    return "".join(node.itertext())


def classed(root, name):
    """The nodes of a class."""
    return [node for node in root.iter() if name in node.get("class", "").split()]


def complete(derived):
    """Every rule of every line is explained, and the result is that of the LaTeX."""
    root = parsed(derived)
    lines = [line for section in Writer(derived, LATEX, derived.style).sections(False) for line in section]
    derivation_ = next(node for node in root.iter("section") if node.get("aria-labelledby", "").endswith("-derivation"))
    assert [text(next(rule.iter("button"))) for rule in classed(derivation_, "td-rule")] == [line.rule for line in lines if line.rule]
    for law, line in zip(classed(derivation_, "td-law"), [line for line in lines if line.rule], strict=True):
        assert line.cited and all(item.law in text(law) and item.source and item.source in text(law) for item in line.cited)
    (result,) = classed(root, "td-result")
    *_, last = classed(result, "td-line")
    shown = ["".join(map(of_mathml, (row for math in node.iter("math") for row in math))) for node in last]
    *_, want = last_line(Writer(derived, LATEX, derived.style)).removesuffix("\n\\end{aligned}").split("\\\\\n")
    left, right = want.removeprefix("\\begin{aligned}\n").replace("&", "").split("=", 1)
    if "\\quad {}" not in right:  # a long result is broken into lines there
        assert shown[0] == of_latex(left) and shown[1] == "=" + of_latex(right)


@pytest.mark.parametrize("name", list(CASES)[:: 1 if EVERY else 11])
def test_cases_of_the_corpus(name):
    complete(derivation(name))


@pytest.mark.parametrize(("name", "wrt"), ENTRIES[:: 1 if EVERY else 23])
def test_entries_of_the_catalogue(name, wrt):
    complete(td.load(name).derive(wrt))


def test_laws_are_those_of_the_functions_that_were_derived():
    laws = {
        text(law)
        for derived in (td.derive("sum(tanh(x))", "x"), td.derive("det(X)", "X"), td.derive("l(T)", "X", definitions=("T = X @ W",)))
        for law in classed(parsed(derived), "td-law")
    }
    for wanted in ("∂tanh(u)/∂u = 1 - tanh(u)**2", "∂det A/∂aₘₙ = det A (A⁻¹)ₙₘ", "Magnus and Neudecker", "∂l/∂xₘₙ = ∂l/∂tᵢⱼ ∂tᵢⱼ/∂xₘₙ"):
        assert any(wanted in law for law in laws), wanted


def test_every_source_can_be_copied():
    root = parsed(td.derive("sum((X @ w - y)**2)", "w"))
    sources = {node.get("id"): text(node) for node in root.iter("pre") if node.get("id")}
    targets = [node.get("data-copy") for node in root.iter("button") if node.get("data-copy")]
    assert set(targets) == set(sources) and len(targets) == 2 + len(TARGETS)


def test_a_failed_check_says_so():
    report = Report([Trial("steps", 2, 0.0, True), Trial("differences", 2, 0.5, False, "wrong <everywhere>")])
    derived = td.derive("x @ x", "x")
    shown = text(parsed(derived, report))
    assert "FAILED" in shown and "passed" not in shown and "5.0e-01" in shown and "FAILS (wrong <everywhere>)" in shown
    assert "passed" in text(parsed(derived, derived.check()))


def test_a_zero_derivative_is_said_in_words_and_has_no_network():
    shown = text(parsed(td.derive("sum(x)", "y", {"x": "n", "y": "n d"})))
    assert "does not depend on y: the derivative is an array of zeros of shape (n, d)" in shown
    assert "None: the derivative is zero" in shown


def test_what_the_caller_writes_is_escaped(tmp_path):
    entry = """title = "<script>alert('&')</script>"\ntensors = { x = "n", y = "n" }\nresult = "sum((x < y)*x)"\n"""
    (tmp_path / "own.toml").write_text(entry)
    derived = td.load(tmp_path / "own.toml").derive("x")
    shown = page([(derived, derived.check())])
    assert shown.count("<script") == 1 and "&lt;script&gt;alert" in shown
    assert "sum((x < y)*x)" in text(parsed(derived))


def test_steps_are_left_out_or_shown_one_by_one():
    derived = td.load("linear").derive("X")
    counts = [len(classed(parsed(derived, **options), "td-line")) for options in ({"steps": False}, {}, {"every": True})]
    assert counts == sorted(set(counts))


def test_a_page_and_a_fragment_ask_for_nothing():
    derived = td.derive("sum((X @ w - y)**2)", "w")
    for shown in (derived.to_html(), derived._repr_html_(), fragment(derived, None)):
        for word in ("src=", "@import", "url(", "<link", "http://", "https://"):
            assert word not in shown.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "<script" not in derived._repr_html_() and " style=" not in derived.to_html()


def test_the_same_page_each_time():
    assert td.load("attention").derive("K").to_html() == td.load("attention").derive("K").to_html()
