"""The command line: formats, exit statuses, messages, files, streams."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tensor_deriv import catalogue, shelf
from tensor_deriv.cli.options import FORMATS
from tensor_deriv.derivation import LAYERS, Derivation
from tensor_deriv.verification.report import Report, Trial

LEAST_SQUARES = ("expr", "sum((X @ w - y)**2)", "--wrt", "w")
DERIVE = (sys.executable, "-m", "tensor_deriv")


def refused(result, *words):
    """Exit status 2, one message, nothing printed as an answer."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ") and result.stderr.count("error: ") == 1
    assert "Traceback" not in result.stderr and "fault of tensor_deriv" not in result.stderr
    for word in words:
        assert word in result.stderr


# ---- what is printed


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_of_one_derivative(derive, form):
    result = derive(*LEAST_SQUARES, "--format", form)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "" and result.stdout.endswith("\n") and not result.stdout.endswith("\n\n")
    assert len(result.stdout) > 30


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_of_all_derivatives(derive, form):
    result = derive("least_squares", "--format", form)
    assert result.exit_code == 0, result.stderr
    alone = derive("least_squares", "--wrt", "X", "--format", form).stdout
    assert (result.stdout == alone) == (form in LAYERS)  # a layer has the gradients by all inputs


def test_the_report_has_the_matrix_form_the_latex_the_code_and_the_verdict(derive):
    report = derive(*LEAST_SQUARES).stdout
    for part in ("2*X.T @ (X @ w - y)", r"\begin{aligned}", r"\mathbf{X}^\top", "def gradient(", "power rule", "passed"):
        assert part in report


def test_latex_is_one_complete_block_and_each_variable_has_its_own(derive):
    text = derive("linear", "--format", "latex").stdout
    assert text.count(r"\begin{aligned}") == text.count(r"\end{aligned}") == 3
    one = derive("linear", "--wrt", "b", "--format", "latex").stdout
    assert one.strip().startswith(r"\begin{aligned}") and one.strip().endswith(r"\end{aligned}")
    assert one.strip() in text


def test_no_steps_leaves_the_result_alone(derive):
    for form in ("report", "text", "latex", "markdown"):
        long = derive(*LEAST_SQUARES, "--format", form).stdout
        short = derive(*LEAST_SQUARES, "--format", form, "--no-steps").stdout
        assert 0 < len(short) < len(long)


def test_steps_all_shows_more_lines(derive):
    main = derive("linear", "--wrt", "X", "--format", "text").stdout
    every = derive("linear", "--wrt", "X", "--format", "text", "--steps", "all").stdout
    assert len(every.splitlines()) > len(main.splitlines())


def test_style_of_the_entry_and_of_the_caller(derive):
    styles = ((), ("--style", "mixed"), ("--style", "cartesian"))
    own, mixed, cartesian = (derive("linear", "--wrt", "X", "--format", "latex", *style).stdout for style in styles)
    assert own == mixed != cartesian
    assert r"\cdot" in mixed and r"\cdot" not in cartesian


def test_json_is_a_record_or_a_list_of_them(derive):
    one = json.loads(derive("linear", "--wrt", "X", "--format", "json").stdout)
    every = json.loads(derive("linear", "--format", "json").stdout)
    assert isinstance(one, dict) and one == every[0] and len(every) == 3


@pytest.mark.parametrize("target", ["numpy", "torch", "jax", "xp"])
def test_code_is_python(derive, target):
    compile(derive("linear", "--wrt", "X", "--format", target).stdout, "one", "exec")
    every = derive("linear", "--format", target).stdout
    compile(every, "every", "exec")
    assert "def backward(" in every


def test_expression_options_reach_the_derivation(derive):
    result = derive(
        "expr", "l(T)", "--define", "Z = X @ W", "--define", "T = relu(Z)", "--shape", "X=5, d", "--shape", "W = d,h",
        "--wrt", "W", "--format", "json",
    )
    assert result.exit_code == 0, result.stderr
    assert "5" in result.stdout and "dT" in result.stdout
    symmetric = derive("expr", "x @ A @ x", "--assume", "A=symmetric", "--wrt", "x", "--format", "json").stdout
    assert "A.T" not in json.loads(symmetric)["matrix"]
    hessian = derive("expr", "x @ A @ x", "--wrt", "x", "--order", "2", "--format", "json").stdout
    assert json.loads(hessian)["matrix"] == "A + A.T"


