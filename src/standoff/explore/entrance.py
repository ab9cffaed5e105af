"""The way into the explorer: its address on this machine, and the tokens that let a browser in.

Whoever connects waits until the server serves. That takes a moment to load, and this module does not: a browser can be
on its way meanwhile.
"""

from __future__ import annotations

import errno
import hmac
import secrets
import socket

from standoff.errors import RequestError

LOOPBACK = "127.0.0.1"


class Keys:
    """The token for the person who started the explorer, and those that work once."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self._once: list[str] = []

    def for_once(self) -> str:
        """A token that the first request that shows it uses up."""
        self._once.append(secrets.token_urlsafe(32))
        return self._once[-1]

    def admits(self, shown: str) -> bool:
        """Whether a token lets in; one that works once does not work again."""
        right = same(shown, self.token)
        for token in list(self._once):
            if same(shown, token):
                self._once.remove(token)
                right = True
        return right


class Entrance:
    """A socket that listens on a port of the loopback interface (0 takes one that is free), and the keys.

    Raises `RequestError` where the port cannot be had.
    """

    def __init__(self, port: int = 0) -> None:
        self.socket = _listening(port)
        self.port: int = self.socket.getsockname()[1]
        self.keys = Keys()

    @property
    def url(self) -> str:
        """Where the page is, for the person who started it."""
        return f"http://{LOOPBACK}:{self.port}/?token={self.keys.token}"

    def url_for_once(self) -> str:
        """The same with a token that can be used once, for a command line that others may see."""
        return f"http://{LOOPBACK}:{self.port}/?token={self.keys.for_once()}"


def same(shown: str, secret: str) -> bool:
    """Comparison in a time that tells nothing about how much is right."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), secret.encode())


def _listening(port: int) -> socket.socket:
    # asyncio sends small packets at once only where the protocol is named
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            what = f"port {port} is taken by another program"
        else:
            what = f"port {port} cannot be used: {error.strerror or error}"
        raise RequestError.of(what, "give --port another number, or leave it out for a free one") from error
    return listening
