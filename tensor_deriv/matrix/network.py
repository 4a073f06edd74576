"""The factors of one product as a network: indices are vertices, factors of two indices edges, of one index weights.

Parallel edges merge (Hadamard product); a summed vertex of degree 0 is a sum or a dot product, of degree 1 a matrix times
a vector, of degree 2 a product of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..index.slots import Index
from . import make
from .cost import cost
from .labelled import Labelled
from .nodes import Array, Size

LEAF = 10.0  # the price of an index that could not be summed out


@dataclass
class Network:
    """The factors of one product, by how many indices they have."""

    over: list[Index]
    scalars: list[Array] = field(default_factory=list)
    weights: dict[Index, list[Array]] = field(default_factory=dict)
    edges: list[Labelled] = field(default_factory=list)
    others: list[Labelled] = field(default_factory=list)
    order: list[Array] = field(default_factory=list)  # the factors as they were written

    def put(self, item: Labelled) -> None:
        """Sort a factor in, its scalar factors apart."""
        scalars, node = make.split_scalars(item.node) if item.axes else ([], item.node)
        self.scalars += scalars
        match len(item.axes):
            case 0:
                self.scalars.append(node)
            case 1:
                self.weights.setdefault(item.axes[0], []).append(node)
            case 2:
                self._edge(Labelled(node, item.axes))
            case _:
                self.others.append(Labelled(node, item.axes))

    def _edge(self, new: Labelled) -> None:
        # parallel edges: a_ij b_ij
        for place, old in enumerate(self.edges):
            if set(old.axes) == set(new.axes):
                node = new.node if new.axes == old.axes else make.transpose(new.node)
                self.edges[place] = Labelled(make.mul([old.node, node]), old.axes)
                return
        self.edges.append(new)

    def degree(self, index: Index) -> int:
        return sum(index in edge.axes for edge in self.edges)

    def free(self) -> list[Index]:
        """The indices that are not summed, in the order of the factors."""
        found = dict.fromkeys([*self.weights, *(i for item in self.edges + self.others for i in item.axes)])
        return [index for index in found if index not in self.over]

    def has_cycle(self) -> bool:
        """Whether the edges close a circle, so that the order of sums shows in the form."""
        return len(self.edges) >= len({index for edge in self.edges for index in edge.axes})

    def copy(self) -> Network:
        weights = {index: list(nodes) for index, nodes in self.weights.items()}
        return Network(list(self.over), list(self.scalars), weights, list(self.edges), list(self.others))

    def price(self) -> float:
        """How much there is to read."""
        nodes = [*self.scalars, *(node for own in self.weights.values() for node in own), *(edge.node for edge in self.edges)]
        return sum(map(cost, nodes)) + LEAF * len(self.over)

    def touches_others(self, index: Index) -> bool:
        return any(index in other.axes for other in self.others)

    def weight(self, index: Index) -> Array | None:
        """The Hadamard product of the weights of a vertex, taken off it."""
        parts = self.weights.pop(index, [])
        return make.mul(parts) if parts else None


def eliminate(network: Network) -> None:
    """Sum out every index that can go, those of low degree first."""
    while True:
        ready = [i for i in network.over if not network.touches_others(i) and network.degree(i) <= 2]
        if not ready:
            return
        least = min(map(network.degree, ready))
        first = [index for index in ready if network.degree(index) == least]
        _sum_out(network, _cheapest(network, first) if least == 2 and len(first) > 1 else first[0])


def _cheapest(network: Network, indices: list[Index]) -> Index:
    """Of several indices of degree 2, the one whose going first leaves the shortest form."""
    if not network.has_cycle() or len(indices) > 4:
        return indices[0]

    def price(index: Index) -> float:
        trial = network.copy()
        _sum_out(trial, index)
        eliminate(trial)
        return trial.price()

    return min(indices, key=price)


def _sum_out(network: Network, index: Index) -> None:
    network.over.remove(index)
    edges = [edge for edge in network.edges if index in edge.axes]
    for edge in edges:
        network.edges.remove(edge)
    match len(edges):
        case 0:
            _sum_vertex(network, index)
        case 1:
            _sum_leaf(network, index, edges[0])
        case _:
            _sum_path(network, index, *edges)


def _sum_vertex(network: Network, index: Index) -> None:
    # Σ_i a_i b_i = a @ b
    weights = network.weights.pop(index, [])
    if not weights:
        network.put(Labelled(Size(index.extent), ()))
        return
    vectors = [weight for weight in weights if weight.rank]
    node = make.total(vectors[0], None) if len(vectors) == 1 else make.matmul([make.mul(vectors[:-1]), vectors[-1]])
    network.put(Labelled(node, ()))


def _sum_leaf(network: Network, index: Index, edge: Labelled) -> None:
    # Σ_i a_ij w_i = Aᵀ w
    weight = network.weight(index)
    first = edge.axes[0] == index
    other = edge.axes[1] if first else edge.axes[0]
    if weight is None:
        node = make.total(edge.node, (0 if first else 1,))
    else:
        node = make.matmul([make.transpose(edge.node) if first else edge.node, weight])
    network.put(Labelled(node, (other,)))


def _sum_path(network: Network, index: Index, left: Labelled, right: Labelled) -> None:
    # Σ_k a_ik w_k b_kj = A diag(w) B
    weight = network.weight(index)
    a = left.node if left.axes[1] == index else make.transpose(left.node)
    b = right.node if right.axes[0] == index else make.transpose(right.node)
    start = left.axes[0] if left.axes[1] == index else left.axes[1]
    end = right.axes[1] if right.axes[0] == index else right.axes[0]
    middle = [make.diag(weight)] if weight is not None else []
    network.put(Labelled(make.matmul([a, *middle, b]), (start, end)))
