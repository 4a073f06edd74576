"""LaTeX as tokens: what only spaces or sizes is left out, and what stands for an operator in Unicode is that operator."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ...errors import ParseError, Place
from ...output.symbols import GREEK

LONGEST = 50_000  # characters
DEEPEST = 150  # levels of nesting


@dataclass(frozen=True)
class Token:
    """A command with its backslash, a number, a letter, or a single sign; `side` is "left" or "right" behind \\left or \\right."""

    text: str
    start: int
    end: int
    side: str = ""
    joined: bool = False  # stands right behind the token before it

    @property
    def letter(self) -> bool:
        return len(self.text) == 1 and self.text.isascii() and self.text.isalpha()

    @property
    def number(self) -> bool:
        return self.text[0].isdigit() or (self.text[0] == "." and len(self.text) > 1)


_TOKEN = re.compile(
    r"(?P<space>\s+|%[^\n]*)|(?P<command>\\operatorname\*|\\[A-Za-z]+|\\.)|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<sign>.)", re.S
)
_SPACES = {
    *(r"\,", r"\;", r"\:", r"\!", r"\ ", r"\>", "\\\n", r"\quad", r"\qquad", r"\displaystyle", r"\textstyle", r"\limits", r"\nolimits"),
    *(r"\nonumber", r"\notag", r"\hfill", r"\(", r"\)", r"\[", r"\]", r"\thinspace", r"\enspace", "$", "~", "&", "\u2061", "\u2062"),
}  # fmt: skip
_SIDES = {r"\left": "left", r"\right": "right"} | {
    rf"\{size}{mark}": side for size in ("big", "Big", "bigg", "Bigg") for mark, side in (("", ""), ("l", "left"), ("r", "right"))
}
_SAME = {
    r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[", r"\rbrack": "]", r"\Vert": r"\|", r"\vert": "|", r"\mid": "|", r"\ast": "*",
    r"\bullet": r"\cdot", r"\hadamard": r"\odot", r"\intercal": r"\top", r"\lt": "<", r"\gt": ">", r"\dfrac": r"\frac", r"\tfrac": r"\frac",
    r"\cfrac": r"\frac", r"\colon": ":", r"\varepsilon": r"\epsilon", r"\vartheta": r"\theta", r"\varphi": r"\phi", r"\varrho": r"\rho",
    r"\varsigma": r"\sigma", r"\operatorname*": r"\operatorname", r"\bm": r"\mathbf",
    r"\boldsymbol": r"\mathbf", r"\pmb": r"\mathbf", r"\bf": "", r"\vec": r"\mathbf", r"\mathbfit": r"\mathbf", r"\mathsf": r"\mathrm",
    r"\mathit": r"\mathrm", r"\mathtt": r"\mathrm", r"\textrm": r"\mathrm", r"\text": r"\mathrm", r"\textnormal": r"\mathrm",
    r"\mathcal": r"\mathrm", r"\mathnormal": r"\mathrm", r"\mathbb": r"\mathbf", r"\textbf": r"\mathbf", r"\symbf": r"\mathbf",
    "−": "-", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "⊙": r"\odot", "⊘": r"\oslash", "⊗": r"\otimes", "∘": r"\circ", "‖": r"\|",
    "∂": r"\partial", "Σ": r"\sum", "∑": r"\sum", "∏": r"\prod", "√": r"\sqrt", "⊤": r"\top", "π": r"\pi",
    "𝟏": "𝟏", "≠": r"\neq", r"\ne": r"\neq", r"\geq": r"\ge",
    r"\leq": r"\le", r"\geqslant": r"\ge", r"\leqslant": r"\le", "≥": r"\ge", "≤": r"\le",
}  # fmt: skip
_PAIRS = {r"\lVert": (r"\|", "left"), r"\rVert": (r"\|", "right"), r"\lvert": ("|", "left"), r"\rvert": ("|", "right")}
_LETTERS = {letter: rf"\{name}" for name, letter in GREEK.items() if letter not in _SAME}
_RAISED = {"ᵀ": (r"\top",), "⁻": ("-",), "¹": ("1",), "²": ("2",), "³": ("3",)}


def tokens(text: str) -> list[Token]:
    """The tokens of a formula; ParseError where it is too long or nested too deeply."""
    if len(text) > LONGEST:
        raise ParseError(f"a formula may have at most {LONGEST} characters, this one has {len(text)}; take a part of it")
    found = _sided(_environments(text, _raised(_spaced(_kept(text)))))
    _limit(text, found)
    return found


def _kept(text: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        if match.lastgroup == "space" or word in _SPACES:
            continue
        word = _LETTERS.get(word, _SAME.get(word, word))
        if word:
            found.append(Token(word, match.start(), match.end(), joined=bool(found) and found[-1].end == match.start()))
    return found


_CLASSES = {r"\mathbin", r"\mathrel", r"\mathop", r"\mathord"}


def _spaced(found: list[Token]) -> list[Token]:
    """The tokens without what only spaces a sign: \\mathbin{…}, and `{}` at the beginning of a line."""
    classes = {at for at in range(len(found) - 3) if found[at].text in _CLASSES and found[at + 3].text == "}"}
    found = [token for at, token in enumerate(found) if not {at, at - 1, at - 3} & classes]
    words = [token.text for token in found]
    empty = {at for at in range(len(found) - 2) if words[at : at + 2] == ["{", "}"] and words[at + 2] in ("+", "-")}
    empty = {at for at in empty if at == 0 or words[at - 1] == "\\\\"}
    return [token for at, token in enumerate(found) if at not in empty and at - 1 not in empty]


def _raised(found: list[Token]) -> list[Token]:
    """Unicode superscripts as LaTeX writes them: xᵀ is x^{\\top}."""
    result: list[Token] = []
    for place, token in enumerate(found):
        if token.text not in _RAISED:
            result.append(token)
            continue
        if place == 0 or found[place - 1].text not in _RAISED:
            result += [replace(token, text="^"), replace(token, text="{")]
        result += [replace(token, text=word) for word in _RAISED[token.text]]
        if place + 1 == len(found) or found[place + 1].text not in _RAISED:
            result.append(replace(token, text="}"))
    return result


_ENVIRONMENTS = {"aligned", "align", "align*", "equation", "equation*", "split", "gathered", "gather", "gather*", "displaymath", "math"}


def _environments(text: str, found: list[Token]) -> list[Token]:
    """The tokens without \\begin{aligned} and its kin, \\label{…} and \\tag{…}."""
    result: list[Token] = []
    place = 0
    while place < len(found):
        token = found[place]
        if token.text not in (r"\begin", r"\end", r"\label", r"\tag"):
            result.append(token)
            place += 1
            continue
        end = next((at for at in range(place, len(found)) if found[at].text == "}"), None)
        if end is None:
            raise ParseError(f"`{token.text}` has no name in braces", Place(text, token.start, token.end))
        name = "".join(part.text for part in found[place + 2 : end])
        if name == "cases":
            opens = token.text == r"\begin"
            result += [replace(token, text=r"\cases"), replace(token, text="{")] if opens else [replace(token, text="}")]
            place = end + 1
            continue
        if token.text in (r"\begin", r"\end") and name not in _ENVIRONMENTS:
            raise ParseError(f"the environment `{name}` is not known here", Place(text, token.start, found[end].end))
        place = end + 1
    return result


def _sided(found: list[Token]) -> list[Token]:
    """\\left and its kin folded into the bracket that they size."""
    result: list[Token] = []
    side = ""
    for token in found:
        if token.text in _SIDES:
            side = _SIDES[token.text]
            continue
        if token.text in _PAIRS:
            token, side = replace(token, text=_PAIRS[token.text][0]), _PAIRS[token.text][1]
        result.append(replace(token, side=side) if side else token)
        side = ""
    return result


def _limit(text: str, found: list[Token]) -> None:
    depth = 0
    for token in found:
        depth += (token.text in ("{", "(", "[", r"\{")) - (token.text in ("}", ")", "]", r"\}"))
        depth += token.text in ("|", r"\|") and (token.side == "left") - (token.side == "right")
        if depth > DEEPEST:
            raise ParseError(f"nested more than {DEEPEST} levels deep; take a part of it", Place(text, token.start, token.end))
