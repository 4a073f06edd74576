"""The ways mathematics is set: LaTeX, Unicode text, MathML. One method a construct; the printers know no other syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol

from ..functions import Elementwise
from ..index.dims import Dim
from .symbols import Drawn, Symbol

RAISED = {"exp2", "gammaln"}  # functions whose print ends in a power, or begins with a log: no superscript fits on them
SUM, SERIES, PRODUCT, FACTOR, ATOM = range(1, 6)  # SERIES: a product behind a Σ; FACTOR: no superscript fits on it
Printed = tuple[str, int]
DIGITS = tuple("0123456789")  # 𝟏 is none


class Target(Protocol):
    """What a printer asks of a target."""

    minus: str
    delta: str
    hadamard: str
    over: str
    identity: str
    ones: str
    zeros: str
    marks: Mapping[str, str]
    slashed: bool  # a fraction is written with a slash
    tall: Sequence[str]  # marks of a factor that stands beside a fraction, not on it

    def letter(self, symbol: Symbol) -> str: ...
    def whole(self, drawn: Drawn) -> str: ...
    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed: ...
    def slot(self, letter: str) -> str: ...
    def bracket(self, text: str) -> str: ...
    def number(self, value: Fraction) -> Printed: ...
    def dim(self, dim: Dim) -> Printed: ...
    def pi(self) -> str: ...
    def superscript(self, base: str, exponent: str) -> str: ...
    def raised(self, base: str, mark: str) -> str: ...
    def root(self, text: str) -> str: ...
    def join(self, parts: Sequence[str]) -> str: ...
    def chain(self, parts: Sequence[str]) -> str: ...
    def fraction(self, above: Sequence[str], below: Sequence[str]) -> Printed: ...
    def series(self, letters: Sequence[str]) -> str: ...
    def product(self, letters: str, left_out: Sequence[str]) -> str: ...
    def derivative(self, order: int, above: str, below: Sequence[str]) -> Printed: ...
    def inline(self, order: int, above: str, below: Sequence[str]) -> str: ...
    def function(self, row: Elementwise, args: Sequence[str], whole: bool) -> str: ...
    def operator(self, name: str, under: str = "") -> str: ...
    def word(self, text: str) -> str: ...


def filled(template: str, args: Sequence[str]) -> str:
    """A template with `{0}`, `{1}` exchanged for texts, whatever braces these hold."""
    return re.sub(r"\{(\d)\}", lambda found: args[int(found[1])] if int(found[1]) < len(args) else found[0], template)


def dim_text(dim: Dim, letter: Callable[[str], str], times: str, minus: str) -> Printed:
    """An extent: n, 2 m d, n + k − 1."""
    text = ""
    for names, count in sorted(dim.terms, key=lambda term: (term[1] < 0, not term[0])):
        number = [str(abs(count))] if abs(count) != 1 or not names else []
        sign = minus if count < 0 else "+"
        word = times.join([*number, *(letter(name) for name in names)])
        text += f" {sign} {word}" if text else word if count > 0 else minus + word
    single = len(dim.terms) <= 1
    return text or "0", ATOM if dim.symbol or dim.constant is not None else PRODUCT if single else SUM
