"""Pieces of text of the expression language, with how tightly each binds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

SUM, MATMUL, PRODUCT, POWER, ATOM = range(1, 6)


class Text(NamedTuple):
    """A piece of text and its tightness."""

    text: str
    tight: int = ATOM

    def at(self, tight: int) -> str:
        """The text in a place that binds that tightly."""
        return self.text if self.tight >= tight else f"({self.text})"


def add(terms: Sequence[Text]) -> Text:
    """a + b - c."""
    text = terms[0].text
    for term in terms[1:]:
        negative = term.text.startswith("-") and term.tight == SUM and _single(term.text)
        text += f" - {term.text[1:]}" if negative else f" + {term.at(MATMUL)}"
    return Text(text, SUM)


def _single(text: str) -> bool:
    """Whether a text is one term behind a minus."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if place and not depth and sign in "+-" and text[place - 1] == " ":
            return False
    return True


def minus(term: Text) -> Text:
    return Text("-" + term.at(MATMUL), SUM)


def multiply(factors: Sequence[Text]) -> Text:
    """a*b*c; a number in front is left out where it is 1."""
    kept = [factor for factor in factors if factor.text != "1"] or [Text("1")]
    if len(kept) == 1:
        return kept[0]
    return Text("*".join([kept[0].at(PRODUCT), *(factor.at(POWER) for factor in kept[1:])]), PRODUCT)


def scale(number: Text, array: Text) -> Text:
    """A number in front of an array: 2*A @ B is 2*(A @ B)."""
    if number.text == "1":
        return array
    return Text(f"{number.at(PRODUCT)}*{array.at(MATMUL)}", min(array.tight, PRODUCT) if array.tight >= MATMUL else PRODUCT)


def matmul(left: Text, right: Text) -> Text:
    return Text(f"{left.at(MATMUL)} @ {right.at(POWER)}", MATMUL)


def divide(above: Text, below: Text) -> Text:
    return Text(f"{above.at(MATMUL)}/{below.at(POWER)}", MATMUL if above.tight == MATMUL else PRODUCT)


def power(base: Text, exponent: Text) -> Text:
    return Text(f"{base.at(ATOM)}**{exponent.at(ATOM)}", POWER)


def call(name: str, *args: str) -> Text:
    return Text(f"{name}({', '.join(args)})")
