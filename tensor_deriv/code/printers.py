"""Array expressions as source of NumPy, PyTorch and JAX: where each differs from the others; and the printer of each target."""

from __future__ import annotations

from collections.abc import Callable

from ..matrix import make
from ..matrix.calls import MATRIX, Call, Einsum, Eye, Filled, Reshape
from ..matrix.nodes import Add, Array, Column, Diag, Elem, Outer, Shape, num
from ..matrix.places import Pad
from ..matrix.writing import ATOM, PRODUCT, SIGN, Printed
from .array_api import ArrayApiPrinter
from .lower import Scalar, is_constant
from .module import Module
from .plan.memory import is_floating, is_new
from .plan.nodes import Changed, Factored, LogDet, OnDiagonal, Reciprocal, Solved
from .printer import LETTERS, METHODS, CodePrinter, new_axes
from .sizes import Sizes

WITH_NUMBERS = ("clip", "elu", "leaky_relu")  # that take tensors or, after the first, numbers
WHOLE = (*METHODS, *MATRIX, "norm")  # that take no axis where they act on all


class NumpyPrinter(CodePrinter):
    """NumPy."""

    def _scalar(self, node: Scalar) -> Printed:
        return self.applied("{xp}.asarray", self.print(node.arg), self.kind)

    def floating(self, comparison: str, of_numbers: bool) -> Printed:
        return (f"1.0*{comparison}", PRODUCT) if of_numbers else self.applied("{xp}.asarray", comparison, self.kind)

    def _eye(self, node: Eye) -> Printed:
        return self.applied("{xp}.eye", self.size(node.dim)[0], self.kind)

    def _filled(self, node: Filled) -> Printed:
        return self.applied("{xp}.ones" if node.value else "{xp}.zeros", self.extent(node.dims), self.kind)

    def _reciprocal(self, node: Reciprocal) -> Printed:
        return f"1/{self.at(node.arg, SIGN)}", PRODUCT

    def method(self, node: Call) -> Printed:
        """A reduction; of rows by einsum, in half the time or less, where that sums numbers (of truth values it makes truth values)."""
        rank = node.arg.rank
        if node.name not in ("sum", "mean") or rank < 2 or node.axis != (rank - 1,) or not is_floating(node.arg, self.floating_names):
            return super().method(node)
        letters = LETTERS[:rank]
        text = self.applied("{xp}.einsum", f'"{letters}->{letters[:-1]}"', self.print(node.arg))[0]
        text += new_axes(Reshape(Call(node.name, node.arg, node.axis), node.shape)) if node.keepdims else ""
        return (f"{text}/{self.bracketed(node.arg.shape[-1])}", PRODUCT) if node.name == "mean" else (text, ATOM)

    @property
    def kind(self) -> str:
        """The type of an array of our own: floating, of the precision of the inputs."""
        return self.fill("dtype={xp}.result_type({ref}, 1.0)")

    def _outer(self, node: Outer) -> Printed:
        # einsum takes two thirds of the time of np.outer, which repeats both along the other's axis
        return self.applied("{xp}.einsum", '"i,j->ij"', self.print(node.left), self.print(node.right))

    def _einsum(self, node: Einsum) -> Printed:
        """A product over common axes by `vdot` or `tensordot`, which BLAS computes; an einsum where an axis is kept by both."""
        if len(node.parts) != 2:
            optimize = ["optimize=True"] if len(node.parts) > 2 else []
            return self.applied("{xp}.einsum", f'"{node.spec}"', *map(self.print, node.parts), *optimize)
        if node.letters[0] == node.letters[1] and not node.output:
            return self.applied("{xp}.vdot", *map(self.print, node.parts))
        if node.letters[0] == node.letters[1] == node.output + node.letters[0][-1]:
            return self.applied("{vecdot}", *map(self.print, node.parts))
        axes, free = tensordot_axes(node)
        if not axes:
            return self.applied("{xp}.einsum", f'"{node.spec}"', *map(self.print, node.parts))
        text = self.applied("{xp}.tensordot", *map(self.print, node.parts), axes)[0]
        order = ", ".join(str(free.index(letter)) for letter in node.output)
        return text if free == node.output else f"{text}.transpose({order})", ATOM

    def statements(self, name: str, node: Array) -> list[str]:
        """The lines that compute a node; what is zero off a diagonal is written into an array."""
        if is_floating(node, self.floating_names):
            self.floating_names.add(name)
        if isinstance(node, Changed):
            return [f"{name} {node.operator}= {self.print(node.arg)}"]
        written = [part for part in terms(node) if isinstance(part, OnDiagonal)]
        if not written:
            return super().statements(name, node)
        rest = [part for part in terms(node) if not isinstance(part, OnDiagonal)]
        if rest and node.rank == 2 and not is_new(Add(tuple(rest)), self.floating_names):
            return super().statements(name, Add((*rest, *map(dense_diagonal, written))))
        lines = [f"{name} = {self.dense(rest, node.shape)}"]
        return lines + [self.on_diagonal(name, part, bool(rest) or place > 0) for place, part in enumerate(written)]

    def dense(self, terms: list[Array], dims: Shape) -> str:
        """A new array of floating numbers that holds a sum."""
        if not terms:
            return self.print(Filled(0, dims))
        node = terms[0] if len(terms) == 1 else Add(tuple(terms))
        text = self.print(node)
        if node.shape != dims:
            return f"{text} + {self.print(Filled(0, dims))}"
        return text if is_new(node, self.floating_names) else self.applied("{xp}.array", text, self.kind)[0]

    def on_diagonal(self, name: str, node: OnDiagonal, added: bool) -> str:
        """The line that puts entries on a diagonal of an array."""
        view = self.fill(f'{{xp}}.einsum("{node.output}->{node.view}", {{0}})', name)
        if added and make.coefficient(node.arg)[0] < 0:
            return f"{view}[:] -= {self.print(make.mul([num(-1), node.arg]))}"
        return f"{view}[:] {'+=' if added else '='} {self.print(node.arg)}"


