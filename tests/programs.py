"""Random well-typed programs of the language: texts and shapes, by a hypothesis strategy or from a seed.

`_Maker` writes an expression of a wanted shape, and takes in tensors and definitions as it needs them. Arguments of logarithms, roots and
quotients are positive by construction, so that a point to check at can be found.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Shape = tuple[str, ...]
Choose = Callable[[Sequence[Any]], Any]

DIMS = ("n", "d", "k", "m")
SMOOTH = ("tanh", "sigmoid", "sin", "cos", "arctan", "erf", "softplus", "gelu", "silu", "exp", "sinh", "cosh", "expm1", "square")
RARER = ("exp2", "arcsinh", "erfc", "sinc", "mish", "logsigmoid", "softsign")
PAIRED = ("hypot({}, {} + 3.5)", "arctan2({}, {}**2 + 1)", "logaddexp({}, {})", "logaddexp({}, 2*{})")
KINKED = ("relu", "abs", "sign", "elu", "selu", "leaky_relu", "hardtanh")
BOUNDED = ("clip({}, -0.7, 1.2)", "clip({}, -0.5, 2 + sin({}))", "leaky_relu({}, slope=0.3)", "elu({}, 1.5)", "elu({}, {})")
REDUCTIONS = ("sum", "sum", "mean", "max", "min", "prod", "var", "logsumexp")
NUMBERS = ("2", "3", "0.5", "1.5", "-1", "1", "10")
OWN = (("swish", "u", "u*sigmoid(u)"), ("bend", "t", "log(1 + t**2)/2"), ("mix", "p, q", "sin(p)*exp(-q**2)"))
DEFINED = ("T", "S", "H", "A", "dT", "P", "u", "r")


@dataclass(frozen=True)
class Case:
    """One question: the program's texts, and what it is derived by."""

    definitions: tuple[str, ...]
    expr: str
    shapes: tuple[tuple[str, Shape], ...]
    wrt: str
    order: int
    assume: tuple[tuple[str, str], ...]
    twins: tuple[str, ...]  # the definitions in array notation, for other libraries

    def __str__(self) -> str:
        keys = ", ".join(f'"{name}": "{" ".join(shape)}"' for name, shape in self.shapes)
        words = [repr(self.expr), f"wrt={self.wrt!r}", f"shapes={{{keys}}}"]
        words += [f"definitions={list(self.definitions)}"] * bool(self.definitions) + [f"order={self.order}"] * (self.order > 1)
        words += [f"assume={dict(self.assume)}"] * bool(self.assume)
        return f"td.derive({', '.join(words)})"

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of `derive`."""
        return {
            "expr": self.expr, "wrt": self.wrt, "shapes": dict(self.shapes), "definitions": self.definitions, "order": self.order,
            "assume": dict(self.assume),
        }  # fmt: skip


class _Maker:
    """Writes one program."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.inputs: dict[str, Shape] = {}
        self.defined: dict[str, Shape] = {}
        self.texts: list[str] = []
        self.twins: list[str] = []
        self.positive_names: set[str] = set()
        self.functions: set[str] = set()

    # the question

    def case(self) -> Case:
        scalar = self.chance(70)
        order = 2 if self.chance(15) else 1
        shape: Shape = () if scalar else self.shape(self.choose((1, 1, 2)))
        depth = self.choose((1, 2, 3, 3)) if scalar and order == 1 else self.choose((1, 2)) if order == 1 else self.choose((0, 1))
        expr = self.expr(shape, depth)
        if not self.inputs:
            expr = f"{expr} * {self.leaf(())}"
        known = {**self.inputs, **self.defined}
        names = [name for name in [*list(self.inputs) * 4, *self.defined] if order == 1 or len(known[name]) < 3]
        if not names:
            names, order = list(self.inputs), 1
        wrt = self.choose(names)
        assume = tuple((name, "positive") for name in sorted(self.positive_names))
        return Case(tuple(self.texts), expr, tuple(self.inputs.items()), wrt, order, assume, tuple(self.twins))

    def chance(self, percent: int) -> bool:
        return bool(self.choose(range(100)) >= 100 - percent)  # shrinks towards False

    def dim(self) -> str:
        return "3" if self.chance(4) else str(self.choose(DIMS))

    def shape(self, rank: int) -> Shape:
        return tuple(self.dim() for _ in range(rank))

    # expressions of a wanted shape

    def expr(self, shape: Shape, depth: int) -> str:
        """The text of an expression of that shape; binds as tightly as a name."""
        if depth <= 0:
            return self.leaf(shape)
        makers = [_leaf, *_ANY * 2, *_RANKS.get(len(shape), ())]
        if len(shape) == 2 and shape[0] == shape[1]:
            makers += _SQUARE
        if shape:
            makers += _ARRAY
        return str(self.choose(makers)(self, shape, depth - 1))

    def leaf(self, shape: Shape) -> str:
        """A tensor of that shape: an old one, a new one, or a definition."""
        old = [name for name, own in {**self.inputs, **self.defined}.items() if own == shape]
        if old and self.chance(60):
            return str(self.choose(old))
        letter = "avMR"[min(len(shape), 3)]
        name = f"{letter}{len(self.inputs)}"
        self.inputs[name] = shape
        return name

    def positive(self, shape: Shape, depth: int) -> str:
        """An expression that is positive everywhere."""
        inner = lambda: self.expr(shape, depth - 1)  # noqa: E731
        kind = self.choose(range(6))
        if kind == 0:
            name = f"{'avMR'[min(len(shape), 3)]}p{len(self.inputs)}"
            self.inputs[name] = shape
            self.positive_names.add(name)
            return name
        forms = ("exp({})", "({}**2 + 1)", "sigmoid({})", "(softplus({}) + 0.5)", "(1.5 + sin({}))")
        return str(forms[kind - 1]).format(inner())

    def smaller(self, shape: Shape, depth: int) -> str:
        """An expression that broadcasts to that shape."""
        kind = self.choose(("same", "same", "scalar", "tail", "one"))
        if kind == "same" or not shape:
            return self.expr(shape, depth)
        if kind == "scalar":
            return self.expr((), depth)
        if kind == "tail":
            return self.expr(shape[1:], depth)
        axis = self.choose(range(len(shape)))
        if self.chance(50):
            return self.expr((*shape[:axis], "1", *shape[axis + 1 :]), 0)
        name = self.choose(REDUCTIONS)
        return f"{name}({self.expr(shape, depth)}, axis={self.choose((axis, axis - len(shape)))}, keepdims=True)"

    def define(self, shape: Shape, text: str, left: str = "", twin: str = "") -> str:
        """Name an expression; `left` holds the indices of a definition in index notation."""
        taken = {*self.inputs, *self.defined}
        name = next(word for word in (self.choose(DEFINED), *DEFINED, "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8") if word not in taken)
        self.texts.append(f"{name}{left} = {text}")
        self.twins.append(f"{name} = {twin or text}")
        self.defined[name] = shape
        return name


