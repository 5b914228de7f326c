"""A revision that comes back: who has answered."""

from __future__ import annotations

from datetime import timedelta

from api_cases import documents

from solver.replan.answers import brought_back, next_revision
from solver.schema.calendar import Answer, Calendar, Meeting

YES = Answer(status="accepted", at="2027-01-04T10:00:00+00:00", sequence=0)
NO = Answer(status="declined", at="2027-01-05T10:00:00+00:00", sequence=1)


def answered(meeting: Meeting, answer: Answer) -> Meeting:
    people = tuple(one.model_copy(update={"answer": answer}) for one in meeting.attendees)
    return meeting.model_copy(update={"attendees": people})


def before() -> Calendar:
    calendar = Calendar.model_validate_json(documents()[1])
    return calendar.model_copy(update={"meetings": tuple(answered(one, YES) for one in calendar.meetings)})


def moved(calendar: Calendar) -> Calendar:
    """The first meeting an hour later."""
    first, *rest = calendar.meetings
    hour = timedelta(hours=1)
    later = first.model_copy(update={"start": first.start + hour, "end": first.end + hour})
    return next_revision(calendar, calendar.model_copy(update={"meetings": (later, *rest)}))


def test_whoever_had_answered_for_what_comes_back_has_answered() -> None:
    now = moved(before())
    assert {one.answer for one in now.meetings[0].attendees} == {None}
    back = brought_back(now, before())
    assert (back.revision, back.meetings) == (3, before().meetings)


def test_what_was_answered_since_for_what_stays_counts() -> None:
    now = moved(before())
    first, second, *rest = now.meetings
    now = now.model_copy(update={"meetings": (first, answered(second, NO), *rest)})
    back = brought_back(now, before())
    assert {one.answer for one in back.meetings[1].attendees} == {NO}
    assert {one.meeting for one in back.rebookings} == {second.id}


def test_whoever_was_told_of_the_change_is_asked_again() -> None:
    now = moved(before())
    first, *rest = now.meetings
    now = now.model_copy(update={"meetings": (answered(first, NO), *rest)})
    back = brought_back(now, before())
    assert {one.answer for one in back.meetings[0].attendees} == {None}
