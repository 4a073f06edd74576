"""Repeated parts: what stands more than once and is long to read gets a name of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from .calls import Call
from .cost import cost
from .make import exchange
from .nodes import Array, Elem, MatMul, Name, Num, Pow, walk

READ = 2.5  # a part that costs less is as quickly read as looked up
SAVED = 3.0  # operations that a name must save


def share(node: Array, unused: Callable[[Array, str], str]) -> tuple[Array, list[tuple[str, Array]]]:
    """An expression with its repeated parts named, and (name, part) in the order to compute them."""
    found: list[tuple[str, Array]] = []
    while True:
        part = _worth_naming(node)
        if part is None:
            return node, _ordered(found)
        name = unused(part, _letter(part))
        node = exchange(node, part, Name(name, part.shape))
        found = [(old, exchange(inner, part, Name(name, part.shape))) for old, inner in found]
        found.append((name, part))


def _ordered(found: list[tuple[str, Array]]) -> list[tuple[str, Array]]:
    """Each after those it stands on."""
    waiting, done = dict(found), []
    while waiting:
        ready = [name for name, part in waiting.items() if not any(isinstance(n, Name) and n.name in waiting for n in walk(part))]
        done += [(name, waiting.pop(name)) for name in ready]
    return done


def _worth_naming(node: Array) -> Array | None:
    counts = Counter(part for part in walk(node) if part.children and not _plain_power(part))
    gains = {part: (times - 1) * cost(part) for part, times in counts.items() if times > 1 and cost(part) >= READ}
    best = max(gains, key=lambda part: (gains[part], cost(part)), default=None)
    return _base(best) if best is not None and gains[best] >= SAVED else None


def _plain_power(part: Array) -> bool:
    """Whether it is 1/s², which reads as quickly as a name for it."""
    return isinstance(part, Pow) and isinstance(part.exponent, Num) and not part.base.children


def _base(part: Array) -> Array:
    """Of a reciprocal what it is the reciprocal of: a/r reads better than r a."""
    match part:
        case Pow(base, Num(value)) if value == -1 and base.children:
            return base
    return part


def _letter(part: Array) -> str:
    """A short name: upper case for a matrix, lower case for a vector or scalar."""
    if not part.rank:
        return "r"
    match part:
        case Call("inv", _):
            letter = "V"
        case Call("softmax", _):
            letter = "P"
        case Call():
            letter = "M"
        case Elem() | MatMul():
            letter = "H"
        case _:
            letter = "R"
    return letter if part.rank > 1 else letter.lower()
