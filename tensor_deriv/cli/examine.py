"""A derivation of the catalogue against its own check, the expected result, and the accepted LaTeX."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import shelf
from ..catalogue import Entry, load
from ..errors import DerivationError, UnknownNameError
from ..language.source import read_definition
from ..program import Program
from ..verification.check import EXACT, relative_error
from ..verification.claim import read_answer
from ..verification.sample import Point, draw
from .streams import write_whole

if TYPE_CHECKING:
    from ..derivation import Derivation

SEED = 20_231_203  # other points than those of the derivation's own check


@dataclass(frozen=True)
class Task:
    """One derivative to examine: an entry by name or path, and the variable."""

    target: str
    variable: str


@dataclass(frozen=True)
class Verdict:
    """What was found of one derivative; no faults means that it is right."""

    task: Task
    faults: tuple[str, ...]
    error: float = float("nan")
    accepted: bool = False  # its LaTeX was written anew


def examine(task: Task, accept: bool = False) -> Verdict:
    """Derive, check, and compare with what the entry expects; with `accept` the LaTeX is taken as it is now."""
    try:
        entry = load(task.target)
        derivation = entry.derive(task.variable)
        report = derivation.check(exact=True)
        faults = [str(trial) for trial in report.trials if not trial.ok] or ([] if report.ok else ["nothing was checked"])
        accepted = accept and not faults and accept_latex(entry, derivation)
        faults += [*expectation_faults(entry, derivation), *latex_faults(entry, derivation)]
        return Verdict(task, tuple(faults), report.worst, accepted)
    except DerivationError as error:
        return Verdict(task, (str(error),))


def expectation_faults(entry: Entry, derivation: Derivation) -> Iterator[str]:
    """Where the result differs from the expected one, in meaning or in wording, and in meaning from the published one."""
    got = derivation.matrix
    for word, table in (("expected", entry.expect), ("published", entry.published)):
        want = table.get(derivation.wrt)
        if want is None:
            continue
        error = meaning_error(entry, derivation, want)
        if error > 10 * EXACT:
            yield f"{word} {want}, which is something else: relative error {error:.1e}; derived {got}"
        elif word == "expected" and "".join(want.split()) != "".join((got or "").split()):
            yield f"expected {want}, derived {got}: equal, and written otherwise (what stands under [published] may be)"


def meaning_error(entry: Entry, derivation: Derivation, text: str) -> float:
    """The relative difference of an expectation, read as a program, from the derivative at random points."""
    program = derivation.gradient.program
    claim = _claim(entry, derivation, text)
    rng = np.random.default_rng(SEED)
    with np.errstate(all="ignore"):
        return max(_error_at(draw(program, rng, with_one), program, claim) for with_one in (False, False, True))


def _claim(entry: Entry, derivation: Derivation, text: str) -> Program:
    given = derivation.gradient.program.given
    named = {read_definition(line).name: line for line in (*entry.define, *derivation.definitions)}
    claim = read_answer(text, [line for name, line in named.items() if name not in given], derivation)
    for name in claim.inputs:
        if name not in given:
            raise UnknownNameError(f"the expected derivative by `{derivation.wrt}` has `{name}` in it; known are {', '.join(given)}")
    return claim


def _error_at(point: Point, program: Program, claim: Program) -> float:
    here = point.evaluator(program)
    want = here.at(program.result.body, program.result.axes)
    there = Point({name: here.tensors[name] for name in claim.inputs}, dict(point.sizes), point.functions).evaluator(claim)
    return relative_error(there.at(claim.result.body, claim.result.axes), want)


def accepted_path(entry: Entry, variable: str) -> Path:
    """Where the accepted LaTeX of a derivative lies: a folder of the entry's name beside its file."""
    assert entry.path is not None
    return entry.path.with_suffix("") / f"{variable}.tex"


def accept_latex(entry: Entry, derivation: Derivation) -> bool:
    """Write the LaTeX of a derivation as the accepted one; whether it was another before."""
    path = accepted_path(entry, derivation.wrt)
    text = derivation.latex().rstrip("\n") + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise DerivationError(f"{path.parent}: cannot be made: {error.strerror}") from None
    write_whole(str(path), text)
    return True


def latex_faults(entry: Entry, derivation: Derivation) -> Iterator[str]:
    """The difference from the accepted LaTeX, where the entry has a folder of it."""
    path = accepted_path(entry, derivation.wrt)
    if not path.parent.is_dir():
        return
    if not path.is_file():
        yield f"{path} is missing; `derive check {_called(entry)} --accept` writes it"
        return
    accepted, got = path.read_text(encoding="utf-8").splitlines(), derivation.latex().splitlines()
    if accepted != got:
        lines = difflib.unified_diff(accepted, got, f"{path} (accepted)", "derived now", lineterm="")
        yield "\n".join([f"the LaTeX is not the accepted one; `derive check {_called(entry)} --accept` takes it:", *lines])


def _called(entry: Entry) -> str:
    """What the command line calls an entry."""
    assert entry.path is not None
    return entry.name if str(entry.path.parent) == shelf.folder() else str(entry.path)