@pytest.mark.parametrize("expression", ["-x @ x", "-norm(x)", "-outer(x, x)", "-1*x"])
def test_an_expression_may_begin_with_a_minus(derive, expression):
    before = derive("expr", expression, "--wrt", "x", "--format", "json")
    after = derive("expr", "--wrt", "x", "--format", "json", "--", expression)
    assert before.exit_code == 0, before.stderr
    assert before.stdout == after.stdout


def test_a_path_names_a_derivation(derive, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('title = "Mine"\ntensors = { x = "n" }\nresult = "x @ x"\n')
    assert "2*x" in derive(str(path), "--wrt", "x").stdout


# ---- help and lists


def test_help_lists_commands_and_derivations(derive):
    for result in (derive("--help"), derive("-h"), derive()):
        assert result.exit_code == 0
        for word in ("expr", "check", "list", *shelf.names()):
            assert word in result.stdout


def test_help_of_a_derivation_says_what_it_is_and_what_it_is_derived_by(derive):
    text = derive("linear", "--help").stdout
    for word in ("Linear layer", "seed.md, equations (2)-(8)", "T = X @ W + b", "V may be X, W, b", "--format"):
        assert word in text


def test_list_shows_names_and_titles(derive):
    text = derive("list").stdout
    for name in shelf.names():
        assert f"{name} " in text and catalogue.load(name).title in text


# ---- what cannot be read


def test_shapes_that_do_not_match_are_quoted_as_the_design_has_it(derive):
    result = derive(*LEAST_SQUARES, "--shape", "X=n,d", "--shape", "w=k")
    refused(result)
    assert result.stderr == "error: shapes do not match in `X @ w`: X is (n, d), w is (k)\n  sum((X @ w - y)**2)\n       ^^^^^\n"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("expr", "sum((X @ w - y)**2", "--wrt", "w"), ["^"]),
        (("expr", "", "--wrt", "w"), []),
        (("expr", "x @ x", "--wrt", "z"), ["`z`", "x"]),
        (("expr", "sum(cumsun(x))", "--wrt", "x"), ["cumsun"]),
        (("expr", "sum(tanhh(x))", "--wrt", "x"), ["did you mean `tanh`"]),
        (("expr", "x.__class__", "--wrt", "x"), ["^"]),
        (("expr", "__import__('os').system('true')", "--wrt", "x"), ["^"]),
        (("expr", "(" * 5000 + "x" + ")" * 5000, "--wrt", "x"), []),
        (("expr", "+".join(["x"] * 40_000), "--wrt", "x"), ["characters"]),
        (("expr", "x @ x", "--wrt", "x", "--shape", "x"), ["--shape X=n,d"]),
        (("expr", "x @ x", "--wrt", "x", "--shape", "x=n-n"), ["n-n"]),
        (("expr", "x @ x", "--wrt", "x", "--shape", "x=0"), ["0"]),
        (("expr", "x @ x", "--wrt", "x", "--shape", "x=n", "--shape", "x=m"), ["twice"]),
        (("expr", "x @ x", "--wrt", "x", "--assume", "x"), ["--assume A=symmetric"]),
        (("expr", "x @ x", "--wrt", "x", "--assume", "x=nice"), ["nice", "symmetric"]),
        (("expr", "x @ x", "--wrt", "x", "--define", "T"), ["T"]),
        (("expr", "x @ x", "--wrt", "x", "--format", "pdf"), ["pdf", "latex"]),
        (("expr", "x @ x", "--wrt", "x", "--style", "upper"), ["upper", "mixed"]),
        (("expr", "x @ x", "--wrt", "x", "--order", "7"), ["7"]),
        (("expr", "x @ x", "--wrt", "x", "--oder", "2"), ["--oder", "--order"]),
        (("expr", "x @ x", "--wrt"), ["--wrt"]),
        (("expr", "3.0 + 4"), ["no variable"]),
        (("expr",), ["EXPRESSION"]),
        (("linear", "--wrt", "w"), ["`w`", "did you mean `W`"]),
        (("liner", "--wrt", "X"), ["did you mean `linear`"]),
        (("lst",), ["did you mean `list`"]),
        (("zzz",), ["derive list"]),
        (("nowhere.toml", "--wrt", "X"), ["nowhere.toml", "No such file"]),
        (("/", "--wrt", "X"), ["directory"]),
        (("check", "--jobs", "0"), ["0"]),
    ],
)
def test_what_cannot_be_read_is_said_in_one_message(derive, args, words):
    refused(derive(*args), *words)


