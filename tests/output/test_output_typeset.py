"""Every accepted LaTeX of the catalogue is set by pdflatex with amsmath alone, and by KaTeX with warnings as errors."""

from __future__ import annotations

import os
import shutil

import pytest
import typeset

import tensor_deriv as td
from tensor_deriv import shelf
from tensor_deriv.derivation import STYLES

with_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")
whole_catalogue = pytest.mark.skipif("TENSOR_DERIV_ALL" not in os.environ, reason="TENSOR_DERIV_ALL=1 sets both styles with every step too")
MOST_TOO_WIDE = 24  # blocks of the catalogue that a page of `article` has no room for


@pytest.fixture
def with_katex():
    """Skip where KaTeX is not here, with what is missing."""
    if typeset.katex_is_missing():
        pytest.skip(typeset.katex_is_missing())


@pytest.fixture(scope="module")
def every_form() -> dict[str, str]:
    """The LaTeX of the whole catalogue in both styles, every step shown, and the answers alone."""
    found = [(name, derived) for name in shelf.names() for derived in map(td.load(name).derive, td.load(name).variables)]
    return {
        f"{name}/{derived.wrt} {style} {options}": derived.latex(style, **options)
        for name, derived in found
        for style in STYLES
        for options in ({"every": True}, {"steps": False})
    }


@with_pdflatex
def test_pdflatex_sets_the_accepted_latex_and_few_blocks_are_too_wide():
    over = typeset.too_wide(typeset.accepted())
    assert len(over) <= MOST_TOO_WIDE, over


def test_katex_sets_the_accepted_latex(with_katex):
    assert typeset.katex(typeset.accepted()) == {}


@whole_catalogue
@with_pdflatex
def test_pdflatex_sets_every_form(every_form):
    typeset.too_wide(every_form)


@whole_catalogue
def test_katex_sets_every_form(every_form, with_katex):
    assert typeset.katex(every_form) == {}


@with_pdflatex
def test_what_pdflatex_does_not_set_is_found():
    with pytest.raises(RuntimeError, match="Undefined control sequence"):
        typeset.too_wide({"a/x": "x", "a/y": r"\mathbf{x} \nosuchcommand"})
    assert list(typeset.too_wide({"a/x": "x", "a/y": " + ".join(["x"] * 90), "a/z": "x"})) == ["a/y"]


def test_what_katex_does_not_set_is_found(with_katex):
    wrong = typeset.katex({"good": r"\mathbf{x}", "command": r"\nosuchcommand", "brace": "{", "strict": "é", "tag": r"\begin{aligned} x"})
    assert set(wrong) == {"command", "brace", "strict", "tag"}
