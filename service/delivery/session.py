"""One connection to a mail server: a mail is handed over, or it is known exactly how far that went (RFC 5321).

All that goes wrong is one of five things, told apart by what to do next. Details hold the server's code and words,
shortened and without the address that they are about.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from calendars.components import plain
from service.delivery.settings import Server

_CLOSING: Final = 421
_UNSIGNED: Final = 530
_TOO_BIG: Final = 552
_GO_ON: Final = 354
_GOODBYE: Final = 5.0
"""Seconds that a server gets to answer QUIT: nothing depends on it."""
_LONGEST: Final = 120


class DeliveryError(Exception):
    """A mail was not handed over, or it isn't known."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class UnreachableError(DeliveryError):
    """The server can't be used at the moment. Nothing was handed over."""


class BarredError(DeliveryError):
    """The server will not serve us as it is set up: trying again is no use. Nothing was handed over."""


class LostError(DeliveryError):
    """The connection ended before any of the mail was handed over."""


class DeclinedError(DeliveryError):
    """The server answered that it doesn't take this mail."""

    def __init__(self, detail: str, *, for_good: bool) -> None:
        super().__init__(detail)
        self.for_good = for_good


class UnsureError(DeliveryError):
    """The mail was handed over, and no answer came that says whether the server took it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail with its envelope."""

    sender: str
    to: str
    content: bytes

    @property
    def utf8(self) -> bool:
        """Whether the server must take addresses that aren't ASCII (RFC 6531)."""
        return not (self.sender + self.to).isascii()


