"""LaTeX, and mathematics pasted from a text, to the expression language."""

from __future__ import annotations

from .translate import to_expression

__all__ = ["to_expression"]
