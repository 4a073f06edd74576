"""From what a formula says to what it means: names get their shapes, repeated indices their sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...index.dims import Dim, integer, named
from .book import Book, extent
from .calls import Calls
from .tree import Node
from .values import Letter, Value, union

_STRONG = {"odot", "oslash", "otimes", "colon"}  # with these a product that is not in brackets reads in two ways


class Meaning(Calls):
    """Reads the trees of one formula; `shapes` holds every array that a name may stand for."""

    def __init__(self, text: str, book: Book, shapes: Mapping[str, Sequence[str]]) -> None:
        super().__init__(text)
        self.book = book
        self.given = {name: tuple(map(extent, shape)) for name, shape in shapes.items()}
        self.local: dict[str, Value] = {}
        self.widths: dict[int, int] = {}  # how many arrays stand side by side in a product

    def value(self, node: Node) -> Value:
        """What a tree means."""
        return getattr(self, "_" + node.op)(node)  # type: ignore[no-any-return]

    def values(self, nodes: Sequence[Node]) -> tuple[Value, ...]:
        return tuple(self.value(node) for node in nodes)

    def dims(self, name: str, rank: int | None = None) -> tuple[Dim, ...]:
        """The extents of a name; by its rank, or what the letter says, where nobody gave a shape."""
        if name not in self.given:
            known = self.book.rank(name)
            count = known if known is not None else rank if rank is not None else _convention(name)
            self.given[name] = self.unknown(count)
        return self.given[name]

    def _name(self, node: Node, rank: int | None = None) -> Value:
        if node.word in self.local:
            return self.local[node.word]
        return Value("name", dims=self.dims(node.word, rank), word=node.word, node=node)

    def is_size(self, name: str) -> bool:
        return name in self.book.dims and name not in self.letters

    def _where(self, node: Node) -> Value:
        condition, then, otherwise = self.values(node.args)
        parts = (condition, then, otherwise)
        free = union(parts)
        if free:
            self.scalars(parts, node)
            return Value("where", parts, node=node, free=free)
        found = self.entrywise("where", self.entrywise("where", condition, then, node), otherwise, node)
        return Value("where", parts, found.dims, found.row, node=node)

    def _number(self, node: Node) -> Value:
        return Value("number", word=node.word, node=node)

    def _pi(self, node: Node) -> Value:
        return Value("pi", word="pi", node=node)

    def _size(self, node: Node) -> Value:
        return Value("size", word=node.word, node=node)

    def _ones(self, node: Node) -> Value:
        return Value("ones", dims=(self._length(node),), node=node)

    def _eye(self, node: Node) -> Value:
        return Value("eye", dims=(self._length(node),) * 2, node=node)

    def _zeros(self, node: Node) -> Value:
        return Value("number", word="0", node=node)

    def _length(self, node: Node) -> Dim:
        """The length that a subscript of I or 𝟏 says; open where there is none."""
        if not node.word:
            return self.solver.unknown()
        if not (node.word.isdigit() or node.word.isidentifier()):
            self.fail(f"`{node.word}` is no dimension", node)
        return self._extent(node.word)

    def _extent(self, word: str) -> Dim:
        return integer(int(word)) if word.isdigit() else named(word)

    def _group(self, node: Node) -> Value:
        return self.value(node.args[0])

    def _neg(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        return Value("neg", (arg,), arg.dims, arg.row, node=node, free=arg.free)

    def _sum(self, node: Node) -> Value:
        terms = self.values(node.args)
        if union(terms):
            self.scalars(terms, node)
            return Value("sum", terms, node=node, free=union(terms))
        return self.add(terms, node)

    def _beside(self, node: Node) -> Value:
        return self._product(node, node.args)

    def _product(self, node: Node, parts: Sequence[Node]) -> Value:
        outside = self.seen
        values = self.values(parts)
        if any(value.free for value in values):
            self.scalars(values, node)
            return self.summed(values, node, outside)
        self.widths[id(node)] = sum(1 for value in values if value.rank)
        result = values[0]
        for value in values[1:]:
            result = self.times(result, value, node)
        return result

    def _infix(self, node: Node) -> Value:
        if node.word in ("cdot", "times", "odot", "slash") and self._plain_product(node):
            return self._product(node, _factors(node))
        outside = self.seen
        left, right = self.values(node.args)
        for side in node.args:
            self._unmixed(node, side)
        return self._entries(node, left, right, outside) if left.free or right.free else self._two_sides(node, left, right)

    def _plain_product(self, node: Node) -> bool:
        """Whether all that is multiplied are numbers or entries, so that indices may be summed over all factors."""
        return node.word in ("cdot", "times") and all(_entry(part) for part in _factors(node))

    def _two_sides(self, node: Node, left: Value, right: Value) -> Value:
        match node.word:
            case "odot":
                return self.entrywise("hadamard", left, right, node) if left.rank and right.rank else self.scaled(left, right, node)
            case "oslash":
                return self.entrywise("div", left, right, node)
            case "otimes":
                return self.kron(left, right, node)
            case "colon":
                return self.contract(left, right, node)
            case "slash":
                return self._slash(node, left, right)
            case "times" if left.rank and right.rank:
                self.fail("`\\times` between arrays reads in several ways: write them side by side, or \\odot, \\otimes", node)
        if left.rank == 0 and right.rank and left.op in ("matmul", "total") and left.node is node.args[0]:
            self.fail("this reads in two ways: put brackets around one of the products", node)
        return self.dot(left, right, node)

    def _slash(self, node: Node, left: Value, right: Value) -> Value:
        if right.rank:
            self.fail("division by an array: write \\oslash to divide entry by entry", node)
        return self.over(left, right, node)

    def _entries(self, node: Node, left: Value, right: Value, outside: frozenset[Letter]) -> Value:
        self.scalars((left, right), node)
        if node.word in ("slash", "oslash"):
            return Value("div", (left, right), node=node, free=union((left, right)))
        if node.word in ("otimes", "colon"):
            self.fail("this sign has no meaning between entries", node)
        return self.summed((left, right), node, outside)

    def _unmixed(self, node: Node, side: Node) -> None:
        """Refuse A ⊙ B C and a / b c, which are read in two ways."""
        if side.op == "infix" and node.word != side.word and {node.word, side.word} & _STRONG:
            self.fail("this reads in two ways: put brackets around one of the products", node)
        right = side is node.args[1]
        if side.op != "beside" or (node.word == "slash" and not right) or node.word in ("cdot", "times"):
            return
        if node.word == "slash":
            self.fail("it is not clear what stands below the `/`: use brackets or \\frac", node)
        if self.widths.get(id(side), 0) > 1:
            self.fail("this reads in two ways: put brackets around the matrix product", node)

    def _frac(self, node: Node) -> Value:
        above, below = self.values(node.args)
        if above.free or below.free:
            self.scalars((above, below), node)
            return Value("div", (above, below), node=node, free=union((above, below)))
        return self.over(above, below, node)

    def _root(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        if arg.rank:
            self.fail("a root of an array: write ^{\\odot 1/2} for roots entry by entry", node)
        return Value("call", (arg,), word="sqrt", node=node, free=arg.free)

    def _power(self, node: Node) -> Value:
        base, exponent = self.values(node.args)
        if free := union((base, exponent)):
            self.scalars((base, exponent), node)
            return Value("power", (base, exponent), node=node, free=free)
        return self.entrywise("power", base, exponent, node) if node.word == "entries" else self.power(base, exponent, node)

    def _transpose(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        if arg.free:
            self.fail("an entry has no transpose", node)
        return self.transposed(arg, node)

    def _inverse(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        one = Value("number", word="1", node=node)
        return Value("div", (one, arg), node=node, free=arg.free) if arg.free else self.inverse(arg, node)

    def _compared(self, node: Node) -> Value:
        left, right = self.values(node.args)
        free = union((left, right))
        if free:
            self.scalars((left, right), node)
            return Value("compared", (left, right), word=node.word, node=node, free=free)
        found = self.entrywise("compared", left, right, node)
        return Value("compared", found.args, found.dims, found.row, node.word, node=node)



def _convention(name: str) -> int:
    """The rank that a letter says: upper case a matrix, a to g a number, h to z a vector."""
    return 2 if name[0].isupper() else 0 if name[0] in "abcdefg_" else 1


def _factors(node: Node) -> list[Node]:
    """What stands between the dots of a product, products without brackets opened."""
    if node.op == "infix" and node.word in ("cdot", "times"):
        return [part for side in node.args for part in _factors(side)]
    return list(node.args) if node.op == "beside" else [node]


def _entry(node: Node) -> bool:
    """Whether a factor is written as a number or with indices."""
    inside = node.op in ("neg", "group", "power", "frac", "root") and any(map(_entry, node.args))
    return inside or node.op in ("number", "component", "delta", "pi", "size")
