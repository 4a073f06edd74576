"""MathML Core: one method a construct.

A fragment is a row of elements, with marks such as + or ( standing bare between them; `element` makes elements of those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from xml.etree import ElementTree

from ..functions import Elementwise
from ..index.dims import UNIT, Dim
from ..matrix.writing import number_text
from .symbols import GREEK, Drawn, Symbol, parse
from .targets import ATOM, FACTOR, SUM, Printed, dim_text, filled

Element = ElementTree.Element

_TIMES, _APPLY = "<mo>\u2062</mo>", "<mo>\u2061</mo>"  # invisible: a product, a function and its argument
_PARTIAL = '<mo lspace="0" rspace="0">∂</mo>'
_SIGNS = ("−", "+")
_TALL = ("<mfrac", "<munder", "<msqrt")
_NUMERIC = re.compile(r"(<(msup|mrow)>)*<mn>")  # begins with a figure
_LEAF = r"<(mi|mn|mo|mtext)\b[^>]*>[^<]*</\1>"
_TOKEN = re.compile(rf"{_LEAF}|<[^>]*>|(\d+(?:\.\d+)?)|([^\W\d_]+)|(\s+)|(.)")


def _upright(text: str) -> str:
    return f'<mi mathvariant="normal">{text}</mi>' if len(text) == 1 else f"<mi>{text}</mi>"


def _bold(text: str) -> str:
    return f'<mi mathvariant="normal" class="td-bold">{text}</mi>'


def _fenced(left: str, inner: str, right: str) -> str:
    stretchy = "true" if any(mark in inner for mark in _TALL) else "false"
    words = [f'<mo fence="true" form="{form}" stretchy="{stretchy}">{mark}</mo>' for mark, form in ((left, "prefix"), (right, "postfix"))]
    return f"<mrow>{words[0]}{inner}{words[1]}</mrow>"


_ROWS = {  # those that are not written name(…)
    "abs": _fenced("|", "{0}", "|"),
    "greater": _fenced("[", "{0}<mo>&gt;</mo>{1}", "]"),
    "greater_equal": _fenced("[", "{0} ≥ {1}", "]"),
    "equal": _fenced("[", "{0} = {1}", "]"),
    "exp2": "<msup><mn>2</mn><mrow>{0}</mrow></msup>",
    "gammaln": f"<mi>log</mi>{_APPLY}" + _fenced("|", f'{_upright("Γ")}{_APPLY}{_fenced("(", "{0}", ")")}', "|"),
}
_NAMES = {
    "maximum": "<mi>max</mi>",
    "minimum": "<mi>min</mi>",
    "sigmoid": "<mi>σ</mi>",
    "log2": "<msub><mi>log</mi><mn>2</mn></msub>",
    "log10": "<msub><mi>log</mi><mn>10</mn></msub>",
    "digamma": "<mi>ψ</mi>",
    "trigamma": "<msub><mi>ψ</mi><mn>1</mn></msub>",
    "dsinc": "<msup><mi>sinc</mi><mo>′</mo></msup>",
}
MARKS = {
    "dot": "·",
    "double": "<mo>:</mo>",
    "transposed": _upright("⊤"),
    "inverse": "−1",
    "inverse transposed": "−" + _upright("⊤"),
    "pseudo-inverse": "+",
    "norm": _fenced("‖", "{0}", "‖"),
    "fro": f'<msub>{_fenced("‖", "{0}", "‖")}<mi>F</mi></msub>',
    "logdet": f"<mi>log</mi>{_APPLY}" + _fenced("|", f"<mi>det</mi>{_APPLY}{{0}}", "|"),
    "where": _fenced("[", "{0} = {1}", "]"),
    "basis": _bold("{0}"),
    "with": "<mtext>with\u00a0</mtext>",
    "not": "≠",
    "is": "=",
    "less": "<mo>&lt;</mo>",
    "greater": "<mo>&gt;</mo>",
    "at least": "≥",
    "at most": "≤",
    "holds": _fenced("[", "{0}", "]"),
}
_UNDER = {"max", "min", "det", "prod"}  # what is said of them stands below, of other operators beside


class MathML:
    """MathML Core, which browsers set by themselves."""

    slashed = False
    tall: Sequence[str] = (_PARTIAL, "∑")
    minus = "−"
    delta = "<mi>δ</mi>"
    hadamard = "⊙"
    over = "⊘"
    identity = _bold("I")
    ones = _bold("1")
    zeros = _bold("0")
    marks: Mapping[str, str] = MARKS

    def letter(self, symbol: Symbol) -> str:
        return _with_sub(f"<mi>{_stem(symbol)}</mi>" if symbol.short else _upright(_stem(symbol)), symbol.sub)

    def whole(self, drawn: Drawn) -> str:
        return _with_sub(_bold(_stem(drawn.whole)), drawn.whole.sub) if drawn.rank else self.letter(drawn.whole)

    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed:
        head, sub = (symbol, "") if isinstance(symbol, str) else (self.letter(Symbol(symbol.base, "", symbol.word)), symbol.sub)
        under = [*([sub + "," if lower else sub] if sub else []), *lower]
        return _scripted(head, _slots(under), _slots(upper)), FACTOR if upper else ATOM

    def slot(self, letter: str) -> str:
        name, _, count = letter.partition("_")
        return _with_sub(f"<mi>{name}</mi>", count)

    def bracket(self, text: str) -> str:
        return _fenced("(", text, ")")

    def number(self, value: Fraction) -> Printed:
        text, _ = number_text(abs(value))
        parts = (f"<mn>{abs(value.numerator)}</mn>", f"<mn>{value.denominator}</mn>") if "/" in text else ()
        shown = self.fraction(parts[:1], parts[1:])[0] if parts else f"<mn>{text}</mn>"
        return (self.minus + shown, SUM) if value < 0 else (shown, FACTOR if value.denominator > 1 else ATOM)

    def dim(self, dim: Dim) -> Printed:
        return dim_text(dim, lambda name: self.letter(parse(name)), _TIMES, self.minus)

    def pi(self) -> str:
        return "<mi>π</mi>"

    def superscript(self, base: str, exponent: str) -> str:
        return _scripted(base, "", exponent)

    def raised(self, base: str, mark: str) -> str:
        return _scripted(base, "", self.marks[mark])

    def root(self, text: str) -> str:
        return f"<msqrt>{text}</msqrt>"

    def join(self, parts: Sequence[str]) -> str:
        text = ""
        for part in parts:
            text += ("<mo>·</mo>" if _NUMERIC.match(part) else _TIMES) + part if text else part
        return text

    def chain(self, parts: Sequence[str]) -> str:
        return self.join(parts)

    def fraction(self, above: Sequence[str], below: Sequence[str]) -> Printed:
        return f"<mfrac><mrow>{self.join(above) or '<mn>1</mn>'}</mrow><mrow>{self.join(below)}</mrow></mfrac>", FACTOR

    def series(self, letters: Sequence[str]) -> str:
        return f"<munder><mo>∑</mo><mrow>{','.join(letters)}</mrow></munder>"

    def ranged(self, letter: str, extent: Dim) -> str:
        return f"<munderover><mo>∑</mo><mrow>{letter}=0</mrow><mrow>{self.dim(extent - UNIT)[0]}</mrow></munderover>"

    def cases(self, then: str, holds: str, otherwise: str) -> str:
        rows = ((then, f"<mtext>if\u00a0</mtext>{holds}"), (otherwise, "<mtext>otherwise</mtext>"))
        cells = "".join(f"<mtr><mtd><mrow>{body}</mrow></mtd><mtd><mrow>{when}</mrow></mtd></mtr>" for body, when in rows)
        return f'<mrow><mo fence="true" form="prefix">{{</mo><mtable>{cells}</mtable></mrow>'

    def product(self, letters: str, left_out: Sequence[str], last: str = "") -> str:
        rule = (f" ≤ {last}, {letters}" if last else "") + (" ≠ " + ", ".join(left_out) if left_out else "")
        return f"<munder><mo>∏</mo><mrow>{letters}{rule}</mrow></munder>"

    def derivative(self, order: int, above: str, below: Sequence[str]) -> Printed:
        gap = '<mspace width="0.17em"/>'
        under = gap.join(_PARTIAL + part for part in below)
        return f"<mfrac><mrow>{_order(order)}{above}</mrow><mrow>{under}</mrow></mfrac>", FACTOR

    def inline(self, order: int, above: str, below: Sequence[str]) -> str:
        return f"<mrow>{_order(order)}{above}/{''.join(_PARTIAL + part for part in below)}</mrow>"

    def function(self, row: Elementwise, args: Sequence[str], whole: bool) -> str:
        if row.name in _ROWS and not (whole and row.name == "abs"):  # |A| of a matrix would read as a determinant
            return filled(_ROWS[row.name], args)
        return _NAMES.get(row.name, self.letter(parse(row.name))) + _APPLY + self.bracket(", ".join(args))

    def operator(self, name: str, under: str = "") -> str:
        tag = "munder" if name in _UNDER else "msub"
        return (f"<{tag}><mi>{name}</mi><mrow>{under}</mrow></{tag}>" if under else f"<mi>{name}</mi>") + _APPLY

    def word(self, text: str) -> str:
        return f"<mtext>{text}</mtext>"


def _stem(symbol: Symbol) -> str:
    return GREEK[symbol.base] if symbol.short and symbol.base in GREEK else escape(symbol.base)


def _with_sub(stem: str, sub: str) -> str:
    return _scripted(stem, f"<mn>{sub}</mn>" if sub.isdigit() else f"<mi>{escape(sub)}</mi>" if sub else "", "")


def _slots(slots: Sequence[str]) -> str:
    """Slots one behind the other, with commas where one is more than a letter; a dot holds a place, it is no product."""
    if any(slot[:1] == "(" for slot in slots):
        return "<mo>,</mo>".join(slot[1:-1] if slot[:1] == "(" else slot.removesuffix(",") for slot in slots)
    return "".join("<mi>·</mi>" if slot == MARKS["dot"] else slot for slot in slots)


def _scripted(base: str, below: str, above: str) -> str:
    tag = "msubsup" if below and above else "msub" if below else "msup"
    return f"<{tag}>" + "".join(f"<mrow>{part}</mrow>" for part in (base, below, above) if part) + f"</{tag}>" if below or above else base


def _order(order: int) -> str:
    return _PARTIAL if order == 1 else f"<msup>{_PARTIAL}<mn>{order}</mn></msup>"


def element(fragment: str) -> Element:
    """A fragment as one `mrow`: bare marks are elements, no row within it holds a single thing, and signs are told from operators."""
    row = ElementTree.fromstring(f"<mrow>{_TOKEN.sub(_set, fragment)}</mrow>")
    _settle(row)
    return row


def _set(found: re.Match[str]) -> str:
    _, digits, word, space, mark = found.groups()
    if digits or word:
        return f"<mn>{digits}</mn>" if digits else f"<mi>{word}</mi>"
    return "" if space else f"<mo>{escape(mark)}</mo>" if mark else found[0]


def _settle(node: Element) -> None:
    for place, child in enumerate(list(node)):
        _settle(child)
        if child.tag == "mrow" and len(child) == 1:
            node[place] = child[0]
    for before, child, after in zip([None, *node], node, [*node[1:], None], strict=False):
        if child.text in _SIGNS and (before is None or (before.tag == "mo" and before.get("form") != "postfix" and before.text != ")")):
            child.set("form", "prefix")
        if child.text == "\u2062" and (_wide(before) or _wide(after)):
            child.set("lspace", "0.17em")


def _wide(node: Element | None) -> bool:
    """A word or a fraction, which stands apart from what it is multiplied by."""
    if node is None or node.tag == "mfrac":
        return node is not None
    return _wide(node[0]) if node.tag.startswith(("msub", "msup", "munder")) else node.tag == "mi" and len(node.text or "") > 1


MATHML = MathML()
