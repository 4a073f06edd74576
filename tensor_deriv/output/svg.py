"""Tensor networks drawn: the nodes of a term in a row, edges as lines and arcs, open ends with their letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

from .diagram import DELTA, DOT, FUNCTION, Diagram, Network, Node, diagrams
from .lines import Writer
from .symbols import Symbol
from .targets import Printed
from .text_target import Text

if TYPE_CHECKING:
    from ..derivation import Derivation

MARGIN, GAP, RADIUS, LEG = 16.0, 46.0, 19.0, 30.0
SMALL = {DOT: 4.5, DELTA: 14.0}  # radii
LETTER = 8.6  # about the width of a character
LONGEST = 18  # characters of an expression that is written into its node; a longer one is numbered and written below
COLUMNS = 68  # characters of a line of text
NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
LEGEND = "A dashed frame is an expression in its indices; a dot joins ends that have the same index."
OWN_COLOURS = (
    "<style>svg { color: #1a1c1f; background: #fdfdfc } "
    "@media (prefers-color-scheme: dark) { svg { color: #e6e7e9; background: #15171a } }</style>"
)


def derivation_svg(derivations: Sequence[Derivation]) -> str:
    """The networks of some answers as one picture with colours of its own, light and dark."""
    found = [diagram for derivation in derivations for diagram in derivation_diagrams(derivation)]
    return picture(found, OWN_COLOURS)


def derivation_diagrams(derivation: Derivation) -> list[Diagram]:
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


class Indexed(Text):
    """Unicode text that marks where indices begin and end."""

    def indexed(self, symbol: Symbol | str, lower: Sequence[str], upper: Sequence[str], upper_first: bool) -> Printed:
        text, tight = super().indexed(symbol, lower, upper, upper_first)
        head = symbol if isinstance(symbol, str) else self.letter(symbol)
        return (head + _marked(text[len(head) + 1 :]) if lower else text), tight

    def series(self, letters: Sequence[str]) -> str:
        return "Σ" + _marked(super().series(letters)[2:])


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
        for line in wrap(text, COLUMNS):
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


_OPEN, _CLOSE, _WIDE = "\ue000", "\ue001", "\u00a0"  # where indices begin and end; a space that does not break
_INDEX = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_MIDDLE, _ITALIC = 'text-anchor="middle"', ' font-style="italic"'


class Edge:
    """A line between two nodes, or an arc above them; from a node to itself a loop."""

    def __init__(self, start: tuple[float, float, float], stop: tuple[float, float, float], letter: str, height: float) -> None:
        (one, half, high), (two, other_half, other_high) = start, stop
        self.letter, self.height = letter, height
        self.tops = (high, other_high) if height else (0.0, 0.0)
        self.from_, self.to = (one, two) if height else (one + half, two - other_half)
        if one == two:
            self.from_, self.to = one - 9, two + 9
        self.x = (self.from_ + self.to) / 2

    @property
    def label_above(self) -> float:
        """How far above the row the letter stands: an arc reaches three quarters of the way to its control points."""
        return self.height + 5 if self.height else 6.0

    def path(self, y: float) -> str:
        """The curve, in the words of SVG."""
        first, last = (y - top for top in self.tops)
        if not self.height:
            return f"M {self.from_:.1f} {first:.1f} H {self.to:.1f}"
        control = y - max(self.tops) - (self.height - max(self.tops)) * 4 / 3
        return f"M {self.from_:.1f} {first:.1f} C {self.from_:.1f} {control:.1f} {self.to:.1f} {control:.1f} {self.to:.1f} {last:.1f}"


class End:
    """An open end, from where it leaves its node."""

    def __init__(self, x: float, down: float, dx: float, dy: float, letter: str) -> None:
        self.x, self.down, self.dx, self.dy, self.letter = x, down, dx, dy, letter

    @property
    def anchor(self) -> str:
        """Where the letter's own point is."""
        return f'text-anchor="{"start" if self.dx > 0 else "end" if self.dx < 0 else "middle"}"'

    def label(self, y: float) -> tuple[float, float]:
        """The letter's place: past the end."""
        beside = 4 if self.dx > 0 else -4 if self.dx < 0 else 0
        return self.x + self.dx + beside, y + self.down + self.dy + (14 if self.dy else 5)


class Row:
    """Where the nodes of a network stand, from left to right."""

    def __init__(self, network: Network, labels: Sequence[str], words: str) -> None:
        self.network, self.labels, self.front = network, labels, words
        halves = [half_width(node, label) for node, label in zip(network.nodes, labels, strict=True)]
        at = MARGIN + width(words + " " * bool(words)) + (LEG + 2 * LETTER if any(place == 0 for place, _ in network.ends) else 4)
        self.places: list[float] = []
        for half in halves:
            self.places.append(at + half)
            at += 2 * half + GAP
        self.boxes = [(x, half, half_height(node)) for x, half, node in zip(self.places, halves, network.nodes, strict=True)]
        self.heights = _heights(network)
        self.right = at - GAP + LEG + 2 * LETTER
        self.above = max([RADIUS, *self.heights]) + 26
        self.below = RADIUS + (LEG + 26 if any(end.dy for end in self.ends()) else 12)

    def edges(self) -> list[Edge]:
        """The lines and arcs."""
        pairs = zip(self.network.edges, self.heights, strict=True)
        letters = self.network.letters
        return [Edge(self.boxes[first], self.boxes[second], letters[index], height) for (first, second, index), height in pairs]

    def ends(self) -> list[End]:
        """To the left of the first node, to the right of the last, else downwards."""
        found = []
        for place, (x, half, high) in enumerate(self.boxes):
            letters = [self.network.letters[index] for at, index in self.network.ends if at == place]
            if letters and place == 0:
                found.append(End(x - half, 0, -LEG, 0, letters.pop(0)))
            if letters and place == len(self.boxes) - 1:
                found.append(End(x + half, 0, LEG, 0, letters.pop()))
            found += [End(x + 18 * (at - (len(letters) - 1) / 2), high, 0, LEG, letter) for at, letter in enumerate(letters)]
        return found


def _marked(indices: str) -> str:
    return _OPEN + indices.replace(" ", _WIDE) + _CLOSE


def lowered(text: str) -> str:
    """A text as SVG, indices below the line."""
    return _INDEX.sub(lambda found: f'<tspan dy="3.5" font-size="78%">{found[1]}</tspan><tspan dy="-3.5">\u200b</tspan>', escape(text))


def plain(text: str) -> str:
    """A text in one line, as it is read aloud: x_km."""
    return _INDEX.sub(lambda found: "_" + found[1].replace(_WIDE, " "), text)


def width(text: str) -> float:
    """About how wide a text is."""
    below = sum(len(index) for index in _INDEX.findall(text))
    return (len(_INDEX.sub("", text)) + 0.8 * below) * LETTER


def half_width(node: Node, label: str) -> float:
    """Half the width of a node, which holds its label."""
    return SMALL.get(node.kind) or max(RADIUS, width(label) / 2 + 10)


def half_height(node: Node) -> float:
    """Half the height of a node."""
    return SMALL.get(node.kind, RADIUS)


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


def _heights(network: Network) -> list[float]:
    """How high the arc of each edge goes: nothing between neighbours, but for the second and third edge of the same two."""
    seen: dict[tuple[int, int], int] = {}
    heights = []
    for first, second, _ in network.edges:
        again = seen.get((first, second), 0)
        seen[first, second] = again + 1
        apart = second - first
        heights.append(0.0 if apart == 1 and not again else RADIUS + 10 + 22 * max(apart, 1) + 16 * (again - (apart == 1)))
    return heights
