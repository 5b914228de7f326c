"""Which mail server the invites go through, as the environment says; a password never stands in a command.

``CONVENE_SMTP_HOST``      the server's name; the only one that is needed
``CONVENE_SMTP_SECURITY``  ``starttls`` (if not given), ``tls``, or ``none``
``CONVENE_SMTP_PORT``      587, 465 or 25 by the security if not given
``CONVENE_SMTP_USER``      whom to sign in as; nobody if not given
``CONVENE_SMTP_PASSWORD``  or ``CONVENE_SMTP_PASSWORD_FILE``: a file that holds it, such as a mounted secret
``CONVENE_SMTP_CA_FILE``   certificates (PEM) to trust besides the system's, for a server of one's own
``CONVENE_SMTP_NAME``      what to call ourselves to the server, where it wants a name
``CONVENE_SMTP_UNSAFE``    ``yes`` allows ``none`` to a server that isn't on this machine
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal

from service.secret_files import read_secret

Security = Literal["starttls", "tls", "none"]
PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}
PREFIX: Final = "CONVENE_SMTP_"
NAMELESS: Final = "[127.0.0.1]"
"""What we call ourselves: an address literal (RFC 5321 section 4.1.4) tells nothing of this machine."""


class SettingsError(Exception):
    """The settings can't be used.

    Attributes
    ----------
    faults
        Every one of them, a sentence each without full stop.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. Times are in seconds."""

    host: str
    port: int
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    certificates: Path | None = None
    name: str = NAMELESS
    """Of ours, for EHLO."""
    connecting: float = 30
    answering: float = 300
    """For an answer to a command (RFC 5321 section 4.5.3.2)."""
    taking: float = 600
    """For the answer to a whole mail (section 4.5.3.2.6): a server that takes long has often taken it."""

    def tls(self) -> ssl.SSLContext | None:
        """How to verify the server; ``None`` without encryption.

        Raises
        ------
        SettingsError
            If the file of certificates can't be used.
        """
        if self.security == "none":
            return None
        context = ssl.create_default_context()
        if self.certificates is not None:
            try:
                context.load_verify_locations(self.certificates)
            except (OSError, ssl.SSLError) as error:
                raise SettingsError(
                    [f"{PREFIX}CA_FILE: {self.certificates} holds no certificates that can be read (PEM)"]
                ) from error
        return context


def read_server(environment: Mapping[str, str]) -> Server:
    """Read the settings.

    Raises
    ------
    SettingsError
        With every fault. A password is in none of them.
    """
    given = {
        name.removeprefix(PREFIX): value if name == f"{PREFIX}PASSWORD" else value.strip()
        for name, value in environment.items()
        if name.startswith(PREFIX) and value.strip()
    }
    faults: list[str] = []
    host = given.get("HOST", "")
    if not host:
        faults.append(f"{PREFIX}HOST is not set: name the mail server, such as mail.authority.example")
    elif not re.fullmatch(r"[\w.:-]+", host):
        faults.append(f"{PREFIX}HOST must be a name or an address alone, such as mail.authority.example")
    security = _security(given, host, faults)
    port = given.get("PORT", str(PORTS[security]))
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        faults.append(f"{PREFIX}PORT must be a number from 1 to 65535")
        port = "1"
    name = given.get("NAME", NAMELESS)
    if not re.fullmatch(r"[\w.:\[\]-]+", name, re.ASCII):
        faults.append(f"{PREFIX}NAME must be a name or an address alone, such as office.authority.example")
    password = read_secret(given, PREFIX, "PASSWORD", faults)
    if password is not None and "USER" not in given:
        faults.append(f"there is a password, but {PREFIX}USER is not set: say whose it is")
    if password is None and "USER" in given and not faults:
        faults.append(
            f"{PREFIX}USER is set without {PREFIX}PASSWORD or {PREFIX}PASSWORD_FILE: set one of them"
        )
    certificates = Path(given["CA_FILE"]) if "CA_FILE" in given else None
    server = Server(host, int(port), security, given.get("USER"), password, certificates, name)
    try:
        server.tls()
    except SettingsError as error:
        faults += error.faults
    if faults:
        raise SettingsError(faults)
    return server


def _security(given: Mapping[str, str], host: str, faults: list[str]) -> Security:
    wanted = given.get("SECURITY", "starttls").lower()
    security: Security | None = next((one for one in PORTS if one == wanted), None)
    if security is None:
        faults.append(f"{PREFIX}SECURITY must be starttls, tls or none")
        return "starttls"
    if security == "none" and not _is_here(host) and given.get("UNSAFE", "").lower() != "yes":
        faults.append(
            f"{PREFIX}SECURITY is none, so anybody on the way could read the mails: set starttls or tls, or"
            f" {PREFIX}UNSAFE=yes if the way to the server is safe"
        )
    return security


def _is_here(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


__all__ = ["PORTS", "PREFIX", "Security", "Server", "SettingsError", "read_server"]
