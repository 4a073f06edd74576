"""Linear algebra beyond products: systems of equations, factors, pseudo-inverse, exponential; one short function each."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ShapeError
from ..index.dims import integer
from ..index.indices import fresh, multiply, renew
from ..index.nodes import MINUS, Delta, Expr, Sum
from ..index.slots import ONE, Affine, Index, slot_indices
from .places import fixed
from .registry import Call, operation
from .values import Value


def _of_matrix(call: Call, name: str, A: Value) -> Value:
    """A primitive of the last two axes."""
    if A.rank < 2:
        call.rank(A, 2)
    return call.lowering.primitive(name, A, (A.rank - 2, A.rank - 1))


def _square(name: str) -> None:
    def apply(call: Call, A: Value) -> Value:
        call.square(A)
        return _of_matrix(call, name, A)

    operation(name)(apply)


for _each in ("det", "logdet", "cholesky", "expm"):
    _square(_each)


@operation("inv")
def _inv(call: Call, A: Value) -> Value:
    call.square(A)
    call.lowering.scope.inverted.add(call.lowering.scope.part(A))
    return _of_matrix(call, "inv", A)


@operation("pinv")
def _pinv(call: Call, A: Value) -> Value:
    return _of_matrix(call, "pinv", A)


@operation("solve")
def _solve(call: Call, A: Value, B: Value) -> Value:
    # A⁻¹ B, B a vector where it has one axis
    call.square(A)
    if not B.rank:
        raise ShapeError("`solve` takes a vector or a matrix on the right, this is a scalar", call.place)
    rows = B.axes[-1] if B.rank == 1 else B.axes[-2]
    shape = call.lowering.aligner.shape
    words = lambda: f"`solve` needs as many equations as rows on the right: {shape(A)} and {shape(B)}"  # noqa: E731
    call.lowering.solver.require(A.axes[-1].extent, rows.extent, words, lambda: call.place)
    call.lowering.scope.systems.add(call.lowering.scope.part(A))
    return call.lowering.matmul(_of_matrix(call, "inv", A), B, call.node)


@operation("cross")
def _cross(call: Call, a: Value, b: Value) -> Value:
    # Σ_i δ_ip (a_q b_r − a_r b_q) for (p, q, r) = (0, 1, 2), (1, 2, 0), (2, 0, 1), on the last axis
    three = integer(3)
    for side in (a, b):
        if not side.rank:
            raise ShapeError("`cross` takes vectors of three entries, this is a scalar", call.place)
        words = lambda side=side: f"`cross` takes vectors of three entries, this has the shape {call.lowering.aligner.shape(side)}"  # noqa: E731
        call.lowering.solver.require(side.axes[-1].extent, three, words, lambda: call.place)
    first, second = (tuple(fixed(call.lowering, side, side.rank - 1, integer(at), call.node) for at in range(3)) for side in (a, b))
    index = fresh(three)
    parts = [part.copy() for part in (*first, *second)]
    value = call.lowering.combine(parts, lambda exprs: Sum(_cross_terms(index, exprs)), [call.node] * 5)
    return Value((*value.axes, index), value.expr)


def _cross_terms(index: Index, exprs: Sequence[Expr]) -> tuple[Expr, ...]:
    a, b = exprs[:3], exprs[3:]
    terms: list[Expr] = []
    for p in range(3):
        q, r = (p + 1) % 3, (p + 2) % 3
        here = Delta(index, Affine((), integer(p), index.extent))
        terms += [renew(multiply((here, a[q], b[r]))), renew(multiply((MINUS, here, a[r], b[q])))]
    return tuple(terms)


@operation("expm_frechet")
def _expm_frechet(call: Call, A: Value, E: Value) -> Value:
    # Σ_mn ∂(e^A)_ij/∂a_mn e_mn
    call.square(A)
    call.square(E)
    derivative = _of_matrix(call, "dexpm", A)
    along = Value((*E.axes[:-2], ONE, ONE, *E.axes[-2:]), E.expr)
    value = call.lowering.combine([derivative, along], lambda e: multiply(e), [call.node])
    return Value(value.axes[:-2], _summed(value))


def _summed(value: Value) -> Expr:
    """Σ over the last two axes."""
    over: tuple[Index, ...] = tuple(index for slot in value.axes[-2:] for index in slot_indices(slot))
    return multiply((value.expr,), over)
