"""Every case of the corpus in print: read back as a person would, and set by pdflatex."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest
import reading_arrays
import reading_index
from judges import CASES, component_names, derivation, evaluator, whole_names

import tensor_deriv as td
from tensor_deriv.derivation import STYLES
from tensor_deriv.index.bodies import Apply, Opaque
from tensor_deriv.index.nodes import Transposed, walk
from tensor_deriv.index.slots import Index
from tensor_deriv.index.unevaluated import Contraction, Partial
from tensor_deriv.output.latex import forward_latex
from tensor_deriv.output.lines import Writer
from tensor_deriv.output.text_target import TEXT

if not CASES:
    pytest.skip("the corpus is not beside this checkout", allow_module_level=True)

every_case = pytest.mark.parametrize("name", CASES)
UNREAD = (Partial, Contraction, Apply, Opaque, Transposed)  # the reader knows what is evaluated; ∂ and names of functions it does not
COMMANDS = set(
    re.findall(
        r"\\[A-Za-z]+",
        r"\begin \end \frac \partial \mathbf \boldsymbol \mathrm \operatorname \text \mathbin \cdot \odot \oslash \top \sum \prod \sqrt"
        r"\quad \left \right \delta \pi \sigma \exp \log \sin \cos \tan \arcsin \arccos \arctan \sinh \cosh \tanh \max \min \det \neq",
    )
)


@every_case
def test_components_read_back(name):
    derived = derivation(name)
    writer, point = Writer(derived, TEXT, "cartesian"), evaluator(derived)
    tensors = component_names(writer, point.tensors)
    for section in derived.sections:
        if not all(isinstance(axis, Index) for axis in section.axes):
            continue
        steps = writer.steps(section)
        printer = writer.printer([step.expr for step in steps], section.axes)
        free = {printer.letters[axis]: point.size(axis.extent) for axis in section.axes}
        for step in steps:
            if not any(isinstance(node, UNREAD) or any(not isinstance(slot, Index) for slot in node.own_slots) for node in walk(step.expr)):
                reader = reading_index.Reader(tensors, point.sizes, free)
                got = reader.spread(reader.read(printer.print(step.expr, {})), "".join(free))
                want = point.at(step.expr, section.axes)
                assert np.allclose(np.broadcast_to(got, want.shape), want, rtol=1e-8, atol=1e-10)


@every_case
def test_matrix_forms_read_back(name):
    derived = derivation(name)
    writer, point = Writer(derived, TEXT, "cartesian"), evaluator(derived)
    program, matrices = derived.gradient.program, writer.matrices
    tensors = whole_names(writer, point.tensors)
    for section, items in matrices.items():
        for part, node in items:
            got = reading_arrays.plain(reading_arrays.Reader(tensors, point.sizes).read(writer.arrays.print(node)))
            if part and part not in point.tensors:
                tensors[writer.arrays.left(part)] = got
                continue
            want = point.tensors[part] if section or part else point.at(program.result.body, program.result.axes)
            want = want[:, None] if want.ndim == 1 else want
            got = got + np.zeros(want.shape) if isinstance(got, reading_arrays.Eye) else got
            assert np.allclose(np.broadcast_to(got, want.shape), want, rtol=1e-7, atol=1e-9)


@every_case
def test_every_form_of_print(name):
    derived = derivation(name)
    for style in STYLES:
        for options in ({}, {"steps": False}, {"every": True}):
            latex, text = derived.latex(style, **options), derived.text(style, **options)
            assert not re.search(r"[+−-] *[+−-]", text + latex), "two signs in a row"
            assert set(re.findall(r"\\[A-Za-z]+", latex)) <= COMMANDS
            assert latex.count("{") == latex.count("}")
            assert latex.count(r"\left") == latex.count(r"\right")


@pytest.mark.parametrize("name", list(CASES)[::9])
def test_the_same_twice(name):
    case = CASES[name]
    again = td.derive(case["expr"], case["wrt"], case["shapes"], tuple(case["definitions"]), case["order"])
    first = derivation(name)
    for style in STYLES:
        assert again.text(style) == first.text(style)
        assert again.latex(style, every=True) == first.latex(style, every=True)
    assert again.steps == first.steps


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")
def test_pdflatex_sets_everything(tmp_path):
    derived = [(derivation(name), style) for name in CASES for style in STYLES]
    blocks = [block for one, style in derived for block in (one.latex(style), forward_latex(one, style)) if block]
    body = "\n".join(f"\\[\n{block}\n\\]" for block in blocks)
    (tmp_path / "all.tex").write_text(f"\\documentclass{{article}}\\usepackage{{amsmath}}\\begin{{document}}\n{body}\n\\end{{document}}\n")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "all.log").read_text(errors="replace")
    assert run.returncode == 0, "\n".join(line for line in log.split("\n") if line.startswith(("!", "l.")))
    assert not re.search(r"^!", log, re.M)
