"""Arrays that are not needed any more, taken for what is computed next: `t -= …` in place of `d = t - …`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ...matrix import make
from ...matrix.nodes import Add, Array, Mul, Name, num, walk
from ...matrix.text import fraction_parts
from ..regroup import distinct
from ..share import Line, uses
from .memory import is_floating, is_made, is_new, is_written
from .nodes import Changed
from .rewriting import replaced
from .scaling import divides

LEAST_RANK = 2  # vectors are small enough to be made anew


def temporaries_first(roots: Sequence[Array]) -> list[Array]:
    """The expressions with b·(−c) + a for a − b·c where a has a name and b·c has none: NumPy adds to a temporary array in place."""
    shared = {node for node, count in uses(roots).items() if count > 1}
    turned: dict[Array, Array] = {node: new for node in distinct(roots) if isinstance(node, Add) and (new := _led(node, shared)) != node}
    return replaced(roots, turned)


def _led(node: Add, shared: Collection[Array]) -> Array:
    if node.rank < LEAST_RANK or is_written(node) or any(_temporary(part, node, shared) for part in node.parts):
        return node
    for place, part in enumerate(node.parts):
        number, rest = make.coefficient(part)
        if number == -1 and isinstance(rest, Mul) and _temporary(rest, node, shared):
            small = next((at for at, factor in enumerate(rest.parts) if factor.shape != node.shape and not divides(factor)), None)
            if small is not None:
                factors = [Mul((num(-1), factor)) if at == small else factor for at, factor in enumerate(rest.parts)]
                return Add((Mul(tuple(factors)), *node.parts[:place], *node.parts[place + 1 :]))
    return node


def _temporary(part: Array, node: Array, shared: Collection[Array]) -> bool:
    """Whether a term is an array of its own that nothing else needs."""
    return make.coefficient(part)[0] > 0 and part.shape == node.shape and is_made(part) and part not in shared


def reused(lines: Sequence[Line], fixed: Collection[str]) -> list[Line]:
    """The lines with sums and products written over their first operand, where it is an array of ours and used for the last time.

    `fixed` are the names that stay: those of definitions and results.
    """
    out = list(lines)
    for place in reversed(range(len(lines))):
        name, node = out[place]
        for operand in _spent(out, place, fixed):
            changes = steps(node, operand)
            if changes:
                out[place : place + 1] = [(name, renamed(change, operand.name, name)) for change in changes]
                out[:place] = [(name if known == operand.name else known, renamed(line, operand.name, name)) for known, line in out[:place]]
                break
    return out


def _spent(lines: Sequence[Line], place: int, fixed: Collection[str]) -> list[Name]:
    """The names in a line of arrays that may be written over there."""
    _, node = lines[place]
    after = set().union(*(_names(other) for _, other in lines[place + 1 :]))
    views = set().union(*(_names(other) for _, other in lines if not is_made(other)))
    ours = {name for name, _ in lines[:place]} - {*fixed, *after, *views}
    floating = _floating(lines[:place])
    known = dict(lines[:place])
    given = _inputs(lines[: place + 1])
    found = [part for part in walk(node) if isinstance(part, Name) and part.name in ours and part.rank >= LEAST_RANK]
    # of no less inputs than the result, so of no shorter a type
    return [part for part in found if is_new(known[part.name], floating) and given[part.name] == given[lines[place][0]]]


def _names(node: Array) -> set[str]:
    return {part.name for part in walk(node) if isinstance(part, Name)}


def _floating(lines: Sequence[Line]) -> set[str]:
    found: set[str] = set()
    for name, node in lines:
        if is_floating(node, found):
            found.add(name)
    return found


def _inputs(lines: Sequence[Line]) -> dict[str, set[str]]:
    """The inputs that each line is computed from."""
    found: dict[str, set[str]] = {}
    for name, node in lines:
        found[name] = set().union(*(found.get(other, {other}) for other in _names(node)))
    return found


def steps(node: Array, operand: Name) -> list[Array] | None:
    """What is done to an array, one after the other, to make an expression of it; None where it is not made so."""
    if node == operand:
        return []
    if not isinstance(node, (Add, Mul)) or node.shape != operand.shape or is_written(node):
        return None
    for place, part in enumerate(node.parts):
        others = (*node.parts[:place], *node.parts[place + 1 :])
        before = steps(part, operand)
        if before is None or (before and any(operand.name in _names(other) for other in others)):
            continue
        return [*before, added(operand, others) if isinstance(node, Add) else multiplied(operand, others)]
    return None


def added(operand: Name, terms: tuple[Array, ...]) -> Changed:
    if all(make.coefficient(term)[0] < 0 for term in terms):
        return Changed(operand, "-", make.add([make.mul([num(-1), term]) for term in terms]))
    return Changed(operand, "+", terms[0] if len(terms) == 1 else Add(terms))


def multiplied(operand: Name, factors: tuple[Array, ...]) -> Changed:
    value, above, below = fraction_parts(Mul(factors))
    if value == 1 and not above:
        return Changed(operand, "/", below[0] if len(below) == 1 else Mul(tuple(below)))
    return Changed(operand, "*", factors[0] if len(factors) == 1 else Mul(factors))


def renamed(node: Array, old: str, new: str) -> Array:
    """An expression with another name for an array."""
    if isinstance(node, Name):
        return replace(node, name=new) if node.name == old else node
    return node.with_children(tuple(renamed(child, old, new) for child in node.children)) if node.children else node
