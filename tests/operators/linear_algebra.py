"""Matrix products, systems of equations, determinants, factors."""

from __future__ import annotations

from .row import Operator, identity, invertible, lower, op, spd

try:
    import torch
    from torch.nn import functional as F
except ImportError:  # the table can be read without it
    pass

PRODUCTS = [
    op("mm", "A @ B", lambda A, B: torch.mm(A, B), A="n m", B="m d"),
    op("mv", "A @ x", lambda A, x: torch.mv(A, x), A="n m", x="m"),
    op("dot", "x @ y", lambda x, y: torch.dot(x, y), x="n", y="n"),
    op("vdot", "x @ y", lambda x, y: torch.vdot(x, y), note="of real numbers", x="n", y="n"),
    op("bmm", "A @ B", lambda A, B: torch.bmm(A, B), A="b n m", B="b m d"),
    op("matmul", "A @ B", lambda A, B: torch.matmul(A, B), composite=True, A="b n m", B="m d"),
    op("addmm", "2*C + 3*A @ B", lambda C, A, B: torch.addmm(C, A, B, beta=2, alpha=3), C="d", A="n m", B="m d"),
    op("addmv", "2*x + 3*A @ y", lambda x, A, y: torch.addmv(x, A, y, beta=2, alpha=3), x="n", A="n m", y="m"),
    op("addr", "2*C + 3*outer(x, y)", lambda C, x, y: torch.addr(C, x, y, beta=2, alpha=3), C="n m", x="n", y="m"),
    op("addbmm", "2*C + 3*sum(A @ B, axis=0)", lambda C, A, B: torch.addbmm(C, A, B, beta=2, alpha=3), C="n d", A="b n m", B="b m d"),
    op("baddbmm", "2*C + 3*A @ B", lambda C, A, B: torch.baddbmm(C, A, B, beta=2, alpha=3), C="b n d", A="b n m", B="b m d"),
    op("linear", "X @ W.T + v", lambda X, W, v: F.linear(X, W, v), X="n d", W="h d", v="h", composite=True,
       note="PyTorch derives it as addmm"),
    op("bilinear", 'einsum("ni,oij,nj->no", X, W, Y) + v', lambda X, W, Y, v: F.bilinear(X, Y, W, v), X="n d", W="o d m", Y="n m", v="o",
       composite=True),
    op("_trilinear", 'einsum("ni,oij,nj->no", X, W, Y)',
       lambda X, W, Y: torch._trilinear(X, W, Y, [1, 3], [0], [1, 2], [2, 3]), X="n d", W="o d m", Y="n m"),
    op("outer", "outer(x, y)", lambda x, y: torch.outer(x, y), composite=True, x="n", y="m"),
    op("kron", "kron(A, B)", lambda A, B: torch.kron(A, B), composite=True, A="n m", B="d k"),
    op("einsum", 'einsum("bij,jk,bk->bi", A, B, C)', lambda A, B, C: torch.einsum("bij,jk,bk->bi", A, B, C), composite=True,
       A="b n m", B="m d", C="b d"),
    op("linalg_cross", "roll(X, -1, 1)*roll(Y, -2, 1) - roll(X, -2, 1)*roll(Y, -1, 1)", lambda X, Y: torch.linalg.cross(X, Y), X="n 3",
       Y="n 3"),
    op("linalg_vecdot", "sum(X*Y, axis=1)", lambda X, Y: torch.linalg.vecdot(X, Y), composite=True, X="n d", Y="n d"),
    op("linalg_multi_dot", "A @ B @ C", lambda A, B, C: torch.linalg.multi_dot([A, B, C]), composite=True, A="n m", B="m d", C="d k"),
    op("linalg_matrix_power", "matrix_power(A, 3)", lambda A: torch.linalg.matrix_power(A, 3), composite=True, A="n n"),
]  # fmt: skip

SQUARE = [
    op("_linalg_det", "det(A)", lambda A: torch.linalg.det(A), A=("b n n", invertible)),
    op("_linalg_slogdet", "logdet(A)", lambda A: torch.linalg.slogdet(A)[1], A=("b n n", invertible)),
    op("linalg_inv_ex", "inv(A)", lambda A: torch.linalg.inv(A), A=("b n n", invertible)),
    op("logdet", "logdet(A)", lambda A: torch.logdet(A), composite=True, A=("n n", spd)),
    op("_linalg_solve_ex", "inv(A) @ B", lambda A, B: torch.linalg.solve(A, B), A=("n n", invertible), B="n d"),
    op("linalg_solve_triangular", "inv(triu(A)) @ B", lambda A, B: torch.linalg.solve_triangular(A, B, upper=True), A=("n n", invertible),
       B="n d"),
    op("triangular_solve", "inv(tril(A)) @ B", lambda A, B: torch.triangular_solve(B, A, upper=False)[0], A=("n n", invertible), B="n d"),
    op("cholesky_solve", "inv(L @ L.T) @ B", lambda B, L: torch.cholesky_solve(B, L), B="n d", L=("n n", lower)),
    op("cholesky_inverse", "inv(L @ L.T)", lambda L: torch.cholesky_inverse(L), L=("n n", lower)),
    op("linalg_lstsq", "inv(A.T @ A) @ A.T @ B", lambda A, B: torch.linalg.lstsq(A, B)[0], A="n+2 n", B="n+2 d", note="of full rank"),
    op("linalg_pinv.atol_rtol_tensor", "inv(A.T @ A) @ A.T", lambda A: torch.linalg.pinv(A), A="n+2 n", note="of full rank"),
    op("linalg_lu_solve", "inv((tril(F, -1) + eye(n)) @ triu(F)) @ P.T @ B",
       lambda F, B, P: torch.linalg.lu_solve(F, torch.arange(1, len(F) + 1, dtype=torch.int32), B), given="P", F=("n n", invertible),
       B="n d", P=("n n", identity)),
    op("lu_unpack", "concatenate((tril(F, -1) + eye(n), triu(F)))",
       lambda F: torch.lu_unpack(F, torch.arange(1, len(F) + 1, dtype=torch.int32))[1:], F=("n n", invertible)),
    op("linalg_householder_product", "(H0 @ H1)[:, :2]", lambda A, t: torch.linalg.householder_product(A, t),
       define=["v = concatenate((ones(1), A[1:, 0]))", "w = concatenate((zeros(1), ones(1), A[2:, 1]))",
               "H0 = eye(n) - t[0]*outer(v, v)", "H1 = eye(n) - t[1]*outer(w, w)"], A="n 2", t="2"),
    op("ormqr", "H0 @ H1 @ B", lambda A, t, B: torch.ormqr(A, t, B),
       define=["v = concatenate((ones(1), A[1:, 0]))", "w = concatenate((zeros(1), ones(1), A[2:, 1]))",
               "H0 = eye(n) - t[0]*outer(v, v)", "H1 = eye(n) - t[1]*outer(w, w)"], A="n 2", t="2", B="n d"),
]  # fmt: skip

ROWS: list[Operator] = [*PRODUCTS, *SQUARE]
