"""The meaning of array expressions in NumPy, apart from the code generator, so that one can check the other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..index.dims import Dim
from ..primitives import TABLE
from .calls import MATRIX, Call, Einsum, Eye, Filled, Frechet, Reshape, Solve, Take
from .nodes import Add, Array, Column, Diag, DiagOf, Elem, MatMul, Mul, Name, Num, Outer, Pi, Pow, Size, T, Trace
from .places import Flip, Pad, Part, Slice, Tril, Triu, Where


def evaluate(node: Array, tensors: Mapping[str, Any], sizes: Mapping[str, int], memo: dict[Array, Any] | None = None) -> Any:
    """The array of an expression at one point."""
    memo = {} if memo is None else memo
    if node not in memo:
        parts = [evaluate(child, tensors, sizes, memo) for child in node.children]
        memo[node] = _value(node, parts, tensors, sizes)
    return memo[node]


def _value(node: Array, parts: list[Any], tensors: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    match node:
        case Num(value):
            return float(value)
        case Pi():
            return math.pi
        case Size(dim):
            return float(dim.value(sizes))
        case Name(name, _):
            return tensors[name]
        case Add():
            return sum(parts[1:], parts[0])
        case Mul():
            return math.prod(parts[1:], start=parts[0])
        case MatMul():
            return _chain(parts)
        case Pow():
            return np.power(parts[0], parts[1])
        case Elem(row, _):
            return row.numpy(*parts)
        case Solve():
            return np.linalg.solve(*parts) if np.ndim(parts[1]) > 1 else np.linalg.solve(parts[0], parts[1][:, None])[..., 0]
        case Frechet():
            return np.einsum("ijmn,mn->ij", TABLE["dexpm"].numpy(parts[0], (0, 1)), parts[1])
        case T():
            return np.swapaxes(parts[0], -1, -2)
        case Diag() | DiagOf():
            return np.diag(parts[0])
        case Trace():
            return np.trace(parts[0])
        case Column():
            return parts[0][..., None]
        case Outer():
            return np.outer(*parts)
        case Call():
            return _call(node, parts[0])
        case Einsum():
            return np.einsum(node.spec, *parts, optimize=len(parts) > 2)
        case Eye(dim):
            return np.eye(dim.value(sizes))
        case Filled(value, dims):
            return np.full(_shape(dims, sizes), float(value))
        case Reshape(_, dims):
            return np.reshape(parts[0], _shape(dims, sizes))
        case Slice(_, items):
            return parts[0][tuple(_place(item, sizes) for item in items)]
        case Pad(_, widths):
            return np.pad(parts[0], [_shape(pair, sizes) for pair in widths])
        case Flip(_, axes):
            return np.flip(parts[0], axes)
        case Triu(_, k):
            return np.triu(parts[0], k)
        case Tril(_, k):
            return np.tril(parts[0], k)
        case Where():
            return np.where(np.not_equal(parts[0], 0), parts[1], parts[2])
        case Take():
            return _take(node, parts[0], sizes)
    raise TypeError(f"no meaning is given to {type(node).__name__}")


def _chain(parts: list[Any]) -> Any:
    if np.ndim(parts[-1]) == 1:
        result = parts[-1]
        for part in reversed(parts[:-1]):
            result = part @ result
        return result
    result = parts[0]
    for part in parts[1:]:
        result = result @ part
    return result


def _call(node: Call, value: Any) -> Any:
    axes = tuple(range(np.ndim(value))) if node.axis is None else tuple(a % np.ndim(value) for a in node.axis)
    if node.name in MATRIX:
        return TABLE[node.name].numpy(value, axes)
    if node.name in ("sum", "mean"):
        return getattr(np, node.name)(value, axis=axes, keepdims=node.keepdims)
    if node.name == "cumsum":
        return np.cumsum(value, axis=axes[0])
    result = TABLE[node.name].numpy(value, axes)
    reduced = TABLE[node.name].kind == "reduce" or node.name == "prod"
    return np.expand_dims(result, axes) if node.keepdims and reduced else result


def _shape(dims: tuple[Dim, ...], sizes: Mapping[str, int]) -> list[int]:
    return [dim.value(sizes) for dim in dims]


def _place(item: Part | Dim, sizes: Mapping[str, int]) -> Any:
    if isinstance(item, Dim):
        return item.value(sizes)
    return slice(item.start.value(sizes), item.stop.value(sizes), item.step)


def _take(node: Take, array: Any, sizes: Mapping[str, int]) -> Any:
    shape = _shape(node.dims, sizes)
    grids = np.indices(shape, sparse=True)
    places = [sum((c.value(sizes) * grids[axis] for c, axis in terms), np.asarray(offset.value(sizes))) for terms, offset in node.places]
    inside, clipped = np.asarray(True), []
    for place, extent in zip(places, np.shape(array), strict=True):
        inside = inside & (place >= 0) & (place < extent)
        clipped.append(np.clip(place, 0, extent - 1))
    return np.broadcast_to(np.where(inside, array[tuple(clipped)], 0.0), shape)
