"""A second opinion: automatic differentiation by another library at the same points."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..derivation import Derivation
from ..errors import UnsupportedError
from ..index.bodies import Opaque
from ..language.reader import read_program
from .check import relative_error
from .report import Trial
from .sample import Point, draw

Array = Any
LIBRARIES = ("torch", "jax")
AGREES = 1e-8


def second_opinion(derivation: Derivation, library: str, rng: np.random.Generator, points: int = 2) -> Trial:
    """The derivative by the automatic differentiation of `library`, against ours; UnsupportedError where it is not installed."""
    if library not in LIBRARIES:
        raise UnsupportedError(f"a second opinion can be had of {' or '.join(LIBRARIES)}, not of `{library}`")
    worst = 0.0
    for place in range(points):
        program = derivation.gradient.program
        point = draw(program, rng, place == points - 1, derivation.program)
        evaluator = point.evaluator(program)
        want = evaluator.at(program.result.body, program.result.axes)
        worst = max(worst, relative_error(_derivative(derivation, library, point, evaluator.tensors), want))
    return Trial(f"automatic differentiation of {library}", points, worst, worst <= AGREES)


def _derivative(derivation: Derivation, library: str, point: Point, tensors: dict[str, Array]) -> Array:
    body = derivation.program.result.body
    if isinstance(body, Opaque):
        if derivation.order > 1:
            raise UnsupportedError("an arbitrary function has no second derivative that a library could take")
        value = value_function(derivation, library, body.tensor)
        jacobian = _jacobian(library, value, derivation.wrt, point, 1)
        upstream = tensors[f"d{body.tensor}"]
        return np.tensordot(upstream, jacobian, axes=np.ndim(upstream))
    return _jacobian(library, value_function(derivation, library), derivation.wrt, point, derivation.order)


def value_function(derivation: Derivation, library: str, result: str = "") -> Any:
    """The expression, or one of its definitions, as a function for the library."""
    if not result:
        return derivation.value_function(library)
    program = derivation.program
    shapes = {name: tuple(map(str, tensor.shape)) for name, tensor in program.inputs.items()}
    inner = read_program(f"{result}*1", shapes, program.texts[:-1], dims=program.dims)
    return Derivation(inner, derivation.wrt).value_function(library)


def _jacobian(library: str, function: Any, wrt: str, point: Point, order: int) -> Array:
    from inspect import signature

    wanted = signature(function).parameters
    given = {name: array for name, array in point.given.items() if name in wanted}
    given |= {name: point.sizes[name] for name, p in wanted.items() if p.kind is p.KEYWORD_ONLY}
    return _TAKEN[library](function, given, wrt, order)


def _by_torch(function: Any, given: dict[str, Array], wrt: str, order: int) -> Array:
    torch = _imported("torch")
    fixed = {name: torch.tensor(array, dtype=torch.float64) if isinstance(array, np.ndarray) else array for name, array in given.items()}

    def value(x: Any) -> Any:
        return function(**{**fixed, wrt: x})

    for _ in range(order):
        value = torch.func.jacrev(value)
    return value(fixed[wrt]).detach().numpy()


def _by_jax(function: Any, given: dict[str, Array], wrt: str, order: int) -> Array:
    jax = _imported("jax")
    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        fixed = {name: jax.numpy.asarray(array) if isinstance(array, np.ndarray) else array for name, array in given.items()}

        def value(x: Any) -> Any:
            return function(**{**fixed, wrt: x})

        for _ in range(order):
            value = jax.jacrev(value)
        return np.asarray(value(fixed[wrt]))


def _imported(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise UnsupportedError(f"{name} is not installed, so it has no opinion; `pip install {name}`") from None


_TAKEN = {"torch": _by_torch, "jax": _by_jax}
