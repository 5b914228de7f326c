"""Searching on: whether a calendar may get better by it, and a search that begins from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Final

from service.access.rights import may
from service.api.calendars import ask_for, standing_of
from service.api.context import not_found
from service.api.schemas import PlanAsked
from service.pages.team import TeamView
from service.store import incumbents
from service.store.calendars import OPEN
from service.store.scope import Scoped
from service.store.tables import CalendarEntry
from service.words import count

_SECONDS: Final = 300
_WORTH: Final = 0.005
"""Of the points: a calendar that is proved to be as near to the best as that is as good as it."""


@dataclass(frozen=True, slots=True)
class SearchOn:
    """What searching on would be."""

    calendar: str
    searched: str
    """For how long that was done."""
    seconds: int
    how_long: str
    key: str = field(default_factory=lambda: token_urlsafe(16))
    """So that a form that is sent twice is done once."""


def search_on(view: TeamView, entry: CalendarEntry | None) -> SearchOn | None:
    """How a calendar could be searched on from.

    ``None`` where that would gain nothing, where people have been sent the calendar or somebody has moved its meetings (planning
    again keeps to it then), and where it answers a caseload that isn't the team's any more.
    """
    if entry is None or not may(view.who, "calendar.plan") or view.version is None:
        return None
    as_planned = entry.state not in OPEN and entry.revision == 1 and not entry.published
    if not as_planned or entry.options.get("previous") or entry.caseload_version != view.version.id:
        return None
    gap = entry.progress.get("gap")
    if gap is None or gap <= _WORTH:
        return None
    seconds = min(_SECONDS, int(view.here.settings.most_seconds))
    searched = max(1, round(entry.progress.get("seconds") or 0))
    return SearchOn(entry.id, _long(searched), seconds, _long(seconds))


def begin_search_on(view: TeamView, scoped: Scoped, calendar: str) -> CalendarEntry | None:
    """Ask for a search from a calendar, which is what it ends with unless something better is found.

    ``None`` where it can't be searched on from any more.

    Raises
    ------
    Problem
        404 if it isn't the team's, 422 or 429 if it is more than may be asked for.
    """
    found = standing_of(view.here, scoped, calendar)
    if found.entry.team != view.id:
        raise not_found()
    how = search_on(view, found.entry)
    if how is None:
        return None
    entry = ask_for(view.here, scoped, PlanAsked(caseload=found.entry.caseload_version, seconds=how.seconds))
    scoped.session.flush()
    # As where a worker has died: whoever takes the job begins from what is kept, and keeps it unless there is better.
    at = view.here.now()
    incumbents.keep(scoped, entry.id, found.calendar.cost, found.revision.document, at=at)
    return entry


def _long(seconds: int) -> str:
    return count(seconds // 60, "minute") if seconds % 60 == 0 else count(seconds, "second")


__all__ = ["SearchOn", "begin_search_on", "search_on"]
