"""What calendars say of a person's or a room's time, and of a school's terms, put into a caseload.

A source is known by its name. When it is read again, what it gave before is replaced as a whole: calendars give their
events new names at every fetch, so nothing else could be told apart. What was entered by hand has no source and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, cast

from calendars.busy import BusyTimes, busy_times
from calendars.content_lines import Notice
from calendars.terms import Terms
from solver.schema.base import DateRange, Span
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

Kind = Literal["person", "venue", "school"]
_FIELD: Final[dict[Kind, str]] = {"person": "people", "venue": "venues", "school": "schools"}
_MINUTE: Final = timedelta(minutes=1)
LONGEST_NAME: Final = 120
"""Characters of a source's name."""


class TargetError(ValueError):
    """Nobody and nothing of that id. The text may be shown.

    Attributes
    ----------
    known
        The ids that there are.
    """

    def __init__(self, text: str, known: tuple[str, ...]) -> None:
        super().__init__(text)
        self.known = known


@dataclass(frozen=True, slots=True)
class Target:
    """Whose time it is."""

    kind: Literal["person", "venue"]
    id: str


@dataclass(frozen=True, slots=True)
class BusyChange:
    """What a source gives now, and gave before."""

    source: str
    stretches: int
    first: date | None
    """Of the stretches it gives; ``None``: it gives none."""
    last: date | None
    added: int
    removed: int
    tentative: int
    """Stretches that are only tentative, whether they count or not."""
    ours: int
    elsewhere: int
    known_from: date | None
    """Where the source speaks of a part of the horizon alone."""
    known_to: date | None
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class TermsChange:
    """A school's terms and closed days as they are now and were before."""

    terms: tuple[tuple[date, date], ...]
    terms_before: tuple[tuple[date, date], ...]
    closed: int
    closed_added: tuple[date, ...]
    closed_removed: tuple[date, ...]
    notices: tuple[Notice, ...]

    @property
    def changed(self) -> bool:
        """Whether anything is otherwise than it was."""
        return bool(self.terms != self.terms_before or self.closed_added or self.closed_removed)


def read_busy(
    caseload: Caseload,
    target: Target,
    data: bytes,
    *,
    is_ours: Callable[[str], bool],
    calendar: Calendar | None = None,
) -> BusyTimes:
    """The busy times that a calendar file tells for the caseload's horizon.

    Parameters
    ----------
    caseload
        Gives the horizon and the zone.
    target
        Whose calendar it is.
    data
        The file.
    is_ours
        Whether a UID is of one of our own meetings.
    calendar
        The meetings that stand: those of `target` are not counted where a file has them under other names.

    Raises
    ------
    CalendarFileError
        The file can't be used.
    """
    return busy_times(
        data,
        zone=caseload.timezone,
        start=caseload.horizon.start,
        end=caseload.horizon.end,
        is_ours=is_ours,
        own=[] if calendar is None else own_meetings(calendar, target),
    )


def own_meetings(calendar: Calendar, target: Target) -> list[tuple[datetime, datetime]]:
    """Start and end of the meetings that somebody comes to, or that are in a room."""
    if target.kind == "venue":
        return [(one.start, one.end) for one in calendar.meetings if one.venue == target.id]
    times = (_time_of(one, target.id) for one in calendar.meetings)
    return [one for one in times if one is not None]


def _time_of(meeting: Meeting, person: str) -> tuple[datetime, datetime] | None:
    places = [
        one for one in meeting.attendees if one.person == person and one.status not in ("report", "absent")
    ]
    if not places:
        return None
    halves = [half for half in meeting.sittings if half.id in {place.sitting for place in places}]
    if halves and all(place.sitting is not None for place in places):
        return min(half.start for half in halves), max(half.end for half in halves)
    return meeting.start, meeting.end


def replace_source(
    caseload: Caseload, target: Target, source: str, found: BusyTimes | None, *, tentative: bool
) -> tuple[Caseload, BusyChange]:
    """The caseload with what a source says now in place of what it said before.

    Parameters
    ----------
    caseload
        Stays as it is.
    target
        Whose time it is.
    source
        Name of the source.
    found
        What it says; ``None`` forgets it.
    tentative
        Whether what is only tentative counts.

    Raises
    ------
    TargetError
        There is no such person or venue.
    """
    item = find(caseload, target.kind, target.id)
    before = [span for span in item.busy if span.source == source]
    taken = [] if found is None else found.taken(tentative=tentative)
    now = [Span(start=start, end=end, source=source) for start, end in taken]
    old, new = {(one.start, one.end) for one in before}, set(taken)
    # A name that is new goes to the end, so that a file read again changes no more than it must.
    at = next((k for k, span in enumerate(item.busy) if span.source == source), len(item.busy))
    kept_before = [span for span in item.busy[:at] if span.source != source]
    kept_after = [span for span in item.busy[at:] if span.source != source]
    changed = _with(caseload, target.kind, target.id, busy=(*kept_before, *now, *kept_after))
    return changed, BusyChange(
        source=source,
        stretches=len(now),
        first=taken[0][0].date() if taken else None,
        last=(taken[-1][1] - _MINUTE).date() if taken else None,
        added=len(new - old),
        removed=len(old - new),
        tentative=0 if found is None else sum(one.kind == "tentative" for one in found.stretches),
        ours=0 if found is None else found.ours,
        elsewhere=0 if found is None else found.elsewhere,
        known_from=None if found is None else found.first,
        known_to=None if found is None else found.last,
        notices=() if found is None else found.notices,
    )


def replace_terms(caseload: Caseload, school: str, found: Terms) -> tuple[Caseload, TermsChange]:
    """The caseload with a school's terms and closed days replaced as a whole.

    Raises
    ------
    TargetError
        There is no such school.
    """
    before = find(caseload, "school", school)
    ranges = tuple(DateRange(start=start, end=end) for start, end in found.terms)
    changed = _with(caseload, "school", school, terms=ranges, closed=found.closed)
    old, new = set(before.closed), set(found.closed)
    return changed, TermsChange(
        terms=found.terms,
        terms_before=tuple((one.start, one.end) for one in before.terms),
        closed=len(found.closed),
        closed_added=tuple(sorted(new - old)),
        closed_removed=tuple(sorted(old - new)),
        notices=found.notices,
    )


def sources_of(caseload: Caseload, target: Target) -> list[str]:
    """Names of the sources that a person's or venue's busy times are from, in order."""
    spans = find(caseload, target.kind, target.id).busy
    return list(dict.fromkeys(span.source for span in spans if span.source is not None))


def find(caseload: Caseload, kind: Kind, identity: str) -> Any:
    """The person, venue or school of an id.

    Raises
    ------
    TargetError
        There is none.
    """
    for item in _items(caseload, kind):
        if item.id == identity:
            return item
    known = tuple(item.id for item in _items(caseload, kind))
    raise TargetError(f"There is no {kind} {identity} in the caseload.", known)


def _with(caseload: Caseload, kind: Kind, identity: str, **changes: Any) -> Caseload:
    updated = tuple(
        one.model_copy(update=changes) if one.id == identity else one for one in _items(caseload, kind)
    )
    return caseload.model_copy(update={_FIELD[kind]: updated})


def _items(caseload: Caseload, kind: Kind) -> Sequence[Any]:
    return cast("Sequence[Any]", getattr(caseload, _FIELD[kind]))


__all__ = [
    "LONGEST_NAME", "BusyChange", "Kind", "Target", "TargetError", "TermsChange", "find", "own_meetings", "read_busy",
    "replace_source", "replace_terms", "sources_of",
]  # fmt: skip
