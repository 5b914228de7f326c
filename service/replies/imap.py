"""A mailbox on a server (IMAP4rev1, RFC 3501), always encrypted.

``CONVENE_IMAP_USER``      whom to sign in as, where the address doesn't say
``CONVENE_IMAP_PASSWORD``  or ``CONVENE_IMAP_PASSWORD_FILE``: a file that holds it, such as a mounted secret
``CONVENE_IMAP_TOKEN``     or ``CONVENE_IMAP_TOKEN_FILE``: an OAuth 2 access token instead, as Exchange Online wants it
``CONVENE_IMAP_CA_FILE``   certificates (PEM) to trust besides the system's, for a server of one's own
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from service.delivery.settings import SettingsError
from service.replies.mail import MOST_OCTETS
from service.replies.sources import SourceError
from service.replies.take import Message
from service.secret_files import read_secret

PREFIX: Final = "CONVENE_IMAP_"
PORTS: Final = {"imaps": 993, "imap": 143}
MOST_MESSAGES: Final = 2_000
"""Of one run; the others come with the next."""
TIMEOUT: Final = 60.0
"""Seconds for one answer of the server."""
_PLAIN: Final = re.compile(r"[\x20-\x7e]+")
_SOURCE: Final = re.compile(r"UID ([0-9]+) \(([0-9]+)\)")


@dataclass(frozen=True, slots=True)
class Account:
    """A folder of a mailbox, and how to get at it."""

    host: str
    port: int
    user: str
    folder: str = "INBOX"
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    starttls: bool = False
    """Whether the line is encrypted after it is open (port 143); it always is before anybody signs in."""
    certificates: Path | None = None

    def tls(self) -> ssl.SSLContext:
        """How to verify the server."""
        context = ssl.create_default_context()
        if self.certificates is not None:
            context.load_verify_locations(self.certificates)
        return context


def read_account(url: str, environment: Mapping[str, str]) -> Account:
    """Read an address such as ``imaps://invites@mail.authority.example/INBOX`` and the settings.

    Raises
    ------
    SettingsError
        With every fault. Neither a password nor a token is in any of them.
    """
    faults: list[str] = []
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError(
            ["the address of the mailbox can't be read: write imaps://USER@HOST/FOLDER"]
        ) from None
    given = {
        key.removeprefix(PREFIX): value
        for key, value in environment.items()
        if key.startswith(PREFIX) and value
    }
    if parts.scheme not in PORTS:
        faults.append(
            "the address of a mailbox begins with imaps:// (or imap://, which is encrypted by STARTTLS)"
        )
    if parts.password is not None:
        faults.append(
            f"a password in the address can be seen by others: set {PREFIX}PASSWORD or {PREFIX}PASSWORD_FILE"
        )
    if not parts.hostname:
        faults.append("the address of the mailbox names no server: write imaps://USER@HOST/FOLDER")
    user = unquote(parts.username or "") or given.get("USER", "").strip()
    if not user:
        faults.append(f"nobody is to sign in: write imaps://USER@HOST/FOLDER, or set {PREFIX}USER")
    folder = unquote(parts.path.removeprefix("/")) or "INBOX"
    if not _PLAIN.fullmatch(folder):
        faults.append("the folder's name must be of plain letters, digits and marks")
    password, token = (
        read_secret(given, PREFIX, "PASSWORD", faults),
        read_secret(given, PREFIX, "TOKEN", faults),
    )
    if password is None and token is None and not faults:
        faults.append(f"there is no password: set {PREFIX}PASSWORD_FILE, {PREFIX}PASSWORD, or a token")
    account = Account(
        parts.hostname or "",
        port or PORTS.get(parts.scheme, 993),
        user,
        folder,
        password,
        token,
        parts.scheme == "imap",
        Path(given["CA_FILE"].strip()) if "CA_FILE" in given else None,
    )
    try:
        account.tls()
    except (OSError, ssl.SSLError):
        faults.append(f"{PREFIX}CA_FILE: {account.certificates} holds no certificates that can be read (PEM)")
    if faults:
        raise SettingsError(faults)
    return account


class ImapBox:
    """One folder, as long as the connection lasts. Use it as a context manager.

    Parameters
    ----------
    account
    move
        Folder to which what is settled is moved; ``None``: it is marked as seen where it is.
    """

    def __init__(self, account: Account, *, move: str | None = None) -> None:
        if move is not None and not _PLAIN.fullmatch(move):
            raise SourceError("the folder's name must be of plain letters, digits and marks")
        self._account = account
        self._move = move
        self._connection: imaplib.IMAP4 | None = None
        self._validity = ""
        self.left: int = 0
        """Messages that are left to the next run."""

    def __enter__(self) -> ImapBox:
        """Connect, sign in and open the folder."""
        account = self._account
        with self._told("can't be reached"):
            if account.starttls:
                self._connection = imaplib.IMAP4(account.host, account.port, timeout=TIMEOUT)
                self._connection.starttls(account.tls())
            else:
                self._connection = imaplib.IMAP4_SSL(
                    account.host, account.port, ssl_context=account.tls(), timeout=TIMEOUT
                )
        try:
            with self._told("doesn't let this user in"):
                self._sign_in(self._connection)
            with self._told(f"has no folder {account.folder} that can be written to"):
                _ok(self._connection.select(_quoted(account.folder)))
                self._validity = (self._connection.response("UIDVALIDITY")[1][0] or b"0").decode()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Sign off."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                connection.logout()

    def messages(self) -> Iterator[Message]:
        """Give the messages that nobody has seen, the oldest first; reading them marks nothing."""
        connection = self._open()
        with self._told("doesn't list its messages"):
            found = _ok(connection.uid("SEARCH", "UNSEEN", "UNDELETED"))
        uids = sorted(int(one) for line in found if line for one in line.split())
        self.left = max(0, len(uids) - MOST_MESSAGES)
        for uid in uids[:MOST_MESSAGES]:
            with self._told("doesn't give a message"):
                parts = _ok(connection.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{MOST_OCTETS + 1}>)"))
            data = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if data is not None:  # else somebody has deleted it meanwhile
                # The number is good for as long as the folder has this UIDVALIDITY (RFC 3501 section 2.3.1.1).
                yield Message(f"UID {uid} ({self._validity})", bytes(data))

    def settle(self, sources: Collection[str]) -> tuple[str, ...]:
        """Mark messages as seen, and move them where that is wanted."""
        connection = self._open()
        failed = []
        for source in sources:
            match = _SOURCE.fullmatch(source)
            if match is None or match[2] != self._validity:
                failed.append(source)
                continue
            try:
                self._settle(connection, match[1])
            except (imaplib.IMAP4.error, OSError):
                failed.append(source)
        return tuple(failed)

    def _settle(self, connection: imaplib.IMAP4, uid: str) -> None:
        _ok(connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
        if self._move is None:
            return
        if "MOVE" in connection.capabilities:
            _ok(connection.uid("MOVE", uid, _quoted(self._move)))
            return
        _ok(connection.uid("COPY", uid, _quoted(self._move)))
        _ok(connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in connection.capabilities:
            _ok(connection.uid("EXPUNGE", uid))

    def _sign_in(self, connection: imaplib.IMAP4) -> None:
        account = self._account
        if account.token is not None:
            said = f"user={account.user}\x01auth=Bearer {account.token}\x01\x01".encode()
            _ok(connection.authenticate("XOAUTH2", _once(said)))
        elif "AUTH=PLAIN" in connection.capabilities:
            # Unlike LOGIN it takes any letters (RFC 4616).
            said = f"\x00{account.user}\x00{account.password}".encode()
            _ok(connection.authenticate("PLAIN", _once(said)))
        else:
            _ok(connection.login(_quoted(account.user), account.password or ""))
        # What a server can do may change once somebody is signed in.
        names = _ok(connection.capability())
        connection.capabilities = tuple(names[0].decode().upper().split())

    def _open(self) -> imaplib.IMAP4:
        if self._connection is None:
            raise SourceError("the mailbox isn't open")
        return self._connection

    @contextmanager
    def _told(self, problem: str) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise SourceError(
                f"the certificate of {self._account.host} can't be trusted ({error.verify_message}): for a server of "
                f"your own, set {PREFIX}CA_FILE"
            ) from None
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            # What a server answers may repeat what it was told.
            why = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
            raise SourceError(f"{self._account.host} {problem}{why}") from None


def _ok(answer: tuple[str, Any]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return list(data) if isinstance(data, list | tuple) else [data]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _once(said: bytes) -> Callable[[bytes], bytes]:
    """Answer the first challenge; an error that follows is ended with an empty line (RFC 7628 section 3.2.3)."""
    answers = iter((said,))
    return lambda _: next(answers, b"")


__all__ = ["MOST_MESSAGES", "PORTS", "PREFIX", "Account", "ImapBox", "read_account"]
