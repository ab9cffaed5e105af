"""Who may talk to the explorer: a browser of the person who started it, through a page that the explorer served.

In front of everything else stand, in this order: the name by which the server was called (a page of another site whose
name was made to point here, *DNS rebinding*, calls it by its own name), where the request comes from (`Sec-Fetch-Site`
and `Origin`), the size of its body, and a secret. The secret is a token in the URL that is printed, which other users
of the machine do not see; the first request exchanges it for a cookie that no script can read and that is sent with
requests from the explorer's own pages only. A browser is started with a token that works once, because the command
line of a program can be seen by others.
"""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from standoff.explore.entrance import Keys, same

BODY = 64 * 1024  # bytes
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
WAY_IN = (
    "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>standoff: not let in</title>"
    "<h1>Not let in</h1><p>Open the address that <code>standoff explore</code> printed, with its token: this browser "
    "has not shown it yet, or the explorer was started anew since.</p>"
)


class Guard:
    """ASGI middleware. `port` is the one that the server listens on; `keys` let in."""

    def __init__(self, app: ASGIApp, port: int, keys: Keys) -> None:
        self._app = app
        self.keys = keys
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        if port == 80:
            self._hosts |= {"127.0.0.1", "localhost"}
        self._cookie = f"standoff_{port}"  # cookies do not tell ports apart
        self._secret = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        guarded = _with_headers(scope, send)
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = _headers(scope)
        refused = self._refusal(scope, headers)
        if refused is not None:
            await _say(guarded, *refused)
            return
        if scope["path"] == "/" and b"token=" in scope["query_string"]:
            await self._exchange(scope, guarded)
            return
        if not self._known(headers):
            await _say(guarded, 403, WAY_IN if not scope["path"].startswith("/api/") else "show the token first")
            return
        await self._app(scope, _bounded(receive), guarded)

    def _refusal(self, scope: Scope, headers: dict[bytes, list[bytes]]) -> tuple[int, str] | None:
        """Status and reason, for requests that no token can help."""
        hosts = headers.get(b"host", [])
        host = hosts[0].decode("latin-1").lower() if len(hosts) == 1 else ""
        if host not in self._hosts:
            return 421, "this server answers to 127.0.0.1 and localhost only"
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "GET, HEAD and POST only"
        sites = headers.get(b"sec-fetch-site", [])
        if any(site not in (b"same-origin", b"none") for site in sites):
            return 403, "requests from other sites are refused"
        origins = headers.get(b"origin", [])
        if any(origin.decode("latin-1").lower() != f"http://{host}" for origin in origins):
            return 403, "requests from other origins are refused"
        return _body_refusal(scope, headers)

    async def _exchange(self, scope: Scope, send: Send) -> None:
        """A right token becomes a cookie, and leaves the address."""
        shown = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[-1]
        if not self.keys.admits(shown):
            await _say(send, 403, WAY_IN)
            return
        cookie = f"{self._cookie}={self._secret}; Path=/; HttpOnly; SameSite=Strict"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _known(self, headers: dict[bytes, list[bytes]]) -> bool:
        cookies = SimpleCookie()
        try:
            cookies.load("; ".join(line.decode("latin-1") for line in headers.get(b"cookie", [])))
        except CookieError:
            return False
        shown = cookies.get(self._cookie)
        return shown is not None and same(shown.value, self._secret)


class TooLargeError(Exception):
    """A body turned out longer than it may be."""


def _headers(scope: Scope) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def _body_refusal(scope: Scope, headers: dict[bytes, list[bytes]]) -> tuple[int, str] | None:
    lengths = headers.get(b"content-length", [])
    if any(not length.isdigit() or int(length[:20]) > BODY for length in lengths):
        return 413, f"a request may have {BODY // 1024} kB"
    if scope["method"] == "POST":
        if headers.get(b"content-type", [b""])[0].split(b";")[0].strip().lower() != b"application/json":
            return 415, "requests are application/json"
        if not lengths:
            return 411, "say how long the request is"
    return None


def _bounded(receive: Receive) -> Receive:
    """The body as it comes, as far as it may go."""
    total = 0

    async def read() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > BODY:
            raise TooLargeError
        return message

    return read


def _with_headers(scope: Scope, send: Send) -> Send:
    """Every answer says what a browser may do with it."""

    async def write(message: Message) -> None:
        if message["type"] == "http.response.start":
            caching = b"no-store" if not scope.get("path", "").startswith("/static/") else b"no-cache"
            extra = [*HEADERS, (b"cache-control", caching)]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return write


async def _say(send: Send, status: int, text: str) -> None:
    kind = b"text/html; charset=utf-8" if text.startswith("<") else b"text/plain; charset=utf-8"
    content = text.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