Producer = Callable[[_Maker, Shape, int], str]


def _leaf(make: _Maker, shape: Shape, depth: int) -> str:
    return make.leaf(shape)


def _add(make: _Maker, shape: Shape, depth: int) -> str:
    parts = [make.expr(shape, depth), make.smaller(shape, depth)]
    if make.chance(50):
        parts.reverse()
    return f"({parts[0]} {make.choose('+-')} {parts[1]})"


def _multiply(make: _Maker, shape: Shape, depth: int) -> str:
    parts = [make.expr(shape, depth), make.smaller(shape, depth)]
    if make.chance(50):
        parts.reverse()
    return f"({parts[0]} * {parts[1]})"


def _divide(make: _Maker, shape: Shape, depth: int) -> str:
    return f"({make.expr(shape, depth)} / {make.positive(shape if make.chance(60) else (), depth)})"


def _number(make: _Maker, shape: Shape, depth: int) -> str:
    form = make.choose(("({0} * {1})", "({1} / {0})", "({1} + {0})", "({0} - {1})", "(-{1})"))
    return str(form).format(make.choose(NUMBERS), make.expr(shape, depth))


def _by_size(make: _Maker, shape: Shape, depth: int) -> str:
    return f"({make.expr(shape, depth)} / {make.leaf(make.shape(1))}.shape[0])"


def _smooth(make: _Maker, shape: Shape, depth: int) -> str:
    return f"{make.choose(SMOOTH)}({make.expr(shape, depth)})"


def _kinked(make: _Maker, shape: Shape, depth: int) -> str:
    return f"{make.choose(KINKED)}({make.expr(shape, depth)})"


def _rarer(make: _Maker, shape: Shape, depth: int) -> str:
    return f"{make.choose(RARER)}({make.expr(shape, depth)})"


def _paired(make: _Maker, shape: Shape, depth: int) -> str:
    return str(make.choose(PAIRED)).format(make.expr(shape, depth), make.smaller(shape, depth))


