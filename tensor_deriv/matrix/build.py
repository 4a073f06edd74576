"""Index notation to array expressions, by series-parallel reduction.

Indices are vertices; factors of two indices are edges, of one index weights. Parallel edges merge (Hadamard product); a
summed vertex of degree 0 is a sum or a dot product, of degree 1 a matrix times a vector, of degree 2 a product. What is
left over when no vertex can go is an einsum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..calculus.deltas import difference
from ..index.alike import appearance
from ..index.bodies import Apply, Opaque
from ..index.dims import UNIT
from ..index.indices import fresh, multiply, renew, substitute
from ..index.nodes import Component, Constant, Delta, Expr, Extent, Function, Inside, Number, Power, Product, Sum, Where
from ..index.slots import ONE, Affine, Index, Slot, is_group, slot_indices, slot_terms
from ..primitives import TABLE
from ..program import Program
from . import make, places
from .network import Labelled, Network, eliminate
from .nodes import (
    MAPS,
    Array,
    Call,
    Column,
    DiagOf,
    Einsum,
    Elem,
    Eye,
    Filled,
    Name,
    Num,
    Pi,
    Reshape,
    Size,
    Take,
    num,
)
from .stacks import in_stacks, sum_alone

LETTERS = "ijklmnpqrstuvwxyzabcdefghoABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Builder:
    """Array expressions for the index notation of one program; parts the parser named are written out."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._parts: dict[str, Array] = {}
        self.symmetric: set[str] = set()  # definitions that are seen to be symmetric

    def array(self, expr: Expr, slots: Sequence[Slot]) -> Array:
        """The array with one axis for each slot: the derivative's layout."""
        members = [index for slot in slots for index in slot_indices(slot)]
        node = self.full(expr, members)
        shape = tuple(slot.extent for slot in slots)
        if node.shape == shape:
            return node
        if not node.rank:
            return make.mul([node, Filled(1, shape)])
        if node.rank == 1 and len(shape) == 2 and UNIT in shape:
            return Column(node) if shape[1] == UNIT else make.transpose(Column(node))
        return Reshape(node, shape)

    def definition(self, name: str) -> Array:
        """The array that a definition holds."""
        definition = self.program.definitions[name]
        if name not in self._parts:
            body = definition.body
            if isinstance(body, Apply) and definition.axes == body.slots:
                self._parts[name] = self._primitive(body)
            else:
                self._parts[name] = self.array(body, definition.axes)
        return self._parts[name]

    def full(self, expr: Expr, wanted: Sequence[Index]) -> Array:
        """The array on exactly the wanted axes, repeated along those that the expression does not have."""
        value = self.natural(expr, tuple(wanted))
        missing = [index for index in wanted if index not in value.axes]
        if not missing:
            return self.oriented(value, wanted)
        if len(wanted) <= 2:
            return self._repeated(value, wanted, missing)
        ones = [Labelled(Filled(1, (index.extent,)), (index,)) for index in missing]
        return self._einsum([value, *ones], tuple(wanted))

    def _repeated(self, value: Labelled, wanted: Sequence[Index], missing: list[Index]) -> Array:
        shape = tuple(index.extent for index in wanted)
        if isinstance(value.node, Num) and value.node.value == 0:
            return Filled(0, shape)
        if not value.axes:
            return make.mul([value.node, Filled(1, shape)])
        ones = Filled(1, (missing[0].extent,))
        return make.outer(value.node, ones) if wanted[0] == value.axes[0] else make.outer(ones, value.node)

    def oriented(self, value: Labelled, wanted: Sequence[Index]) -> Array:
        """The array so that it broadcasts on the wanted axes."""
        have = [index for index in wanted if index in value.axes]
        if len(wanted) <= 2:
            node = make.transpose(value.node) if list(value.axes) != have else value.node
            return Column(node) if len(wanted) == 2 and have == [wanted[0]] else node
        ordered = self._reordered(value, have)
        if have == list(wanted[len(wanted) - len(have) :]):
            return ordered
        kept = _kept(ordered, have, wanted)
        if kept is not None:
            return kept
        behind = wanted[wanted.index(have[0]) :] if have else ()  # NumPy puts axes in front by itself
        if len(behind) == 2 and len(have) == 1:
            return Column(ordered)
        return Reshape(ordered, tuple(index.extent if index in have else UNIT for index in behind)) if have else ordered

    def _reordered(self, value: Labelled, have: list[Index]) -> Array:
        if list(value.axes) == have:
            return value.node
        if len(have) > 1 and [*value.axes[:-2], value.axes[-1], value.axes[-2]] == have:
            return make.transpose(value.node)
        return self._einsum([value], tuple(have))

    # one method for each node kind

    def natural(self, expr: Expr, wanted: tuple[Index, ...] = ()) -> Labelled:
        """The array on the axes that come naturally, `wanted` giving the order where any would do."""
        match expr:
            case Number(value):
                return Labelled(Num(value), ())
            case Constant():
                return Labelled(Pi(), ())
            case Extent(dim):
                count = dim.constant
                return Labelled(Size(dim) if count is None else num(count), ())
            case Component(tensor, slots):
                return self._component(tensor, slots)
            case Delta(left, right):
                return Labelled(num(1), ()) if left == right else self._delta(left, right, wanted)
            case Inside(slot):
                return self._indicator(slot, wanted)
            case Where():
                return self._elementwise(expr.children, wanted, lambda parts: places.Where(*parts))
            case Sum(terms):
                return self._sum(terms, wanted)
            case Product():
                return self._product(expr, wanted)
            case Power(base, exponent):
                return self._elementwise((base, exponent), wanted, lambda parts: make.power(*parts))
            case Function(row, args):
                return self._elementwise(args, wanted, lambda parts: Elem(row, parts))
        raise TypeError(f"{type(expr).__name__} has no array form")

    def _component(self, tensor: str, slots: tuple[Slot, ...]) -> Labelled:
        node = self._tensor(tensor)
        ones = tuple(axis for axis, slot in enumerate(slots) if slot == ONE)
        if ones:
            node = node.arg if isinstance(node, Column) and ones == (1,) else Call("sum", node, ones)
            slots = tuple(slot for slot in slots if slot != ONE)
        if not all(isinstance(slot, Index) for slot in slots):
            return self._taken(node, slots)
        axes: tuple[Index, ...] = slots  # type: ignore[assignment]
        if len(set(axes)) == len(axes):
            return Labelled(node, axes)
        if len(axes) == 2:
            return Labelled(DiagOf(node), axes[:1])
        return self._einsum_labelled([Labelled(node, axes)], tuple(dict.fromkeys(axes)))

    def _tensor(self, name: str) -> Array:
        definition = self.program.definitions.get(name)
        if definition is None:
            return Name(name, self.program.shape(name))
        visible = definition.named_by_user or definition.gradient_of or isinstance(definition.body, Opaque)
        return Name(name, definition.shape) if visible else self.definition(name)

    def _taken(self, node: Array, slots: tuple[Slot, ...]) -> Labelled:
        """A component with slots of several indices: groups by a reshape, anything else by gathering."""
        axes = tuple(dict.fromkeys(index for slot in slots for index in slot_indices(slot)))
        members = [index for slot in slots for index in slot_indices(slot)]
        if len(members) == len(axes) and all(is_group(slot) for slot in slots):
            return Labelled(Reshape(node, tuple(index.extent for index in axes)), axes)
        if len(members) == len(axes):
            found = places.at_places(node, slots, self.program.needs)
            if found is not None:
                return Labelled(found, axes)
        at = tuple((tuple((c, axes.index(i)) for i, c in terms), offset) for terms, offset in map(slot_terms, slots))
        return Labelled(Take(node, at, tuple(index.extent for index in axes)), axes)

    def _indicator(self, slot: Slot, wanted: tuple[Index, ...]) -> Labelled:
        # [p in range] as ones with zeros around, or as a triangle of ones
        members = slot_indices(slot)
        if len(members) == 2:
            pair = self._pair(*members, wanted)
            ones = places.triangle(slot, *pair, Filled(1, tuple(index.extent for index in pair)))
            if ones is not None:
                return Labelled(ones, pair)
        return self._taken(Filled(1, (slot.extent,)), (slot,))

    def _primitive(self, body: Apply) -> Array:
        row = TABLE[body.primitive]
        argument = self._tensor(body.tensor)
        if row.matrix:
            return Call(body.primitive, argument, None)
        axes = None if len(body.axes) == argument.rank and row.kind == "reduce" else body.axes
        if body.primitive == "prod":
            axes = None if len(body.axes) == argument.rank else body.axes
        return Call(body.primitive, argument, axes)

    def _delta(self, left: Slot, right: Slot, wanted: tuple[Index, ...]) -> Labelled:
        if isinstance(left, Index) and isinstance(right, Index):
            return Labelled(Eye(left.extent), self._pair(left, right, wanted))
        if not (isinstance(left, Index) or isinstance(right, Index)):
            # δ_pq = [p − q = 0]
            terms, offset = difference(left, right)
            return self._taken(Filled(1, (UNIT,)), (Affine(tuple(terms.items()), offset, UNIT),))
        # δ at a compound place is a component of the identity, zero where the place is outside
        extent = left.extent if isinstance(left, Index) else right.extent
        slots = tuple(slot if isinstance(slot, Index) else replace(slot, extent=extent) for slot in (left, right))
        return self._taken(Eye(extent), slots)

    def _elementwise(self, parts: Sequence[Expr], wanted: tuple[Index, ...], build: Callable[[tuple[Array, ...]], Array]) -> Labelled:
        values = [self.natural(part, wanted) for part in parts]
        axes = self._order(values, wanted)
        return settled(build(tuple(self.oriented(v, axes) for v in values)), axes)

    def _order(self, values: Sequence[Labelled], wanted: tuple[Index, ...]) -> tuple[Index, ...]:
        """The order of axes that asks for the fewest transposes; at a draw the wanted one."""
        found = tuple(dict.fromkeys(index for value in values for index in value.axes))
        want = tuple(index for index in wanted if index in found)
        default = want if len(want) == len(found) else found
        if len(found) != 2:
            return default if default == want else agreed([value.axes for value in values]) or found
        other = default[::-1]
        votes = {order: sum(value.axes == order for value in values) for order in (default, other)}
        gain = 1 if wanted[:2] and set(wanted) >= set(found) else 0  # one transpose outside
        return other if votes[other] > votes[default] + gain else default

    def _sum(self, terms: Sequence[Expr], wanted: tuple[Index, ...]) -> Labelled:
        values = [self.natural(term, wanted) for term in terms]
        axes = self._order(values, wanted)
        return settled(make.add(self.oriented(value, axes) for value in values), axes)

    # products

    def _product(self, product: Product, wanted: tuple[Index, ...]) -> Labelled:
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
                return Labelled(make.mul([value.node, Eye(keep.extent)]), self._pair(keep, drop, wanted))
            if value.axes == (keep,):
                return Labelled(make.diag(value.node), self._pair(keep, drop, wanted))
            return self._einsum_labelled([value, Labelled(Eye(keep.extent), (keep, drop))], wanted)
        return None

    def _pair(self, a: Index, b: Index, wanted: tuple[Index, ...]) -> tuple[Index, Index]:
        return (b, a) if a in wanted and b in wanted and wanted.index(b) < wanted.index(a) else (a, b)

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
            return self._sum(opened, wanted)
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
        body = self._einsum(items, output)
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
        whole = make.mul(self.oriented(item, largest.axes) for item in items)
        summed = tuple(axis for axis, index in enumerate(largest.axes) if index in network.over)
        kept = tuple(index for index in largest.axes if index not in network.over)
        body = make.total(whole, summed if kept else None) if summed else whole
        return settled(make.mul([*network.scalars, body]), kept)

    def _einsum_labelled(self, items: Sequence[Labelled], wanted: tuple[Index, ...]) -> Labelled:
        have = dict.fromkeys(i for item in items for i in item.axes)
        output = tuple(i for i in wanted if i in have)
        order = output + tuple(i for i in have if i not in output)  # nothing is summed here
        return Labelled(self._einsum(items, order), order)

    def _einsum(self, items: Sequence[Labelled], output: tuple[Index, ...]) -> Array:
        scalars: list[Array] = []
        parts: list[Labelled] = []
        for item in items:
            mine, node = make.split_scalars(item.node)
            scalars += mine
            parts += _opened(Labelled(node, item.axes))
        letters = {i: LETTERS[place] for place, i in enumerate(dict.fromkeys((*output, *(i for part in parts for i in part.axes))))}
        words = tuple("".join(letters[i] for i in part.axes) for part in parts)
        word = "".join(letters[i] for i in output)
        if len(parts) == 1:
            kept = "".join(letter for letter in words[0] if letter in word)
            if kept == word and len(set(words[0])) == len(words[0]):
                gone = tuple(axis for axis, letter in enumerate(words[0]) if letter not in word)
                return make.mul([*scalars, make.total(parts[0].node, gone if word else None) if gone else parts[0].node])
        return make.mul([*scalars, Einsum(words, word, tuple(part.node for part in parts))])


