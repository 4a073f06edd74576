"""How the functions of the array language are entered: by their name, with parameters that say how arguments are read.

A parameter's annotation says how its argument is read: `Value` an array, `Axes` integers or None, `Size` a dimension.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import ParseError, ShapeError
from ..index.dims import Dim
from .values import Value, axis_number

if TYPE_CHECKING:
    from .lower import Lowering

Axes = tuple[int, ...] | None
Values = list[Value]
Sizes = tuple[Dim | None, ...]
Operation = Callable[["Lowering", ast.Call], Value]
OPERATIONS: dict[str, Operation] = {}

_READ: dict[str, str] = {
    "Value": "lower", "Axes": "integers", "bool": "boolean", "int": "integer", "str": "string", "Dim": "dimension",
    "Values": "arrays", "Sizes": "sizes",
}  # fmt: skip


class Call:
    """One call: where it stands, and the reader."""

    def __init__(self, lowering: Lowering, node: ast.Call) -> None:
        self.lowering = lowering
        self.node = node
        self.place = lowering.place(node)

    def axes(self, x: Value, axis: Axes) -> tuple[int, ...]:
        """Axis numbers from the front, sorted, all of them for None."""
        if axis is None:
            return tuple(range(x.rank))
        found = sorted(axis_number(a, x.rank, self.place) for a in axis)
        if len(set(found)) != len(found):
            raise ShapeError("the same axis stands twice", self.place)
        return tuple(found)

    def one_axis(self, x: Value, axis: Axes) -> int:
        """The number of one axis, which a vector need not be told."""
        if (axis is None and x.rank != 1) or (axis is not None and len(axis) != 1):
            raise ShapeError(f"`{_name(self.node)}` of an array of {x.rank} axes needs to be told along which one: axis=0", self.place)
        return axis_number(axis[0] if axis else 0, x.rank, self.place)

    def rank(self, x: Value, *wanted: int) -> None:
        """Refuse an array of another rank."""
        if x.rank not in wanted:
            words = " or ".join({0: "a scalar", 1: "a vector", 2: "a matrix"}.get(r, f"{r} axes") for r in wanted)
            shape = self.lowering.aligner.shape(x)
            raise ShapeError(f"`{_name(self.node)}` takes {words}, this has the shape {shape}", self.place)

    def square(self, x: Value) -> None:
        if x.rank < 2:
            self.rank(x, 2)
        words = lambda: f"`{_name(self.node)}` takes a square matrix, this is {self.lowering.aligner.shape(x)}"  # noqa: E731
        self.lowering.solver.require(x.axes[-2].extent, x.axes[-1].extent, words, lambda: self.place)


def operation(*names: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Enter a function under its names in the language."""

    def enter(function: Callable[..., Value]) -> Callable[..., Value]:
        signature = inspect.signature(function)
        for name in names:
            OPERATIONS[name] = _reader(function, signature)
        return function

    return enter


def _reader(function: Callable[..., Value], signature: inspect.Signature) -> Operation:
    def read(lowering: Lowering, node: ast.Call) -> Value:
        call = Call(lowering, node)
        keywords = {word.arg: word.value for word in node.keywords if word.arg}
        if len(keywords) < len(node.keywords) or any(isinstance(a, ast.Starred) for a in node.args):
            raise ParseError("`*` and `**` arguments are not part of the language", call.place)
        try:
            bound = signature.bind(call, *node.args, **keywords)
        except TypeError as error:
            usage = ", ".join(str(p).split(":")[0] for p in list(signature.parameters.values())[1:])
            raise ParseError(f"`{_name(node)}({usage})`: {error}", call.place) from None
        arguments = {key: _read(lowering, signature.parameters[key], value) for key, value in bound.arguments.items()}
        call_, rest = arguments.pop("call"), []
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                rest = arguments.pop(parameter.name, [])
                positional = [arguments.pop(p) for p in list(signature.parameters)[1:] if p in arguments]
                return function(call_, *positional, *rest)
        return function(call_, **arguments)

    return read


def _read(lowering: Lowering, parameter: inspect.Parameter, value: Any) -> Any:
    if parameter.name == "call":
        return value
    reader = getattr(lowering, _READ[str(parameter.annotation)])
    return [reader(item) for item in value] if parameter.kind is parameter.VAR_POSITIONAL else reader(value)


def _name(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else "?"
