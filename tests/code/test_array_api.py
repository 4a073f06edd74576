"""Code of the array API: held to the standard by its strict implementation, and run on NumPy, PyTorch, JAX and dask arrays."""

from __future__ import annotations

import os
import warnings
from functools import cache
from inspect import signature

import mpmath
import numpy as np
import pytest
import test_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from test_code_nodes import NODES, SIZES, changed, close, function, point

import tensor_deriv as td
from tensor_deriv import shelf
from tensor_deriv.code.array_api import ArrayApiPrinter
from tensor_deriv.code.generate import compiled
from tensor_deriv.code.module import Module
from tensor_deriv.code.names import Names
from tensor_deriv.code.sizes import Sizes
from tensor_deriv.code.targets import TARGETS
from tensor_deriv.index.dims import named
from tensor_deriv.matrix.calls import Einsum
from tensor_deriv.matrix.evaluate import evaluate
from tensor_deriv.matrix.nodes import Name
from tensor_deriv.verification.sample import draw

pytest.importorskip("array_api_compat", reason="array-api-compat is not here: the extra `xp`")
MODULES = {"numpy": "numpy", "strict": "array_api_strict", "torch": "torch", "jax": "jax", "dask": "dask.array"}
EVERY = os.environ.get("TENSOR_DERIV_ALL") == "1"
DASK_LACKS = {  # systems of a stack, the determinant, the pseudo-inverse
    "inverses of a stack", "systems of a stack", "systems of a stack, one vector", "derivatives of exponentials", "exponentials of a stack",
    "factor and pseudo-inverse", "determinants",
}  # fmt: skip
RNG = np.random.default_rng(8)


@pytest.fixture(params=MODULES)
def library(request):
    pytest.importorskip(MODULES[request.param], reason=f"{MODULES[request.param]} is not here")
    if request.param != "jax":
        yield request.param
        return
    import jax

    with jax.enable_x64(True):
        yield request.param


def array(library, value, kind="float64"):
    """An array of a library."""
    value = np.asarray(value, dtype=kind)
    if library == "numpy":
        return value
    if library == "strict":
        import array_api_strict

        return array_api_strict.asarray(value)
    if library == "torch":
        import torch

        return torch.tensor(value)
    if library == "jax":
        import jax

        return jax.numpy.asarray(value)
    import dask.array as da

    return da.from_array(value, chunks=-1)


def arrays(library, values, kind="float64"):
    return {name: array(library, value, kind) for name, value in values.items()}


def computed(value):
    """An array as NumPy's; one of dask is not computed before this."""
    return np.asarray(value.compute() if hasattr(value, "compute") else value)


# ---- every node, function and primitive


@pytest.mark.parametrize("name", NODES)
def test_every_node_in_every_library(name, library):
    chosen = list(NODES).index(name) % 5 == 0 or (library == "dask" and name in DASK_LACKS)
    if library in ("jax", "dask") and not chosen and not EVERY:
        pytest.skip(f"{library} takes long, and runs every node where TENSOR_DERIV_ALL is set")
    node = changed(name)
    made = function(node, "xp")
    if library == "dask" and name in DASK_LACKS:
        with pytest.raises((AttributeError, ValueError), match=r"has no attribute|must be 2"):
            made(**arrays(library, point()))
        return
    got = made(**arrays(library, point()))
    assert type(got).__module__.split(".")[0] == type(array(library, 1.0)).__module__.split(".")[0]
    assert close(computed(got), evaluate(node, point(), SIZES))
    assert computed(made(**arrays(library, point(), "float32"))).dtype == np.float32


# ---- the catalogue, and what is computed


def questions():
    for name in shelf.names():
        entry = td.load(name)
        for variable in entry.variables if EVERY else entry.variables[:1]:
            yield pytest.param(name, variable, id=f"{name}-{variable}")


