"""Losses."""

from __future__ import annotations

from .row import POSITIVE, UNIT, Operator, apart, one_hot, op, signs, simplex

try:
    import torch
    from torch.nn import functional as F
except ImportError:  # the table can be read without it
    pass

_XY = {"X": "n d", "Y": "n d"}

LOSSES = [
    op("mse_loss", "mean((X - Y)**2)", lambda X, Y: F.mse_loss(X, Y), **_XY),
    op("smooth_l1_loss", "mean(where(abs(X - Y) < 1, (X - Y)**2/2, abs(X - Y) - 1/2))", lambda X, Y: F.smooth_l1_loss(X, Y), **_XY),
    op("huber_loss", "mean(where(abs(X - Y) < 2, (X - Y)**2/2, 2*(abs(X - Y) - 1)))", lambda X, Y: F.huber_loss(X, Y, delta=2.0), **_XY),
    op("soft_margin_loss", "mean(log(1 + exp(-Y*X)))", lambda X, Y: F.soft_margin_loss(X, Y), given="Y", X="n d", Y=("n d", signs)),
    op("binary_cross_entropy", "-mean(Y*log(X) + (1 - Y)*log(1 - X))", lambda X, Y: F.binary_cross_entropy(X, Y), domain=UNIT, **_XY),
    op("binary_cross_entropy_with_logits", "-mean(W*(Y*log(sigmoid(X)) + (1 - Y)*log(1 - sigmoid(X))))",
       lambda X, Y, W: F.binary_cross_entropy_with_logits(X, Y, W), given="W", X="n d", Y=("n d", UNIT), W=("n d", POSITIVE)),
    op("nll_loss_forward", "-sum(Y*X)/n", lambda X, Y: F.nll_loss(X, Y.argmax(1)), given="Y", X="n d", Y=("n d", one_hot)),
    op("nll_loss2d_forward", "-sum(Y*transpose(X, (0, 2, 3, 1)))/(b*h*w)", lambda X, Y: F.nll_loss(X, Y.argmax(3)), given="Y", X="b c h w",
       Y=("b h w c", one_hot)),
    op("multi_margin_loss", "sum((1 - Y)*relu(1 - sum(Y*X, axis=1, keepdims=True) + X))/(n*d)",
       lambda X, Y: F.multi_margin_loss(X, Y.argmax(1)), given="Y", X="n d", Y=("n d", one_hot)),
    op("multilabel_margin_loss_forward", "sum((1 - Y)*relu(1 - sum(Y*X, axis=1, keepdims=True) + X))/(n*d)",
       lambda X, Y: F.multilabel_margin_loss(X, (Y.argmax(1)[:, None] + 0 * torch.ones(Y.shape, dtype=torch.long)).index_fill(
           1, torch.arange(1, Y.shape[1]), -1)), given="Y", X="n d", Y=("n d", one_hot), note="one label a row"),
    op("l1_loss", "mean(abs(X - Y))", lambda X, Y: F.l1_loss(X, Y), composite=True, **_XY),
    op("kl_div", "mean(Y*(log(Y) - X))", lambda X, Y: F.kl_div(X, Y), composite=True, X="n d", Y=("n d", simplex)),
    op("cross_entropy_loss", "-mean(sum(Y*log_softmax(X), axis=1))", lambda X, Y: F.cross_entropy(X, Y), composite=True, X="n d",
       Y=("n d", simplex)),
    op("poisson_nll_loss", "mean(exp(X) - Y*X)", lambda X, Y: F.poisson_nll_loss(X, Y), composite=True, **_XY),
    op("gaussian_nll_loss", "mean((log(S) + (X - Y)**2/S)/2)", lambda X, Y, S: F.gaussian_nll_loss(X, Y, S), composite=True,
       X="n d", Y="n d", S=("n d", POSITIVE)),
    op("cosine_embedding_loss", "mean(where(y > 0, 1 - c, relu(c - 1/4)))", lambda X, Y, y: F.cosine_embedding_loss(X, Y, y, 0.25),
       given="y", define="c = sum(X*Y, axis=1)/sqrt(sum(X**2, axis=1)*sum(Y**2, axis=1))",
       composite=True, shapes={"c": "n"}, X="n d", Y="n d", y=("n", signs)),
    op("margin_ranking_loss", "mean(relu(1/2 - z*(x - y)))", lambda x, y, z: F.margin_ranking_loss(x, y, z, 0.5), given="z", composite=True,
       x="n", y="n", z=("n", signs)),
    op("hinge_embedding_loss", "mean(where(Y > 0, X, relu(1 - X)))", lambda X, Y: F.hinge_embedding_loss(X, Y), given="Y", composite=True,
       domain=apart(1), X="n d", Y=("n d", signs)),
    op("triplet_margin_loss", "mean(relu(1 + sqrt(sum((X - Y + 1e-6)**2, axis=1)) - sqrt(sum((X - Z + 1e-6)**2, axis=1))))",
       lambda X, Y, Z: F.triplet_margin_loss(X, Y, Z), composite=True, X="n d", Y="n d", Z="n d"),
    op("multilabel_soft_margin_loss", "-mean(Y*log(sigmoid(X)) + (1 - Y)*log(sigmoid(-X)))",
       lambda X, Y: F.multilabel_soft_margin_loss(X, Y), composite=True, X="n d", Y=("n d", UNIT)),
]  # fmt: skip

BACKWARD = [
    op("mse_loss_backward", "a*2*(X - Y)/(n*d)", lambda a, X, Y: torch.ops.aten.mse_loss_backward(a, X, Y, 1), a="", **_XY),
    op("smooth_l1_loss_backward", "a*clip(X - Y, -1, 1)/(n*d)", lambda a, X, Y: torch.ops.aten.smooth_l1_loss_backward(a, X, Y, 1, 1.0),
       a="", **_XY),
    op("huber_loss_backward", "a*clip(X - Y, -2, 2)/(n*d)", lambda a, X, Y: torch.ops.aten.huber_loss_backward(a, X, Y, 1, 2.0), a="",
       **_XY),
    op("soft_margin_loss_backward", "-a*Y*sigmoid(-Y*X)/(n*d)", lambda a, X, Y: torch.ops.aten.soft_margin_loss_backward(a, X, Y, 1), a="",
       given="Y", X="n d", Y=("n d", signs)),
    op("binary_cross_entropy_backward", "a*(X - Y)/(X*(1 - X))/(n*d)",
       lambda a, X, Y: torch.ops.aten.binary_cross_entropy_backward(a, X, Y), given="Y", a="", X=("n d", UNIT), Y=("n d", UNIT)),
    op("nll_loss_backward", "-a*Y/n",
       lambda a, X, Y: torch.ops.aten.nll_loss_backward(a, X, Y.argmax(1), None, 1, -100, torch.tensor(float(len(X)), dtype=X.dtype)),
       given="X Y", a="", X="n d", Y=("n d", one_hot)),
    op("nll_loss2d_backward", "-a*transpose(Y, (0, 3, 1, 2))/(b*h*w)",
       lambda a, X, Y: torch.ops.aten.nll_loss2d_backward(
           a, X, Y.argmax(3), None, 1, -100, torch.tensor(float(Y[..., 0].numel()), dtype=X.dtype)),
       given="X Y", a="", X="b c h w", Y=("b h w c", one_hot)),
]  # fmt: skip

ROWS: list[Operator] = [*LOSSES, *BACKWARD]

