"""Wide equations broken before a + or − that stands outside every bracket, as `aligned` wants them."""

from __future__ import annotations

import re

WIDEST = 110  # marks a reader sees in one line, about the width of a page
_TOKEN = re.compile(r"\\left|\\right|\\begin\{\w+\}|\\end\{\w+\}|\\[A-Za-z]+|\\.|[{}()\[\]]|[^\\{}()\[\]]+")
_OPEN, _CLOSE = {"{", "(", "["}, {"}", ")", "]"}
_UNSEEN = re.compile(r"\\(left|right|mathbf|boldsymbol|operatorname|frac|sqrt|begin|end|\w*text)\b|[{}^_\s]")


def broken(text: str, widest: int = WIDEST) -> list[str]:
    """The text in pieces that each are no wider than `widest` where its terms allow."""
    if width(text) <= widest:
        return [text]
    lines: list[str] = []
    for term in terms(text):
        if lines and width(lines[-1]) + width(term) <= widest:
            lines[-1] += " " + term
        else:
            lines.append(term)
    return lines


def width(text: str) -> int:
    """About how many marks a formula shows; a command counts as one."""
    return len(re.sub(r"\\[A-Za-z]+", "x", _UNSEEN.sub("", text)))


def terms(text: str) -> list[str]:
    """The terms of a sum with their signs, what stands in brackets kept together."""
    found, depth, piece, paired = [], 0, "", False
    for token in _TOKEN.findall(text):
        if token in (r"\left", r"\right"):
            depth += 1 if token == r"\left" else -1
            paired = True
        elif token in _OPEN | _CLOSE and not paired:
            depth += 1 if token in _OPEN else -1
        elif token.startswith((r"\begin", r"\end")):
            depth += 1 if token.startswith(r"\begin") else -1
        elif depth == 0 and not token.startswith("\\"):
            *before, token = re.split(r"\s(?=[+-]\s)", token)
            for part in before:
                found.append((piece + part).strip())
                piece = ""
        paired = token in (r"\left", r"\right")
        piece += token
    return [part for part in (*found, piece.strip()) if part]
