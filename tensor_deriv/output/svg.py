"""Tensor networks drawn: the nodes of a term in a row, edges as lines and arcs, open ends with their letters."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from .diagram import DOT, FUNCTION, Diagram, Node, diagrams
from .lines import Writer
from .svg_layout import MARGIN, Row, half_height, half_width
from .svg_text import LETTER, Indexed, lowered, plain, width, wrapped

if TYPE_CHECKING:
    from ..derived import Derived

LONGEST = 18  # characters of an expression that is written into its node; a longer one is numbered and written below
COLUMNS = 68  # characters of a line of text
NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
LEGEND = "A dashed frame is an expression in its indices; a dot joins ends that have the same index."
OWN_COLOURS = (
    "<style>svg { color: #1a1c1f; background: #fdfdfc } "
    "@media (prefers-color-scheme: dark) { svg { color: #e6e7e9; background: #15171a } }</style>"
)
_MIDDLE, _ITALIC = 'text-anchor="middle"', ' font-style="italic"'


def derivation_svg(derivations: Sequence[Derived]) -> str:
    """The networks of some answers as one picture with colours of its own, light and dark."""
    found = [diagram for derivation in derivations for diagram in derivation_diagrams(derivation)]
    return picture(found, OWN_COLOURS)


def derivation_diagrams(derivation: Derived) -> list[Diagram]:
    """The networks of an answer; UnsupportedError with the reason where it has none."""
    return diagrams(Writer(derivation, Indexed(), "cartesian"))


def picture(found: Sequence[Diagram], colours: str = "") -> str:
    """Diagrams one below the other, as one `svg` element in the colour of the text around it."""
    drawing = Drawing()
    for diagram in found:
        drawing.diagram(diagram)
    if any(node.kind in (DOT, FUNCTION) for diagram in found for network in diagram.networks for node in network.nodes):
        drawing.paragraph(LEGEND, 'font-size="13" fill-opacity="0.8"')
    label = escape("Tensor networks. " + " ".join(f"{diagram.head.capitalize()}: {plain(diagram.text)}." for diagram in found))
    across, down = round(drawing.width + MARGIN), round(drawing.y + MARGIN)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" viewBox="0 0 {across} {down}" width="{across}"'
        f' height="{down}" font-family="system-ui, sans-serif" font-size="15" fill="currentColor" stroke="none">'
        f"{colours}\n" + "\n".join(drawing.marks) + "\n</svg>"
    )


class Drawing:
    """Marks on a sheet that grows downwards."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.y, self.width = MARGIN, 0.0

    def diagram(self, diagram: Diagram) -> None:
        """A heading, the equation, and a row for each term."""
        self.paragraph(diagram.head, 'font-weight="600"')
        self.paragraph(diagram.text, 'font-size="14" fill-opacity="0.8"')
        for place, network in enumerate(diagram.networks):
            labels, notes = labelled(network.nodes)
            self.row(Row(network, labels, front(network.front, place > 0)))
            for note in notes:
                self.paragraph(note, 'font-size="14"')
        self.y += 20

    def paragraph(self, text: str, style: str) -> None:
        """Words from the left margin on, in lines of a readable length."""
        for line in wrapped(text, COLUMNS * LETTER):
            self.y += 20
            self.text(line, MARGIN, self.y - 5, style)
            self.width = max(self.width, MARGIN + width(line) * 0.9)

    def row(self, row: Row) -> None:
        """One network."""
        middle = self.y + row.above
        self.text(row.front, MARGIN, middle + 5, "")
        for edge in row.edges():
            self._curve(edge.path(middle))
            self.text(edge.letter, edge.x, middle - edge.label_above, _MIDDLE + _ITALIC)
        for end in row.ends():
            self._curve(f"M {end.x:.1f} {middle + end.down:.1f} l {end.dx:.1f} {end.dy:.1f}")
            self.text(end.letter, *end.label(middle), end.anchor + _ITALIC)
        for node, label, x in zip(row.network.nodes, row.labels, row.places, strict=True):
            self._node(node, label, x, middle)
        self.width = max(self.width, row.right)
        self.y = middle + row.below

    def text(self, text: str, x: float, y: float, style: str) -> None:
        """A text at a point."""
        if text:
            self.marks.append(f'<text x="{x:.1f}" y="{y:.1f}"{" " * bool(style)}{style.strip()}>{lowered(text)}</text>')

    def _curve(self, path: str) -> None:
        self.marks.append(f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="1.6"/>')

    def _node(self, node: Node, label: str, x: float, y: float) -> None:
        half, high = half_width(node, label), half_height(node)
        if node.kind == DOT:
            self.marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{high}"/>')
            return
        box = f'x="{x - half:.1f}" y="{y - high:.1f}" width="{2 * half:.1f}" height="{2 * high:.1f}"'
        frame = 'rx="5" stroke-dasharray="5 3"' if node.kind == FUNCTION else f'rx="{high}"'
        self.marks.append(f'<rect {box} {frame} fill-opacity="0.07" stroke="currentColor" stroke-width="1.6"/>')
        self.text(label, x, y + 5, _MIDDLE)


def front(words: str, further: bool) -> str:
    """The number in front of a term, with its sign where other terms come before."""
    sign = ("− " if words.startswith("−") else "+ ") if further else words[: words.startswith("−")]
    rest = words.removeprefix("−")
    return sign + ("" if rest == "1" else rest)


def labelled(nodes: Sequence[Node]) -> tuple[list[str], list[str]]:
    """What stands in each node, and a line for each expression that is too long for its own."""
    labels, notes = [], list[str]()
    for node in nodes:
        long = width(node.label) > LONGEST * LETTER
        number = NUMBERS[len(notes)] if len(notes) < len(NUMBERS) else f"({len(notes) + 1})"
        labels.append(number if long else node.label)
        notes += [f"{number} {node.label}"] if long else []
    return labels, notes
