"""A derivation in types that JSON knows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..code.generate import derivative_source
from ..code.targets import TARGETS
from ..errors import DerivationError
from .conventions import conventions, layout
from .latex import derivation_latex
from .steps import public_steps
from .text import derivation_text

if TYPE_CHECKING:
    from ..derived import Derived


def to_dict(derivation: Derived) -> dict[str, Any]:
    """The question, the answer in every form, and every step."""
    *definitions, expr = derivation.program.texts
    return {
        "title": derivation.title,
        "expr": expr,
        "definitions": definitions,
        "shapes": {name: list(map(str, tensor.shape)) for name, tensor in derivation.program.inputs.items()},
        "wrt": derivation.wrt,
        "order": derivation.order,
        "style": derivation.style,
        "layout": layout(derivation),
        "shape": list(map(str, derivation.shape)),
        "zero": derivation.zero,
        "matrix": derivation.matrix,
        "kronecker": derivation.kronecker,
        "matrix_definitions": list(derivation.definitions),
        "steps": [asdict(step) for step in public_steps(derivation)],
        "latex": derivation_latex(derivation, derivation.style, True, False),
        "text": derivation_text(derivation, derivation.style, True, False),
        "conventions": list(conventions(derivation)),
        "code": {target: source for target in TARGETS if (source := source_or_none(derivation, target))},
    }


def source_or_none(derivation: Derived, target: str) -> str | None:
    """The source of the derivative as a function; None where a target cannot say it."""
    try:
        return derivative_source(derivation, target)
    except DerivationError:
        return None