@pytest.mark.parametrize(("name", "variable"), list(questions()))
def test_the_catalogue_on_the_strict_implementation(name, variable):
    pytest.importorskip("array_api_strict")
    question = td.load(name).derive(variable)
    found = draw(question.gradient.program, np.random.default_rng(1), under=question.program)
    tensors = found.evaluator(question.gradient.program).tensors
    sizes = {key: found.sizes[key] for key in question.function().__kwdefaults__ or () if key in found.sizes}
    given = {key: tensors[key] for key in question.given}
    want = question.function()(**given, **sizes)
    got = question.function("xp")(**arrays("strict", given), **sizes)
    np.testing.assert_allclose(computed(got), want, rtol=1e-9, atol=1e-9 * np.abs(want).max(initial=1e-3))
    assert computed(question.function("xp")(**arrays("strict", given, "float32"), **sizes)).dtype == np.float32


MODELS = {
    "least squares": ("sum((X @ w - y)**2)", "w", {"X": "n d", "w": "d", "y": "n"}),
    "softmax": ("sum(logsumexp(X @ W, axis=1)) - sum(Y*(X @ W))", "W", {"X": "n d", "W": "d k", "Y": "n k"}),
    "attention": ("sum(G*(softmax(Q @ K.T) @ V))", "Q", {"G": "n d", "Q": "n d", "K": "n d", "V": "n d"}),
    "convolution": ("sum(w[:, None]*x[:3])", "x", {"w": "d", "x": "n"}),
    "Gaussian": ("logdet(S) + x @ inv(S) @ x", "S", {"S": "d d", "x": "d"}),
    "scan": ("sum(w*cumprod(x)) + sum(w*logcumsumexp(x))", "x", {"w": "n", "x": "n"}),
    "tensor": ('sum((T - einsum("ir,jr,kr->ijk", A, B, C))**2)', "A", {"T": "n d m", "A": "n k", "B": "d k", "C": "m k"}),
    "three": ('einsum("abc,abd,cd->", P, Q, R)', "R", {"P": "n d m", "Q": "n d k", "R": "m k"}),
    "stacks": ('sum(einsum("abc,acd->abd", P, Q)**2)', "P", {"P": "n d m", "Q": "n m k"}),
}
EXTENTS = {"n": 6, "d": 3, "k": 4, "m": 2}


@cache
def model(name, order):
    text, wrt, shapes = MODELS[name]
    question = td.derive(text, wrt, shapes, order=max(order, 1))
    values = {key: RNG.uniform(0.2, 0.9, [EXTENTS[dim] for dim in shape.split()]) for key, shape in shapes.items()}
    if "S" in values:
        values["S"] = values["S"] @ values["S"].T + np.eye(3)
    return question, values


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_models_in_every_library(name, order, library):
    question, values = model(name, order)
    take = question.function if order else question.value_function
    if library == "dask" and name == "Gaussian" and order == 0:
        with pytest.raises(AttributeError, match="slogdet"):
            take("xp")(**arrays(library, values))
        return
    got = take("xp")(**arrays(library, values))
    np.testing.assert_allclose(computed(got), take("numpy")(**values), rtol=1e-9, atol=1e-11)
    assert computed(take("xp")(**arrays(library, values, "float32"))).dtype == np.float32


def test_value_and_derivative_and_a_direction(library):
    shapes = {"X": "n d", "w": "d", "y": "n", "v": "d"}
    values = {"X": RNG.normal(size=(5, 3)), "w": RNG.normal(size=3), "y": RNG.normal(size=5)}
    question = td.derive("sum(log(1 + exp(-y*(X @ w))))", "w", {name: shapes[name] for name in "Xwy"})
    for got, want in zip(
        question.function("xp", value=True)(**arrays(library, values)), question.function(value=True)(**values), strict=True
    ):
        np.testing.assert_allclose(computed(got), want, rtol=1e-12)


@given(st.one_of(test_plan.einsums().filter(test_plan.found), test_plan.chains()))
@settings(max_examples=300 if EVERY else 60)
def test_einsums_and_chains_on_the_strict_implementation(node):
    pytest.importorskip("array_api_strict")
    values = test_plan.point(node)
    made = compiled(test_plan.text(node, "xp"))
    sizes = {name: test_plan.SIZES[name] for name in signature(made).parameters if name in test_plan.SIZES}
    got = made(**arrays("strict", values), **sizes)
    np.testing.assert_allclose(computed(got), evaluate(node, values, test_plan.SIZES), rtol=1e-9, atol=1e-11)


