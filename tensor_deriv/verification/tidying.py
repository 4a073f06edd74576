"""The steps of tidying, each compared with the form before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import CheckError
from ..matrix.evaluate import evaluate
from ..matrix.trace import Tidying, trace
from .check import EXACT, relative_error
from .forms import array_value
from .sample import draw

if TYPE_CHECKING:
    from ..derived import Derived


def checked_tidying(derivation: Derived) -> tuple[Tidying, ...]:
    """The way to the matrix form; CheckError where a step changed the value."""
    program, form = derivation.gradient.program, derivation.named_form
    steps = trace(form.raw, form.node, program, set(form.symmetric))
    point = draw(program, np.random.default_rng(7), False, derivation.program)
    evaluator = point.evaluator(program)
    want = array_value(form, evaluator)
    with np.errstate(all="ignore"):
        for step in steps[:-1]:
            if relative_error(evaluate(step.node, evaluator.tensors, evaluator.sizes), want) > EXACT:
                raise CheckError(f"tidying by “{step.law}” changed the value")
    return tuple(steps)
