"""Whether a meeting is where people were told: nobody is to go by a time that isn't published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.api.seeing import seen_of
from service.pages.meeting_view import when_words
from service.pages.team import TeamView
from service.store.calendars import Standing
from service.store.scope import Scoped
from service.views.names import Names
from service.words import opening
from solver.schema.calendar import Meeting


@dataclass(frozen=True, slots=True)
class Booked:
    """What people were told of a meeting."""

    how: Literal["", "never", "new", "moved"]
    """Nothing of any meeting, nothing of this one, or something else than what is shown."""
    when: str = ""
    """When and where it is to be, as they were told."""


def published(view: TeamView, scoped: Scoped) -> Standing | None:
    """The calendar as people were told of it; ``None`` before the first time."""
    standing = view.standing
    if standing is None or not standing.entry.published:
        return None
    if standing.entry.published == standing.revision.number:
        return standing
    return view.here.documents.standing(scoped, standing.entry, standing.entry.published)


def booked(view: TeamView, scoped: Scoped, meeting: Meeting) -> Booked:
    """What people were told of a meeting, as far as whoever looks may see it."""
    told = published(view, scoped)
    if told is None:
        return Booked("never")
    if told is view.standing:
        return Booked("")
    before = next((one for one in seen_of(view.who, told).meetings if one.id == meeting.id), None)
    if before is None:
        return Booked("new")
    if (before.start, before.end, before.venue) == (meeting.start, meeting.end, meeting.venue):
        return Booked("")
    where = opening(Names(told.caseload).venue(before.venue))
    return Booked("moved", f"{when_words(before.start, before.end)}, {where}")


__all__ = ["Booked", "booked", "published"]
