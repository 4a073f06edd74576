"""Sources of functions: a derivative, the derivatives by several variables at once, and the expression itself."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedError
from ..index.bodies import Opaque
from ..index.dims import Dim
from ..matrix.forms import Form, Named
from ..matrix.nodes import Array, Diag, Name, Shape
from ..program import Program
from .docstring import Docstring, both_doc, derivative_doc, derivatives_doc, value_doc, with_value
from .guard import Opening, as_given
from .module import Module
from .names import Names
from .plan.nodes import Changed
from .plan.plan import PLANNERS
from .printers import PRINTERS
from .share import Line
from .sizes import Sizes
from .slopes import by_values
from .softmaxes import joined
from .stable import Stable
from .targets import TARGETS

if TYPE_CHECKING:
    from ..derived import Derived

Given = Mapping[str, tuple[Dim, ...]]
FUNCTIONS = {1: "gradient", 2: "hessian"}
LETTERS = {1: "J", 2: "H"}
OUTERMOST = (ast.Import, ast.FunctionDef, ast.ClassDef, ast.Assign)
PACKAGES = {"array_api_compat": '"tensor_deriv[xp]"', "torch": '"tensor_deriv[torch]"', "jax": '"tensor_deriv[jax]"'}
IMPORTED = {"math", "numpy", "torch", "jax", "jax.numpy", "array_api_compat"}


@dataclass(frozen=True)
class Result:
    """One array to return: the name wanted for it, its form and shape, and the program it is of."""

    name: str
    form: Form
    dims: Shape
    program: Program

    def shape_of(self, item: Named) -> Shape:
        """The shape of a definition: the program's, or that of a part which the form names itself."""
        known = self.program.definitions.get(item.name)
        return known.shape if known else item.node.shape


def derivative_source(derivation: Derived, target: str, opening: Opening = as_given) -> str:
    """The source of a function of `derivation.given` by name that returns the derivative in its layout."""
    results = [derivative_result(derivation)]
    return source(function_name(derivation), derivation.given, results, derivative_doc(derivation), derivation.wrt, target, opening)


def all_derivatives_source(
    derivations: Sequence[Derived], target: str, value: bool = False, opening: Opening = as_given
) -> str:
    """The source of `backward`, which returns the derivatives by several variables of one program, in order.

    With `value` the expression's value comes before them; then UnsupportedError for an arbitrary function `l(T)`.
    """
    given = {name: dims for derivation in derivations for name, dims in derivation.given.items()}
    results = [Result(result_name(d, alone=False), d.form, d.shape, d.gradient.program) for d in derivations]
    doc = derivatives_doc(derivations, given)
    if value:
        given, results = {**derivations[0].program.given, **given}, [value_result(derivations[0]), *results]
        return source("value_and_backward", given, results, with_value(doc, derivations[0], given), derivations[0].wrt, target, opening)
    return source("backward", given, results, doc, derivations[0].wrt, target, opening)


def value_source(derivation: Derived, target: str, opening: Opening = as_given) -> str:
    """The source of a function of the inputs for the expression itself; UnsupportedError for an arbitrary function `l(T)`."""
    return source("value", derivation.program.given, [value_result(derivation)], value_doc(derivation), derivation.wrt, target, opening)


def both_source(derivation: Derived, target: str, opening: Opening = as_given) -> str:
    """The source of a function that returns the value and the derivative, common parts computed once; errors as `value_source`."""
    given = {**derivation.program.given, **derivation.given}
    results = [value_result(derivation), derivative_result(derivation)]
    return source(f"value_and_{function_name(derivation)}", given, results, both_doc(derivation, given), derivation.wrt, target, opening)


def value_result(derivation: Derived) -> Result:
    """The expression itself; UnsupportedError for an arbitrary function."""
    program = derivation.program
    body = program.result.body
    if isinstance(body, Opaque):
        question = f"`{body.function}({body.tensor})`"
        raise UnsupportedError(f"{question} is an arbitrary function, so there is no value to compute; define it to have one")
    return Result("result", derivation.value_form, program.result.shape, program)


def derivative_result(derivation: Derived) -> Result:
    """The derivative, by the name it has alone."""
    return Result(result_name(derivation, alone=True), derivation.form, derivation.shape, derivation.gradient.program)


def function_name(derivation: Derived) -> str:
    """gradient, jacobian, hessian, or derivative of a higher order."""
    if derivation.order == 1 and derivation.program.result.shape:
        return "jacobian"
    return FUNCTIONS.get(derivation.order, "derivative")


def result_name(derivation: Derived, alone: bool) -> str:
    """dX for a gradient; J, H or D otherwise, with the variable behind it where there are several."""
    if derivation.order == 1 and not derivation.program.result.shape:
        return f"d{derivation.wrt}"
    return LETTERS.get(derivation.order, "D") + ("" if alone else derivation.wrt)


