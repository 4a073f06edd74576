"""Primitives of matrices, and of each matrix of a stack: inverses, determinants, the Cholesky factor."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ..index.bodies import Apply
from ..index.dims import UNIT
from ..index.indices import fresh_like, renew
from ..index.nodes import MINUS, Component, Delta, Expr, Product, Sum, number
from ..index.slots import Slot
from .row import Companions, Primitive, deltas, linear, minus, no_less, placed, split

Array = Any


# ∂(A⁻¹)_ij/∂a_mn = −(A⁻¹)_im (A⁻¹)_nj
def _inv(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    (i, j), batch = split(len(by), apply.axes, apply.slots)
    (m, n), by_batch = split(len(by), apply.axes, by)
    first = Component(value, placed(apply.slots, apply.axes, (i, m)))
    second = Component(value, placed(apply.slots, apply.axes, (n, j)))
    return Product((MINUS, *deltas(batch, by_batch), first, second))


# ∂ det A/∂a_mn = det A · (A⁻¹)_nm
def _det(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    return Product((Component(value, apply.slots), *_inverse_transposed(program, apply, by)))


# ∂ log|det A|/∂a_mn = (A⁻¹)_nm
def _logdet(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    return Product(_inverse_transposed(program, apply, by))


def _inverse_transposed(program: Companions, apply: Apply, by: tuple[Slot, ...]) -> tuple[Expr, ...]:
    (m, n), by_batch = split(len(by), apply.axes, by)
    inverse = Component(program.companion("inv", apply), placed(by, apply.axes, (n, m)))
    return (*deltas(apply.slots, by_batch), inverse)


# ∂l_ij/∂s_mn = Σ_p l_ip φ_pj (L⁻¹)_pm (L⁻¹)_jn with φ_pj = [p > j] + ½ δ_pj, and s_mn = (a_mn + a_nm)/2
def _cholesky(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    (i, j), batch = split(len(by), apply.axes, apply.slots)
    (m, n), by_batch = split(len(by), apply.axes, by)
    inverse = program.companion("inv", Apply("cholesky", value, apply.axes, apply.slots))
    p = fresh_like(i)

    def term(first: Slot, second: Slot) -> Expr:
        sides = [Component(inverse, placed(apply.slots, apply.axes, pair)) for pair in ((p, first), (j, second))]
        lower = Sum((no_less(p, j, UNIT), Product((number(Fraction(1, 2)), Delta(p, j)))))
        return Product((Component(value, placed(apply.slots, apply.axes, (i, p))), lower, *sides), (p,))

    return Product((*deltas(batch, by_batch), number(Fraction(1, 2)), Sum((term(m, n), renew(term(n, m))))))


# ∂(A⁺)_ij/∂a_mn = −(A⁺)_im (A⁺)_nj + (A⁺A⁺ᵀ)_in (I − AA⁺)_mj + (I − A⁺A)_in (A⁺ᵀA⁺)_mj
def _pinv(program: Companions, value: str, apply: Apply, by: tuple[Slot, ...]) -> Expr:
    (i, j), batch = split(len(by), apply.axes, apply.slots)
    (m, n), by_batch = split(len(by), apply.axes, by)
    k, q, r, s = fresh_like(m), fresh_like(n), fresh_like(n), fresh_like(m)

    def inverse(row: Slot, column: Slot) -> Expr:
        return Component(value, placed(apply.slots, apply.axes, (row, column)))

    def given(row: Slot, column: Slot) -> Expr:
        return Component(apply.tensor, placed(by, apply.axes, (row, column)))

    columns = Sum((Delta(m, j), minus(Product((given(m, q), inverse(q, j)), (q,)))))
    rows = Sum((Delta(i, n), minus(Product((inverse(i, s), given(s, n)), (s,)))))
    terms = (
        Product((MINUS, inverse(i, m), inverse(n, j))),
        Product((inverse(i, k), inverse(n, k), columns), (k,)),
        Product((rows, inverse(r, m), inverse(r, j)), (r,)),
    )
    return Product((*deltas(batch, by_batch), Sum(terms)))


def lower_factor(x: Array) -> Array:
    """The lower Cholesky factor of the symmetric part of a matrix, or of each of a stack."""
    return np.linalg.cholesky((x + np.swapaxes(x, -1, -2)) / 2)


_MN = "Magnus and Neudecker, Matrix Differential Calculus (1999), section 8"
_MURRAY = "Murray, Differentiation of the Cholesky decomposition (2016), equation (10)"
_GOLUB = "Golub and Pereyra, The differentiation of pseudo-inverses (1973), equation (4.12); the rank is taken to be constant"

ROWS = [
    Primitive("inv", "map", _inv, linear(np.linalg.inv), "∂(A⁻¹)ᵢⱼ/∂aₘₙ = −(A⁻¹)ᵢₘ(A⁻¹)ₙⱼ", _MN, matrix=True, regular=True, letter="v"),
    Primitive("det", "reduce", _det, linear(np.linalg.det), "∂det A/∂aₘₙ = det A (A⁻¹)ₙₘ", _MN, matrix=True, regular=True, letter="r"),
    Primitive(
        "logdet", "reduce", _logdet, linear(lambda x: np.linalg.slogdet(x)[1]), "∂log|det A|/∂aₘₙ = (A⁻¹)ₙₘ", _MN,
        matrix=True, regular=True, letter="r",
    ),
    Primitive(
        "cholesky", "map", _cholesky, linear(lower_factor), "∂L = L Φ(L⁻¹ ∂A L⁻ᵀ), Φ the lower triangle with half the diagonal", _MURRAY,
        matrix=True, regular=True, letter="l",
    ),
    Primitive(
        "pinv", "turned", _pinv, linear(np.linalg.pinv), "∂A⁺ = −A⁺ ∂A A⁺ + A⁺A⁺ᵀ ∂Aᵀ (I − AA⁺) + (I − A⁺A) ∂Aᵀ A⁺ᵀA⁺", _GOLUB,
        matrix=True, regular=True, letter="p",
    ),
]
