"""The answer written out: definitions and upstream gradients put in, checked as every other line, or refused."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

import tensor_deriv as td
from tensor_deriv import shelf
from tensor_deriv.derivation import STYLES
from tensor_deriv.matrix import forms
from tensor_deriv.matrix.make import mul
from tensor_deriv.matrix.nodes import num
from tensor_deriv.output.lines import PUT_IN

EVERY = [(name, variable) for name in shelf.names() for variable in td.load(name).variables]
SOME = EVERY if os.environ.get("TENSOR_DERIV_ALL") else EVERY[::12]


def logistic():
    return td.load("logistic_regression").derive("w")


@pytest.mark.parametrize(("name", "variable"), SOME)
def test_an_answer_is_written_out_and_right_or_refused(name, variable):
    derived = td.load(name).derive(variable)
    try:
        out = derived.substituted
    except td.UnsupportedError as reason:
        assert "more than 60 are not written out" in str(reason) or "cannot be written out. " in str(reason)
        return
    assert out.definitions == out.functions_used and out.form.definitions == ()
    assert out.check().ok
    lines = out.text().splitlines()
    assert (PUT_IN in lines[-1]) == (out.form.node != derived.form.node)
    assert lines[: len(derived.text().splitlines()) - 1] == [line for line in lines if PUT_IN not in line][:-1]


def test_definitions_and_upstream_gradients_are_put_in():
    assert logistic().substituted.matrix == "X.T @ (sigmoid(X @ w) - y)"
    relu = td.derive("sum(relu(Z)*V)", "X", {"X": "n d", "W": "d k", "V": "n k"}, ["Z = X @ W"])
    assert relu.substituted.matrix == "((X @ W > 0)*V) @ W.T"
    attention = td.load("attention").derive("Q")
    assert attention.definitions and not attention.substituted.definitions and "dO" in attention.substituted.matrix


def test_it_follows_the_line_in_the_named_intermediates():
    *_, named, written = logistic().substituted.latex().splitlines()[:-1]
    assert named.strip() == r"&= \mathbf{X}^\top (\mathbf{p} - \mathbf{y}) \\"
    assert written.strip() == r"&= \mathbf{X}^\top (\sigma(\mathbf{X} \mathbf{w}) - \mathbf{y})"
    assert logistic().substituted.latex(steps=False) == rf"\frac{{\partial f}}{{\partial \mathbf{{w}}}} = {written.strip()[3:]}"
    for style in STYLES:
        assert PUT_IN in logistic().substituted.text(style, every=True)


def test_where_nothing_is_named_nothing_is_added():
    for derived in (td.derive("sum((X @ w - y)**2)", "w"), td.load("linear").derive("b"), td.derive("x @ x", "x", order=2)):
        assert derived.substituted.text() == derived.text() and derived.substituted.matrix == derived.matrix


def test_what_is_too_long_is_refused_with_its_length():
    layers = [f"H{i + 1} = tanh(H{i} @ W + H{i})" for i in range(15)]
    deep = td.derive("sum(H15)", "W", {"H0": "n d", "W": "d d"}, layers)
    with pytest.raises(td.UnsupportedError, match=r"about \d+ operations; more than 60 are not written out"):
        deep.substituted  # noqa: B018
    assert deep.matrix


def test_what_has_no_matrix_form_is_refused_with_the_reason():
    with pytest.raises(td.UnsupportedError, match="A stack of matrices"):
        td.load("multi_head_attention").derive("Q").substituted  # noqa: B018
    with pytest.raises(td.UnsupportedError, match=r"by `A` cannot be written out\. There is no matrix form: a tensor of"):
        td.load("tensor_decomposition").derive("A").substituted  # noqa: B018


@pytest.mark.parametrize("wrong", [lambda node: mul([num(2), node]), lambda node: mul([num(-1), node])])
def test_a_line_written_out_wrongly_fails_its_check(monkeypatch, wrong):
    right = forms.in_full
    monkeypatch.setattr("tensor_deriv.derivation.in_full", lambda *of: replace(right(*of), node=wrong(right(*of).node)))
    report = logistic().substituted.check()
    assert {trial.what for trial in report.trials if not trial.ok} == {
        "written out: array form", "written out: matrix form, read back", "written out: NumPy code",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["report", "text", "latex", "markdown", "html", "json", "numpy", "torch", "jax", "xp"])
def test_the_command_line_writes_out(derive, form):
    result = derive("logistic_regression", "--wrt", "w", "--format", form, "--substituted")
    assert result.exit_code == 0, result.stderr
    assert result.stdout != derive("logistic_regression", "--wrt", "w", "--format", form).stdout


def test_the_command_line_refuses_with_the_reason(derive):
    result = derive("gru_cell", "--wrt", "X", "--substituted")
    assert result.exit_code == 2 and result.stdout == "" and "operations; more than 60 are not written out" in result.stderr
