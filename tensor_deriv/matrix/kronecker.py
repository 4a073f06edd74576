"""The Kronecker form of a derivative of a matrix by a matrix: vec(dY) = K vec(dX), where vec stacks columns."""

from __future__ import annotations

from . import make
from .calls import Einsum
from .nodes import Add, Array
from .text import TextPrinter


def kronecker_text(node: Array) -> str | None:
    """`kron(B, A) + …` with vec(dY) = K vec(dX); None where a term has no such form.

    ∂y_ij/∂x_kl = a_ik b_jl is B ⊗ A (Magnus and Neudecker, section 2.4: vec(A X Bᵀ) = (B ⊗ A) vec X).
    """
    if node.rank != 4:
        return None
    scalars, body = make.split_scalars(node)
    printer, words = TextPrinter(), []
    for term in body.parts if isinstance(body, Add) else (body,):
        found = _term(term)
        if found is None:
            return None
        outside, left, right = found
        words.append(_words(printer, [*scalars, *outside], left, right))
    return " + ".join(words).replace("+ -", "- ")


def _term(node: Array) -> tuple[list[Array], Array, Array] | None:
    """(scalars, B, A) of one term c · B ⊗ A."""
    scalars, body = make.split_scalars(node)
    if not isinstance(body, Einsum) or len(body.parts) != 2 or any(len(word) != 2 for word in body.letters):
        return None
    i, j, k, m = tuple(body.output)
    found = {frozenset(word): (word, part) for word, part in zip(body.letters, body.parts, strict=True)}
    rows, columns = found.get(frozenset((i, k))), found.get(frozenset((j, m)))
    if rows is None or columns is None:
        return None
    a = rows[1] if rows[0] == i + k else make.transpose(rows[1])
    b = columns[1] if columns[0] == j + m else make.transpose(columns[1])
    return scalars, b, a


def _words(printer: TextPrinter, scalars: list[Array], left: Array, right: Array) -> str:
    text = f"kron({printer.print(left)}, {printer.print(right)})"
    if not scalars:
        return text
    front = printer.print(make.mul(scalars))
    return f"-{text}" if front == "-1" else f"{front}*{text}"



