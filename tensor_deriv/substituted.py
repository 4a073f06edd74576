"""A derivation whose closing line is written out: with the definitions and the upstream gradients that it names put in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from .derivation import Derivation
from .errors import UnsupportedError
from .matrix.forms import Form, in_full
from .matrix.language import spelled_out
from .output.array import printable
from .output.matrix_text import reason

STACK = "A stack of matrices is written in index notation."


class Substituted(Derivation):
    """The same steps, and after the line in the named intermediates one without them; its `matrix` and code are written out too.

    Raises UnsupportedError where the answer has no matrix form, or would be too long to read.
    """

    def __init__(self, named: Derivation) -> None:
        super().__init__(named.program, named.wrt, named.order, named.style, named.title)
        self.named = named
        self.gradient = named.gradient
        same = self.form.node == named.form.node
        if not same and not (self.matrix and printable(spelled_out(self.form.node, self._positive))):
            raise UnsupportedError(f"the answer by `{named.wrt}` cannot be written out. {reason(named) or reason(self) or STACK}")

    @cached_property
    def form(self) -> Form:
        """The array form with nothing named in it."""
        return in_full(self.gradient.program, self.named.form, self.program)

    @property
    def named_form(self) -> Form:
        """The array form in the named intermediates."""
        return self.named.form

    def forms_to_check(self) -> list[tuple[str, Callable[..., Any]]]:
        """Those in the named intermediates, and those that are written out."""
        return [*self.named.forms_to_check(), *((f"written out: {what}", way) for what, way in super().forms_to_check())]
