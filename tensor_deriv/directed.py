"""The Hessian of a scalar times a direction, without the Hessian: ∂(Σ ∂f/∂w ⊙ v)/∂w (Pearlmutter, Neural Computation 6, 1994)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .derivation import Derivation, derive
from .errors import ShapeError, UnknownNameError, UnsupportedError
from .index.bodies import Opaque
from .language.reader import Shapes, read_program

if TYPE_CHECKING:
    from .verification.report import Report


class HessianProduct(Derivation):
    """H v for the Hessian H of a scalar by one variable, v an input of the variable's shape; its layout is that shape.

    The gradient is derived, contracted with v as an expression of its own, and derived once more; its steps are those of the
    second derivation, `first` has those of the first. UnsupportedError where the gradient has no matrix form, or stands on an
    arbitrary function.
    """

    def __init__(self, first: Derivation, direction: str) -> None:
        _require_direction(first, direction)
        self.first = first
        self.direction = direction
        product = f"({first.matrix})*{direction}"
        inputs = first.program.inputs
        shapes = {name: tuple(map(str, tensor.shape)) for name, tensor in inputs.items()}
        program = read_program(
            f"sum({product})" if first.shape else product, {**shapes, direction: shapes[first.wrt]}, first.definitions,
            {name: tensor.assumptions for name, tensor in inputs.items() if tensor.assumptions}, dims=first.program.dims,
        )
        super().__init__(program, first.wrt, 1, first.style, f"the Hessian of {first.program.texts[-1]} times {direction}")

    def check(self, seed: int = 0, exact: bool = False) -> Report:
        """The checks of the gradient, then those of the product."""
        report = self.first.check(seed, exact)
        report.trials += super().check(seed, exact).trials
        return report


def _require_direction(first: Derivation, direction: str) -> None:
    if first.order != 1 or first.program.result.shape:
        shape = ", ".join(map(str, first.program.result.shape))
        raise ShapeError(f"a Hessian times a direction is of a scalar, `{first.program.texts[-1]}` has the shape ({shape})")
    if first.wrt not in first.program.inputs:
        raise UnsupportedError(f"`{first.wrt}` is defined here; a direction goes with an input")
    if direction in first.program.names() or not direction.isidentifier():
        raise UnknownNameError(f"`{direction}` cannot name the direction: it is {'taken' if direction.isidentifier() else 'no name'}")
    if any(isinstance(definition.body, Opaque) for definition in first.gradient.program.definitions.values()):
        raise UnsupportedError("of an arbitrary function there is no Hessian to multiply with; define it, or ask for --order 2")
    if first.matrix is None:
        raise UnsupportedError("the gradient has no matrix form here, so it cannot be multiplied by a direction")


def along(direction: str) -> Callable[[Derivation], Derivation]:
    """What makes of a gradient the Hessian times `direction`."""
    return lambda first: HessianProduct(first, direction)


def hessian_vector_product(
    expr: str,
    wrt: str,
    direction: str = "v",
    shapes: Shapes | None = None,
    definitions: Sequence[str] = (),
    assume: Mapping[str, str | Iterable[str]] | None = None,
    style: str = "cartesian",
) -> HessianProduct:
    """The Hessian of a scalar expression times a direction, of the variable's shape; arguments and errors as `derive`."""
    return HessianProduct(derive(expr, wrt, shapes, definitions, 1, assume, style), direction)
