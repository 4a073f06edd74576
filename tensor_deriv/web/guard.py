"""Who may ask: the page itself, and programs; not other sites by way of the reader's browser."""

from __future__ import annotations

import ipaddress
import json
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import message_record

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "base-uri 'none'",
    "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types answer",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
CACHE = "no-cache"  # asked for again each time, and answered with 304 where nothing changed
MISDIRECTED, FORBIDDEN = 421, 403


class Guard:
    """Lets through what is meant for this server, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self.app = app
        self.names = names | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message))
            await send(message)

        refused = self._refused(scope["path"], Headers(scope=scope))
        await (refused or self.app)(scope, receive, guarded)

    def _refused(self, path: str, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not is_own(host, self.names):
            known = ", ".join(sorted(self.names))
            return refusal(MISDIRECTED, f"this server is not `{host}`; it answers to {known}, and to its address in numbers")
        if path.startswith(("/api/", "/page/")) and is_cross_site(headers, host):
            return refusal(FORBIDDEN, "a page of another site may not ask here")
        return None


def is_own(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header is this server's: a name that it has, or an address in numbers, to which no foreign name can be bound."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        urlsplit(f"//{host}").port  # noqa: B018  (ValueError where it is no number)
    except ValueError:
        return False
    return name in names or is_address(name)


def is_address(name: str) -> bool:
    """Whether a name is an address in numbers."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_cross_site(headers: Headers, host: str) -> bool:
    """Whether a browser sends this for a page of another origin, by what it says of itself."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != host


def add_headers(headers: MutableHeaders) -> None:
    """The headers that every answer has."""
    for name, value in HEADERS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", CACHE)


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """An error as a record."""
    text = json.dumps(message_record(KINDS_OF_REFUSAL.get(status, "Refused"), message), ensure_ascii=False)
    return Response(text.encode(errors="backslashreplace"), status, headers, media_type="application/json")


KINDS_OF_REFUSAL = {500: "Fault", 503: "Busy", 504: "Late"}
