"""Letters and words as names, with their indices, powers and transposes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self

from ...output.symbols import GREEK
from .book import Book, Entry
from .reader import Reader, Scripts, merged, plain, slots
from .tokens import Token
from .tree import Node, Slot, Sum

_TRANSPOSED = {r"\top", "T"}
_UNREAL = {"*", r"\dagger", "H", "+", r"\prime", r"\ast", r"\star", r"\#"}
_FIXED = {"1": "ones", "0": "zeros", "I": "eye", "𝟏": "ones"}


class SymbolReader(Reader):
    """The part of the parser for names."""

    def __init__(self, text: str, tokens: Sequence[Token], book: Book) -> None:
        super().__init__(text, tokens, book)
        self.open: list[str] = []

    @abstractmethod
    def all(self) -> Node: ...

    @abstractmethod
    def single(self) -> Node: ...

    @abstractmethod
    def word(self, word: str, start: int, operator: bool) -> Node: ...

    def within(self, tokens: Sequence[Token], start: int) -> Self:
        """A parser of a part."""
        if not tokens:
            self.fail("there is nothing in the braces", start)
        return type(self)(self.text, tokens, self.book)

    def faced(self, face: str, content: list[Token], start: int) -> Node:
        """\\mathbf{X}, \\boldsymbol{\\alpha}, \\mathbf{XW}, \\mathrm{loss}."""
        word = plain(content)
        if any(token.text in ("_", "^") for token in content) or not word:
            return self.within(content, start).all()
        if word[0] == "\\" and word[1:] in GREEK:
            return self.symbol(word[1:], start)
        if face == r"\mathbf" and len(word) > 1 and not self.book.begins(word) and word not in _FIXED:
            return self._several(content, start)
        if face == r"\mathrm" and len(word) > 1:
            return self.word(word, start, False)
        return self.symbol(word, start)

    def _several(self, content: list[Token], start: int) -> Node:
        # \mathbf{XW}: the letters side by side
        parts = [self.within([token], token.start).all() for token in content[:-1]]
        last = self.symbol(plain(content[-1:]).lstrip("\\"), content[-1].start)
        return Node("beside", (*parts, last), start=start, end=self.end)

    def letters(self, start: int) -> Node:
        """A letter, or letters and digits side by side that are one known name."""
        run = [self.tokens[self.at]]
        for token in self.tokens[self.at + 1 : self.at + self.book.longest]:
            if not (token.joined and _plain(token)):
                break
            run.append(token)
        for count in range(len(run), 1, -1):
            word = "".join(token.text for token in run[:count])
            if word in self.book.names:
                return self._run(run[:count], word, start)
        self.take()
        if len(run) > 1 and run[1].number:
            words = f"`{run[0].text}{run[1].text}` is no name here: an index stands below, a power above, a number in front"
            self.fail(words, start, run[1].end)
        return self.symbol(run[0].text, start)

    def _run(self, run: Sequence[Token], word: str, start: int) -> Node:
        if all(token.letter and (self.book.find(token.text, "", None) or token.text in self.book.dims) for token in run):
            self.fail(f"`{word}` is a name, and a product of names: write \\mathrm{{{word}}}, or spaces with \\cdot", start, run[-1].end)
        self.at += len(run)
        return self.symbol(word, start)

    def symbol(self, base: str, start: int) -> Node:
        """A name with its indices, and what is left of its scripts."""
        scripts = self.scripts()
        below, above = scripts
        fixed = self._fixed(base, scripts, start)
        if fixed is not None:
            return fixed
        entry, indices, power = self._entry(base, below, above)
        if entry is None:
            return self._nameless(base, scripts, start)
        node = self.component(Node("name", word=entry.name, start=start, end=self.end), indices)
        return self.raised(node, above) if above is not None and power else node

    def _entry(self, base: str, below: Sequence[Token] | None, above: Sequence[Token] | None) -> tuple[Entry | None, list[Slot], bool]:
        """The name, its indices in both rows, and whether what stands above is a power of it instead."""
        sub, lower = self._below(base, below)
        if lower is None:
            return None, [], True
        upper = slots(above) if above and plain(above) not in _TRANSPOSED else None
        upper = None if any(isinstance(slot, Sum) for slot in upper or ()) else upper  # a power
        both = merged(lower, upper) if upper else None
        if both and (found := self.book.find(base, sub, len(both))) and (found.rank == len(both) or "." in (*lower, *(upper or ()))):
            return found, both, False
        return self.book.find(base, sub, len(lower) if lower else None), lower, True

    def _below(self, base: str, below: Sequence[Token] | None) -> tuple[str, list[Slot] | None]:
        """The part of the name that stands below, and the indices behind it; None for what is neither."""
        if not below:
            return "", []
        words = [token.text for token in below]
        for cut in [len(words), words.index(",") if "," in words else 0]:
            if cut and self.book.spelled(base, plain(below[:cut])):
                return plain(below[:cut]), slots(below[cut + 1 :])
        return "", slots(below)

    def _fixed(self, base: str, scripts: Scripts, start: int) -> Node | None:
        """δ_ij, 𝟏, 𝟎 and I, where no name is spelled so."""
        below, above = scripts
        if base == "delta":
            indices = merged(slots(below or []) or [], slots(above or []) or [])
            entry = self.book.find(base, "", None)
            if indices is not None and len(indices) == 2:
                if entry is not None and entry.rank == 2:
                    self.fail("`\\delta` is Kronecker's here, and delta a name: write \\mathrm{delta}", start)
                return Node("delta", slots=tuple(indices), start=start, end=self.end)
        if base not in _FIXED or (base == "I" and self.book.find(base, "", None)):
            return None
        node = Node(_FIXED[base], word=plain(below), start=start, end=self.end)
        return self.raised(node, above) if above is not None else node

    def _nameless(self, base: str, scripts: Scripts, start: int) -> Node:
        """e as the base of a power, a dimension as a number, or nothing that is known."""
        below, above = scripts
        if base == "e" and above is not None and below is None:
            return Node("e", (self.within(above, start).all(),), start=start, end=self.end)
        word = base + plain(below)
        size = next((dim for dim in sorted(self.book.dims) if dim == base + ("_" + plain(below) if below else "") or dim == word), None)
        if size is not None:
            node = Node("size", word=size, start=start, end=self.end)
            return self.raised(node, above) if above is not None else node
        raise self.book.unknown(base if self.book.known(base) or not below else base + "_" + plain(below), start, self.end)

    def component(self, node: Node, indices: Sequence[Slot]) -> Node:
        return Node("component", (node,), slots=tuple(indices), start=node.start, end=self.end) if indices else node

    def scripted(self, node: Node) -> Node:
        """What stands below and above a bracket or a function."""
        while self.peek() in ("_", "^", "'"):
            if self.accept("'"):
                self.fail("`'` is a derivative or a transpose: write which", self.end - 1)
            below, above = self.scripts()
            indices = slots(below) if below else []
            if indices is None or (below is not None and node.op in ("number", "frac")):
                self.fail("here only indices can stand below", node.start)
            if above is not None and plain(above) in _TRANSPOSED:  # (Aᵀ)_ij
                node, above = self.raised(node, above), None
            node = self.component(node, indices)
            node = self.raised(node, above) if above is not None else node
        return node

    def raised(self, node: Node, above: Sequence[Token]) -> Node:
        """A transpose, an inverse or a power."""
        word = plain(above)
        if word in _TRANSPOSED:
            if word == "T" and (entry := self.book.find("T", "", None)) and entry.rank == 0:
                self.fail("`^T` is the transpose, and T a number here: write ^\\top or {}^{1 \\cdot T}", node.start)
            return self._transposed(node)
        if word.removeprefix("-") in _TRANSPOSED:
            inverse = Node("inverse", (node,), start=node.start, end=self.end)
            return Node("transpose", (inverse,), start=node.start, end=self.end)
        if word in _UNREAL or "'" in word:
            self.fail(f"`^{word}` is not known here: write ^\\top for the transpose", node.start)
        if word == "-1" and node.op == "component" and len(node.slots) == 2:
            self.fail("this is an entry of the inverse or one over an entry: write (A^{-1})_{ij} or \\frac{1}{a_{ij}}", node.start)
        if word == "-1":
            return Node("inverse", (node,), start=node.start, end=self.end)
        entries = above[0].text in (r"\odot", r"\circ")
        exponent = self.within(above[entries:], node.start).all()
        return Node("power", (node, exponent), "entries" if entries else "", start=node.start, end=self.end)

    def _transposed(self, node: Node) -> Node:
        if node.op != "component":
            return Node("transpose", (node,), start=node.start, end=self.end)
        # (Aᵀ)_ij, also where the mark stands behind the indices
        return Node("component", (self._transposed(node.args[0]),), slots=node.slots, start=node.start, end=self.end)


def _plain(token: Token) -> bool:
    return token.letter or (token.number and "." not in token.text)
