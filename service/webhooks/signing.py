"""How a receiver knows that what it is told comes from this service, and now: an HMAC over the time and the body."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

HEADER: Final = "Convene-Signature"
TOLERANCE_SECONDS: Final = 300
"""How old a message may be: whoever records one can't send it again later."""


def sign(secret: str, body: bytes, at: int) -> str:
    """The header's value.

    Parameters
    ----------
    secret
        Of the webhook.
    body
        As it is sent.
    at
        Seconds since 1970.
    """
    return f"t={at},v1={_mac(secret, body, at)}"


def verify(secret: str, body: bytes, header: str, now: int) -> bool:
    """Whether a message is good, for receivers: compared in constant time, and not older than `TOLERANCE_SECONDS`."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    given = parts.get("t", "")
    if (
        not (given.isascii() and given.isdecimal() and len(given) < 12)
        or abs(now - int(given)) > TOLERANCE_SECONDS
    ):
        return False
    return hmac.compare_digest(parts.get("v1", "").encode(), _mac(secret, body, int(given)).encode())


def _mac(secret: str, body: bytes, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


__all__ = ["HEADER", "TOLERANCE_SECONDS", "sign", "verify"]
