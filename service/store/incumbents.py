"""The best calendar that a search has found so far, kept until the search has ended."""

from __future__ import annotations

from datetime import datetime

from service.store.scope import Scoped
from service.store.tables import Incumbent


def kept(scoped: Scoped, calendar: str) -> Incumbent | None:
    """What is kept of a calendar in the making."""
    return scoped.one(Incumbent, Incumbent.calendar == calendar)


def keep(scoped: Scoped, calendar: str, cost: int, document: bytes, *, at: datetime) -> None:
    """Keep a checked calendar, unless a better one is kept already."""
    known = kept(scoped, calendar)
    if known is None:
        scoped.add(Incumbent(calendar=calendar, cost=cost, document=document, created=at))
    elif cost < known.cost:
        known.cost, known.document, known.created = cost, document, at


def forget(scoped: Scoped, calendar: str) -> None:
    """The search has ended: nothing is kept any more."""
    known = kept(scoped, calendar)
    if known is not None:
        scoped.session.delete(known)


__all__ = ["forget", "keep", "kept"]
