"""Derivations that are wrong in one small way: what a checker must see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from tensor_deriv.derivation import Derivation
from tensor_deriv.index.indices import substitute
from tensor_deriv.index.nodes import Component, Delta, Expr, Function, Number, Power, Product, Sum
from tensor_deriv.index.slots import Index


def changed(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """Every expression that differs from `expr` by one mutation of one node."""
    for name, mutant in _here(expr):
        yield name, mutant
    for place, child in enumerate(expr.children):
        for name, mutant in changed(child):
            yield name, expr.with_children((*expr.children[:place], mutant, *expr.children[place + 1 :]))


def _here(node: Expr) -> Iterator[tuple[str, Expr]]:
    match node:
        case Component(tensor, slots) if len(slots) > 1 and slots[0] != slots[1] and slots[0].extent == slots[1].extent:
            yield "two indices swapped", Component(tensor, (slots[1], slots[0], *slots[2:]))
        case Number(value):
            yield "another number", Number(value + 1)
        case Delta(left, right) if left.extent == right.extent:
            yield "a delta dropped", Number(Fraction(1))
        case Sum(terms):
            for place in range(len(terms)):
                yield "a term forgotten", Sum(terms[:place] + terms[place + 1 :])
            yield "a sign", Sum((terms[0], *(Product((Number(Fraction(-1)), term)) for term in terms[1:])))
        case Product(factors, over) if len(factors) > 1:
            for place, factor in enumerate(factors):
                rest = factors[:place] + factors[place + 1 :]
                if factor.free <= set().union(*(other.free for other in rest)) | set(over):
                    yield "a factor forgotten", Product(rest, over)
        case Power(base, Number(value)):
            yield "another exponent", Power(base, Number(value + 1))
        case Function(row, args) if row.name in _OTHER:
            yield "another function", Function(_row(_OTHER[row.name]), args)


_OTHER = {"exp": "expm1", "tanh": "sigmoid", "sigmoid": "tanh", "cos": "sin", "sin": "cos", "step": "sign", "log": "log1p"}


def _row(name: str) -> object:
    from tensor_deriv.functions import TABLE

    return TABLE[name]


def mutants(derivation: Derivation) -> Iterator[tuple[str, Derivation]]:
    """The derivation with a wrong answer in the last line, and so in the result."""
    answer = derivation.result
    for factor in (Fraction(2), Fraction(-1), Fraction(1001, 1000)):
        yield f"times {factor}", with_answer(derivation, Product((Number(factor), answer)))
    first, *others = [slot for slot in derivation.gradient.program.result.axes if isinstance(slot, Index)] or [None]
    for other in others:
        if first is not None and first.extent == other.extent:
            yield "transposed", with_answer(derivation, substitute(answer, {first: other, other: first}))
    for name, mutant in changed(answer):
        yield name, with_answer(derivation, mutant)


def with_answer(derivation: Derivation, answer: Expr) -> Derivation:
    """The same derivation, but for its last line."""
    gradient = derivation.gradient
    last = gradient.sections[-1]
    steps = (*last.steps[:-1], replace(last.steps[-1], expr=answer))
    program = replace(gradient.program, result=replace(gradient.program.result, body=answer))
    wrong = Derivation.__new__(Derivation)
    kept = ("program", "wrt", "order", "style", "title")
    wrong.__dict__.update({name: derivation.__dict__[name] for name in kept})
    wrong.gradient = replace(gradient, program=program, sections=(*gradient.sections[:-1], replace(last, steps=steps)))
    return wrong
