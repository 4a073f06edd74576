"""A law of matrix algebra: a name, the identity, and what it makes of a node.

Whether a candidate is taken is not decided here: the Tidier takes the cheapest by the stated measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..flip import Flipper
from ..nodes import Array

Candidates = Iterator[Array]


@dataclass(frozen=True)
class Law:
    """A named identity; `candidates` gives expressions equal to a node."""

    name: str
    law: str
    candidates: Callable[[Array, Flipper], Candidates]