@st.composite
def plain_einsums(draw):
    """One to four operands of one to four letters, a letter of one twice at times."""
    words = draw(st.lists(st.text("ijklpq", min_size=1, max_size=4), min_size=1, max_size=4))
    every = sorted(set("".join(words)))
    output = "".join(draw(st.permutations(draw(st.lists(st.sampled_from(every), unique=True, max_size=4)))))
    parts = [test_plan.tensor(name, *(test_plan.LETTERS[letter] for letter in word)) for name, word in zip("ABCD", words, strict=False)]
    return Einsum(tuple(words), output, tuple(parts))


@given(plain_einsums())
@settings(max_examples=1000 if EVERY else 150)
def test_einsums_as_they_come(node):
    """Printed without a plan, so that every kind of product of two arrays is met."""
    pytest.importorskip("array_api_strict")
    shapes = {part.name: part.shape for part in node.parts}
    module = Module(TARGETS["xp"], Names([*shapes, "value"]))
    text = ArrayApiPrinter(module, "A", Sizes(shapes, module.names, str)).print(node)
    lines = [*module.namespace(shapes, text), f"return {text}"]
    source = "\n\n\n".join([module.imports, *module.sources, "\n    ".join([f"def value({', '.join(shapes)}):", *lines])])
    values = test_plan.point(node)
    got = computed(compiled(source)(**arrays("strict", values)))
    np.testing.assert_allclose(got, np.einsum(node.spec, *values.values()), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("words", "output", "text"),
    [
        (("ijk", "ijl"), "kl", "xp.tensordot(A, B, axes=((0, 1), (0, 1)))"),
        (("ijk", "ijl"), "lk", "xp.tensordot(B, A, axes=((0, 1), (0, 1)))"),
        (("jkl", "ij"), "kil", "xp.permute_dims(xp.tensordot(A, B, axes=((0,), (1,))), (0, 2, 1))"),
        (("ijk", "ikl"), "ijl", "A @ B"),
        (("ijk", "ilk"), "ijl", "A @ xp.permute_dims(B, (0, 2, 1))"),
        (("ijk", "ik"), "ij", "xp.vecdot(A, B[:, None, :])"),
        (("ij", "ij"), "i", "xp.vecdot(A, B)"),
        (("ij", "kj"), "ki", "B @ A.T"),
        (("ij", "k"), "kij", "A*B[:, None, None]"),
        (("iji",), "j", "xp.sum(xp.linalg.diagonal(xp.permute_dims(A, (1, 0, 2))), axis=1)"),
        (("ijkl", "ijpq"), "ikplq", 'einsum("ijkl,ijpq->ikplq", A, B)'),
    ],
)
def test_what_an_einsum_becomes(words, output, text):
    parts = tuple(Name(name, tuple(map(named, word))) for name, word in zip("AB", words, strict=False))
    shapes = {part.name: part.shape for part in parts}
    module = Module(TARGETS["xp"], Names(shapes))
    assert ArrayApiPrinter(module, "A", Sizes(shapes, module.names, str)).print(Einsum(words, output, parts)) == text


def test_what_is_written_with_an_operator_keeps_its_brackets(library):
    x = RNG.uniform(0.1, 0.9, size=4)
    for text, want in {"exp2(x)**2": 4**x, "logit(x**2)**2": (2 * np.log(x) - np.log1p(-x * x)) ** 2, "x/exp2(x)": x / 2**x}.items():
        np.testing.assert_allclose(computed(value(text)(x=array(library, x))), want, rtol=1e-13)


# ---- what the text says


def last(text, *more, target="xp", **named):
    """The lines of a function, without what stands above it."""
    return td.derive(text, *more, **named).code(target).split('"""')[-1].strip().splitlines()


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "line"),
    [
        ("sum((X @ w - y)**2)", "w", None, "dw = 2*(X.T @ (X @ w - y))"),
        ('sum(u*einsum("ij,ij->i", A, B))', "u", {"u": "n", "A": "n d", "B": "n d"}, "du = xp.sum(A*B, axis=1)"),
        ('einsum("bij,bjk,bik->", P, Q, R)', "R", {"P": "b n m", "Q": "b m k", "R": "b n k"}, "dR = P @ Q"),
        ('einsum("bij,bij,b->", P, Q, u)', "u", {"P": "b n m", "Q": "b n m", "u": "b"}, "du = xp.sum(P*Q, axis=(1, 2))"),
        ('einsum("ijk,ijl,kl->", P, Q, R)', "R", {"P": "n d m", "Q": "n d k", "R": "m k"},
         "dR = xp.tensordot(P, Q, axes=((0, 1), (0, 1)))"),
        ('einsum("abci,abj,cij->", P, Q, R)', "R", {"P": "a b c n", "Q": "a b m", "R": "c n m"},
         "dR = xp.tensordot(P, Q, axes=((0, 1), (0, 1)))"),
    ],
)  # fmt: skip
def test_lines(text, wrt, shapes, line):
    assert line in [found.strip() for found in last(text, wrt, shapes)]


