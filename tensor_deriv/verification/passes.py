"""The check of a function that returns the value and the derivative in one pass."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING

import numpy as np

from ..code.generate import both_source, compiled
from .check import EXACT, relative_error
from .report import Trial
from .sample import Point, draw

if TYPE_CHECKING:
    from ..derived import Derived


def check_one_pass(derivation: Derived, seed: int = 0) -> Trial:
    """Both results of the NumPy function against the index notation, at three points; UnsupportedError as `value_code`."""
    rng = np.random.default_rng(seed)
    points = [draw(derivation.gradient.program, rng, with_one, derivation.program) for with_one in (False, False, True)]
    with np.errstate(all="ignore"):
        worst = max(_error(derivation, point) for point in points)
    return Trial("value and derivative in one pass", len(points), worst, worst <= EXACT, "", tuple(point.sizes for point in points))


def _error(derivation: Derived, point: Point) -> float:
    program = derivation.gradient.program
    evaluator, below = point.evaluator(program), point.evaluator(derivation.program)
    function = compiled(both_source(derivation, "numpy"))
    wanted = signature(function).parameters
    sizes = {name: point.sizes[name] for name, p in wanted.items() if p.kind is p.KEYWORD_ONLY}
    tensors = {**below.tensors, **evaluator.tensors}
    value, result = function(**{name: tensors[name] for name in wanted if name not in sizes}, **sizes)
    wanted_value = below.at(derivation.program.result.body, derivation.program.result.axes)
    return max(relative_error(value, wanted_value), relative_error(result, evaluator.at(program.result.body, program.result.axes)))
