"""What a check reports: one comparison after the other, and for a claim the verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = Any
MOST_DIGITS = 16.0


@dataclass(frozen=True)
class Trial:
    """One comparison: what, at how many points and of which sizes, the worst relative error, and whether it held."""

    what: str
    points: int
    error: float
    ok: bool
    note: str = ""
    sizes: tuple[dict[str, int], ...] = ()

    @property
    def digits(self) -> float:
        """The digits in which both sides agree; those of a float64 where they are equal."""
        return min(-math.log10(self.error), MOST_DIGITS) if self.error > 0 else MOST_DIGITS

    def __str__(self) -> str:
        verdict = "agrees" if self.ok else "FAILS"
        points = f"{self.points} point{'s' * (self.points != 1)}"
        return f"{self.what}: {verdict} at {points}, worst relative error {self.error:.1e}" + (f" ({self.note})" if self.note else "")

    def to_dict(self) -> dict[str, Any]:
        """In types that JSON knows."""
        error = self.error if math.isfinite(self.error) else None
        return {"what": self.what, "points": self.points, "error": error, "ok": self.ok, "note": self.note, "sizes": list(self.sizes)}


@dataclass
class Report:
    """What was tried, and how it went; for a claim also the verdict, and what explains it."""

    trials: list[Trial] = field(default_factory=list)
    verdict: str = ""  # of a claim: right, wrong, not checked
    hint: str = ""
    counterexample: dict[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def ok(self) -> bool:
        return bool(self.trials) and self.verdict in ("", "right") and all(trial.ok for trial in self.trials)

    @property
    def worst(self) -> float:
        return max((trial.error for trial in self.trials), default=float("nan"))

    def __str__(self) -> str:
        lines = [f"verdict: {self.verdict}" + (f", {self.hint or self.reason}" if self.hint or self.reason else "")] if self.verdict else []
        lines += map(str, self.trials)
        if self.counterexample:
            lines.append("the smallest counterexample that was found:")
            lines += [f"  {name} = {shown(array)}" for name, array in self.counterexample.items()]
        return "\n".join(lines)


def shown(array: Array) -> str:
    """An array on one line, whole numbers without a point."""
    return np.array2string(np.asarray(array), separator=", ", precision=6, formatter={"float_kind": "{:.6g}".format}).replace("\n", "")
