"""The catalogue as a tool: `derive list`, `show`, `new`, and `check` of a folder of one's own."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

import pytest

import tensor_deriv as td
from tensor_deriv import shelf
from tensor_deriv.cli import table
from tensor_deriv.cli.examine import Task, Verdict

GOOD = 'title = "Mine"\ntensors = { x = "n", A = "n n" }\nresult = "x @ A @ x"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of derivations to work in: `folder(name=text, …)` writes the files."""
    monkeypatch.chdir(tmp_path)

    def write(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


# ---- list


def test_list_says_title_variables_and_source_of_every_entry(derive):
    text = derive("list").stdout
    assert len(text.splitlines()) == 2 * len(shelf.names())
    for name in shelf.names():
        entry = td.load(name)
        assert re.search(rf"^{name} +{re.escape(entry.title)}\n +by {', '.join(entry.variables)}; {re.escape(entry.source)}$", text, re.M)


def test_list_filters_by_words_in_name_title_and_source(derive):
    def named(*words):
        return [line.split()[0] for line in derive("list", *words).stdout.splitlines()[::2]]

    assert "attention" in named("VASWANI") and "linear" not in named("VASWANI")
    assert named("vaswani", "gelu") == ["gelu_block"]
    assert named("quadratic_form") == ["quadratic_form"]


@pytest.mark.parametrize(("words", "said"), [(("linaer",), "did you mean `linear`"), (("zzz", "linear"), "`zzz` and `linear`")])
def test_list_says_so_where_nothing_fits(derive, words, said):
    result = derive("list", *words)
    assert result.exit_code == 2 and result.stdout == "" and said in result.stderr


def test_list_says_variables_alone_where_there_is_no_source(derive, folder, monkeypatch):
    monkeypatch.setattr(shelf, "FOLDERS", (str(folder(mine=GOOD, none=GOOD.replace('x = "n", A = "n n"', ""))),))
    assert derive("list").stdout == "mine  Mine\n      by x, A\nnone  Mine\n"


# ---- show


def test_show_says_what_an_entry_holds(derive):
    text = derive("show", "gp_noise").stdout
    for line in ("gp_noise: Log marginal", "source: Rasmussen", "R: (n, n), spd", "K = s*R + t*eye(n)  (n, n)", "a = inv(K) @ y      (n,)",
                 "log(2*pi)/2  ()", "by s: sum(dK*R)"):
        assert line in text


def test_show_infers_shapes_and_tells_expected_from_published(derive, folder):
    text = GOOD.replace(', A = "n n"', "") + 'order = 2\n[expect]\nx = "A + A.T"\n[published]\nx = "A.T + A"\n'
    folder(mine=text)
    shown = derive("show", "mine.toml").stdout
    for line in ("A: (n, n)", "Derivatives of order 2", "by x: A + A.T\n", "by x: A.T + A  (as published)", "by A\n"):
        assert line in shown
    assert derive("show", "nothing").exit_code == derive("show", "absent.toml").exit_code == 2


@pytest.mark.parametrize("name", shelf.names()[::7])
def test_show_takes_every_entry(derive, name):
    result = derive("show", name)
    assert result.exit_code == 0 and all(text in result.stdout for text in td.load(name).expect.values())


# ---- new


def test_new_writes_a_derivation_that_works(derive, folder):
    here = folder()
    said = derive("new", "mine")
    assert said.exit_code == 0 and "wrote mine.toml" in said.stdout
    commands = re.findall(r"^  derive (.*?)(?:   .*)?$", said.stdout, re.M)
    assert commands == ["mine.toml --wrt W", "check mine.toml", "check mine.toml --accept"]
    for command in commands:
        assert derive(*command.split()).exit_code == 0
    assert {path.name for path in (here / "mine").iterdir()} == {"X.tex", "W.tex", "Y.tex"}
    assert set(td.load("mine.toml").expect) == set(td.load("mine.toml").variables)


def test_new_leaves_a_file_alone(derive, folder):
    here = folder(mine="kept")
    for name in ("mine", "mine.toml"):
        result = derive("new", name)
        assert result.exit_code == 2 and "is there already" in result.stderr
    assert (here / "mine.toml").read_text() == "kept"


@pytest.mark.parametrize(("name", "said"), [("absent/mine", "No such file"), ("", "names no file"), ("a\0b", "null")])
def test_new_says_why_it_cannot_write(derive, folder, name, said):
    folder()
    result = derive("new", name)
    assert result.exit_code == 2 and said in result.stderr and "Traceback" not in result.output


# ---- check: a folder of one's own


def test_check_takes_a_folder_and_one_broken_file_stops_no_other(derive, folder):
    here = folder(one=GOOD, two=GOOD + '[expect]\nx = "A @ x"\n', three="title = ")
    (here / "notes.txt").write_text("no derivation")
    for jobs in ("1", "2"):
        result = derive("check", ".", "linear", "--jobs", jobs)
        assert result.exit_code == 1
        rows = dict(re.findall(r"^(\S+) +(?:[-XWbxA] )+ +(right|FAILED)", result.stdout, re.M))
        assert rows == {"./one.toml": "right", "./three.toml": "FAILED", "./two.toml": "FAILED", "linear": "right"}
        assert "./two.toml by x: FAILED\n    expected A @ x, which is something else" in result.stdout
        assert result.stdout.endswith("8 derivatives, 2 failed\n")
    assert derive("check", "one.toml").exit_code == 0


def test_a_folder_without_derivations_is_a_failure(derive, folder):
    result = derive("check", str(folder()))
    assert result.exit_code == 1 and "no .toml file in this folder" in result.stdout


def test_what_is_expected_of_a_definition_is_checked_too(derive, folder):
    text = GOOD.replace("x @ A @ x", "x @ t") + 'define = ["t = A @ x"]\n'
    folder(right=text + '[expect]\nt = "x"\n', wrong=text + '[expect]\nt = "2*x"\n')
    assert "x A t  right" in derive("check", "right.toml").stdout
    result = derive("check", "wrong.toml")
    assert result.exit_code == 1 and "FAILED by t" in result.stdout


def test_a_published_result_is_compared_by_meaning_alone(derive, folder):
    folder(right=GOOD + '[published]\nx = "A.T @ x + A @ x"\n', wrong=GOOD + '[published]\nx = "2*A @ x"\n')
    assert derive("check", "right.toml").exit_code == 0
    result = derive("check", "wrong.toml")
    assert result.exit_code == 1 and "published 2*A @ x, which is something else" in result.stdout


def test_accept_says_what_it_changed(derive, folder):
    here = folder(mine=GOOD)
    assert "LaTeX accepted anew: mine.toml by x, mine.toml by A\n" in derive("check", "mine.toml", "--accept").stdout
    (here / "mine" / "A.tex").write_text("old\n")
    assert "LaTeX accepted anew: mine.toml by A\n" in derive("check", "mine.toml", "--accept").stdout
    assert "accepted anew" not in derive("check", "mine.toml", "--accept").stdout


def test_accepted_latex_that_cannot_be_written_is_a_failure(derive, folder):
    here = folder(mine=GOOD)
    (here / "mine").write_text("a file where the folder would be")
    result = derive("check", "mine.toml", "--accept")
    assert result.exit_code == 1 and "cannot be made" in result.stdout and "Traceback" not in result.output


def test_a_bar_shows_the_way_on_a_terminal_alone(monkeypatch):
    class Terminal(StringIO):
        def isatty(self):
            return True

    verdicts = [Verdict(Task("a", "x"), ())] * 3
    for stream, shown in ((Terminal(), True), (StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with table._bar(iter(verdicts), 3) as each:
            assert list(each) == verdicts
        assert ("checking" in stream.getvalue() and "3/3" in stream.getvalue()) == shown


# ---- files that are broken, each in its way

AT = "mine.toml"
BROKEN = {
    "not TOML": ("title = \n", f"{AT}:1: this is not TOML"),
    "not TOML in line 4": (GOOD + "order = = 2\n", f"{AT}:4: this is not TOML"),
    "a key twice": (GOOD + 'title = "b"\n', f"{AT}:4: this is not TOML"),
    "an unknown key": (GOOD + "ordre = 2\n", f"{AT}:4: `ordre` is no key of a derivation; did you mean `order`?"),
    "an unknown table": (GOOD + '[expected]\nx = "x"\n', f"{AT}:4: `expected` is no key of a derivation; did you mean `expect`?"),
    "no tensors": (GOOD.replace("tensors", "#"), f"{AT}: the key `tensors` is missing; it is a table of shapes"),
    "no result": (GOOD.replace("result", "#"), f"{AT}: the key `result` is missing; it is a text"),
    "no title": (GOOD.replace("title", "#"), f"{AT}: the key `title` is missing; it is a text"),
    "a number for a title": (GOOD.replace('"Mine"', "3"), f'{AT}:1: `title` has to be a text, as in "Linear layer"; this is a number'),
    "a list for a result": (GOOD.replace('"x @ A @ x"', '["x"]'), f"{AT}:3: `result` has to be a text"),
    "a shape that is a list": (GOOD.replace('"n n"', '["n"]'), f"{AT}:2: `tensors` has to be a table of shapes"),
    "whose shape it is": (GOOD.replace('"n n"', '["n"]'), "`A` is a list there"),
    "a name with a space": (GOOD.replace("A = ", '"A B" = '), f"{AT}:2: `tensors` has to be a table"),
    "a keyword for a name": (GOOD.replace("A = ", "lambda = "), "`lambda` is no name of a tensor"),
    "a shape that is none": (GOOD.replace('"n n"', '"0 n"'), f"{AT}:2: `0` is no dimension"),
    "a date for a style": (GOOD + "style = 2026-01-01\n", f"{AT}:4: `style` has to be \"cartesian\" or \"mixed\"; this is a date or time"),
    "an order of 9": (GOOD + "order = 9\n", f"{AT}:4: `order` has to be a whole number from 1 to 4"),
    "a text for definitions": (GOOD + 'define = "t = x"\n', f"{AT}:4: `define` has to be a list of definitions"),
    "a number among definitions": (GOOD + 'define = ["t = x", 2]\n', "number 2 in it is a number"),
    "a definition of itself": (GOOD + 'define = ["t = t + x"]\n', f"{AT}:4: `t` is used before its definition"),
    "definitions in a circle": (GOOD + 'define = ["s = t + x", "t = s + x"]\n', "each stands before its first use, and none needs itself"),
    "a name defined twice": (GOOD + 'define = ["t = x", "t = 2*x"]\n', f"{AT}:4: `t` is defined twice"),
    "an unknown assumption": (GOOD + '[assume]\nA = "nice"\n', f"{AT}:5: `nice` is no assumption; known are symmetric"),
    "an assumption of nothing": (GOOD + 'assume = { Z = "spd" }\n', "made of `Z`, which is no input; inputs are x, A"),
    "an expectation of nothing": (GOOD + '\n[expect]\nx = "x"\nX = "x"\n', f"{AT}:7: `expect` has `X`, which the expression has not; did"),
    "a publication of nothing": (GOOD + '[published]\nq = "x"\n', f"{AT}:5: `published` has `q`, which the expression has not; it may be"),
    "an expectation that is a number": (GOOD + "[expect]\nx = 2\n", f"{AT}:5: `expect` has to be a table of derivatives"),
    "an expectation by a constant": (GOOD + 'assume = { A = "constant" }\nexpect = { A = "x" }\n', "`A` is assumed constant"),
    "an expectation that is no expression": (GOOD + '[expect]\nx = "x @"\n', "x @"),
    "an expectation of another shape": (GOOD + '[expect]\nx = "A"\n', "A"),
    "an expectation with an unknown name": (GOOD + '[expect]\nx = "2*Q @ x"\n', "has `Q` in it"),
    "shapes that do not fit": (GOOD.replace('x = "n"', 'x = "k"'), f"{AT}:3: shapes do not match"),
    "an expression that is none": (GOOD.replace("@ A @", "@@ A"), f"{AT}:3: "),
    "an unknown function": (GOOD.replace("x @ A @ x", "sum(tanhh(x))"), "did you mean `tanh`"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_says_where_and_what_is_wanted_and_stops_no_other(derive, folder, text, said):
    folder(mine=text, other=GOOD)
    result = derive("check", "mine.toml", "other.toml")
    assert result.exit_code == 1 and said in result.stdout and "Traceback" not in result.output, result.output
    assert re.search(r"^other.toml +x A +right", result.stdout, re.M)


def test_what_is_broken_in_those_files_is_not_broken_in_the_other(derive, folder):
    folder(other=GOOD)
    assert derive("check", "other.toml").exit_code == 0
