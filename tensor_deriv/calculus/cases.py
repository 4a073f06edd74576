"""Case by case: what a choice between two branches multiplies, and choices by one condition made into one."""

from __future__ import annotations

from fractions import Fraction

from ..index.alike import alpha_key, matched
from ..index.indices import multiply, renew, substitute
from ..index.nodes import NOUGHT, UNITY, Component, Delta, Expr, Number, Product, Sum, Where, is_number
from .contract import coefficient, has_delta, scaled, split
from .engine import Rule


def where_zero(node: Expr) -> Expr | None:
    # a where c, else a, is a; and a branch that is 0 in both cases is 0
    if isinstance(node, Where) and (node.then == node.otherwise or isinstance(node.condition, Number)):
        return node.otherwise if is_number(node.condition, 0) else node.then
    return None


def apart(node: Expr) -> Expr | None:
    # a δ out of a case: (a δ + b where c, else 0) = (a where c, else 0) δ + (b where c, else 0)
    if not isinstance(node, Where):
        return None
    condition, then, otherwise = node.children
    if not is_number(then, 0) and not is_number(otherwise, 0):
        return Sum((Where(condition, then, NOUGHT), renew(Where(condition, NOUGHT, otherwise)))) if has_delta(node) else None
    body = otherwise if is_number(then, 0) else then
    if isinstance(body, Sum) and has_delta(body):
        return Sum(tuple(renew(_branch(node, term)) for term in split(body)))
    return _outside(node, body if isinstance(body, Product) else Product((body,)))


def _branch(node: Where, body: Expr) -> Where:
    """The case with another body in its one branch that is not 0."""
    return Where(node.condition, NOUGHT, body) if is_number(node.then, 0) else Where(node.condition, body, NOUGHT)


def _outside(node: Where, body: Product) -> Expr | None:
    """What a case multiplies, in front of it: each δ, and what runs over an index that the condition does not have."""
    product = multiply(body.factors, body.over)
    deltas = [factor for factor in product.factors if isinstance(factor, Delta)]
    if product.over and not deltas:
        return None
    out = [factor for factor in product.factors if _apart(factor, node.condition)]
    kept = tuple(factor for factor in product.factors if not _apart(factor, node.condition))
    if not out or (not kept and is_number(out[0], 1)):
        return None
    return Product((*out, _branch(node, Product(kept) if kept else UNITY)), product.over)


def _apart(factor: Expr, condition: Expr) -> bool:
    return isinstance(factor, (Delta, Number)) or (isinstance(factor, Component) and not factor.free <= condition.free)


def merged(node: Expr) -> Expr | None:
    # (a where c, else b) p + (a′ where c, else b′) p = (a + a′ where c, else b + b′) p
    if not isinstance(node, Sum):
        return None
    terms = [_case(term) for term in node.terms]
    for at, first in enumerate(terms):
        for second in terms[at + 1 :]:
            joined = _joined(first, second) if first and second else None
            if joined is not None:
                rest = [term for term, case in zip(node.terms, terms, strict=True) if case is not first and case is not second]
                return Sum((*rest[:at], joined, *rest[at:])) if rest else joined
    return None


Case = tuple[Product, Where]


def _case(term: Expr) -> Case | None:
    """A term as the product with the branches taken out, and its one choice; numbers go into the branches."""
    value, rest = coefficient(term)
    product = rest if isinstance(rest, Product) else Product((rest,))
    choices = [factor for factor in product.factors if isinstance(factor, Where)]
    if len(choices) != 1:
        return None
    (choice,) = choices
    empty = Where(choice.condition, NOUGHT, NOUGHT)
    frame = Product(tuple(empty if factor is choice else factor for factor in product.factors), product.over)
    return frame, Where(choice.condition, _times(value, choice.then), _times(value, choice.otherwise))


def _times(value: Fraction, branch: Expr) -> Expr:
    return branch if is_number(branch, 0) else scaled(value, branch)


def _joined(first: Case, second: Case) -> Expr | None:
    if repr(alpha_key(first[0])) != repr(alpha_key(second[0])):
        return None
    mapping = matched(second[0], first[0])
    if mapping is None:
        return None
    own, other = first[1], second[1]
    then, otherwise = (_plus(a, renew(substitute(b, mapping))) for a, b in ((own.then, other.then), (own.otherwise, other.otherwise)))
    choice = Where(own.condition, then, otherwise)
    factors = tuple(choice if isinstance(factor, Where) else factor for factor in first[0].factors)
    return Product(factors, first[0].over) if len(factors) > 1 or first[0].over else choice


def _plus(left: Expr, right: Expr) -> Expr:
    return right if is_number(left, 0) else left if is_number(right, 0) else Sum((left, right))


WHERE_ZERO = Rule("zeros and ones", "(a where c, else a) = a", "arithmetic", "contract", where_zero)
APART = Rule("factors out of a case", "(a δ where c, else 0) = (a where c, else 0) δ", "arithmetic", "contract", apart)
MERGED = Rule("one condition", "(a where c, else 0) + (0 where c, else b) = (a where c, else b)", "arithmetic", "collect", merged)
