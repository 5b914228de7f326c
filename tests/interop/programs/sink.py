"""A mail server on loopback that keeps what it is given."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """Mails as they arrived, each as its bytes."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(bytes(envelope.content))
        return "250 OK"


@contextmanager
def sink() -> Iterator[Sink]:
    """A running one, on a port of its own."""
    found = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found.port = free.getsockname()[1]
    server = Controller(found, hostname="127.0.0.1", port=found.port)
    server.start()
    try:
        yield found
    finally:
        server.stop()
