"""Arrays by cases, with the indicator of a condition in brackets: [c] ⊙ a + [not c] ⊙ b."""

from __future__ import annotations

from ..matrix.forms import is_zero
from ..matrix.nodes import Array, Elem, num
from ..matrix.places import Where
from .cases import AGAINST, OPPOSITE, SIGNS, TURNED
from .entries import HADAMARD, EntriesPrinter
from .targets import ATOM, FACTOR, PRODUCT, SUM, Printed


class BranchesPrinter(EntriesPrinter):
    """The part of the array printer that prints cases."""

    def _where(self, node: Where) -> Printed:
        """[c] ⊙ a + [not c] ⊙ b; a branch that is not taken counts as zero."""
        holds, fails = self._conditions(node.condition)
        branches = [(holds, node.then), (fails, node.otherwise)]
        terms = [self._case(sign, body, node) for sign, body in branches if not is_zero(body)]
        return (" + ".join(self.fit(term, HADAMARD) for term in terms), SUM) if len(terms) > 1 else terms[0] if terms else self.term(num(0))

    def _case(self, sign: str, body: Array, node: Where) -> Printed:
        if body == num(1):
            return sign, ATOM
        if not node.rank:
            return self.target.join([sign, self.at(body, FACTOR)]), PRODUCT
        return f"{sign} {self.target.hadamard} {self.fit(self.spread(body, node.shape), FACTOR)}", HADAMARD

    def _conditions(self, condition: Array) -> tuple[str, str]:
        """A condition and its opposite, in the brackets of an indicator."""
        name = condition.row.name if isinstance(condition, Elem) and condition.row.name in SIGNS else ""
        sides = condition.children if name else (condition, num(0))
        signs = (SIGNS[name], OPPOSITE[name]) if name else ("not", "is")
        if name in TURNED and not sides[0].rank and sides[1].rank:
            sides, signs = sides[::-1], (TURNED[name], AGAINST[name])
        left, right = (self.spread(side, condition.shape)[0] if side.rank else self.term(side)[0] for side in sides)
        holds, fails = (self.target.marks["holds"].format(f"{left} {self.target.marks[sign]} {right}") for sign in signs)
        return holds, fails
