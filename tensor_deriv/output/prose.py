"""Plain text in LaTeX: what stands in a title or a sentence, for pdflatex without further packages."""

from __future__ import annotations

import unicodedata

from .symbols import GREEK

_SPECIAL = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "|": r"\textbar{}", "<": r"\textless{}",
    ">": r"\textgreater{}", '"': "''", **{mark: "\\" + mark for mark in "#$%&_{}"},
}  # fmt: skip
_SIGNS = {
    "∂": r"\partial", "−": "-", "·": r"\cdot", "×": r"\times", "±": r"\pm", "≤": r"\le", "≥": r"\ge", "≠": r"\neq", "≈": r"\approx",
    "∞": r"\infty", "∇": r"\nabla", "∈": r"\in", "→": r"\to", "′": "'", "√": r"\surd", "‖": r"\|", "²": "^2", "³": "^3", "⊤": r"\top",
    "⊙": r"\odot", "⊗": r"\otimes", "π": r"\pi",
    **{mark: "\\" + name for name, mark in GREEK.items()},
}  # fmt: skip
_ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u030a\u0327\u030c"  # grave, acute, circumflex, tilde, dieresis, ring, cedilla, caron


def prose(text: str) -> str:
    """A text as LaTeX sets it; a mark that pdflatex has no font for by its number, [U+4E2D]."""
    return "".join(_mark(mark) for mark in unicodedata.normalize("NFC", text))


def code(text: str) -> str:
    """A text in the letters of a typewriter."""
    return rf"\texttt{{{prose(text)}}}"


def _mark(mark: str) -> str:
    if mark in _SPECIAL:
        return _SPECIAL[mark]
    if mark in _SIGNS:
        return f"${_SIGNS[mark]}$"
    return mark if mark.isascii() or mark in "–—‘’“”…" or _is_latin(mark) else f"[U+{ord(mark):04X}]"


def _is_latin(mark: str) -> bool:
    # é = e and an accent, which every font has
    parts = unicodedata.normalize("NFD", mark)
    return mark in "ßæøÆØœŒ§" or (len(parts) == 2 and parts[0].isascii() and parts[1] in _ACCENTS)