def dense_diagonal(node: OnDiagonal) -> Array:
    """A diagonal as a matrix."""
    return Diag(node.arg) if node.letters else make.mul([node.arg, Eye(node.dims[0])])


def terms(node: Array) -> tuple[Array, ...]:
    return node.parts if isinstance(node, Add) else (node,)


def tensordot_axes(node: Einsum) -> tuple[str, str]:
    """The axes of a tensordot, those that both arrays have and the result has not, and the letters left; nothing where it is none."""
    left, right = node.letters
    common = [letter for letter in left if letter in right]
    free = "".join(letter for letter in left + right if letter not in common)
    if not common or set(free) != set(node.output) or max(len(left), len(right)) < 3:
        return "", ""
    places = [tuple(word.index(letter) for letter in common) for word in (left, right)]
    return str(tuple(place[0] if len(place) == 1 else place for place in places)), free


class TorchPrinter(CodePrinter):
    """PyTorch, whose functions take tensors alone."""

    cast = "{0}.to({ref}.dtype)"

    def _scalar(self, node: Scalar) -> Printed:
        return f"{self.reference}.new_tensor({self.print(node.arg)})", ATOM

    def _eye(self, node: Eye) -> Printed:
        return self.applied("{xp}.eye", self.size(node.dim)[0], f"dtype={self.reference}.dtype", f"device={self.reference}.device")

    def _filled(self, node: Filled) -> Printed:
        return f"{self.reference}.{'new_ones' if node.value else 'new_zeros'}({self.extent(node.dims)})", ATOM

    def _pad(self, node: Pad) -> Printed:
        widths = [self.size(width)[0] for pair in node.widths[::-1] for width in pair]  # the last axis first
        return self.applied("{xp}.nn.functional.pad", self.print(node.arg), f"({', '.join(widths)})")

    def _factored(self, node: Factored) -> Printed:
        return self.applied("{xp}.linalg.lu_factor", self.print(node.matrix))

    def _solved(self, node: Solved) -> Printed:
        turned = ["adjoint=True"] if node.transposed else []
        columns = Column(node.right) if node.right.rank == 1 else node.right
        text, tight = self.applied("{xp}.linalg.lu_solve", "*" + self.at(node.factors, ATOM), self.print(columns), *turned)
        return text + ("[:, 0]" if node.right.rank == 1 else ""), tight

    def _logdet(self, node: LogDet) -> Printed:
        return f"{self.at(node.factors, ATOM)}[0].diagonal().abs().log().sum()", ATOM

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


class JaxPrinter(CodePrinter):
    """JAX."""

    def _factored(self, node: Factored) -> Printed:
        return self.applied("{jax}.scipy.linalg.lu_factor", self.print(node.matrix))

    def _solved(self, node: Solved) -> Printed:
        turned = ["trans=1"] if node.transposed else []
        return self.applied("{jax}.scipy.linalg.lu_solve", self.print(node.factors), self.print(node.right), *turned)

    def _logdet(self, node: LogDet) -> Printed:
        return self.fill("{xp}.log({xp}.abs({xp}.diagonal({0}[0]))).sum()", self.at(node.factors, ATOM)), ATOM


PRINTERS: dict[str, Callable[[Module, str, Sizes], CodePrinter]] = {
    "numpy": NumpyPrinter, "torch": TorchPrinter, "jax": JaxPrinter, "xp": ArrayApiPrinter,
}  # fmt: skip
