"""The form that a meeting is moved by: what it was filled with, from a form or an address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final

from service.pages.forms import Fault, Form
from service.pages.meeting_at import At

OTHER: Final = "other"
_CHOICE: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d) (\S{1,128})", re.ASCII)
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d\d)", re.ASCII)


@dataclass(frozen=True)
class Filled:
    """What the form's fields hold."""

    choice: str
    """One of the free times, or ``other``."""
    day: str
    month: str
    year: str
    time: str
    venue: str
    """An id."""
    start: datetime | None = None
    """What all that means; ``None`` where it means nothing."""


def unfilled(at: At) -> Filled:
    """The form as it begins: where the meeting is, and nothing chosen."""
    return replace(_other(at, at.meeting.start, at.meeting.venue), choice="", start=None)


def from_query(at: At, start: str, venue: str) -> tuple[Filled, tuple[Fault, ...]]:
    """What an address says, such as one that the week links to."""
    if not start:
        return unfilled(at), ()
    when = _start(start)
    if when is None:
        return unfilled(at), (Fault("start-day", "The address names no time that a meeting could begin at"),)
    known = venue if _knows(at, venue) else at.meeting.venue
    return _other(at, when, known), ()


def filled(at: At, sent: Form) -> tuple[Filled, tuple[Fault, ...]]:
    """What was sent, with all that is wrong with it."""
    form = Filled(
        choice=sent.get("choice"),
        day=sent.get("start-day"),
        month=sent.get("start-month"),
        year=sent.get("start-year"),
        time=sent.get("time"),
        venue=sent.get("venue") if _knows(at, sent.get("venue")) else at.meeting.venue,
    )
    if not form.choice:
        return form, (Fault("choice", "Choose one of the free times, or another date and place"),)
    if form.choice != OTHER:
        found = _CHOICE.fullmatch(form.choice)
        start = None if found is None else _start(found[1])
        if found is None or start is None or not _knows(at, found[2]):
            return form, (Fault("choice", "Choose one of the free times, or another date and place"),)
        return replace(form, start=start, venue=found[2]), ()
    faults = []
    day = date_of(form.day, form.month, form.year)
    if day is None:
        faults.append(Fault("start-day", "The date must be a real date, such as 8 12 2026"))
    clock = time_of(form.time)
    if clock is None:
        faults.append(Fault("time", "The time must be like 14:00"))
    if sent.get("venue") and not _knows(at, sent.get("venue")):
        faults.append(Fault("venue", "Choose a place from the list"))
    if day is None or clock is None or faults:
        return form, tuple(faults)
    return replace(form, start=datetime.combine(day, clock)), ()


def date_of(day: str, month: str, year: str) -> date | None:
    """A date from its three fields; ``None`` where it is none."""
    try:
        found = date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None
    return found if 1900 < found.year < 2200 else None


def time_of(text: str) -> time | None:
    """``14:00``, also ``14.00`` and ``9:30``; ``None`` for anything else."""
    found = _TIME.fullmatch(text.strip())
    try:
        return None if found is None else time(int(found[1]), int(found[2]))
    except ValueError:
        return None


def venues_of(at: At) -> list[tuple[str, str]]:
    """Every place with what it is called, where it is now first; protected places of other families aren't offered."""
    names, now = at.sentences.names, at.meeting.venue
    plans = {plan.id: plan for plan in at.standing.caseload.plans}
    wishes = [plans[plan].venue for plan in at.meeting.plans if plan in plans]
    own = {one for wish in wishes if wish is not None for one in (*wish.only, *wish.prefer)}
    found = [
        (one.id, names.venue(one.id))
        for one in at.standing.caseload.venues
        if one.id == now
        or one.id in own
        or not (one.confidential or one.kind in ("family_home", "placement"))
    ]
    return sorted(found, key=lambda one: (one[0] != now, one[1].casefold(), one[0]))


def _start(text: str) -> datetime | None:
    """A local start in whole minutes; ``None`` where a text is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    local = found.tzinfo is None and not found.second and not found.microsecond
    return found if local and 1900 < found.year < 2200 else None


def _knows(at: At, venue: str) -> bool:
    return any(one.id == venue for one in at.standing.caseload.venues)


def _other(at: At, start: datetime, venue: str) -> Filled:
    return Filled(
        OTHER, str(start.day), str(start.month), str(start.year), f"{start:%H:%M}", venue or at.meeting.venue, start
    )  # fmt: skip


__all__ = ["OTHER", "Filled", "date_of", "filled", "from_query", "time_of", "unfilled", "venues_of"]
