"""Where everything stands in the picture of a network: nodes in a row, edges and open ends between and around them."""

from __future__ import annotations

from collections.abc import Sequence

from .diagram import DELTA, DOT, Network, Node
from .svg_text import LETTER, width

MARGIN, GAP, RADIUS, LEG = 16.0, 46.0, 19.0, 30.0
SMALL = {DOT: 4.5, DELTA: 14.0}  # radii


class Edge:
    """A line between two nodes, or an arc above them; from a node to itself a loop."""

    def __init__(self, start: tuple[float, float, float], stop: tuple[float, float, float], letter: str, height: float) -> None:
        (one, half, high), (two, other_half, other_high) = start, stop
        self.letter, self.height = letter, height
        self.tops = (high, other_high) if height else (0.0, 0.0)
        self.from_, self.to = (one, two) if height else (one + half, two - other_half)
        self.loop = one == two
        if self.loop:
            self.from_, self.to = one - 9, two + 9
        self.x = (self.from_ + self.to) / 2

    @property
    def label_above(self) -> float:
        """How far above the row the letter stands: above a line and a loop, and under an arc, where no other one passes."""
        if not self.height:
            return 6.0
        return self.height + 5 if self.loop else self.height - 18

    def path(self, y: float) -> str:
        """The curve, in the words of SVG."""
        first, last = (y - top for top in self.tops)
        if not self.height:
            return f"M {self.from_:.1f} {first:.1f} H {self.to:.1f}"
        # an arc reaches three quarters of the way to its control points
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


def half_width(node: Node, label: str) -> float:
    """Half the width of a node, which holds its label."""
    return SMALL.get(node.kind) or max(RADIUS, width(label) / 2 + 10)


def half_height(node: Node) -> float:
    """Half the height of a node."""
    return SMALL.get(node.kind, RADIUS)


def _heights(network: Network) -> list[float]:
    """How high the arc of each edge goes: nothing between neighbours, but for the second and third edge of the same two."""
    seen: dict[tuple[int, int], int] = {}
    heights = []
    for first, second, _ in network.edges:
        again = seen.get((first, second), 0)
        seen[first, second] = again + 1
        apart = second - first
        heights.append(0.0 if apart == 1 and not again else RADIUS + 10 + 22 * max(apart, 1) + 20 * (again - (apart == 1)))
    return heights
