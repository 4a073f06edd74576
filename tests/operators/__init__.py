"""PyTorch's dense, differentiable operators in the expression language."""

from . import arrangement, convolution, elementwise, linear_algebra, losses, reductions
from .row import Operator

TABLE: list[Operator] = [*elementwise.ROWS, *reductions.ROWS, *linear_algebra.ROWS, *losses.ROWS, *arrangement.ROWS, *convolution.ROWS]
