"""Array expressions in the words that keep their digits where numbers are very large, very small or cancel: 1 − σ(a) = σ(−a).

The forms that are printed are chosen to be read. What is computed is equal to them and stays finite and exact to the last
digits; Higham, Accuracy and Stability of Numerical Algorithms, chapter 1, has the reasons.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from ..functions import TABLE, Elementwise
from ..matrix import make
from ..matrix.nodes import Add, Array, Elem, Mul, Name, Num, Pow, num
from .lengths import Lengths

SECH, SECH2 = (Elementwise(name, math.nan.__add__, ("",), "") for name in ("sech", "sech2"))  # of the code targets alone


def call(name: str, *args: Array) -> Array:
    return Elem(TABLE[name], args)


def negative(node: Array) -> Array:
    return make.mul([num(-1), node])


class Stable:
    """Rewrites expressions of one source; what a name stands for is looked through."""

    def __init__(self, roots: Iterable[Array]) -> None:
        self.known: dict[Array, Array] = {}
        self.done: dict[Array, Array] = {}
        self.lengths = Lengths(roots)

    def define(self, name: Name, node: Array) -> None:
        """Keep what a name stands for."""
        self.known[name] = node

    def rewritten(self, node: Array) -> Array:
        """An equal expression that keeps its digits."""
        if node not in self.done:
            node_now = self.lengths.rewritten(node)
            children = tuple(map(self.rewritten, node_now.children))
            node_now = node_now if children == node_now.children else make.rebuilt(node_now, children)
            change = CHANGES.get(type(node_now))
            self.done[node] = (change and change(self, node_now)) or node_now
        return self.done[node]

    def seen(self, node: Array) -> Array:
        """What a name stands for, or the expression itself."""
        return self.known.get(node, node)

    def argument(self, node: Array, function: str) -> Array | None:
        """a where the expression is function(a)."""
        found = self.seen(node)
        return found.args[0] if isinstance(found, Elem) and found.row.name == function else None


def _sum(stable: Stable, node: Any) -> Array | None:
    if len(node.parts) != 2:
        return None
    first, second = node.parts
    for one, other in ((first, second), (second, first)):
        if isinstance(one, Num) and abs(one.value) == 1:
            found = _beside_one(stable, one.value, other)
            if found is not None:
                return found
    return _of_two_sigmoids(stable, first, second)


def _beside_one(stable: Stable, sign: Fraction, other: Array) -> Array | None:
    """A sum of ±1 and one other term that may cancel it."""
    factor, inner = make.coefficient(other)
    factor *= sign  # sign (1 + factor inner)
    for (name, wanted), build in BESIDE_ONE.items():
        base = inner.base if name == "tanh" and isinstance(inner, Pow) and inner.exponent == num(2) else inner
        argument = stable.argument(base, name) if factor == wanted and (base is not inner) == (name == "tanh") else None
        if argument is not None:
            return make.mul([num(sign), build(argument)])
    return None


# 1 + factor f(a), by (f, factor); of tanh its square
BESIDE_ONE: dict[tuple[str, int], Callable[[Array], Array]] = {
    ("sigmoid", -1): lambda a: call("sigmoid", negative(a)),
    ("sigmoid", -2): lambda a: negative(call("tanh", make.mul([num(Fraction(1, 2)), a]))),
    ("tanh", -1): lambda a: Elem(SECH2, (a,)),
    ("erf", 1): lambda a: call("erfc", negative(a)),
    ("erf", -1): lambda a: call("erfc", a),
    ("exp", -1): lambda a: negative(call("expm1", a)),
}


def _of_two_sigmoids(stable: Stable, first: Array, second: Array) -> Array | None:
    # σ(a) − σ(−a) = tanh(a/2)
    (p, left), (q, right) = make.coefficient(first), make.coefficient(second)
    a, b = stable.argument(left, "sigmoid"), stable.argument(right, "sigmoid")
    if a is None or b is None or p != -q or negative(a) != b:
        return None
    return make.mul([num(p), call("tanh", make.mul([num(Fraction(1, 2)), a]))])


def _function(stable: Stable, node: Any) -> Array | None:
    # log(1 + a) = log1p(a)
    inner = node.args[0]
    if node.row.name == "log" and isinstance(inner, Add) and num(1) in inner.parts:
        return call("log1p", make.add(part for part in inner.parts if part != num(1)))
    return None


def _power(stable: Stable, node: Any) -> Array | None:
    # 1/cosh(a) = sech(a)
    argument = stable.argument(node.base, "cosh")
    if argument is None or not isinstance(node.exponent, Num) or node.exponent.value >= 0:
        return None
    return make.power(Elem(SECH, (argument,)), num(-node.exponent.value))


def _product(stable: Stable, node: Any) -> Array | None:
    # sinh(a) sech(a) = tanh(a)
    for part in node.parts:
        base, times = (part.base, part.exponent) if isinstance(part, Pow) else (part, num(1))
        argument = stable.argument(base, "sinh")
        other = Elem(SECH, (argument,)) if argument is not None else None
        found = next((p for p in node.parts if other is not None and other in (p, getattr(p, "base", None))), None)
        if found is None or not isinstance(times, Num) or times.value < 1 or argument is None:
            continue
        count = min(times.value, found.exponent.value if isinstance(found, Pow) and isinstance(found.exponent, Num) else 1)
        gone = [make.power(base, num(-count)), make.power(found.base if isinstance(found, Pow) else found, num(-count))]
        return make.mul([*node.parts, *gone, make.power(call("tanh", argument), num(count))])
    return None


CHANGES: dict[type[Array], Callable[[Stable, Any], Array | None]] = {Add: _sum, Elem: _function, Pow: _power, Mul: _product}
