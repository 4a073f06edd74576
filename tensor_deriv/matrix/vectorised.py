"""The derivative of vec(Y) or of a Kronecker product's vector by a vector, as a matrix in words of the language."""

from __future__ import annotations

from ..index.indices import multiply, substitute
from ..index.nodes import Delta, Expr, Product, Sum
from ..index.slots import Affine, Index, Slot, is_group
from ..program import Program
from .build import Builder
from .language import in_language
from .tidy import Tidier


def vectorised_text(program: Program) -> str | None:
    """Rows over a group (a, b), one column an index k: Σ m_ba w_a δ_bk as vec(M)[:, None]*kron(w[:, None], eye(n)).

    None where the result has other axes, or a term without such a δ.
    """
    axes, body = program.result.axes, program.result.body
    if len(axes) != 2 or not isinstance(axes[1], Index) or not _pair(axes[0]):
        return None
    assert isinstance(axes[0], Affine)
    rows = axes[0].terms[0][0], axes[0].terms[1][0]
    groups: dict[str, list[str]] = {}
    for term in body.terms if isinstance(body, Sum) else (body,):
        found = _term(program, term, rows, axes[1])
        if found is None:
            return None
        groups.setdefault(found[0], []).append(found[1])
    return " + ".join(_joined(matrix, blocks) for matrix, blocks in groups.items())


def _pair(slot: Slot) -> bool:
    return isinstance(slot, Affine) and len(slot.terms) == 2 and is_group(slot)


def _joined(matrix: str, blocks: list[str]) -> str:
    total = " + ".join(blocks)
    if not matrix:
        return total
    return f"vec({matrix})[:, None]*" + (total if len(blocks) == 1 else f"({total})")


def _term(program: Program, term: Expr, rows: tuple[Index, Index], column: Index) -> tuple[str, str] | None:
    """(M, the block matrix) of one term."""
    product = multiply(term.factors, term.over) if isinstance(term, Product) else Product((term,))
    for place, factor in enumerate(product.factors):
        if not isinstance(factor, Delta) or column not in (factor.left, factor.right):
            continue
        fixed = factor.right if factor.left == column else factor.left
        if fixed not in rows:
            return None
        others = [substitute(f, {column: fixed}) for at, f in enumerate(product.factors) if at != place]
        return _written(program, others, product.over, rows, rows.index(fixed))
    return None


def _written(
    program: Program, factors: list[Expr], over: tuple[Index, ...], rows: tuple[Index, Index], fixed: int
) -> tuple[str, str] | None:
    other = rows[1 - fixed]
    weights = [f for f in factors if f.free == {other} and not f.free & set(over)]
    rest = Product(tuple(f for f in factors if f not in weights), over)
    matrix = _text(program, rest, (rows[1], rows[0])) if rest.factors else ""  # vec stacks columns: vec(M) at (a, b) is m_ba
    weight = _text(program, Product(tuple(weights)), (other,)) if weights else None
    if matrix is None or (weights and weight is None):
        return None
    bracketed = weight if weight is None or weight.isidentifier() else f"({weight})"
    column = f"{bracketed}[:, None]" if bracketed else f"ones({other.extent}, 1)"
    eye = f"eye({rows[fixed].extent})"
    return matrix, f"kron({eye}, {column})" if fixed == 0 else f"kron({column}, {eye})"


def _text(program: Program, expr: Expr, axes: tuple[Index, ...]) -> str | None:
    return in_language(Tidier(program).tidy(Builder(program).array(expr, axes)))
