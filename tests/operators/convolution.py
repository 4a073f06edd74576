"""Convolutions, pooling, upsampling, patches, sampling of grids: index notation, what lies outside counting as zero."""

from __future__ import annotations

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
       define=["u = reshape(x, n, 2, c, l)", "v = reshape(w, 2, o, c, 2)", "z[n,g,o,p] = v[g,o,c,r]*u[n,g,c,p+r]"], x="n 2*c l", w="2*o c 2",
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
       define="y[n,o,i,j,k] = w[o,c,p,q,r]*x[n,c,i+2*p,j+2*q,k+2*r]", x="n c 3 4 3", w="o c 2 2 2", shapes={"y": "n o 1 2 1"}, sizes=_SMALL),
    op("conv_depthwise3d", "y", lambda x, w: torch.conv3d(x, w[:, None], groups=w.shape[0]), composite=True, note="a kernel a channel",
       define="y[n,c,i,j,k] = w[c,p,q,r]*x[n,c,i+p,j+q,k+r]", x="n c 3 3 4", w="c 2 2 2", shapes={"y": "n c 2 2 3"}, sizes=_SMALL),
    op("conv_tbc", "y", lambda x, w, v: torch.conv_tbc(x, w, v, 1), define="y[t,b,o] = w[r,c,o]*x[t+r-1,b,c] + v[o]", x="t b c", w="3 c o", v="o",
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
       define=["u = (2*cumsum(ones(4)) - 1)/4 - 1", "v = (2*cumsum(ones(3)) - 1)/3 - 1", "y[n,i,j,k] = a[n,k,0]*u[j] + a[n,k,1]*v[i] + a[n,k,2]"],
       a="n 2 3", shapes={"y": "n 3 4 2"}),
    op("grid_sampler_2d", "y", lambda x, p: F.grid_sample(x, p, align_corners=True),
       define=["u = cumsum(ones(4)) - 1", "v = cumsum(ones(5)) - 1",
               "y[n,c,i,j] = x[n,c,k,l]*relu(1 - abs(3/2*(p[n,i,j,0] + 1) - u[l]))*relu(1 - abs(2*(p[n,i,j,1] + 1) - v[k]))"],
       x="n c 5 4", p=("n 2 3 2", INSIDE), shapes={"y": "n c 2 3", "u": "4", "v": "5"}, sizes=_SMALL),
]  # fmt: skip

