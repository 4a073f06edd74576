"""What is derived: the derivative of an expression by one variable, in index notation and as an array form."""

from __future__ import annotations

from functools import cached_property

from .calculus.differentiate import Gradient, Section, differentiate
from .errors import UnsupportedError
from .index.dims import Dim
from .index.nodes import Expr
from .matrix.forms import Form, form, names, own_functions, regrouped
from .matrix.kronecker import kronecker_text
from .matrix.language import definition_text, in_language
from .matrix.vectorised import vectorised_text
from .program import Program


class Derived:
    """The derivative of an expression by one variable; its layout: result.shape + variable.shape · order.

    Only the derivation itself is made at once; forms are computed when they are asked for.
    """

    def __init__(self, program: Program, wrt: str, order: int = 1, style: str = "cartesian", title: str = "") -> None:
        if order < 1 or order > 4:
            raise UnsupportedError(f"the order may be 1 to 4, not {order}")
        self.program = program
        self.wrt = wrt
        self.order = order
        self.style = style
        self.title = title
        self.gradient: Gradient = differentiate(program, wrt, order)

    @cached_property
    def below(self) -> Program:
        """The program whose result the last ∂ derives: the question itself at order 1, else the derivative before."""
        return differentiate(self.program, self.wrt, self.order - 1).program if self.order > 1 else self.program

    @property
    def sections(self) -> tuple[Section, ...]:
        """The parts of the derivation, upstream gradients first, the answer last."""
        return self.gradient.sections

    @property
    def result(self) -> Expr:
        """The derivative in index notation."""
        return self.gradient.program.result.body

    @property
    def shape(self) -> tuple[Dim, ...]:
        """The shape of the derivative, in dimensions."""
        return self.gradient.program.result.shape

    @cached_property
    def given(self) -> dict[str, tuple[Dim, ...]]:
        """What the generated function takes, by name: every input, and of an arbitrary function what the answer uses."""
        program = self.gradient.program
        used = names(self.form.node).union(*(names(item.node) for item in self.form.definitions))
        return {name: shape for name, shape in program.given.items() if name in program.inputs or name in used}

    @property
    def zero(self) -> bool:
        """Whether the variable does not occur, so that the derivative is zero."""
        return self.gradient.zero

    @cached_property
    def form(self) -> Form:
        """The array form of the derivative."""
        return form(self.gradient.program, self.program)

    @property
    def named_form(self) -> Form:
        """The array form in the named intermediates, which the steps lead to."""
        return self.form

    @property
    def versions(self) -> tuple[tuple[str, Derived], ...]:
        """The forms in which the answer is printed, each after its name."""
        return (("", self),)

    @cached_property
    def value_form(self) -> Form:
        """The array form of the expression itself."""
        return form(self.program)

    @cached_property
    def matrix(self) -> str | None:
        """The derivative in the expression language; None where it has no such form."""
        text = in_language(self.form.node, self._positive) if None not in self._named else None
        if text and regrouped(self.form) and not any("reshape" in own for own in self.program.texts):
            text = None  # axes that run over several indices are no matrix form, unless the caller speaks of them so
        return text or vectorised_text(self.gradient.program)

    @cached_property
    def kronecker(self) -> str | None:
        """K with vec(dY) = K vec(dX), columns stacked, for the derivative of a matrix by a matrix; None where there is none."""
        return kronecker_text(self.form.node) if self.matrix else None

    @cached_property
    def definitions(self) -> tuple[str, ...]:
        """What `matrix` names, in order: the caller's own definitions and upstream gradients."""
        return (*self.functions_used, *(text for text in self._named if text)) if self.matrix else ()

    @cached_property
    def functions_used(self) -> tuple[str, ...]:
        """The caller's own functions that the answer holds, as they were defined."""
        used = own_functions([self.form.node, *(item.node for item in self.form.definitions)])
        return tuple(text for text in self.program.texts if text.split("(")[0].strip() in used and "=" in text)

    @cached_property
    def _named(self) -> tuple[str | None, ...]:
        return tuple(definition_text(item, self._positive) for item in self.form.definitions)

    @property
    def _positive(self) -> frozenset[str]:
        return frozenset(name for name, tensor in self.program.inputs.items() if "positive" in tensor.assumptions)
