"""Names as they are printed with the arrays they stand for, so that a reader can evaluate what it reads."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

import tensor_deriv as td
from tensor_deriv.output.lines import Writer
from tensor_deriv.output.text_target import TEXT
from tensor_deriv.verification.sample import draw

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "public.jsonl"
CASES = {case["id"]: case for case in map(json.loads, CORPUS.read_text().splitlines())} if CORPUS.exists() else {}


@cache
def derivation(name):
    """The derivation of one case of the corpus."""
    case = CASES[name]
    return td.derive(case["expr"], case["wrt"], case["shapes"], tuple(case["definitions"]), case["order"])


def evaluator(derived):
    """An evaluator of a derivation's program at a point."""
    program = derived.gradient.program
    return draw(program, np.random.default_rng(1)).evaluator(program)


def component_names(writer, tensors):
    """Each tensor by what its components are printed as."""

    def head(name):
        quotient = writer.names.quotients.get(name)
        if quotient is None:
            return TEXT.letter(writer.names.drawn[name].part)
        return TEXT.inline(len(quotient.below), TEXT.letter(quotient.above.part), [head(below) for below in quotient.below])

    known = {*writer.names.drawn, *writer.names.quotients}
    return {head(name): array for name, array in tensors.items() if name in known}


def whole_names(writer: Writer, tensors):
    """Each tensor by what it is printed as without indices."""
    known = {*writer.names.drawn, *writer.names.quotients}
    return {writer.arrays.left(name): array for name, array in tensors.items() if name in known}
