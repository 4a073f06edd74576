"""Texts to a program: the definitions in order, then the result."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from .. import functions
from ..errors import DerivationError, ParseError, ShapeError, UnknownNameError, UnsupportedError
from ..index.bodies import Opaque
from ..index.dims import UNIT, Dim, named
from ..index.indices import resolve_extents, resolved_slot, substitute_slot
from ..index.nodes import Expr
from ..index.slots import ONE, Index, Slot, slot_indices
from ..program import Definition, Program, Tensor
from .einstein import EinsteinReader, has_indices
from .lower import Lowering
from .operations import OPERATIONS
from .scope import Scope
from .source import Line, Source, is_definition, read, read_definition
from .unify import dimension
from .values import show_shape

ASSUMPTIONS = ("symmetric", "positive", "spd", "invertible", "orthogonal", "diagonal", "simplex", "constant")

Shapes = Mapping[str, Iterable[object] | str]


def parse_shape(text: object) -> tuple[Dim, ...]:
    """A shape as a caller writes it: ("n", "d"), "n d", "n,d" or "" for a scalar."""
    parts = text.replace(",", " ").split() if isinstance(text, str) else list(text)  # type: ignore[call-overload]
    shape = tuple(dimension(part) for part in parts)
    for part, extent in zip(parts, shape, strict=True):
        if (-extent).never_negative:
            raise ShapeError(f"`{part}` is no dimension: a dimension is a name or a positive integer")
    return shape


def read_program(
    expr: str,
    shapes: Shapes | None = None,
    definitions: Sequence[str] = (),
    assume: Mapping[str, str | Iterable[str]] | None = None,
    dims: Iterable[str] = (),
) -> Program:
    """The program of an expression; every DerivationError has its place."""
    declared = {name: parse_shape(shape) for name, shape in (shapes or {}).items()}
    scope = Scope(declared, _assumptions(assume or {}))
    scope.dims.update(dims)
    lines = [read_definition(text) for text in definitions]
    tree, source = read(expr) if not is_definition(expr) else (None, Source(expr))
    last = tree if tree is not None else read_definition(expr).tree
    scope.reserved = frozenset(line.name for line in lines).union(*(_words(part) for part in (*(line.tree for line in lines), last)))
    for text, line in zip(definitions, lines, strict=True):
        _define(scope, line, text, declared)
    result = _result(scope, expr, tree, source)
    return _finish(scope, result, (*definitions, expr))


def _names(tree: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _words(tree: ast.expr) -> set[str]:
    """Every name in a tree, in capitals as well, as x[i] may stand for the components of X."""
    return _names(tree) | {name[0].upper() + name[1:] for name in _names(tree)}


def _letters(tree: ast.expr) -> set[str]:
    """The names that stand as indices."""
    places = (node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript))
    return {node.id for place in places for node in ast.walk(place) if isinstance(node, ast.Name)}


def _assumptions(assume: Mapping[str, str | Iterable[str]]) -> dict[str, frozenset[str]]:
    return {name: parse_assumption(words) for name, words in assume.items()}


def parse_assumption(words: str | Iterable[str]) -> frozenset[str]:
    """What is assumed of a tensor, as a caller writes it: "spd constant", "spd,constant" or ("spd", "constant")."""
    parts = words.replace(",", " ").split() if isinstance(words, str) else list(words)
    for word in parts:
        if word not in ASSUMPTIONS:
            raise UnknownNameError(f"`{word}` is no assumption; known are {', '.join(ASSUMPTIONS)}")
    return frozenset(parts)


def _define(scope: Scope, line: Line, text: str, declared: Mapping[str, tuple[Dim, ...]]) -> None:
    if line.parameters is not None:
        scope.functions[line.name] = _user_function(scope, line, text)
        return
    if line.name in scope.definitions:
        raise ParseError(f"`{line.name}` is defined twice", line.left)
    if line.name in scope.inputs or line.name in _names(line.tree) - _letters(line.tree):
        raise ParseError(f"`{line.name}` is used before its definition; each stands before its first use, and none needs itself", line.left)
    if line.name in OPERATIONS or line.name in functions.TABLE:
        raise ParseError(f"`{line.name}` is a function and cannot be defined", line.left)
    want = scope.shapes.pop(line.name, None)
    axes, body = _body(scope, line, want)
    if want is not None and not isinstance(body, Opaque):
        _declared_fits(scope, line, want, axes)
    scope.define(line.name, axes, body, text)


def _declared_fits(scope: Scope, line: Line, want: tuple[Dim, ...], axes: tuple[Slot, ...]) -> None:
    got = tuple(slot.extent for slot in axes)
    same = len(got) == len(want) and all(scope.solver.equal(a, b) for a, b in zip(got, want, strict=True))
    if not same:
        declared, found = (show_shape(map(scope.solver.resolve, shape)) for shape in (want, got))
        raise ShapeError(f"`{line.name}` is declared as {declared}, its definition is {found}", line.source.place(line.tree))


def _body(scope: Scope, line: Line, want: tuple[Dim, ...] | None) -> tuple[tuple[Slot, ...], Expr]:
    if line.indices is not None:
        if len(set(line.indices)) < len(line.indices):
            raise ParseError("an index stands twice on the left", line.left)
        return EinsteinReader(scope, line.source, line.indices, want).body(line.tree)
    opaque = _opaque_name(scope, line.tree)
    if opaque and want is not None:
        return _opaque_tensor(scope, line, opaque, want)
    if has_indices(line.tree, scope):
        return EinsteinReader(scope, line.source, ()).body(line.tree)
    value = scope.take_over(Lowering(scope, line.source).lower(line.tree))
    return value.axes, value.expr


def _opaque_tensor(scope: Scope, line: Line, argument: str, want: tuple[Dim, ...]) -> tuple[tuple[Slot, ...], Expr]:
    from ..index.indices import fresh

    call = line.tree
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    scope.tensor(argument)
    slots = tuple(ONE if scope.solver.is_one(extent) else fresh(extent) for extent in want)
    return slots, Opaque(call.func.id, argument, 0, slots)


def _opaque_name(scope: Scope, tree: ast.expr | None) -> str:
    """The tensor's name where a tree is `l(T)` with a name that is no known function."""
    match tree:
        case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=tensor)], keywords=[]):
            known = function in OPERATIONS or function in functions.TABLE or function in scope.functions
            return "" if known else tensor
    return ""


