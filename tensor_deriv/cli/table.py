"""`derive check`: many derivations examined, in a table, with what is wrong below it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import groupby
from multiprocessing import get_context

import click

from .. import shelf
from ..catalogue import load
from ..errors import DerivationError
from .examine import Task, Verdict, examine

FAILED = 1
NONE = "-"  # the variable of an entry that cannot be read
COLOURS = {"+": "green", "-": "red"}


def examine_all(targets: Iterable[str], jobs: int, accept: bool) -> int:
    """Examine entries, print a table and what is wrong, return the exit status."""
    plan = [item for target in targets for item in _plan(target)]
    done = iter(_examined([item for item in plan if isinstance(item, Task)], jobs, accept))
    found = [item if isinstance(item, Verdict) else next(done) for item in plan]
    for line in (*_table(found), *_details(found), *_summary(found)):
        click.echo(line)
    return FAILED if any(verdict.faults for verdict in found) else 0


def entries(targets: Iterable[str]) -> Iterator[str]:
    """The entries that names, files and folders stand for now; DerivationError where one stands for none."""
    for target in targets:
        yield from shelf.files(target) if os.path.isdir(target) else (target,)


def _plan(target: str) -> Iterator[Task | Verdict]:
    """What there is to examine of an entry, a file or a folder; of what cannot be read the verdict at once."""
    try:
        files = shelf.files(target) if os.path.isdir(target) else (target,)
    except DerivationError as error:
        files = ()
        yield Verdict(Task(target, NONE), (str(error),))
    for name in files:
        try:
            yield from [Task(name, variable) for variable in load(name).checked]
        except DerivationError as error:
            yield Verdict(Task(name, NONE), (str(error),))


def _examined(tasks: Sequence[Task], jobs: int, accept: bool) -> list[Verdict]:
    """Every task's verdict, in order; a bar shows the way where the errors' stream is a terminal."""
    with _workers(jobs, len(tasks)) as each, _bar(each(examine, tasks, [accept] * len(tasks)), len(tasks)) as verdicts:
        return list(verdicts)


@contextmanager
def _workers(jobs: int, tasks: int) -> Iterator[Callable[..., Iterable[Verdict]]]:
    if jobs == 1 or tasks < 2:
        yield map
        return
    with ProcessPoolExecutor(min(jobs, tasks), get_context("spawn")) as pool:
        yield pool.map


def _bar(verdicts: Iterable[Verdict], count: int) -> AbstractContextManager[Iterable[Verdict]]:
    if not sys.stderr.isatty():
        return nullcontext(verdicts)
    return click.progressbar(verdicts, count, "checking", show_pos=True, file=sys.stderr)


def _table(found: Sequence[Verdict]) -> Iterator[str]:
    width = max((len(verdict.task.target) for verdict in found), default=0)
    rows = [(target, list(group)) for target, group in groupby(found, lambda verdict: verdict.task.target)]
    by = max((len(_variables(group)) for _, group in rows), default=0)
    for target, group in rows:
        yield f"{target:{width}}  {_variables(group):{by}}  {_outcome(group)}"


def _variables(group: Sequence[Verdict]) -> str:
    return " ".join(verdict.task.variable for verdict in group)


def _outcome(group: Sequence[Verdict]) -> str:
    wrong = [verdict.task.variable for verdict in group if verdict.faults]
    if wrong:
        return click.style("FAILED" if wrong == [NONE] else f"FAILED by {', '.join(wrong)}", "red")
    return f"right, worst relative error {max(verdict.error for verdict in group):.1e}"


def _details(found: Sequence[Verdict]) -> Iterator[str]:
    for verdict in found:
        if verdict.faults:
            what = "" if verdict.task.variable == NONE else f" by {verdict.task.variable}"
            yield f"\n{verdict.task.target}{what}: FAILED"
            yield from ("    " + _coloured(line) for fault in verdict.faults for line in fault.splitlines())


def _coloured(line: str) -> str:
    """A line of a difference in its colour; a terminal alone shows it."""
    return click.style(line, COLOURS.get(line[:1]))


def _summary(found: Sequence[Verdict]) -> Iterator[str]:
    anew = [f"{verdict.task.target} by {verdict.task.variable}" for verdict in found if verdict.accepted]
    wrong = sum(bool(verdict.faults) for verdict in found)
    if wrong:
        yield ""
    if anew:
        yield f"LaTeX accepted anew: {', '.join(anew)}"
    one = len(found) == 1
    yield f"{len(found)} derivative{'' if one else 's'}, {f'{wrong} failed' if wrong else 'as expected' if one else 'all as expected'}"
