"""A softmax times what is the same along its axes: s softmax(x) = exp(x) (s / Σ exp(x)), one large product where there were two."""

from __future__ import annotations

from collections.abc import Sequence

from ...index.dims import UNIT
from ...matrix import make
from ...matrix.calls import Call
from ...matrix.nodes import Array, Mul, num
from ..lower import Bracketed
from ..regroup import distinct
from ..share import uses
from .nodes import ScaledSoftmax
from .rewriting import replaced


def scaled_softmaxes(roots: Sequence[Array]) -> list[Array]:
    """The expressions with such products of a softmax that nothing else needs as one function."""
    alone: set[Array] = {node for node, count in uses(roots).items() if count == 1 and isinstance(node, Call) and node.name == "softmax"}
    found: dict[Array, Array] = {node: new for node in distinct(roots) if isinstance(node, Mul) and (new := _scaled(node, alone))}
    return replaced(roots, found) if found else list(roots)


def _scaled(node: Mul, alone: set[Array]) -> Array | None:
    softmax = next((part for part in node.parts if part in alone and isinstance(part, Call)), None)
    if softmax is None:
        return None
    rest = [part for part in node.parts if part != softmax and part != num(-1)]
    if not rest or not all(is_same_along(part, softmax) for part in rest):
        return None
    inner = [part.arg if isinstance(part, Bracketed) else part for part in rest]
    scaled = ScaledSoftmax(softmax.arg, make.mul(inner), axes(softmax))
    return Mul((num(-1), scaled)) if num(-1) in node.parts else scaled


def axes(softmax: Call) -> tuple[int, ...]:
    return tuple(range(softmax.arg.rank)) if softmax.axis is None else softmax.axis


def is_same_along(part: Array, softmax: Call) -> bool:
    """Whether a factor is broadcast along the axes of a softmax."""
    places = (axis - softmax.rank + part.rank for axis in axes(softmax))
    return all(place < 0 or part.shape[place] == UNIT for place in places)
