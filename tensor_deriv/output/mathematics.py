"""Lines of MathML in a page: what changed from one line to the next is marked, and a long line may break at its operators."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby
from xml.etree import ElementTree

from .mathml_target import Element, element

CHANGED = "td-new"
BREAKS = frozenset("+−⊙⊘:·")
UNSEEN = frozenset("\u2061\u2062")


def mathematics(fragment: str, before: str = "") -> str:
    """A fragment as `math` elements; what differs from the fragment `before` carries a class."""
    row = element(fragment)
    if before:
        mark_changes(element(before), row)
    return "".join(f'<math displaystyle="true">{"".join(map(_text, piece))}</math>' for piece in pieces(list(row)))


def pieces(children: Sequence[Element]) -> list[list[Element]]:
    """The children of a row, cut before each operator that joins two of them."""
    found: list[list[Element]] = [[]]
    for child in children:
        operator = child[0] if child.get("class") == CHANGED and child.tag == "mrow" and len(child) == 1 else child
        if found[-1] and operator.text in BREAKS and operator.tag == "mo" and not operator.get("form"):
            operator.set("form", "infix")
            found.append([])
        found[-1].append(child)
    return found


def mark_changes(old: Element, new: Element) -> None:
    """Mark what stands in `new` and not in `old`, as deep inside as the two agree in kind."""
    matcher = SequenceMatcher(None, list(map(_text, old)), list(map(_text, new)), False)
    for kind, a, b, c, d in reversed(matcher.get_opcodes()):  # from behind, so that places before stay
        if kind == "replace" and b - a == d - c and all(map(_alike, old[a:b], new[c:d])):
            for before, after in zip(old[a:b], new[c:d], strict=True):
                mark_changes(before, after)
        elif kind in ("replace", "insert"):
            runs = _runs(new[c:d]) if new.tag == "mrow" else [[node] for node in new[c:d]]
            new[c:d] = [_marked(run[0]) if len(run) == 1 else _row(run) for run in runs]


def _runs(nodes: Sequence[Element]) -> list[list[Element]]:
    """Factors beside each other, which have one mark; an operator at which a line may break has its own."""
    alone = [node.tag == "mo" and node.text in BREAKS for node in nodes]
    groups = groupby(range(len(nodes)), lambda at: -at - 1 if alone[at] else sum(alone[:at]))
    return [[nodes[at] for at in group] for _, group in groups]


def _row(nodes: Sequence[Element]) -> Element:
    row = ElementTree.Element("mrow", {"class": CHANGED})
    row.extend(nodes)
    return row


def _marked(node: Element) -> Element:
    """A node with the class; an operator in a row of its own, as no background is painted for operators."""
    if node.text in UNSEEN:
        return node
    if node.tag == "mo":
        return _row([node])
    node.set("class", f"{node.get('class', '')} {CHANGED}".strip())
    return node


def _alike(old: Element, new: Element) -> bool:
    """Whether two elements differ in what they hold alone, and may be compared part by part."""
    return old.tag == new.tag and len(old) > 0 and (len(old) == len(new) or old.tag == "mrow")


def _text(node: Element) -> str:
    return ElementTree.tostring(node, encoding="unicode")
