"""Random programs of what stands in networks: layers, normalisations, softmaxes, systems; by numbers, each the same every time."""

from __future__ import annotations

import random
import re

import tensor_deriv as td
from tensor_deriv.derivation import Derivation

SHAPES = {"X": "n d", "Y": "n d", "G": "n d", "W": "d d", "V": "d d", "A": "d d", "g": "d", "b": "d", "v": "n", "s": ""}
ROOTS = (
    "({x} - mean({x}, axis=1, keepdims=True))/sqrt(var({x}, axis=1, keepdims=True) + 0.1)",
    "{x}/sqrt(mean({x}**2, axis=1, keepdims=True) + 0.1)",
    "{x}/sqrt(sum({x}**2, axis=0, keepdims=True) + 0.1)",
)
NAMED = (*ROOTS, "tanh({x} @ W + b)", "tanh({x})", "sigmoid({x})", "softmax({x}, axis=0)", "softmax({x}, axis=1)", "solve(A, ({x}).T).T")
PLAIN = (
    "({x} @ W)", "({x} @ V)", "({x}*{y})", "({x}*g)", "({x}*v[:, None])", "({x}*s)", "({x} + {y})", "({x} - {y})", "({x} @ ({y}).T @ X/5)",
)  # fmt: skip
LOSSES = (
    "sum({x}*G)", "sum(({x} - Y)**2)", "-sum(Y*log_softmax({x}))", "sum(logsumexp({x}, axis=1)*v)", "sum(tanh({x} @ V)*G)",
    "mean(logsumexp({x}, axis=1)) + sum({y}*g)", "logdet(A) + v @ {x} @ solve(A, g)", "sum(softmax({x})*{y})",
)  # fmt: skip


class Maker:
    """Draws one program; what has a name may stand in it more than once."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.definitions: list[str] = []

    def matrix(self, depth: int) -> str:
        """The text of an n × d matrix."""
        if not depth:
            return self.draw.choice("XYG")
        text = self.draw.choice(NAMED + PLAIN)
        inner = text.format(x=self.matrix(depth - 1), y=self.matrix(depth - 1))
        if text in PLAIN or self.draw.random() < 0.4:
            return f"({inner})"
        name = f"H{len(self.definitions) + 1}"
        self.definitions.append(f"{name} = {inner}")
        return name

    def loss(self) -> str:
        return self.draw.choice(LOSSES).format(x=self.matrix(2), y=self.matrix(1))


def question(seed: int, order: int = 1) -> Derivation:
    """The derivative of the program of that number by one of its inputs."""
    maker = Maker(seed)
    text = maker.loss()
    whole = " ".join((text, *maker.definitions))
    used = [name for name in SHAPES if re.search(rf"\b{name}\b", whole)]
    shapes = {name: SHAPES[name] for name in used}
    given = td.derive(text, used[0], shapes, tuple(maker.definitions)).program.given
    needed = [name for name in used if name in given]
    return td.derive(text, maker.draw.choice(needed), shapes, tuple(maker.definitions), order)
