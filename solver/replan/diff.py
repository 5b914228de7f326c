"""What changes from one calendar to another, and for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from solver.schema.calendar import Attendee, Breach, Calendar, CalendarException, Meeting
from solver.schema.diff import (
    AttendanceChange,
    CalendarDiff,
    Compared,
    MeetingChange,
    Presence,
    RoleChange,
    Slot,
)

_COMES: Final = frozenset({"attending", "remote", "deputy"})
_ROLES: Final[tuple[Literal["chair", "minutes"], ...]] = ("chair", "minutes")


def diff_calendars(before: Calendar, after: Calendar) -> CalendarDiff:
    """Compare two calendars of one team.

    Parameters
    ----------
    before, after : Calendar
        Meetings are the same where their ids are: those stay the same from one plan to the next for as long as it is the
        same meeting of the same series.

    Returns
    -------
    CalendarDiff
        Meetings in order of when they are, or were; ``people`` by how many meetings are asked of them, most first. A meeting
        has moved where its start, its end or its venue is another. Breaches and exceptions are the same where all but
        their explanation is.
    """
    old, new = {one.id: one for one in before.meetings}, {one.id: one for one in after.meetings}
    both = [(old[name], new[name]) for name in new if name in old]
    moved = [_change(one, other) for one, other in both if _slot(one) != _slot(other)]
    added = [_change(None, new[name]) for name in new if name not in old]
    cancelled = [_change(old[name], None) for name in old if name not in new]
    attendance = [change for one, other in both for change in _attendance(one, other)]
    roles = [change for one, other in both for change in _roles(one, other)]
    touched = {one.meeting for one in moved} | {one.meeting for one in attendance}
    touched |= {one.meeting for one in roles}
    return CalendarDiff(
        before=_compared(before),
        after=_compared(after),
        same=sum(other.id not in touched for _, other in both),
        moved=_in_order(moved),
        added=_in_order(added),
        cancelled=_in_order(cancelled),
        attendance=tuple(attendance),
        roles=tuple(roles),
        breaches_new=_without(after.breaches, before.breaches),
        breaches_gone=_without(before.breaches, after.breaches),
        exceptions_new=_excepted(after.exceptions, before.exceptions),
        exceptions_gone=_excepted(before.exceptions, after.exceptions),
        people=_people([*moved, *added, *cancelled], attendance, roles),
    )


def _compared(calendar: Calendar) -> Compared:
    return Compared(
        id=calendar.id,
        revision=calendar.revision,
        caseload=calendar.caseload.digest,
        cost=calendar.cost,
        objective=calendar.objective,
    )


def _slot(meeting: Meeting) -> Slot:
    return Slot(start=meeting.start, end=meeting.end, venue=meeting.venue)


def _change(before: Meeting | None, after: Meeting | None) -> MeetingChange:
    known = after or before
    assert known is not None
    people = [
        entry.person
        for meeting in (before, after)
        if meeting is not None
        for entry in meeting.attendees
        if entry.status in _COMES
    ]
    return MeetingChange(
        meeting=known.id,
        series=known.series,
        kind=known.kind,
        plans=known.plans,
        before=None if before is None else _slot(before),
        after=None if after is None else _slot(after),
        slack_before=None if before is None else before.slack_days,
        slack_after=None if after is None else after.slack_days,
        breach_days_before=None if before is None else before.breach_days,
        breach_days_after=None if after is None else after.breach_days,
        people=tuple(dict.fromkeys(people)),
    )


def _in_order(changes: Iterable[MeetingChange]) -> tuple[MeetingChange, ...]:
    def when(change: MeetingChange) -> tuple[object, str]:
        slot = change.after or change.before
        assert slot is not None
        return slot.start, change.meeting

    return tuple(sorted(changes, key=when))


def _places(meeting: Meeting) -> Mapping[str, Presence]:
    """How each place is filled, by the person whose place it is."""
    return {
        entry.for_ or entry.person: Presence(
            person=entry.person, status=entry.status, remote=_is_remote(entry)
        )
        for entry in meeting.attendees
    }


def _is_remote(entry: Attendee) -> bool:
    return entry.status == "remote" or (entry.status == "deputy" and entry.remote)


def _attendance(before: Meeting, after: Meeting) -> Iterator[AttendanceChange]:
    old, new = _places(before), _places(after)
    for person in dict.fromkeys((*old, *new)):
        if old.get(person) != new.get(person):
            yield AttendanceChange(
                meeting=after.id, person=person, before=old.get(person), after=new.get(person)
            )


def _roles(before: Meeting, after: Meeting) -> Iterator[RoleChange]:
    for role in _ROLES:
        old, new = getattr(before, role), getattr(after, role)
        if old != new:
            yield RoleChange(meeting=after.id, role=role, before=old, after=new)


def _without(breaches: Iterable[Breach], others: Iterable[Breach]) -> tuple[Breach, ...]:
    known = {(one.series, one.meeting, one.due, one.days) for one in others}
    return tuple(one for one in breaches if (one.series, one.meeting, one.due, one.days) not in known)


def _excepted(
    exceptions: Iterable[CalendarException], others: Iterable[CalendarException]
) -> tuple[CalendarException, ...]:
    known = {(one.meeting, one.person, one.kind) for one in others}
    return tuple(one for one in exceptions if (one.meeting, one.person, one.kind) not in known)


def _people(
    changes: Iterable[MeetingChange], attendance: Iterable[AttendanceChange], roles: Iterable[RoleChange]
) -> dict[str, int]:
    """Count for everybody the meetings of which they are asked or told something."""
    concerned = {(person, change.meeting) for change in changes for person in change.people}
    for place in attendance:
        filled = [presence.person for presence in (place.before, place.after) if presence is not None]
        concerned |= {(person, place.meeting) for person in (place.person, *filled)}
    for role in roles:
        concerned |= {(person, role.meeting) for person in (role.before, role.after) if person is not None}
    counted = Counter(person for person, _ in concerned)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
