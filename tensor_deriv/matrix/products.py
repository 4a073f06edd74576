"""A product of index notation as an array, by series-parallel reduction of its network.

Indices are vertices; factors of two indices are edges, of one index weights. Parallel edges merge (Hadamard product); a
summed vertex of degree 0 is a sum or a dot product, of degree 1 a matrix times a vector, of degree 2 a product. What is
left over when no vertex can go is an einsum.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ..index.alike import appearance
from ..index.indices import multiply, renew, substitute
from ..index.nodes import Delta, Expr, Product, Sum
from ..index.slots import Index, Slot, is_group, slot_indices
from . import make
from .calls import Eye, Reshape
from .labelled import Labelled, einsum, einsum_labelled, in_order, oriented, repeated, settled
from .network import Network, eliminate
from .nodes import Array, Column
from .stacks import in_stacks, sum_alone


class ProductBuilder(ABC):
    """The part of the builder that makes arrays of products."""

    @abstractmethod
    def natural(self, expr: Expr, wanted: tuple[Index, ...] = ()) -> Labelled:
        """The array on the axes that come naturally."""

    @abstractmethod
    def sum(self, terms: Sequence[Expr], wanted: tuple[Index, ...]) -> Labelled:
        """The array of a sum."""

    def full(self, expr: Expr, wanted: Sequence[Index]) -> Array:
        """The array on exactly the wanted axes, repeated along those that the expression does not have."""
        return repeated(self.natural(expr, tuple(wanted)), wanted)

    def product(self, product: Product, wanted: tuple[Index, ...]) -> Labelled:
        product = multiply(product.factors, product.over)
        regrouped = self._regrouped(product, wanted)
        if regrouped is not None:
            return regrouped
        loose = self._free_delta(product, wanted)
        if loose is not None:
            return loose
        network = Network(list(product.over))
        for factor in product.factors:
            item = self.natural(factor, wanted)
            network.put(item)
            network.order.append(item.node)
        eliminate(network)
        return self._assembled(network, wanted, product)

    def _regrouped(self, product: Product, wanted: tuple[Index, ...]) -> Labelled | None:
        # Σ_ij a_ij δ_(id+j)m = reshape(a)_m
        for place, factor in enumerate(product.factors):
            found = _grouped(factor, product.over) if isinstance(factor, Delta) else None
            if found is None:
                continue
            group, index = found
            over = tuple(i for i in product.over if i not in slot_indices(group))
            rest = Product(tuple(f for at, f in enumerate(product.factors) if at != place), over)
            others = [i for i in wanted if i in rest.free and i != index]
            others += [i for i in appearance(rest) if i not in others and i not in slot_indices(group)]
            node = self.full(rest, [*others, *slot_indices(group)])
            return Labelled(Reshape(node, tuple(i.extent for i in (*others, index))), (*others, index))
        return None

    def _free_delta(self, product: Product, wanted: tuple[Index, ...]) -> Labelled | None:
        # v_i δ_ij = diag(v)
        for place, factor in enumerate(product.factors):
            if not isinstance(factor, Delta) or not (isinstance(factor.left, Index) and isinstance(factor.right, Index)):
                continue
            keep, drop = factor.left, factor.right
            if keep == drop or keep in product.over or drop in product.over:
                continue
            others = (substitute(f, {drop: keep}) for at, f in enumerate(product.factors) if at != place)
            rest = Product(tuple(f for f in others if not (isinstance(f, Delta) and f.left == f.right)), product.over)
            value = self.natural(rest, tuple(i for i in wanted if i != drop))
            if not value.axes:
                return Labelled(make.mul([value.node, Eye(keep.extent)]), in_order(keep, drop, wanted))
            if value.axes == (keep,):
                return Labelled(make.diag(value.node), in_order(keep, drop, wanted))
            return einsum_labelled([value, Labelled(Eye(keep.extent), (keep, drop))], wanted)
        return None

    def _assembled(self, network: Network, wanted: tuple[Index, ...], product: Product) -> Labelled:
        """The result from what is left: at most two free vertices, or an einsum."""
        free = network.free()
        if network.over or len(free) > 2 or network.others:
            return self._irreducible(network, wanted, product)
        if len(free) < 2:
            weights = [node for index in free for node in network.weights[index]]
            return settled(make.mul([*network.scalars, *weights]), tuple(free))
        return self._matrix(network, free, wanted)

    def _matrix(self, network: Network, free: list[Index], wanted: tuple[Index, ...]) -> Labelled:
        if not network.edges:
            i, j = sorted(free, key=lambda index: wanted.index(index) if index in wanted else 0)
            node = make.outer(make.mul(network.weights[i]), make.mul(network.weights[j]))
            return Labelled(make.mul([*network.scalars, node]), (i, j))
        (edge,) = network.edges
        parts = [*network.scalars, edge.node]
        row, column = (network.weight(index) for index in edge.axes)
        if row is not None:
            parts.append(Column(row))
        if column is not None:
            parts.append(column)
        return settled(make.mul(parts), edge.axes)

    def _irreducible(self, network: Network, wanted: tuple[Index, ...], product: Product) -> Labelled:
        opened = distribute_one(product)
        if opened is not None and len(wanted) <= 2:
            return self.sum(opened, wanted)
        sum_alone(network)
        eliminate(network)
        if not network.others and not network.over and len(network.free()) <= 2:
            return self._assembled(network, wanted, product)
        result = in_stacks(network) or self._entry_by_entry(network)
        if result is not None:
            return result
        items = [*network.others, *network.edges]
        items += [Labelled(make.mul(nodes), (index,)) for index, nodes in network.weights.items()]
        items.sort(key=lambda item: network.order.index(item.node) if item.node in network.order else len(network.order))
        output = tuple(dict.fromkeys(i for item in items for i in item.axes if i not in network.over))
        output = tuple(sorted(output, key=lambda i: wanted.index(i) if i in wanted else -1))
        body = einsum(items, output)
        return settled(make.mul([*network.scalars, body]), output)

    def _entry_by_entry(self, network: Network) -> Labelled | None:
        """A Hadamard product of which one factor has every axis, the others broadcast, and its sum over some."""
        items = [*network.others, *network.edges]
        items += [Labelled(make.mul(nodes), (index,)) for index, nodes in network.weights.items()]
        largest = max(items, key=lambda item: len(item.axes), default=None)
        if largest is None or len(largest.axes) < 3 or not set(largest.axes).issuperset((*network.free(), *network.over)):
            return None
        if network.over and len(largest.axes) > 3:
            return None  # an einsum is easier to read
        whole = make.mul(oriented(item, largest.axes) for item in items)
        summed = tuple(axis for axis, index in enumerate(largest.axes) if index in network.over)
        kept = tuple(index for index in largest.axes if index not in network.over)
        body = make.total(whole, summed if kept else None) if summed else whole
        return settled(make.mul([*network.scalars, body]), kept)


def _grouped(delta: Delta, over: tuple[Index, ...]) -> tuple[Slot, Index] | None:
    """A group of summed indices and the free index that it runs over."""
    for group, index in ((delta.left, delta.right), (delta.right, delta.left)):
        several = not isinstance(group, Index) and len(group.terms) > 1 and is_group(group)
        if several and set(slot_indices(group)) <= set(over) and isinstance(index, Index) and index not in over:
            return group, index
    return None


def distribute_one(product: Product) -> list[Expr] | None:
    """(a + b) c as [a c, b c], for one sum among the factors."""
    for place, factor in enumerate(product.factors):
        if isinstance(factor, Sum):
            return [renew(multiply((*product.factors[:place], term, *product.factors[place + 1 :]), product.over)) for term in factor.terms]
    return None