def _with_bounds(make: _Maker, shape: Shape, depth: int) -> str:
    return str(make.choose(BOUNDED)).format(make.expr(shape, depth), make.smaller(shape, depth))


def _deviation(make: _Maker, shape: Shape, depth: int) -> str:
    """A standard deviation over three entries: over one it is 0, and has no derivative."""
    return f"std({make.leaf(('3', *shape))}, axis=0)" if len(shape) < 3 else make.leaf(shape)


def _guarded(make: _Maker, shape: Shape, depth: int) -> str:
    form = make.choose((
        "log({})", "sqrt({})", "log1p({})", "{}**-1", "{}**0.5", "{}**1.5", "{}**-2", "log2({})", "log10({})", "rsqrt({})",
        "reciprocal({})", "gammaln({} + 0.1)", "digamma({} + 0.5)", "arccosh({} + 1.1)",
    ))  # fmt: skip
    return "(" + str(form).format(make.positive(shape, depth)) + ")"


def _masked(make: _Maker, shape: Shape, depth: int) -> str:
    return f"({make.expr(shape, depth)} * ({make.expr(shape, depth)} {make.choose(('>', '<', '>=', '<='))} {make.smaller(shape, depth)}))"


def _own(make: _Maker, shape: Shape, depth: int) -> str:
    """A function of the user's, defined where it is not yet."""
    name, parameters, body = make.choose(OWN)
    if name not in make.functions:
        make.functions.add(name)
        make.texts.append(f"{name}({parameters}) = {body}")
        make.twins.append(f"{name} = lambda {parameters}: {body}")
    other = f", {make.smaller(shape, depth)}" if "," in parameters else ""
    return f"{name}({make.expr(shape, depth)}{other})"


def _bounded(make: _Maker, shape: Shape, depth: int) -> str:
    form = make.choose((
        "arcsin(0.9*tanh({}))", "arccos(0.5*sin({}))", "tan(0.7*tanh({}))",
        "arctanh(0.8*sin({}))", "logit(0.1 + 0.8*sigmoid({}))",
    ))  # fmt: skip
    return str(form).format(make.expr(shape, depth))


def _power(make: _Maker, shape: Shape, depth: int) -> str:
    return f"({make.expr(shape, depth)}**{make.choose((2, 2, 3))})"


def _power_of(make: _Maker, shape: Shape, depth: int) -> str:
    base = make.choose(("2", make.positive(shape, depth), make.positive((), depth)))
    return f"({base}**{make.expr(shape, depth)})"


def _larger(make: _Maker, shape: Shape, depth: int) -> str:
    return f"{make.choose(('maximum', 'minimum'))}({make.expr(shape, depth)}, {make.smaller(shape, depth)})"


def _reduced(make: _Maker, shape: Shape, depth: int) -> str:
    """A reduction of an array with one or two axes more."""
    count = 2 if not shape and make.chance(40) else 1
    whole, places = list(shape), []
    for _ in range(count):
        place = make.choose(range(len(whole) + 1))
        whole.insert(place, make.dim())
        places = [p + (p >= place) for p in places] + [place]
    inner = make.expr(tuple(whole), depth)
    everything = len(places) == len(whole) and make.chance(60)
    axis = places[0] if count == 1 else tuple(sorted(places))
    return f"{make.choose(REDUCTIONS)}({inner})" if everything else f"{make.choose(REDUCTIONS)}({inner}, axis={axis})"


def _defined(make: _Maker, shape: Shape, depth: int) -> str:
    if len(make.texts) > 3:
        return make.expr(shape, depth)
    return make.define(shape, make.expr(shape, depth + 1))


def _softmax(make: _Maker, shape: Shape, depth: int) -> str:
    axis = make.choose((-1, *range(len(shape)), *([tuple(range(len(shape)))] if len(shape) > 1 else [])))
    return f"{make.choose(('softmax', 'log_softmax'))}({make.expr(shape, depth)}, axis={axis})"


def _ones(make: _Maker, shape: Shape, depth: int) -> str:
    return f"({make.expr(shape, depth)} + ones({', '.join(shape)}))"


# scalars


def _total(make: _Maker, shape: Shape, depth: int) -> str:
    name = make.choose((*REDUCTIONS, "norm", "norm1"))
    return f"{name}({make.expr(make.shape(make.choose((1, 2, 2, 3))), depth)})"


