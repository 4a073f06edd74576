"""A test of a target that is not installed skips, with the reason."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def target_is_installed(request: pytest.FixtureRequest) -> None:
    """Skip where the `target` of a parametrized test is a library that is not there."""
    callspec = getattr(request.node, "callspec", None)
    target = callspec.params.get("target", "numpy") if callspec else "numpy"
    pytest.importorskip({"torch": "torch", "jax": "jax"}.get(target, "numpy"))
