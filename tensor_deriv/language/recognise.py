"""Formulas that have a name: exp(x)/sum(exp(x)) is read as softmax, log(1 + exp(x)) as softplus.

What is read is then differentiated by the row of that name, which is shorter and stays finite where the written form
overflows. The value that every result is checked against is still that of the text as written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import functions
from ..index.indices import alpha_key, multiply, substitute
from ..index.nodes import MINUS, ONE, Apply, Component, Expr, Function, Index, Number, Product, Slot, Sum, is_number
from .values import Value

if TYPE_CHECKING:
    from .lower import Lowering


def quotient(left: Expr, right: Expr) -> Expr | None:
    # eᵃ/(eᵃ + eᵇ) = σ(a − b), 1/(1 + e^(−a)) = σ(a)
    if not isinstance(right, Sum) or len(right.terms) != 2:
        return None
    exponents = [_exponent(term) for term in right.terms]
    for first, second in (exponents, exponents[::-1]):
        if first is None or second is None or alpha_key(left) != alpha_key(_power_of_e(first)):
            continue
        return functions.call("sigmoid", _difference(first, second))
    return None


def _exponent(term: Expr) -> Expr | None:
    """a of eᵃ, where 1 is e⁰."""
    if is_number(term, 1):
        return Number(type(term.value)(0)) if isinstance(term, Number) else None
    return term.args[0] if isinstance(term, Function) and term.name == "exp" else None


def _power_of_e(exponent: Expr) -> Expr:
    return functions.scalar_expression("1") if is_number(exponent, 0) else functions.call("exp", exponent)


def _difference(a: Expr, b: Expr) -> Expr:
    if is_number(b, 0):
        return a
    return _negative(b) if is_number(a, 0) else Sum((a, _negative(b)))


def _negative(expr: Expr) -> Expr:
    """−a, plainly: −(−b) is b."""
    if isinstance(expr, Number):
        return Number(-expr.value)
    if isinstance(expr, Product) and expr.factors[0] == MINUS:
        rest = expr.factors[1:]
        return rest[0] if len(rest) == 1 and not expr.over else Product(rest, expr.over)
    return multiply((MINUS, expr))


def logarithm(argument: Expr) -> Expr | None:
    # log(1 + eᵃ) = softplus(a), log σ(a) = −softplus(−a), log(1 − σ(a)) = −softplus(a)
    match argument:
        case Sum((first, second)):
            for one, other in ((first, second), (second, first)):
                exponent = _exponent(other)
                if is_number(one, 1) and exponent is not None and not is_number(exponent, 0):
                    return functions.call("softplus", exponent)
                inner = _negative(other)
                if is_number(one, 1) and isinstance(inner, Function) and inner.name == "sigmoid":
                    return multiply((MINUS, functions.call("softplus", *inner.args)))
        case Function(row, (inner,)) if row.name == "sigmoid":
            return multiply((MINUS, functions.call("softplus", _negative(inner))))
    return None


def softmax(lowering: Lowering, left: Value, right: Value) -> Value | None:
    # e^x / Σ e^x
    summed = _exponential_sum(right.expr)
    if summed is None or not (isinstance(left.expr, Function) and left.expr.name == "exp"):
        return None
    inner, over = summed
    padded = (ONE,) * (left.rank - right.rank) + right.axes
    acted = tuple(axis for axis, slot in enumerate(padded) if slot == ONE and left.axes[axis] != ONE)
    if right.rank > left.rank or not all(isinstance(slot, Index) for slot in left.axes) or len(acted) != len(over):
        return None
    mapping: dict[Index, Slot] = {}
    for axis, slot in enumerate(left.axes):
        assert isinstance(slot, Index)
        mapping[slot] = over[acted.index(axis)] if axis in acted else padded[axis]
    if alpha_key(substitute(left.expr.args[0], mapping)) != alpha_key(inner):
        return None
    return lowering.primitive("softmax", Value(left.axes, left.expr.args[0]), acted)


def _exponential_sum(expr: Expr) -> tuple[Expr, tuple[Index, ...]] | None:
    """(x, the summed indices) of Σ eˣ."""
    match expr:
        case Product((Function() as only,), over) if over and only.name == "exp":
            return only.args[0], over
    return None


def named_logarithm(lowering: Lowering, value: Value) -> Value | None:
    # log Σ eˣ = logsumexp(x), log softmax(x) = log_softmax(x), log det A = logdet(A)
    summed = _exponential_sum(value.expr)
    if summed is not None:
        inner, over = summed
        axes = tuple(slot for slot in value.axes if slot != ONE)
        acted = tuple(range(len(axes), len(axes) + len(over)))
        if all(isinstance(slot, Index) for slot in axes):
            return Value(value.axes, lowering.primitive("logsumexp", Value((*axes, *over), inner), acted).expr)
    if isinstance(value.expr, Component) and value.expr.tensor in lowering.scope.definitions:
        return _of_primitive(lowering, value, lowering.scope.definitions[value.expr.tensor].body)
    return None


def _of_primitive(lowering: Lowering, value: Value, body: Expr) -> Value | None:
    names = {"softmax": "log_softmax", "det": "logdet"}
    if not isinstance(body, Apply) or body.primitive not in names or not isinstance(value.expr, Component):
        return None
    shape = lowering.scope.shapes[body.tensor]
    return Value(value.axes, Component(lowering.applied(names[body.primitive], body.tensor, body.axes, shape), value.expr.slots))
