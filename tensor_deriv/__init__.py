"""Derivatives of tensor formulas, the way they are done on paper: index notation, step by step, checked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "derive": "derivation",
    "Derivation": "derivation",
    "hessian_vector_product": "directed",
    "load": "catalogue",
    "verify": "verification.claim",
    "Report": "verification.check",
    "DerivationError": "errors",
    "ParseError": "errors",
    "UnknownNameError": "errors",
    "ShapeError": "errors",
    "UnsupportedError": "errors",
}
__all__ = ["__version__", *_HOMES]

if TYPE_CHECKING:
    from .catalogue import load as load
    from .derivation import Derivation as Derivation
    from .derivation import derive as derive
    from .directed import hessian_vector_product as hessian_vector_product
    from .errors import DerivationError as DerivationError
    from .errors import ParseError as ParseError
    from .errors import ShapeError as ShapeError
    from .errors import UnknownNameError as UnknownNameError
    from .errors import UnsupportedError as UnsupportedError
    from .verification.report import Report as Report


def __getattr__(name: str) -> Any:
    # names are loaded on first use, so that `derive --help` needs neither SymPy nor NumPy
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
