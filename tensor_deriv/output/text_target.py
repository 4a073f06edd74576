"""Unicode text: one method a construct."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..functions import Elementwise
from ..index.dims import Dim
from ..matrix.writing import number_text
from .symbols import GREEK, Drawn, Symbol, parse
from .targets import ATOM, DIGITS, FACTOR, PRODUCT, SUM, Printed, dim_text, filled

_ROWS = {
    "abs": "|{0}|",
    "greater": "[{0} > {1}]",
    "greater_equal": "[{0} ≥ {1}]",
    "equal": "[{0} = {1}]",
    "maximum": "max({0}, {1})",
    "minimum": "min({0}, {1})",
    "sigmoid": "σ({0})",
}

MARKS = {
    "dot": "·",
    "double": ":",
    "transposed": "ᵀ",
    "inverse": "⁻¹",
    "inverse transposed": "⁻ᵀ",
    "pseudo-inverse": "⁺",
    "norm": "‖{0}‖",
    "fro": "‖{0}‖",
    "logdet": "log|det {0}|",
    "where": "[{0} = {1}]",
    "basis": "{0}",
    "with": "with ",
    "not": "≠",
    "is": "=",
    "less": "<",
    "greater": ">",
    "at least": "≥",
    "at most": "≤",
    "holds": "[{0}]",
}


class Text:
    """Unicode for a terminal: indices as plain `_ij`."""

    slashed = True
    tall: Sequence[str] = ()
    minus = "−"
    delta = "δ"
    hadamard = "⊙"
    over = "⊘"
    identity = "I"
    ones = "𝟏"
    zeros = "0"
    marks: Mapping[str, str] = MARKS

    def letter(self, symbol: Symbol) -> str:
        stem = GREEK[symbol.base] if symbol.short and symbol.base in GREEK else symbol.base
        return stem + ("" if symbol.sub.isdigit() or not symbol.sub else "_") + symbol.sub

    def whole(self, drawn: Drawn) -> str:
        return self.letter(drawn.whole)

    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed:
        head = symbol if isinstance(symbol, str) else self.letter(symbol)
        below = ("," if "_" in head and not isinstance(symbol, str) else "_") + _row(lower) if lower else ""
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
        return dim_text(dim, lambda name: self.letter(parse(name)), " ", self.minus)

    def pi(self) -> str:
        return "π"

    def superscript(self, base: str, exponent: str) -> str:
        exponent = exponent.replace("⊙ ", "⊙")
        return f"{base}^{exponent}" if re.fullmatch(r"⊙?[^\W_]+", exponent) else f"{base}^({exponent})"

    def raised(self, base: str, mark: str) -> str:
        return base + self.marks[mark]

    def root(self, text: str) -> str:
        return f"√({text})"

    def join(self, parts: Sequence[str]) -> str:
        text = ""
        for part in parts:
            text += (" · " if part[:1] in DIGITS else " ") + part if text else part
        return text

    def chain(self, parts: Sequence[str]) -> str:
        """A matrix product: XᵀX, but `dT Wᵀ` where a name is longer than a letter."""
        text = ""
        for place, part in enumerate(parts):
            text += ("" if not place or (_tight(parts[place - 1]) and _tight(part)) else " ") + part
        return text

    def fraction(self, above: Sequence[str], below: Sequence[str]) -> Printed:
        top = list(above)
        if top and "/" in top[-1] and top[-1][-1:] not in ")]|":
            top[-1] = f"({top[-1]})"
        under = below[0] if len(below) == 1 else f"({self.join(below)})"
        return f"{self.join(top) or '1'}/{under}", PRODUCT

    def series(self, letters: Sequence[str]) -> str:
        return "Σ_" + _row(letters)

    def product(self, letters: str, left_out: Sequence[str], last: str = "") -> str:
        letters = f"{letters} ≤ {last}, {letters}" if last else letters
        return f"Π_({letters} ≠ {', '.join(left_out)})" if left_out else f"Π_{letters}"

    def ranged(self, letter: str, extent: Dim) -> str:
        return f"Σ_({letter} < {self.dim(extent)[0]})"

    def derivative(self, order: int, above: str, below: Sequence[str]) -> Printed:
        return self.inline(order, above, below), FACTOR

    def inline(self, order: int, above: str, below: Sequence[str]) -> str:
        under = "".join(f"∂{part}" for part in below)
        power = "" if order == 1 else {2: "²", 3: "³", 4: "⁴"}.get(order, f"^{order}")
        return f"∂{power}{above}/" + (under if len(below) == 1 else f"({under})")

    def function(self, row: Elementwise, args: Sequence[str], whole: bool) -> str:
        template = _ROWS.get(row.name)
        return filled(template, args) if template else f"{row.name}({', '.join(args)})"

    def operator(self, name: str, under: str = "") -> str:
        return name + (f"_{under}" if under else "")

    def cases(self, then: str, holds: str, otherwise: str) -> str:
        return f"({then} where {holds}, else {otherwise})"

    def word(self, text: str) -> str:
        return text


def _row(slots: Sequence[str]) -> str:
    slots = [slot[1:-1] if slot[1:-1].isdigit() else slot for slot in slots]
    plain = all(len(slot) == 1 for slot in slots)
    return ("" if plain else ",").join(slots)


def _tight(part: str) -> bool:
    """A letter with its marks, or a bracket."""
    return (part[:1] == "(" and part.count("(") >= 1) or len(part.rstrip("ᵀ⁻¹")) == 1


TEXT = Text()
