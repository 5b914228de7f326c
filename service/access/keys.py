"""API keys: ``convene_<prefix>_<secret>``. The prefix finds the key and may be shown; of the secret only a hash is kept.

The hash is plain SHA-256, without salt or stretching: those protect secrets that people choose and that can be guessed.
This one is 256 bits of chance, so that nobody finds it from its hash, and the check costs a request next to nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

_PREFIX_OCTETS: Final = 6
_SECRET_OCTETS: Final = 32
_KEY: Final = re.compile(
    rf"convene_([0-9a-f]{{{2 * _PREFIX_OCTETS}}})_([0-9a-f]{{{2 * _SECRET_OCTETS}}})", re.ASCII
)
_NOBODYS: Final = hashlib.sha256(secrets.token_bytes(_SECRET_OCTETS)).hexdigest()


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is made: its whole text is shown once and kept nowhere."""

    prefix: str
    hash: str
    text: str = field(repr=False)


def new_key() -> NewKey:
    """Make a key."""
    prefix, secret = secrets.token_hex(_PREFIX_OCTETS), secrets.token_hex(_SECRET_OCTETS)
    return NewKey(prefix, digest(secret), f"convene_{prefix}_{secret}")


def parse(text: str) -> tuple[str, str] | None:
    """Prefix and secret of a key; ``None`` for what isn't one."""
    found = _KEY.fullmatch(text)
    return None if found is None else (found[1], found[2])


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, kept: str | None) -> bool:
    """Whether a secret is the one of a hash, in the same time for any two; ``None``: there is no such key."""
    equal = same(digest(secret), _NOBODYS if kept is None else kept)
    return equal and kept is not None


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in the same time for any two."""
    return hmac.compare_digest(one.encode(), other.encode())


__all__ = ["NewKey", "digest", "matches", "new_key", "parse", "same"]
