"""How the team's calendar stands: whether there is one, is one coming, has it been sent; and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.access.rights import may
from service.pages.caseload_rows import Row
from service.pages.rebooking_wanted import count_wanted
from service.pages.team import TeamView
from service.store.calendars import OPEN, Documents, Standing
from service.store.kept import Kept
from service.store.scope import Scoped
from service.store.tables import CalendarEntry
from service.words import gap_words
from solver.schema.calendar import Calendar

_BROKEN: Final = frozenset({"failed", "invalid"})
_CHANGED: Final[Kept[tuple[str, int, int], int]] = Kept(64)
"""By calendar and both revisions: where and when their meetings are never changes."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is to be said before the rows."""

    planning: str | None
    """Id of a calendar in the making; ``None``: none is."""
    broken: str | None
    """Id of the last one asked for, if it came to nothing."""
    newer: bool
    """Whether a caseload came after the one that the calendar answers."""
    unpublished: bool
    ever_published: bool
    changed: int
    """Meetings that aren't as they were published."""
    to_rebook: int
    """Meetings that somebody asked to rebook, or that somebody answered they can't come to, for whoever deals with that."""


def situation_of(view: TeamView) -> Situation:
    """How it stands with a team's calendar."""
    standing = view.standing
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        asked = scoped.select(CalendarEntry).where(CalendarEntry.team == view.id)
        newest = session.scalars(
            asked.order_by(CalendarEntry.created.desc(), CalendarEntry.id.desc()).limit(1)
        ).first()
        changed = 0 if standing is None else _changed_since_published(view.here.documents, scoped, standing)
        to_rebook = 0 if standing is None else _to_rebook(view, scoped, standing)
    state, name = ("", None) if newest is None else (newest.state, newest.id)
    return Situation(
        planning=name if state in OPEN else None,
        broken=name if state in _BROKEN else None,
        newer=standing is not None and view.version is not None and view.version.id != standing.version.id,
        unpublished=view.unpublished,
        ever_published=standing is not None and standing.entry.published > 0,
        changed=changed,
        to_rebook=to_rebook,
    )


def _to_rebook(view: TeamView, scoped: Scoped, standing: Standing) -> int:
    answered = view.seen.rebookings if view.seen is not None and may(view.who, "rebooking.accept") else ()
    return count_wanted(scoped, standing) + len({one.meeting for one in answered})


def _changed_since_published(documents: Documents, scoped: Scoped, standing: Standing) -> int:
    published, number = standing.entry.published, standing.revision.number
    if not 0 < published < number:
        return 0

    def make() -> int:
        before = documents.standing(scoped, standing.entry, published)
        return 0 if before is None else _changed(before.calendar, standing.calendar)

    return _CHANGED.get((standing.entry.id, published, number), make)


def _changed(before: Calendar, after: Calendar) -> int:
    was = {one.id: (one.start, one.end, one.venue) for one in before.meetings}
    now = {one.id: (one.start, one.end, one.venue) for one in after.meetings}
    return sum(was.get(name) != now.get(name) for name in was.keys() | now.keys())


@dataclass(frozen=True, slots=True)
class Summary:
    """The calendar in figures, as far as the viewer sees it."""

    meetings: int
    to_come: int
    late: int
    missing: int
    none: int
    tight: int
    proof: str


def summary_of(seen: Calendar, rows: Iterable[Row]) -> Summary:
    """Count what the rows show."""
    states = [mark.state for row in rows for mark in row.marks]
    meetings = len(states) - states.count("missing")
    return Summary(
        meetings=meetings,
        to_come=meetings - states.count("past"),
        late=states.count("late"),
        missing=states.count("missing"),
        none=states.count("none"),
        tight=states.count("tight"),
        proof=gap_words(seen.gap, seen.status),
    )


__all__ = ["Situation", "Summary", "situation_of", "summary_of"]
