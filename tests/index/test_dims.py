"""Extents as polynomials."""

from __future__ import annotations

import pytest

from tensor_deriv.index.dims import UNIT, ZERO, Dim, integer, named

n, d, h = map(named, "ndh")
QUOTIENTS: list[tuple[Dim, Dim, Dim | None]] = [
    (n * d, d, n), (integer(6) * n, integer(2), integer(3) * n), (ZERO, n, ZERO), ((n - UNIT) * (d - UNIT) * h, n - UNIT, (d - UNIT) * h),
    (n * n - UNIT, n - UNIT, n + UNIT), (n * d + UNIT, n, None), (n * d, n + UNIT, None), (integer(6) * n, integer(4), None),
    (n + d, integer(2) * n + integer(2) * d, None),
]  # fmt: skip


@pytest.mark.parametrize(("whole", "divisor", "quotient"), QUOTIENTS, ids=str)
def test_quotients_are_polynomials_or_none(whole: Dim, divisor: Dim, quotient: Dim | None) -> None:
    assert whole.over(divisor) == quotient