class Session:
    """A connection that is opened when needed, used for one mail after the other, and closed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.name,
            timeout=server.answering,
            use_tls=server.security == "tls",
            start_tls=False,  # see `connect`
            tls_context=server.tls(),
        )
        self._transport: asyncio.WriteTransport | None = None

    @property
    def is_connected(self) -> bool:
        """Whether a mail can be handed over without connecting."""
        return self._smtp.is_connected

    async def connect(self) -> None:
        """Connect, encrypt and sign in, as set.

        Raises
        ------
        UnreachableError
            If it may work later.
        BarredError
            If it won't.
        """
        where = f"{self._server.host} port {self._server.port}"
        try:
            await self._smtp.connect(timeout=self._server.connecting)
            self._keep_transport()
            if self._server.security == "starttls":
                # Whether the server offers it or not: who sits in between could take the offer away.
                await self._smtp.starttls(timeout=self._server.connecting)
                self._keep_transport()
            await self._greet()
            if self._server.user is not None:
                await self._smtp.login(self._server.user, self._server.password or "")
        except SMTPResponseException as error:
            self._drop()
            detail = f"{where}: {told(error.code, error.message)}"
            raise (BarredError if error.code // 100 == 5 else UnreachableError)(detail) from error
        except (SMTPException, OSError, ValueError) as error:
            self._drop()
            raise _unconnected(error, where) from error

    async def _greet(self) -> None:
        try:
            await self._smtp.ehlo()
        except SMTPHeloError:
            await self._smtp.helo()

    async def hand_over(self, mail: Mail, begin: Callable[[], None]) -> str:
        """Hand a mail over.

        Parameters
        ----------
        mail
            With CRLF line ends.
        begin
            Called when the server has accepted the recipient and waits for the mail, before any of it is on its way.

        Returns
        -------
        str
            The server's answer.

        Raises
        ------
        LostError, BarredError
            Before `begin`.
        DeclinedError
            Before or after it; it was not taken.
        UnsureError
            After it.
        """
        try:
            await self._offer(mail)
            return await self._give(mail, begin)
        except SMTPResponseException as error:
            raise await self._declined(error, mail) from error

    async def _offer(self, mail: Mail) -> None:
        """Everything up to the server's word that it waits for the mail."""
        smtp, encoding = self._smtp, "utf-8" if mail.utf8 else "ascii"
        options = ["SMTPUTF8"] if mail.utf8 else []
        if mail.utf8 and not smtp.supports_extension("smtputf8"):
            raise DeclinedError("the server takes no address that isn't ASCII (SMTPUTF8)", for_good=True)
        if smtp.supports_extension("size"):
            limit = smtp.esmtp_extensions["size"].strip()
            if limit.isdecimal() and 0 < int(limit) < len(mail.content):
                raise DeclinedError(
                    f"the mail has {len(mail.content)} octets, the server takes {limit}", for_good=True
                )
            options.append(f"SIZE={len(mail.content)}")
        try:
            await smtp.mail(mail.sender, options=options, encoding=encoding)
            await smtp.rcpt(mail.to, encoding=encoding)
            answer = await smtp.execute_command(b"DATA")
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            self._drop()
            raise LostError("the connection was lost, or no answer came") from error
        except ValueError as error:
            raise DeclinedError("the address can't be given to a mail server", for_good=True) from error
        if answer.code != _GO_ON:
            raise SMTPResponseException(answer.code, answer.message)

    async def _give(self, mail: Mail, begin: Callable[[], None]) -> str:
        """Hand over what the server waits for.

        By hand instead of by ``SMTP.data``, which doesn't tell a line that broke before the server waited for the mail
        from one that broke after it.
        """
        protocol = self._smtp.protocol
        if protocol is None or not protocol.is_connected:
            raise LostError("the connection was lost")
        answer = None
        try:
            begin()
            # A line that begins with a full stop gets another (RFC 5321 section 4.5.2).
            protocol.write(re.sub(rb"(?m)^\.", b"..", mail.content) + b".\r\n")
            answer = await protocol.read_response(timeout=self._server.taking)
        except SMTPException as error:
            raise UnsureError("no answer came after the mail was handed over") from error
        finally:
            if answer is None:
                # In the middle of a mail nothing can be said to the server, not even goodbye.
                self._drop()
        kind = answer.code // 100
        detail = told(answer.code, answer.message, mail.to)
        if kind in {4, 5}:
            raise DeclinedError(detail, for_good=kind == 5)
        if kind != 2:
            self._drop()
            raise UnsureError(
                f"the server answered {answer.code}, which says neither that it took the mail nor not"
            )
        return detail

    async def _declined(self, error: SMTPResponseException, mail: Mail) -> DeliveryError:
        """What an answer means that came before any of the mail was handed over."""
        detail = told(error.code, error.message, mail.to)
        kind = error.code // 100
        if error.code == _CLOSING or kind not in {4, 5}:
            self._drop()
            return LostError(detail)
        # A word against the sender that isn't about this mail's size or address: it would be the same for every mail.
        if error.code == _UNSIGNED or (
            isinstance(error, SMTPSenderRefused) and kind == 5 and error.code != _TOO_BIG and not mail.utf8
        ):
            return BarredError(detail)
        try:
            await self._smtp.rset()
        except (SMTPException, OSError):
            self._drop()
        return DeclinedError(detail, for_good=kind == 5)

    def _keep_transport(self) -> None:
        # An encrypted connection that is closed waits for the other side; only the transport itself ends at once.
        if isinstance(self._smtp.transport, asyncio.WriteTransport):
            self._transport = self._smtp.transport

    def _drop(self) -> None:
        """End the connection at once, and don't wait for a server that doesn't answer to let go as well."""
        self._smtp.close()
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    async def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        if self._smtp.is_connected:
            with suppress(SMTPException, OSError):
                await self._smtp.quit(timeout=_GOODBYE)
        self._drop()
        await asyncio.sleep(0)  # the socket is closed in the loop's next turn


def told(code: int, words: str, address: str = "") -> str:
    """A server's answer on one short line, without any address."""
    line = re.sub(r"\S*@\S*", "…", plain(words))
    for part in address.split("@"):
        if part:
            line = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "…", line, flags=re.IGNORECASE)
    said = f"{code} {line}".strip()
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _unconnected(error: Exception, where: str) -> DeliveryError:
    below = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(below, ssl.SSLCertVerificationError):
        return BarredError(f"{where}: its certificate can't be trusted ({below.verify_message})")
    if isinstance(below, ssl.SSLError):
        return BarredError(f"{where}: no encrypted connection ({below.reason or 'TLS failed'})")
    if isinstance(error, SMTPTimeoutError):
        return UnreachableError(f"{where}: no answer in time")
    if isinstance(error, OSError):
        reason = (
            below.strerror if isinstance(below, OSError) and below.strerror else "the connection was lost"
        )
        return UnreachableError(f"{where}: {reason}")
    return BarredError(f"{where}: {plain(str(error))}")


__all__ = [
    "BarredError",
    "DeclinedError",
    "DeliveryError",
    "LostError",
    "Mail",
    "Session",
    "UnreachableError",
    "UnsureError",
    "told",
]
