"""Convolutions, pooling, upsampling, patches, sampling of grids: index notation, what lies outside counting as zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .row import INSIDE, POSITIVE, Operator, op, spread

try:
    import torch
    from torch.nn import functional as F
except ImportError:  # the table can be read without it
    pass

_SMALL = {"n": (2, 1), "c": (2, 3), "o": (3, 2)}

CONVOLUTIONS = [
    op("convolution", "y", lambda x, w, v: torch.conv2d(x, w, v), define="y[n,o,p,q] = w[o,c,r,s]*x[n,c,p+r,q+s] + v[o]", x="n c h w1",
       w="o c 2 3", v="o", shapes={"y": "n o h-1 w1-2"}, sizes={**_SMALL, "h": (4, 5), "w1": (5, 4)}),
    op("conv1d", "y", lambda x, w: torch.conv1d(x, w, padding=1), define="y[n,o,p] = w[o,c,r]*x[n,c,p+r-1]", composite=True,
       note="padding", x="n c l", w="o c 3", shapes={"y": "n o l"}, sizes=_SMALL),
    op("conv1d", "y", lambda x, w: torch.conv1d(x, w, stride=2), define="y[n,o,p] = w[o,c,r]*x[n,c,2*p+r]", composite=True,
       note="stride", x="n c 2*l", w="o c 2", shapes={"y": "n o l"}, sizes={**_SMALL, "l": (3, 4)}),
    op("conv1d", "reshape(z, n, 2*o, l-1)", lambda x, w: torch.conv1d(x, w, groups=2), composite=True, note="groups",
       define=["u = reshape(x, n, 2, c, l)", "v = reshape(w, 2, o, c, 2)", "z[n,g,o,p] = v[g,o,c,r]*u[n,g,c,p+r]"], x="n 2*c l",
       w="2*o c 2",
       shapes={"z": "n 2 o l-1"}, sizes={**_SMALL, "l": (4, 5)}),
    op("conv3d", "y", lambda x, w: torch.conv3d(x, w, stride=(1, 2, 1)), composite=True,
       define="y[n,o,p,q,r] = w[o,c,i,j,k]*x[n,c,p+i,2*q+j,r+k]", x="n c 3 4 3", w="o c 2 2 2", shapes={"y": "n o 2 2 2"}, sizes=_SMALL),
    op("conv_transpose1d", "y", lambda x, w: torch.conv_transpose1d(x, w, stride=2), define="y[n,o,i] = x[n,c,p]*w[c,o,r]*(2*p + r == i)",
       composite=True, note="stride", x="n c 4", w="c o 3", shapes={"y": "n o 9"}, sizes=_SMALL),
    op("slow_conv_transpose2d", "y", lambda x, w: torch.ops.aten.slow_conv_transpose2d(x, w, w.shape[2:]),
       define="y[n,o,i,j] = x[n,c,i-r,j-s]*w[c,o,r,s]", x="n c 3 4", w="c o 2 3", shapes={"y": "n o 4 6"}, sizes=_SMALL),
    op("slow_conv_transpose3d", "y", lambda x, w: torch.ops.aten.slow_conv_transpose3d(x, w, w.shape[2:]),
       define="y[n,o,i,j,k] = x[n,c,i-p,j-q,k-r]*w[c,o,p,q,r]", x="n c 2 3 2", w="c o 2 2 2", shapes={"y": "n o 3 4 3"}, sizes=_SMALL),
    op("_slow_conv2d_forward", "y", lambda x, w: torch.ops.aten.thnn_conv2d(x, w, w.shape[2:], None, [1, 1], [1, 1]),
       define="y[n,o,p,q] = w[o,c,r,s]*x[n,c,p+r-1,q+s-1]", x="n c h l", w="o c 3 3", shapes={"y": "n o h l"},
       sizes={**_SMALL, "h": (3, 4), "l": (4, 5)}),
    op("slow_conv3d_forward", "y", lambda x, w: torch.ops.aten.slow_conv3d(x, w, w.shape[2:]),
       define="y[n,o,i,j,k] = w[o,c,p,q,r]*x[n,c,i+p,j+q,k+r]", x="n c 3 3 4", w="o c 2 2 2", shapes={"y": "n o 2 2 3"}, sizes=_SMALL),
    op("slow_conv_dilated2d", "y", lambda x, w: torch.ops.aten.slow_conv_dilated2d(x, w, w.shape[2:], None, [1] * 2, [0] * 2, [2] * 2),
       define="y[n,o,p,q] = w[o,c,r,s]*x[n,c,p+2*r,q+2*s]", x="n c 5 4", w="o c 2 2", shapes={"y": "n o 3 2"}, sizes=_SMALL),
    op("slow_conv_dilated3d", "y", lambda x, w: torch.ops.aten.slow_conv_dilated3d(x, w, w.shape[2:], None, [1] * 3, [0] * 3, [2] * 3),
       define="y[n,o,i,j,k] = w[o,c,p,q,r]*x[n,c,i+2*p,j+2*q,k+2*r]", x="n c 3 4 3", w="o c 2 2 2", shapes={"y": "n o 1 2 1"},
       sizes=_SMALL),
    op("conv_depthwise3d", "y", lambda x, w: torch.conv3d(x, w[:, None], groups=w.shape[0]), composite=True, note="a kernel a channel",
       define="y[n,c,i,j,k] = w[c,p,q,r]*x[n,c,i+p,j+q,k+r]", x="n c 3 3 4", w="c 2 2 2", shapes={"y": "n c 2 2 3"}, sizes=_SMALL),
    op("conv_tbc", "y", lambda x, w, v: torch.conv_tbc(x, w, v, 1), define="y[t,b,o] = w[r,c,o]*x[t+r-1,b,c] + v[o]", x="t b c",
       w="3 c o", v="o",
       shapes={"y": "t b o"}),
    op("convolution_backward", "x",
       lambda y, w: torch.ops.aten.convolution_backward(
           y, torch.ones(y.shape[0], w.shape[1], 5, dtype=y.dtype), w, None, [1], [0], [1], False, [0], 1, [True, False, False])[0],
       define="x[n,c,i] = y[n,o,i-r]*w[o,c,r]", y="n o 3", w="o c 3", shapes={"x": "n c 5"}, sizes=_SMALL),
    op("mkldnn_convolution", "y", lambda x, w: torch.conv2d(x, w), composite=True, define="y[n,o,p,q] = w[o,c,r,s]*x[n,c,p+r,q+s]",
       x="n c 3 4", w="o c 2 2", shapes={"y": "n o 2 3"}, sizes=_SMALL, note="PyTorch has it in single precision alone"),
]  # fmt: skip

PATCHES = [
    op("im2col", "reshape(y, n, 6*c, (h-1)*(l-2))", lambda x: F.unfold(x, (2, 3)), define="y[n,c,r,s,p,q] = x[n,c,p+r,q+s]", x="n c h l",
       shapes={"y": "n c 2 3 h-1 l-2"}, sizes={**_SMALL, "h": (3, 4), "l": (4, 5)}),
    op("col2im", "x", lambda y: F.fold(y.reshape(y.shape[0], -1, 6), (3, 4), 2), define="x[n,c,i,j] = y[n,c,r,s,i-r,j-s]", y="n c 2 2 2 3",
       shapes={"x": "n c 3 4"}, sizes=_SMALL),
    op("affine_grid_generator", "y", lambda a: F.affine_grid(a, [a.shape[0], 1, 3, 4], align_corners=False),
       define=["u = (2*cumsum(ones(4)) - 1)/4 - 1", "v = (2*cumsum(ones(3)) - 1)/3 - 1",
       "y[n,i,j,k] = a[n,k,0]*u[j] + a[n,k,1]*v[i] + a[n,k,2]"],
       a="n 2 3", shapes={"y": "n 3 4 2"}),
    op("grid_sampler_2d", "y", lambda x, p: F.grid_sample(x, p, align_corners=True),
       define=["u = cumsum(ones(4)) - 1", "v = cumsum(ones(5)) - 1",
               "y[n,c,i,j] = x[n,c,k,l]*relu(1 - abs(3/2*(p[n,i,j,0] + 1) - u[l]))*relu(1 - abs(2*(p[n,i,j,1] + 1) - v[k]))"],
       x="n c 5 4", p=("n 2 3 2", INSIDE), shapes={"y": "n c 2 3", "u": "4", "v": "5"}, sizes=_SMALL),
]  # fmt: skip

PATCHES += [
    op("grid_sampler_3d", "y[:, :, :, :, None]", lambda x, p: F.grid_sample(x, p, align_corners=True),
       define=["u = cumsum(ones(4)) - 1", "v = cumsum(ones(2)) - 1", "w = cumsum(ones(3)) - 1",
               "y[n,c,i,j] = x[n,c,m,k,l]*relu(1 - abs(3/2*(p[n,i,j,0,0] + 1) - u[l]))*relu(1 - abs(1/2*(p[n,i,j,0,1] + 1) - v[k]))"
               "*relu(1 - abs(p[n,i,j,0,2] + 1 - w[m]))"],
       x="n c 3 2 4", p=("n 2 3 1 3", INSIDE), shapes={"y": "n c 2 3", "u": "4", "v": "2", "w": "3"}, sizes=_SMALL),
]  # fmt: skip

POOLING = [
    op("avg_pool2d", "mean(reshape(x, n, c, h, 2, l, 3), axis=(3, 5))", lambda x: F.avg_pool2d(x, (2, 3)), x="n c 2*h 3*l", sizes=_SMALL),
    op("avg_pool3d", "y", lambda x: F.avg_pool3d(x, 2, 1), define=["u = ones(2)/2", "y[n,c,i,j,k] = x[n,c,i+p,j+q,k+r]*u[p]*u[q]*u[r]"],
       x="n c 3 4 3", shapes={"y": "n c 2 3 2"}, sizes=_SMALL),
    op("_adaptive_avg_pool2d", "mean(reshape(x, n, c, 2, h, 3, l), axis=(3, 5))", lambda x: F.adaptive_avg_pool2d(x, (2, 3)),
       x="n c 2*h 3*l",
       sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("_adaptive_avg_pool3d", "mean(reshape(x, n, c, 2, h, 1, l, 2, 2), axis=(3, 5, 7))", lambda x: F.adaptive_avg_pool3d(x, (2, 1, 2)),
       x="n c 2*h l 4", sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("max_pool2d_with_indices", "max(y, axis=(4, 5))", lambda x: F.max_pool2d(x, (2, 3), 1), define="y[n,c,p,q,r,s] = x[n,c,p+r,q+s]",
       x=("n c h l", spread), shapes={"y": "n c h-1 l-2 2 3"}, sizes={**_SMALL, "h": (3, 4), "l": (4, 5)}),
    op("max_pool3d_with_indices", "max(reshape(x, n, c, 2, 2, h, 2, l, 3), axis=(3, 5, 7))", lambda x: F.max_pool3d(x, (2, 2, 3)),
       x=("n c 4 2*h 3*l", spread), sizes={**_SMALL, "h": (2, 1), "l": (1, 2)}),
    op("adaptive_max_pool2d", "max(reshape(x, n, c, 2, h, 3, l), axis=(3, 5))", lambda x: F.adaptive_max_pool2d(x, (2, 3)),
       x=("n c 2*h 3*l", spread), sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("adaptive_max_pool3d", "max(reshape(x, n, c, 2, h, 1, l, 2, 2), axis=(3, 5, 7))", lambda x: F.adaptive_max_pool3d(x, (2, 1, 2)),
       x=("n c 2*h l 4", spread), sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("max_pool1d", "max(reshape(x, n, c, l, 2), axis=3)", lambda x: F.max_pool1d(x, 2), composite=True, x=("n c 2*l", spread),
       sizes=_SMALL),
    op("lp_pool2d", "sum(reshape(x, n, c, h, 2, l, 3)**3, axis=(3, 5))**(1/3)", lambda x: F.lp_pool2d(x, 3.0, (2, 3)), composite=True,
       x=("n c 2*h 3*l", POSITIVE), sizes=_SMALL),
    op("avg_pool2d_backward", "reshape(reshape(y, n, c, h, 1, l, 1)*ones(2, 1, 3)/6, n, c, 2*h, 3*l)",
       lambda y: torch.ops.aten.avg_pool2d_backward(
           y, torch.ones(*y.shape[:2], 2 * y.shape[2], 3 * y.shape[3], dtype=y.dtype), [2, 3], [], [0, 0], False, True, None),
       y="n c h l", sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("max_unpool2d", "reshape(z, n, c, 2*h, 2*l)",
       lambda y: F.max_unpool2d(y, F.max_pool2d(torch.arange(4.0 * y.numel()).reshape(*y.shape[:2], 2 * y.shape[2], -1), 2,
                                                return_indices=True)[1], 2),
       define="z[n,c,p,r,q,s] = y[n,c,p,q]*(r == 1)*(s == 1)", y="n c h l", shapes={"z": "n c h 2 l 2"},
       sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
]  # fmt: skip

_LINEAR = "U = relu(1 - abs(clip((2*cumsum(ones({m})) - 1)*{n}/(2*{m}) - 1/2, 0, {n} - 1)[:, None] - (cumsum(ones({n})) - 1)))"
_BILINEAR = [_LINEAR.format(m=6, n=3), _LINEAR.format(m=8, n=4).replace("U", "V")]
_NEAREST = ("upsample_nearest", "_upsample_nearest_exact")


def _cubic(name: str, m: int, n: int) -> list[str]:
    """The matrix of cubic convolution (Keys 1981, a = −3/4) from n places to m, the ends repeated."""
    t = f"t{name}"
    return [
        f"{t} = abs(((2*cumsum(ones({m})) - 1)*{n}/(2*{m}) - 1/2)[:, None] - (cumsum(ones({n + 4})) - 3))",
        f"{name} = where({t} <= 1, ({t}*5/4 - 9/4)*{t}**2 + 1, where({t} < 2, 3 - 6*{t} + 15/4*{t}**2 - 3/4*{t}**3, 0))"
        f" @ concatenate((eye({n})[:1], eye({n})[:1], eye({n}), eye({n})[{n}-1:], eye({n})[{n}-1:]))",
    ]


UPSAMPLING = [
    op("upsample_bicubic2d", "U @ x @ V.T", lambda x: F.interpolate(x, (6, 8), mode="bicubic"),
       define=[*_cubic("U", 6, 3), *_cubic("V", 8, 4)],
       x="n c 3 4", sizes=_SMALL),
    op("_upsample_bilinear2d_aa", "U @ x @ V.T", lambda x: F.interpolate(x, (6, 8), mode="bilinear", antialias=True), define=_BILINEAR,
       x="n c 3 4", sizes=_SMALL, note="upwards"),
    op("upsample_nearest1d", "reshape(stack((x, x), axis=3), n, c, 2*l)", lambda x: F.interpolate(x, scale_factor=2), x="n c l",
       sizes=_SMALL),
    op("_upsample_nearest_exact1d", "reshape(stack((x, x, x), axis=3), n, c, 3*l)",
       lambda x: F.interpolate(x, scale_factor=3, mode="nearest-exact"), x="n c l", sizes=_SMALL),
    op("upsample_nearest2d", "reshape(x[:, :, :, None, :, None]*ones(2, 1, 3), n, c, 2*h, 3*l)",
       lambda x: F.interpolate(x, scale_factor=(2, 3)),
       x="n c h l", sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("_upsample_nearest_exact2d", "reshape(x[:, :, :, None, :, None]*ones(2, 1, 3), n, c, 2*h, 3*l)",
       lambda x: F.interpolate(x, scale_factor=(2, 3), mode="nearest-exact"), x="n c h l", sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("upsample_nearest3d", "reshape(x[:, :, :, None, :, None, :, None]*ones(2, 1, 3, 1, 2), n, c, 2*d, 3*h, 2*l)",
       lambda x: F.interpolate(x, scale_factor=(2, 3, 2)), x="n c d h l", sizes={**_SMALL, "d": (1, 2), "h": (2, 3), "l": (3, 2)}),
    op("_upsample_nearest_exact3d", "reshape(x[:, :, :, None, :, None, :, None]*ones(2, 1, 3, 1, 2), n, c, 2*d, 3*h, 2*l)",
       lambda x: F.interpolate(x, scale_factor=(2, 3, 2), mode="nearest-exact"), x="n c d h l",
       sizes={**_SMALL, "d": (1, 2), "h": (2, 3), "l": (3, 2)}),
    op("upsample_linear1d", "x @ U.T", lambda x: F.interpolate(x, 7, mode="linear"), define=_LINEAR.format(m=7, n=4), x="n c 4",
       sizes=_SMALL),
    op("upsample_bilinear2d", "U @ x @ V.T", lambda x: F.interpolate(x, (6, 7), mode="bilinear"),
       define=[_LINEAR.format(m=6, n=3), _LINEAR.format(m=7, n=4).replace("U", "V")], x="n c 3 4", sizes=_SMALL),
    op("upsample_trilinear3d", 'einsum("ui,vj,wk,ncijk->ncuvw", U, V, W, x)', lambda x: F.interpolate(x, (4, 6, 7), mode="trilinear"),
       define=[_LINEAR.format(m=m, n=n).replace("U", u) for u, m, n in (("U", 4, 2), ("V", 6, 3), ("W", 7, 4))], x="n c 2 3 4",
       sizes=_SMALL),
]  # fmt: skip

_MATRICES = {
    "reflection": "{0} = concatenate((eye({1})[1:2], eye({1}), eye({1})[{1}-2:{1}-1]))",
    "replication": "{0} = concatenate((eye({1})[:1], eye({1}), eye({1})[{1}-1:]))",
}
_PADS = {
    1: ("g @ A", ("l",), "b c l+2", "b c l"), 2: ("A.T @ g @ B", ("h", "l"), "b c h+2 l+2", "b c h l"),
    3: ('einsum("di,hj,wk,bcdhw->bcijk", A, B, C, g)', ("d", "h", "l"), "b c d+2 h+2 l+2", "b c d h l"),
}  # fmt: skip


def _unpadded(kind: str, rank: int) -> Operator:
    expr, dims, padded, _ = _PADS[rank]
    name = f"{kind}_pad{rank}d_backward"

    def call(g: torch.Tensor) -> torch.Tensor:
        like = torch.ones([*g.shape[:2], *(size - 2 for size in g.shape[2:])], dtype=g.dtype)
        return getattr(torch.ops.aten, name)(g, like, [1, 1] * rank)

    define = [_MATRICES[kind].format(letter, dim) for letter, dim in zip("ABC", dims, strict=False)]
    return op(name, expr, call, define=define, g=padded, sizes={**_SMALL, "d": (2, 3), "h": (3, 4), "l": (4, 5)})


PADDING = [_unpadded(kind, rank) for kind in _MATRICES for rank in (1, 2, 3)]


def _shrunk(name: str, expr: str, factors: tuple[int, ...], dims: str, define: Sequence[str] = ()) -> Operator:
    """The backward of an upsampling, of its upstream gradient `g`."""

    def call(g: torch.Tensor) -> torch.Tensor:
        sizes = list(g.shape[2:])
        before = [*g.shape[:2], *(size // factor for size, factor in zip(sizes, factors, strict=True))]
        aligned = [False] if "linear" in name or "cubic" in name else []
        return getattr(torch.ops.aten, name)(g, sizes, before, *aligned)

    return op(name, expr, call, define=define, g=dims, sizes={**_SMALL, "d": (1, 2), "h": (2, 3), "l": (3, 2)})


SHRINKING = [
    *(_shrunk(f"{name}1d_backward", "sum(reshape(g, n, c, l, 2), axis=3)", (2,), "n c 2*l") for name in _NEAREST),
    *(_shrunk(f"{name}2d_backward", "sum(reshape(g, n, c, h, 2, l, 3), axis=(3, 5))", (2, 3), "n c 2*h 3*l") for name in _NEAREST),
    *(_shrunk(f"{name}3d_backward", "sum(reshape(g, n, c, d, 2, h, 3, l, 2), axis=(3, 5, 7))", (2, 3, 2), "n c 2*d 3*h 2*l")
      for name in _NEAREST),
    _shrunk("upsample_linear1d_backward", "g @ U", (2,), "n c 8", [_LINEAR.format(m=8, n=4)]),
    _shrunk("upsample_bilinear2d_backward", "U.T @ g @ V", (2, 2), "n c 6 8", _BILINEAR),
    _shrunk("_upsample_bilinear2d_aa_backward", "U.T @ g @ V", (2, 2), "n c 6 8", _BILINEAR),
    _shrunk("upsample_trilinear3d_backward", 'einsum("ui,vj,wk,ncuvw->ncijk", U, V, W, g)', (2, 2, 2), "n c 4 6 8",
            [*_BILINEAR, _LINEAR.format(m=8, n=4).replace("U", "W"), _LINEAR.format(m=6, n=3).replace("U", "V"),
             _LINEAR.format(m=4, n=2)][2:]),
    _shrunk("upsample_bicubic2d_backward", "U.T @ g @ V", (2, 2), "n c 6 8", [*_cubic("U", 6, 3), *_cubic("V", 8, 4)]),
]  # fmt: skip

_AT = {"n": (2, 1), "c": (2, 3), "d": (1, 2), "h": (2, 3), "l": (3, 2)}
LAST = [  # the largest entry of each window is its last
    op("max_pool2d_with_indices_backward", "reshape(z, n, c, 2*h, 2*l)",
       lambda y: (lambda x: torch.ops.aten.max_pool2d_with_indices_backward(
           y, x, [2, 2], [2, 2], [0, 0], [1, 1], False, F.max_pool2d(x, 2, return_indices=True)[1]))(_rising(y, 2)),
       define="z[n,c,p,r,q,s] = y[n,c,p,q]*(r == 1)*(s == 1)", y="n c h l", shapes={"z": "n c h 2 l 2"}, sizes=_AT,
       note="the last of each window is chosen"),
    op("adaptive_max_pool2d_backward", "reshape(z, n, c, 2*h, 2*l)",
       lambda y: (lambda x: torch.ops.aten.adaptive_max_pool2d_backward(y, x, F.max_pool2d(x, 2, return_indices=True)[1]))(_rising(y, 2)),
       define="z[n,c,p,r,q,s] = y[n,c,p,q]*(r == 1)*(s == 1)", y="n c h l", shapes={"z": "n c h 2 l 2"}, sizes=_AT,
       note="the last of each window is chosen"),
    op("max_pool3d_with_indices_backward", "reshape(z, n, c, 2*d, 2*h, 2*l)",
       lambda y: (lambda x: torch.ops.aten.max_pool3d_with_indices_backward(
           y, x, [2] * 3, [2] * 3, [0] * 3, [1] * 3, False, F.max_pool3d(x, 2, return_indices=True)[1]))(_rising(y, 2)),
       define="z[n,c,o,t,p,r,q,s] = y[n,c,o,p,q]*(t == 1)*(r == 1)*(s == 1)", y="n c d h l", shapes={"z": "n c d 2 h 2 l 2"}, sizes=_AT,
       note="the last of each window is chosen"),
    op("adaptive_max_pool3d_backward", "reshape(z, n, c, 2*d, 2*h, 2*l)",
       lambda y: (lambda x: torch.ops.aten.adaptive_max_pool3d_backward(y, x, F.max_pool3d(x, 2, return_indices=True)[1]))(_rising(y, 2)),
       define="z[n,c,o,t,p,r,q,s] = y[n,c,o,p,q]*(t == 1)*(r == 1)*(s == 1)", y="n c d h l", shapes={"z": "n c d 2 h 2 l 2"}, sizes=_AT,
       note="the last of each window is chosen"),
    op("max_unpool3d", "reshape(z, n, c, 2*d, 2*h, 2*l)",
       lambda y: F.max_unpool3d(y, F.max_pool3d(_rising(y, 2), 2, return_indices=True)[1], 2),
       define="z[n,c,o,t,p,r,q,s] = y[n,c,o,p,q]*(t == 1)*(r == 1)*(s == 1)", y="n c d h l", shapes={"z": "n c d 2 h 2 l 2"}, sizes=_AT,
       note="the last of each window is chosen"),
    op("avg_pool3d_backward", "reshape(reshape(y, n, c, d, 1, h, 1, l, 1)*ones(2, 1, 3, 1, 2)/12, n, c, 2*d, 3*h, 2*l)",
       lambda y: torch.ops.aten.avg_pool3d_backward(
           y, torch.ones(*y.shape[:2], 2 * y.shape[2], 3 * y.shape[3], 2 * y.shape[4], dtype=y.dtype), [2, 3, 2], [], [0] * 3, False,
           True, None),
       y="n c d h l", sizes=_AT),
    op("_adaptive_avg_pool2d_backward", "reshape(reshape(y, n, c, h, 1, l, 1)*ones(2, 1, 3)/6, n, c, 2*h, 3*l)",
       lambda y: torch.ops.aten._adaptive_avg_pool2d_backward(y, torch.ones(*y.shape[:2], 2 * y.shape[2], 3 * y.shape[3], dtype=y.dtype)),
       y="n c h l", sizes=_AT),
    op("_adaptive_avg_pool3d_backward", "reshape(reshape(y, n, c, d, 1, h, 1, l, 1)*ones(2, 1, 3, 1, 2)/12, n, c, 2*d, 3*h, 2*l)",
       lambda y: torch.ops.aten._adaptive_avg_pool3d_backward(
           y, torch.ones(*y.shape[:2], 2 * y.shape[2], 3 * y.shape[3], 2 * y.shape[4], dtype=y.dtype)), y="n c d h l", sizes=_AT),
]  # fmt: skip


def _rising(y: torch.Tensor, factor: int) -> torch.Tensor:
    """An array that pools to the shape of y and grows along every axis."""
    shape = [*y.shape[:2], *(factor * size for size in y.shape[2:])]
    return torch.arange(float(np.prod(shape)), dtype=y.dtype).reshape(shape)


ROWS: list[Operator] = [*CONVOLUTIONS, *PATCHES, *POOLING, *UPSAMPLING, *PADDING, *SHRINKING, *LAST]
