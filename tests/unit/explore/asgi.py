"""A client that calls an ASGI application without a network, one request after the other, keeping its cookies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
from starlette.types import ASGIApp


class Client:
    """Requests to one application; redirects are not followed, and what it raises comes through."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._url = f"http://{host}"
        self.cookies: dict[str, str] = {}

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        json: Any = None,
    ) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self._url, cookies=self.cookies) as client:
                body = content if content is None or isinstance(content, bytes) else _chunks(content)
                return await client.request(method, path, headers=headers, content=body, json=json)

        answer = asyncio.run(call())
        self.cookies.update(answer.cookies)
        return answer

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)


async def _chunks(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
