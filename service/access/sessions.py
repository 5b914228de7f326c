"""Sessions of browsers: a random cookie, of which only a hash is kept, and a token that every change has to bring along.

The cookie is ``__Host-convene`` where the service is reached by https (so nobody under another name of the same domain can
set it), never readable by scripts, and not sent along by other sites' requests but for following a link.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fastapi import Response
from sqlalchemy.orm import Session

from service.access.keys import digest
from service.store import credentials

LASTS: Final = timedelta(hours=10)
"""A working day. Whoever is still there signs in again."""
CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf_token"
_OCTETS: Final = 32


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as it begins; neither secret is to be had later, but for the second one on its pages."""

    cookie: str = field(repr=False)
    csrf: str = field(repr=False)
    until: datetime


def cookie_name(https: bool) -> str:
    """What the cookie is called."""
    return "__Host-convene" if https else "convene"


def begin(session: Session, account: str, now: datetime, before: str | None = None) -> NewSession:
    """Sign an account in.

    Parameters
    ----------
    session
        A writing one.
    account
        Its id.
    now
        Aware.
    before
        The cookie that the browser came with, which ends: whoever may have planted or read it has nothing.
    """
    if before is not None:
        end(session, before)
    new = NewSession(secrets.token_urlsafe(_OCTETS), secrets.token_urlsafe(_OCTETS), now + LASTS)
    credentials.begin_session(session, digest(new.cookie), account, new.csrf, at=now, until=new.until)
    return new


def end(session: Session, cookie: str) -> None:
    """Sign out."""
    credentials.end_session(session, digest(cookie))


def set_cookie(response: Response, new: NewSession, *, https: bool) -> None:
    """Give a browser its session."""
    response.set_cookie(
        cookie_name(https),
        new.cookie,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, *, https: bool) -> None:
    """Take a browser's session away."""
    response.delete_cookie(cookie_name(https), path="/", secure=https, httponly=True, samesite="lax")


def masked(csrf: str) -> str:
    """The token as it stands in a page: another text each time, so that nothing is learnt from how small a page packs."""
    secret = csrf.encode()
    mask = secrets.token_bytes(len(secret))
    return base64.urlsafe_b64encode(mask + _mixed(mask, secret)).decode()


def unmasked(text: str) -> str:
    """The token of what `masked` gave; any other text as it is."""
    try:
        both = base64.b64decode(text, altchars=b"-_", validate=True)
        half, odd = divmod(len(both), 2)
        return text if odd else _mixed(both[:half], both[half:]).decode("ascii")
    except (binascii.Error, ValueError):
        return text


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


__all__ = [
    "CSRF_FIELD",
    "CSRF_HEADER",
    "LASTS",
    "NewSession",
    "begin",
    "clear_cookie",
    "cookie_name",
    "end",
    "masked",
    "set_cookie",
    "unmasked",
]
