"""The examples of README.md and docs/: each is run, and the text written anew as it would be now.

A `console` block holds commands (`$ derive …`, `$ pytest …`) with what they print, a `pycon` block Python statements with what
they print; both run in order, in a folder of the document's own. A `toml` block whose first line is `# NAME.toml` is that file.

    python tests/test_docs.py          renews every block
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from click.testing import CliRunner

from tensor_deriv.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"# ([\w./]+\.toml)\n")


def renewed(text: str) -> str:
    """The text of a document with its blocks as they run now."""
    run: dict[str, Callable[[str], str]] = {"console": commands, "pycon": _session(), "toml": kept}
    with _folder():
        return BLOCK.sub(lambda block: f"```{block[1]}\n{run.get(block[1], str)(block[2])}```", text)


def commands(body: str) -> str:
    """Commands, each with what it prints."""
    lines = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
    return "\n".join(f"$ {line}\n{printed(line)}" for line in lines)


def printed(line: str) -> str:
    """What a command prints, on either stream."""
    program, *arguments = shlex.split(line)
    if program == "pytest":
        return _pytest(arguments)
    assert program == "derive", line
    result = CliRunner().invoke(main, arguments)
    return result.stdout + result.stderr


def _pytest(arguments: list[str]) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": "tensor_deriv.pytest_plugin"}
    done = subprocess.run(command, env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, capture_output=True, text=True)
    return re.sub(r" in [\d.]+s", "", done.stdout) + done.stderr


def _session() -> Callable[[str], str]:
    """Runs statements with `>>>`, one after the other in one namespace, and shows what they print."""
    names: dict[str, object] = {"__name__": "__main__"}

    def run(body: str) -> str:
        return "".join(_shown(example) + _output(example.source, names) for example in doctest.DocTestParser().get_examples(body))

    return run


def _shown(example: doctest.Example) -> str:
    first, *others = example.source.splitlines()
    return "".join(f"{mark} {line}".rstrip() + "\n" for mark, line in [(">>>", first), *(("...", line) for line in others)])


def _output(source: str, names: dict[str, object]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        try:
            exec(compile(source, "<document>", "single"), names)
        except Exception as error:  # as the interpreter's last line has it
            print(f"{type(error).__name__}: {error}")
    return stream.getvalue()


def kept(body: str) -> str:
    """A file of the document's, written where its commands look for it."""
    name = FILE.match(body)
    if name:
        Path(name[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(name[1]).write_text(body, encoding="utf-8")
    return body


@contextlib.contextmanager
def _folder() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield


def without_what_differs(text: str) -> str:
    """A text without the size of rounding errors, which differ between processors."""
    return re.sub(r"error \d\.\de[-+]\d\d", "error …", text)


def indented(text: str) -> list[list[str]]:
    """The arguments of the `derive` commands in indented lines, shown without what they print."""
    return [shlex.split(line) for line in re.findall(r"^    derive (.*)$", text, re.MULTILINE)]


def unrun(text: str) -> list[list[str]]:
    """The arguments of the `derive` commands in `sh` blocks, which do not end, or are for another folder."""
    blocks = "\n".join(block[2] for block in BLOCK.finditer(text) if block[1] == "sh")
    return [shlex.split(line, comments=True) for line in re.findall(r"^derive (.*)$", blocks, re.MULTILINE)]


def renew() -> None:
    """Write every document as its blocks run now."""
    for path in DOCUMENTS:
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
