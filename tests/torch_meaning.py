"""What the functions of the language are in PyTorch, so that its automatic differentiation can be asked for the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
_ALL = object()


def _t(x: Any) -> Any:
    return x if isinstance(x, torch.Tensor) else torch.tensor(float(x))


def _axes(x: Any, axis: Any) -> tuple[int, ...]:
    return tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)


def _reduction(function: Any) -> Any:
    def reduce(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        x = _t(x)
        axes = _axes(x, axis)
        return function(x, axes, keepdims) if axes or x.ndim else function(x[None], (0,), False)

    return reduce


def _prod(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    for axis in sorted((a % x.ndim for a in axes), reverse=True):
        x = x.prod(dim=axis, keepdim=keepdims)
    return x


def _log_softmax(x: Any, axis: Any = -1) -> Any:
    return x - torch.logsumexp(x, _axes(x, axis), keepdim=True)


def _dot(a: Any, b: Any) -> Any:
    return _t(a) * _t(b) if not _t(a).ndim or not _t(b).ndim else a @ b


def _softsign(x: Any) -> Any:
    return _t(x) / (1 + _t(x).abs())


def _elu(x: Any, alpha: Any = 1.0) -> Any:
    return torch.where(_t(x) > 0, _t(x), _t(alpha) * torch.expm1(_t(x).clamp(max=0.0)))


def _leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    return torch.where(_t(x) > 0, _t(x), _t(slope) * _t(x))


def _clip(x: Any, a: Any, b: Any) -> Any:
    return torch.clamp(*torch.broadcast_tensors(_t(x), _t(a), _t(b)))


_SAME = (
    "exp log log1p expm1 sqrt square abs sign sin cos tan arcsin arccos arctan sinh cosh tanh sigmoid relu erf outer trace"
    " exp2 log2 log10 arcsinh arccosh arctanh arctan2 hypot logaddexp erfc digamma sinc reciprocal rsqrt logit"
)
NAMES: dict[str, Any] = {
    **{name: (lambda f: lambda *x: f(*(_t(part).contiguous() for part in x)))(getattr(torch, name)) for name in _SAME.split()},
    "softplus": lambda x: torch.logaddexp(_t(x), torch.tensor(0.0)),
    "gelu": lambda x: torch.nn.functional.gelu(_t(x)),
    **{name: (lambda f: lambda x: f(_t(x)))(getattr(functional, name)) for name in ("silu", "logsigmoid", "selu", "mish", "hardtanh")},
    "gammaln": lambda x: torch.lgamma(_t(x)),
    "softsign": _softsign,
    "elu": _elu,
    "leaky_relu": _leaky_relu,
    "clip": _clip,
    "maximum": lambda a, b: torch.maximum(*torch.broadcast_tensors(_t(a), _t(b))),
    "minimum": lambda a, b: torch.minimum(*torch.broadcast_tensors(_t(a), _t(b))),
    "sum": _reduction(lambda x, axes, keep: x.sum(dim=axes, keepdim=keep)),
    "mean": _reduction(lambda x, axes, keep: x.mean(dim=axes, keepdim=keep)),
    "max": _reduction(lambda x, axes, keep: x.amax(dim=axes, keepdim=keep)),
    "min": _reduction(lambda x, axes, keep: x.amin(dim=axes, keepdim=keep)),
    "prod": _reduction(_prod),
    "var": _reduction(lambda x, axes, keep: x.var(dim=axes, keepdim=keep, correction=0)),
    "std": _reduction(lambda x, axes, keep: x.std(dim=axes, keepdim=keep, correction=0)),
    "logsumexp": _reduction(lambda x, axes, keep: torch.logsumexp(x, axes, keepdim=keep)),
    "norm": lambda x: torch.sqrt((x * x).sum()),
    "norm1": lambda x: x.abs().sum(),
    "log_softmax": _log_softmax,
    "softmax": lambda x, axis=-1: torch.exp(_log_softmax(x, axis)),
    "tr": torch.trace,
    "det": torch.linalg.det,
    "logdet": lambda x: torch.linalg.slogdet(x)[1],
    "inv": torch.linalg.inv,
    "solve": torch.linalg.solve,
    "cross": lambda a, b: torch.linalg.cross(*torch.broadcast_tensors(a, b)),
    "cholesky": lambda x: torch.linalg.cholesky((x + x.mT) / 2),
    "pinv": torch.linalg.pinv,
    "expm": torch.linalg.matrix_exp,
    "cumprod": lambda x, axis: x.cumprod(axis),
    "logcumsumexp": lambda x, axis: torch.logcumsumexp(x, axis),
    "matrix_power": lambda x, k: torch.linalg.matrix_power(x, k) if k else torch.eye(x.shape[0]),
    "diag": torch.diag,
    "dot": _dot,
    "kron": lambda a, b: (a[:, None, :, None] * b[None, :, None, :]).reshape(a.shape[0] * b.shape[0], -1),
    "vec": lambda x: x.T.reshape(-1),
    "transpose": lambda x, axes=None: x.permute(*(axes or reversed(range(x.ndim)))),
    "einsum": torch.einsum,
    "eye": torch.eye,
    "ones": lambda *sizes: torch.ones(sizes),
    "zeros": lambda *sizes: torch.zeros(sizes),
    "pi": math.pi,
    "where": lambda c, a, b: torch.where(_t(c) != 0, _t(a), _t(b)),
    "flip": lambda x, axis=None: torch.flip(x, _axes(x, axis)),
    "roll": lambda x, shift, axis: torch.roll(x, shift, axis),
    "cumsum": lambda x, axis: torch.cumsum(x, axis),
    "tril": torch.tril,
    "triu": torch.triu,
    "reshape": lambda x, *sizes: x.reshape(sizes),
    "stack": lambda xs, axis=0: torch.stack(tuple(torch.broadcast_tensors(*map(_t, xs))), axis),
    "concatenate": lambda xs, axis=0: torch.cat(tuple(xs), axis),
}


def derivative(definitions: Sequence[str], expr: str, wrt: str, tensors: Mapping[str, Any], dims: Mapping[str, int], order: int = 1) -> Any:
    """The derivative by automatic differentiation, in the layout result.shape + wrt.shape · order; the texts are our own."""
    start = torch.tensor(tensors[wrt], dtype=torch.float64)
    given = {name: torch.tensor(array, dtype=torch.float64) for name, array in tensors.items()}

    def value(x: Any) -> Any:
        names = {"__builtins__": {"__import__": __import__}, **NAMES, **dims, **given, wrt: x}
        for text in definitions:
            name, _, body = text.partition("=")
            if name.strip() != wrt:
                names[name.strip()] = eval(body.strip(), names)  # noqa: S307
        return _t(eval(expr, names)) + 0 * x.sum()  # noqa: S307

    function = value
    for _ in range(order):
        function = _jacobian(function)
    return function(start).numpy(force=True)


def _jacobian(function: Any) -> Any:
    return lambda x: torch.autograd.functional.jacobian(function, x, create_graph=True)
