"""The two ways mathematics is set: LaTeX and Unicode text. One method a construct; the printers know no other syntax."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from ..functions import Elementwise
from ..index.dims import Dim
from ..matrix.text import number_text
from .symbols import GREEK, Drawn, Symbol, parse

SUM, SERIES, PRODUCT, FACTOR, ATOM = range(1, 6)  # SERIES: a product behind a Σ; FACTOR: no superscript fits on it
Printed = tuple[str, int]


class Target(Protocol):
    """What a printer asks of a target."""

    minus: str
    delta: str
    hadamard: str
    over: str
    identity: str
    ones: str
    zeros: str
    top: str  # the transpose, as a superscript
    marks: dict[str, str]
    slashed: bool  # a fraction is written with a slash

    def letter(self, symbol: Symbol) -> str: ...
    def whole(self, drawn: Drawn) -> str: ...
    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed: ...
    def slot(self, letter: str) -> str: ...
    def bracket(self, text: str) -> str: ...
    def number(self, value: Fraction) -> Printed: ...
    def dim(self, dim: Dim) -> Printed: ...
    def pi(self) -> str: ...
    def superscript(self, base: str, exponent: str) -> str: ...
    def root(self, text: str) -> str: ...
    def join(self, parts: Sequence[str]) -> str: ...
    def chain(self, parts: Sequence[str]) -> str: ...
    def fraction(self, above: Sequence[str], below: Sequence[str]) -> Printed: ...
    def series(self, letters: Sequence[str]) -> str: ...
    def derivative(self, order: int, above: str, below: Sequence[str]) -> Printed: ...
    def inline(self, order: int, above: str, below: Sequence[str]) -> str: ...
    def function(self, row: Elementwise, args: Sequence[str], whole: bool) -> str: ...
    def operator(self, name: str, under: str = "") -> str: ...
    def word(self, text: str) -> str: ...


_TALL = (r"\frac", r"\sum", r"\prod", r"\left")


class Latex:
    """LaTeX that KaTeX, MathJax and pdflatex with amsmath all take."""

    slashed = False
    minus = "-"
    delta = r"\delta"
    hadamard = r"\odot"
    over = r"\oslash"
    identity = r"\mathbf{I}"
    ones = r"\mathbf{1}"
    zeros = r"\mathbf{0}"
    top = r"\top"
    marks = {"dot": r"\cdot", "double": r"\mathbin{:}", "transposed": r"^\top", "norm": r"\left\|{0}\right\|", "fro": r"\left\|{0}\right\|_F",
             "inverse": "^{-1}", "inverse transposed": r"^{-\top}", "entry": "-1", "logdet": r"\log\left|\det {0}\right|", "abs": r"\left|{0}\right|",
             "where": r"\left[{0} = {1}\right]", "basis": r"\mathbf{{0}}", "with": r"\text{with }", "not in": r"\notin", "not": r"\neq"}

    def letter(self, symbol: Symbol) -> str:
        stem = f"\\{symbol.base}" if symbol.short and symbol.base in GREEK else symbol.base if symbol.short else rf"\mathrm{{{_escaped(symbol.base)}}}"
        return stem + _sub(symbol.sub)

    def whole(self, drawn: Drawn) -> str:
        symbol = drawn.whole
        if not drawn.rank:
            return self.letter(symbol)
        greek = symbol.short and symbol.base in GREEK
        stem = rf"\boldsymbol{{\{symbol.base}}}" if greek else rf"\mathbf{{{_escaped(symbol.base)}}}"
        return stem + _sub(symbol.sub)

    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed:
        head, sub = (symbol, "") if isinstance(symbol, str) else (self.letter(Symbol(symbol.base, "", symbol.word)), symbol.sub)
        under = "".join([sub + "," if sub and lower else sub, *(_spaced(lower))])
        below = f"_{{{under}}}" if under else ""
        above = f"^{{{''.join(_spaced(upper))}}}" if upper else ""
        return head + (above + below if upper_first else below + above), FACTOR if upper else ATOM

    def slot(self, letter: str) -> str:
        return letter

    def bracket(self, text: str) -> str:
        return rf"\left({text}\right)" if any(mark in text for mark in _TALL) else f"({text})"

    def number(self, value: Fraction) -> Printed:
        text, _ = number_text(abs(value))
        if "/" in text:
            return (self.minus if value < 0 else "") + rf"\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", FACTOR if value > 0 else SUM
        return (self.minus if value < 0 else "") + text, ATOM if value >= 0 else SUM

    def dim(self, dim: Dim) -> Printed:
        return _dim(dim, lambda name: self.letter(parse(name)), r"\,", self.minus)

    def pi(self) -> str:
        return r"\pi"

    def superscript(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def root(self, text: str) -> str:
        return rf"\sqrt{{{text}}}"

    def join(self, parts: Sequence[str]) -> str:
        text = ""
        for part in parts:
            text += (r" \cdot " if part[:1].isdigit() else " ") + part if text else part
        return text

    def chain(self, parts: Sequence[str]) -> str:
        return self.join(parts)

    def fraction(self, above: Sequence[str], below: Sequence[str]) -> Printed:
        return rf"\frac{{{self.join(above) or '1'}}}{{{self.join(below)}}}", FACTOR

    def series(self, letters: Sequence[str]) -> str:
        return rf"\sum_{{{','.join(letters)}}}"

    def derivative(self, order: int, above: str, below: Sequence[str]) -> Printed:
        power = f"^{order}" if order > 1 else ""
        under = " ".join(rf"\partial {part}" for part in below)
        return rf"\frac{{\partial{power} {above}}}{{{under}}}", FACTOR

    def inline(self, order: int, above: str, below: Sequence[str]) -> str:
        power = f"^{order}" if order > 1 else ""
        return rf"\partial{power} {above}/" + r"\,".join(rf"\partial {part}" for part in below)

    def function(self, row: Elementwise, args: Sequence[str], whole: bool) -> str:
        if whole and row.name == "abs":
            return rf"\operatorname{{abs}}{self.bracket(args[0])}"  # |A| of a matrix would read as a determinant
        if not row.bare:
            args = [self.bracket(", ".join(args) if "{1}" not in row.latex else arg) for arg in args]
        return filled(row.latex, args)

    def operator(self, name: str, under: str = "") -> str:
        known = {"det": r"\det", "max": r"\max", "min": r"\min", "log": r"\log", "exp": r"\exp", "prod": r"\prod"}
        return known.get(name, rf"\operatorname{{{_escaped(name)}}}") + (f"_{{{under}}}" if under else "")

    def word(self, text: str) -> str:
        return rf"\text{{{text}}}"


def filled(template: str, args: Sequence[str]) -> str:
    """A template with `{0}`, `{1}` exchanged for texts, whatever braces these hold."""
    return re.sub(r"\{(\d)\}", lambda found: args[int(found[1])] if int(found[1]) < len(args) else found[0], template)


def _escaped(word: str) -> str:
    return word.replace("_", r"\_")


def _sub(sub: str) -> str:
    return f"_{{{sub}}}" if sub else ""


def _spaced(slots: Sequence[str]) -> list[str]:
    """Slots one behind the other, a command and what follows it apart."""
    return [slot + " " if slot[:1] == "\\" and place + 1 < len(slots) else slot for place, slot in enumerate(slots)]


def _dim(dim: Dim, letter: object, times: str, minus: str) -> Printed:
    assert callable(letter)
    text = ""
    for names, count in sorted(dim.terms, key=lambda term: (term[1] < 0, not term[0])):
        number = [str(abs(count))] if abs(count) != 1 or not names else []
        sign = minus if count < 0 else "+"
        word = times.join([*number, *(letter(name) for name in names)])
        text += f" {sign} {word}" if text else word if count > 0 else minus + word
    single = len(dim.terms) <= 1
    return text or "0", ATOM if dim.symbol or dim.constant is not None else PRODUCT if single else SUM


_TEXT_ROWS = {"abs": "|{0}|", "greater": "[{0} > {1}]", "equal": "[{0} = {1}]", "maximum": "max({0}, {1})", "minimum": "min({0}, {1})",
              "sigmoid": "σ({0})"}


class Text:
    """Unicode for a terminal: indices as plain `_ij`."""

    slashed = True
    minus = "−"
    delta = "δ"
    hadamard = "⊙"
    over = "⊘"
    identity = "I"
    ones = "𝟏"
    zeros = "0"
    top = "ᵀ"
    marks = {"dot": "·", "double": ":", "transposed": "ᵀ", "norm": "‖{0}‖", "fro": "‖{0}‖", "inverse": "⁻¹", "inverse transposed": "⁻ᵀ",
             "entry": "−1", "logdet": "log|det {0}|", "abs": "|{0}|", "where": "[{0} = {1}]", "basis": "{0}", "with": "with ", "not in": "∉", "not": "≠"}

    def letter(self, symbol: Symbol) -> str:
        return (GREEK[symbol.base] if symbol.short and symbol.base in GREEK else symbol.base) + symbol.sub

    def whole(self, drawn: Drawn) -> str:
        return self.letter(drawn.whole)

    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed:
        head = symbol if isinstance(symbol, str) else self.letter(symbol)
        below = "_" + _row(lower) if lower else ""
        above = "^" + _row(upper) if upper else ""
        return head + (above + below if upper_first else below + above), FACTOR if upper else ATOM

    def slot(self, letter: str) -> str:
        return letter.replace("_", "")

    def bracket(self, text: str) -> str:
        return f"({text})"

    def number(self, value: Fraction) -> Printed:
        text, _ = number_text(abs(value))
        sign = self.minus if value < 0 else ""
        return sign + text, SUM if value < 0 else PRODUCT if "/" in text else ATOM

    def dim(self, dim: Dim) -> Printed:
        return _dim(dim, lambda name: self.letter(parse(name)), " ", self.minus)

    def pi(self) -> str:
        return "π"

    def superscript(self, base: str, exponent: str) -> str:
        exponent = exponent.replace("⊙ ", "⊙")
        return f"{base}^{exponent}" if re.fullmatch(r"⊙?[^\W_]+", exponent) else f"{base}^({exponent})"

    def root(self, text: str) -> str:
        return f"√({text})"

    def join(self, parts: Sequence[str]) -> str:
        text = ""
        for part in parts:
            text += (" · " if part[:1].isdigit() else " ") + part if text else part
        return text

    def chain(self, parts: Sequence[str]) -> str:
        """A matrix product: XᵀX, but `dT Wᵀ` where a name is longer than a letter."""
        text = ""
        for place, part in enumerate(parts):
            text += ("" if not place or _tight(parts[place - 1]) and _tight(part) else " ") + part
        return text

    def fraction(self, above: Sequence[str], below: Sequence[str]) -> Printed:
        top = list(above)
        if top and "/" in top[-1] and top[-1][-1:] not in ")]|":
            top[-1] = f"({top[-1]})"
        under = below[0] if len(below) == 1 else f"({self.join(below)})"
        return f"{self.join(top) or '1'}/{under}", PRODUCT

    def series(self, letters: Sequence[str]) -> str:
        return "Σ_" + _row(letters)

    def derivative(self, order: int, above: str, below: Sequence[str]) -> Printed:
        return self.inline(order, above, below), FACTOR

    def inline(self, order: int, above: str, below: Sequence[str]) -> str:
        under = "".join(f"∂{part}" for part in below)
        power = "" if order == 1 else {2: "²", 3: "³", 4: "⁴"}.get(order, f"^{order}")
        return f"∂{power}{above}/" + (under if len(below) == 1 else f"({under})")

    def function(self, row: Elementwise, args: Sequence[str], whole: bool) -> str:
        template = _TEXT_ROWS.get(row.name)
        return filled(template, args) if template else f"{row.name}({', '.join(args)})"

    def operator(self, name: str, under: str = "") -> str:
        return name + (f"_{under}" if under else "")

    def word(self, text: str) -> str:
        return text


def _row(slots: Sequence[str]) -> str:
    plain = all(len(slot) == 1 for slot in slots)
    return ("" if plain else ",").join(slots)


def _tight(part: str) -> bool:
    """A letter with its marks, or a bracket."""
    return (part[:1] == "(" and part.count("(") >= 1) or len(part.rstrip("ᵀ⁻¹")) == 1


LATEX, TEXT = Latex(), Text()
