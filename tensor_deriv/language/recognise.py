"""Formulas that have a name: exp(x)/sum(exp(x)) is read as softmax, log(1 + exp(x)) as softplus.

What is read is then differentiated by the row of that name, which is shorter and stays finite where the written form
overflows. The value that every result is checked against is still that of the text as written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import functions
from ..index.alike import alpha_key
from ..index.bodies import Apply
from ..index.indices import multiply, substitute
from ..index.nodes import MINUS, UNITY, Component, Expr, Extent, Function, Number, Power, Product, Sum, is_number, number
from ..index.slots import ONE, Index, Slot
from .values import Value

if TYPE_CHECKING:
    from .lower import Lowering


def quotient(left: Expr, right: Expr) -> Expr | None:
    # sinh(a)/cosh(a) = tanh(a), (eᵃ ± e^(−a))/2 = cosh(a), sinh(a)
    match left, right:
        case Function(top, (a,)), Function(bottom, (b,)) if (top.name, bottom.name) == ("sinh", "cosh") and same(a, b):
            return functions.call("tanh", a)
        case Sum((first, second)), Number() if is_number(right, 2):
            return _hyperbolic(first, second)
        case _, Sum((first, second)):
            one, other = _exponent(first), _exponent(second)
            return _logistic(left, one, other) if one is not None and other is not None else None
    return None


def power(base: Expr, exponent: Expr) -> Expr | None:
    # (1 + e^(−a))⁻¹ = σ(a)
    return quotient(UNITY, base) if is_number(exponent, -1) else None


def _hyperbolic(first: Expr, second: Expr) -> Expr | None:
    a, minus = _exponent(first), second
    for name, other in (("cosh", _exponent(minus)), ("sinh", _exponent(_negative(minus)))):
        if a is not None and other is not None and same(_negative(a), other):
            return functions.call(name, a)
    return None


def _logistic(left: Expr, a: Expr, b: Expr) -> Expr | None:
    # (eᵃ − eᵇ)/(eᵃ + eᵇ) = tanh((a − b)/2), c eᵃ/(eᵃ + eᵇ) = c σ(a − b)
    factors = left.factors if isinstance(left, Product) and not left.over else (left,)
    for first, second in ((a, b), (b, a)) if is_number(b, 0) else ((b, a), (a, b)):
        if same(left, Sum((_power_of_e(first), _negative(_power_of_e(second))))):
            return functions.call("tanh", _half(first, second))
        rest = _without(factors, first)
        if rest is not None:
            sigmoid = functions.call("sigmoid", _difference(first, second))
            return multiply((*rest, sigmoid)) if rest else sigmoid
    return None


def _without(factors: tuple[Expr, ...], exponent: Expr) -> tuple[Expr, ...] | None:
    """The factors but for eᵃ, where it is one of them; of 1/(1 + eᵇ) all but a 1."""
    if is_number(exponent, 0):
        return () if len(factors) == 1 and is_number(factors[0], 1) else factors
    wanted = _power_of_e(exponent)
    at = next((at for at, factor in enumerate(factors) if same(factor, wanted)), None)
    return None if at is None else (*factors[:at], *factors[at + 1 :])


def _half(a: Expr, b: Expr) -> Expr:
    """(a − b)/2, plainly."""
    if same(b, _negative(a)):
        return a
    whole = _difference(a, b)
    number, *rest = whole.factors if isinstance(whole, Product) and not whole.over else (UNITY, whole)
    if not isinstance(number, Number):
        number, rest = UNITY, [whole]
    return rest[0] if is_number(number, 2) and len(rest) == 1 else multiply((Number(number.value / 2), *rest))


def same(a: Expr, b: Expr) -> bool:
    """Whether two expressions differ in nothing but the names of summed indices."""
    return alpha_key(a) == alpha_key(b)


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


def function(name: str, argument: Expr) -> Expr | None:
    """A function of an argument that makes it another."""
    if name == "log1p":
        return functions.call("softplus", *argument.args) if isinstance(argument, Function) and argument.name == "exp" else None
    return logarithm(argument) if name == "log" else None


def logarithm(argument: Expr) -> Expr | None:
    # log eᵃ = a, log cosh a, log(1 + eᵃ) = softplus(a), log σ(a) = −softplus(−a), log(1 − σ(a)) = −softplus(a)
    match argument:
        case Sum((first, second)):
            inner = _negative(second) if is_number(first, 1) else _negative(first) if is_number(second, 1) else None
            if isinstance(inner, Function) and inner.name == "sigmoid":
                return multiply((MINUS, functions.call("softplus", *inner.args)))
            return _of_exponentials(_exponent(first), _exponent(second))
        case Function(row, (inner,)):
            match row.name:
                case "exp":
                    return inner
                case "cosh":
                    return functions.call("logcosh", inner)
                case "sigmoid":
                    return multiply((MINUS, functions.call("softplus", _negative(inner))))
    return None


def _of_exponentials(a: Expr | None, b: Expr | None) -> Expr | None:
    # log(eᵃ + eᵇ): softplus where one is 0, log 2 + log cosh a where b = −a
    if a is None or b is None or (is_number(a, 0) and is_number(b, 0)):
        return None
    if is_number(a, 0) or is_number(b, 0):
        return functions.call("softplus", b if is_number(a, 0) else a)
    if same(b, _negative(a)):
        return Sum((functions.call("log", number(2)), functions.call("logcosh", a)))
    return functions.call("logaddexp", a, b)


def softmax(lowering: Lowering, left: Value, right: Value) -> Value | None:
    # c e^x / Σ e^x
    summed = _exponential_sum(right.expr)
    factors = left.expr.factors if isinstance(left.expr, Product) and not left.expr.over else (left.expr,)
    if summed is None or summed[2]:
        return None
    for at, factor in enumerate(factors):
        if isinstance(factor, Function) and factor.name == "exp" and set(left.axes) <= factor.free | {ONE}:
            found = _softmax(lowering, left.axes, factor.args[0], right, *summed[:2])
            rest = (*factors[:at], *factors[at + 1 :])
            if found is not None:
                return Value(found.axes, multiply((*rest, found.expr))) if rest else found
    return None


def _softmax(lowering: Lowering, axes: tuple[Slot, ...], x: Expr, right: Value, inner: Expr, over: tuple[Index, ...]) -> Value | None:
    padded = (ONE,) * (len(axes) - right.rank) + right.axes
    acted = tuple(axis for axis, slot in enumerate(padded) if slot == ONE and axes[axis] != ONE)
    if right.rank > len(axes) or not all(isinstance(slot, Index) for slot in axes) or len(acted) != len(over):
        return None
    mapping: dict[Index, Slot] = {}
    for axis, slot in enumerate(axes):
        assert isinstance(slot, Index)
        mapping[slot] = over[acted.index(axis)] if axis in acted else padded[axis]
    return lowering.primitive("softmax", Value(axes, x), acted) if same(substitute(x, mapping), inner) else None


def _exponential_sum(expr: Expr) -> tuple[Expr, tuple[Index, ...], tuple[Expr, ...]] | None:
    """(x, the summed indices, positive numbers in front) of c Σ eˣ."""
    match expr:
        case Product(factors, over) if over:
            powers = [factor for factor in factors if isinstance(factor, Function) and factor.name == "exp"]
            constants = tuple(factor for factor in factors if _is_positive(factor))
            if len(powers) == 1 and len(constants) + 1 == len(factors):
                return powers[0].args[0], over, constants
    return None


def _is_positive(expr: Expr) -> bool:
    """Whether it is a positive number by its form."""
    match expr:
        case Number(value):
            return value > 0
        case Power(base, Number()):
            return _is_positive(base)
    return isinstance(expr, Extent)


def _log_of_number(expr: Expr) -> Expr:
    if isinstance(expr, Power) and is_number(expr.exponent, -1):
        return multiply((MINUS, functions.call("log", expr.base)))
    return functions.call("log", expr)


def named_logarithm(lowering: Lowering, value: Value) -> Value | None:
    # log c Σ eˣ = log c + logsumexp(x), log softmax(x) = log_softmax(x), log det A = logdet(A)
    summed = _exponential_sum(value.expr)
    if summed is not None:
        inner, over, constants = summed
        axes = tuple(slot for slot in value.axes if slot != ONE)
        acted = tuple(range(len(axes), len(axes) + len(over)))
        if all(isinstance(slot, Index) for slot in axes):
            found = lowering.primitive("logsumexp", Value((*axes, *over), inner), acted).expr
            return Value(value.axes, Sum((found, *map(_log_of_number, constants))) if constants else found)
    if isinstance(value.expr, Component) and value.expr.tensor in lowering.scope.definitions:
        return _of_primitive(lowering, value, lowering.scope.definitions[value.expr.tensor].body)
    return None


def _of_primitive(lowering: Lowering, value: Value, body: Expr) -> Value | None:
    names = {"softmax": "log_softmax", "det": "logdet"}
    if not isinstance(body, Apply) or body.primitive not in names or not isinstance(value.expr, Component):
        return None
    shape = lowering.scope.shapes[body.tensor]
    return Value(value.axes, Component(lowering.applied(names[body.primitive], body.tensor, body.axes, shape), value.expr.slots))