POOLING = [
    op("avg_pool2d", "mean(reshape(x, n, c, h, 2, l, 3), axis=(3, 5))", lambda x: F.avg_pool2d(x, (2, 3)), x="n c 2*h 3*l", sizes=_SMALL),
    op("avg_pool3d", "y", lambda x: F.avg_pool3d(x, 2, 1), define=["u = ones(2)/2", "y[n,c,i,j,k] = x[n,c,i+p,j+q,k+r]*u[p]*u[q]*u[r]"],
       x="n c 3 4 3", shapes={"y": "n c 2 3 2"}, sizes=_SMALL),
    op("_adaptive_avg_pool2d", "mean(reshape(x, n, c, 2, h, 3, l), axis=(3, 5))", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), x="n c 2*h 3*l",
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
    op("max_pool1d", "max(reshape(x, n, c, l, 2), axis=3)", lambda x: F.max_pool1d(x, 2), composite=True, x=("n c 2*l", spread), sizes=_SMALL),
    op("lp_pool2d", "sum(reshape(x, n, c, h, 2, l, 3)**3, axis=(3, 5))**(1/3)", lambda x: F.lp_pool2d(x, 3.0, (2, 3)), composite=True,
       x=("n c 2*h 3*l", POSITIVE), sizes=_SMALL),
    op("avg_pool2d_backward", "reshape(reshape(y, n, c, h, 1, l, 1)*ones(2, 1, 3)/6, n, c, 2*h, 3*l)",
       lambda y: torch.ops.aten.avg_pool2d_backward(
           y, torch.ones(*y.shape[:2], 2 * y.shape[2], 3 * y.shape[3], dtype=y.dtype), [2, 3], [], [0, 0], False, True, None),
       y="n c h l", sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("max_unpool2d", "reshape(z, n, c, 2*h, 2*l)",
       lambda y: F.max_unpool2d(y, F.max_pool2d(torch.arange(4.0 * y.numel()).reshape(*y.shape[:2], 2 * y.shape[2], -1), 2,
                                                return_indices=True)[1], 2),
       define="z[n,c,p,r,q,s] = y[n,c,p,q]*(r == 1)*(s == 1)", y="n c h l", shapes={"z": "n c h 2 l 2"}, sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
]  # fmt: skip

_LINEAR = "U = relu(1 - abs(clip((2*cumsum(ones({m})) - 1)*{n}/(2*{m}) - 1/2, 0, {n} - 1)[:, None] - (cumsum(ones({n})) - 1)))"
UPSAMPLING = [
    op("upsample_nearest1d", "reshape(stack((x, x), axis=3), n, c, 2*l)", lambda x: F.interpolate(x, scale_factor=2), x="n c l", sizes=_SMALL),
    op("_upsample_nearest_exact1d", "reshape(stack((x, x, x), axis=3), n, c, 3*l)",
       lambda x: F.interpolate(x, scale_factor=3, mode="nearest-exact"), x="n c l", sizes=_SMALL),
    op("upsample_nearest2d", "reshape(x[:, :, :, None, :, None]*ones(2, 1, 3), n, c, 2*h, 3*l)", lambda x: F.interpolate(x, scale_factor=(2, 3)),
       x="n c h l", sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("_upsample_nearest_exact2d", "reshape(x[:, :, :, None, :, None]*ones(2, 1, 3), n, c, 2*h, 3*l)",
       lambda x: F.interpolate(x, scale_factor=(2, 3), mode="nearest-exact"), x="n c h l", sizes={**_SMALL, "h": (2, 3), "l": (3, 2)}),
    op("upsample_nearest3d", "reshape(x[:, :, :, None, :, None, :, None]*ones(2, 1, 3, 1, 2), n, c, 2*d, 3*h, 2*l)",
       lambda x: F.interpolate(x, scale_factor=(2, 3, 2)), x="n c d h l", sizes={**_SMALL, "d": (1, 2), "h": (2, 3), "l": (3, 2)}),
    op("_upsample_nearest_exact3d", "reshape(x[:, :, :, None, :, None, :, None]*ones(2, 1, 3, 1, 2), n, c, 2*d, 3*h, 2*l)",
       lambda x: F.interpolate(x, scale_factor=(2, 3, 2), mode="nearest-exact"), x="n c d h l",
       sizes={**_SMALL, "d": (1, 2), "h": (2, 3), "l": (3, 2)}),
    op("upsample_linear1d", "x @ U.T", lambda x: F.interpolate(x, 7, mode="linear"), define=_LINEAR.format(m=7, n=4), x="n c 4", sizes=_SMALL),
    op("upsample_bilinear2d", "U @ x @ V.T", lambda x: F.interpolate(x, (6, 7), mode="bilinear"),
       define=[_LINEAR.format(m=6, n=3), _LINEAR.format(m=7, n=4).replace("U", "V")], x="n c 3 4", sizes=_SMALL),
    op("upsample_trilinear3d", 'einsum("ui,vj,wk,ncijk->ncuvw", U, V, W, x)', lambda x: F.interpolate(x, (4, 6, 7), mode="trilinear"),
       define=[_LINEAR.format(m=m, n=n).replace("U", u) for u, m, n in (("U", 4, 2), ("V", 6, 3), ("W", 7, 4))], x="n c 2 3 4", sizes=_SMALL),
]  # fmt: skip

ROWS: list[Operator] = [*CONVOLUTIONS, *PATCHES, *POOLING, *UPSAMPLING]
