"""Sums, means, extremes, norms, distances, running sums, normalisations along an axis."""

from __future__ import annotations

from .row import POSITIVE, Operator, mask, op, spread

try:
    import torch
    from torch.nn import functional as F
except ImportError:  # the table can be read without it
    pass

_X = {"X": "n d"}
_XY = {"X": "n d", "Y": "n d"}
_R = {"X": "b n d"}

SUMS = [
    op("sum", "sum(X)", lambda X: torch.sum(X), **_X),
    op("sum.dim_IntList", "sum(X, axis=(0, 2))", lambda X: torch.sum(X, (0, 2)), **_R),
    op("nansum", "sum(where(X == X, X, 0), axis=1)", lambda X: torch.nansum(X, 1), **_X),
    op("mean", "mean(X)", lambda X: torch.mean(X), **_X),
    op("mean.dim", "mean(X, axis=1, keepdims=True)", lambda X: torch.mean(X, 1, keepdim=True), **_R),
    op("prod", "prod(X)", lambda X: torch.prod(X), **_X),
    op("prod.dim_int", "prod(X, axis=1)", lambda X: torch.prod(X, 1), **_X),
    op("var.correction", "d*var(X, axis=1)/(d - 1)", lambda X: torch.var(X, 1), **_X),
    op("std.correction", "sqrt(d/(d - 1))*std(X, axis=1)", lambda X: torch.std(X, 1), **_X),
    op("var_mean.correction", "concatenate((var(X, axis=1), mean(X, axis=1)))", lambda X: torch.var_mean(X, 1, correction=0), **_X),
    op("std_mean.correction", "concatenate((std(X, axis=1), mean(X, axis=1)))", lambda X: torch.std_mean(X, 1, correction=0), **_X),
    op("logsumexp", "log(sum(exp(X), axis=1))", lambda X: torch.logsumexp(X, 1), **_X),
    op("cumsum", "cumsum(X, axis=1)", lambda X: torch.cumsum(X, 1), **_X),
    op("cumprod", "prod(T, axis=1)", lambda x: torch.cumprod(x, 0), define="T[i,k] = where(k <= i, x[k], 1)", shapes={"T": "n n"}, x="n"),
    op("logcumsumexp", "log(cumsum(exp(X), axis=1))", lambda X: torch.logcumsumexp(X, 1), **_X),
    op("trace", "trace(A)", lambda A: torch.trace(A), A="n n"),
]

EXTREMES = [
    op("max", "max(X)", lambda X: torch.max(X), domain=spread, **_X),
    op("min", "min(X)", lambda X: torch.min(X), domain=spread, **_X),
    op("max.dim", "max(X, axis=1)", lambda X: torch.max(X, 1).values, domain=spread, **_X),
    op("min.dim", "min(X, axis=0)", lambda X: torch.min(X, 0).values, domain=spread, **_X),
    op("amax", "max(X, axis=(0, 2))", lambda X: torch.amax(X, (0, 2)), domain=spread, **_R),
    op("amin", "min(X, axis=(0, 2))", lambda X: torch.amin(X, (0, 2)), domain=spread, **_R),
    op("aminmax", "stack((min(X, axis=1), max(X, axis=1)))", lambda X: torch.stack(torch.aminmax(X, dim=1)), domain=spread, **_X),
    op("cummax", "max(T, axis=1)", lambda x: torch.cummax(x, 0).values, define="T[i,k] = where(k <= i, x[k], x[0])", shapes={"T": "n n"},
       x=("n", spread)),
    op("cummin", "min(T, axis=1)", lambda x: torch.cummin(x, 0).values, define="T[i,k] = where(k <= i, x[k], x[0])", shapes={"T": "n n"},
       x=("n", spread)),
]  # fmt: skip

