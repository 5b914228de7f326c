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
_WORD: Final = re.compile(r"[^\W_]+")


class Secrets:
    """What no text that is told may name: protected places, people of families, children's initials.

    Parameters
    ----------
    caseload
    """

    def __init__(self, caseload: Caseload) -> None:
        protected = [
            text for venue in caseload.venues if is_protected(venue) for text in (venue.name, venue.address)
        ]
        family = [
            text for one in caseload.people if one.role in FAMILY_ROLES for text in (one.name, one.email)
        ]
        self._texts = {_words(text) for text in (*protected, *family) if text} - {""}
        children = {re.sub(r"\W", "", child.initials) for plan in caseload.plans for child in plan.children}
        self._initials = {one for one in children if len(one) > 1}  # one letter is nobody's

    def named_in(self, text: str) -> bool:
        """Whether a text names one of them, however it is written; initials only as a word in just their capitals."""
        words = _words(text)
        initials = self._initials & set(_WORD.findall(unicodedata.normalize("NFKC", text)))
        return bool(initials) or any(secret in words for secret in self._texts)


def told_places(caseload: Caseload, secrets: Secrets) -> dict[str, str]:
    """What may be told of each venue, by its id.

    A text that names a protected venue, its address, or somebody of a family is withheld as well, whatever
    the venue is said to be: the same house may be in the caseload twice. So is one that has a child's initials for a
    word ("QZ's room"), in capitals as they are given.
    """
    told: dict[str, str] = {}
    for venue in caseload.venues:
        text = ", ".join(part for part in (plain(venue.name), plain(venue.address or "")) if part)
        if venue.kind == "virtual":
            told[venue.id] = ONLINE
        elif is_protected(venue) or not text or secrets.named_in(text):
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
    words = _WORD.findall(seen.casefold())
    return f" {' '.join(words)} " if words else ""


__all__ = ["ONLINE", "SECURE", "Secrets", "is_protected", "told_places"]