@pytest.mark.parametrize("content", [b"title = ", b"\xff\xfe", b"a = " + b"[" * 3000, b"title = 3", b"\x00"])
def test_a_broken_file_is_named(derive, tmp_path, content):
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    for more in ((), ("--wrt", "X"), ("--help",)):
        refused(derive(str(path), *more), "broken.toml")


def test_an_unreadable_derivation_does_not_take_the_help_with_it(derive, tmp_path, monkeypatch):
    (tmp_path / "broken.toml").write_text("title = ")
    monkeypatch.setattr(shelf, "FOLDERS", (str(tmp_path),))
    for command, word in (("--help", "broken"), ("list", "unreadable")):
        result = derive(command)
        assert result.exit_code == 0 and word in result.stdout


def test_a_fault_of_the_program_is_no_traceback(derive, monkeypatch):
    def broken(self, wrt):
        raise RuntimeError("beyond repair")

    monkeypatch.setattr(catalogue.Entry, "derive", broken)
    result = derive(*LEAST_SQUARES)
    assert result.exit_code == 2 and result.stdout == "" and "Traceback" not in result.stderr
    assert "fault of tensor_deriv" in result.stderr and "beyond repair" in result.stderr
    monkeypatch.setenv("TENSOR_DERIV_TRACEBACK", "1")
    assert isinstance(derive(*LEAST_SQUARES).exception, RuntimeError)


def test_an_interrupt_ends_in_one_line(derive, monkeypatch):
    def interrupted(self, wrt):
        raise KeyboardInterrupt

    monkeypatch.setattr(catalogue.Entry, "derive", interrupted)
    result = derive(*LEAST_SQUARES)
    assert result.exit_code == 130 and result.stdout == "" and "Traceback" not in result.stderr


# ---- checked before printed


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_printed_or_written_where_the_check_fails(derive, monkeypatch, tmp_path, form):
    failing = Report([Trial("steps", 2, 1e-12, True), Trial("differences", 2, 0.5, False)])
    monkeypatch.setattr(Derivation, "check", lambda self: failing)
    result = derive(*LEAST_SQUARES, "--format", form, "-o", str(tmp_path / "out"))
    assert result.exit_code == 1 and result.stdout == ""
    assert "differences: FAILS" in result.stderr and "steps" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_one_failure_among_all_variables_prints_nothing(derive, monkeypatch):
    check = Derivation.check
    failing = Report([Trial("differences", 2, 0.5, False)])
    monkeypatch.setattr(Derivation, "check", lambda self: failing if self.wrt == "W" else check(self))
    result = derive("linear")
    assert result.exit_code == 1 and result.stdout == "" and "`W`" in result.stderr and "`X`" not in result.stderr


def test_an_empty_report_is_a_failure(derive, monkeypatch):
    monkeypatch.setattr(Derivation, "check", lambda self: Report())
    assert derive(*LEAST_SQUARES).exit_code == 1


# ---- files


def test_output_goes_to_a_file(derive, tmp_path):
    path = tmp_path / "gradient.tex"
    result = derive(*LEAST_SQUARES, "--format", "latex", "-o", str(path))
    assert result.exit_code == 0 and result.stdout == ""
    assert path.read_text(encoding="utf-8") == derive(*LEAST_SQUARES, "--format", "latex").stdout
    assert [*tmp_path.iterdir()] == [path]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_an_existing_file_is_replaced_whole_and_keeps_its_mode_and_its_links(derive, tmp_path):
    path, link = tmp_path / "a.txt", tmp_path / "link.txt"
    path.write_text("before")
    path.chmod(0o600)
    link.symlink_to(path)
    assert derive(*LEAST_SQUARES, "-o", str(link)).exit_code == 0
    assert link.is_symlink() and "2*X.T @ (X @ w - y)" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_left_as_it_was_where_there_is_no_answer(derive, tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("before")
    refused(derive("expr", "x @", "--wrt", "x", "-o", str(path)))
    assert path.read_text() == "before" and [*tmp_path.iterdir()] == [path]


def test_a_file_is_left_as_it_was_where_writing_fails(derive, tmp_path, monkeypatch):
    path = tmp_path / "kept.txt"
    path.write_text("before")

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    refused(derive(*LEAST_SQUARES, "-o", str(path)), "No space left")
    assert path.read_text() == "before" and [*tmp_path.iterdir()] == [path]


def test_a_file_that_cannot_be_written_is_named(derive, tmp_path):
    refused(derive(*LEAST_SQUARES, "-o", str(tmp_path / "nowhere" / "a.txt")), "nowhere", "cannot be written")
    refused(derive(*LEAST_SQUARES, "-o", str(tmp_path)), "cannot be written")


def test_a_pipe_is_written_to_and_stays_a_pipe(derive, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_text(encoding="utf-8")), daemon=True)
    reader.start()
    assert derive(*LEAST_SQUARES, "-o", str(path)).exit_code == 0
    reader.join(10)
    assert "2*X.T @ (X @ w - y)" in read[0] and stat.S_ISFIFO(path.stat().st_mode)


