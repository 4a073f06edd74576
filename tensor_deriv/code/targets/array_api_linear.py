"""What linear algebra and scans are called in the array API, and what it lacks, as functions of a few lines."""

from __future__ import annotations

LINEAR = {
    "inv": """
def {inv}(x):  # in the type of x, also where the library has but one
    xp = {array_api_compat}.array_namespace(x)
    return xp.astype(xp.linalg.inv(x), x.dtype, copy=False)
""",
    "cholesky": """
def {cholesky}(x):  # the lower factor of the symmetric part
    xp = {array_api_compat}.array_namespace(x)
    return xp.linalg.cholesky((x + xp.matrix_transpose(x))/2)
""",
    "logcumsumexp": """
def {logcumsumexp}(x, axis=-1):  # each entry with the one 1, 2, 4, ... places before it: log2(n) steps
    xp = {array_api_compat}.array_namespace(x)
    x, back = xp.moveaxis(x, axis, -1), 1
    while back < x.shape[-1]:
        none = xp.full_like(x[..., :back], -{math}.inf)
        x, back = xp.logaddexp(x, xp.concat((none, x[..., :-back]), axis=-1)), 2*back
    return xp.moveaxis(x, -1, axis)
""",
    "expm": """
def {expm}(x):  # scaling and squaring with a Pade approximant (Higham, 2005); how often depends on the entries, so they have to be there
    xp = {array_api_compat}.array_namespace(x)
    c = (64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0, 10559470521600.0,
         670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0)
    norm = float(xp.max(xp.sum(xp.abs(x), axis=-2)))
    squarings = max(0, {math}.ceil({math}.log2(norm/5.37))) if 0 < norm < {math}.inf else 0
    x, one = x/2.0**squarings, xp.eye(x.shape[-1], dtype=x.dtype, device={array_api_compat}.device(x))
    x2 = x @ x
    x4 = x2 @ x2
    x6 = x4 @ x2
    odd = x @ (x6 @ (c[13]*x6 + c[11]*x4 + c[9]*x2) + c[7]*x6 + c[5]*x4 + c[3]*x2 + c[1]*one)
    even = x6 @ (c[12]*x6 + c[10]*x4 + c[8]*x2) + c[6]*x6 + c[4]*x4 + c[2]*x2 + c[0]*one
    result = xp.linalg.solve(even - odd, even + odd)
    for _ in range(squarings):
        result = result @ result
    return result
""",
    "expm_frechet": """
def {expm_frechet}(x, e):  # the derivative of expm at x along e: expm([[x, e], [0, x]]) (Mathias, 1996)
    xp, n = {array_api_compat}.array_namespace(x), x.shape[0]
    top, bottom = xp.concat((x, e), axis=1), xp.concat((xp.zeros_like(x), x), axis=1)
    return {expm}(xp.concat((top, bottom), axis=0))[:n, n:]
""",
    "expm_derivatives": """
def {expm_derivatives}(x, order):  # of expm by its matrix: axes of the result, then two for each order, from block matrices
    xp, n, batch = {array_api_compat}.array_namespace(x), x.shape[-1], x.shape[:-2]
    ways = n ** (2 * order)
    whole = (*batch, ways, n, n)
    x = xp.broadcast_to(x[..., None, :, :], whole)
    unit = xp.reshape(xp.eye(n*n, dtype=x.dtype, device={array_api_compat}.device(x)), (n*n, n, n))
    slow = xp.reshape(xp.broadcast_to(unit[:, None, :, :], (n*n, ways//n**2, n, n)), (ways, n, n))
    fast = xp.reshape(xp.broadcast_to(unit, (ways//n**2, n*n, n, n)), (ways, n, n))
    steps = [xp.broadcast_to(step, whole) for step in (slow, fast)]
    rows = [[x if at == to else steps[at] if to == at + 1 else xp.zeros_like(x) for to in range(order + 1)] for at in range(order + 1)]
    blocks = xp.concat([xp.concat(row, axis=-1) for row in rows], axis=-2)
    corner = xp.reshape(xp.moveaxis({expm}(blocks)[..., :n, -n:], -3, -1), (*batch, *(n,) * (2 * order + 2)))
    if order == 1:
        return corner
    first = len(batch) + 2
    return corner + xp.moveaxis(corner, (first, first + 1), (first + 2, first + 3))
""",
    "cumprod_except": """
def {cumprod_except}(x, axis, order):  # running products but for `order` entries, over every choice of those, 0 where one is not in it
    xp, device = {array_api_compat}.array_namespace(x), {array_api_compat}.device(x)
    x = xp.moveaxis(x, axis, -1)
    n, axes = x.shape[-1], range(order + 1)
    places = [xp.reshape(xp.arange(n, device=device), tuple(n if at == axis else 1 for at in axes)) for axis in axes]
    within = True  # every choice one that is in the product, and no two the same
    for at, place in enumerate(places[1:]):
        within = (places[0] >= place) & within
        for other in places[1 : at + 1]:
            within = (other != place) & within
    kept = xp.moveaxis({unlike}(x, order), -1, 0)  # the last axis runs over the factors
    factors = xp.reshape(x, (*x.shape, *(1,) * order))
    products = xp.cumulative_prod(xp.where(kept, factors, xp.ones_like(factors)), axis=-1 - order)
    return xp.where(within, products, xp.zeros_like(products))
""",
}

CELLS = {
    "inv": "{inv}", "det": "{xp}.linalg.det", "logdet": "{xp}.linalg.slogdet({0}).logabsdet", "pinv": "{xp}.linalg.pinv",
    "trace": "{xp}.linalg.trace", "outer": "{xp}.linalg.outer", "cholesky": "{cholesky}", "expm": "{expm}",
    "expm_frechet": "{expm_frechet}", "dexpm": "{expm_derivatives}({0}, 1)", "d2expm": "{expm_derivatives}({0}, 2)",
    "cumsum": "{xp}.cumulative_sum", "cumprod": "{xp}.cumulative_prod", "logcumsumexp": "{logcumsumexp}",
}
