"""Writes docs/rules.md from the tables that the program itself uses: `python docs/generate.py`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from tensor_deriv.calculus import cases, contract, deltas, differentiate, rules
from tensor_deriv.calculus.assume import assumption_rules
from tensor_deriv.calculus.engine import Rule
from tensor_deriv.functions import TABLE as FUNCTIONS
from tensor_deriv.functions import WRITTEN, Elementwise
from tensor_deriv.language.reader import read_program
from tensor_deriv.matrix.laws import LAWS
from tensor_deriv.output import chain
from tensor_deriv.primitives import TABLE as PRIMITIVES

PAGE = Path(__file__).with_name("rules.md")
INTRODUCTION = """\
# The rules

Written by `docs/generate.py` from the tables that the program uses. The names are those beside the lines of a derivation, where several
rules of one line are named together: `constant factor, component rule`. Each line is checked numerically before it is printed.
"""


def page() -> str:
    """The page, as it should be now."""
    return "\n".join((INTRODUCTION, _calculus(), _primitives(), _functions(), _laws()))


def _calculus() -> str:
    program = read_program("sum(P) + trace(Q)", {"P": "n k", "Q": "m m"}, (), {"P": "simplex", "Q": "orthogonal"})
    found = _unique([*_of(rules), *_of(differentiate), *_of(contract), *_of(deltas), *_of(cases), *assumption_rules(program), *_of(chain)])
    rows = [(rule.name, _code(rule.law), rule.source) for rule in found if rule.law]
    return "## Differentiation and contraction\n\n" + _table(("rule", "law", "source"), rows)


def _of(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def _unique(found: Iterable[Rule]) -> list[Rule]:
    """Each law once, in the order of their modules."""
    return list({(rule.name, rule.law): rule for rule in found}.values())


def _primitives() -> str:
    text = (
        "## Tensor primitives\n\nFunctions of a whole tensor, or of some of its axes.\n"
        "Their rule is *derivative of a tensor function*. The tests compare every row with differences.\n"
        "Names that end in a number, `max_mask`, `min_mask`, `dexpm` and `d2expm` come up in derivatives of the others;\n"
        "they cannot be typed.\n\n"
    )
    rows = [(f"`{row.name}`", _code(row.law), row.source, row.kink) for row in PRIMITIVES.values()]
    return text + _table(("primitive", "law", "source", "at a kink"), rows)


def _functions() -> str:
    text = (
        "## Elementwise functions\n\nTheir rule is *chain rule for a function*. The arguments are u, v, w;\n"
        "several derivatives are those by u, by v and by w. `greater`, `greater_equal` and `equal` are\n"
        "the comparisons `u > v`, `u >= v` and `u == v`.\n"
        "The tests hold every row against SymPy, against differences, and against a second definition of the function.\n\n"
    )
    rows = [(f"`{row.name}`", _derivatives(row), row.kink) for row in FUNCTIONS.values()]
    written = [(f"`{name}`", _code(meaning)) for name, meaning in WRITTEN.items()]
    text += _table(("function", "derivative", "at a kink"), rows) + "\nRead as what they stand for:\n\n"
    return text + _table(("function", "is"), written)


def _derivatives(row: Elementwise) -> str:
    return ", ".join(_code(text) if text else "none here" for text in row.derivatives)


def _laws() -> str:
    text = (
        "## Matrix algebra\n\nLaws that may shorten a matrix form, in the order in which they are tried.\n"
        "One is used where the form it gives is cheaper;\n"
        "`--steps all` shows them one by one, each compared numerically. They are the identities of linear algebra that they name.\n\n"
    )
    return text + _table(("law", "identity"), [(law.name, _code(law.law)) for law in LAWS])


def _code(text: str) -> str:
    return f"`{text}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
