"""Whose account on which CalDAV server, as the address and the environment say; a password never stands in a command.

``CONVENE_CALDAV_USER``      whom to sign in as, unless the address says so (https://USER@HOST/)
``CONVENE_CALDAV_PASSWORD``  or ``CONVENE_CALDAV_PASSWORD_FILE``: a file that holds it, such as a mounted secret
``CONVENE_CALDAV_TOKEN``     or ``CONVENE_CALDAV_TOKEN_FILE``: an OAuth token instead of a password
``CONVENE_CALDAV_CA_FILE``   certificates (PEM) to trust besides the system's, for a server of one's own
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from service.secret_files import read_secret

PREFIX: Final = "CONVENE_CALDAV_"


class AccountError(Exception):
    """The settings can't be used.

    Attributes
    ----------
    faults
        Every one of them, a sentence each without full stop. No password or token is in any.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Account:
    """An account on a server."""

    url: str
    """Without anybody's name."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    certificates: Path | None = None

    def tls(self) -> ssl.SSLContext:
        """How to verify the server.

        Raises
        ------
        OSError
            If the file of certificates can't be used; ``ssl.SSLError`` is one.
        """
        context = ssl.create_default_context()
        if self.certificates is not None:
            context.load_verify_locations(self.certificates)
        return context


def read_account(url: str, environment: Mapping[str, str]) -> Account:
    """Read the settings.

    Raises
    ------
    AccountError
        With every fault.
    """
    given = {
        name.removeprefix(PREFIX): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value.strip()
    }
    faults: list[str] = []
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise AccountError(["the address can't be read: write https://HOST/PATH"]) from None
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[\w.:-]+", host):
        faults.append("the address must begin with https:// and name a server, such as https://HOST/PATH")
    if parts.password is not None:
        faults.append(
            f"a password in the address can be seen by others: set {PREFIX}PASSWORD or {PREFIX}PASSWORD_FILE"
        )
    user = unquote(parts.username or "") or given.get("USER", "").strip() or None
    password, token = (
        read_secret(given, PREFIX, "PASSWORD", faults),
        read_secret(given, PREFIX, "TOKEN", faults),
    )
    if password is not None and token is not None:
        faults.append("both a password and a token are set: set one of them")
    if password is not None and user is None:
        faults.append(f"there is a password, but {PREFIX}USER is not set: say whose it is")
    if password is None and token is None and user is not None and not faults:
        faults.append(f"there is no password: set {PREFIX}PASSWORD_FILE, {PREFIX}PASSWORD, or a token")
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    account = Account(
        urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")),
        user,
        password,
        token,
        Path(given["CA_FILE"].strip()) if "CA_FILE" in given else None,
    )
    try:
        account.tls()
    except OSError:
        faults.append(f"{PREFIX}CA_FILE: {account.certificates} holds no certificates that can be read (PEM)")
    if faults:
        raise AccountError(faults)
    return account


__all__ = ["PREFIX", "Account", "AccountError", "read_account"]
