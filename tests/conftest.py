"""What several test modules use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from tensor_deriv.cli import main

ROOT = Path(__file__).resolve().parent.parent
Derive = Callable[..., Result]
HEAVY = pytest.mark.skipif(not os.environ.get("TENSOR_DERIV_ALL"), reason="takes long, and runs where TENSOR_DERIV_ALL is set")

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


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel that this source tree builds."""
    pytest.importorskip("hatchling", reason="hatchling is not here to build with")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))
