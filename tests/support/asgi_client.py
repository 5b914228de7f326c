"""Requests to an application in the same process, without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


class AsgiClient:
    """Like ``httpx.Client``; a fault of the application is answered as its users would see it."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer, with its body also as it was sent, in ``extensions["raw"]``."""
        return asyncio.run(self._request(method, path, more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def head(self, path: str, **more: Any) -> httpx.Response:
        return self.request("HEAD", path, **more)

    def put(self, path: str, **more: Any) -> httpx.Response:
        return self.request("PUT", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    async def _request(self, method: str, path: str, more: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self._application, raise_app_exceptions=False)
        async with (
            httpx.AsyncClient(transport=transport, base_url="https://convene.example") as client,
            client.stream(method, path, **more) as answer,
        ):
            raw = b"".join([part async for part in answer.aiter_raw()])
            return httpx.Response(
                answer.status_code,
                headers=answer.headers,
                content=raw,
                request=answer.request,
                extensions={"raw": raw},
            )