def _dot(make: _Maker, shape: Shape, depth: int) -> str:
    n = make.shape(1)
    form = make.choose(("({} @ {})", "dot({}, {})", 'einsum("i,i->", {}, {})', "sum({} * {})"))
    return str(form).format(make.expr(n, depth), make.expr(n, depth))


def _quadratic(make: _Maker, shape: Shape, depth: int) -> str:
    n, d = make.shape(2)
    return f"({make.expr((n,), depth)} @ {make.expr((n, d), depth)} @ {make.expr((d,), depth)})"


def _trace(make: _Maker, shape: Shape, depth: int) -> str:
    n, d = make.shape(2)
    form = make.choose(("trace({0} @ {1})", "tr({0} @ {1})", 'einsum("ij,ji->", {0}, {1})', "sum(diag({0} @ {1}))", "sum({0} * {1}.T)"))
    return str(form).format(make.expr((n, d), depth), make.expr((d, n), depth))


def _determinant(make: _Maker, shape: Shape, depth: int) -> str:
    n = make.dim()
    return f"{make.choose(('det', 'logdet'))}({make.expr((n, n), depth)} + 2*eye({n}))"


def _kronecker(make: _Maker, shape: Shape, depth: int) -> str:
    n, d, k, m = make.shape(4)
    both = f"kron({make.expr((n, d), depth)}, {make.expr((k, m), depth)})"
    forms = (
        lambda: f"sum({make.choose(('sin', 'tanh'))}({both}))",
        lambda: f"norm({both})",
        lambda: f"sum(vec({make.leaf((k, n))}) @ tanh({both}))",
        lambda: f"sum({both} @ vec({make.leaf((m, d))}))",
    )
    return str(make.choose(forms)())


def _vec(make: _Maker, shape: Shape, depth: int) -> str:
    shape = make.shape(2)
    form = make.choose(("(vec({}) @ vec({}))", "norm(vec({}) - vec({}))", "sum(softmax(vec({})) * vec({}))"))
    return str(form).format(make.expr(shape, depth), make.expr(shape, depth))


# vectors


def _matrix_vector(make: _Maker, shape: Shape, depth: int) -> str:
    d = make.dim()
    forms = (
        lambda: f"({make.expr((shape[0], d), depth)} @ {make.expr((d,), depth)})",
        lambda: f"({make.expr((d,), depth)} @ {make.expr((d, shape[0]), depth)})",
        lambda: f'einsum("ij,j->i", {make.expr((shape[0], d), depth)}, {make.expr((d,), depth)})',
        lambda: f'einsum("ij,ij->i", {make.expr((shape[0], d), depth)}, {make.expr((shape[0], d), depth)})',
    )
    return str(make.choose(forms)())


def _diagonal(make: _Maker, shape: Shape, depth: int) -> str:
    return f"diag({make.expr(shape * 2, depth)})"


def _indexed_vector(make: _Maker, shape: Shape, depth: int) -> str:
    n, d = shape[0], make.dim()
    A, x, b = make.leaf((n, d)), make.leaf((d,)), make.leaf((n,))
    forms = (
        (f"{A}[i,k]*{x}[k] + {b}[i]", f"{A} @ {x} + {b}"),
        (f"{b}[i]*{A}[i,k]*{x}[k]", f"{b} * ({A} @ {x})"),
        (f"tanh({A}[i,k]*{x}[k]) - 2*{b}[i]**2", f"tanh({A} @ {x}) - 2*{b}**2"),
        (f"{A}[i,k]*{A}[i,k]/exp({b}[i])", f"sum({A}*{A}, axis=1)/exp({b})"),
        (f"{b}[i]*({A}[l,k]*{A}[l,k])*{x}[p]*{x}[p]", f"{b}*sum({A}*{A})*({x} @ {x})"),
    )
    text, twin = make.choose(forms)
    return make.define(shape, text, "[i]", twin)


# matrices


def _matmul(make: _Maker, shape: Shape, depth: int) -> str:
    d = make.dim()
    forms = (
        lambda: f"({make.expr((shape[0], d), depth)} @ {make.expr((d, shape[1]), depth)})",
        lambda: f"({make.expr((d, shape[0]), depth)}.T @ {make.expr((d, shape[1]), depth)})",
        lambda: f"({make.expr((shape[0], d), depth)} @ {make.expr((shape[1], d), depth)}.T)",
        lambda: f'einsum("ij,jk->ik", {make.expr((shape[0], d), depth)}, {make.expr((d, shape[1]), depth)})',
        lambda: f'einsum("aij,aik->jk", {make.expr((d, "m", shape[0]), depth)}, {make.expr((d, "m", shape[1]), depth)})',
    )
    return str(make.choose(forms)())


