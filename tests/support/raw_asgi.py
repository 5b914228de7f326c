"""Requests as no well-kept client would send them: octets of one's own in the path, the query, headers and the body."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Got:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    application: Any,
    method: str,
    path: bytes,
    headers: Sequence[tuple[bytes, bytes]] = (),
    body: Iterable[bytes] = (),
) -> Got:
    """Ask an application; the body comes in as many parts as it has."""
    return asyncio.run(_ask(application, method, path, headers, body))


async def _ask(
    application: Any, method: str, path: bytes, headers: Sequence[tuple[bytes, bytes]], body: Iterable[bytes]
) -> Got:
    where, _, query = path.partition(b"?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "https",
        "path": _unquoted(where).decode(errors="replace"), "raw_path": where, "query_string": query, "root_path": "",
        "headers": [(b"host", b"convene.example"), *headers],
        "client": ("127.0.0.1", 50_000), "server": ("convene.example", 443),
    }  # fmt: skip
    parts = ({"type": "http.request", "body": part, "more_body": True} for part in body)
    got: dict[str, Any] = {"body": b""}

    ended = False

    async def receive() -> dict[str, Any]:
        nonlocal ended
        if ended:
            # The line stays open, and nothing more comes.
            await asyncio.Event().wait()
        part = next(parts, None)
        ended = part is None
        return part or {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            got["status"] = message["status"]
            got["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            got["body"] += message.get("body", b"")

    await application(scope, receive, send)
    return Got(got["status"], got["headers"], got["body"])


def _unquoted(path: bytes) -> bytes:
    """As a server does before it decodes."""
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(path)
