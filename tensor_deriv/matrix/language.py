"""Array expressions back in the expression language, so that what is printed can be read again."""

from __future__ import annotations

from ..functions import TABLE
from . import make
from .calls import Call, Eye, Take
from .forms import Named
from .nodes import Array, Elem, Name, Pow, num, walk
from .places import Tril, Where
from .text import TextPrinter


def in_language(node: Array, positive: frozenset[str] = frozenset()) -> str | None:
    """The text of an expression, or None where the language has no word for a part of it.

    `positive` names the tensors without a zero: a product of all entries but one is a quotient of theirs alone.
    """
    plain = spelled_out(node, positive)
    if any(isinstance(part, Take) or (isinstance(part, Call) and without_word(part.name)) for part in walk(plain)):
        return None
    return TextPrinter().print(plain)


def without_word(primitive: str) -> bool:
    """Whether the language has no name for a primitive: all the derivatives of `prod` and `expm`."""
    return primitive[-1].isdigit() or primitive in ("dexpm", "d2expm")


def definition_text(item: Named, positive: frozenset[str] = frozenset()) -> str | None:
    """`name = text`, in the caller's own words where there are any; None where the language has none."""
    text = in_language(item.node, positive)
    return item.text or (text and f"{item.name} = {text}")


def spelled_out(node: Array, positive: frozenset[str]) -> Array:
    """Helper primitives in words of the language: the mask of a maximum, a product of all but one."""
    node = make.rebuilt(node, tuple(spelled_out(child, positive) for child in node.children)) if node.children else node
    if not isinstance(node, Call):
        return node
    every = node.axis is None or len(node.axis) == node.arg.rank
    if node.name in ("max_mask", "min_mask"):
        extreme = Call(node.name[:3], node.arg, None if every else node.axis, not every)
        hit = Elem(TABLE["equal"], (node.arg, extreme))
        return make.mul([hit, Pow(Call("sum", hit, extreme.axis, extreme.keepdims), num(-1))])
    if node.name == "cumprod1" and node.arg.rank == 1:  # each row with another entry left out
        left_out = Where(Eye(node.arg.shape[0]), num(1), node.arg)
        return Tril(make.transpose(Call("cumprod", left_out, (1,))))
    if node.name == "prod1" and every and is_positive(node.arg, positive):
        return make.mul([Call("prod", node.arg, None), Pow(node.arg, num(-1))])
    return node


def is_positive(node: Array, names: frozenset[str]) -> bool:
    """Whether no entry can be zero, as far as the form shows."""
    match node:
        case Name(name, _):
            return name in names
        case Elem(row, _):
            return row.name in ("exp", "cosh", "sigmoid", "softplus")
    return False
