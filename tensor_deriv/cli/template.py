"""`derive new`: a derivation to start from, which works as it stands."""

from __future__ import annotations

import os
from shlex import quote

from .. import shelf
from ..errors import DerivationError

TEMPLATE = '''\
# A derivation of your own. It works as it stands; change what you need, and take out what you do not.
#
#   derive {path} --wrt W          the derivation
#   derive check {path}            against what [expect] says
#   derive check {path} --accept   keep its LaTeX beside this file, so that a later change shows as a difference

title   = "Least squares with a penalty"
source  = "the paper or book, and the equation"

# Shapes, by names or by numbers: "n d" is a matrix, "n" a vector, "" a scalar. The same name is the same size.
tensors = {{ X = "n d", W = "d k", Y = "n k", c = "" }}

# Optional: names for parts, in the order in which they are used. NumPy's syntax with NumPy's meaning.
# Index notation works too: "R[i,j] = X[i,k]*W[k,j] - Y[i,j]"
define  = ["R = X @ W - Y"]

# The expression to derive. `l(R)` would stand for any scalar function of R, and the answers would be written in its gradient dR.
result  = "sum(R**2) + c*sum(W**2)"

# Optional: symmetric, positive, spd, invertible, orthogonal, diagonal, simplex; what is constant is not derived by.
assume  = {{ c = "positive constant" }}

# Optional: order = 2 for the Hessian; style = "mixed" for upper and lower indices with basis vectors.

# Optional: the derivatives that you expect, by variable; they may use the names above. `derive check` compares them with what is
# derived at random points, and then as texts, so that a change of either shows.
[expect]
X = "2*R @ W.T"
W = "2*(c*W + X.T @ R)"
Y = "-2*R"

# Optional: the same as the source writes it; compared at random points alone.
[published]
W = "2*X.T @ (X @ W - Y) + 2*c*W"
'''


def write_template(name: str) -> str:
    """Write NAME.toml, or the file of that path, where there is none yet; what to do next."""
    path = name if name.endswith(shelf.ENDING) else name + shelf.ENDING
    if os.path.basename(path) == shelf.ENDING:
        raise DerivationError(f"`{name}` names no file; `derive new mine` writes mine.toml")
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(TEMPLATE.format(path=quote(path)))
    except FileExistsError:
        raise DerivationError(f"{path}: is there already, and is left as it is") from None
    except (OSError, ValueError) as error:
        raise DerivationError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None
    return f"wrote {path}, a derivation that works as it stands. Change it, and then\n" + "\n".join(f"  {line}" for line in _next(path))


def _next(path: str) -> tuple[str, ...]:
    shown = quote(path)
    return (
        f"derive {shown} --wrt W",
        f"derive check {shown}            to compare it with what it expects",
        f"derive check {shown} --accept   to keep its LaTeX in {path.removesuffix(shelf.ENDING)}{os.sep}",
    )
