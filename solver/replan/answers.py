"""What people have answered, from one revision of a calendar to the next, and what has to be looked at because of it.

Every next revision goes through `next_revision`: an answer is about a time and a place, so it stands for as long as both do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from solver.schema.base import Level
from solver.schema.calendar import Attendee, Calendar, Meeting, OpenRebooking

PRESENT: Final = frozenset({"attending", "remote", "deputy"})
"""Statuses of those who take part, and so are invited."""
Because = Literal["declined", "countered", "delegated"]
_MATTERS: Final[dict[Because, frozenset[Level]]] = {
    "declined": frozenset({"essential"}),
    "countered": frozenset({"essential", "expected"}),
    "delegated": frozenset({"essential", "expected"}),
}
"""Whose answer makes a meeting one to look at again. Somebody expected who declines sends a deputy or a report."""


def next_revision(before: Calendar, after: Calendar) -> Calendar:
    """Make a calendar the next revision of another.

    Parameters
    ----------
    before : Calendar
        That stands.
    after : Calendar
        That takes its place; answers in it count for nothing.

    Returns
    -------
    Calendar
        ``after`` with the number after that of ``before``. Whoever keeps time and place at a meeting keeps their answer;
        the others haven't answered. What was open to be rebooked is open where the answer still stands.
    """
    known = {meeting.id: meeting for meeting in before.meetings}
    meetings = tuple(_carried(known.get(one.id), one) for one in after.meetings)
    return after.model_copy(
        update={
            "revision": before.revision + 1,
            "meetings": meetings,
            "rebookings": open_rebookings(meetings),
        }
    )


def brought_back(now: Calendar, before: Calendar) -> Calendar:
    """Make the calendar that stood before another one the revision after it.

    Parameters
    ----------
    now : Calendar
        That stands.
    before : Calendar
        That stood before it, with the answers of then.

    Returns
    -------
    Calendar
        As `next_revision` makes it. Whoever had answered for what comes back has answered as well: nobody has told them of
        anything else, unless somebody has answered for where the meeting is now.
    """
    after = next_revision(now, before)
    known = {meeting.id: meeting for meeting in now.meetings}
    earlier = {meeting.id: meeting for meeting in before.meetings}
    meetings = tuple(_remembered(one, known.get(one.id), earlier[one.id]) for one in after.meetings)
    return after.model_copy(update={"meetings": meetings, "rebookings": open_rebookings(meetings)})


def open_rebookings(meetings: Iterable[Meeting]) -> tuple[OpenRebooking, ...]:
    """Find the meetings to look at again, from the answers alone; in order of the meetings' start."""
    found = []
    for meeting in sorted(meetings, key=lambda one: (one.start, one.id)):
        for entry in meeting.attendees:
            because = _because(entry)
            if because is not None and entry.answer is not None:
                found.append(
                    OpenRebooking(
                        meeting=meeting.id,
                        person=entry.person,
                        since=entry.answer.at,
                        because=because,
                        start=entry.answer.start,
                        end=entry.answer.end,
                    )
                )
    return tuple(dict.fromkeys(found))


def span_for(meeting: Meeting, entry: Attendee) -> tuple[datetime, datetime]:
    """When a meeting is for one who takes part: their sitting's time of a split meeting."""
    for half in meeting.sittings:
        if half.id == entry.sitting:
            return half.start, half.end
    return meeting.start, meeting.end


def _because(entry: Attendee) -> Because | None:
    answer = entry.answer
    if answer is None or entry.status not in PRESENT:
        return None
    return next((why for why, who in _MATTERS.items() if why == answer.status and entry.level in who), None)


def _carried(before: Meeting | None, after: Meeting) -> Meeting:
    known = {} if before is None else {_place(before, one): one.answer for one in before.attendees}
    attendees = tuple(
        one.model_copy(update={"answer": known.get(_place(after, one))}) for one in after.attendees
    )
    return after if attendees == after.attendees else after.model_copy(update={"attendees": attendees})


def _remembered(after: Meeting, now: Meeting | None, before: Meeting) -> Meeting:
    """A meeting that comes back, with what was answered for it before it was changed."""
    stays = set() if now is None else {_place(now, one) for one in now.attendees}
    back = {_place(before, one) for one in before.attendees}
    if now is not None and any(one.answer and _place(now, one) not in back for one in now.attendees):
        return after
    attendees = tuple(
        one if _place(after, one) in stays else one.model_copy(update={"answer": had.answer})
        for one, had in zip(after.attendees, before.attendees, strict=True)
    )
    return after if attendees == after.attendees else after.model_copy(update={"attendees": attendees})


def _place(meeting: Meeting, entry: Attendee) -> tuple[object, ...]:
    """What an answer was about: who, for whom, when, and where; whoever joins remotely is told no place."""
    joins = entry.remote or entry.status == "remote"
    here = entry.status in PRESENT
    return entry.person, entry.for_, here, *span_for(meeting, entry), None if joins else meeting.venue
