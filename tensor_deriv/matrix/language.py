"""Array expressions back in the expression language, so that what is printed can be read again."""

from __future__ import annotations

from . import make
from .forms import Named
from .nodes import Array, Call, Elem, Pow, Reshape, Take, num, walk
from .text import TextPrinter
from ..functions import TABLE


def in_language(node: Array) -> str | None:
    """The text of an expression, or None where the language has no word for a part of it."""
    plain = spelled_out(node)
    if any(isinstance(part, (Take, Reshape)) or (isinstance(part, Call) and part.name[-1].isdigit()) for part in walk(plain)):
        return None
    return TextPrinter().print(plain)


def definition_text(item: Named) -> str:
    """`name = text`, in the caller's own words where there are any."""
    return item.text or f"{item.name} = {in_language(item.node)}"


def spelled_out(node: Array) -> Array:
    """Helper primitives in words of the language: the mask of a maximum, a product of all but one."""
    node = make.rebuilt(node, tuple(spelled_out(child) for child in node.children)) if node.children else node
    if not isinstance(node, Call):
        return node
    if node.name in ("max_mask", "min_mask"):
        extreme = Call(node.name[:3], node.arg, node.axis, node.axis is not None and len(node.axis) < node.arg.rank)
        hit = Elem(TABLE["equal"], (node.arg, extreme))
        return make.mul([hit, Pow(Call("sum", hit, extreme.axis, extreme.keepdims), num(-1))])
    if node.name == "prod1" and (node.axis is None or len(node.axis) == node.arg.rank):
        return make.mul([Call("prod", node.arg, None), Pow(node.arg, num(-1))])
    return node
