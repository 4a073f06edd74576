"""Arrays whose axes are indices: brought to an order of axes, repeated along others, multiplied by an einsum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..index.dims import UNIT
from ..index.indices import fresh
from ..index.slots import Index
from . import make
from .calls import MAPS, Call, Einsum, Filled, Reshape
from .nodes import Array, Column, Num

LETTERS = "ijklmnpqrstuvwxyzabcdefghoABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Labelled:
    """An array expression and the index of each of its axes."""

    node: Array
    axes: tuple[Index, ...]


def repeated(value: Labelled, wanted: Sequence[Index]) -> Array:
    """The array on exactly the wanted axes, repeated along those that it does not have."""
    missing = [index for index in wanted if index not in value.axes]
    if not missing:
        return oriented(value, wanted)
    if len(wanted) > 2:
        return einsum([value, *(Labelled(Filled(1, (index.extent,)), (index,)) for index in missing)], tuple(wanted))
    shape = tuple(index.extent for index in wanted)
    if isinstance(value.node, Num) and value.node.value == 0:
        return Filled(0, shape)
    if not value.axes:
        return make.mul([value.node, Filled(1, shape)])
    ones = Filled(1, (missing[0].extent,))
    return make.outer(value.node, ones) if wanted[0] == value.axes[0] else make.outer(ones, value.node)


def oriented(value: Labelled, wanted: Sequence[Index]) -> Array:
    """The array so that it broadcasts on the wanted axes."""
    have = [index for index in wanted if index in value.axes]
    if len(wanted) <= 2:
        node = make.transpose(value.node) if list(value.axes) != have else value.node
        return Column(node) if len(wanted) == 2 and have == [wanted[0]] else node
    ordered = _reordered(value, have)
    if have == list(wanted[len(wanted) - len(have) :]):
        return ordered
    kept = _kept(ordered, have, wanted)
    if kept is not None:
        return kept
    behind = wanted[wanted.index(have[0]) :] if have else ()  # NumPy puts axes in front by itself
    if len(behind) == 2 and len(have) == 1:
        return Column(ordered)
    return Reshape(ordered, tuple(index.extent if index in have else UNIT for index in behind)) if have else ordered


def _reordered(value: Labelled, have: list[Index]) -> Array:
    if list(value.axes) == have:
        return value.node
    if len(have) > 1 and [*value.axes[:-2], value.axes[-1], value.axes[-2]] == have:
        return make.transpose(value.node)
    return einsum([value], tuple(have))


def common_order(values: Sequence[Labelled], wanted: tuple[Index, ...]) -> tuple[Index, ...]:
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


def in_order(a: Index, b: Index, wanted: tuple[Index, ...]) -> tuple[Index, Index]:
    """Two indices as they are wanted."""
    return (b, a) if a in wanted and b in wanted and wanted.index(b) < wanted.index(a) else (a, b)


def einsum_labelled(items: Sequence[Labelled], wanted: tuple[Index, ...]) -> Labelled:
    """A product in which nothing is summed, its axes in the wanted order where they are wanted."""
    have = dict.fromkeys(i for item in items for i in item.axes)
    output = tuple(i for i in wanted if i in have)
    order = output + tuple(i for i in have if i not in output)  # nothing is summed here
    return Labelled(einsum(items, order), order)


def einsum(items: Sequence[Labelled], output: tuple[Index, ...]) -> Array:
    """The sum of a product over the axes that are not in the output."""
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
