"""README.md and docs/: every example runs and prints what it shows, the tables are those of the program, the pages build.

`python tests/test_docs.py` writes the examples anew.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import documents
import pytest
import sympy
from documents import BLOCK, DOCUMENTS, ROOT

import tensor_deriv as td
from tensor_deriv import functions, shelf
from tensor_deriv.cli import main
from tensor_deriv.code.targets import TARGETS
from tensor_deriv.verification.digits import FUNCTIONS
from tensor_deriv.verification.meanings import ELEMENTWISE

EVERY = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
TEXTS = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
INDENTED = [pytest.param(arguments, id=" ".join(arguments)) for text in TEXTS for arguments in documents.indented(text)]
UNRUN = [pytest.param(arguments, id=" ".join(arguments)) for text in TEXTS for arguments in documents.unrun(text)]


@pytest.fixture
def tables():
    """The tables of functions, put back as they were after an example that adds to them."""
    changed = (functions.TABLE, ELEMENTWISE, FUNCTIONS, *(target.functions for target in TARGETS.values()))
    before = [dict(table) for table in changed]
    yield
    for table, rows in zip(changed, before, strict=True):
        table.clear()
        table.update(rows)


@EVERY
def test_every_example_prints_what_it_shows(document, tables):
    text = document.read_text(encoding="utf-8")
    if "SymPy 1.14" in text and not sympy.__version__.startswith("1.14"):
        pytest.skip(f"the page shows SymPy 1.14, here is {sympy.__version__}: what it prints may have changed")
    anew = documents.renewed(text)
    assert documents.without_what_differs(anew) == documents.without_what_differs(text), "`python tests/test_docs.py` writes it anew"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("```pycon\n>>> 1 + 1\n3\n```", "```pycon\n>>> 1 + 1\n2\n```"),
        ("```pycon\n>>> for i in (1, 2):\n...     print(i)\n...\n```", "```pycon\n>>> for i in (1, 2):\n...     print(i)\n1\n2\n```"),
        ("```pycon\n>>> 1/0\n```", "```pycon\n>>> 1/0\nZeroDivisionError: division by zero\n```"),
        (
            '```console\n$ derive expr "x @ x" --wrt x --format text --no-steps\n0\n```',
            '```console\n$ derive expr "x @ x" --wrt x --format text --no-steps\n∂f/∂x = 2 x\n```',
        ),
    ],
)
def test_a_wrong_example_is_seen(body, wanted):
    assert documents.renewed(body) == wanted


def test_the_readme_shows_an_answer_and_an_error():
    shown = "".join(block[2] for block in BLOCK.finditer(TEXTS[0]) if block[1] == "console")
    assert "Check\n  passed" in shown and "\nerror: " in shown


@pytest.mark.parametrize("arguments", INDENTED)
def test_commands_without_their_output_work(derive, arguments):
    result = derive(*arguments)
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("arguments", UNRUN)
def test_other_commands_have_the_options_they_name(arguments):
    with main.make_context("derive", list(arguments)) as context:
        name, command, rest = main.resolve_command(context, arguments)
        command.make_context(name, rest, parent=context, resilient_parsing=False)


@EVERY
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


# ---- the pages


def test_the_rules_are_those_of_the_program():
    path = ROOT / "docs" / "generate.py"
    spec = importlib.util.spec_from_file_location("generate", path)
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert generate.PAGE.read_text(encoding="utf-8") == generate.page(), "`python docs/generate.py` writes it anew"


def test_the_rules_of_every_line_of_the_catalogue_have_their_place():
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    used = set()
    for entry in map(td.load, shelf.names()):
        for variable in entry.variables:
            used |= {step.name for section in entry.derive(variable).gradient.sections for step in section.steps[1:]}
    assert len(used) > 10 and not [name for name in used if f"| {name} |" not in page and f"*{name}*" not in page]


def test_the_pages_build_without_a_warning_and_load_nothing_from_elsewhere(tmp_path):
    pytest.importorskip("myst_parser", reason="Sphinx and MyST are not here to build the pages: the extra `docs`")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", str(ROOT / "docs"), str(tmp_path / "built")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    for path in Path(tmp_path / "built").rglob("*"):
        if path.suffix in (".html", ".css"):
            loaded = r"(?:\bsrc=|<link[^>]*href=|url\(|@import\s+)[\"']?(?:https?:)?//[^\"')\s]+"
            assert not re.findall(loaded, path.read_text(encoding="utf-8")), path.name


if __name__ == "__main__":
    documents.renew()
