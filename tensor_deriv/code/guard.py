"""The first line of a function that looks at its inputs: floating arrays, of shapes that fit each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ..index.dims import Dim


class Words(Protocol):
    """What names the helper functions of a source."""

    def word(self, word: str) -> str:
        """The name of one, put above on first use."""


Given = Mapping[str, tuple[Dim, ...]]
Opening = Callable[[Words, Given, bool], list[str]]


def as_given(module: Words, given: Given, writes: bool) -> list[str]:
    """The inputs as they come; of one floating type, `X, w = floating(X, w)`, where the function writes into what it makes of them."""
    return [f"{_names(given)} = {module.word('floating')}({', '.join(given)})"] if writes else []


def looked_at(module: Words, given: Given, writes: bool) -> list[str]:
    """`X, w = inputs(X=(X, ("n", "d")), w=(w, ("d",)))`, which are of one floating type."""
    if not given:
        return []
    words = [f"{name}=({name}, {_shape(dims)})" for name, dims in given.items()]
    return [f"{_names(given)} = {module.word('inputs')}({', '.join(words)})"]


def _names(given: Given) -> str:
    """Names to assign to."""
    return f"({', '.join(given)},)" if len(given) == 1 else ", ".join(given)


def _shape(dims: tuple[Dim, ...]) -> str:
    """A shape by names and numbers, as source."""
    words = [str(dim) if dim.constant is not None else f'"{dim}"' for dim in dims]
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"


_SHAPES = """
        fits = len(x.shape) == len(shape) and all(
            size == (dim if isinstance(dim, int) else sizes.setdefault(dim, (size, name))[0]) for size, dim in zip(x.shape, shape)
        )
        if not fits:
            wanted = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
            known = [f"{dim} = {sizes[dim][0]} by {sizes[dim][1]}" for dim in shape if dim in sizes and sizes[dim][1] != name]
            raise ValueError(f"{name} has the shape {tuple(x.shape)}, expected {wanted}" + (f" where {', '.join(known)}" if known else ""))
        found.append(x)
    return found
"""
_KNOWN = _SHAPES.replace("all(\n            size", "all(  # dask may not know a size yet: NaN\n            size != size or size").replace(
    " for size, dim", "\n            for size, dim"
)
_HEAD = '''
def {inputs}(**given):
    """The inputs as floating arrays of one kind; ValueError where a shape does not fit those before."""
    kinds = [x.dtype for x, _ in given.values() if KIND]
    sizes, found = {{}}, []
    for name, (x, shape) in given.items():
'''
_NUMPY = """        x = x if isinstance(x, ({xp}.ndarray, {xp}.generic)) else {xp}.asarray(x)
        if x.dtype.kind not in "fiub":
            raise TypeError(f"{{name}} holds {{x.dtype}}, expected real numbers")
        if x.dtype != kind:
            x = x.astype(kind)
"""
_JAX = """        if not hasattr(x, "dtype") or {xp}.issubdtype(x.dtype, {xp}.integer) or x.dtype == bool:
            x = {xp}.asarray(x, dtype={xp}.result_type(*kinds or [float]))
        if not {xp}.issubdtype(x.dtype, {xp}.floating):
            raise TypeError(f"{{name}} holds {{x.dtype}}, expected real numbers")
"""
_TORCH = """        if not {xp}.is_tensor(x) or not (x.is_floating_point() or x.is_complex()):  # numbers without a kind of their own
            kind, device = kinds[0] if kinds else {xp}.get_default_dtype(), devices[0] if devices else None
            x = {xp}.as_tensor(x, dtype=kind, device=device)
        if not x.is_floating_point():
            raise TypeError(f"{{name}} holds {{x.dtype}}, expected real numbers")
"""
_ARRAY_API = '''
def {inputs}(**given):
    """The inputs as floating arrays of one library; ValueError where a shape does not fit those before."""
    arrays = [x for x, _ in given.values() if {array_api_compat}.is_array_api_obj(x)]
    own = [x for x in arrays if not {array_api_compat}.is_numpy_array(x)] or arrays  # NumPy's beside those of another become its own
    if not own:
        raise TypeError(f"{{', '.join(given)}}: none is an array, so there is no library to compute with")
    xp, device = {array_api_compat}.array_namespace(*own), {array_api_compat}.device(own[0])
    kinds = [x.dtype for x in own if xp.isdtype(x.dtype, "real floating")]
    kind = xp.result_type(*kinds) if kinds else xp.asarray(1.0).dtype
    sizes, found = {{}}, []
    for name, (x, shape) in given.items():
        is_own = any(x is other for other in own)
        x = x if is_own else xp.asarray(x, device=device)
        if xp.isdtype(x.dtype, "complex floating"):
            raise TypeError(f"{{name}} holds {{x.dtype}}, expected real numbers")
        if not is_own or not xp.isdtype(x.dtype, "real floating"):  # numbers without a kind of their own
            x = xp.astype(x, kind)
'''


def _helper(kind: str, types: str) -> str:
    return _HEAD.replace("KIND", kind) + types + _template(_SHAPES)


def _template(source: str) -> str:
    return source.lstrip("\n").replace("{", "{{").replace("}", "}}")


INPUTS = {
    "numpy": _helper('hasattr(x, "dtype") and x.dtype.kind == "f"', _NUMPY).replace(
        "    sizes, found", "    kind = {xp}.result_type(*kinds or [float])\n    sizes, found"
    ),
    "jax": _helper('hasattr(x, "dtype") and {xp}.issubdtype(x.dtype, {xp}.floating)', _JAX),
    "torch": _helper("{xp}.is_tensor(x) and x.is_floating_point()", _TORCH).replace(
        "    sizes, found", "    devices = [x.device for x, _ in given.values() if {xp}.is_tensor(x)]\n    sizes, found"
    ),
    "xp": _ARRAY_API + _template(_KNOWN),
}
FLOATING = """
def {floating}(*arrays):  # of one type, so that what is made of them can be written over
    kind = {xp}.result_type(*arrays, 1.0)
    return [{xp}.asarray(x, dtype=kind) for x in arrays]
"""
