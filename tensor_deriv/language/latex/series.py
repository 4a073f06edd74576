"""Σ and Π with what stands under them, functions with their arguments, and derivatives of other tensors as names."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from ...errors import Place, UnknownNameError
from .left import LeftReader, quotient_names
from .names import CLOSING, MAPS, REDUCTIONS, TRIANGLES, function
from .reader import place_sum, plain, slots
from .tokens import Token
from .tree import Node, Slot, Sum


def spelled(upper: Sum) -> str:
    """The last place of a range, as `0…n - 2`."""
    words = [("-" if sign < 0 else "+") + "*".join(factors) for sign, factors in upper.terms]
    return "0…" + "".join(words).removeprefix("+")


_SIDES = {"rows": "1", "columns": "0", "cols": "0", "all": "(0, 1)"}


class SeriesReader(LeftReader):
    """The part of the parser for what is applied to something."""

    @abstractmethod
    def term(self) -> Node: ...

    @abstractmethod
    def inside(self, closing: str) -> list[Node]: ...

    @abstractmethod
    def _begins(self) -> bool: ...

    def series(self, start: int) -> Node:
        """Σ_{i,j} body, Σ_{i=1}^{n} body; the body is the rest of the term."""
        below, above = self.scripts()
        if below is None:
            return Node("call", (self.term(),), "sum", start=start, end=self.end)
        letters, size = self._range(below, above)
        return Node("series", (self.term(),), size, tuple(letters), start=start, end=self.end)

    def _range(self, below: Sequence[Token], above: Sequence[Token] | None) -> tuple[list[Slot], str]:
        words = [token.text for token in below]
        cut = words.index("=") if "=" in words else len(words)
        letters = slots(below[:cut])
        if not letters or not all(isinstance(letter, str) and letter not in ("1", ".") for letter in letters):
            self.fail("under a Σ or Π stand the letters of the indices, as in \\sum_{i,j}", below[0].start if below else None)
        if words[cut + 1 :] == ["0"] and (upper := place_sum([token.text for token in above or []])) is not None:
            return letters, spelled(upper)
        if words[cut + 1 :] not in ([], ["1"]):
            self.fail("a sum runs over the whole of an axis here: from 1 to its length", below[cut].start, below[-1].end)
        size = plain(above)
        if above and not (size.isdigit() or any(dim.replace("_", "") == size.replace("_", "") for dim in self.book.dims)):
            words_ = f"a sum runs over the whole of an axis here, and `{size}` is no dimension that is known"
            self.fail(words_, above[0].start, above[-1].end)
        return letters, size

    def product(self, start: int) -> Node:
        """Π_k body; Π_{k ≠ m} body leaves one out."""
        if self.peek() in CLOSING:
            return self.applied("prod", start)
        below, above = self.scripts()
        if below is None:
            self.fail("under a Π stand the letters of its indices", start)
        words = [token.text for token in below]
        if r"\neq" in words:
            self.fail("a product of all but one has no word in the language: divide the whole product by the one", start)
        letters, _ = self._range(below, above)
        return Node("reduce", (self.term(),), "prod", tuple(letters), start=start, end=self.end)

    def word(self, word: str, start: int, operator: bool) -> Node:
        """What \\operatorname{…} or \\mathrm{…} spells out: a function, or a name."""
        name = function(word)
        if name and (operator or not self.book.begins(word)):
            return self.applied(name, start)
        if operator and word in self.book.functions and self.peek() in CLOSING:
            return self.applied(word, start)
        if operator and not self.book.begins(word):
            self.fail(f"there is no function `{word}` here", start)
        return self.symbol(word, start)

    def applied(self, name: str, start: int) -> Node:
        """A function and its argument; `\\sin^2 x` is the square of the sine."""
        below, above = self.scripts()
        if above is not None and plain(above).startswith("-"):
            self.fail("a negative power of a function reads as its inverse or its reciprocal: write which", start)
        args = self._arguments(name)
        node = self._call(name, args, below, start)
        if above is None:
            return node
        return Node("power", (node, self.within(above, start).all()), "entries", start=start, end=self.end)

    def _arguments(self, name: str) -> list[Node]:
        if self.peek() in CLOSING:
            opening = self.tokens[self.at]
            self.take()
            found = self.inside(CLOSING[opening.text])
            return [Node("group", (found[0],), opening.text, start=opening.start, end=self.end)] if found[0].op == "compared" else found
        if not self._begins():
            self.fail(f"`{name}` has no argument")
        barred = self.peek() in ("|", r"\|")
        found = [self.single()]
        if barred and found[0].op == "power":
            self.fail(f"it is not clear whether the power is of `{name}` or of its argument: use brackets", found[0].start, self.end)
        if self._begins() and not barred:
            self.fail(f"it is not clear where the argument of `{name}` ends: put it in brackets", found[0].start, self.end)
        return found

    def _call(self, name: str, args: list[Node], below: list[Token] | None, start: int) -> Node:
        if name in ("max", "min") and len(args) == 2:
            name = {"max": "maximum", "min": "minimum"}[name]
        if below is None:
            return _logarithm(Node("call", tuple(args), name, start=start, end=self.end))
        side = plain(below)
        if name == "log" and side in ("2", "10"):
            return Node("call", tuple(args), name + side, start=start, end=self.end)
        if name in TRIANGLES and side.lstrip("-").isdigit():
            return Node("call", tuple(args), name, (side,), start=start, end=self.end)
        if side in _SIDES:
            return Node("along", tuple(args), name, (_SIDES[side],), start=start, end=self.end)
        letters = slots(below)
        if letters is None or name not in REDUCTIONS | MAPS or len(args) > 1:
            self.fail(f"`{side}` under `{name}` is not known here", below[0].start if below else start)
        return Node("reduce" if name not in MAPS else "mapped", tuple(args), name, tuple(letters), start=start, end=self.end)

    def quotient(self, above: Sequence[Token], below: Sequence[Token], start: int) -> Node:
        """∂l/∂T, a tensor that has a name of its own."""
        left = self.within(above, start).derived(self.within(below, start))
        if left is None:
            self.fail("a derivative that is not worked out: only those of a tensor that is known, as ∂l/∂T, are names", start)
        indices = (*left.slots, *left.below_slots)
        for name in quotient_names(left):
            entry = next((entry for entry in self.book.entries if entry.name == name and entry.fits(len(indices) or None)), None)
            if entry is not None:
                return self.component(Node("name", word=entry.name, start=start, end=self.end), indices)
        known = [name for name in self.book.names if name[0] == "d" and len(name) > 1]
        hint = f"; derivatives that are known: {', '.join(known)}" if known else ""
        words = f"the derivative by `{', '.join(left.below)}` has no name here{hint}"
        raise UnknownNameError(words, Place(self.text, start, self.end))


_LOGARITHMS = {"det": "logdet", "Gamma": "gammaln"}


def _logarithm(node: Node) -> Node:
    # log |det A| and log |Γ(x)| have names of their own
    arg = node.args[0] if node.args else node
    while node.word == "log" and arg.op in ("group", "bars") and len(arg.args) == 1:
        arg = arg.args[0]
    if node.word == "log" and arg.op == "call" and arg.word in _LOGARITHMS:
        return Node("call", arg.args, _LOGARITHMS[arg.word], start=node.start, end=node.end)
    return node

