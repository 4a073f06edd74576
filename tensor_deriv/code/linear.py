"""What linear algebra and scans are called in NumPy, PyTorch and JAX, and what a library lacks, as functions of a few lines.

The cells and helper functions are those of `targets`.
"""

from __future__ import annotations

NUMPY = {
    "cholesky": """
def {cholesky}(x):  # the lower factor of the symmetric part
    return {xp}.linalg.cholesky((x + x.swapaxes(-1, -2))/2)
""",
    "expm": """
def {expm}(x):  # scaling and squaring with a Pade approximant (Higham, 2005)
    b = (64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800,
         33522128640, 1323241920, 40840800, 960960, 16380, 182, 1)
    norm = {xp}.abs(x).sum(axis=-2).max()
    squarings = max(0, {math}.ceil({math}.log2(norm/5.37))) if norm > 0 else 0
    x, one = x/2**squarings, {xp}.eye(x.shape[-1])
    x2 = x @ x
    x4 = x2 @ x2
    x6 = x4 @ x2
    odd = x @ (x6 @ (b[13]*x6 + b[11]*x4 + b[9]*x2) + b[7]*x6 + b[5]*x4 + b[3]*x2 + b[1]*one)
    even = x6 @ (b[12]*x6 + b[10]*x4 + b[8]*x2) + b[6]*x6 + b[4]*x4 + b[2]*x2 + b[0]*one
    result = {xp}.linalg.solve(even - odd, even + odd)
    for _ in range(squarings):
        result = result @ result
    return result
""",
    "expm_frechet": """
def {expm_frechet}(x, e):  # the derivative of expm at x along e: expm([[x, e], [0, x]]) (Mathias, 1996)
    return {expm}({xp}.block([[x, e], [{xp}.zeros_like(x), x]]))[: len(x), len(x) :]
""",
    "expm_derivatives": """
def {expm_derivatives}(x, order):  # of expm by its matrix: axes of the result, then two for each order, from block matrices
    n, batch = x.shape[-1], x.shape[:-2]
    ways = {xp}.indices((n,) * (2 * order)).reshape(order, 2, -1)
    blocks = {xp}.zeros((*batch, n ** (2 * order), n * (order + 1), n * (order + 1)))
    for at in range(order + 1):
        blocks[..., at * n : at * n + n, at * n : at * n + n] = x[..., None, :, :]
    for at in range(order):
        blocks[..., {xp}.arange(n ** (2 * order)), at * n + ways[at, 0], (at + 1) * n + ways[at, 1]] = 1
    corner = {xp}.moveaxis({expm}(blocks)[..., :n, -n:], -3, -1).reshape(*batch, *(n,) * (2 * order + 2))
    if order == 1:
        return corner
    first = len(batch) + 2
    return corner + {xp}.moveaxis(corner, (first, first + 1), (first + 2, first + 3))
""",
    "cumprod_except": """
def {cumprod_except}(x, axis, order):  # running products but for `order` entries, over every choice of those, 0 where one is not in it
    x = {xp}.moveaxis(x, axis, -1)
    every = {xp}.arange(x.shape[-1])
    chosen = {xp}.indices((x.shape[-1],) * order).reshape(order, 1, -1)
    ordered = {xp}.sort(chosen, axis=0)
    within = (every[:, None] >= chosen).all(axis=0) & (ordered[1:] != ordered[:-1]).all(axis=0)
    products = {xp}.where((every[:, None] != chosen).all(axis=0), x[..., None], 1).cumprod(axis=-2)
    return {xp}.where(within, products, 0).reshape(*x.shape, *x.shape[-1:] * order)
""",
}

NUMPY_CELLS = {
    "cholesky": "{cholesky}", "pinv": "{xp}.linalg.pinv", "expm": "{expm}", "expm_frechet": "{expm_frechet}",
    "dexpm": "{expm_derivatives}({0}, 1)", "d2expm": "{expm_derivatives}({0}, 2)",
    "logcumsumexp": "{xp}.logaddexp.accumulate",
}

TORCH = {
    "cholesky": NUMPY["cholesky"],
    "expm_frechet": """
def {expm_frechet}(x, e):  # the derivative of expm at x along e: expm([[x, e], [0, x]]) (Mathias, 1996)
    top, bottom = {xp}.cat([x, e], 1), {xp}.cat([{xp}.zeros_like(x), x], 1)
    return {xp}.linalg.matrix_exp({xp}.cat([top, bottom]))[: len(x), len(x) :]
""",
    "expm_derivatives": """
def {expm_derivatives}(x, order):  # of expm by its matrix: axes of the result, then two for each order, from block matrices
    n, batch = x.shape[-1], x.shape[:-2]
    every = {xp}.arange(n ** (2 * order), device=x.device)
    ways = {xp}.stack({xp}.unravel_index(every, (n,) * (2 * order))).reshape(order, 2, -1)
    blocks = x.new_zeros((*batch, n ** (2 * order), n * (order + 1), n * (order + 1)))
    for at in range(order + 1):
        blocks[..., at * n : at * n + n, at * n : at * n + n] = x[..., None, :, :]
    for at in range(order):
        blocks[..., every, at * n + ways[at, 0], (at + 1) * n + ways[at, 1]] = 1
    corner = {xp}.linalg.matrix_exp(blocks)[..., :n, -n:].movedim(-3, -1).reshape(*batch, *(n,) * (2 * order + 2))
    if order == 1:
        return corner
    first = len(batch) + 2
    return corner + corner.movedim((first, first + 1), (first + 2, first + 3))
""",
    "cumprod_except": """
def {cumprod_except}(x, dim, order):  # running products but for `order` entries, over every choice of those, 0 where one is not in it
    x = x.movedim(dim, -1)
    every = {xp}.arange(x.shape[-1], device=x.device)
    chosen = {xp}.stack({xp}.meshgrid(*[every] * order, indexing="ij")).reshape(order, 1, -1)
    ordered = chosen.sort(0).values
    within = (every[:, None] >= chosen).all(0) & (ordered[1:] != ordered[:-1]).all(0)
    products = {xp}.where((every[:, None] != chosen).all(0), x[..., None], x.new_ones(())).cumprod(-2)
    return {xp}.where(within, products, x.new_zeros(())).reshape(*x.shape, *x.shape[-1:] * order)
""",
}

TORCH_CELLS = {
    "cholesky": "{cholesky}", "pinv": "{xp}.linalg.pinv", "expm": "{xp}.linalg.matrix_exp", "expm_frechet": "{expm_frechet}",
    "dexpm": "{expm_derivatives}({0}, 1)", "d2expm": "{expm_derivatives}({0}, 2)",
}

JAX = {
    "cholesky": NUMPY["cholesky"],
    "cumprod_except": NUMPY["cumprod_except"],
    "expm_derivatives": """
def {expm_derivatives}(x, order):  # of expm by its matrix, or by each of a stack
    function = {jax}.scipy.linalg.expm
    for _ in range(order):
        function = {jax}.jacfwd(function)
    for _ in range(x.ndim - 2):
        function = {jax}.vmap(function)
    return function(x)
""",
}

JAX_CELLS = {
    "cholesky": "{cholesky}", "pinv": "{xp}.linalg.pinv", "expm": "{jax}.scipy.linalg.expm",
    "expm_frechet": "{jax}.scipy.linalg.expm_frechet({0}, {1}, compute_expm=False)",
    "dexpm": "{expm_derivatives}({0}, 1)", "d2expm": "{expm_derivatives}({0}, 2)", "logcumsumexp": "{jax}.lax.cumlogsumexp",
}