def test_a_minus_as_file_is_standard_output(derive):
    assert derive(*LEAST_SQUARES, "-o", "-").stdout == derive(*LEAST_SQUARES).stdout


# ---- verify

CLAIM = ("verify", "sum((X @ w - y)**2)", "--wrt", "w", "--claim")


@pytest.mark.parametrize(
    "claim",
    [
        "2*X.T @ (X @ w - y)",
        "-2*X.T @ (y - X @ w)",
        r"2\mathbf{X}^\top(\mathbf{X}\mathbf{w}-\mathbf{y})",
        "g[n] = 2*x[i,n]*(x[i,k]*w[k] - y[i])",
    ],
)
def test_a_right_claim(derive, claim):
    result = derive(*CLAIM, claim)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("verdict: right") and result.stderr == ""


@pytest.mark.parametrize(("claim", "word"), [("X.T @ (X @ w - y)", "1/2 times"), ("-2*X.T @ (X @ w - y)", "sign"), ("2*X.T @ X @ w", "")])
def test_a_wrong_claim(derive, claim, word):
    result = derive(*CLAIM, claim)
    assert result.exit_code == 1 and result.stdout.startswith("verdict: wrong")
    assert word in result.stdout and "counterexample" in result.stdout


def test_a_claim_exactly_and_with_what_it_stands_on(derive):
    result = derive(
        "verify", "-l(T)", "--define", "l(u) = u**3", "--define", "T = sum(X @ v)", "--shape", "X=3,d", "--wrt", "v", "--exact",
        "--claim", "-3*T**2*sum(X, axis=0)",
    )
    assert result.exit_code == 0, result.output
    assert "exact" in result.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((*CLAIM, "2*X.T @ (X @ w - "), ["^"]),
        ((*CLAIM, "2*X.T @ Z"), ["`Z`"]),
        (CLAIM[:-1], ["--claim"]),
        (("verify", "x @ x", "--claim", "x"), ["--wrt"]),
        (("verify", "x @ x", "--wrt", "z", "--claim", "x"), ["`z`"]),
        (("verify", "x @", "--wrt", "x", "--claim", "x"), ["^"]),
        (("verify", "x @ x", "--wrt", "x", "--claim", "2*x", "--against", "tf"), ["torch"]),
    ],
)
def test_a_claim_that_cannot_be_judged(derive, args, words):
    refused(derive(*args), *words)


# ---- real processes


@pytest.mark.parametrize("settings", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_unicode_under_an_ascii_locale(settings):
    done = subprocess.run([*DERIVE, "linear", "--wrt", "X"], env={**os.environ, **settings}, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "∂" in done.stdout.decode("utf-8") and done.stderr == b""
    wrong = subprocess.run([*DERIVE, "expr", "∂ +", "--wrt", "x"], env={**os.environ, **settings}, capture_output=True)
    assert wrong.returncode == 2 and wrong.stderr.startswith(b"error: ") and b"Traceback" not in wrong.stderr


@pytest.mark.parametrize("args", [("linear",), ("--help",), ("list",)])
def test_a_reader_that_goes_away_is_no_error_message(args):
    process = subprocess.Popen([*DERIVE, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    stderr = process.stderr.read()
    assert process.wait(60) == 141 and stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_device_is_one_message():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*DERIVE, "linear"], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2 and done.stderr.startswith(b"error: ") and b"Traceback" not in done.stderr and done.stderr.count(b"\n") == 1


def test_the_answer_is_the_same_in_every_process():
    runs = [
        subprocess.run([*DERIVE, "trace_product"], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("0", "1", "2")
    ]
    assert runs[0] == runs[1] == runs[2]


def test_the_choices_are_those_that_the_derivation_has():
    from tensor_deriv import derivation
    from tensor_deriv.cli import answer, options

    assert options.STYLES == derivation.STYLES
    assert set(options.FORMATS) == {*answer.PRINTERS, *answer.TOGETHER, *derivation.TARGETS, *derivation.LAYERS}
