"""`derive serve`: the page, where what it needs is installed."""

from __future__ import annotations

from importlib.util import find_spec

import click

from ..errors import DerivationError

NEEDED = ("starlette", "uvicorn")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="NAME", help="Where to listen; the default is this machine alone.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 is any that is free.")
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=10, show_default=True, help="What one question may take.")
@click.option("--jobs", type=click.IntRange(1, 256), default=2, show_default=True, metavar="N", help="Processes to work with.")
def serve(host: str, port: int, open_page: bool, seconds: float, jobs: int) -> int:
    """Serve a page to derive with, and a JSON interface (/openapi.json), until interrupted."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise DerivationError(f'`derive serve` needs {" and ".join(missing)}: pip install "tensor_deriv[web]"')
    from ..web.pool import Limits
    from ..web.serve import serve as run

    return run(host, port, Limits(jobs, seconds), open_page)
