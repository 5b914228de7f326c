"""Calendars in the making and made, and every revision of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from service.store.caseloads import Parsed
from service.store.kept import Kept
from service.store.scope import Scoped
from service.store.tables import CalendarEntry, CaseloadVersion, Event, Revision
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

READY: Final = frozenset({"completed", "stopped", "infeasible"})
"""States in which there is a calendar."""
OPEN: Final = frozenset({"queued", "preparing", "solving"})
"""States that still change."""
_KEPT: Final = 16


class RevisionError(Exception):
    """The calendar has another revision by now.

    Attributes
    ----------
    revision
        The one that it has.
    """

    def __init__(self, revision: int) -> None:
        super().__init__(f"the calendar is at revision {revision}")
        self.revision = revision


@dataclass(frozen=True, slots=True)
class Standing:
    """A calendar as it stands, with what it answers."""

    entry: CalendarEntry
    revision: Revision
    calendar: Calendar
    caseload: Caseload
    version: CaseloadVersion
    """The row of the caseload."""


class Documents:
    """Reads documents, and keeps those that were read last."""

    def __init__(self) -> None:
        self.caseloads = Parsed()
        self._kept: Kept[tuple[str, int, int], Calendar] = Kept(_KEPT)

    def calendar(self, row: Revision) -> Calendar:
        """Return the document of a revision."""
        # Answers of those invited are written into the revision that stands, so what is in it is part of what it is known by.
        key = (row.calendar, row.number, hash(row.document))
        return self._kept.get(key, lambda: Calendar.model_validate_json(row.document))

    def standing(self, scoped: Scoped, entry: CalendarEntry, number: int | None = None) -> Standing | None:
        """Return a revision of a calendar, the latest if none is named; ``None`` if there is none."""
        wanted = entry.revision if number is None else number
        row = scoped.one(Revision, Revision.calendar == entry.id, Revision.number == wanted)
        if row is None:
            return None
        version = scoped.one(CaseloadVersion, CaseloadVersion.id == row.caseload_version)
        assert version is not None, "a revision has its caseload"
        return Standing(entry, row, self.calendar(row), self.caseloads.caseload(version), version)


def create(
    scoped: Scoped, version: CaseloadVersion, options: dict[str, Any], *, at: datetime
) -> CalendarEntry:
    """Ask for a calendar."""
    entry = CalendarEntry(
        tenant=version.tenant,
        team=version.team,
        state="queued",
        caseload_version=version.id,
        options=options,
        created=at,
        created_by=scoped.principal.account,
    )
    scoped.add(entry)
    return entry


def find(scoped: Scoped, calendar: str, *, lock: bool = False) -> CalendarEntry | None:
    """Return a calendar by its id, if the principal may see it."""
    return scoped.one(CalendarEntry, CalendarEntry.id == calendar, lock=lock)


def add_revision(
    scoped: Scoped,
    entry: CalendarEntry,
    calendar: Calendar,
    caseload_version: str,
    *,
    reason: str,
    at: datetime,
    expected: int | None = None,
) -> Revision:
    """Make a document the next revision of a calendar.

    Parameters
    ----------
    scoped, entry
        The entry found with its lock.
    calendar
        Checked; its own revision is set to the number it gets.
    caseload_version
        What it answers.
    reason
        ``planned``, ``moved``, ``rebooked``, ``undone``.
    at
        Aware.
    expected
        The revision that it was made from.

    Raises
    ------
    RevisionError
        If the calendar has another one by now. Nothing was changed.
    """
    if expected is not None and entry.revision != expected:
        raise RevisionError(entry.revision)
    number = entry.revision + 1
    document = calendar.model_copy(update={"revision": number})
    row = Revision(
        calendar=entry.id,
        number=number,
        caseload_version=caseload_version,
        document=document.model_dump_json(by_alias=True).encode(),
        counts=counts_of(document),
        reason=reason,
        created=at,
        created_by=scoped.principal.account,
    )
    scoped.add(row)
    entry.revision = number
    return row


def replace_document(row: Revision, calendar: Calendar) -> None:
    """Write answers into the revision that stands: they change who has answered, and nothing of the plan."""
    row.document = calendar.model_dump_json(by_alias=True).encode()
    row.counts = counts_of(calendar)


def counts_of(calendar: Calendar) -> dict[str, Any]:
    """Count what operators are told of a calendar: kept beside it, so that nobody reads it for that."""
    answers = Counter(
        place.answer.status
        for meeting in calendar.meetings
        for place in meeting.attendees
        if place.answer is not None
    )
    return {
        "gap": calendar.gap,
        "breaches": len(calendar.breaches),
        "rebookings": len(calendar.rebookings),
        "answers": dict(sorted(answers.items())),
    }


def current(scoped: Scoped, team: str | None = None) -> list[CalendarEntry]:
    """Return each visible team's calendar that counts: the one published last, else the one made last."""
    query = scoped.select(CalendarEntry).where(CalendarEntry.revision > 0)
    if team is not None:
        query = query.where(CalendarEntry.team == team)
    found: dict[str, CalendarEntry] = {}
    for entry in scoped.session.scalars(query.order_by(CalendarEntry.created, CalendarEntry.id)):
        before = found.get(entry.team)
        if before is None or entry.published or not before.published:
            found[entry.team] = entry
    return [found[name] for name in sorted(found)]


def add_event(
    scoped: Scoped, entry: CalendarEntry, kind: str, data: dict[str, Any], *, at: datetime
) -> Event:
    """Tell those who watch a calendar, in the transaction of what it tells."""
    query = scoped.select(Event).where(Event.calendar == entry.id).order_by(Event.number.desc()).limit(1)
    last = scoped.session.scalars(query).first()
    event = Event(
        calendar=entry.id, number=1 if last is None else last.number + 1, kind=kind, data=data, at=at
    )
    scoped.add(event)
    return event


def events(scoped: Scoped, calendar: str, after: int, limit: int = 200) -> list[Event]:
    """Return what happened to a calendar after an event, in order."""
    query = scoped.select(Event).where(Event.calendar == calendar, Event.number > after)
    return list(scoped.session.scalars(query.order_by(Event.number).limit(limit)))


__all__ = [
    "OPEN", "READY", "Documents", "RevisionError", "Standing", "add_event", "add_revision", "counts_of", "create", "current",
    "events", "find", "replace_document",
]  # fmt: skip
