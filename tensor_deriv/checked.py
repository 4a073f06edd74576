"""Answers as they leave the program: derived and checked, and never shown where the check failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .catalogue import Entry
from .errors import UnsupportedError

if TYPE_CHECKING:
    from .derivation import Derivation
    from .verification.report import Report


@dataclass(frozen=True)
class Checked:
    """A derivation and the report of its check."""

    derivation: Derivation
    report: Report

    @property
    def failure(self) -> str:
        """What of the check failed, in words."""
        trials = "\n".join(f"  {trial}" for trial in self.report.trials if not trial.ok)
        return f"the derivative by `{self.derivation.wrt}` failed its check, so it is not shown\n{trials}"

    def record(self) -> dict[str, Any]:
        """The derivation and the outcome of its check, in types that JSON knows."""
        trials = [trial.to_dict() for trial in self.report.trials]
        return {**self.derivation.to_dict(), "check": {"ok": self.report.ok, "trials": trials}}


def as_named(derivation: Derivation) -> Derivation:
    """An answer in the names of its intermediates."""
    return derivation


def written_out(derivation: Derivation) -> Derivation:
    """An answer with its intermediates put in."""
    return derivation.substituted


def answers(question: Entry, wrt: str | None, said: Callable[[Derivation], Derivation] = as_named) -> list[Checked]:
    """The derivative by one variable, or by every one in turn, each checked; the caller looks whether the check holds."""
    derivations = (said(question.derive(variable)) for variable in _variables(question, wrt))
    return [Checked(derivation, derivation.check()) for derivation in derivations]


def _variables(question: Entry, wrt: str | None) -> tuple[str, ...]:
    if wrt is not None:
        return (wrt,)
    if not question.variables:
        raise UnsupportedError("the expression has no variable to derive by")
    return question.variables
