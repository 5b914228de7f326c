"""What may be told of each venue: the place of a meeting is told only where it gives nothing and nobody away."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from calendars.components import plain
from solver.schema.base import FAMILY_ROLES, HOME_KINDS
from solver.schema.caseload import Caseload, Venue

ONLINE: Final = "Online"
SECURE: Final = "See secure link"


def told_places(caseload: Caseload) -> dict[str, str]:
    """What may be told of each venue, by its id.

    A text that names a protected venue, its address, or somebody of a family is withheld as well, whatever
    the venue is said to be: the same house may be in the caseload twice.
    """
    protected = [
        text for venue in caseload.venues if is_protected(venue) for text in (venue.name, venue.address)
    ]
    family = [text for one in caseload.people if one.role in FAMILY_ROLES for text in (one.name, one.email)]
    secrets = {_words(text) for text in (*protected, *family) if text} - {""}
    told: dict[str, str] = {}
    for venue in caseload.venues:
        text = ", ".join(part for part in (plain(venue.name), plain(venue.address or "")) if part)
        words = _words(text)
        if venue.kind == "virtual":
            told[venue.id] = ONLINE
        elif is_protected(venue) or not text or any(secret in words for secret in secrets):
            told[venue.id] = SECURE
        else:
            told[venue.id] = text
    return told


def is_protected(venue: Venue) -> bool:
    """Whether a venue is a family's home, a placement, or confidential."""
    return venue.confidential or venue.kind in HOME_KINDS


def _words(text: str) -> str:
    """The words of a text between single spaces, so that one text names another if it contains it.

    Marks that are not seen (a soft hyphen, a zero-width space) count for nothing.
    """
    usual = unicodedata.normalize("NFKC", plain(text))
    seen = "".join(mark for mark in usual if unicodedata.category(mark) != "Cf")
    words = re.findall(r"[^\W_]+", seen.casefold())
    return f" {' '.join(words)} " if words else ""


__all__ = ["ONLINE", "SECURE", "is_protected", "told_places"]
