"""`derive serve`: listen, say where, and answer until interrupted."""

from __future__ import annotations

import contextlib
import socket
import webbrowser

import click
import uvicorn

from ..errors import DerivationError
from .app import create_app
from .pool import Limits

GRACE = 3  # seconds that questions have to end when the server does
QUEUE = 128  # connections that wait to be taken


def serve(host: str, port: int, limits: Limits, open_page: bool) -> int:
    """Serve the page; DerivationError where nobody can be listened to at that address."""
    with listen(host, port) as listener:
        address = url(listener)
        click.echo(f"{address} (Ctrl-C ends it)")
        if open_page:
            webbrowser.open(address)
        config = uvicorn.Config(
            create_app(limits, frozenset({host.lower()})), http="h11", ws="none", log_level="warning", access_log=False,
            server_header=False, proxy_headers=False, timeout_graceful_shutdown=GRACE,
        )  # fmt: skip
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections at an address; port 0 is any that is free."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=QUEUE)
    except (OSError, UnicodeError, OverflowError) as error:
        raise DerivationError(f"cannot listen at {host}, port {port}: {getattr(error, 'strerror', None) or error}") from None


def url(listener: socket.socket) -> str:
    """The address of the page."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"
