"""Each kind of array node in each target, against its reference meaning."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tensor_deriv.code.docstring import Docstring
from tensor_deriv.code.generate import Result, compiled, source
from tensor_deriv.functions import TABLE
from tensor_deriv.index.dims import UNIT, ZERO, integer, named
from tensor_deriv.matrix.calls import Call, Einsum, Eye, Filled, Frechet, Reshape, Solve, Take
from tensor_deriv.matrix.evaluate import evaluate
from tensor_deriv.matrix.forms import Form
from tensor_deriv.matrix.nodes import Add, Column, Diag, DiagOf, Elem, MatMul, Mul, Name, Num, Outer, Pi, Pow, Size, T, Trace, num

N, D, B = named("n"), named("d"), named("b")
SIZES = {"n": 3, "d": 4, "b": 2}
SHAPES = {"u": (), "x": (N,), "y": (D,), "A": (N, D), "C": (N, D), "S": (N, N), "P": (B, N, D)}
u, x, y, A, C, S, P = (Name(name, shape) for name, shape in SHAPES.items())
HALF = Fraction(1, 2)
SPD = Add((MatMul((S, T(S))), Eye(N)))
STACK = Add((MatMul((P, T(P))), Eye(N)))


def elem(name, *args):
    return Elem(TABLE[name], args)


NODES = {
    "sum of terms": Add((A, Mul((num(-2), C)), y, num(3))),
    "product": Mul((Num(Fraction(2, 3)), u, A, Column(x), Pow(y, num(-2)))),
    "chain of matrices": MatMul((S, A, T(C))),
    "chain to a vector": MatMul((T(A), S, A, y)),
    "chain from a vector": MatMul((x, S, A)),
    "quadratic form": MatMul((x, S, x)),
    "outer products in chains": Add((MatMul((S, Outer(x, y), T(A))), MatMul((Outer(x, x), S)))),
    "outer products and vectors": Add((MatMul((S, Outer(x, y), y)), MatMul((x, Outer(x, x), S)))),
    "stack of matrices": MatMul((P, T(P))),
    "diagonal in front": MatMul((Diag(x), A)),
    "diagonal behind": MatMul((A, Diag(y))),
    "diagonal between": MatMul((T(A), Diag(x), Diag(x), A)),
    "diagonals alone": MatMul((Diag(x), Diag(x))),
    "diagonal and vector": MatMul((S, Diag(x), x)),
    "scaled chain": Mul((num(2), MatMul((S, x)), Pow(u, num(-1)))),
    "powers": Add((Pow(Mul((A, A)), Num(HALF)), Pow(num(2), A), Pow(Add((Mul((A, A)), num(1))), Num(Fraction(-3, 2))))),
    "root of numbers": Mul((Pow(Mul((num(2), Pi())), Num(-HALF)), A, Size(N))),
    "transposes": Einsum(("ij", "bjk"), "bik", (S, T(T(P)))),
    "diagonal of a matrix": DiagOf(S),
    "diagonal matrix": Diag(x),
    "trace": Trace(MatMul((S, S))),
    "outer": Outer(x, y),
    "einsum": Einsum(("", "ij", "i", "j"), "ji", (u, A, x, y)),
    "einsum of numbers": Einsum(("", "i", "j"), "ij", (num(3), Filled(1, (N,)), Filled(1, (D,)))),
    "einsum, zero": Einsum(("", "i", "j"), "ij", (num(0), x, y)),
    "identity": Eye(N),
    "ones": Mul((num(3), Filled(1, (N, D)))),
    "zeros": Filled(0, (N, D, N)),
    "number": num(2),
    "size": Add((Size(N), Pow(Size(D), num(-1)))),
    "size, product": Mul((Size(N * D + integer(1)), A)),
    "long number": Mul((num(12345678901234567890), A, Num(Fraction(1, 10**12)))),
    "reshape": Reshape(A, (N * D,)),
    "new axes": Mul((Reshape(x, (UNIT, N, UNIT)), P)),
    "number reshaped": Reshape(num(2), (UNIT, UNIT)),
    "sums": Add((Call("sum", A, (0,)), Call("sum", P, (0, 1)), Call("sum", A, None))),
    "sum kept": Call("sum", A, (1,), True),
    "sum kept, all": Call("sum", A, None, True),
    "means": Add((Call("mean", A, (0,)), Call("mean", P, (0, 1)), Call("mean", A, None))),
    "variances": Add((Call("var", A, (0,)), Call("var", P, (0, 1)), Call("var", A, None))),
    "maxima": Add((Call("max", A, (0,)), Call("max", P, (0, 1)), Call("max", A, None))),
    "minima": Add((Call("min", A, (0,)), Call("min", P, (0, 1)), Call("min", A, None))),
    "products": Add((Call("prod", A, (0,)), Call("prod", P, (0, 1)), Call("prod", A, None))),
    "norms": Add((Call("norm", A, (0,)), Call("norm", P, (0, 1)), Call("norm", A, None))),
    "norm kept": Call("norm", A, (1,), True),
    "norm of a stack": Add((Call("norm", P, None), Call("norm", P, (0, 1, 2)))),
    "logsumexp": Add((Call("logsumexp", A, (0,)), Call("logsumexp", P, (0, 1)), Call("logsumexp", A, None))),
    "logsumexp kept": Call("logsumexp", A, (1,), True),
    "softmax": Add((Call("softmax", A, (0,)), Call("softmax", A, (1,)), Call("softmax", A, (0, 1)))),
    "log_softmax": Add((Call("log_softmax", A, (0,)), Call("log_softmax", A, (1,)), Call("log_softmax", A, (0, 1)))),
    "masks": Add((Call("max_mask", A, (0,)), Call("min_mask", A, (1,)), Call("max_mask", A, (0, 1)))),
    "all but one": Call("prod1", A, (1,)),
    "all but one of all": Call("prod1", A, (0, 1)),
    "all but two": Call("prod2", P, (1,)),
    "all but three": Call("prod3", x, (0,)),
    "inverse": Call("inv", S, None),
    "inverses of a stack": Call("inv", MatMul((P, T(P))), None),
    "systems of equations": Add((Column(Solve(S, x)), Solve(S, A))),
    "systems of a stack": Add((Solve(STACK, P), Solve(STACK, A))),
    "systems of a stack, one vector": Solve(STACK, x),
    "derivative of an exponential": Add((Frechet(S, MatMul((S, S))), Call("expm", S, None))),
    "derivatives of exponentials": Add((Call("dexpm", S, None), Einsum(("ijkllk",), "ijkl", (Call("d2expm", S, None),)))),
    "exponentials of a stack": Call("dexpm", STACK, None),
    "factor and pseudo-inverse": Add((MatMul((Call("cholesky", SPD, None), A)), T(Call("pinv", A, None)))),
    "running products": Add((Call("cumprod", A, (0,)), Call("logcumsumexp", A, (1,)))),
    "running products but one": Call("cumprod1", A, (0,)),
    "running products but two": Call("cumprod2", A, (1,)),
    "determinants": Add((Call("det", S, None), Call("logdet", S, None), Call("logdet", Mul((num(-1), S)), None))),
    "comparison": elem("greater", A, num(0)),
    "comparison, factor": Mul((num(2), elem("greater", A, C), A)),
    "comparison, alone with a number": Mul((num(2), elem("greater", A, C), Pow(Size(N), num(-1)))),
    "comparison in a chain": MatMul((T(A), elem("greater", A, u))),
    "comparison in a sum": Add((num(1), Mul((num(-1), elem("equal", A, A))))),
    "comparison of numbers": Mul((elem("greater", Size(N), num(2)), A)),
    "maximum with a number": Add((elem("maximum", A, Num(HALF)), elem("minimum", num(0), A), elem("maximum", A, y))),
    "functions of numbers": Add((A, elem("exp", num(2)), elem("sigmoid", num(2)), elem("relu", num(-2)), elem("abs", num(-2)))),
    "slice": Take(x, ((((integer(1), 0),), integer(1)),), (N - integer(1),)),
    "shifted, zero outside": Take(x, ((((integer(1), 0),), integer(-1)),), (N + integer(2),)),
    "fixed entry": Take(x, (((), integer(2)),), ()),
    "diagonal of a group": Take(Reshape(A, (N * D,)), ((((D, 0), (integer(1), 1)), ZERO),), (N, D)),
    "reversed": Take(A, ((((integer(-1), 0),), N - integer(1)), (((integer(1), 1),), ZERO)), (N, D)),
    "bounds that are numbers": Add((elem("clip", A, num(0), Num(HALF)), elem("elu", A, num(2)), elem("leaky_relu", A, Num(HALF)))),
    "bounds and slopes of both kinds": Add((elem("clip", A, num(0), u), elem("elu", num(-2), A), elem("leaky_relu", y, u))),
    "weak comparison": Mul((elem("greater_equal", A, A), A)),
    **{name: elem(name, *(A, C, y)[: row.arity]) for name, row in TABLE.items()},
}  # fmt: skip


def squared(x):
    return Pow(x, num(2))


DOMAINS = {**dict.fromkeys(("log", "log2", "log10", "logit"), squared), "arccosh": lambda x: Add((squared(x), num(1)))}


def point():
    rng = np.random.default_rng(1)
    tensors = {name: rng.uniform(-0.9, 0.9, size=[dim.value(SIZES) for dim in shape]) for name, shape in SHAPES.items()}
    tensors["S"] = tensors["S"] @ tensors["S"].T + np.eye(SIZES["n"])
    return tensors


def function(node, target):
    doc = Docstring("A node.", [], [], [])
    return compiled(source("value", SHAPES, [Result("result", Form(node, (), node), node.shape, None)], doc, "A", target))


def changed(name):
    """The node of a name, its arguments in its domain."""
    found, change = NODES[name], DOMAINS.get(name)
    return found.with_children(tuple(map(change, found.args))) if change else found


@pytest.fixture(params=NODES)
def node(request):
    return changed(request.param)


def close(got, want):
    got, want = np.asarray(got), np.asarray(want)
    return got.dtype.kind == "f" and got.shape == want.shape and np.allclose(got, want, rtol=1e-10, atol=1e-12)


def test_numpy(node):
    assert close(function(node, "numpy")(**point()), evaluate(node, point(), SIZES))


def test_torch(node):
    torch = pytest.importorskip("torch")
    made = function(node, "torch")
    got = made(**{name: torch.tensor(value) for name, value in point().items()})
    assert got.dtype == torch.float64
    assert close(got, evaluate(node, point(), SIZES))
    assert made(**{name: torch.tensor(value).float() for name, value in point().items()}).dtype == torch.float32


def test_jax(node):
    jax = pytest.importorskip("jax")
    made = function(node, "jax")
    with jax.enable_x64(True):
        assert close(jax.jit(made)(**point()), evaluate(node, point(), SIZES))
        single = jax.eval_shape(made, **{name: jax.ShapeDtypeStruct(value.shape, np.float32) for name, value in point().items()})
    assert single.dtype == np.float32
