"""One table row for each name that is not the same in all array libraries.

In a template `{0}` is an argument, `{xp}`, `{jax}`, `{math}` and `{array_api_compat}` are modules, `{ref}` is a tensor that gives
dtype and device, and any other word in braces is a helper function of the same table, put above the function where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """The cells of one array library."""

    name: str
    module: str
    alias: str
    functions: Mapping[str, str]  # elementwise: a path, or a template where it holds `{0}`
    primitives: Mapping[str, str]  # the same for tensor primitives
    helpers: Mapping[str, str]
    axis: str = "axis="
    keepdims: str = "keepdims=True"
    permute: str = "transpose"
    namespace: str = ""  # what asks arrays for their library, where the target is none itself


MATH = {
    "exp": "exp", "log": "log", "log1p": "log1p", "expm1": "expm1", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "erf": "erf", "abs": "fabs",
    "exp2": "exp2", "log2": "log2", "log10": "log10", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "arctan2": "atan2",
    "hypot": "hypot", "erfc": "erfc",
}  # elementwise functions of plain numbers