def _opened(item: Labelled) -> list[Labelled]:
    """The factors of an einsum inside another, on its indices."""
    node = item.node
    if not isinstance(node, Einsum):
        return [item]
    known = dict(zip(node.output, item.axes, strict=True))
    for word, part in zip(node.letters, node.parts, strict=True):
        for letter, extent in zip(word, part.shape, strict=True):
            if letter not in known:
                known[letter] = fresh(extent)
    return [Labelled(part, tuple(known[letter] for letter in word)) for word, part in zip(node.letters, node.parts, strict=True)]


def agreed(orders: Sequence[tuple[Index, ...]]) -> tuple[Index, ...]:
    """An order of all axes that each of several orders is part of; empty where there is none."""
    rest = dict.fromkeys(index for order in orders for index in order)
    found: list[Index] = []
    while rest:
        waiting = {later for order in orders for place, later in enumerate(order) if any(index in rest for index in order[:place])}
        ready = next((index for index in rest if index not in waiting), None)
        if ready is None:
            return ()
        found.append(ready)
        del rest[ready]
    return tuple(found)


def _kept(node: Array, have: Sequence[Index], wanted: Sequence[Index]) -> Array | None:
    """A sum over one axis with that axis kept, where it is the one that is missing."""
    if not isinstance(node, Call) or node.axis is None or len(node.axis) != 1 or node.keepdims or node.name in MAPS:
        return None
    (axis,) = node.axis
    fits = len(have) == len(wanted) - 1 == node.rank and list(wanted[:axis]) + list(wanted[axis + 1 :]) == list(have)
    return Call(node.name, node.arg, node.axis, True) if fits else None


def settled(node: Array, axes: tuple[Index, ...]) -> Labelled:
    """A node with the axes it really has: where terms cancelled, it may have lost some."""
    shape = tuple(index.extent for index in axes)
    if node.shape == shape:
        return Labelled(node, axes)
    padded = (UNIT,) * (len(axes) - node.rank) + node.shape
    kept = tuple(index for index, extent in zip(axes, padded, strict=True) if extent == index.extent)
    ones = tuple(axis for axis, extent in enumerate(node.shape) if extent == UNIT != axes[axis - node.rank].extent)
    if ones:
        node = node.arg if isinstance(node, Column) else Call("sum", node, ones)
    return Labelled(node, kept)


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
