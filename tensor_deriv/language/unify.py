"""Shape inference: dimensions are solved by unification, where declared names are rigid."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from ..errors import Place, ShapeError
from ..index.dims import UNIT, Dim, integer, named

LETTERS = ("n", "d", "k", "m", "p", "q", "r", "s", "t")


class Solver:
    """Dimensions that are not known yet (`?1`, `?2`, …) and what they turned out to be."""

    def __init__(self) -> None:
        self.solution: dict[str, Dim] = {}
        self._count = 0

    def unknown(self) -> Dim:
        self._count += 1
        return named(f"?{self._count}")

    def resolve(self, dim: Dim) -> Dim:
        return dim.substitute(self.solution)

    def equal(self, left: Dim, right: Dim) -> bool:
        """Whether two extents are or can be made equal; an unknown takes the other's value."""
        left, right = self.resolve(left), self.resolve(right)
        if left == right:
            return True
        for one, other in ((left, right), (right, left)):
            name = one.symbol
            if name and _flexible(name) and name not in other.names:
                self.solution[name] = other
                return True
        return self._solve_product(left, right) or self._tie(left, right)

    def _solve_product(self, left: Dim, right: Dim) -> bool:
        # 3·? = 3·n, from one monomial each
        if len(left.terms) != 1 or len(right.terms) != 1:
            return False
        (names, count), (others, total) = left.terms[0], right.terms[0]
        only = [name for name in names if name not in others], [name for name in others if name not in names]
        if count == total and len(only[0]) == len(only[1]) == 1 and any(map(_flexible, only[0] + only[1])):
            return self.equal(named(only[0][0]), named(only[1][0]))
        return False

    def _tie(self, left: Dim, right: Dim) -> bool:
        # a declared name may be tied to a product or sum of others (k = m·d), never to another name or a number
        for one, other in ((left, right), (right, left)):
            name = one.symbol
            composite = other.symbol is None and other.constant is None
            if name and composite and name not in other.names and not any(map(_flexible, other.names)):
                self.solution[name] = other
                return True
        return False

    def require(self, left: Dim, right: Dim, message: Callable[[], str], place: Callable[[], Place | None]) -> None:
        """Make two extents equal, or say why that cannot be; the words are made up only when they are needed."""
        if not self.equal(left, right):
            raise ShapeError(message(), place())

    def is_one(self, dim: Dim) -> bool:
        return self.resolve(dim) == UNIT

    def name_the_rest(self, unknowns: list[Dim], taken: set[str]) -> None:
        """Give each dimension that nothing fixed a letter of its own."""
        letters = iter([*LETTERS, *(f"n{count}" for count in range(1, 1000))])
        for dim in unknowns:
            for name in sorted(self.resolve(dim).names):
                if _flexible(name):
                    letter = next(letter for letter in letters if letter not in taken)
                    taken.add(letter)
                    self.solution[name] = named(letter)


def _flexible(name: str) -> bool:
    return name.startswith("?")


def dimension(text: object) -> Dim:
    """A dimension as a caller writes it: a name, an integer, or sums and products of those, as `2*n` or `n-k+1`."""
    if isinstance(text, Dim):
        return text
    if isinstance(text, int):
        return integer(text)
    word = str(text).strip()
    if word.isidentifier():
        return named(word)
    try:
        return _polynomial(ast.parse(word, mode="eval").body)
    except (SyntaxError, ValueError):
        raise ShapeError(f"`{word}` is no dimension: a dimension is a name or a positive integer") from None


def _polynomial(node: ast.expr) -> Dim:
    match node:
        case ast.Constant(value=int() as count) if not isinstance(count, bool):
            return integer(count)
        case ast.Name(id=name):
            return named(name)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_polynomial(inner)
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _JOINED:
            return _JOINED[type(op)](_polynomial(left), _polynomial(right))
    raise ValueError(ast.dump(node))


_JOINED: dict[type, Callable[[Dim, Dim], Dim]] = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
