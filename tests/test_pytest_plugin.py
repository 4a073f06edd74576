"""The pytest plugin: a project's derivations under its own test run."""

from __future__ import annotations

import importlib.metadata

import pytest

from tensor_deriv.catalogue import load
from tensor_deriv.cli import examine  # loaded here, so that no run within this process loads NumPy anew

pytest_plugins = ["pytester"]

GOOD = 'title = "Mine"\ntensors = { x = "n", A = "n n" }\nresult = "x @ A @ x"\n'
WRONG = GOOD + '[expect]\nx = "A @ x"\n'
INSTALLED = any(point.value == "tensor_deriv.pytest_plugin" for point in importlib.metadata.entry_points(group="pytest11"))
INI = "[pytest]\nderivations = paper\n"


@pytest.fixture
def project(pytester):
    """Run pytest on a project of some files: `project({"paper/mine.toml": text}, "-v")`."""

    def run(files: dict[str, str], *args: str) -> pytest.RunResult:
        for name, text in files.items():
            path = pytester.path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        plugin = () if INSTALLED else ("-p", "tensor_deriv.pytest_plugin")
        return pytester.runpytest_inprocess(*plugin, "-p", "no:cacheprovider", *args)

    return run


def test_each_variable_is_a_test(project):
    result = project({"pytest.ini": INI, "paper/mine.toml": GOOD}, "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["paper/mine.toml::x PASSED*", "paper/mine.toml::A PASSED*"])


def test_a_failing_one_shows_what_is_wrong_and_no_traceback(project):
    files = {"paper/mine.toml": WRONG, "paper/mine/x.tex": "old", "paper/other.toml": GOOD, "paper/broken.toml": "title = = 2"}
    result = project({"pytest.ini": INI, **files})
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*broken.toml*",
            "*broken.toml:1: this is not TOML*",
            "*mine.toml by x*",
            "expected A @ x, which is something else: relative error *",
            "the LaTeX is not the accepted one*",
            "-old",
            "+*begin{aligned}",
            "*mine.toml by A*",
            "*A.tex is missing; *--accept* writes it",
        ]
    )
    assert not {"Traceback", "runtest", "pytest_plugin.py"} & set(result.stdout.str().replace(":", " ").split())


def test_a_fault_of_the_program_shows_its_traceback(project, monkeypatch):
    def broken(task):
        raise RuntimeError("beyond repair")

    monkeypatch.setattr(examine, "examine", broken)
    result = project({"pytest.ini": INI, "paper/mine.toml": GOOD})
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*def broken*", "*RuntimeError: beyond repair"])


@pytest.mark.parametrize("args", [(), (".",), ("paper",), ("--collect-only",)])
def test_other_projects_are_left_alone(project, args):
    files = {"paper/mine.toml": WRONG, "paper/a.toml": "=", "pyproject.toml": "[project]\nname = 'a'"}
    tests = {"test_one.py": "def test_one(): pass", "paper/test_two.py": "def test_two(): pass"}
    result = project({**files, **tests}, *args)
    assert result.ret == 0 and ".toml" not in result.stdout.str().replace("configfile: pyproject.toml", "")


def test_a_folder_that_is_named_holds_no_other_folders(project):
    result = project({"pytest.ini": INI, "paper/mine.toml": GOOD, "other/mine.toml": WRONG, "pyproject.toml": ""})
    result.assert_outcomes(passed=2)


def test_a_file_named_on_the_command_line_is_a_derivation(project):
    result = project({"mine.toml": WRONG, "other.toml": WRONG}, "mine.toml")
    result.assert_outcomes(passed=1, failed=1)
    project({}, "mine.toml::A").assert_outcomes(passed=1)


def test_variables_are_chosen_by_name(project):
    result = project({"pytest.ini": INI, "paper/mine.toml": WRONG}, "-k", "mine and not x")
    result.assert_outcomes(passed=1, deselected=1)


def test_a_folder_that_is_not_there_is_said(project):
    result = project({"pytest.ini": INI})
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: the ini option `derivations` names *paper, which is no folder"])


def test_warnings_as_errors_disturb_no_derivation(project):
    project({"pytest.ini": INI, "paper/mine.toml": GOOD + '[expect]\nx = "(A + A.T) @ x"\n'}, "-W", "error").assert_outcomes(passed=2)


def test_a_file_without_variables_does_not_pass_unseen(project):
    files = {"pytest.ini": INI, "paper/mine.toml": GOOD + 'assume = { x = "constant", A = "constant" }\n'}
    result = project(files)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["there is no variable to derive by"])
    assert load("paper/mine.toml").checked == ()
