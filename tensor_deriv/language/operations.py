"""The functions of the array language that are not elementwise, by their name."""

from __future__ import annotations

from . import algebra, linear, reductions, shapes
from .registry import OPERATIONS

__all__ = ["OPERATIONS", "algebra", "linear", "reductions", "shapes"]
