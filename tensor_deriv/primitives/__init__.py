"""Tensor primitives: one row each, with the component derivative, its numeric meaning and its source."""

from __future__ import annotations

from collections.abc import Mapping

from ..index.dims import Dim
from ..index.indices import fresh
from ..index.slots import Index
from . import entries, exponential, matrices, scans
from .row import Companions, Primitive, deltas

TABLE: Mapping[str, Primitive] = {row.name: row for row in (*entries.ROWS, *scans.ROWS, *matrices.ROWS, *exponential.ROWS)}


def fresh_slots(shape: tuple[Dim, ...], letters: str = "ijkl") -> tuple[Index, ...]:
    """A fresh index for each axis."""
    return tuple(fresh(extent, letters[place % len(letters)]) for place, extent in enumerate(shape))


__all__ = ["TABLE", "Companions", "Primitive", "deltas", "fresh_slots"]
