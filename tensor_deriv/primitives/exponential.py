"""The matrix exponential and its derivatives, by scaling and squaring (Higham, Functions of Matrices, 2008, chapter 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import UnsupportedError
from ..index.bodies import Apply
from ..index.nodes import Component, Expr, Product
from ..index.slots import Slot
from .row import Companions, Primitive, deltas, split

Array = Any
TERMS = 18  # of the series at ‖A‖ ≤ 1/2, for float64


def _raised(order: int) -> Callable[[Companions, str, Apply, tuple[Slot, ...]], Expr]:
    """The derivative of each of these is the next one, which has two axes more."""

    def partial(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
        if order == len(NAMES) - 1:
            raise UnsupportedError(f"of `expm` the derivatives up to order {order} are known")
        by_acted, by_batch = split(len(by), apply.axes, by)
        width = len(by_batch)
        higher = program.companion(NAMES[order + 1], apply)
        return Product((*deltas(apply.slots[:width], by_batch), Component(higher, (*by_batch, *apply.slots[width:], *by_acted))))

    return partial


def derivatives(matrix: Array, order: int, terms: int = TERMS) -> list[Array]:
    """e^A and its derivatives by A up to an order, in whatever arithmetic the entries have.

    Shapes (n, n), (n, n, n, n), …, the axes of the result first. `terms` of the series are taken at ‖A‖ ≤ 1/2.
    """
    size = float(np.max(np.sum(np.abs(matrix), axis=0), initial=0.0))
    if not np.isfinite(size):
        return [np.full(matrix.shape * (1 + at), np.nan) for at in range(order + 1)]
    squarings = max(0, int(np.ceil(np.log2(size))) + 1) if size else 0
    found = [part / 2 ** (squarings * at) for at, part in enumerate(_series(matrix / 2**squarings, order, terms))]
    for _ in range(squarings):
        found = _squared(found)
    return found


def _series(matrix: Array, order: int, terms: int) -> list[Array]:
    # e^A = Σ A^p/p!, D_ijmn = Σ (A^p)_im (A^q)_nj/(p+q+1)!, and with three powers for the second
    one = matrix * 0 + np.eye(len(matrix), dtype=int)
    powers, rests = [one], [[one * 0] * (terms + 1) for _ in range(order + 1)]
    for _ in range(terms - 1):
        powers.append(powers[-1].dot(matrix))
    for at in range(order + 1):  # Σ_q A^q/(p+q+at)!
        for p in range(terms - 1, -1, -1):
            rests[at][p] = one / _factorial(p + at, one) + matrix.dot(rests[at][p + 1])
    found = [rests[0][0]]
    if order > 0:
        found.append(sum(np.einsum("im,nj->ijmn", powers[p], rests[1][p]) for p in range(terms)))
    if order > 1:
        found.append(_second(powers, rests[2], terms))
    return found


def _factorial(count: int, one: Array) -> Any:
    """count! in the arithmetic of the entries."""
    result = one[0, 0]
    for factor in range(2, count + 1):
        result = result * factor
    return result


def _second(powers: list[Array], rests: list[Array], terms: int) -> Array:
    # Σ (A^p)_ia (A^q)_bc (A^r)_dj/(p+q+r+2)!, and the same with the two directions exchanged
    total = 0
    for p in range(terms):
        inner = sum(np.einsum("bc,dj->bcdj", powers[q], rests[p + q]) for q in range(terms - p))
        total = total + np.einsum("ia,bcdj->ijabcd", powers[p], inner)
    return total + np.einsum("ijabcd->ijcdab", total)


def _squared(found: list[Array]) -> list[Array]:
    # of X² = X X by the product rule
    x, *rest = found
    new = [x.dot(x)]
    if rest:
        new.append(np.einsum("ik,kjmn->ijmn", x, rest[0]) + np.einsum("ikmn,kj->ijmn", rest[0], x))
    if len(rest) > 1:
        crossed = np.einsum("ikab,kjcd->ijabcd", rest[0], rest[0])
        outer = np.einsum("ik,kjabcd->ijabcd", x, rest[1]) + np.einsum("ikabcd,kj->ijabcd", rest[1], x)
        new.append(outer + crossed + np.einsum("ijabcd->ijcdab", crossed))
    return new


def stacked(array: Array, order: int, terms: int = TERMS) -> Array:
    """The derivative of an order, of each matrix of a stack."""
    batch = array.shape[:-2]
    parts = [derivatives(array[place], order, terms)[order] for place in np.ndindex(batch)]
    return np.reshape(np.asarray(parts), (*batch, *array.shape[-2:] * (order + 1)))


def _numpy(order: int) -> Callable[[Array, tuple[int, ...]], Array]:
    return lambda x, axes: stacked(np.asarray(x, dtype=float), order)


NAMES = ("expm", "dexpm", "d2expm")
_LAWS = ("∂(eᴬ)ᵢⱼ/∂aₘₙ = (∫₀¹ e^(sA) ∂A e^((1−s)A) ds)ᵢⱼ", "∂Dᵢⱼₘₙ/∂aₚᵣ: the second derivative", "∂³eᴬ is not known here")
_SOURCE = "Higham, Functions of Matrices (2008), equation (10.15); the second: Higham and Relton, Higher order Fréchet derivatives (2014)"

ROWS = [
    Primitive(
        name, "pick" if order else "map", _raised(order), _numpy(order), _LAWS[order], _SOURCE, matrix=True, letter="e", order=order + 1,
    )
    for order, name in enumerate(NAMES)
]  # fmt: skip
