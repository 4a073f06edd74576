"""Our derivative of a row as a function, against PyTorch's automatic differentiation of its call."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import tensor_deriv as td
from tensor_deriv.language.reader import read_program

from .row import Operator, shape

WEIGHT = "G"  # a fixed random weighting of the result, as an upstream gradient


def arguments(row: Operator) -> dict[str, object]:
    """What `td.derive` takes besides the variable: the result weighted and summed."""
    shapes = {**{name: tensor.shape for name, tensor in row.tensors.items()}, **row.shapes}
    result = read_program(row.expr, shapes, row.definitions).result
    shapes[WEIGHT] = " ".join(str(extent).replace(" ", "") for extent in result.shape)
    return {"expr": f"sum(({row.expr})*{WEIGHT})", "shapes": shapes, "definitions": row.definitions}


def derivations(row: Operator) -> Iterator[td.Derivation]:
    """The derivative by each variable."""
    given = arguments(row)
    for variable in row.variables:
        yield td.derive(wrt=variable, **given)


def truth(row: Operator, point: dict[str, np.ndarray]) -> tuple[np.ndarray, float, dict[str, np.ndarray], object]:
    """A random weighting, the value, the gradients by automatic differentiation, and what PyTorch gave."""
    import torch

    inputs = {name: torch.tensor(array, requires_grad=row.tensors[name].variable) for name, array in point.items()}
    made = row.call(**inputs)
    made = torch.cat(tuple(made)) if isinstance(made, (tuple, list)) else made
    weight = np.random.default_rng(7).normal(size=tuple(made.shape))
    total = (made * torch.tensor(weight)).sum()
    wanted = [inputs[name] for name in row.variables]
    gradients = torch.autograd.grad(total, wanted, allow_unused=True, materialize_grads=True)
    return weight, total.item(), {name: g.numpy(force=True) for name, g in zip(row.variables, gradients, strict=True)}, made.grad_fn


def nodes(start: object) -> set[str]:
    """The names of the nodes of PyTorch's graph."""
    seen, names, todo = set(), set(), [start]
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        names.add(type(node).__name__)
        todo += [following for following, _ in node.next_functions]
    return names


def far(got: np.ndarray, want: np.ndarray) -> float:
    """The largest difference by the largest entry."""
    if np.shape(got) != np.shape(want):
        return np.inf
    scale = np.max(np.abs(want), initial=0.0)
    difference = np.max(np.abs(np.asarray(got) - want), initial=0.0)
    return float(difference / scale) if scale else float(difference)


__all__ = ["arguments", "derivations", "far", "nodes", "shape", "truth"]
