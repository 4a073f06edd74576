"""One engine applies rules and alone records steps, so what is printed is what was computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..index.nodes import Expr, rewrite

Change = Callable[[Expr], Expr | None]


@dataclass(frozen=True)
class Rule:
    """A law of the calculus: `apply` gives the node it makes of another, or None where it does not fit.

    Consecutive steps of one `group` are shown as one line.
    """

    name: str
    law: str
    source: str
    group: str
    apply: Change


@dataclass(frozen=True)
class Step:
    """One line: what stands there, by which rule."""

    rule: Rule
    expr: Expr

    @property
    def name(self) -> str:
        return self.rule.name


@dataclass
class Recorder:
    """An expression on its way from the question to the answer."""

    expr: Expr
    steps: list[Step] = field(default_factory=list)

    def note(self, rule: Rule, expr: Expr) -> bool:
        """Take a changed expression as the next line; False where nothing changed."""
        if expr is self.expr or expr == self.expr:
            return False
        self.expr = expr
        self.steps.append(Step(rule, expr))
        return True

    def everywhere(self, rule: Rule) -> bool:
        """Apply a rule at every node it fits, innermost first."""
        return self.note(rule, rewrite(self.expr, lambda node: _or_same(rule.apply, node)))

    def sweep(self, rules: Sequence[Rule]) -> bool:
        """Apply each rule once, in order; whether any of them fitted."""
        changes = [self.everywhere(rule) for rule in rules]
        return any(changes)

    def exhaust(self, rules: Sequence[Rule]) -> None:
        """Apply rules in order, from the first again after each change, until none fits."""
        at = 0
        while at < len(rules):
            at = 0 if self.everywhere(rules[at]) else at + 1


def _or_same(change: Change, node: Expr) -> Expr:
    result = change(node)
    return node if result is None else result