def _result(scope: Scope, expr: str, tree: ast.expr | None, source: Source) -> Definition:
    if tree is None:
        line = read_definition(expr)
        want = scope.shapes.pop(line.name, None)
        axes, body = _body(scope, line, want)
        if want is not None:
            _declared_fits(scope, line, want, axes)
        return scope.define(line.name, axes, body, expr)
    argument = _opaque_name(scope, tree)
    if argument:
        assert isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name)
        known = [*OPERATIONS, *functions.TABLE, *scope.functions]
        hint = scope.suggestion(tree.func.id, known) if argument not in scope.definitions else ""
        if hint:
            raise UnknownNameError(f"there is no function `{tree.func.id}`{hint}", source.place(tree.func))
        scope.tensor(argument)
        return Definition("", (), Opaque(tree.func.id, argument, 0, ()), expr)
    if has_indices(tree, scope):
        axes, body = EinsteinReader(scope, source, ()).body(tree)
        return Definition("", axes, body, expr)
    value = Lowering(scope, source).lower(tree)
    name = scope.unused("result")
    definition = scope.define(name, value.axes, value.expr, expr)
    del scope.definitions[name], scope.shapes[name]
    return definition


def _finish(scope: Scope, result: Definition, texts: tuple[str, ...]) -> Program:
    solver = scope.solver
    taken = {*scope.dims, *scope.shapes}
    solver.name_the_rest(scope.unknowns, taken)
    definitions = {name: _resolved(scope, item) for name, item in scope.definitions.items() if name != result.name}
    inputs = {
        name: Tensor(name, tuple(map(solver.resolve, scope.shapes[name])), scope.assumptions.get(name, frozenset()))
        for name in [*scope.inputs, *(n for n in scope.declared if n in scope.shapes)]
        if name not in scope.definitions
    }
    for name in scope.assumptions:
        if name not in inputs:
            raise UnknownNameError(f"an assumption is made of `{name}`, which is no input; inputs are {', '.join(inputs)}")
    solved = {name: solver.resolve(named(name)) for name in sorted(scope.dims)}
    extents = [extent for tensor in inputs.values() for extent in tensor.shape]
    dims = sorted({name for extent in (*extents, *solved.values()) for name in extent.names})
    ties = {name: dim for name, dim in solved.items() if dim != named(name)}
    lengths = [extent - UNIT for extent in (*extents, *(slot.extent for item in definitions.values() for slot in item.axes))]
    needs = tuple(dict.fromkeys(need for need in (*map(solver.resolve, scope.needs), *lengths) if not need.never_negative))
    systems = frozenset(scope.systems - scope.inverted)
    return Program(inputs, definitions, _resolved(scope, result), tuple(dims), texts, ties, needs, systems)


def _resolved(scope: Scope, definition: Definition) -> Definition:
    """A definition with the extents of its indices solved."""
    if not scope.solver.solution:
        return definition
    resolve = scope.solver.resolve
    old = {index for axis in definition.axes for index in slot_indices(axis)} | definition.body.free | definition.body.bound
    mapping = {index: Index(index.id, resolve(index.extent), index.hint) for index in old}
    body = resolve_extents(definition.body, mapping, resolve)
    axes = tuple(resolved_slot(substitute_slot(axis, mapping), resolve) for axis in definition.axes)
    return Definition(definition.name, axes, body, definition.text)


def _user_function(scope: Scope, line: Line, text: str) -> functions.Elementwise:
    from .userfunction import user_function

    if line.name in OPERATIONS or line.name in functions.TABLE or line.name in scope.functions:
        raise ParseError(f"`{line.name}` is a function already", line.left)
    return user_function(line, scope.functions)


__all__ = ["ASSUMPTIONS", "DerivationError", "UnsupportedError", "parse_assumption", "parse_shape", "read_program"]