def test_what_needs_no_namespace_asks_for_none():
    assert td.derive("sum((X @ w - y)**2)", "w").code("xp").startswith("def gradient(X, w, y):\n")
    source = td.derive("sum(exp(X @ w))", "w").code("xp")
    assert source.startswith("import array_api_compat\n\n\ndef gradient(X, w):\n")
    assert "    xp = array_api_compat.array_namespace(X, w)\n" in source


def test_a_callers_xp_stays():
    question = td.derive("sum(exp(xp)*array_api_compat)", "xp", {"xp": "n", "array_api_compat": "n"})
    assert "xp_ = array_api_compat_.array_namespace(xp, array_api_compat)" in question.code("xp")
    np.testing.assert_allclose(question.function("xp")(xp=np.zeros(2), array_api_compat=np.ones(2)), [1, 1])


def test_a_users_function_asks_for_its_own():
    question = td.derive("sum(swish(X @ w))", "w", {"X": "n d", "w": "d"}, ("swish(z) = z*exp(2*z)",))
    assert "def swish(u):\n    xp = array_api_compat.array_namespace(u)\n    return " in question.value_code("xp").replace("(u_)", "(u)")


def test_a_product_of_stacks_in_any_order(library):
    question = td.derive('einsum("abcd,abef->ecafd", P, Q)', "P", {"P": "a b c d", "Q": "a b e f"})
    assert 'einsum("' in question.value_code("xp")
    given = {"P": RNG.normal(size=(2, 3, 4, 5)), "Q": RNG.normal(size=(2, 3, 6, 7))}
    got = computed(question.value_function("xp")(**arrays(library, given)))
    np.testing.assert_allclose(got, np.einsum("abcd,abef->ecafd", *given.values()), rtol=1e-12)


# ---- special functions, against fifty digits

