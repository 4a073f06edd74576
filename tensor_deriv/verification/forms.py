"""The ways a derivation says its result, each as something to compare with the index notation."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from ..code.generate import compiled, derivative_source
from ..index.evaluate import Evaluator
from ..language.reader import read_program
from ..matrix.evaluate import evaluate
from ..matrix.forms import Form
from .sample import Point

if TYPE_CHECKING:
    from ..derived import Derived

Way = Callable[[Evaluator, Point], Any]


def ways(derivation: Derived) -> list[tuple[str, Way]]:
    """(what, function) pairs for each version of the answer: the array form, its text read back, and the NumPy function."""
    return [(name + what, way) for name, version in derivation.versions for what, way in _ways(version)]


def _ways(derivation: Derived) -> list[tuple[str, Way]]:
    found: list[tuple[str, Way]] = [("array form", lambda evaluator, point: array_value(derivation.form, evaluator))]
    if derivation.matrix is not None:
        found.append(("matrix form, read back", lambda evaluator, point: text_value(derivation, evaluator, point)))
    found.append(("NumPy code", lambda evaluator, point: code_value(derivation, evaluator)))
    return found


def array_value(form: Form, evaluator: Evaluator) -> Any:
    """The value of an array form at a point, its own definitions computed from it alone."""
    tensors = dict(evaluator.tensors)
    for item in form.definitions:
        tensors[item.name] = evaluate(item.node, tensors, evaluator.sizes)
    return np.asarray(evaluate(form.node, tensors, evaluator.sizes))


def text_value(derivation: Derived, evaluator: Evaluator, point: Point) -> Any:
    """The value of the printed matrix form, read as a user would read it."""
    assert derivation.matrix is not None
    program = derivation.gradient.program
    defined = {name: definition.shape for name, definition in derivation.program.definitions.items() if definition.named_by_user}
    shapes = {name: tuple(map(str, shape)) for name, shape in {**defined, **program.given}.items()}
    reread = read_program(derivation.matrix, shapes, derivation.definitions, dims=program.dims)
    given = {name: evaluator.tensors[name] for name in reread.inputs}
    again = Point(given, dict(point.sizes), point.functions).evaluator(reread)
    return again.at(reread.result.body, reread.result.axes)


def code_value(derivation: Derived, evaluator: Evaluator) -> Any:
    """The value of the generated NumPy function."""
    function = compiled(derivative_source(derivation, "numpy"))
    sizes = {name: evaluator.sizes[name] for name, p in signature(function).parameters.items() if p.kind is p.KEYWORD_ONLY}
    return function(**{name: evaluator.tensors[name] for name in derivation.given}, **sizes)
