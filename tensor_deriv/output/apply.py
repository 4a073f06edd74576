"""Tensor primitives in components: softmax(S)_ij, (A⁻¹)_ij, Π_k s_k and their kin, one cell of a table each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..index.bodies import Apply
from ..index.slots import Slot, slot_indices
from ..primitives import TABLE
from .naming import unused
from .targets import ATOM, FACTOR, SERIES, Printed, filled
from .variance import Env

if TYPE_CHECKING:
    from .index import IndexPrinter

Draw = Callable[["IndexPrinter", Apply, Env], Printed]


def applied(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
    """The text of a component of a primitive."""
    name = node.primitive
    if name in _WHOLE and len(node.axes) == _rank(printer, node):
        return _WHOLE[name](printer, node, env)
    if name in _BATCHED:
        return _BATCHED[name](printer, node, env)
    if name.startswith("prod"):
        return _prod(printer, node, env)
    return _mapped(printer, node, env) if TABLE[name].kind == "map" else _reduced(printer, node, env)


def _rank(printer: IndexPrinter, node: Apply) -> int:
    return len(printer.names.program.shape(node.tensor))


def _tensor(printer: IndexPrinter, node: Apply) -> str:
    return printer.target.whole(printer.names.drawn[node.tensor])


def _mapped(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
    # softmax(S)_ij: along the last axis where nothing else is said
    usual = node.axes == (len(node.slots) - 1,) or TABLE[node.primitive].matrix
    under = "" if usual else "".join(printer.slot(node.slots[axis]) for axis in node.axes)
    head = printer.target.operator(node.primitive, under) + printer.target.bracket(_tensor(printer, node))
    return printer.indexed(head, node.slots, env)


def _argument(printer: IndexPrinter, node: Apply, acted: Sequence[str], batch: Sequence[Slot]) -> str:
    """The component that is reduced, with letters of its own on the acted axes."""
    rest, own = iter(batch), iter(acted)
    letters = [next(own) if axis in node.axes else printer.slot(next(rest)) for axis in range(_rank(printer, node))]
    return printer.target.indexed(printer.names.drawn[node.tensor].part, letters, [], False)[0]


def _spare(printer: IndexPrinter, node: Apply, count: int) -> list[str]:
    taken = {printer.letters[index] for slot in node.slots for index in slot_indices(slot)}
    return [printer.target.slot(letter) for letter in unused(count, taken)]


def _reduced(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
    # max_k s_ik
    acted = _spare(printer, node, len(node.axes))
    body = _argument(printer, node, acted, node.slots)
    return printer.target.operator(node.primitive, "".join(acted)) + " " + printer.target.bracket(body), ATOM


def _summed(root: bool) -> Draw:
    def draw(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
        target = printer.target
        acted = _spare(printer, node, len(node.axes))
        body = _argument(printer, node, acted, node.slots)
        if root:  # ‖s‖ = √(Σ_k s_k²)
            return target.root(f"{target.series(acted)} {target.superscript(body, '2')}"), ATOM
        inner = f"{target.series(acted)} {target.operator('exp')}{target.bracket(body)}"
        return target.operator("log") + target.bracket(inner), ATOM

    return draw


def _norm(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
    mark = printer.target.marks["fro" if _rank(printer, node) > 1 else "norm"]
    return filled(mark, [_tensor(printer, node)]), ATOM


def _logdet(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
    return filled(printer.target.marks["logdet"], [_tensor(printer, node)]), FACTOR


def _det(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
    return printer.target.operator("det") + printer.target.bracket(_tensor(printer, node)), ATOM


def _stacked(draw: Draw) -> Draw:
    """A linear algebra function of each matrix of a stack: the function, and the place in the stack."""

    def batched(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
        text = draw(printer, node, env)[0]
        return printer.indexed(printer.target.bracket(text) if node.slots else text, node.slots, env)

    return batched


def _inverse(mark: str) -> Draw:
    """The mark above the tensor, and the slots behind: (A⁻¹)_ij."""

    def draw(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
        head = printer.target.bracket(printer.target.raised(_tensor(printer, node), mark))
        return printer.indexed(head, node.slots, env)

    return draw


def _derived(name: str, order: int) -> Draw:
    """A derivative by the whole argument: (∂expm(A)/∂A)_ijmn."""

    def draw(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
        target, tensor = printer.target, _tensor(printer, node)
        whole = target.operator(name) + target.bracket(tensor)
        head = target.bracket(target.inline(order, whole, [tensor] * order))
        return printer.indexed(head, node.slots, env)

    return draw


def _mask(extreme: str) -> Draw:
    def draw(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
        # [s_j = max_k s_k], shared among equals: divided by how many there are
        target, width = printer.target, len(node.axes)
        letters = _spare(printer, node, 2 * width)
        batch = [slot for axis, slot in enumerate(node.slots) if axis not in node.axes]
        own = [printer.slot(node.slots[axis]) for axis in node.axes]
        top = f"{target.operator(extreme, ''.join(letters[:width]))} {_argument(printer, node, letters[:width], batch)}"
        hit = [filled(target.marks["where"], [_argument(printer, node, at, batch), top]) for at in (own, letters[width:])]
        count = f"{target.series(letters[width:])} {hit[1]}"
        return target.fraction([hit[0]], [target.bracket(count) if target.slashed else count])

    return draw


def _prod(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
    # Π_{k ≠ m} s_k: the product of all entries but those at the last slots
    target, width = printer.target, len(node.axes)
    rank = _rank(printer, node)
    batch, out = node.slots[: rank - width], [printer.slot(slot) for slot in node.slots[rank - width :]]
    acted = _spare(printer, node, width)
    left_out = ["".join(out[at : at + width]) for at in range(0, len(out), width)]
    return f"{target.product(''.join(acted), left_out)} {_argument(printer, node, acted, batch)}", SERIES


def _running_product(printer: IndexPrinter, node: Apply, env: Env) -> Printed:
    # [i ≥ m] Π_{k ≤ i, k ≠ m} s_k, with [m ≠ n] where several are left out
    target, rank = printer.target, _rank(printer, node)
    batch, (last, *left_out) = node.slots[: rank - 1], [printer.slot(slot) for slot in node.slots[rank - 1 :]]
    (acted,) = _spare(printer, node, 1)
    conditions = [f"{last} {target.marks['at least']} {letter}" for letter in left_out]
    conditions += [f"{a} {target.marks['not']} {b}" for at, a in enumerate(left_out) for b in left_out[at + 1 :]]
    words = [target.marks["holds"].format(condition) for condition in conditions]
    return target.join([*words, target.product(acted, left_out, last), _argument(printer, node, [acted], batch)]), SERIES


_WHOLE: Mapping[str, Draw] = {"norm": _norm, "logdet": _logdet, "det": _det}
_BATCHED: Mapping[str, Draw] = {
    "norm": _summed(True),
    "logsumexp": _summed(False),
    "logdet": _stacked(_logdet),
    "det": _stacked(_det),
    "inv": _inverse("inverse"),
    "pinv": _inverse("pseudo-inverse"),
    "dexpm": _derived("expm", 1),
    "d2expm": _derived("expm", 2),
    **{f"cumprod{order}": _running_product for order in range(1, 4)},
    "max_mask": _mask("max"),
    "min_mask": _mask("min"),
}
