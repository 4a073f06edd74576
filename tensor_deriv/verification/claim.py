"""Is this result right? A claim is read, compared with the derivative, and where it is wrong explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..derivation import Derivation
from ..errors import DerivationError, ShapeError, UnknownNameError, UnsupportedError
from ..index.bodies import Opaque
from ..language.reader import Shapes, read_program
from ..language.source import is_definition, read_definition
from ..program import Program
from .check import check_value, exact_trial, relative_error
from .explain import explanation, smallest_counterexample
from .report import Report, Trial
from .sample import Point, draw

Array = Any
TOLERANCE = 1e-7  # of float64 against float64; a claim that is off by 0.01 % is off by a thousand times that
POINTS = 4


@dataclass(frozen=True)
class Claim:
    """A claim as it was read."""

    text: str
    program: Program

    def at(self, point: Point, tensors: Mapping[str, Array]) -> Array:
        """The claim's array where the derivation's tensors have these values."""
        given = {name: tensors[name] for name in self.program.given}
        evaluator = Point(given, dict(point.sizes), point.functions).evaluator(self.program, given)
        return evaluator.at(self.program.result.body, self.program.result.axes)


def verify(
    expr: str,
    wrt: str,
    claim: str,
    shapes: Shapes | None = None,
    definitions: Sequence[str] = (),
    order: int = 1,
    assume: Mapping[str, str | Iterable[str]] | None = None,
    exact: bool = False,
    against: str | None = None,
    seed: int = 0,
) -> Report:
    """Compare a claim (expression language, index notation or LaTeX) with the derivative; a Report with the verdict.

    The claim has the layout result.shape + wrt.shape · order. A claim that cannot be read raises a DerivationError; an
    expression that cannot be derived gives the verdict "not checked" with the reason.
    """
    program = read_program(expr, shapes, tuple(definitions), assume)
    try:
        derivation = Derivation(program, wrt, order)
    except UnsupportedError as error:
        return Report([], "not checked", reason=str(error))
    return judge(derivation, read_claim(claim, derivation), exact, against, seed)


def read_claim(text: str, derivation: Derivation) -> Claim:
    """A claim in any of the three notations, in the names of the derivation."""
    program = derivation.gradient.program
    own = tuple(line for line in program.texts[:-1])
    upstream = tuple(line for line in derivation.definitions if line not in own)
    definitions = (*own, *upstream) if not _opaque(program) else own
    expression = _from_latex(text, derivation) if is_latex(text) else text
    claim = read_answer(expression, definitions, derivation)
    known = {*program.given, *(line.split("=")[0].split("[")[0].strip() for line in definitions)}
    for name in claim.inputs:
        if name not in known:
            raise UnknownNameError(f"the claim names `{name}`, which the question does not; known are {', '.join(sorted(known))}")
    for name in sorted(_functions(claim) - _functions(program) - _functions(derivation.program)):
        raise UnknownNameError(f"the claim has the function `{name}`, which is none of the language and none of the question")
    return Claim(text, claim)


def _functions(program: Program) -> set[str]:
    """The arbitrary functions of a program."""
    return {item.body.function for item in (*program.definitions.values(), program.result) if isinstance(item.body, Opaque)}


def read_answer(text: str, definitions: Sequence[str], derivation: Derivation) -> Program:
    """What is said to be the derivative, in the language; an index that has no axis to itself runs over that of the derivative."""
    program = derivation.gradient.program
    indexed = {name: d.shape for name, d in program.definitions.items() if "[" in d.text.split("=")[0]}
    shapes = {name: tuple(map(str, shape)) for name, shape in {**indexed, **program.given}.items()}
    def read(declared: Mapping[str, tuple[str, ...]]) -> Program:
        return read_program(text, {**shapes, **declared}, tuple(definitions), _assumptions(program), dims=program.dims)

    line = read_definition(text) if is_definition(text) else None
    if line is None or len(line.indices or ()) != len(derivation.shape) or line.name in shapes:
        return read({})
    try:
        return read({line.name: tuple(map(str, derivation.shape))})
    except ShapeError:
        return read({})  # a claim of another shape


def _assumptions(program: Program) -> dict[str, frozenset[str]]:
    return {name: tensor.assumptions for name, tensor in program.inputs.items() if tensor.assumptions}


def _opaque(program: Program) -> bool:
    """Whether the question has an arbitrary tensor function, whose definition a claim need not repeat."""
    return any(isinstance(d.body, Opaque) and not d.body.order and d.text for d in program.definitions.values())


def is_latex(text: str) -> bool:
    """Whether a text is LaTeX: it has a command, a superscript or a subscript in braces."""
    return "\\" in text or "^" in text or "_{" in text


def _from_latex(text: str, derivation: Derivation) -> str:
    from ..language.latex import to_expression

    program = derivation.gradient.program
    shapes = {**{name: d.shape for name, d in program.definitions.items() if d.text or d.gradient_of}, **program.given}
    words = {name: tuple(map(str, shape)) for name, shape in shapes.items()}
    ranks = {name: len(shape) for name, shape in shapes.items()}
    own = tuple(line.split("(")[0].strip() for line in program.texts[:-1] if "(" in line.split("=")[0])
    result = tuple(map(str, derivation.shape))
    return to_expression(text, tuple(words), ranks=ranks, shapes=words, dims=program.dims, result=result, functions=own)


def judge(derivation: Derivation, claim: Claim, exact: bool = False, against: str | None = None, seed: int = 0) -> Report:
    """The verdict on a claim."""
    rng = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        try:
            truth = check_value(derivation, rng)
            pairs = [_pair(derivation, claim, rng, place) for place in range(POINTS)]
        except DerivationError as error:
            return Report([], "not checked", reason=str(error))
        if not truth.ok:
            return Report([truth], "not checked", reason="the derivative could not be confirmed by differences")
        trial = _compared(derivation, pairs)
        if not trial.ok:
            hint = explanation(derivation, claim, pairs) or trial.note
            return Report([truth, trial], "wrong", hint=hint, counterexample=smallest_counterexample(derivation, claim, rng))
        trials = [truth, trial, *_more(derivation, claim, exact, against, rng)]
    return Report(trials, "right" if all(t.ok for t in trials) else "wrong")


Pair = tuple[Point, Array, Array]  # a point, what is claimed and what is true there


def _pair(derivation: Derivation, claim: Claim, rng: np.random.Generator, place: int) -> Pair:
    program = derivation.gradient.program
    point = draw(program, rng, place == POINTS - 1, derivation.program)
    evaluator = point.evaluator(program)
    return point, claim.at(point, evaluator.tensors), evaluator.at(program.result.body, program.result.axes)


def _compared(derivation: Derivation, pairs: Sequence[Pair]) -> Trial:
    wanted, got = derivation.shape, np.shape(pairs[0][1])
    worst = max(relative_error(claimed, true) for _, claimed, true in pairs)
    note = ""
    if got != np.shape(pairs[0][2]):
        sizes = pairs[0][0].sizes
        letters = {size: name for name, size in sizes.items()}
        note = f"the derivative has the shape ({', '.join(map(str, wanted))}), the claim ({', '.join(str(letters.get(s, s)) for s in got)})"
        note += "; its transpose would fit" if got[::-1] == np.shape(pairs[0][2]) else ""
    return Trial("claim", len(pairs), worst, worst <= TOLERANCE, note, tuple(point.sizes for point, _, _ in pairs))


def _more(derivation: Derivation, claim: Claim, exact: bool, against: str | None, rng: np.random.Generator) -> list[Trial]:
    trials = []
    if exact:
        trials.append(exact_trial(derivation, rng, claim.program))
    if against:
        from .opinion import second_opinion

        trials.append(second_opinion(derivation, against, rng))
    return trials
