"""The public object: a derivation, with its steps, its matrix form and everything that prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .derived import Derived
from .errors import DerivationError, UnsupportedError
from .language.reader import Shapes, read_program
from .matrix.forms import Form, in_full
from .matrix.language import spelled_out

if TYPE_CHECKING:
    from .code.guard import Opening
    from .output.steps import DerivationStep
    from .verification.report import Report, Trial

STYLES = ("cartesian", "mixed")
TARGETS = ("numpy", "torch", "jax", "xp")
LAYERS = ("torch-function", "jax-vjp")  # of the whole expression, by all its variables
_STACK = "A stack of matrices is written in index notation."


class Derivation(Derived):
    """The derivative of an expression by one variable, with its steps, the check, and everything that prints it.

    Its layout: result.shape + variable.shape · order. Made by `derive`; nothing here is computed before it is asked for.
    """

    @cached_property
    def substituted(self) -> Substituted:
        """This derivation with its answer written out, definitions and upstream gradients put in; UnsupportedError where it is too long."""
        return Substituted(self)

    @cached_property
    def steps(self) -> tuple[DerivationStep, ...]:
        """Every line, the question first and the answer last."""
        from .output.steps import public_steps

        return public_steps(self)

    @cached_property
    def conventions(self) -> tuple[str, ...]:
        """What is taken at points where the expression has no derivative."""
        from .output.conventions import conventions

        return conventions(self)

    def latex(self, style: str | None = None, steps: bool = True, every: bool = False) -> str:
        """The derivation as one `aligned` block; `steps=False` gives the last line alone, `every=True` shows each rule."""
        from .output.latex import derivation_latex

        return derivation_latex(self, self._style(style), steps, every)

    def document(self, steps: bool = True, every: bool = False) -> str:
        """The derivation as a complete LaTeX document, which pdflatex sets with amsmath alone."""
        from .output.document import document

        return document([self], "", steps, every)

    def text(self, style: str | None = None, steps: bool = True, every: bool = False) -> str:
        """The derivation in Unicode."""
        from .output.text import derivation_text

        return derivation_text(self, self._style(style), steps, every)

    def markdown(self, style: str | None = None, steps: bool = True) -> str:
        """The derivation as Markdown with `$$` mathematics."""
        from .output.markdown import derivation_markdown

        return derivation_markdown(self, self._style(style), steps)

    def to_dict(self) -> dict[str, Any]:
        """Everything, in types that JSON knows."""
        from .output.record import to_dict

        return to_dict(self)

    def to_html(self, steps: bool = True, every: bool = False) -> str:
        """The derivation with the verdict of its check as one page that needs nothing from elsewhere."""
        from .output.html import page

        return page([(self, self.check())], steps, every)

    def to_svg(self) -> str:
        """The tensor networks of the answer, before and after contraction; UnsupportedError where it is no network."""
        from .output.svg import derivation_svg

        return derivation_svg([self])

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def _repr_html_(self) -> str:
        from .output.html import fragment

        return fragment(self, self.check())

    def __repr__(self) -> str:
        return f"<derivation of {self.program.texts[-1]!r} by {self.wrt}: {self.matrix or 'no matrix form'}>"

    def code(self, target: str = "numpy", value: bool = False, checks: bool = False) -> str:
        """The source of a function of the inputs by name; `target` is one of numpy, torch, jax, xp.

        It is also torch-function or jax-vjp: the expression, or T where it is `l(T)`, as a torch.autograd.Function or a
        jax.custom_vjp with its gradients by all inputs. With `value` it returns the expression's value and the derivative,
        common parts computed once; with `checks` it first looks at the shapes and types of its inputs.
        """
        from .code.generate import both_source, derivative_source

        if target in LAYERS:
            if value or checks:
                raise UnsupportedError(f"`{target}` has the value in it, and takes its inputs as they come")
            from .code.layers import layer_of, layer_source

            return layer_source(layer_of(self), target)
        return (both_source if value else derivative_source)(self, _target(target), _opening(checks))

    def function(self, target: str = "numpy", value: bool = False, checks: bool = True) -> Callable[..., Any]:
        """The derivative, or the value and the derivative, as a function of the inputs by name.

        It raises ValueError where shapes do not fit, TypeError where entries are no real numbers; integers are taken as floats.
        """
        from .code.generate import compiled

        return compiled(self.code(target, value, checks and target not in LAYERS))

    def value_code(self, target: str = "numpy", checks: bool = False) -> str:
        """The source of a function for the expression itself; UnsupportedError for an arbitrary function `l(T)`."""
        from .code.generate import value_source

        return value_source(self, _target(target), _opening(checks))

    def value_function(self, target: str = "numpy", checks: bool = True) -> Callable[..., Any]:
        """The expression itself as a function of the inputs by name; errors as `function`."""
        from .code.generate import compiled

        return compiled(self.value_code(target, checks))

    def check_one_pass(self, seed: int = 0) -> Trial:
        """Compare what `function(value=True)` returns at random points; a Trial."""
        from .verification.passes import check_one_pass

        return check_one_pass(self, seed)

    def check(self, seed: int = 0, exact: bool = False) -> Report:
        """Compare steps, result, matrix form and code at random points, on request exactly as well; a Report."""
        from .verification.check import check

        return check(self, seed, exact)

    def _style(self, style: str | None) -> str:
        style = style or self.style
        if style not in STYLES:
            raise UnsupportedError(f"there is no style `{style}`; styles are {', '.join(STYLES)}")
        return style


class Substituted(Derivation):
    """The same steps, and after the line in the named intermediates one without them; its `matrix` and code are written out too.

    Raises UnsupportedError where the answer has no matrix form, or would be too long to read.
    """

    def __init__(self, named: Derivation) -> None:
        super().__init__(named.program, named.wrt, named.order, named.style, named.title)
        self.named = named
        self.gradient = named.gradient
        from .output.array import printable
        from .output.matrix_text import reason

        same = self.form.node == named.form.node
        if not same and not (self.matrix and printable(spelled_out(self.form.node, self._positive))):
            raise UnsupportedError(f"the answer by `{named.wrt}` cannot be written out. {reason(named) or reason(self) or _STACK}")

    @cached_property
    def form(self) -> Form:
        """The array form with nothing named in it."""
        return in_full(self.gradient.program, self.named.form, self.program)

    @property
    def named_form(self) -> Form:
        """The array form in the named intermediates."""
        return self.named.form

    @property
    def versions(self) -> tuple[tuple[str, Derived], ...]:
        """The answer in the named intermediates, and written out."""
        return (*self.named.versions, ("written out: ", self))


def _opening(checks: bool) -> Opening:
    from .code.guard import as_given, looked_at

    return looked_at if checks else as_given


def _target(target: str) -> str:
    if target not in TARGETS:
        raise UnsupportedError(f"there is no code target `{target}`; targets are {', '.join(TARGETS)}")
    return target


def derive(
    expr: str,
    wrt: str,
    shapes: Shapes | None = None,
    definitions: Sequence[str] = (),
    order: int = 1,
    assume: Mapping[str, str | Iterable[str]] | None = None,
    style: str = "cartesian",
) -> Derivation:
    """Derive an expression by a variable, in the layout result.shape + wrt.shape · order.

    `shapes` maps names to dimensions, ("n", "d") or "n d"; those left out are inferred. Raises DerivationError.
    """
    try:
        program = read_program(expr, shapes, tuple(definitions), assume)
        return Derivation(program, wrt, order, style)
    except RecursionError:
        raise DerivationError("the expression is nested too deeply; name parts of it with definitions") from None
