"""What several test modules use."""

from __future__ import annotations

import os
import shutil
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

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

# JAX compiles for arrays of a few entries: what LLVM's optimisations take is more than they give, and XLA's own passes stay
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")

settings.register_profile("tensor_deriv", derandomize=True, deadline=None)
settings.load_profile("tensor_deriv")


@pytest.fixture
def derive() -> Derive:
    """Run `derive` in this process: `derive("linear", "--wrt", "X").stdout`."""

    def run(*args: str) -> Result:
        return CliRunner().invoke(main, [*map(str, args)])

    return run


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, as the system has it."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here to drive a browser: the extra `browser`")
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None) or pytest.skip("chromium is not here")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def target_is_installed(request: pytest.FixtureRequest) -> None:
    """Skip where the `target` of a parametrized test is a library that is not there."""
    callspec = getattr(request.node, "callspec", None)
    target = callspec.params.get("target", "numpy") if callspec else "numpy"
    for module in {"torch": ["torch"], "jax": ["jax"], "xp": ["array_api_compat", "array_api_strict"]}.get(target, []):
        pytest.importorskip(module)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel that this source tree builds."""
    pytest.importorskip("hatchling", reason="hatchling is not here to build with")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))
