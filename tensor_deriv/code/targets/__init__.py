"""What differs between the array libraries that code is written for: a module for each."""

from __future__ import annotations

from collections.abc import Mapping

from .array_api import ARRAY_API
from .jax import JAX
from .numpy import NUMPY
from .target import MATH, Target
from .torch import TORCH

TARGETS: Mapping[str, Target] = {target.name: target for target in (NUMPY, TORCH, JAX, ARRAY_API)}

__all__ = ["MATH", "TARGETS", "Target"]
