"""Array expressions as source of the array API: functions of the inputs' own namespace, and nothing that only some libraries take."""

from __future__ import annotations

from ..index.dims import UNIT
from ..matrix.calls import Call, Einsum, Eye, Filled, Reshape, Solve
from ..matrix.nodes import Column, Diag, DiagOf, Elem, T, Trace
from ..matrix.places import Flip, Pad, Slice, Tril, Where
from ..matrix.writing import ATOM, Printed
from .einsums import Diagonals, Vecdot, in_operations
from .lower import Mask, Scalar, is_constant
from .plan.nodes import Permuted
from .printer import CodePrinter, new_axes

WITH_NUMBERS = ("elu", "leaky_relu", "clip")  # that take numbers after an array
HELPED = ("softmax", "log_softmax", "logsumexp", "norm")  # functions of ours, which take all axes by number


class ArrayApiPrinter(CodePrinter):
    """The array API."""

    cast = "{xp}.astype({0}, {ref}.dtype)"

    @property
    def kind(self) -> list[str]:
        """The type and the device of an array of our own."""
        return [self.fill("dtype={ref}.dtype"), self.fill("device={array_api_compat}.device({ref})")]

    def _scalar(self, node: Scalar) -> Printed:
        return self.applied("{xp}.asarray", self.print(node.arg), *self.kind)

    def _eye(self, node: Eye) -> Printed:
        return self.applied("{xp}.eye", self.size(node.dim)[0], *self.kind)

    def _filled(self, node: Filled) -> Printed:
        return self.applied("{xp}.ones" if node.value else "{xp}.zeros", self.extents(node.dims), *self.kind)

    def _mask(self, node: Mask) -> Printed:
        return self.floating(self.compared(node.comparison), all(map(is_constant, node.comparison.args)))

    def function(self, node: Elem) -> Printed:
        if node.row.name == "clip" and not all(map(is_constant, node.args[1:])):  # bounds that broadcast
            x, low, high = self.arguments(node)
            return self.applied("{xp}.minimum", self.applied("{xp}.maximum", x, low)[0], high)
        return super().function(node)

    def arguments(self, node: Elem) -> list[str]:
        first, *rest = node.args
        plain = node.row.name in WITH_NUMBERS and not is_constant(first) and all(map(is_constant, rest))
        return [self.print(Scalar(arg) if is_constant(arg) and not plain else arg) for arg in node.args]

    def _t(self, node: T) -> Printed:
        return super()._t(node) if node.rank == 2 else self.applied("{xp}.matrix_transpose", self.print(node.arg))

    def _permuted(self, node: Permuted) -> Printed:
        return self.applied("{xp}.permute_dims", self.print(node.arg), str(node.order))

    def _diag(self, node: Diag) -> Printed:
        return self.applied("{diag}", self.print(node.arg))

    def _diagof(self, node: DiagOf) -> Printed:
        return self.applied("{xp}.linalg.diagonal", self.print(node.arg))

    def _trace(self, node: Trace) -> Printed:
        return self.applied("{xp}.linalg.trace", self.print(node.arg))

    def method(self, node: Call) -> Printed:
        return self.call(node.name, self.print(node.arg), *self.axis_words(node))

    def axis_words(self, node: Call) -> list[str]:
        if node.name in HELPED and node.axis is None:
            node = Call(node.name, node.arg, tuple(range(node.arg.rank)), node.keepdims)
        return super().axis_words(node)

    def _reshape(self, node: Reshape) -> Printed:
        if axes := new_axes(node):
            return self.at(node.arg, ATOM) + axes, ATOM
        return self.applied("{xp}.reshape", self.print(node.arg), self.extents(node.dims))

    def _solve(self, node: Solve) -> Printed:
        matrix, right = node.matrix, node.right
        if matrix.rank > right.rank > 1:  # a matrix for each of a stack
            right = Reshape(right, (UNIT,) * (matrix.rank - right.rank) + right.shape)
        if matrix.rank > 2 and right.rank == 1:
            return self.applied("{xp}.linalg.solve", self.print(matrix), self.print(Column(right)))[0] + "[..., 0]", ATOM
        return self.applied("{xp}.linalg.solve", self.print(matrix), self.print(right))

    def _slice(self, node: Slice) -> Printed:
        items = [self.place_text(item, extent) for item, extent in zip(node.parts, node.arg.shape, strict=True)]
        return f"{self.at(node.arg, ATOM)}[{', '.join(items)}]", ATOM

    def _pad(self, node: Pad) -> Printed:
        pairs = [f"({self.size(before)[0]}, {self.size(behind)[0]})" for before, behind in node.widths]
        return self.applied("{pad}", self.print(node.arg), f"({', '.join(pairs)},)" if len(pairs) == 1 else f"({', '.join(pairs)})")

    def _flip(self, node: Flip) -> Printed:
        return self.applied("{xp}.flip", self.print(node.arg), f"axis={self.axes(node.axes)}")

    def _tril(self, node: Tril) -> Printed:
        return self.call(type(node).__name__.lower(), self.print(node.arg), *([f"k={node.k}"] if node.k else []))

    _triu = _tril

    def _where(self, node: Where) -> Printed:
        if is_constant(node.condition):
            node = Where(Scalar(node.condition), node.then, node.otherwise)
        return super()._where(node)

    def _einsum(self, node: Einsum) -> Printed:
        """By broadcasting, matmul or vecdot where one fits, else by tensordot, or as one product of stacks."""
        found = in_operations(node)
        if found != node:
            return self.term(found)
        left, right = node.letters
        common = [letter for letter in left if letter in right]
        parts = [self.print(part) for part in node.parts]
        if set(common) & set(node.output):
            return self.applied("{einsum}", f'"{node.spec}"', *parts)
        axes = str(tuple(tuple(word.index(letter) for letter in common) for word in node.letters))
        return self.applied("{xp}.tensordot", *parts, f"axes={axes}")

    def _vecdot(self, node: Vecdot) -> Printed:
        return self.applied("{xp}.vecdot", self.print(node.left), self.print(node.right))

    def _diagonals(self, node: Diagonals) -> Printed:
        return self.applied("{xp}.linalg.diagonal", self.print(node.arg))
