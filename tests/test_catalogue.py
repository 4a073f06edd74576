"""The catalogue: what a file may hold, and every shipped derivation against its expectations."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import tensor_deriv as td
from tensor_deriv import catalogue, shelf
from tensor_deriv.cli.examine import Task, accepted_path, examine, expectation_faults
from tensor_deriv.derivation import Derivation
from tensor_deriv.verification.report import Report, Trial

GOOD = 'title = "Mine"\ntensors = { x = "n", A = "n n" }\nresult = "x @ A @ x"\n'
SHIPPED = [(name, variable) for name in shelf.names() for variable in catalogue.load(name).variables]


@pytest.fixture
def copy(tmp_path):
    """A copy of a shipped entry and its LaTeX, to change."""

    def make(name: str, old: str = "", new: str = "") -> Path:
        path = tmp_path / f"{name}.toml"
        text = (Path(shelf.folder()) / f"{name}.toml").read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        shutil.copytree(Path(shelf.folder()) / name, tmp_path / name)
        return path

    return make


# ---- the shipped entries


@pytest.mark.parametrize(("name", "variable"), SHIPPED)
def test_shipped_derivations_are_as_expected(name, variable):
    assert examine(Task(name, variable)).faults == ()


@pytest.mark.parametrize("name", shelf.names())
def test_shipped_entries_are_complete(name):
    entry = td.load(name)
    assert entry.name == name and entry.title and entry.source
    assert {*entry.expect, *entry.published} == set(entry.variables)
    latex = accepted_path(entry, "x").parent
    assert {path.name for path in latex.iterdir()} == {f"{variable}.tex" for variable in entry.variables}


def test_the_catalogue_has_what_it_promises():
    assert {
        "linear", "chain_rule", "quadratic_form", "least_squares", "trace_product", "matrix_factorization", "bilinear",
    } <= set(shelf.names())


def test_the_linear_layer():
    entry = td.load("linear")
    assert entry.variables == ("X", "W", "b") and entry.style == "mixed"
    assert [entry.derive(variable).matrix for variable in entry.variables] == ["dT @ W.T", "X.T @ dT", "sum(dT, axis=0)"]
    assert entry.derive("X").title == "Linear layer" and entry.derive("X").style == "mixed"


# ---- reading


def test_a_file_is_found_by_path_from_anywhere(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text("\ufeff" + GOOD.replace("\n", "\r\n"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("mine.toml", "./mine.toml", str(path), path):
        assert td.load(name).derive("A").matrix == "outer(x, x)"
    assert td.load("linear").title == "Linear layer"


def test_every_key_is_read(tmp_path):
    path = tmp_path / "all.toml"
    path.write_text(
        'title = "All"\nsource = "here"\nresult = "sum(q)"\ndefine = ["q = x * (A @ x)"]\nstyle = "mixed"\norder = 2\n'
        'tensors = { x = "n", A = "n n" }\nassume = { A = "symmetric" }\nexpect = { x = "2*A" }\n'
    )
    entry = td.load(path)
    assert (entry.title, entry.source, entry.style, entry.order) == ("All", "here", "mixed", 2)
    assert entry.derive("x").matrix == "2*A"
    assert entry.derive("x").check().ok


def test_a_constant_is_no_variable(tmp_path):
    path = tmp_path / "constant.toml"
    path.write_text(GOOD + 'assume = { A = "constant" }\n')
    assert td.load(path).variables == ("x",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", ["not TOML", "end of document"]),
        ("title = a\n", ["not TOML", "line 1", "\n  title = a\n          ^"]),
        (GOOD + GOOD, ["not TOML"]),
        ('tensors = { x = "n" }\nresult = "x"\n', ["`title`", "missing", "Linear layer"]),
        ('title = "a"\nresult = "x @ x"\n', ["`tensors`", "missing", '"n d"']),
        ('title = "a"\ntensors = {}\n', ["`result`", "missing"]),
        (GOOD + "sauce = 1\n", ["`sauce`", "did you mean `source`", "\n  sauce = 1\n  ^^^^^"]),
        (GOOD + "zzz = 1\n", ["`zzz`", "keys are title, source"]),
        (GOOD + "order = 0\n", ["`order`", "1 to 4"]),
        (GOOD + "order = true\n", ["`order`", "1 to 4"]),
        (GOOD + 'style = "upper"\n', ["`style`", '"mixed"']),
        (GOOD + 'define = "T = x"\n', ["`define`", "list"]),
        (GOOD + "define = [1]\n", ["`define`", "list"]),
        (GOOD + "[expect]\nx = 2\n", ["`expect`", "table", "\n  x = 2\n  ^"]),
        (GOOD + 'assume = "symmetric"\n', ["`assume`", "table"]),
        (GOOD.replace('"n n"', "3"), ["`tensors`", "table of shapes"]),
        (GOOD.replace('"Mine"', '" "'), ["`title`"]),
    ],
)
def test_a_file_that_is_no_entry_is_refused_by_name_and_key(tmp_path, text, words):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(td.DerivationError) as caught:
        td.load(path)
    for word in (str(path), *words):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (GOOD.replace('x = "n"', 'x = "k"'), td.ShapeError, ["do not match", "^"]),
        (GOOD.replace('x = "n"', 'x = "n-n"'), td.ShapeError, ["n-n"]),
        (GOOD.replace("x @ A", "x @@ A"), td.ParseError, ["^"]),
        (GOOD + '[expect]\nX = "2*x"\n', td.UnknownNameError, ["`X`", "did you mean `x`"]),
        (GOOD + '[assume]\nA = "nice"\n', td.UnknownNameError, ["nice", "symmetric"]),
    ],
)
def test_an_entry_that_is_no_program_is_refused_by_file(tmp_path, text, error, words):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(error) as caught:
        td.load(path).derive("x")
    for word in (str(path), *words):
        assert word in str(caught.value)


def test_unknown_names_are_answered_with_what_is_known():
    with pytest.raises(td.UnknownNameError, match="did you mean `linear`"):
        td.load("liner")
    with pytest.raises(td.UnknownNameError, match="derive list"):
        td.load("zzz")
    with pytest.raises(td.UnknownNameError, match=r"it may be X, W, b, T.*did you mean `W`"):
        td.load("linear").derive("w")
    with pytest.raises(td.DerivationError, match="No such file"):
        td.load("nowhere/linear.toml")


def test_a_file_without_end_is_refused():
    with pytest.raises(td.DerivationError, match="longer than"):
        catalogue.read(Path("/dev/zero"))


# ---- derive check


def test_check_says_so_where_all_is_right(derive):
    result = derive("check", "linear", "least_squares")
    assert result.exit_code == 0, result.stdout
    assert "6 derivatives, all as expected" in result.stdout


def test_check_is_the_same_with_several_processes(derive):
    assert derive("check", "linear", "bilinear", "--jobs", "2").stdout == derive("check", "linear", "bilinear").stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2*X.T @ (X @ w - y)", "X.T @ (X @ w - y)"),
        ("2*X.T @ (X @ w - y)", "-2*X.T @ (X @ w - y)"),
        ("2*X.T @ (X @ w - y)", "2*X.T @ X @ w"),
        ("2*X.T @ (X @ w - y)", "2.0002*X.T @ (X @ w - y)"),
        ("2*X.T @ (X @ w - y)", "2*X.T @ (X @ w - y) + 0.001*w"),
    ],
)
def test_an_expectation_that_means_something_else_fails(derive, copy, old, new):
    result = derive("check", str(copy("least_squares", old, new)))
    assert result.exit_code == 1
    assert "something else" in result.stdout and new in result.stdout and "1 failed" in result.stdout


def test_an_expectation_that_is_only_written_otherwise_fails_and_says_so(derive, copy):
    result = derive("check", str(copy("least_squares", "2*X.T @ (X @ w - y)", "2*(X.T @ (X @ w) - X.T @ y)")))
    assert result.exit_code == 1 and "equal, and written otherwise" in result.stdout


def test_white_space_is_no_difference(derive, copy):
    assert derive("check", str(copy("least_squares", "2*X.T @ (X @ w - y)", "2 * X.T@(X@w - y)"))).exit_code == 0


@pytest.mark.parametrize("wrong", ["dT @ W", "dT @ W.T @ Z", "dT @", "sum(dT)"])
def test_an_expectation_that_does_not_fit_fails(derive, copy, wrong):
    result = derive("check", str(copy("linear", "dT @ W.T", wrong)))
    assert result.exit_code == 1 and "FAILED" in result.stdout and "Traceback" not in result.output


def test_an_expectation_may_use_the_entry_s_definitions(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('title = "a"\ntensors = { X = "n d", w = "d" }\ndefine = ["r = X @ w"]\nresult = "sum(r**2)"\n')
    entry = td.load(path)
    right, wrong = (replace(entry, expect={"w": text}) for text in ("2*X.T @ r", "2*X.T @ (r + r)"))
    assert not any("something else" in fault for fault in expectation_faults(right, right.derive("w")))
    assert any("something else" in fault for fault in expectation_faults(wrong, wrong.derive("w")))


def test_a_change_of_the_latex_is_shown_as_a_difference(derive, copy):
    path = copy("linear")
    accepted = path.with_suffix("") / "X.tex"
    accepted.write_text(accepted.read_text(encoding="utf-8").replace(r"\mathbf{W}", r"\mathbf{V}"), encoding="utf-8")
    result = derive("check", str(path))
    assert result.exit_code == 1 and "\n    -" in result.stdout and "\n    +" in result.stdout and r"\mathbf{V}" in result.stdout
    assert derive("check", str(path), "--accept").exit_code == 0
    assert derive("check", str(path)).exit_code == 0
    accepted.unlink()
    assert "is missing" in derive("check", str(path)).stdout


def test_latex_is_accepted_only_where_the_check_holds(derive, copy, monkeypatch):
    path = copy("linear")
    accepted = path.with_suffix("") / "X.tex"
    accepted.write_text("old")
    monkeypatch.setattr(Derivation, "check", lambda self, **how: Report([Trial("differences", 2, 0.5, False)]))
    result = derive("check", str(path), "--accept")
    assert result.exit_code == 1 and "differences: FAILS" in result.stdout
    assert accepted.read_text() == "old"


def test_a_file_of_one_s_own_needs_neither_expectation_nor_latex(derive, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    result = derive("check", str(path))
    assert result.exit_code == 0 and "2 derivatives, all as expected" in result.stdout
    assert [*tmp_path.iterdir()] == [path]
    assert derive("check", str(path), "--accept").exit_code == 0
    assert (tmp_path / "mine" / "A.tex").is_file()


def test_a_broken_file_fails_and_the_others_are_still_checked(derive, tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("title = ")
    result = derive("check", str(path), "bilinear")
    assert result.exit_code == 1 and "not TOML" in result.stdout and "4 derivatives, 1 failed" in result.stdout
