"""What several test modules use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from tensor_deriv.cli import main

ROOT = Path(__file__).resolve().parent.parent
Derive = Callable[..., Result]

settings.register_profile("tensor_deriv", derandomize=True, deadline=None)
settings.load_profile("tensor_deriv")


@pytest.fixture
def derive() -> Derive:
    """Run `derive` in this process: `derive("linear", "--wrt", "X").stdout`."""

    def run(*args: str) -> Result:
        return CliRunner().invoke(main, [*map(str, args)])

    return run


@pytest.fixture(autouse=True)
def target_is_installed(request: pytest.FixtureRequest) -> None:
    """Skip where the `target` of a parametrized test is a library that is not there."""
    callspec = getattr(request.node, "callspec", None)
    target = callspec.params.get("target", "numpy") if callspec else "numpy"
    pytest.importorskip({"torch": "torch", "jax": "jax"}.get(target, "numpy"))