mp = mpmath.mp.clone()
mp.dps = 50
NEAR = 10.0 ** RNG.uniform(-15, -1, 60)
TRUTHS = {
    "erf": (mp.erf, np.concatenate([RNG.uniform(-6, 6, 300), 10.0 ** RNG.uniform(-300, 300, 60), [0.46875, 4.0, 27.0]])),
    "erfc": (mp.erfc, np.concatenate([RNG.uniform(-6, 26, 300), [0.46875, -0.46875, 4.0, 1e-300]])),
    "gammaln": (
        lambda x: mp.log(mp.gamma(x)),
        np.concatenate([RNG.uniform(0, 12, 300), 10.0 ** RNG.uniform(-300, 5, 60), 1 + NEAR, 1 - NEAR, 2 + NEAR, 2 - NEAR]),
    ),
    "digamma": (mp.digamma, np.concatenate([RNG.uniform(2, 12, 200), 10.0 ** RNG.uniform(-100, 0, 60), 10.0 ** RNG.uniform(1, 6, 60)])),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_special_functions_to_the_last_digits(name):
    truth, points = TRUTHS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with np.errstate(all="warn", under="ignore"):
            got = value(f"{name}(x)")(x=points)
    want = [truth(mp.mpf(float(x))) for x in points]
    worst = max(float(abs(mp.mpf(float(g)) - t) / max(abs(t), mp.mpf(1e-300))) for g, t in zip(got, want, strict=True))
    assert worst < 1e-14


def value(text):
    return td.derive(text, "x", {"x": "n"}).value_function("xp")


def test_gammaln_left_of_zero_and_at_its_ends():
    points = np.concatenate([RNG.uniform(-12, 0, 200), [-5e-324, 5e-324, 1e305]])
    want = [float(mp.log(abs(mp.gamma(mp.mpf(x))))) for x in points]
    np.testing.assert_allclose(value("gammaln(x)")(x=points), want, rtol=1e-14, atol=1e-14)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(value("gammaln(x)")(x=np.array([0.0, -1.0, -2.0, np.inf, -np.inf])), np.inf)


def test_infinities_are_what_they_should_be(library):
    ends = array(library, [np.inf, -np.inf])
    for name, want in {"erf": [1, -1], "erfc": [0, 2], "sigmoid": [1, 0], "softplus": [np.inf, 0], "logcosh": [np.inf, np.inf]}.items():
        np.testing.assert_array_equal(computed(value(f"{name}(x)")(x=ends)), want)


def test_a_diagonal_matrix_of_infinities_is_zero_off_its_diagonal(library):
    got = computed(td.derive("diag(x)", "x", {"x": "n"}).value_function("xp")(x=array(library, [np.inf, 1.0])))
    np.testing.assert_array_equal(got, [[np.inf, 0], [0, 1]])


# ---- inputs

LEAST_SQUARES = td.derive("sum((X @ w - y)**2)", "w")
GIVEN = {"X": np.arange(15.0).reshape(5, 3), "w": np.ones(3), "y": np.ones(5)}
WANT = 2 * GIVEN["X"].T @ (GIVEN["X"] @ GIVEN["w"] - GIVEN["y"])


def test_a_wrong_shape_is_named(library):
    given = arrays(library, {**GIVEN, "w": np.ones(5)})
    with pytest.raises(ValueError, match=r"w has the shape \(5,\), expected \(d,\) where d = 3 by X"):
        LEAST_SQUARES.function("xp")(**given)


def test_complex_numbers_are_refused_and_integers_are_floats(library):
    function = LEAST_SQUARES.function("xp")
    with pytest.raises(TypeError, match=r"X holds .*complex.*, expected real numbers"):
        function(**{**arrays(library, GIVEN), "X": array(library, GIVEN["X"], "complex128")})
    got = function(**{**arrays(library, GIVEN, "float32"), "w": array(library, GIVEN["w"], "int32"), "y": [1, 1, 1, 1, 1]})
    assert computed(got).dtype == np.float32
    np.testing.assert_allclose(computed(got), WANT, rtol=1e-6)


def test_numpys_arrays_beside_those_of_a_library_become_its_own(library):
    got = LEAST_SQUARES.function("xp")(**{**GIVEN, "X": array(library, GIVEN["X"], "float32")})
    assert type(got) is type(array(library, [1.0]))
    if library != "numpy":  # whose arrays have their own kinds
        assert computed(got).dtype == np.float32
    np.testing.assert_allclose(computed(got), WANT, rtol=1e-6)


def test_arrays_of_two_libraries_and_no_array_at_all_are_refused():
    strict = pytest.importorskip("array_api_strict")
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="namespaces"):
        LEAST_SQUARES.function("xp")(X=torch.ones(5, 3), w=strict.ones(3), y=np.ones(5))
    with pytest.raises(TypeError, match="none is an array"):
        LEAST_SQUARES.function("xp")(X=[[1.0]], w=[1.0], y=[1.0])


def test_a_device_stays_the_device():
    torch = pytest.importorskip("torch")
    question = td.derive("sum(softplus(X) + max(X)*a) + sum(eye(n)) + sum(X[1:]*X[:n-1])", "X", {"X": "n d", "a": ""}, order=2)
    assert question.function("xp")(X=torch.ones(2, 3, device="meta"), a=2.0).device.type == "meta"
    strict = pytest.importorskip("array_api_strict")
    other = strict.Device("device1")
    assert question.function("xp")(X=strict.ones((2, 3), device=other), a=2.0).device == other


def test_compiled_by_jax():
    jax = pytest.importorskip("jax")
    for name in ("least squares", "softmax", "scan", "tensor"):
        question, given = model(name, 2)
        with jax.enable_x64(True):
            got = jax.jit(question.function("xp"))(**arrays("jax", given))
        np.testing.assert_allclose(got, question.function()(**given), rtol=1e-9, atol=1e-11)
