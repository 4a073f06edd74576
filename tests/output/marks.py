"""One spelling for a formula, whatever it was set in: what is printed as LaTeX and as MathML has to be the same there."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\(?:operatorname|mathrm|text)\{((?:[^{}\\]|\\_)*)\}|(\\[A-Za-z]+|\\.|[^\s\\])")
GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
LETTERS = dict(zip(GREEK.split(), "αβγδεζηθικλμνξπρστυφχψω", strict=True))
UPPER = ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega")
CAPITALS = dict(zip(UPPER, "ΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
MARKS = {
    "cdot": "·", "odot": "⊙", "oslash": "⊘", "top": "⊤", "sum": "∑", "prod": "∏",
    "partial": "∂", "neq": "≠", "ge": "≥", "le": "≤", "|": "‖", "{": "{", "\\": ";",
}  # fmt: skip
PLAIN = {"-": "−", "'": "^[′]"}
UNSEEN = {r"\left", r"\right", r"\,", r"\mathbin", "\u2062", "\u2061"}
WORDS = ["exp", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "max", "min", "det"]
SYMBOLS = LETTERS | CAPITALS | MARKS | {word: word for word in WORDS}
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "msubsup": 3, "munderover": 3}
LEAVES = ("mi", "mn", "mo", "mtext", "mspace")
ROWS = ("mrow", "msqrt")
TABLES = {"mtable": ";", "mtr": "&", "mtd": ""}


# ---- LaTeX


def of_latex(latex: str) -> str:
    """The spelling of a formula that is printed as LaTeX."""
    flat = latex.replace(r"\begin{cases}", r"\{").replace(r"\end{cases}", "")
    words = [found[1].replace(r"\_", "_").strip() if found[1] is not None else found[2] for found in TOKEN.finditer(flat)]
    text, rest = _row([word for word in words if word not in UNSEEN])
    assert not rest, latex
    return text


def _row(words: list[str]) -> tuple[str, list[str]]:
    text = ""
    while words and words[0] != "}":
        item, words = _scripted(words)
        text += item
    return text, words


def _scripted(words: list[str]) -> tuple[str, list[str]]:
    base, words = _one(words)
    scripts = {"_": "", "^": ""}
    while words and words[0] in scripts:
        kind = words[0]
        inner, words = _one(words[1:])
        scripts[kind] += f"{kind}[{inner}]"
    return base + scripts["_"] + scripts["^"], words


def _one(words: list[str]) -> tuple[str, list[str]]:
    head, words = words[0], words[1:]
    if head == "{":
        inner, words = _row(words)
        return inner, words[1:]
    if head in (r"\mathbf", r"\boldsymbol"):
        inner, words = _one(words)
        return f"*{inner}*", words
    if head == r"\frac":
        above, words = _one(words)
        below, words = _one(words)
        return f"frac[{above}][{below}]", words
    if head == r"\sqrt":
        inner, words = _one(words)
        return f"root[{inner}]", words
    return SYMBOLS[head[1:]] if head.startswith("\\") else PLAIN.get(head, head), words


# ---- MathML


def of_mathml(node) -> str:
    """The spelling of a MathML tree; an AssertionError where it is not of the kinds that every browser sets."""
    if node.tag in LEAVES:
        assert not len(node) and (node.text or node.tag == "mspace"), "an empty leaf"
        text = (node.text or "").strip()
        return "" if text in UNSEEN else f"*{text}*" if "td-bold" in node.get("class", "").split() else text
    assert node.tag in (*CHILDREN, *ROWS, *TABLES), node.tag
    assert not (node.text or "").strip() and not any((child.tail or "").strip() for child in node), "text outside of a leaf"
    assert len(node) == CHILDREN.get(node.tag, len(node)), f"{node.tag} of {len(node)}"
    if node.tag in ROWS:
        inner = "".join(map(of_mathml, node))
        return f"root[{inner}]" if node.tag == "msqrt" else inner
    if node.tag in TABLES:
        return TABLES[node.tag].join(map(of_mathml, node))
    if node.tag == "mfrac":
        return "frac" + "".join(f"[{of_mathml(child)}]" for child in node)
    base, below, above = scripts(node)
    return base + below + above


def scripts(node) -> tuple[str, str, str]:
    """The base, what stands below and what stands above; scripts of a scripted base count as its own."""
    if node.tag not in CHILDREN or node.tag == "mfrac":
        return of_mathml(node), "", ""
    base, below, above = scripts(node[0])
    inner = [f"[{of_mathml(child)}]" for child in node[1:]]
    if node.tag != "msup":
        below += "_" + inner.pop(0)
    return base, below, above + "".join("^" + text for text in inner)
