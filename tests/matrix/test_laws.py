"""Every candidate of every law, taken or not, is the array it stands for: at a point, over the catalogue and random programs."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from programs import case_from
from rows import question

import tensor_deriv as td
from tensor_deriv import catalogue, shelf
from tensor_deriv.matrix import tidy
from tensor_deriv.matrix.evaluate import evaluate
from tensor_deriv.matrix.laws import LAWS
from tensor_deriv.matrix.nodes import Name, T
from tensor_deriv.matrix.text import TextPrinter

EVERY = bool(os.environ.get("TENSOR_DERIV_ALL"))
SHIPPED = [(name, variable) for name in shelf.names() for variable in catalogue.load(name).variables]


class World(dict[str, int]):
    """Sizes, any two of which differ, and a point; `step` says whether the first is the smallest or the largest."""

    def __init__(self, first: int, step: int) -> None:
        super().__init__()
        self.first, self.step = first, step
        self.points: dict[Name, np.ndarray] = {}
        self.known: dict[object, object] = {}

    def __missing__(self, name: str) -> int:
        self[name] = max(1, self.first + self.step * len(self))
        return self[name]

    def value(self, node, flipper):
        """The array, or the error where there is none."""
        if node not in self.known:
            self.known[node] = self.evaluated(node, flipper)
        return self.known[node]

    def evaluated(self, node, flipper):
        names = {name.name: self.point(name, flipper) for name in named(node)}
        try:
            with np.errstate(all="ignore"):
                return evaluate(node, names, self)
        except (ValueError, IndexError, np.linalg.LinAlgError) as error:
            return error

    def point(self, name, flipper):
        if name not in self.points:
            shape = [dim.value({part: self[part] for part in dim.names}) for dim in name.shape]
            drawn = np.random.default_rng(len(self.points)).uniform(0.4, 1.6, shape)
            if len(shape) == 2 and shape[0] == shape[1]:
                drawn = drawn + drawn.T if name.name in flipper.symmetric_names else drawn
                drawn = drawn + 3 * np.eye(shape[0])
            self.points[name] = drawn
        return self.points[name]


class Judge:
    """Laws that look at their candidates; `faults` are those that differ from what they stand for."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.looked_at = 0
        self.afresh()

    def afresh(self) -> None:
        """Other sizes and points, for another program: what is singular at one order of the sizes is not at the other."""
        self.worlds = [World(2, 1), World(7, -1)]

    def watched(self, law):
        def candidates(node, flipper):
            for candidate in law.candidates(node, flipper):
                if candidate.shape == node.shape:  # another is never taken
                    self.look(law, node, candidate, flipper)
                yield candidate

        return replace(law, candidates=candidates)

    def look(self, law, node, candidate, flipper):
        pairs = [(world.value(node, flipper), world.value(candidate, flipper)) for world in self.worlds]
        pairs = [(want, got) for want, got in pairs if not isinstance(want, Exception) and np.isfinite(want).all()]
        self.looked_at += bool(pairs)
        if pairs and all(isinstance(got, Exception) or not np.allclose(got, want, rtol=1e-8, atol=1e-8) for want, got in pairs):
            self.faults.append(f"{law.name}: {TextPrinter().print(node)} is not {TextPrinter().print(candidate)}")


def named(node):
    return {node} if isinstance(node, Name) else set().union(*map(named, node.children))


@pytest.fixture
def judge(monkeypatch):
    found = Judge()
    monkeypatch.setattr(tidy, "LAWS", tuple(map(found.watched, LAWS)))
    return found


@pytest.mark.parametrize(("name", "variable"), SHIPPED if EVERY else SHIPPED[::15])
def test_on_the_catalogue(name, variable, judge):
    derivation = catalogue.load(name).derive(variable)
    assert derivation.form is not None
    assert not judge.faults


@pytest.mark.parametrize("first", range(0, 400 if EVERY else 40, 20))
def test_on_random_programs(first, judge):
    for seed in range(first, first + 20):
        judge.afresh()
        try:
            derivation = td.derive(**case_from(seed).arguments)
            assert derivation.form is not None
        except td.UnsupportedError:
            continue
    assert judge.looked_at > 10
    assert not judge.faults


@pytest.mark.parametrize("first", range(0, 200 if EVERY else 20, 20))
def test_on_programs_in_rows(first, judge):
    for seed in range(first, first + 20):
        judge.afresh()
        derivation = question(seed)
        assert derivation.form is not None and derivation.value_form is not None
    assert judge.looked_at > 100
    assert not judge.faults


@pytest.mark.parametrize("wrt", ["Y", "v", "s"])
@pytest.mark.parametrize(
    "text", ["sum((Y*v[:, None] + Y*s)**2)", "sum(Y**3*(v[:, None] + s))", "sum((mean(Y, axis=1, keepdims=True) + s)*Y*v[:, None])"]
)
def test_a_column_in_a_sum_is_no_matrix(text, wrt, judge):
    derivation = td.derive(text, wrt, {"Y": "n d", "v": "n", "s": ""})
    assert derivation.check().ok
    assert derivation.value_form is not None
    assert not judge.faults


def test_a_wrong_law_is_seen(judge, monkeypatch):
    transposed = replace(LAWS[0], candidates=lambda node, flipper: iter([T(node)] if node.rank == 2 else []))
    monkeypatch.setattr(tidy, "LAWS", (judge.watched(transposed),))
    assert td.derive("sum((X @ Y)*Z)", "X", {"X": "n n", "Y": "n n", "Z": "n n"}).form is not None
    assert judge.faults
