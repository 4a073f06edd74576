"""`derive NAME --format latex --document`: a document that pdflatex sets with amsmath alone."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

import tensor_deriv as td
from tensor_deriv.output.document import display
from tensor_deriv.output.prose import _SIGNS, _SPECIAL, prose

with_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")
EVERY_MARK = "".join((*_SPECIAL, *_SIGNS, "é ü ñ å ç č ø Œ – ’", "中 🙂 ℵ"))


@pytest.fixture
def typeset(tmp_path):
    """The log of pdflatex on a document; a failure where it does not set it."""

    def run(document: str) -> str:
        (tmp_path / "a.tex").write_text(document, encoding="utf-8")
        command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "a.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        log = (tmp_path / "a.log").read_text(errors="replace")
        assert done.returncode == 0, "\n".join(line for line in log.split("\n") if line.startswith(("!", "l.")))
        return log

    return run


@with_pdflatex
@pytest.mark.parametrize(
    "args",
    [
        ("linear",),
        ("cosine_similarity", "--wrt", "x", "--no-steps"),
        ("lstm_cell", "--wrt", "H", "--steps", "all"),
        ("softmax_regression_hessian",),
        ("expr", "sum(relu(X_a @ w**2))", "--assume", "w=positive"),
        ("expr", "y @ y", "--shape", "x=n", "--wrt", "x"),
    ],
)
def test_a_document_is_set_by_pdflatex(derive, typeset, args):
    result = derive(*args, "--format", "latex", "--document")
    assert result.exit_code == 0, result.stderr
    assert re.findall(r"\\usepackage.*", result.stdout) == [r"\usepackage{amsmath}"]
    log = typeset(result.stdout)
    assert "Overfull \\vbox" not in log and "Missing character" not in log


@with_pdflatex
def test_every_mark_of_a_title_is_set(typeset, tmp_path, derive):
    path = tmp_path / "mine.toml"
    title = EVERY_MARK.replace("\\", r"\\").replace('"', r"\"")
    path.write_text(f'title = "{title}"\nsource = "{title}"\ntensors = {{ x = "n" }}\nresult = "x @ x"\n', encoding="utf-8")
    document = derive(str(path), "--format", "latex", "--document").stdout
    assert document.count("[U+4E2D] [U+1F642] [U+2135]") == 2
    assert "Missing character" not in typeset(document)


def test_what_a_document_says(derive):
    text = derive("graph_convolution", "--format", "latex", "--document").stdout
    assert text.count(r"\section*{Graph convolution: derivative by ") == 2
    assert "Source: Kipf and Welling" in text and "Layout: the gradient has the shape of H, (n, d)." in text
    assert "Note: relu'(0) = 0." in text and r"\allowdisplaybreaks" in text
    assert r"\section*{\texttt{x @ x}: derivative by x}" in td.derive("x @ x", "x").document()
    assert len(td.derive("x @ x", "x").document(steps=False)) < len(td.derive("x @ x", "x").document())


def test_a_document_is_latex(derive):
    for form in ("report", "html", "numpy"):
        result = derive("linear", "--format", form, "--document")
        assert result.exit_code == 2 and result.stdout == "" and "--format latex" in result.stderr


def test_a_block_may_break_between_pages_and_one_equation_stays_one():
    assert display("\\begin{aligned}\na &= b\n\\end{aligned}") == "\\begin{align*}\na &= b\n\\end{align*}"
    assert display("a = b") == "\\[\na = b\n\\]"


def test_prose_escapes_what_latex_reads():
    assert prose("50 % of A_1 & {B}") == r"50 \% of A\_1 \& \{B\}"
    assert prose("β-VAE, ∂f") == r"$\beta$-VAE, $\partial$f"
    assert prose("e\u0301") == "é"
