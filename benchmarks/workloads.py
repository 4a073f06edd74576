"""What speed.py times: twelve derivatives, their sizes, and the same value as a user of PyTorch or of JAX writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

Array = Any
TORCH = SimpleNamespace(
    exp=torch.exp, tanh=torch.tanh, sqrt=torch.sqrt, softplus=torch.nn.functional.softplus, logsumexp=torch.logsumexp,
    softmax=torch.softmax, log_softmax=torch.log_softmax, solve=torch.linalg.solve, logdet=lambda A: torch.linalg.slogdet(A)[1],
    mean=lambda X: X.mean(1, keepdim=True), var=lambda X: X.var(1, keepdim=True, unbiased=False),
)  # fmt: skip
JAX = SimpleNamespace(
    exp=jnp.exp, tanh=jnp.tanh, sqrt=jnp.sqrt, softplus=jax.nn.softplus, logsumexp=jax.nn.logsumexp,
    softmax=jax.nn.softmax, log_softmax=jax.nn.log_softmax, solve=jnp.linalg.solve, logdet=lambda A: jnp.linalg.slogdet(A)[1],
    mean=lambda X: X.mean(1, keepdims=True), var=lambda X: X.var(1, keepdims=True),
)  # fmt: skip


@dataclass(frozen=True)
class Workload:
    """One derivative: as a question, and its value in the functions `f` that PyTorch and JAX have in common."""

    name: str
    sizes: str
    text: str
    wrt: str
    order: int
    shapes: Mapping[str, str]
    value: Callable[..., Array]
    draw: Callable[[np.random.Generator], Mapping[str, np.ndarray]]
    definitions: tuple[str, ...] = ()
    assume: Mapping[str, str] = field(default_factory=dict)

    def inputs(self) -> dict[str, np.ndarray]:
        """The same arrays every time."""
        return dict(self.draw(np.random.default_rng(0)))

    def torch(self, **inputs: Array) -> Array:
        return self.value(TORCH, **inputs)

    def jax(self, **inputs: Array) -> Array:
        return self.value(JAX, **inputs)


def _normal(shapes: Mapping[str, tuple[int, ...]], scale: float = 1.0) -> Callable[[np.random.Generator], dict[str, np.ndarray]]:
    return lambda rng: {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()}


def _regression(rng: np.random.Generator) -> dict[str, np.ndarray]:
    X = rng.standard_normal((2000, 50))
    return {"X": X, "w": 0.1 * rng.standard_normal(50), "y": (rng.random(2000) < 0.5).astype(float)}


def _classes(rng: np.random.Generator) -> dict[str, np.ndarray]:
    Y = np.eye(10)[rng.integers(10, size=2000)]
    return {"X": rng.standard_normal((2000, 50)), "W": 0.1 * rng.standard_normal((50, 10)), "Y": Y}


def _positive_definite(size: int) -> Callable[[np.random.Generator], np.ndarray]:
    def draw(rng: np.random.Generator) -> np.ndarray:
        root = rng.standard_normal((size, size))
        return root @ root.T / size + np.eye(size)

    return draw


def _network(rng: np.random.Generator) -> dict[str, np.ndarray]:
    Y = np.eye(10)[rng.integers(10, size=512)]
    W1, W2 = rng.standard_normal((256, 256)) / 16, rng.standard_normal((256, 10)) / 16
    return {"X": rng.standard_normal((512, 256)), "W1": W1, "b1": np.zeros(256), "W2": W2, "b2": np.zeros(10), "Y": Y}


def _layer_norm(rng: np.random.Generator) -> dict[str, np.ndarray]:
    X, G = rng.standard_normal((2, 512, 256))
    return {"X": X, "G": G, "g": rng.standard_normal(256), "c": rng.standard_normal(256)}


WORKLOADS = (
    Workload(
        "logistic regression, Hessian", "n=2000, d=50", "sum(softplus(X @ w) - y*(X @ w))", "w", 2, {"X": "n d", "w": "d", "y": "n"},
        lambda f, X, w, y: (f.softplus(X @ w) - y * (X @ w)).sum(), _regression,
    ),
    Workload(
        "Poisson regression, Hessian", "n=2000, d=50", "sum(exp(X @ w) - y*(X @ w))", "w", 2, {"X": "n d", "w": "d", "y": "n"},
        lambda f, X, w, y: (f.exp(X @ w) - y * (X @ w)).sum(), _regression,
    ),
    Workload(
        "softmax regression, Hessian", "n=2000, d=50, 10 classes", "sum(logsumexp(X @ W, axis=1)) - sum(Y*(X @ W))", "W", 2,
        {"X": "n d", "W": "d k", "Y": "n k"},
        lambda f, X, W, Y: f.logsumexp(X @ W, 1).sum() - (Y * (X @ W)).sum(), _classes,
    ),
    Workload(
        "quadratic form, Hessian", "n=300", "x @ A @ x", "x", 2, {"A": "n n", "x": "n"},
        lambda f, A, x: x @ A @ x, _normal({"A": (300, 300), "x": (300,)}),
    ),
    Workload(
        "matrix factorisation, Hessian", "60×40, rank 5", "sum((A - U @ V.T)**2)", "U", 2, {"A": "n m", "U": "n r", "V": "m r"},
        lambda f, A, U, V: ((A - U @ V.T) ** 2).sum(), _normal({"A": (60, 40), "U": (60, 5), "V": (40, 5)}),
    ),
    Workload(
        "logdet, Hessian", "n=40", "logdet(A)", "A", 2, {"A": "n n"},
        lambda f, A: f.logdet(A), lambda rng: {"A": _positive_definite(40)(rng)},
    ),
    Workload(
        "softmax cross-entropy, Hessian", "1000 classes", "-sum(y*log_softmax(z))", "z", 2, {"y": "k", "z": "k"},
        lambda f, y, z: -(y * f.log_softmax(z, -1)).sum(),
        lambda rng: {"y": np.eye(1000)[7], "z": rng.standard_normal(1000)},
    ),
    Workload(
        "two-layer network, gradient", "512×256 → 256 → 10", "-sum(Y*log_softmax(Z))", "W1", 1,
        {"X": "n d", "W1": "d h", "b1": "h", "W2": "h k", "b2": "k", "Y": "n k"},
        lambda f, X, W1, b1, W2, b2, Y: -(Y * f.log_softmax(f.tanh(X @ W1 + b1) @ W2 + b2, -1)).sum(), _network,
        ("H = tanh(X @ W1 + b1)", "Z = H @ W2 + b2"),
    ),
    Workload(
        "attention, gradient", "128×64", "sum(G*(softmax(Q @ K.T/sqrt(d)) @ V))", "Q", 1, dict.fromkeys("QKVG", "n d"),
        lambda f, Q, K, V, G: (G * (f.softmax(Q @ K.T / Q.shape[1] ** 0.5, -1) @ V)).sum(),
        _normal(dict.fromkeys("QKVG", (128, 64))),
    ),
    Workload(
        "layer norm, gradient", "512×256", "sum(G*(Z*g + c))", "X", 1, {"X": "n d", "G": "n d", "g": "d", "c": "d"},
        lambda f, X, G, g, c: (G * ((X - f.mean(X)) / f.sqrt(f.var(X) + 1e-5) * g + c)).sum(), _layer_norm,
        ("Z = (X - mean(X, axis=1, keepdims=True))/sqrt(var(X, axis=1, keepdims=True) + 0.00001)",),
    ),
    Workload(
        "Gaussian process, gradient", "n=300", "(y @ inv(K) @ y + logdet(K))/2", "K", 1, {"K": "n n", "y": "n"},
        lambda f, K, y: (y @ f.solve(K, y) + f.logdet(K)) / 2,
        lambda rng: {"K": _positive_definite(300)(rng), "y": rng.standard_normal(300)}, (), {"K": "spd"},
    ),
    Workload(
        "product chain, gradient", "n=300", "sum((A @ B @ C @ x)**2)", "x", 1, {"A": "n n", "B": "n n", "C": "n n", "x": "n"},
        lambda f, A, B, C, x: ((A @ B @ C @ x) ** 2).sum(), _normal({**dict.fromkeys("ABC", (300, 300)), "x": (300,)}),
    ),
)  # fmt: skip
