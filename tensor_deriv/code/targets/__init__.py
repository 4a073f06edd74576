"""What differs between the array libraries that code is written for: a module for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .jax import JAX
from .numpy import NUMPY
from .target import MATH, Target
from .torch import TORCH

TARGETS: Mapping[str, Target] = {target.name: target for target in (NUMPY, TORCH, JAX)}

DASK = replace(NUMPY, name="dask", module="dask.array", alias="da")  # whose functions are NumPy's, on arrays in blocks

LIBRARIES: Mapping[str, Target] = {**TARGETS, "dask": DASK}

__all__ = ["LIBRARIES", "MATH", "TARGETS", "Target"]