def _transpose(make: _Maker, shape: Shape, depth: int) -> str:
    return f"{make.expr(shape[::-1], depth)}.T"


def _outer(make: _Maker, shape: Shape, depth: int) -> str:
    form = make.choose(("outer({}, {})", "({}[:, None] * {})", "({}[:, None] - {})"))
    return str(form).format(make.expr(shape[:1], depth), make.expr(shape[1:], depth))


def _indexed_matrix(make: _Maker, shape: Shape, depth: int) -> str:
    d = make.dim()
    A, B, b = make.leaf((shape[0], d)), make.leaf((d, shape[1])), make.leaf(shape[1:])
    forms = (
        (f"{A}[i,k]*{B}[k,j] + {b}[j]", f"{A} @ {B} + {b}"),
        (f"{b}[j]*{A}[i,k]*{B}[k,j]", f"({A} @ {B}) * {b}"),
        (f"sigmoid({A}[i,k]*{B}[k,j]) * {b}[j]", f"sigmoid({A} @ {B}) * {b}"),
        (f"{A}[i,k]*{A}[i,l]*{B}[k,j]*{B}[l,j]", f"({A} @ {B})**2"),
    )
    text, twin = make.choose(forms)
    return make.define(shape, text, "[i,j]", twin)


# square matrices


def _inverse(make: _Maker, shape: Shape, depth: int) -> str:
    return f"inv({make.expr(shape, depth)} + 3*eye({shape[0]}))"


def _diagonal_matrix(make: _Maker, shape: Shape, depth: int) -> str:
    return f"diag({make.expr(shape[:1], depth)})"


def _identity(make: _Maker, shape: Shape, depth: int) -> str:
    return f"({make.expr(shape, depth)} - {make.choose(('', '2*'))}eye({shape[0]}))"


def _squared(make: _Maker, shape: Shape, depth: int) -> str:
    return f"matrix_power({make.expr(shape, depth)}, {make.choose((0, 1, 2, 3))})"


def _symmetric(make: _Maker, shape: Shape, depth: int) -> str:
    A = make.leaf(shape)
    return f"({A} + {A}.T)"


# three axes


def _batched(make: _Maker, shape: Shape, depth: int) -> str:
    a, b, c = shape
    d = make.dim()
    forms = (
        lambda: f"({make.expr((a, b, d), depth)} @ {make.expr((d, c), depth)})",
        lambda: f"({make.expr((b, d), depth)} @ {make.expr((a, d, c), depth)})",
        lambda: f"({make.expr((a, b, d), depth)} @ {make.expr((a, d, c), depth)})",
        lambda: f"transpose({make.expr((a, c, b), depth)}, (0, 2, 1))",
        lambda: f"transpose({make.expr((c, a, b), depth)}, (1, 2, 0))",
        lambda: f'einsum("ij,jkl->ikl", {make.expr((a, d), depth)}, {make.expr((d, b, c), depth)})',
        lambda: f'einsum("i,jk->ijk", {make.expr((a,), depth)}, {make.expr((b, c), depth)})',
    )
    return str(make.choose(forms)())


# entries at other places


def _where(make: _Maker, shape: Shape, depth: int) -> str:
    sign = make.choose((">", "<", ">=", "<="))
    a, b, c = make.expr(shape, depth), make.smaller(shape, depth), make.smaller(shape, depth)
    form = make.choose(("where({0} {3} {1}, {0}, {2})", "where({0} {3} 0.1, {1}, {2}*{0})", "where({0} > 0.2, log({0})*{1}, {2})"))
    return str(form).format(a, b, c, sign)


def _sliced(make: _Maker, shape: Shape, depth: int) -> str:
    """A part of a longer axis."""
    axis = make.choose(range(len(shape)))
    longer = make.leaf((*shape[:axis], f"{shape[axis]}+2", *shape[axis + 1 :]))
    whole = make.choose((longer, f"{make.choose(SMOOTH)}({longer})", f"({longer} * {longer})"))
    return f"{whole}[{':, ' * axis}{make.choose(('1:-1', '2:', ':-2'))}]"


def _one_place(make: _Maker, shape: Shape, depth: int) -> str:
    axis = make.choose(range(len(shape) + 1))
    if len(shape) > 2:
        return make.leaf(shape)
    return f"{make.expr((*shape[:axis], make.choose(('3', make.dim())), *shape[axis:]), depth)}[{':, ' * axis}{make.choose((0, -1))}]"


