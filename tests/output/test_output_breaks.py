"""Wide lines break before a sign outside every bracket, and lose nothing."""

from __future__ import annotations

import pytest

from tensor_deriv.output.breaks import WIDEST, broken, terms, width


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a + b - c", ["a", "+ b", "- c"]),
        (r"\left( a + b \right) - \frac{c + d}{e}", [r"\left( a + b \right)", r"- \frac{c + d}{e}"]),
        (r"-2 \mathbf{A} (\mathbf{x} + \mathbf{y}) + \mathbf{z}", [r"-2 \mathbf{A} (\mathbf{x} + \mathbf{y})", r"+ \mathbf{z}"]),
        (r"\left\| a - b \right\| + c", [r"\left\| a - b \right\|", "+ c"]),
    ],
)
def test_terms(text: str, parts: list[str]) -> None:
    assert terms(text) == parts
    assert " ".join(parts) == text


def test_short_lines_stay_whole_and_long_ones_fit() -> None:
    term = r"\mathbf{A}_{1} \mathbf{B} (\mathbf{x} + \mathbf{y})"
    assert broken(term) == [term]
    long = " + ".join([term] * 40)
    lines = broken(long)
    assert len(lines) > 1 and all(width(line) <= WIDEST for line in lines)
    assert " ".join(lines) == long
