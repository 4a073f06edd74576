"""Reductions and primitives of array forms: sums as products with ones, A⁻¹, ‖x‖, log|det A|."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from ..index.dims import UNIT
from ..matrix import make
from ..matrix.calls import MAPS, MATRIX, Call
from ..matrix.nodes import Pow, Size, num
from .targets import ATOM, FACTOR, PRODUCT, Printed, filled

if TYPE_CHECKING:
    from .array import ArrayPrinter

Draw = Callable[["ArrayPrinter", Call], Printed]


def called(printer: ArrayPrinter, node: Call) -> Printed:
    """The text of a reduction or primitive."""
    return _CALLS.get(node.name, _named)(printer, node)


def axes(node: Call) -> tuple[int, ...]:
    """The axes acted on, all written out."""
    return node.axis if node.axis is not None else tuple(range(node.arg.rank))


def _sum(printer: ArrayPrinter, node: Call) -> Printed:
    # Σ_i a_ij = (Aᵀ 1)_j, Σ_j a_ij = (A 1)_i
    target, acted = printer.target, axes(node)
    ones, row = target.ones, target.raised(target.ones, "transposed")
    if not node.arg.rank:
        return printer.term(node.arg)
    if len(acted) == node.arg.rank:
        last = [ones] if node.arg.rank > 1 else []
        return target.chain([row, printer.at(node.arg, FACTOR), *last]), PRODUCT
    if acted == (1,):
        return target.chain([printer.at(node.arg, FACTOR), ones]), PRODUCT
    if node.keepdims:
        return target.chain([row, printer.at(node.arg, FACTOR)]), PRODUCT
    return target.chain([printer.fit(printer.transposed(node.arg), FACTOR), ones]), PRODUCT


def _mean(printer: ArrayPrinter, node: Call) -> Printed:
    count = UNIT
    for axis in axes(node):
        count = count * node.arg.shape[axis]
    total = Call("sum", node.arg, node.axis, node.keepdims)
    return printer.term(make.mul([total, Pow(Size(count), num(-1))]))


def _inverse(printer: ArrayPrinter, node: Call) -> Printed:
    return printer.target.raised(printer.at(node.arg, ATOM), "inverse"), FACTOR


def _pseudo_inverse(printer: ArrayPrinter, node: Call) -> Printed:
    return printer.target.raised(printer.at(node.arg, ATOM), "pseudo-inverse"), FACTOR


def _logdet(printer: ArrayPrinter, node: Call) -> Printed:
    return filled(printer.target.marks["logdet"], [printer.at(node.arg, ATOM)]), FACTOR


def _norm(printer: ArrayPrinter, node: Call) -> Printed:
    if len(axes(node)) < node.arg.rank:
        # ‖a_i‖ = √(Σ_j a_ij²)
        return printer.term(Pow(Call("sum", Pow(node.arg, num(2)), node.axis, node.keepdims), num(Fraction(1, 2))))
    mark = printer.target.marks["fro" if node.arg.rank > 1 else "norm"]
    return filled(mark, [printer.term(node.arg)[0]]), ATOM


def _named(printer: ArrayPrinter, node: Call) -> Printed:
    """op(A); along rows, op(Aᵀ)ᵀ along columns, for those that keep the shape."""
    target = printer.target
    acted = axes(node)
    if acted == (0, 1) and node.name in MAPS and node.name not in MATRIX:
        return target.operator(node.name, target.word("all")) + target.bracket(printer.term(node.arg)[0]), ATOM
    if node.arg.rank < 2 or node.name == "det" or acted == (0, 1):
        return target.operator(node.name) + target.bracket(printer.term(node.arg)[0]), ATOM
    if node.shape == node.arg.shape and not node.keepdims:
        if acted == (0,):
            inner = target.bracket(printer.transposed(node.arg)[0])
            return target.raised(target.operator(node.name) + inner, "transposed"), FACTOR
        return target.operator(node.name) + target.bracket(printer.term(node.arg)[0]), ATOM
    under = "columns" if acted == (0,) else "rows"
    text = target.operator(node.name, target.word(under)) + target.bracket(printer.term(node.arg)[0])
    return (target.raised(text, "transposed"), FACTOR) if node.keepdims and under == "columns" else (text, ATOM)


_CALLS: Mapping[str, Draw] = {"sum": _sum, "mean": _mean, "inv": _inverse, "pinv": _pseudo_inverse, "logdet": _logdet, "norm": _norm}
