"""What it costs people that a meeting they have in their diaries doesn't stand: section 8 of ``solver/RULES.md``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, Literal

from calendars.workdays import WorkingCalendar
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import BookedMeeting

Measure = Literal["people", "meetings"]
"""``people``: who is asked to change, weighted by short notice. ``meetings``: how many move."""

SHORT_NOTICE: Final[tuple[tuple[int, int], ...]] = ((2, 8), (5, 4), (10, 2))
"""Points for each person asked, where there are fewer working days than the first number until the meeting."""
LONG_NOTICE: Final = 1
"""Points for each person asked, with more notice than that."""

_COMES: Final = frozenset({"attending", "remote", "deputy"})


class Disruption:
    """What it costs that a meeting of one calendar doesn't stand.

    Parameters
    ----------
    calendar : Calendar
        That stands: who is to come to its meetings.
    today : date
        The day from which notice is counted.
    working : WorkingCalendar
    measure : Measure
    """

    def __init__(
        self, calendar: Calendar, today: date, working: WorkingCalendar, measure: Measure = "people"
    ) -> None:
        self._people = {meeting.id: people_asked(meeting) for meeting in calendar.meetings}
        self._today = today
        self._working = working
        self._measure = measure

    def of(self, meeting: Meeting) -> int:
        """Return the points of a meeting of a calendar; at least 1."""
        return self._points(meeting.start, people_asked(meeting))

    def of_booked(self, booked: BookedMeeting) -> int:
        """Return the points of a booked meeting: with those who are to come to it in the calendar, if it is there."""
        known = None if booked.id is None else self._people.get(booked.id)
        return self._points(booked.start, len(booked.attendees) if known is None else known)

    def _points(self, start: datetime, people: int) -> int:
        if self._measure == "meetings":
            return 1
        day = start.date()
        notice = self._working.working_days_between(self._today, day) if day > self._today else 0
        each = next((points for days, points in SHORT_NOTICE if notice < days), LONG_NOTICE)
        # Whoever keeps the room is asked even where nobody was to come.
        return each * max(1, people)


def people_asked(meeting: Meeting) -> int:
    """Count those who were to come to a meeting, themselves, remotely or for somebody else."""
    return sum(attendee.status in _COMES for attendee in meeting.attendees)


def not_standing(before: Calendar, meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Find the meetings of a calendar that don't stand any more.

    Parameters
    ----------
    before : Calendar
    meetings : iterable of Meeting
        Of the calendar that takes its place.

    Returns
    -------
    tuple of Meeting
        Those for which no meeting of their plans and kind has the same start and venue, in the calendar's order.
    """
    held = {
        (plan, meeting.kind, meeting.start, meeting.venue) for meeting in meetings for plan in meeting.plans
    }
    return tuple(
        meeting
        for meeting in before.meetings
        if not any((plan, meeting.kind, meeting.start, meeting.venue) in held for plan in meeting.plans)
    )
