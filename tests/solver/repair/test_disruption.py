"""What it costs people that a meeting moves, by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from solver_cases import lone, planned

from calendars.workdays import WorkingCalendar
from solver.repair.disruption import Disruption, not_standing, people_asked
from solver.schema.calendar import Attendee, Calendar, Meeting
from solver.schema.caseload import BookedMeeting

WORKING = WorkingCalendar("ENG")


def coming(*statuses: str) -> tuple[Attendee, ...]:
    return tuple(
        Attendee.model_validate({"person": f"p-{i}", "level": "expected", "status": status})
        for i, status in enumerate(statuses)
    )


def published() -> tuple[Calendar, Meeting]:
    calendar = planned(lone(), rounds=1)
    meeting = calendar.meetings[0].model_copy(
        update={"attendees": coming("attending", "remote", "deputy", "report", "absent")}
    )
    return calendar.model_copy(update={"meetings": (meeting, *calendar.meetings[1:])}), meeting


def booked(meeting: Meeting, name: str | None) -> BookedMeeting:
    return BookedMeeting(id=name, plans=meeting.plans, start=meeting.start, venue=meeting.venue)


def test_who_comes_is_asked() -> None:
    assert people_asked(published()[1]) == 3


@pytest.mark.parametrize(
    ("working_days", "each"), [(-3, 8), (0, 8), (1, 8), (2, 4), (4, 4), (5, 2), (9, 2), (10, 1), (40, 1)]
)
def test_short_notice_weighs_more(working_days: int, each: int) -> None:
    calendar, meeting = published()
    today = WORKING.add_working_days(meeting.start.date(), -working_days)
    weights = Disruption(calendar, today, WORKING)
    assert weights.of(meeting) == 3 * each
    assert weights.of_booked(booked(meeting, meeting.id)) == 3 * each


def test_a_meeting_of_nobody_counts_as_one_person() -> None:
    calendar, meeting = published()
    today = meeting.start.date() - timedelta(days=60)
    weights = Disruption(calendar, today, WORKING)
    assert weights.of(meeting.model_copy(update={"attendees": coming("absent")})) == 1
    assert weights.of_booked(booked(meeting, None)) == 1


def test_meetings_can_be_counted_instead() -> None:
    calendar, meeting = published()
    weights = Disruption(calendar, meeting.start.date(), WORKING, "meetings")
    assert weights.of(meeting) == weights.of_booked(booked(meeting, meeting.id)) == 1


def test_what_has_another_start_or_venue_does_not_stand() -> None:
    calendar, meeting = published()
    others = calendar.meetings[1:]
    assert not_standing(calendar, calendar.meetings) == ()
    assert not_standing(calendar, others) == (meeting,)
    for change in ({"start": meeting.start + timedelta(hours=1)}, {"venue": "elsewhere"}):
        assert not_standing(calendar, (meeting.model_copy(update=change), *others)) == (meeting,)
    # Its id, its number and who comes are not what people have in their diaries as a time and a place.
    renamed = meeting.model_copy(update={"id": "x", "number": 9, "attendees": ()})
    assert not_standing(calendar, (renamed, *others)) == ()