NORMS = [
    op("linalg_vector_norm", "sum(abs(X)**3, axis=1)**(1/3)", lambda X: torch.linalg.vector_norm(X, 3, 1), **_X),
    op("norm.Scalar", "norm(X)", lambda X: torch.ops.aten.norm.Scalar(X, 2), **_X),
    op("norm.ScalarOpt_dim", "sum(abs(X)**1.5, axis=1)**(1/1.5)", lambda X: torch.ops.aten.norm.ScalarOpt_dim(X, 1.5, [1]), **_X),
    op("norm.ScalarOpt_dtype", "norm1(X)", lambda X: torch.ops.aten.norm.ScalarOpt_dtype(X, 1, dtype=torch.float64), **_X),
    op("norm.ScalarOpt_dim_dtype", "max(abs(X), axis=1)",
       lambda X: torch.ops.aten.norm.ScalarOpt_dim_dtype(X, float("inf"), [1], False, dtype=torch.float64), domain=spread, **_X),
    op("dist", "norm(X - Y)", lambda X, Y: torch.dist(X, Y), **_XY),
    op("_cdist_forward", "sum(abs(X[:, None] - Y[None])**3, axis=2)**(1/3)", lambda X, Y: torch.cdist(X, Y, 3.0), X="n d", Y="m d"),
    op("_euclidean_dist", "sqrt(sum((X[:, None] - Y[None])**2, axis=2))", lambda X, Y: torch._euclidean_dist(X, Y), X="n d", Y="m d",
       tolerance=1e-8, note="1e-8: PyTorch takes the distances from products"),
    op("_pdist_forward", "concatenate((sqrt(sum((X[0] - X[1:])**2, axis=1)), sqrt(sum((X[1] - X[2:])**2, axis=1))))",
       lambda X: F.pdist(X), X="3 d"),
    op("renorm", "X*where(N > 1, 1/(N + 1e-7), 1)", lambda X: torch.renorm(X, 2, 0, 1.0),
       define="N = sqrt(sum(X**2, axis=1, keepdims=True))", **_X),
    op("cosine_similarity", "sum(X*Y, axis=1)/sqrt(sum(X**2, axis=1)*sum(Y**2, axis=1))", lambda X, Y: F.cosine_similarity(X, Y),
       composite=True, **_XY),
    op("pairwise_distance", "sqrt(sum((X - Y + 1e-6)**2, axis=1))", lambda X, Y: F.pairwise_distance(X, Y), composite=True, **_XY),
]  # fmt: skip

SOFTMAX = [
    op("_softmax", "exp(X)/sum(exp(X), axis=1, keepdims=True)", lambda X: torch.softmax(X, 1), **_X),
    op("_log_softmax", "log_softmax(X, axis=0)", lambda X: torch.log_softmax(X, 0), **_X),
    op("_safe_softmax", "softmax(X, axis=1)", lambda X: torch.ops.aten._safe_softmax(X, 1), **_X),
    op("_masked_softmax", "(1 - M)*exp(X)/sum((1 - M)*exp(X), axis=1, keepdims=True)", lambda X, M: torch._masked_softmax(X, M > 0, 1),
       given="M", X="n d", M=("n d", mask), sizes={"d": (4, 5)}),
    op("_scaled_dot_product_flash_attention_for_cpu", "softmax(Q @ transpose(K, (0, 1, 3, 2))/sqrt(d)) @ V",
       lambda Q, K, V: F.scaled_dot_product_attention(Q, K, V), Q="b h n d", K="b h m d", V="b h m d"),
    op("_softmax_backward_data", "Y*(G0 - sum(G0*Y, axis=1, keepdims=True))",
       lambda G0, Y: torch.ops.aten._softmax_backward_data(G0, Y, 1, torch.float64), G0="n d", Y="n d"),
    op("_log_softmax_backward_data", "G0 - exp(Y)*sum(G0, axis=1, keepdims=True)",
       lambda G0, Y: torch.ops.aten._log_softmax_backward_data(G0, Y, 1, torch.float64), G0="n d", Y="n d"),
]  # fmt: skip

