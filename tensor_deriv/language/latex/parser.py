"""Precedence: sums of terms, terms of factors side by side, factors with what stands below and above them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ...output.symbols import GREEK
from .conditions import ConditionReader
from .names import CLOSING, COMPARED, INFIX, command
from .reader import FACES, plain
from .tokens import Token
from .tree import Node

_STOPS = {"", ")", "]", "}", r"\}", ",", "=", ">", "<", r"\ge", r"\le", r"\neq", "+", "-", "\\\\", ".", ";", *INFIX}
_ACCENTS = {r"\hat", r"\bar", r"\tilde", r"\widehat", r"\widetilde", r"\overline"}
_REFUSED = {
    r"\nabla": "a gradient that is not worked out: write what it is",
    r"\partial": "a derivative that is not worked out", r"\int": "integrals are not part of the language",
    r"\pm": "`\\pm` says two things at once",
    r"\dots": "`…` leaves out what it stands for",
    r"\cdots": "`…` leaves out what it stands for", r"\ldots": "`…` leaves out what it stands for", r"\mathbb": "a set",
    r"\lim": "limits are not part of the language", r"\langle": "write an inner product as x^\\top y", r"\infty": "not a number",
}  # fmt: skip


class Parser(ConditionReader):
    """Reads one formula from the place where it stands."""

    def all(self) -> Node:
        """The whole of the tokens as one expression."""
        if not self.tokens:
            self.fail("there is no formula to read", 0, len(self.text))
        node = self.expression()
        if self.at < len(self.tokens):
            self.fail(f"`{self.peek()}` has no meaning here")
        return node

    def expression(self) -> Node:
        start = self.start
        terms = [self._signed()]
        while self.peek() in ("+", "-"):
            terms.append(self._signed())
        return terms[0] if len(terms) == 1 else Node("sum", tuple(terms), start=start, end=self.end)

    def _signed(self) -> Node:
        start, negative = self.start, False
        while self.peek() in ("+", "-"):
            negative ^= self.take().text == "-"
        term = self.term()
        return Node("neg", (term,), start=start, end=self.end) if negative else term

    def term(self) -> Node:
        start = self.start
        node = self._beside()
        while self.peek() in INFIX:
            sign = self.take()
            right = self._beside()
            node = Node("infix", (node, right), INFIX[sign.text], start=start, end=self.end)
        return node

    def _beside(self) -> Node:
        """Factors side by side; a Σ takes all that is left of the term."""
        start = self.start
        factors = [self._factor()]
        while self._begins():
            if self.tokens[self.at].number:
                self.fail(f"`{self.peek()}` behind a factor: write the number in front, or \\cdot between")
            factors.append(self._factor())
        return factors[0] if len(factors) == 1 else Node("beside", tuple(factors), start=start, end=self.end)

    def _begins(self) -> bool:
        """Whether a factor stands next."""
        return self.peek() not in _STOPS and not self.closes()

    def _factor(self) -> Node:
        return self.scripted(self._primary())

    def single(self) -> Node:
        return self._factor()

    def _primary(self) -> Node:
        """A name, a number, a bracket, a function."""
        start, word = self.start, self.peek()
        if word in _STOPS or self.closes():
            end = "the formula ends here, and something is still to come"
            self.fail(f"`{word}` stands where a name or a number belongs" if word else end)
        if self.tokens[self.at].number:
            return Node("number", word=self.take().text, start=start, end=self.end)
        if self.tokens[self.at].letter or word[1:] in GREEK or word in FACES or word in _ACCENTS or word == "𝟏":
            return self._named()
        if word in CLOSING:
            return self._bracketed(start)
        if word in ("|", r"\|"):
            return self._bars(start)
        if word not in _OTHERS and not command(word):
            self.fail(_REFUSED.get(word, f"`{word}` is not known here"))
        self.take()
        return _OTHERS[word](self, start) if word in _OTHERS else self.applied(command(word), start)

    def _named(self) -> Node:
        """A letter, a Greek letter, a word or a function of that name."""
        start = self.start
        word = self.peek()
        if word in _ACCENTS:
            accent = self.take().text.replace("wide", "").replace("overline", "bar")
            return self.symbol(f"{accent} {plain(self.group())}", start)
        if word in FACES:
            self.take()
            return self.faced(word, self.group(), start)
        if word[0] == "\\":
            self.take()
            return self._greek(word[1:], start)
        return self.letters(start)

    def _greek(self, base: str, start: int) -> Node:
        known = self.book.find(base, "", None)
        if base == "sigma" and self.peek() in CLOSING:
            if known:
                self.fail("`\\sigma(…)` is the sigmoid, and sigma a name: write \\operatorname{sigmoid}(…), or \\sigma \\cdot (…)", start)
            return self.applied("sigmoid", start)
        if base in ("psi", "Gamma") and not known:
            return self._special(base, start)
        return self.symbol(base, start)

    def _special(self, base: str, start: int) -> Node:
        # ψ is the digamma function, ψ_1 the trigamma function, log|Γ| = gammaln
        below = plain(self.group()) if self.accept("_") else ""
        name = {"psi": "digamma", "psi1": "trigamma", "Gamma": "Gamma"}.get(base + below)
        if name is None or self.peek() not in CLOSING:
            raise self.book.unknown(base, start, self.end)
        return self.applied(name, start)

    def _bracketed(self, start: int) -> Node:
        places = self.places(start) if self.peek() == "[" else None
        if places is not None:
            return places
        opening = self.take().text
        inner = self.inside(CLOSING[opening])
        if len(inner) > 1:
            self.fail("a comma stands between the arguments of a function alone", start)
        return Node("group", (inner[0],), opening, start=start, end=self.end)

    def inside(self, closing: str) -> list[Node]:
        """What stands in a bracket, commas between; comparisons are [a > b]."""
        self.open.append(closing)
        found = [self.compared()]
        while self.accept(","):
            found.append(self.compared())
        self.open.pop()
        if self.peek() != closing:
            self.fail(f"`{closing}` is missing here" if not self.peek() else f"`{self.peek()}` stands where `{closing}` is missing")
        self.take()
        return found

    def compared(self) -> Node:
        """An expression, or a comparison of two."""
        start = self.start
        left = self.expression()
        if self.peek() not in COMPARED:
            return left
        sign = COMPARED[self.take().text]
        right = self.expression()
        pair = (right, left) if sign.startswith("less") else (left, right)
        return Node("compared", pair, sign.replace("less", "greater"), start=start, end=self.end)

    def closes(self) -> bool:
        """Whether a bar that stands next closes one that is open."""
        word = self.peek()
        if word not in ("|", r"\|"):
            return False
        side = self.tokens[self.at].side
        return side == "right" or (side != "left" and bool(self.open) and self.open[-1] == word)

    def _bars(self, start: int) -> Node:
        """|a|, ‖x‖ and ‖X‖_F."""
        mark = self.take().text
        self.open.append(mark)
        inner = self.expression()
        self.open.pop()
        if self.peek() != mark:
            self.fail(f"`{mark}` is missing here")
        self.take()
        if mark == "|":
            return Node("bars", (inner,), start=start, end=self.end)
        kind = ""
        if self.peek() == "_":
            self.take()
            kind = plain(self.group())
        return Node("norm", (inner,), kind, start=start, end=self.end)

    def _frac(self, start: int) -> Node:
        above, below = self._part(), self._part()
        if above and above[0].text == r"\partial":
            return self.quotient(above, below, start)
        parts = tuple(self.within(tokens, start).all() for tokens in (above, below))
        return Node("frac", parts, start=start, end=self.end)

    def _part(self) -> list[Token]:
        # \frac12 is one half: TeX takes single digits
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token and token.number and len(token.text) > 1 and "." not in token.text:
            self.tokens[self.at : self.at + 1] = [
                replace(token, text=digit, start=token.start + place, end=token.start + place + 1) for place, digit in enumerate(token.text)
            ]
        return self.group()

    def _root(self, start: int) -> Node:
        index = None
        if self.accept("["):
            index = self.inside("]")[0]
        inner = self.within(self.group(), start).all()
        if index is None:
            return Node("root", (inner,), start=start, end=self.end)
        one = Node("number", word="1", start=start, end=self.end)
        return Node("power", (inner, Node("frac", (one, index), start=start, end=self.end)), start=start, end=self.end)

    def _operator(self, start: int) -> Node:
        word = plain(self.group())
        if word == "sinc" and self.accept("'"):
            return self.applied("dsinc", start)
        return self.word(word, start, True)


_OTHERS: Mapping[str, Callable[[Parser, int], Node]] = {
    r"\frac": Parser._frac,
    r"\sqrt": Parser._root,
    r"\sum": lambda parser, start: parser.series(start),
    r"\cases": Parser.cases,
    r"\prod": lambda parser, start: parser.product(start),
    r"\operatorname": Parser._operator,
    r"\pi": lambda parser, start: Node("pi", start=start, end=parser.end),
}
