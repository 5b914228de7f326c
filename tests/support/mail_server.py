"""A mail server on this machine that answers as a test says."""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = str | Awaitable[str]
Hook = Callable[["MailServer", SMTP, str], Answer | None]


@dataclass
class MailServer:
    """What a test sees of the server, and how it answers.

    Without slots: aiosmtpd looks at every member of it, and Python before 3.11.3 fails at that of a class with slots.

    A hook gets the server, the connection and the address (of ``on_data``: the Message-ID); ``None`` answers as usual.
    """

    on_connect: Callable[[MailServer, SMTP], None] | None = None
    on_mail: Hook | None = None
    on_rcpt: Hook | None = None
    on_data: Hook | None = None
    options: dict[str, Any] = field(default_factory=dict)
    port: int = 0
    connections: int = 0
    open: list[Any] = field(default_factory=list)
    """The transport of each connection."""
    given: list[list[str]] = field(default_factory=list)
    """Options of each sender that was named."""
    offered: list[str] = field(default_factory=list)
    """Every recipient that was asked for."""
    seen: list[str] = field(default_factory=list)
    """Message-IDs of the mails that came in whole, whatever was answered."""
    accepted: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Recipient, Message-ID and content of the mails that were answered with 250."""

    def ids(self) -> list[str]:
        """Message-IDs of what was accepted."""
        return [one for _, one, _ in self.accepted]

    # Called by aiosmtpd under these names.
    async def handle_MAIL(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.given.append(options)
        answer = await _answered(self.on_mail and self.on_mail(self, smtp, address))
        if answer is None or answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.offered.append(address)
        answer = await _answered(self.on_rcpt and self.on_rcpt(self, smtp, address))
        if answer is None or answer.startswith("25"):
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        name = str(message_from_bytes(content)["Message-ID"])
        self.seen.append(name)
        answer = await _answered(self.on_data and self.on_data(self, smtp, name)) or "250 OK"
        if re.match("250|251", answer):
            self.accepted.append((envelope.rcpt_tos[0], name, content))
        return answer


async def _answered(answer: Answer | None) -> str | None:
    return answer if answer is None or isinstance(answer, str) else await answer


class _Connection(SMTP):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        server = self.event_handler
        server.connections += 1
        server.open.append(transport)
        if server.on_connect is not None:
            server.on_connect(server, self)


@contextmanager
def serving(server: MailServer, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Run the server in a thread of its own, at a free port.

    Parameters
    ----------
    tls
        Encrypted from the first octet with this; STARTTLS is one of the server's `options`.
    """
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stopping: asyncio.Event | None = None

    async def serve() -> None:
        nonlocal stopping
        stopping = asyncio.Event()
        listening = await loop.create_server(
            lambda: _Connection(server, hostname="mail.convene.example", loop=loop, **server.options),
            "127.0.0.1",
            0,
            ssl=tls,
        )
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        await stopping.wait()
        listening.close()
        for transport in server.open:
            # Of an encrypted connection that has ended already Python 3.11.2 can't say that there is nothing to do.
            with suppress(AttributeError):
                transport.abort()
        for task in asyncio.all_tasks(loop) - {asyncio.current_task(loop)}:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        await asyncio.sleep(0)  # sockets are closed in the loop's next turn

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield server
    finally:
        assert stopping is not None
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()


def hang_up(smtp: SMTP) -> None:
    """End a connection without a word."""
    smtp.transport.abort()


async def silence() -> str:
    """Never answer."""
    await asyncio.sleep(3600)
    return "250 too late"
