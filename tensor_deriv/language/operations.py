"""The functions of the array language that are not elementwise, by their name."""

from __future__ import annotations

from . import algebra, reductions, shapes
from .registry import OPERATIONS

__all__ = ["OPERATIONS", "algebra", "reductions", "shapes"]
