"""What somebody has looked at, given to them to send back, so that just that is stored and nothing else.

The service keeps nothing of an upload that nobody has decided to keep: no rows and files of families' data that somebody has to
clear away, and any process of several behind a proxy can store what another one has read. What comes back is known by a seal
over it: by whom, for which team, on top of which version, when. Its key is made of the session's secret, so that it ends with the
session and is good in no other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LASTS: Final = timedelta(hours=2)
_PURPOSE: Final = b"convene: an upload that was looked at\0"
_NO_SESSION: Final = secrets.token_urlsafe(32)
"""For those who have none: a program with a key stores caseloads by the API. As long as this process lives."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was looked at."""

    tenant: str
    account: str
    team: str
    before: str
    """Id of the version that the team had; empty for none."""
    at: int
    """Seconds since 1970."""
    content: bytes
    """Packed."""


def seal(sight: Sight, secret: str | None) -> str:
    """The seal of what was looked at, in letters and digits.

    Parameters
    ----------
    sight
    secret
        Of the session.
    """
    fields = [
        sight.tenant,
        sight.account,
        sight.team,
        sight.before,
        sight.at,
        hashlib.sha256(sight.content).hexdigest(),
    ]
    # For this alone: nothing that is made of the secret elsewhere passes for a seal.
    key = hmac.digest((secret or _NO_SESSION).encode(), _PURPOSE, "sha256")
    return hmac.new(key, json.dumps(fields).encode(), "sha256").hexdigest()


def is_sealed(sight: Sight, given: str, secret: str | None, now: datetime) -> bool:
    """Whether this is what was looked at, in this session and not too long ago."""
    age = now.timestamp() - sight.at
    same = hmac.compare_digest(seal(sight, secret).encode(), given.encode("utf-8", "replace"))
    return same and -60 <= age <= LASTS.total_seconds()


__all__ = ["LASTS", "Sight", "is_sealed", "seal"]