_CHANNELS = "(X - mean(X, axis=(0, 2), keepdims=True))/sqrt(var(X, axis=(0, 2), keepdims=True) + 1e-5)*w[:, None] + v[:, None]"
_BATCH = {"X": "b c l", "w": "c", "v": "c"}
NORMALISATION = [
    op("native_layer_norm", "(X - mean(X, axis=1, keepdims=True))/sqrt(var(X, axis=1, keepdims=True) + 1e-5)*w + v",
       lambda X, w, v: F.layer_norm(X, w.shape, w, v), X="n d", w="d", v="d"),
    op("rms_norm", "X/sqrt(mean(X**2, axis=1, keepdims=True) + 1e-5)*w",
       lambda X, w: F.rms_norm(X, w.shape, w, 1e-5), composite=True, X="n d", w="d"),
    op("native_group_norm", "reshape((Y - mean(Y, axis=2, keepdims=True))/sqrt(var(Y, axis=2, keepdims=True) + 1e-5), b, g*c, l)*w[:, None]"
       " + v[:, None]", lambda X, w, v: torch.ops.aten.native_group_norm(X, w, v, *X.shape, X.shape[1] // 2, 1e-5)[0],
       define="Y = reshape(X, b, g, c*l)", X="b g*c l", w="g*c", v="g*c", sizes={"c": (2, 2)}),
    op("native_batch_norm", _CHANNELS,
       lambda X, w, v: torch.native_batch_norm(X, w, v, None, None, True, 0.1, 1e-5)[0], **_BATCH),
    op("_native_batch_norm_legit.no_stats",
       _CHANNELS,
       lambda X, w, v: torch.ops.aten._native_batch_norm_legit.no_stats(X, w, v, True, 0.1, 1e-5)[0], **_BATCH),
    op("_native_batch_norm_legit_no_training", "(X - r[:, None])/sqrt(s[:, None] + 1e-5)*w[:, None] + v[:, None]",
       lambda X, w, v, r, s: torch.ops.aten._native_batch_norm_legit_no_training(X, w, v, r, s, 0.1, 1e-5)[0], given="r s", **_BATCH,
       r="c", s=("c", POSITIVE)),
    op("_native_batch_norm_legit",
       _CHANNELS,
       lambda X, w, v: torch.ops.aten._native_batch_norm_legit(X, w, v, 0 * w.detach(), 0 * w.detach(), True, 0.1, 1e-5)[0], **_BATCH),
    op("native_layer_norm_backward", "(H - mean(H, axis=1, keepdims=True) - Z*mean(H*Z, axis=1, keepdims=True))/s",
       lambda X, w, U: torch.ops.aten.native_layer_norm_backward(
           U, X, w.shape, X.mean(1, keepdim=True).detach(), (X.var(1, keepdim=True, correction=0) + 1e-5).rsqrt().detach(), w, None,
           [True, False, False])[0],
       define=["s = sqrt(var(X, axis=1, keepdims=True) + 1e-5)", "Z = (X - mean(X, axis=1, keepdims=True))/s", "H = U*w"],
       X="n d", w="d", U="n d", sizes={"d": (4, 5)}),
    op("native_batch_norm_backward", "(H - mean(H, axis=0) - Z*mean(H*Z, axis=0))/s",
       lambda X, w, U: torch.ops.aten.native_batch_norm_backward(
           U, X, w, None, None, X.mean(0).detach(), (X.var(0, correction=0) + 1e-5).rsqrt().detach(), True, 1e-5, [True, False, False])[0],
       define=["s = sqrt(var(X, axis=0) + 1e-5)", "Z = (X - mean(X, axis=0))/s", "H = U*w"], shapes={"s": "d"}, X="n d", w="d", U="n d"),
    op("_weight_norm_interface", "V*h[:, None]/sqrt(sum(V**2, axis=1, keepdims=True))",
       lambda V, h: torch._weight_norm_interface(V, h[:, None], 0)[0], V="n d", h="n"),
    op("instance_norm", "(X - mean(X, axis=2, keepdims=True))/sqrt(var(X, axis=2, keepdims=True) + 1e-5)*w[:, None] + v[:, None]",
       lambda X, w, v: F.instance_norm(X, weight=w, bias=v), composite=True, **_BATCH),
    op("normalize", "X/sqrt(sum(X**2, axis=1, keepdims=True))", lambda X: F.normalize(X), composite=True, **_X),
]  # fmt: skip

ROWS: list[Operator] = [*SUMS, *EXTREMES, *NORMS, *SOFTMAX, *NORMALISATION]
