"""LaTeX: one method a construct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..functions import Elementwise
from ..index.dims import UNIT, Dim
from ..matrix.writing import number_text
from .symbols import GREEK, Drawn, Symbol, parse
from .targets import ATOM, DIGITS, FACTOR, SUM, Printed, dim_text, filled

_TALL = (r"\frac", r"\sum", r"\prod", r"\left")


MARKS = {
    "dot": r"\cdot",
    "double": r"\mathbin{:}",
    "transposed": r"^\top",
    "inverse": "^{-1}",
    "inverse transposed": r"^{-\top}",
    "pseudo-inverse": "^{+}",
    "norm": r"\left\|{0}\right\|",
    "fro": r"\left\|{0}\right\|_F",
    "logdet": r"\log\left|\det {0}\right|",
    "where": r"\left[{0} = {1}\right]",
    "basis": r"\mathbf{{0}}",
    "with": r"\text{with }",
    "not": r"\neq",
    "is": "=",
    "less": "<",
    "greater": ">",
    "at least": r"\ge",
    "at most": r"\le",
    "holds": r"\left[{0}\right]",
}


class Latex:
    """LaTeX that KaTeX, MathJax and pdflatex with amsmath all take."""

    slashed = False
    tall: Sequence[str] = (r"\partial", r"\sum")
    minus = "-"
    delta = r"\delta"
    hadamard = r"\odot"
    over = r"\oslash"
    identity = r"\mathbf{I}"
    ones = r"\mathbf{1}"
    zeros = r"\mathbf{0}"
    marks: Mapping[str, str] = MARKS

    def letter(self, symbol: Symbol) -> str:
        if not symbol.short:
            return rf"\mathrm{{{_escaped(symbol.base)}}}" + _sub(symbol.sub)
        return ("\\" if symbol.base in GREEK else "") + symbol.base + _sub(symbol.sub)

    def whole(self, drawn: Drawn) -> str:
        symbol = drawn.whole
        if not drawn.rank:
            return self.letter(symbol)
        greek = symbol.short and symbol.base in GREEK
        stem = rf"\boldsymbol{{\{symbol.base}}}" if greek else rf"\mathbf{{{_escaped(symbol.base)}}}"
        return stem + _sub(symbol.sub)

    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed:
        head, sub = (symbol, "") if isinstance(symbol, str) else (self.letter(Symbol(symbol.base, "", symbol.word)), symbol.sub)
        under = "".join([sub + "," if sub and lower else sub, _row(lower)])
        below = f"_{{{under}}}" if under else ""
        above = f"^{{{_row(upper)}}}" if upper else ""
        return head + (above + below if upper_first else below + above), FACTOR if upper else ATOM

    def slot(self, letter: str) -> str:
        return letter

    def bracket(self, text: str) -> str:
        return rf"\left({text}\right)" if any(mark in text for mark in _TALL) else f"({text})"

    def number(self, value: Fraction) -> Printed:
        text, _ = number_text(abs(value))
        if "/" in text:
            text = rf"\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        return (self.minus + text, SUM) if value < 0 else (text, FACTOR if value.denominator > 1 else ATOM)

    def dim(self, dim: Dim) -> Printed:
        return dim_text(dim, lambda name: self.letter(parse(name)), r"\,", self.minus)

    def pi(self) -> str:
        return r"\pi"

    def superscript(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def raised(self, base: str, mark: str) -> str:
        return base + self.marks[mark]

    def root(self, text: str) -> str:
        return rf"\sqrt{{{text}}}"

    def join(self, parts: Sequence[str]) -> str:
        text = ""
        for part in parts:
            text += (r" \cdot " if part[:1] in DIGITS else " ") + part if text else part
        return text

    def chain(self, parts: Sequence[str]) -> str:
        return self.join(parts)

    def fraction(self, above: Sequence[str], below: Sequence[str]) -> Printed:
        return rf"\frac{{{self.join(above) or '1'}}}{{{self.join(below)}}}", FACTOR

    def series(self, letters: Sequence[str]) -> str:
        return rf"\sum_{{{','.join(letters)}}}"

    def product(self, letters: str, left_out: Sequence[str], last: str = "") -> str:
        rule = (rf" \le {last},\, {letters}" if last else "") + (r" \neq " + ", ".join(left_out) if left_out else "")
        return rf"\prod_{{{letters}{rule}}}"

    def ranged(self, letter: str, extent: Dim) -> str:
        return rf"\sum_{{{letter}=0}}^{{{self.dim(extent - UNIT)[0]}}}"

    def derivative(self, order: int, above: str, below: Sequence[str]) -> Printed:
        power = f"^{order}" if order > 1 else ""
        gap = r"\," if below[0].startswith("\\") else " "
        under = gap.join(rf"\partial {part}" for part in below)
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

    def cases(self, then: str, holds: str, otherwise: str) -> str:
        return rf"\begin{{cases}} {then} & \text{{if }} {holds} \\ {otherwise} & \text{{otherwise}} \end{{cases}}"

    def word(self, text: str) -> str:
        return rf"\text{{{text}}}"


def _escaped(word: str) -> str:
    return word.replace("_", r"\_")


def _sub(sub: str) -> str:
    return f"_{{{sub}}}" if sub else ""


def _row(slots: Sequence[str]) -> str:
    """Slots one behind the other; with commas where one of them is more than a letter."""
    if any(slot[:1] == "(" for slot in slots):
        return ",".join(slot[1:-1] if slot[:1] == "(" else slot for slot in slots)
    return "".join(_spaced(slots))


def _spaced(slots: Sequence[str]) -> list[str]:
    """Slots one behind the other, a command and what follows it apart."""
    return [slot + " " if slot[:1] == "\\" and place + 1 < len(slots) else slot for place, slot in enumerate(slots)]


LATEX = Latex()
