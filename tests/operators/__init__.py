"""PyTorch's dense, differentiable operators in the expression language."""

from . import arrangement, convolution, elementwise, linear_algebra, losses, reductions
from .listing import page
from .row import Operator

TABLE: list[Operator] = [
    *elementwise.ROWS, *reductions.ROWS, *linear_algebra.ROWS, *losses.ROWS, *arrangement.ROWS, *convolution.ROWS,
]  # fmt: skip


def document() -> str:
    """docs/operators.md as the table has it."""
    return page(TABLE)
