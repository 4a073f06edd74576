"""LaTeX blocks set by pdflatex with amsmath alone, and by KaTeX; run as a script it says how many are wider than a page.

`python tests/output/typeset.py [TEXTWIDTH]` sets the catalogue's accepted LaTeX, with the width of `article` where none is given.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tensor_deriv import shelf

MARK = "@@ "  # before a block's name in the log of pdflatex
KATEX = """
const katex = require('katex'), blocks = JSON.parse(require('fs').readFileSync(0, 'utf8')), wrong = {};
for (const [name, block] of Object.entries(blocks)) {
  try { katex.renderToString(block, {displayMode: true, throwOnError: true, strict: 'error', trust: false}) }
  catch (error) { wrong[name] = error.message }
}
console.log(JSON.stringify(wrong))
"""


def accepted() -> dict[str, str]:
    """The accepted LaTeX of the shipped catalogue, by `entry/variable`."""
    files = sorted(Path(shelf.folder()).glob("*/*.tex"))
    return {f"{path.parent.name}/{path.stem}": path.read_text(encoding="utf-8").strip() for path in files}


def too_wide(blocks: Mapping[str, str], textwidth: str = "") -> dict[str, float]:
    """How many points each block is wider than the page, of those that are; RuntimeError where pdflatex does not set one."""
    with tempfile.TemporaryDirectory() as folder:
        return _too_wide(pdflatex(Path(folder), blocks, textwidth))


def pdflatex(folder: Path, blocks: Mapping[str, str], textwidth: str = "") -> str:
    """The log of one document with every block as a display; RuntimeError with the lines of an error."""
    width = rf"\setlength{{\textwidth}}{{{textwidth}}}" if textwidth else ""
    body = "".join(f"\\typeout{{{MARK}{name}}}\n\\[\n{block}\n\\]\n" for name, block in blocks.items())
    document = f"\\documentclass{{article}}\\usepackage{{amsmath}}{width}\\begin{{document}}\n{body}\\end{{document}}\n"
    (folder / "all.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "all.log").read_text(errors="replace")
    if done.returncode:
        raise RuntimeError("\n".join(line for line in log.split("\n") if line.startswith(("!", "l.", MARK)))[-2000:])
    return log


def _too_wide(log: str) -> dict[str, float]:
    found: dict[str, float] = {}
    name = ""
    for line in log.split("\n"):
        name = line.removeprefix(MARK) if line.startswith(MARK) else name
        over = re.match(r"Overfull \\hbox \(([\d.]+)pt too wide\)", line)
        if over:
            found[name] = max(found.get(name, 0.0), float(over[1]))
    return found


@cache
def katex_is_missing() -> str:
    """Why KaTeX cannot be asked; empty where it can."""
    if shutil.which("node") is None:
        return "there is no node"
    done = subprocess.run(["node", "-e", "require('katex')"], capture_output=True, check=False)
    return "node does not find katex: `npm install katex` somewhere, and NODE_PATH to its node_modules" if done.returncode else ""


def katex(blocks: Mapping[str, str]) -> dict[str, str]:
    """What KaTeX, with warnings as errors, says of each block that it refuses."""
    done = subprocess.run(["node", "-e", KATEX], input=json.dumps(blocks), capture_output=True, text=True, encoding="utf-8", check=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    every = accepted()
    over = too_wide(every, *sys.argv[1:])
    print(f"{len(over)} of {len(every)} blocks are wider than {sys.argv[1] if sys.argv[1:] else 'the page of article, 345pt'}")
    for block, points in sorted(over.items(), key=lambda item: -item[1]):
        print(f"{points:6.0f}pt too wide  {block}")
