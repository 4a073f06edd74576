"""LaTeX as tokens: white space and the braces around a single token do not count."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\s\\]", re.S)


def tokens(latex: str) -> list[str]:
    """The tokens of a piece of LaTeX."""
    found = TOKEN.findall(latex)
    while True:
        at = next((at for at in range(len(found) - 2) if found[at] == "{" and found[at + 1] not in "{}" and found[at + 2] == "}"), None)
        if at is None:
            return found
        found[at : at + 3] = [found[at + 1]]


def block(latex: str) -> list[str]:
    """The tokens of an `aligned` block, without its first and last line."""
    lines = latex.strip().split("\n")
    assert lines[0] == r"\begin{aligned}"
    assert lines[-1] == r"\end{aligned}"
    return tokens("\n".join(lines[1:-1]))