def _moved(make: _Maker, shape: Shape, depth: int) -> str:
    axis = make.choose(range(len(shape)))
    form = make.choose(("flip({0}, {1})", "flip({0})", "roll({0}, 1, {1})", "roll({0}, -1, {1})", "cumsum({0}, axis={1})"))
    return str(form).format(make.expr(shape, depth), axis)


def _regrouped(make: _Maker, shape: Shape, depth: int) -> str:
    size = "*".join(shape)
    forms = [f"reshape({{0}}, {', '.join(shape)})", f"reshape(tanh({{0}}), {', '.join(shape)})"]
    return str(make.choose(forms)).format(make.leaf((size,)))


def _stacked(make: _Maker, shape: Shape, depth: int) -> str:
    if len(shape) > 2:
        return make.leaf(shape)
    axis = make.choose(range(len(shape) + 1))
    parts = ", ".join(make.expr(shape, depth - 1) for _ in range(2))
    return make.choose((f"sum(stack(({parts}), axis={axis})**2, axis={axis})", f"stack(({parts}), axis={axis})[{':, ' * axis}1]"))


def _joined(make: _Maker, shape: Shape, depth: int) -> str:
    n, d = make.shape(2)
    whole = f"concatenate(({make.expr((n,), depth)}, {make.expr((d,), depth)}))"
    return make.choose((f"sum({whole}**2 * {make.leaf((f'{n}+{d}',))})", f"norm({whole})", f"sum(sin({whole}[1:-1]))"))


def _triangle(make: _Maker, shape: Shape, depth: int) -> str:
    return f"{make.choose(('tril', 'triu'))}({make.expr(shape, depth)}{make.choose(('', ', 1', ', -1'))})"


def _windowed(make: _Maker, shape: Shape, depth: int) -> str:
    """A correlation, a running sum, a difference: indices that are sums."""
    (n,) = shape
    v, w, b = make.leaf((f"{n}+2",)), make.leaf(("3",)), make.leaf((n,))
    forms = (
        (f"{v}[i+k]*{w}[k]", f"{v}[0:{n}]*{w}[0] + {v}[1:{n}+1]*{w}[1] + {v}[2:{n}+2]*{w}[2]"),
        (f"sin({v}[i+1])*{b}[i]", f"sin({v}[1:{n}+1])*{b}"),
        (f"(k <= i)*{b}[k]**2", f"cumsum({b}**2, axis=0)"),
        (f"({v}[i+2] - {v}[i+1])**3*{b}[i]", f"({v}[2:] - {v}[1:-1])**3*{b}"),
        (f"{b}[i]*{b}[i-1]", f"{b}*concatenate((zeros(1), {b}[:-1]))"),
        (f"where({b}[i] > 0, {v}[i+1]*{b}[i], {v}[i+2])", f"where({b} > 0, {v}[1:{n}+1]*{b}, {v}[2:])"),
    )
    text, twin = make.choose(forms)
    return make.define(shape, text, "[i]", twin)


_PLACES: list[Producer] = [_sliced, _moved, _stacked, _regrouped, _one_place]
_ANY: list[Producer] = [
    _add, _multiply, _multiply, _divide, _number, _by_size, _smooth, _smooth, _rarer, _paired, _with_bounds, _deviation,
    _kinked, _guarded, _bounded, _power, _power_of, _where, _one_place,
    _larger, _masked, _own, _reduced, _reduced, _defined, _defined,
]  # fmt: skip
_ARRAY: list[Producer] = [_softmax, _ones, *_PLACES]
_RANKS: dict[int, list[Producer]] = {
    0: [_total, _total, _total, _total, _dot, _dot, _quadratic, _quadratic, _trace, _trace, _determinant, _kronecker, _vec, _joined],
    1: [_matrix_vector, _matrix_vector, _matrix_vector, _diagonal, _indexed_vector, _windowed],
    2: [_matmul, _matmul, _matmul, _transpose, _outer, _indexed_matrix, _triangle],
    3: [_batched, _batched, _batched],
}
_SQUARE: list[Producer] = [_inverse, _diagonal_matrix, _identity, _squared, _symmetric]


@st.composite
def cases(draw: Any) -> Case:
    """A strategy for questions."""
    return _Maker(lambda items: draw(st.sampled_from(list(items)))).case()


def case_from(seed: int) -> Case:
    """The question of that number."""
    return _Maker(random.Random(seed).choice).case()
