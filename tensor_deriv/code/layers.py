"""A definition ready to be used in a network: a torch.autograd.Function, or a jax.custom_vjp, with our derivatives as its backward."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..derived import Derived
from ..errors import UnsupportedError
from ..index.bodies import Opaque
from ..language.reader import read_program
from ..matrix.forms import Form, Named, names
from ..program import Program
from .docstring import derivatives_doc, value_doc
from .generate import Result, source
from .names import Names
from .sizes import readings

LAYERS = {"torch-function": "torch", "jax-vjp": "jax"}


@dataclass(frozen=True)
class Layer:
    """What a layer is made of: `value` computes `result` = the tensor of l(…), `derivatives` are those of l by each variable."""

    value: Derived
    derivatives: Sequence[Derived]
    result: str

    @property
    def program(self) -> Program:
        return self.derivatives[0].program


def layer_of(question: Derived) -> Layer:
    """The expression as a layer: T of l(T), or the expression under a name of its own."""
    program = question.program
    inputs = program.inputs
    shapes = {name: tuple(map(str, tensor.shape)) for name, tensor in inputs.items()}
    assume = {name: tensor.assumptions for name, tensor in inputs.items() if tensor.assumptions}
    if is_layer(program):
        name, texts = next(iter(program.result.body.tensors)), program.texts[:-1]
    else:
        name = program.unused("T")
        texts = (*program.texts[:-1], f"{name} = {program.texts[-1]}")
    layer = read_program(f"{program.unused('l')}({name})", shapes, texts, assume, dims=program.dims)
    value = Derived(read_program(f"{name}*1", shapes, texts, assume, dims=program.dims), question.wrt)
    variables = [name for name, tensor in layer.inputs.items() if "constant" not in tensor.assumptions]
    return Layer(value, [Derived(layer, variable) for variable in variables], name)


def layer_source(layer: Layer, target: str) -> str:
    """The source of a module whose last function is the layer; UnsupportedError where a size is known by no input."""
    inputs = {name: tensor.shape for name, tensor in layer.program.inputs.items()}
    if not layer.program.inputs or any(set(layer.program.dims) - readings(inputs).keys()):
        raise UnsupportedError("a layer reads every size off its inputs, and here a dimension stands in none of them")
    fresh = Names([*layer.program.names(), f"d{layer.result}"]).fresh
    value, backward = fresh("value"), fresh("backward")
    text = WRITERS[target](layer, value, backward, fresh)
    return merged([_value(layer, value, LAYERS[target]), _backward(layer, backward, LAYERS[target])], f"import {LAYERS[target]}", text)


def _value(layer: Layer, function: str, target: str) -> str:
    derivation = layer.value
    result = Result(layer.result, derivation.value_form, derivation.program.result.shape, derivation.program)
    given = {name: tensor.shape for name, tensor in layer.program.inputs.items()}
    doc = replace(value_doc(derivation), title=f"{layer.result}, where {', '.join(derivation.program.texts[:-1])}.")
    return source(function, given, [replace(result, name="result")], doc, layer.derivatives[0].wrt, target)


def _backward(layer: Layer, function: str, target: str) -> str:
    """The derivatives by all variables, from the inputs, the result and its upstream gradient."""
    result, program = layer.result, layer.program
    given = {name: tensor.shape for name, tensor in program.inputs.items()}
    given |= {result: program.shape(result), f"d{result}": program.shape(result)}
    results = [Result(f"d{d.wrt}", without(d.form, result), d.shape, d.gradient.program) for d in layer.derivatives]
    doc = derivatives_doc(layer.derivatives, {name: dims for d in layer.derivatives for name, dims in d.given.items()})
    return source(function, given, results, doc, layer.derivatives[0].wrt, target)


def without(form: Form, name: str) -> Form:
    """A form that takes one definition as given, and only those others that it still needs."""
    wanted = names(form.node)
    kept: list[Named] = []
    for item in reversed(form.definitions):
        if item.name in wanted and item.name != name:
            kept.insert(0, item)
            wanted |= names(item.node)
    return replace(form, definitions=tuple(kept))


def merged(sources: Sequence[str], own_import: str, text: str) -> str:
    """Sources in one: imports together, each helper function once; UnsupportedError where two of a name differ."""
    imports: dict[str, None] = {own_import: None}
    blocks: dict[str, str] = {}
    for one in sources:
        head, *parts = one.strip("\n").split("\n\n\n")
        imports |= dict.fromkeys(filter(None, head.split("\n")))
        for part in parts:
            name = ast.parse(part).body[0].name  # type: ignore[attr-defined]
            if blocks.setdefault(name, part) != part:
                raise UnsupportedError(f"the helper function `{name}` would have two meanings here; give your tensors other names")
    own = [line for line in imports if line == "import math"]
    head = "\n".join([*own, *([""] if own else []), *sorted(set(imports) - set(own))])
    return "\n\n\n".join([head, *blocks.values(), text.strip("\n")]) + "\n"


def _torch(layer: Layer, value: str, backward: str, fresh: Callable[[str], str]) -> str:
    inputs, given, gradients = _words(layer)
    name, ctx, result, function = fresh("Layer"), fresh("ctx"), layer.result, fresh("layer")
    return f"""
class {name}(torch.autograd.Function):
    @staticmethod
    def forward({ctx}, {inputs}):
        {result} = {value}({inputs})
        {ctx}.save_for_backward({inputs}, {result})
        return {result}

    @staticmethod
    def backward({ctx}, d{result}):
        {inputs}, {result} = {ctx}.saved_tensors
        {given} = {backward}({inputs}, {result}, d{result})
        return {gradients}


def {function}({inputs}):
    return {name}.apply({inputs})
"""


def _jax(layer: Layer, value: str, backward: str, fresh: Callable[[str], str]) -> str:
    inputs, given, gradients = _words(layer, "jax.numpy.zeros_like({})")
    result, saved, rule, forward, back, function = layer.result, *map(fresh, ("saved", "rule", "forward", "pull_back", "layer"))
    return f"""
def {forward}({inputs}):
    {result} = {value}({inputs})
    return {result}, ({inputs}, {result})


def {back}({saved}, d{result}):
    {inputs}, {result} = {saved}
    {given} = {backward}({inputs}, {result}, d{result})
    return {gradients}


{rule} = jax.custom_vjp({value})
{rule}.defvjp({forward}, {back})


def {function}({inputs}):
    return {rule}({inputs})
"""


def _words(layer: Layer, nothing: str = "None") -> tuple[str, str, str]:
    """The inputs, the gradients that there are, and those of all inputs, as they stand in source."""
    inputs = list(layer.program.inputs)
    known = {d.wrt: f"d{d.wrt}" for d in layer.derivatives}
    every = [known.get(name, nothing.format(name)) for name in inputs]
    comma = "," if len(every) == 1 else ""
    return ", ".join(inputs), ", ".join(known.values()), ", ".join(every) + comma


WRITERS: dict[str, Callable[[Layer, str, str, Callable[[str], str]], str]] = {"torch-function": _torch, "jax-vjp": _jax}


def is_layer(program: Program) -> bool:
    """Whether a program's result is an arbitrary scalar function of a tensor it defines."""
    body = program.result.body
    return isinstance(body, Opaque) and body.tensor in program.definitions
