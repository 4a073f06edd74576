"""What a line stands on: the rules that made it, each with its law and its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..calculus.differentiate import CHAIN_COMPONENT
from ..calculus.engine import Rule, Step
from ..functions import VARIABLES, Elementwise
from ..index.bodies import Apply
from ..index.nodes import Expr, Function, walk
from ..index.unevaluated import Partial
from ..primitives import TABLE


@dataclass(frozen=True)
class Citation:
    """A rule by name, the identity it states, and where that comes from."""

    name: str
    law: str
    source: str


MATRIX_FORM = Citation("matrix form", "Σₖ aᵢₖ bₖⱼ = (A B)ᵢⱼ, Σⱼ aᵢⱼ xⱼ = (A x)ᵢ, aᵢⱼ bᵢⱼ = (A ⊙ B)ᵢⱼ", "definition of the products")


def citations(group: Sequence[Step], before: Expr | None) -> tuple[Citation, ...]:
    """The rules of consecutive steps, each once; `before` is what stood there before the first."""
    found: list[Citation] = [_cited(CHAIN_COMPONENT)] if len(group) > 1 and group[-1].rule.group == "chain" else []
    for step in group:
        found += _of(step, before)
        before = step.expr
    return tuple(dict.fromkeys(item for item in found if item.law))


def _of(step: Step, before: Expr | None) -> list[Citation]:
    """The rule of a step; of a tensor function its row instead, with a chain rule the derivatives of the functions that stood there."""
    own = [_cited(step.rule)]
    if before is not None and step.rule.group == "primitive":
        return _primitives(before) or own
    return own + _functions(before) if before is not None and step.rule.group == "function" else own


def _cited(rule: Rule) -> Citation:
    return Citation(rule.name, rule.law, rule.source)


def _primitives(expr: Expr) -> list[Citation]:
    bodies = [node.body for node in walk(expr) if isinstance(node, Partial)]
    rows = [TABLE[body.primitive] for body in bodies if isinstance(body, Apply)]
    return [Citation(f"derivative of {row.name}", row.law, row.source) for row in rows]


def _functions(expr: Expr) -> list[Citation]:
    bodies = [node.body for node in walk(expr) if isinstance(node, Partial)]
    return [_row(body.row) for body in bodies if isinstance(body, Function)]


def _row(row: Elementwise) -> Citation:
    arguments = VARIABLES[: row.arity]
    head = f"{row.name}({', '.join(arguments)})"
    partials = [f"∂{head}/∂{name} = {text}" for name, text in zip(arguments, row.derivatives, strict=True) if text]
    return Citation(f"derivative of {row.name}", "; ".join(partials), row.source or "the table of functions")
