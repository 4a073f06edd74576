"""The command line on a terminal: colour, what the shell completes, and the watch over a file."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from test_package import loaded_by

from tensor_deriv import shelf
from tensor_deriv.cli import main
from tensor_deriv.cli.options import FORMATS
from tensor_deriv.cli.table import entries
from tensor_deriv.cli.watch import watching

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
DERIVE = (sys.executable, "-m", "tensor_deriv")
PLAIN = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")} | {"TERM": "xterm"}
CODE = re.compile(r"\x1b\[\d+m")
ENTRY = 'title = "Mine"\ntensors = { x = "n" }\nresult = "%s"\n'


# ---- colour


def on_terminal(*args, status=0):
    """What a command writes to a terminal, which ends with that status."""
    master, slave = pty.openpty()
    process = subprocess.Popen([*DERIVE, *args], stdout=slave, stderr=slave, env=PLAIN)
    os.close(slave)
    data = b""
    while more := _read(master):
        data += more
    assert process.wait() == status
    os.close(master)
    return data.decode().replace("\r\n", "\n")


def _read(handle):
    try:
        return os.read(handle, 65536)
    except OSError:  # the other end is closed
        return b""


@pytest.fixture
def written(monkeypatch):
    """What a command writes in some environment: `terminal` as if to a terminal, else as if to a pipe."""

    def run(*args, terminal=False, **environment):
        for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
            monkeypatch.setenv(name, environment[name]) if name in environment else monkeypatch.delenv(name, raising=False)
        return CliRunner().invoke(main, args, color=terminal)

    return run


LINEAR = ("linear", "--wrt", "b")


def test_a_terminal_shows_colours_and_a_pipe_none(written):
    plain, shown = written(*LINEAR).stdout, on_terminal(*LINEAR)
    assert not CODE.search(plain) and CODE.sub("", shown) == plain
    for part in ("\x1b[1mDerivation\x1b[0m", "\x1b[32mpassed\x1b[0m", "\x1b[2mchain rule\x1b[0m", "\x1b[1mdb = sum(dT, axis=0)\x1b[0m"):
        assert part in shown


@pytest.mark.parametrize(
    ("terminal", "environment", "coloured"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_the_environment_has_the_last_word(written, terminal, environment, coloured):
    answer, error = (written(*args, terminal=terminal, **environment) for args in (LINEAR, ("linear", "--wrt", "Q")))
    assert bool(CODE.search(answer.stdout)) == bool(CODE.search(error.stderr)) == coloured


def test_a_verdict_has_its_colour(written):
    for claim, code in (("2*x", "32"), ("3*x", "31")):
        assert f"\x1b[{code}mverdict:" in written("verify", "x @ x", "--wrt", "x", "--claim", claim, terminal=True).stdout


def test_a_file_and_other_formats_have_no_colours(written, tmp_path):
    written(*LINEAR, "-o", str(tmp_path / "report.txt"), terminal=True, FORCE_COLOR="1")
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == written(*LINEAR).stdout
    assert not CODE.search(written(*LINEAR, "--format", "latex", terminal=True).stdout)


# ---- completion


def completed(*args, incomplete=""):
    """What the shell is offered behind some words."""
    shell = ShellComplete(main, {}, "derive", "_DERIVE_COMPLETE")
    return [(item.type, item.value) for item in shell.get_completions(list(args), incomplete)]


def plain(*values):
    """Items that are words."""
    return [("plain", value) for value in values]


def test_names_of_commands_and_derivations():
    assert completed(incomplete="li") == plain("list", "linear", "linear_attention", "linear_autoencoder")
    assert {value for _, value in completed()} >= {"expr", "check", *shelf.names()}
    assert completed("show", incomplete="linear_at") == completed("check", incomplete="linear_at") == plain("linear_attention")


def test_files_where_no_name_fits():
    assert completed(incomplete="./mine") == completed("check", incomplete="./mine") == [("file", "./mine")]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["linear"], "X W b"),
        (["expr", "sum((X @ w - y)**2)"], "X w y"),
        (["expr", "l(T)", "--define", "T = relu(X @ W)"], "W X"),
        (["verify", "pi*x @ x", "--claim", "2*x"], "x"),
        (["expr", "sum((X @"], ""),
        (["nothing_of_that_name"], ""),
    ],
)
def test_variables(words, wanted):
    assert completed(*words, "--wrt") == plain(*wanted.split())


def test_options_and_their_words():
    assert ("plain", "--format") in completed("linear", incomplete="--f")
    assert completed("linear", "--format") == plain(*FORMATS)


def test_completing_loads_no_numpy():
    words = "import os; os.environ.update(COMP_WORDS='derive linear --wrt ', COMP_CWORD='3', _DERIVE_COMPLETE='bash_complete')"
    run = f"{words}\nfrom tensor_deriv.cli import main\ntry: main([], prog_name='derive')\nexcept SystemExit: pass"
    assert not {"numpy", "sympy"} & loaded_by(run)


# ---- the watch over files


def test_watching_runs_again_when_a_file_changes_and_goes_on_after_an_error(tmp_path, capsys):
    path, seen = tmp_path / "mine.toml", []
    path.write_text("a")

    def run(_):
        seen.append(path.read_text())
        if len(seen) == 1:
            path.write_text("bb")
        elif len(seen) == 2:
            path.unlink()
            threading.Timer(0.05, path.write_text, ["ccc"]).start()
            raise OSError("no such file")
        elif len(seen) == 3:
            path.write_text("dddd")
            raise ZeroDivisionError("of the program")
        else:
            raise KeyboardInterrupt

    assert watching(lambda: (str(path),), run, pause=0.01) == 0
    assert seen == ["a", "bb", "ccc", "dddd"]
    said = capsys.readouterr().err
    assert "error: no such file" in said and "by a fault of tensor_deriv" in said


def test_of_many_files_those_that_change_are_run_again(tmp_path):
    one, two, new = (tmp_path / f"{name}.toml" for name in ("one", "two", "new"))
    seen = []
    one.write_text("a")
    two.write_text("a")

    def run(changed):
        seen.append([os.path.basename(name) for name in changed])
        if len(seen) == 1:
            two.write_text("bb")
        elif len(seen) == 2:
            one.unlink()
            new.write_text("a")
        else:
            raise KeyboardInterrupt

    assert watching(lambda: entries([str(tmp_path)]), run, pause=0.01) == 0
    assert seen == [["one.toml", "two.toml"], ["two.toml"], ["new.toml"]]


@contextmanager
def watched(*args):
    """A command that watches, on a terminal of its own: a function that waits until it has written some words, and one that ends it."""
    master, slave = pty.openpty()
    process = subprocess.Popen([*DERIVE, *args, "--watch"], stdin=slave, stdout=slave, stderr=slave, env=PLAIN, start_new_session=True)
    os.close(slave)
    data = ""

    def until(words, seconds=60):
        nonlocal data
        limit = time.monotonic() + seconds
        while words not in data:
            assert select.select([master], [], [], max(0.0, limit - time.monotonic()))[0], f"no {words!r} in {data!r}"
            more = _read(master)
            assert more, f"it ended without {words!r}: {data!r}"
            data += CODE.sub("", more.decode()).replace("\r\n", "\n")
        _, _, data = data.partition(words)

    def end():
        process.send_signal(signal.SIGINT)
        return process.wait(60)

    try:
        yield until, end
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_a_file_is_derived_anew_when_it_changes(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(ENTRY % "sum(x**2")  # begun before it can be read
    with watched(str(path), "--wrt", "x", "--format", "numpy") as (until, end):
        until(f"watching {path}; Ctrl-C ends it\n")
        until("error: ")
        path.write_text(ENTRY % "sum(x**2)")
        until(f"{path} changed at ")
        until("return dx")
        path.write_text(ENTRY % "sum(x**2) + sofmax(x)")
        until("did you mean `softmax`?")
        path.write_text(ENTRY % "sum(exp(x))")
        until("np.exp(x)")
        assert end() == 0


def test_a_check_is_made_anew_of_what_changes(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(ENTRY % "sum(x**2)" + '[expect]\nx = "2*x"\n')
    with watched("check", str(tmp_path)) as (until, end):
        until("2 derivatives, all as expected")
        (tmp_path / "two.toml").write_text(ENTRY % "sum(x**3)" + '[expect]\nx = "2*x"\n')
        until("two.toml changed at")
        until("FAILED by x")
        until("1 derivative, 1 failed")
        (tmp_path / "three.toml").write_text(ENTRY % "sum(x)")
        until("three.toml changed at")
        until("1 derivative, as expected")
        assert end() == 0


def test_a_watch_ends_when_nobody_reads_it(tmp_path):
    (tmp_path / "mine.toml").write_text(ENTRY % "sum(x**2)")
    command = [*DERIVE, str(tmp_path / "mine.toml"), "--wrt", "x", "--format", "text", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=PLAIN) as process:
        process.stdout.close()
        assert process.wait(60) == 141
        assert "error" not in process.stderr.read()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("expr", "x @ x", "--wrt", "x"), "--watch goes with a file, which can change, and not with an expression"),
        (("verify", "x @ x", "--wrt", "x", "--claim", "2*x"), "`derive check mine.toml --watch` compares it with what you expect"),
        (("missing.toml",), "missing.toml"),
        (("check", "linaer"), "did you mean `linear`?"),
        (("check", "linear", "--accept"), "goes not with --watch"),
        (("linear", "--document"), "--document goes with --format latex"),
    ],
)
def test_what_cannot_be_watched_is_refused_at_once(args, words):
    shown = on_terminal(*args, "--watch", status=2)
    assert words in CODE.sub("", shown).replace("\n", " ")
