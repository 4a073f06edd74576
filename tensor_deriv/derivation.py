"""The public object: a derivation, with its steps, its matrix form and everything that prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .calculus.differentiate import Gradient, Section, differentiate
from .errors import DerivationError, UnsupportedError
from .index.dims import Dim
from .index.nodes import Expr
from .language.reader import Shapes, read_program
from .program import Program

if TYPE_CHECKING:
    from .code.guard import Opening
    from .code.layers import Layer
    from .matrix.forms import Form
    from .matrix.trace import Tidying
    from .output.steps import DerivationStep
    from .substituted import Substituted
    from .verification.check import Report, Trial

STYLES = ("cartesian", "mixed")
TARGETS = ("numpy", "torch", "jax", "xp")
LAYERS = ("torch-function", "jax-vjp")  # of the whole expression, by all its variables


class Derivation:
    """The derivative of an expression by one variable.

    Its layout: result.shape + variable.shape · order. Made by `derive`; nothing here is computed before it is asked for.
    """

    def __init__(self, program: Program, wrt: str, order: int = 1, style: str = "cartesian", title: str = "") -> None:
        if order < 1 or order > 4:
            raise UnsupportedError(f"the order may be 1 to 4, not {order}")
        self.program = program
        self.wrt = wrt
        self.order = order
        self.style = style
        self.title = title
        self.gradient: Gradient = differentiate(program, wrt, order)

    @cached_property
    def below(self) -> Program:
        """The program whose result the last ∂ derives: the question itself at order 1, else the derivative before."""
        return differentiate(self.program, self.wrt, self.order - 1).program if self.order > 1 else self.program

    @property
    def sections(self) -> tuple[Section, ...]:
        """The parts of the derivation, upstream gradients first, the answer last."""
        return self.gradient.sections

    @property
    def result(self) -> Expr:
        """The derivative in index notation."""
        return self.gradient.program.result.body

    @property
    def shape(self) -> tuple[Dim, ...]:
        """The shape of the derivative, in dimensions."""
        return self.gradient.program.result.shape

    @cached_property
    def given(self) -> dict[str, tuple[Dim, ...]]:
        """What the generated function takes, by name: every input, and of an arbitrary function what the answer uses."""
        from .matrix.forms import names

        program = self.gradient.program
        used = names(self.form.node).union(*(names(item.node) for item in self.form.definitions))
        return {name: shape for name, shape in program.given.items() if name in program.inputs or name in used}

    @property
    def zero(self) -> bool:
        """Whether the variable does not occur, so that the derivative is zero."""
        return self.gradient.zero

    @cached_property
    def form(self) -> Form:
        """The array form of the derivative."""
        from .matrix.forms import form

        return form(self.gradient.program, self.program)

    @property
    def named_form(self) -> Form:
        """The array form in the named intermediates, which the steps lead to."""
        return self.form

    @cached_property
    def substituted(self) -> Substituted:
        """This derivation with its answer written out, definitions and upstream gradients put in; UnsupportedError where it is too long."""
        from .substituted import Substituted

        return Substituted(self)

    @cached_property
    def value_form(self) -> Form:
        """The array form of the expression itself."""
        from .matrix.forms import form

        return form(self.program)

    @cached_property
    def matrix(self) -> str | None:
        """The derivative in the expression language; None where it has no such form."""
        from .matrix.forms import regrouped
        from .matrix.language import in_language
        from .matrix.vectorised import vectorised_text

        text = in_language(self.form.node, self._positive) if None not in self._named else None
        if text and regrouped(self.form) and not any("reshape" in own for own in self.program.texts):
            text = None  # axes that run over several indices are no matrix form, unless the caller speaks of them so
        return text or vectorised_text(self.gradient.program)

    @cached_property
    def tidying(self) -> tuple[Tidying, ...]:
        """How the matrix form was shortened, one named law a step, each compared with the first at a random point.

        CheckError where one differs; then nothing of it may be shown.
        """
        from .verification.tidying import checked_tidying

        return checked_tidying(self)

    @cached_property
    def kronecker(self) -> str | None:
        """K with vec(dY) = K vec(dX), columns stacked, for the derivative of a matrix by a matrix; None where there is none."""
        from .matrix.kronecker import kronecker_text

        return kronecker_text(self.form.node) if self.matrix else None

    @cached_property
    def definitions(self) -> tuple[str, ...]:
        """What `matrix` names, in order: the caller's own definitions and upstream gradients."""
        return (*self.functions_used, *(text for text in self._named if text)) if self.matrix else ()

    @cached_property
    def functions_used(self) -> tuple[str, ...]:
        """The caller's own functions that the answer holds, as they were defined."""
        from .matrix.forms import own_functions

        used = own_functions([self.form.node, *(item.node for item in self.form.definitions)])
        return tuple(text for text in self.program.texts if text.split("(")[0].strip() in used and "=" in text)

    @cached_property
    def _named(self) -> tuple[str | None, ...]:
        from .matrix.language import definition_text

        return tuple(definition_text(item, self._positive) for item in self.form.definitions)

    @property
    def _positive(self) -> frozenset[str]:
        return frozenset(name for name, tensor in self.program.inputs.items() if "positive" in tensor.assumptions)

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
            from .code.layers import layer_source

            return layer_source(_layer(self), target)
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

    def forms_to_check(self) -> list[tuple[str, Callable[..., Any]]]:
        """The ways the result is said, each as a function of an evaluator and a point."""
        from .verification.forms import ways

        return ways(self)

    def _style(self, style: str | None) -> str:
        style = style or self.style
        if style not in STYLES:
            raise UnsupportedError(f"there is no style `{style}`; styles are {', '.join(STYLES)}")
        return style


def _layer(derivation: Derivation) -> Layer:
    """The expression as a layer: T of l(T), or the expression under a name of its own."""
    from .code.layers import Layer, is_layer

    program = derivation.program
    inputs = program.inputs
    shapes = {name: tuple(map(str, tensor.shape)) for name, tensor in inputs.items()}
    assume = {name: tensor.assumptions for name, tensor in inputs.items() if tensor.assumptions}
    if is_layer(program):
        name, texts = next(iter(program.result.body.tensors)), program.texts[:-1]
    else:
        name = program.unused("T")
        texts = (*program.texts[:-1], f"{name} = {program.texts[-1]}")
    question = read_program(f"{program.unused('l')}({name})", shapes, texts, assume, dims=program.dims)
    value = Derivation(read_program(f"{name}*1", shapes, texts, assume, dims=program.dims), derivation.wrt)
    variables = [name for name, tensor in question.inputs.items() if "constant" not in tensor.assumptions]
    return Layer(value, [Derivation(question, variable) for variable in variables], name)


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
