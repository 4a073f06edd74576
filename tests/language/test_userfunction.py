"""A user's own scalar functions: their derivatives, to the second order, and that the derivative stays readable."""

from __future__ import annotations

import numpy as np
import pytest

import tensor_deriv as td
from tensor_deriv.functions import scalar_expression
from tensor_deriv.language.scalar import compiled
from tensor_deriv.language.source import read_definition
from tensor_deriv.language.userfunction import user_function
from tensor_deriv.verification.differences import jacobian
from tensor_deriv.verification.sample import Point

BODIES = [  # (definition, the derivatives that are expected, "" where only the number matters)
    ("f(u) = u**2", ("2*u",)), ("f(u) = 3", ("0",)), ("f(u) = pi*u", ("pi",)), ("f(t) = sin(t)*exp(t)", ("",)),
    ("swish(u) = u*sigmoid(u)", ("",)),
    ("f(x) = sqrt(1 + square(x))", ("u/sqrt(u**2 + 1)",)), ("mish(x) = x*tanh(softplus(x))", ("",)), ("f(u) = log(exp(u))", ("1",)),
    ("f(u) = exp(u)*exp(-u)", ("0",)),
    ("gelu2(u) = 0.5*u*(1 + tanh(sqrt(2/pi)*(u + 0.044715*u**3)))", ("",)), ("f(u) = relu(u) - 0.01*relu(-u)", ("",)),
    ("f(u) = abs(u)**1.5", ("",)),
    ("huber(a) = (abs(a) > 1)*(abs(a) - 0.5) + (abs(a) < 1)*a**2/2", ("",)), ("f(u) = 1/(1 + exp(-u))", ("",)),
    ("f(u) = arctan(u) + erf(u) + cosh(u/3)", ("",)),
    ("f(u) = 2**u", ("2**u*log(2)",)), ("f(u) = (1 + u**2)**-0.5", ("",)), ("f(u) = -u + +u*3", ("2",)), ("f(p, q) = p*q", ("v", "u")),
    ("f(p, q) = exp(p - q**2)", ("", "")),
    ("kl(p, q) = (1 + p**2)*log((1 + p**2)/(1 + q**2))", ("", "")), ("f(p, q) = maximum(p, q)*minimum(p, 0.3)", ("", "")),
    ("f(a, b) = exp(a)**b", ("", "")),
]  # fmt: skip


def test_the_module_has_a_body_for_every_shape_of_function() -> None:
    assert {len(texts) for _, texts in BODIES} == {1, 2}


@pytest.mark.parametrize(("definition", "texts"), BODIES, ids=[definition for definition, _ in BODIES])
def test_the_derivative_is_that_of_the_body(definition: str, texts: tuple[str, ...]) -> None:
    row = user_function(read_definition(definition), {})
    assert row.arity == len(texts)
    rng = np.random.default_rng(1)
    for point in rng.uniform(-2.0, 2.0, size=(6, row.arity)):
        for argument, text in enumerate(row.derivatives):
            claim = compiled(scalar_expression(text), row.arity)(*point)
            truth, estimate = jacobian(lambda x, p=point, k=argument: row.numpy(*p[:k], x, *p[k + 1 :]), np.asarray(point[argument]))
            assert abs(claim - truth) <= 10*estimate + 1e-8*max(1.0, abs(truth))  # fmt: skip


@pytest.mark.parametrize(("definition", "texts"), [case for case in BODIES if any(case[1])], ids=[d for d, t in BODIES if any(t)])
def test_the_derivative_is_simplified(definition: str, texts: tuple[str, ...]) -> None:
    assert user_function(read_definition(definition), {}).derivatives == texts


def test_functions_of_the_table_stay_by_their_name() -> None:
    (text,) = user_function(read_definition("swish(u) = u*sigmoid(u)"), {}).derivatives
    assert "sigmoid(u)" in text and "exp" not in text


def test_a_function_may_call_an_earlier_one() -> None:
    square = user_function(read_definition("sq(t) = t**2"), {})
    row = user_function(read_definition("f(a) = sq(a + 1) + sq(2*a)"), {"sq": square})
    assert row.source == "(u + 1) ** 2 + (2 * u) ** 2"
    assert row.numpy(3.0) == 52.0


def test_the_kinks_of_what_it_is_made_of_are_its_own() -> None:
    assert user_function(read_definition("f(u) = relu(u)*abs(u)"), {}).kink == "abs'(0) = 0; relu'(0) = 0"


def test_latex_of_a_name_with_an_underscore() -> None:
    assert user_function(read_definition("my_f(u) = u"), {}).latex == r"\operatorname{my\_f}{0}"


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("wrt", ["X", "y"])
def test_a_program_with_functions_of_ones_own(wrt: str, order: int) -> None:
    """Against the same program with the functions written out."""
    own = td.derive("sum(f(swish(X), y))", wrt, {"X": "n d", "y": "d"}, ["swish(u) = u*sigmoid(u)", "f(p, q) = sin(p*q)"], order)
    out = td.derive("sum(sin(X*sigmoid(X)*y))", wrt, {"X": "n d", "y": "d"}, [], order)
    rng = np.random.default_rng(2)
    point = Point({"X": rng.normal(size=(3, 2)), "y": rng.normal(size=2)}, {"n": 3, "d": 2})
    got, want = (point.evaluator(d.gradient.program).at(d.result, d.gradient.program.result.axes) for d in (own, out))
    assert np.allclose(got, want, rtol=1e-11, atol=1e-12)
