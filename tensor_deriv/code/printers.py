"""Array expressions as source of NumPy, PyTorch and JAX: where each differs from the others."""

from __future__ import annotations

from collections.abc import Callable

from ..matrix.nodes import Call, Einsum, Elem, Eye, Filled
from ..matrix.text import ATOM, PRODUCT, Printed
from .lower import Scalar, is_constant
from .module import Module
from .printer import METHODS, CodePrinter
from .sizes import Sizes

WITH_NUMBERS = ("clip", "elu", "leaky_relu")  # that take tensors or, after the first, numbers
WHOLE = (*METHODS, "inv", "det", "logdet", "norm")  # that take no axis where they act on all


class NumpyPrinter(CodePrinter):
    """NumPy, in which arrays of our own are float64."""

    def _scalar(self, node: Scalar) -> Printed:
        return self.applied("{xp}.float64", self.print(node.arg))

    def floating(self, comparison: str, of_numbers: bool) -> Printed:
        return f"1.0*{comparison}", PRODUCT

    def _eye(self, node: Eye) -> Printed:
        return self.applied("{xp}.eye", self.size(node.dim)[0])

    def _filled(self, node: Filled) -> Printed:
        return self.applied("{xp}.ones" if node.value else "{xp}.zeros", self.extent(node.dims))

    def _einsum(self, node: Einsum) -> Printed:
        order = ["optimize=True"] if len(node.parts) > 2 else []
        return self.applied("{xp}.einsum", f'"{node.spec}"', *map(self.print, node.parts), *order)


class TorchPrinter(CodePrinter):
    """PyTorch, whose functions take tensors alone."""

    cast = "{0}.to({ref}.dtype)"

    def _scalar(self, node: Scalar) -> Printed:
        return f"{self.reference}.new_tensor({self.print(node.arg)})", ATOM

    def _eye(self, node: Eye) -> Printed:
        return self.applied("{xp}.eye", self.size(node.dim)[0], f"dtype={self.reference}.dtype", f"device={self.reference}.device")

    def _filled(self, node: Filled) -> Printed:
        return f"{self.reference}.{'new_ones' if node.value else 'new_zeros'}({self.extent(node.dims)})", ATOM

    def arguments(self, node: Elem) -> list[str]:
        first, *rest = node.args
        plain = node.row.name in WITH_NUMBERS and not is_constant(first) and all(map(is_constant, rest))
        return [self.print(Scalar(arg) if is_constant(arg) and not plain else arg) for arg in node.args]

    def function(self, node: Elem) -> Printed:
        bound = {"maximum": "min=", "minimum": "max="}.get(node.row.name)
        if bound and any(map(is_constant, node.args)):
            tensor, number = sorted(node.args, key=is_constant)
            return self.applied("{xp}.clamp", self.print(tensor), bound + self.print(number))
        return super().function(node)

    def axis_words(self, node: Call) -> list[str]:
        axes = node.axis
        if axes is None and (node.keepdims or node.name not in WHOLE):
            axes = tuple(range(node.arg.rank))
        words = [] if axes is None else [("dim=" if node.name == "norm" else "") + self.axes(axes)]
        words += [self.target.keepdims] if node.keepdims else []
        return words + (["unbiased=False"] if node.name == "var" else [])

    def method(self, node: Call) -> Printed:
        word = {"max": "amax", "min": "amin"}.get(node.name, node.name)
        if word == "prod" and node.axis is not None and len(node.axis) > 1:
            steps = "".join(f".prod({', '.join([str(axis)] + [self.target.keepdims] * node.keepdims)})" for axis in sorted(node.axis)[::-1])
            return self.at(node.arg, ATOM) + steps, ATOM
        return f"{self.at(node.arg, ATOM)}.{word}({', '.join(self.axis_words(node))})", ATOM

    def _call(self, node: Call) -> Printed:
        several = node.name in ("softmax", "log_softmax") and (node.axis is None or len(node.axis) > 1)
        if several:
            return self.applied("{" + node.name + "}", self.print(node.arg), *self.axis_words(node))
        return super()._call(node)


PRINTERS: dict[str, Callable[[Module, str, Sizes], CodePrinter]] = {"numpy": NumpyPrinter, "torch": TorchPrinter, "jax": CodePrinter}
