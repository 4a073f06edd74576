"""What is wrong with a wrong claim: a transpose, a factor, a sign, a term, the layout; and the smallest counterexample."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..index.nodes import Expr, Product, Sum
from ..matrix.build import Builder
from ..matrix.language import in_language
from ..matrix.products import distribute_one
from ..matrix.tidy import Tidier
from ..program import Program, Tensor
from .check import relative_error
from .sample import Point, arbitrary, usable

if TYPE_CHECKING:
    from ..derivation import Derivation
    from .claim import Claim, Pair

Array = Any
SAME = 1e-7
MOST_TERMS = 16


def explanation(derivation: Derivation, claim: Claim, pairs: Sequence[Pair]) -> str:
    """The first thing that explains the difference at every point; empty where nothing does."""
    return _layout(pairs) or _factor(pairs) or _term(derivation, pairs) or ""


def _same(left: Array, right: Array) -> bool:
    return relative_error(left, right) <= SAME


def _layout(pairs: Sequence[Pair]) -> str:
    rank = np.ndim(pairs[0][2])
    for order in itertools.permutations(range(rank)):
        if order != tuple(range(rank)) and all(np.ndim(c) == rank and _same(np.transpose(c, order), t) for _, c, t in pairs):
            return "it is the transpose of the derivative" if rank == 2 else f"its axes are in another order: transpose by {order}"
    if all(np.size(c) == np.size(t) and _same(np.reshape(c, np.shape(t)), t) for _, c, t in pairs):
        return "its entries are right and its shape is not"
    return ""


def _factor(pairs: Sequence[Pair]) -> str:
    ratios = []
    for _, claimed, true in pairs:
        if np.shape(claimed) != np.shape(true):
            return ""
        ratio = _ratio(claimed, true)
        if ratio is None:
            return ""
        ratios.append(ratio)
    if max(ratios) - min(ratios) <= SAME * max(map(abs, ratios)):
        return "it has the wrong sign" if abs(ratios[0] + 1) < SAME else f"it is {_number(ratios[0])} times the derivative"
    for name in pairs[0][0].sizes:
        for word, power in ((name, 1), (f"1/{name}", -1)):
            if all(abs(r - p.sizes[name] ** power) <= SAME * abs(r) for r, (p, _, _) in zip(ratios, pairs, strict=True)):
                return f"it is {word} times the derivative"
    return ""


def _ratio(claimed: Array, true: Array) -> float | None:
    """The number that one array is a multiple of the other by."""
    scale = float(np.vdot(true, true))
    ratio = float(np.vdot(true, claimed)) / scale if scale else 0.0
    return ratio if ratio and _same(claimed, ratio * np.asarray(true)) else None


def _number(value: float) -> str:
    from fractions import Fraction

    fraction = Fraction(value).limit_denominator(64)
    return str(fraction) if abs(float(fraction) - value) < 1e-6 * abs(value) else f"{value:.6g}"


def _term(derivation: Derivation, pairs: Sequence[Pair]) -> str:
    # what is left over is a multiple of one of the terms
    if any(np.shape(c) != np.shape(t) for _, c, t in pairs):
        return ""
    program = derivation.gradient.program
    for term in terms(program.result.body):
        ratios = []
        for point, claimed, true in pairs:
            value = point.evaluator(program).at(term, program.result.axes)
            ratio = _ratio(claimed - true, value)
            if ratio is None:
                break
            ratios.append(ratio)
        if len(ratios) == len(pairs) and max(ratios) - min(ratios) <= 1e-6 * max(map(abs, ratios)):
            return _term_words(ratios[0], _text(derivation, term))
    return ""


def _term_words(ratio: float, text: str) -> str:
    if abs(ratio + 1) < 1e-6:
        return f"the term {text} is missing"
    if abs(ratio + 2) < 1e-6:
        return f"the term {text} has the wrong sign"
    return f"the term {text} stands {_number(1 + ratio)} times"


def terms(expr: Expr) -> list[Expr]:
    """An expression multiplied out, as long as that stays short."""
    if isinstance(expr, Sum):
        return [inner for term in expr.terms for inner in terms(term)]
    if isinstance(expr, Product):
        opened = distribute_one(expr)
        if opened is not None and len(opened) <= MOST_TERMS:
            return [inner for term in opened for inner in terms(term)][:MOST_TERMS]
    return [expr]


def _text(derivation: Derivation, term: Expr) -> str:
    program = derivation.gradient.program
    node = Tidier(program).tidy(Builder(program).array(term, program.result.axes))
    text = in_language(node)
    return f"`{text}`" if text else "of that kind"


def smallest_counterexample(derivation: Derivation, claim: Claim, rng: np.random.Generator) -> dict[str, Any]:
    """Inputs with small integers and small sizes where the claim and the derivative differ; empty where none is found."""
    program = derivation.gradient.program
    for sizes in _sizes(program):
        found = [item for _ in range(30) if (item := _tried(derivation, claim, rng, sizes)) is not None]
        if found:
            return min(found, key=_weight)
    return {}


def _sizes(program: Program) -> Iterator[dict[str, int]]:
    free = [name for name in program.dims if name not in program.ties]
    for largest in (1, 2, 3):
        for choice in itertools.islice(itertools.product(range(1, largest + 1), repeat=len(free)), 64):
            if max(choice, default=1) == largest:
                sizes = dict(zip(free, choice, strict=True))
                yield {**sizes, **{name: dim.value(sizes) for name, dim in program.ties.items()}}


def _tried(derivation: Derivation, claim: Claim, rng: np.random.Generator, sizes: dict[str, int]) -> dict[str, Any] | None:
    program = derivation.gradient.program
    given = {name: small_tensor(tensor, rng, sizes) for name, tensor in program.inputs.items()}
    drawn = {**arbitrary(derivation.program, rng, sizes), **arbitrary(program, rng, sizes)}  # a derivative of zero needs none
    functions = {name: function.linear(rng) for name, function in drawn.items()}
    point = Point(given, sizes, functions)
    if not usable(program, point) or not usable(derivation.program, point):
        return None
    evaluator = point.evaluator(program)
    true = evaluator.at(program.result.body, program.result.axes)
    try:
        claimed = claim.at(point, evaluator.tensors)
    except (ValueError, np.linalg.LinAlgError):
        return None
    if np.shape(claimed) == np.shape(true) and relative_error(claimed, true) < 1e-6:
        return None
    shown = {name: evaluator.tensors[name] for name in claim.program.given if name in program.definitions}
    return {**given, **shown, "claimed": claimed, "derivative": true}


def _weight(item: dict[str, Any]) -> tuple[float, ...]:
    inputs = [np.abs(array).sum() for name, array in item.items() if name not in ("claimed", "derivative")]
    return float(not np.any(item["derivative"])), float(sum(inputs))


def small_tensor(tensor: Tensor, rng: np.random.Generator, sizes: dict[str, int]) -> Array:
    """A tensor of small integers that keeps its assumptions."""
    shape = tuple(dim.value(sizes) for dim in tensor.shape)
    known = tensor.assumptions
    low = 1 if known & {"positive"} else -1
    value = rng.integers(low, 3, size=shape).astype(float)
    if "simplex" in known:
        value = np.zeros(shape)
        value[..., 0] = 1.0
    if "symmetric" in known:
        value = np.triu(value) + np.triu(value, 1).T
    if known & {"spd", "diagonal", "orthogonal"}:
        value = np.eye(shape[0], shape[1]) * (1.0 if "orthogonal" in known else float(rng.integers(1, 3)))
    return value