def source(
    function: str, given: Given, results: Sequence[Result], doc: Docstring, wrt: str, target: str, opening: Opening = as_given
) -> str:
    """The text of a module with one function in it."""
    found, shapes = roots(results)
    names = Names(dict.fromkeys([*given, *(name for name, _ in found[: -len(results)]), function]))
    module = Module(TARGETS[target], names)
    returned = [names.fresh(result.name) for result in results]
    planner = PLANNERS[target]({name for result in results for name in result.form.symmetric})
    found = planner.needed(by_values(found, len(results)), len(results))
    defined = [name for name, _ in found[: -len(results)]]
    nodes = planner.ready(joined([node for _, node in found]), [*(shapes[name] for name in defined), *(result.dims for result in results)])
    lines = planner.lines(list(zip([*defined, *returned], nodes, strict=True)), len(results), names)
    sizes = Sizes(given, names, lambda text: module.fill("{math}.isqrt({0})", text))
    printer = PRINTERS[target](module, reference(given, wrt), sizes)
    writes = any(isinstance(node, Changed) for _, node in lines)
    if writes:
        printer.floating_names |= {*given}  # by the first line of the function
    body = [line for name, node in lines for line in printer.statements(name, node)]
    parameters = [*given, *(["*", *sizes.parameters] if sizes.parameters else [])]
    head = f"def {function}({', '.join(parameters)}):"
    opened = opening(module, given, writes)
    first = [*opened, *module.namespace(given, "\n".join(body)), *sizes.lines]
    text = [doc.text(sizes.parameters), *first, *body, f"return {', '.join(returned)}"]
    function_text = "\n".join([head, *(f"    {line}" if line else "" for part in text for line in part.split("\n"))])
    return "\n\n\n".join(filter(None, [module.imports, *module.sources, function_text])) + "\n"


def roots(results: Sequence[Result]) -> tuple[list[Line], dict[str, Shape]]:
    """The definitions of all results, in order and each once, then the results; and the shapes of the definitions."""
    stable = Stable([node for result in results for node in (result.form.node, *(item.node for item in result.form.definitions))])
    found: dict[str, Array] = {}
    dims: dict[str, Shape] = {}
    nodes = []
    for result in results:
        names: dict[str, Array] = {}  # what stands for a name of the form
        for item in result.form.definitions:
            node = stable.rewritten(with_names(item.node, names))
            if isinstance(node, Diag) and not item.text:
                names[item.name] = node  # diag(v) is never made: it scales rows or columns
                continue
            name = unlike(item.name, node, found)
            found[name], dims[name] = node, result.shape_of(item)
            names[item.name] = Name(name, dims[name])
            stable.define(Name(name, dims[name]), node)
        nodes.append((result.name, stable.rewritten(with_names(result.form.node, names))))
    return [*found.items(), *nodes], dims


def unlike(name: str, node: Array, found: Mapping[str, Array]) -> str:
    """`name`, or with underscores behind it where it stands for something else already."""
    while found.get(name, node) != node:
        name += "_"
    return name


def with_names(node: Array, names: Mapping[str, Array]) -> Array:
    """An expression with names exchanged for what stands for them."""
    if isinstance(node, Name):
        return names.get(node.name, node)
    return node.with_children(tuple(with_names(child, names) for child in node.children)) if node.children else node


def reference(given: Given, wrt: str) -> str:
    """The tensor that gives dtype and device: the variable, or the first one that has axes."""
    return min(given, key=lambda name: (not given[name], name != wrt))


@lru_cache(maxsize=256)
def compiled(source: str) -> Callable[..., Any]:
    """The function that a generated source defines; ValueError for any other text, UnsupportedError where a library is missing."""
    tree = ast.parse(source)
    if not all(map(_is_ours, ast.walk(tree))) or not all(isinstance(node, OUTERMOST) or _sets_rule(node) for node in tree.body):
        raise ValueError("this is no source that was generated here")
    *_, last = tree.body
    namespace: dict[str, Any] = {}
    try:
        exec(compile(tree, "<tensor_deriv>", "exec"), namespace)  # noqa: S102
    except ModuleNotFoundError as error:
        package = PACKAGES.get(error.name or "", error.name)
        raise UnsupportedError(f"this function runs with `{error.name}`, which is not installed: pip install {package}") from error
    return namespace[last.name]  # type: ignore[attr-defined, no-any-return]


def _sets_rule(node: ast.stmt) -> bool:
    """Whether it is `rule.defvjp(…)` or `rule.defjvps(…)`."""
    match node:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(), "defvjp" | "defjvps"))):
            return True
    return False


def _is_ours(node: ast.AST) -> bool:
    """Whether a generated source may hold a node: of imports only array libraries, of names no private ones of Python's."""
    match node:
        case ast.Import(names=names):
            return all(alias.name in IMPORTED for alias in names)
        case ast.Attribute(attr=name):
            return not name.startswith("_")
    return not isinstance(node, (ast.ImportFrom, ast.Global, ast.Nonlocal))
