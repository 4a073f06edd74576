"""Index notation: a letter that stands twice in a product is summed, unless it is free on the left or a Σ binds it."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence

from ...errors import UnsupportedError
from ...index.dims import UNIT, Dim, named
from ..unify import dimension
from .spots import Spots
from .tree import Node, Radix, Slot, Sum
from .values import Letter, Spot, Value


class Entries(Spots):
    """The part of the reader that knows letters."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.letters: dict[str, Letter] = {}
        self.fixed: set[Letter] = set()  # free on the left, or bound by a Σ

    @abstractmethod
    def value(self, node: Node) -> Value: ...

    @abstractmethod
    def _name(self, node: Node, rank: int | None = None) -> Value: ...

    @abstractmethod
    def mapped(self, node: Node, slots: Sequence[Slot]) -> Value: ...

    def letter(self, name: str) -> Letter:
        if name not in self.letters:
            self.letters[name] = Letter(name, self.solver.unknown())
        return self.letters[name]

    def fix(self, names: Sequence[str]) -> tuple[Letter, ...]:
        """Letters that are not summed when they are repeated."""
        found = tuple(self.letter(name) for name in names)
        self.fixed.update(found)
        return found

    def scalars(self, values: Sequence[Value], node: Node) -> None:
        """Refuse an array without indices beside entries."""
        for value in values:
            if value.rank:
                self.fail("a tensor without indices stands beside entries: write its indices", value.node if value.node.end else node)

    @property
    def seen(self) -> frozenset[Letter]:
        """The letters that stand before a product, or around it."""
        return frozenset(self.letters.values())

    def summed(self, values: tuple[Value, ...], node: Node, outside: frozenset[Letter]) -> Value:
        """A product, summed over the letters that it repeats."""
        count: dict[Letter, int] = {}
        for value in values:
            for letter in value.free:
                count[letter] = count.get(letter, 0) + (2 if value.op == "component" and value.slots.count(letter) > 1 else 1)
        over = tuple(letter for letter, times in count.items() if times > 1 and letter not in self.fixed)
        for letter in over:
            if sum(standing(value, letter) for value in values) != 2:
                words = f"the index `{letter.name}` stands more than twice or in a function: write the Σ, or a left-hand side that keeps it"
                self.fail(words, node)
            if letter in outside:
                self.fail(f"the index `{letter.name}` is summed here and stands outside as well: write the Σ", node)
            del self.letters[letter.name]
        if not over and len(values) == 1:
            return values[0]
        return Value("iproduct", values, slots=over, node=node, free=tuple(letter for letter in count if letter not in over))

    def unambiguous(self, value: Value) -> frozenset[str]:
        """The letters that are summed without a Σ; refuse one that stands beside its sum as well."""
        if value.op == "array":
            return frozenset()
        inside = [self.unambiguous(arg) for arg in value.args]
        count = Counter(name for names in inside for name in names)
        for arg, own in zip(value.args, inside, strict=True):
            for letter in arg.free:
                if count[letter.name] > (letter.name in own):
                    self.fail(f"the index `{letter.name}` is summed in one part and stands alone in another: write the Σ", value.node)
        implied = (letter.name for letter in value.slots if value.op == "iproduct" and letter not in self.fixed)
        return frozenset().union(*inside, implied)

    def _component(self, node: Node) -> Value:
        inner = node.args[0]
        if inner.op == "mapped":
            array = self.mapped(inner, node.slots)
        else:
            array = self._name(inner, len(node.slots)) if inner.op == "name" else self.value(inner)
        if array.free or array.rank != len(node.slots):
            words = f"this has the shape {self.shape(array)}" if array.rank else "this is a number"
            self.fail(f"{words}, {len(node.slots)} {'index is' if len(node.slots) == 1 else 'indices are'} given", node)
        outside = self.seen
        if any(self.is_sum(slot, dim) for slot, dim in zip(node.slots, array.dims, strict=True)):
            return self.at_sums(array, node)
        array, letters = self._placed(array, node.slots, node)
        for letter, extent in zip(letters, array.dims, strict=True):
            words_ = lambda letter=letter, extent=extent: (  # noqa: E731
                f"the index `{letter.name}` runs over {self.solver.resolve(letter.extent)} and over {self.solver.resolve(extent)}"
            )
            self.solver.require(letter.extent, extent, words_, lambda: self.place(node))
        free = tuple(dict.fromkeys(letters))
        value = Value("component", (array,), slots=letters, node=node, free=free)
        if len(free) < len(letters) and any(letter not in self.fixed for letter in letters if letters.count(letter) > 1):
            return self.summed((value,), node, outside)
        return value

    def _placed(self, array: Value, slots: Sequence[Slot], node: Node) -> tuple[Value, tuple[Letter, ...]]:
        """An array whose axes are plain letters: those at 1 are taken away, those in brackets split up."""
        letters: list[Letter] = []
        axis = 0
        for slot in slots:
            radix = slot.radix if isinstance(slot, Sum) else slot
            if isinstance(radix, Radix):
                found = self.radix(radix, node)
                array = self._split(array, axis, found, node)
                letters += found
                axis += len(found)
            elif slot == "1" or isinstance(slot, Sum):
                array = self._at_one(array, axis, node)
            else:
                letters.append(self.letter(str(slot)))
                axis += 1
        return array, tuple(letters)

    def _at_one(self, array: Value, axis: int, node: Node) -> Value:
        if not self.solver.is_one(array.dims[axis]):
            self.fail("an entry at a fixed place is read on an axis of length 1 alone", node)
        return Value("total", (array,), array.dims[:axis] + array.dims[axis + 1 :], word=str(axis), node=node)

    def _split(self, array: Value, axis: int, letters: Sequence[Letter], node: Node) -> Value:
        # x_{(m i + j)}: the axis is reshaped to (…, m)
        extents = tuple(letter.extent for letter in letters)
        total = extents[0]
        for extent in extents[1:]:
            total = total * extent
        self.solver.equal(array.dims[axis], total)
        return Value("reshape", (array,), array.dims[:axis] + extents + array.dims[axis + 1 :], node=node)

    def radix(self, slot: Radix, node: Node) -> tuple[Letter, ...]:
        """The letters of a place (m i + j), where each factor is the extent of what comes behind."""
        letters = tuple(self.letter(name) for _, name in slot.terms)
        for place, (factors, _) in enumerate(slot.terms):
            behind = [letter.extent for letter in letters[place + 1 :]]
            if len(factors) != len(behind):
                raise UnsupportedError("a place in brackets is read where it counts through axes, as (m i + j)", self.place(node))
            for factor, extent in zip(factors, behind, strict=True):
                if not self.solver.equal(extent, named(factor)):
                    raise UnsupportedError("a place in brackets is read where it counts through axes, as (m i + j)", self.place(node))
        return letters

    def _delta(self, node: Node) -> Value:
        if any(not isinstance(slot, str) or slot == "1" for slot in node.slots):
            return self._places(Node("places", word="==", slots=node.slots, start=node.start, end=node.end))
        left, right = (self.letter(str(slot)) for slot in node.slots)
        words = lambda: f"`{left.name}` and `{right.name}` run over different extents"  # noqa: E731
        self.solver.require(left.extent, right.extent, words, lambda: self.place(node))
        return Value("delta", slots=(left, right), node=node, free=tuple(dict.fromkeys((left, right))))

    def _series(self, node: Node) -> Value:
        """Σ with its letters, bound in its body."""
        names = [str(slot) for slot in node.slots]
        before = {name: self.letters.pop(name, None) for name in names}
        own = self.fix(names)
        upper = node.word.removeprefix("0…") if node.word.startswith("0…") else ""
        if node.word and not upper:
            for letter in own:
                extent = self._extent(node.word)
                words = lambda letter=letter: f"`{letter.name}` does not run over {node.word}"  # noqa: E731
                self.solver.require(letter.extent, extent, words, lambda: self.place(node))
        body = self.value(node.args[0])
        self._unbind(names, before)
        for letter in own if upper else ():
            beyond = dimension(upper) + UNIT - self.solver.resolve(letter.extent)
            if (beyond - UNIT).never_negative:
                extent = self.solver.resolve(letter.extent)
                self.fail(f"`{letter.name}` runs to {upper}, beyond the whole of an axis of extent {extent}", node)
        if body.rank:
            self.fail("under this Σ stands a tensor without indices", node)
        plain = body.op == "iproduct" and not body.slots  # Σ of a product is one sum of products
        free = tuple(letter for letter in body.free if letter not in own)
        within = tuple(Value("places", word="<=", spots=(letter, Spot((), upper)), node=node, free=(letter,)) for letter in own if upper)
        return Value("iproduct", (*(body.args if plain else (body,)), *within), slots=own, node=node, free=free)

    def _unbind(self, names: Sequence[str], before: dict[str, Letter | None]) -> None:
        for name in names:
            self.letters.pop(name, None)
        self.letters.update({name: letter for name, letter in before.items() if letter is not None})

    @abstractmethod
    def _extent(self, word: str) -> Dim: ...

    def _reduce(self, node: Node) -> Value:
        """max_k s_ik and the like."""
        names = [str(slot) for slot in node.slots]
        before = {name: self.letters.pop(name, None) for name in names}
        own = self.fix(names)
        body = self.value(node.args[0])
        self._unbind(names, before)
        if body.rank or not set(own) <= set(body.free):
            self.fail(f"the index of `{node.word}` does not stand in what it is taken of", node)
        free = tuple(letter for letter in body.free if letter not in own)
        return Value("reduce", (body,), word=node.word, slots=own, node=node, free=free)


def standing(value: Value, letter: Letter) -> int:
    """How often a letter stands in plain places of a factor, as Einstein's convention counts; 9 in a function or a power."""
    if letter not in value.free:
        return 0
    match value.op:
        case "component" | "delta":
            return value.slots.count(letter) if not value.spots else value.spots.count(letter) or 9
        case "sum":
            return max(standing(arg, letter) for arg in value.args)
        case "neg":
            return standing(value.args[0], letter)
        case "iproduct":
            return sum(standing(arg, letter) for arg in value.args)
        case "div":
            return standing(value.args[0], letter) + 9 * (letter in value.args[1].free)
    return 9
