"""Array expressions as source: what all targets have in common."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..functions import Elementwise
from ..index.dims import UNIT, Dim
from ..matrix.calls import Call, Eye, Filled, Reshape, Solve, Take
from ..matrix.nodes import Array, Column, DiagOf, Elem, MatMul, Mul, Name, Pi, Pow, T, num
from ..matrix.places import Flip, Pad, Where
from ..matrix.text import TextPrinter
from ..matrix.writing import ATOM, PRODUCT, SIGN, SUM, Printed
from .lower import COMPARISONS, Bracketed, Literal, Lowering, Mask, Scalar, is_constant
from .module import Module
from .names import checked
from .plan.nodes import Permuted, ScaledSoftmax
from .scalars import scalar_array
from .sizes import Sizes
from .targets import MATH

LETTERS = "ijklmnpqrstuvwxyz"
METHODS = ("sum", "mean", "var", "prod", "max", "min")


class CodePrinter(TextPrinter):
    """Prints lowered expressions in one target; the methods say what all targets share."""

    cast = "{0}.astype({ref}.dtype)"

    def __init__(self, module: Module, reference: str, sizes: Sizes) -> None:
        super().__init__()
        self.module = module
        self.target = module.target
        self.reference = reference  # a tensor that gives dtype and device
        self.sizes = sizes
        self.floating_names: set[str] = set()  # that hold floating numbers

    def statements(self, name: str, node: Array) -> list[str]:
        """The lines that compute a node."""
        return [f"{name} = {self.print(node)}"]

    def fill(self, template: str, *args: str) -> str:
        return self.module.fill(template, *args, ref=self.reference)

    def call(self, name: str, *args: str) -> Printed:
        """A call by a cell of a table: a path, or a template with the arguments in it."""
        cell = self.target.functions.get(name) or self.target.primitives.get(name) or f"{{xp}}.{name}"
        return self.applied(cell, *args)

    def applied(self, cell: str, *args: str) -> Printed:
        return (self.fill(cell, *args) if "{0}" in cell else f"{self.fill(cell)}({', '.join(args)})"), ATOM

    def size(self, dim: Dim) -> Printed:
        return self.sizes.text(dim), super().size(dim)[1]

    def extents(self, dims: tuple[Dim, ...]) -> str:
        """A shape as a tuple."""
        words = [self.size(dim)[0] for dim in dims]
        return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"

    def extent(self, dims: tuple[Dim, ...]) -> str:
        """A shape as what makes an array takes it: n, or (n, d)."""
        return self.size(dims[0])[0] if len(dims) == 1 else self.extents(dims)

    def _name(self, node: Name) -> Printed:
        return checked(node.name), ATOM

    def _pi(self, node: Pi) -> Printed:
        return self.fill("{math}.pi"), ATOM

    def _literal(self, node: Literal) -> Printed:
        return repr(node.value), ATOM if node.value >= 0 else SIGN

    def _scalar(self, node: Scalar) -> Printed:
        return self.applied("{xp}.asarray", self.print(node.arg), f"dtype={self.reference}.dtype")

    def _mul(self, node: Mul) -> Printed:
        # s A @ x would scale A, s (A @ x) scales the product
        parts = tuple(Bracketed(part) if isinstance(part, MatMul) else part for part in node.parts)
        return super()._mul(Mul(parts))

    def _bracketed(self, node: Bracketed) -> Printed:
        return f"({self.print(node.arg)})", ATOM

    def _matmul(self, node: MatMul) -> Printed:
        left, right = node.parts
        plain = isinstance(left, MatMul) and left.rank > 1
        return f"{self.print(left) if plain else self.at(left, SIGN)} @ {self.at(right, SIGN)}", PRODUCT

    def _pow(self, node: Pow) -> Printed:
        if node.exponent == num(Fraction(1, 2)):
            return self.applied("{math}.sqrt" if is_constant(node.base) else "{xp}.sqrt", self.print(node.base))
        return super()._pow(node)

    def _elem(self, node: Elem) -> Printed:
        name = node.row.name
        if name in COMPARISONS:
            return self.floating(self.compared(node), all(map(is_constant, node.args)))
        if is_constant(node):
            return self.applied("{math}." + MATH[name], *map(self.print, node.args))
        if node.row.source:
            return self.applied(self.user_function(node.row), *self.arguments(node))
        return self.function(node)

    def function(self, node: Elem) -> Printed:
        """A function of the target itself."""
        return self.call(node.row.name, *self.arguments(node))

    def arguments(self, node: Elem) -> list[str]:
        """The arguments of a function; at least one of them is an array."""
        numbers = all(map(is_constant, node.args))
        return [self.print(Scalar(arg) if numbers else arg) for arg in node.args]

    def compared(self, node: Elem) -> str:
        return f"({self.comparison(node)})"

    def floating(self, comparison: str, of_numbers: bool) -> Printed:
        """A comparison as zeros and ones."""
        return (f"1.0*{comparison}", PRODUCT) if of_numbers else (self.fill(self.cast, comparison), ATOM)

    def _mask(self, node: Mask) -> Printed:
        return self.compared(node.comparison), ATOM

    def user_function(self, row: Elementwise) -> str:
        """The helper function of a function that the user defined, made on first use."""
        key = f"{row.name}()"
        if key not in self.module.helpers:
            arguments = {variable: self.module.names.fresh(variable) for variable in "uv"[: row.arity]}
            body = Lowering().lower(scalar_array(row.source, arguments))
            text = type(self)(self.module, arguments["u"], self.sizes).print(body)
            name = self.module.helpers[key] = self.module.names.fresh(row.name)
            lines = [*self.module.namespace(arguments.values(), text), f"return {text}"]
            self.module.sources.append("\n    ".join([f"def {name}({', '.join(arguments.values())}):", *lines]))
        return self.module.helpers[key]

    def _t(self, node: T) -> Printed:
        return self.at(node.arg, ATOM) + (".T" if node.rank == 2 else ".swapaxes(-1, -2)"), ATOM

    def _diagof(self, node: DiagOf) -> Printed:
        return self.call("diag", self.print(node.arg))

    def _column(self, node: Column) -> Printed:
        return self.at(node.arg, ATOM) + ("[:, None]" if node.arg.rank == 1 else "[..., None]"), ATOM

    def _call(self, node: Call) -> Printed:
        if node.name in METHODS:
            return self.method(node)
        if node.name.startswith("prod"):
            axes = node.axis if node.axis is not None else tuple(range(node.arg.rank))
            order = node.name.removeprefix("prod")
            if order == "1":
                return self.applied("{prod_others}", self.print(node.arg), str(axes))
            return self.applied("{prod_except}", self.print(node.arg), str(axes), order)
        if node.name.startswith("cumprod") and node.axis and node.name != "cumprod":
            return self.applied("{cumprod_except}", self.print(node.arg), str(node.axis[0]), node.name.removeprefix("cumprod"))
        return self.call(node.name, self.print(node.arg), *self.axis_words(node))

    def _scaledsoftmax(self, node: ScaledSoftmax) -> Printed:
        words = self.axis_words(Call("softmax", node.arg, node.axis))
        return self.applied("{scaled_softmax}", self.print(node.arg), self.print(node.scale), *words)

    def method(self, node: Call) -> Printed:
        """A reduction as a method: x.sum(axis=0)."""
        return f"{self.at(node.arg, ATOM)}.{node.name}({', '.join(self.axis_words(node))})", ATOM

    def axis_words(self, node: Call) -> list[str]:
        default = (node.arg.rank - 1,) if node.name in ("softmax", "log_softmax") else None
        words = [] if node.axis in (None, default) else [self.target.axis + self.axes(node.axis or ())]
        return words + ([self.target.keepdims] if node.keepdims else [])

    def axes(self, axes: tuple[int, ...]) -> str:
        return str(axes[0]) if len(axes) == 1 else str(axes)

    def _eye(self, node: Eye) -> Printed:
        return self.applied("{xp}.eye", self.size(node.dim)[0], f"dtype={self.reference}.dtype")

    def _filled(self, node: Filled) -> Printed:
        return self.applied("{xp}.ones" if node.value else "{xp}.zeros", self.extent(node.dims), f"dtype={self.reference}.dtype")

    def _reshape(self, node: Reshape) -> Printed:
        return self.at(node.arg, ATOM) + (new_axes(node) or f".reshape({', '.join(self.size(dim)[0] for dim in node.dims)})"), ATOM

    def _solve(self, node: Solve) -> Printed:
        matrix, right = self.print(node.matrix), self.at(node.right, ATOM)
        missing = node.matrix.rank - node.right.rank
        if missing < 1 or node.matrix.rank == 2:
            return self.applied("{xp}.linalg.solve", matrix, self.print(node.right))
        if node.right.rank > 1:  # a matrix, not a stack of vectors
            return self.applied("{xp}.linalg.solve", matrix, f"{right}[{', '.join(['None'] * missing)}]")
        return self.applied("{xp}.linalg.solve", matrix, f"{right}[:, None]")[0] + "[..., 0]", ATOM

    def _permuted(self, node: Permuted) -> Printed:
        return f"{self.at(node.arg, ATOM)}.{self.target.permute}({', '.join(map(str, node.order))})", ATOM

    def _where(self, node: Where) -> Printed:
        then = Scalar(node.then) if is_constant(node.then) and is_constant(node.otherwise) else node.then
        return self.call("where", self.truth(node.condition), self.print(then), self.print(node.otherwise))

    def truth(self, node: Array) -> str:
        """A condition as the library's own truth values."""
        if isinstance(node, Elem) and node.row.name in COMPARISONS:
            return self.comparison(node)
        return f"{self.at(node, SUM)} != 0"

    def _pad(self, node: Pad) -> Printed:
        pairs = [f"({self.size(before)[0]}, {self.size(behind)[0]})" for before, behind in node.widths]
        return self.call("pad", self.print(node.arg), pairs[0] if len(pairs) == 1 else f"({', '.join(pairs)})")

    def _flip(self, node: Flip) -> Printed:
        axes = ", ".join(map(str, node.axes))
        return self.call("flip", self.print(node.arg), f"({axes},)")

    def _take(self, node: Take) -> Printed:
        sizes = {self.sizes.local(name) for terms, offset in node.places for dim in (offset, *(c for c, _ in terms)) for name in dim.names}
        letters = [letter for letter in LETTERS if letter not in sizes][: len(node.dims)]
        places = [self.place(terms, offset, letters) for terms, offset in node.places]
        found = f"({places[0]},)" if len(places) == 1 else f"({', '.join(places)})"
        function = f"lambda {', '.join(letters)}: {found}" if letters else f"lambda: {found}"
        return self.applied("{gather}", self.print(node.arg), self.extents(node.dims), function)

    def place(self, terms: tuple[tuple[Dim, int], ...], offset: Dim, letters: Sequence[str]) -> str:
        """Σ coefficient·index + offset, in the letters of the output's axes, which are not those of sizes."""
        words = [letters[axis] if c == UNIT else f"{self.bracketed(c)}*{letters[axis]}" for c, axis in terms]
        return " + ".join([*words, self.bracketed(offset)] if offset.terms or not words else words)

    def bracketed(self, dim: Dim) -> str:
        """A dimension as a factor."""
        text = self.size(dim)[0]
        return text if text.isidentifier() or text.isdigit() else f"({text})"


def new_axes(node: Reshape) -> str:
    """`[:, None]` where a reshape does no more than put axes of extent 1 in; else nothing."""
    if not node.widens:
        return ""
    return "[" + ", ".join("None" if dim == UNIT else ":" for dim in node.dims) + "]"
