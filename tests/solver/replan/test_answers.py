"""An answer stands as long as time and place do, through every way to the next revision."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from reply_cases import calendar, first, team

from solver.check import check_calendar
from solver.rebook.accept import accept
from solver.rebook.options import Desk
from solver.rebook.together import rebook_together
from solver.repair.repair import RepairLimits, repair
from solver.replan.answers import next_revision, open_rebookings, span_for
from solver.replan.diff import diff_calendars
from solver.schema.calendar import Answer, AnswerStatus, Attendee, Calendar, Meeting, Sitting
from solver.schema.caseload import Caseload

NOW = datetime(2027, 1, 5, 12, tzinfo=UTC)
TODAY = date(2027, 1, 5)


def answer(status: AnswerStatus = "accepted", **more: Any) -> Answer:
    return Answer(status=status, at="2027-01-04T10:30:00Z", sequence=0, **more)


def with_answers(found: Calendar, status: AnswerStatus = "accepted") -> Calendar:
    """Everybody has answered everything."""
    meetings = tuple(
        one.model_copy(
            update={
                "attendees": tuple(who.model_copy(update={"answer": answer(status)}) for who in one.attendees)
            }
        )
        for one in found.meetings
    )
    return found.model_copy(update={"meetings": meetings, "rebookings": open_rebookings(meetings)})


def answered(found: Calendar) -> dict[str, set[str]]:
    return {one.id: {who.person for who in one.attendees if who.answer is not None} for one in found.meetings}


def changed(meeting: Meeting, **more: Any) -> Meeting:
    return meeting.model_copy(update=more)


def after(meeting: Meeting, rest: bool = True) -> Calendar:
    others = calendar().meetings[1:] if rest else ()
    return calendar().model_copy(update={"meetings": (meeting, *others)})


EVERYBODY = {one.person for one in first().attendees}
LATER = {"start": first().start + timedelta(hours=1), "end": first().end + timedelta(hours=1)}


@pytest.mark.parametrize(
    ("update", "kept"),
    [
        ({}, EVERYBODY),
        ({"chair": "sw-1", "slack_days": 1}, EVERYBODY),
        (LATER, set()),
        ({"venue": "room-2"}, set()),
        ({"id": "other"}, set()),
    ],
)
def test_time_and_place(update: dict[str, Any], kept: set[str]) -> None:
    made = next_revision(with_answers(calendar()), after(changed(first(), **update)))
    assert made.revision == 2
    assert made.meetings[0].attendees[0].person in EVERYBODY
    assert {who.person for who in made.meetings[0].attendees if who.answer} == kept
    assert answered(made)[calendar().meetings[1].id] == EVERYBODY


def test_what_is_in_the_next_one_counts_for_nothing() -> None:
    made = next_revision(calendar(), with_answers(calendar(), "declined"))
    assert not any(answered(made).values())
    assert made.rebookings == ()


def place(person: str, **more: Any) -> Attendee:
    return Attendee(**{"person": person, "level": "expected", "status": "attending"} | more)


@pytest.mark.parametrize(
    ("before", "now", "venue", "kept"),
    [
        (place("hv-1"), place("hv-1"), "room-1", True),
        (place("hv-1"), place("hv-1", level="invited"), "room-1", True),
        (place("hv-1"), place("hv-1", status="remote"), "room-1", False),
        (place("hv-1", status="remote"), place("hv-1", status="remote"), "room-2", True),
        (place("hv-1", remote=True), place("hv-1", status="remote"), "room-2", True),
        (place("hv-1"), place("hv-1", status="report"), "room-1", False),
        (place("hv-2"), place("hv-2", status="deputy", **{"for": "hv-1"}), "room-1", False),
        (place("hv-1"), place("hv-2", status="deputy", **{"for": "hv-1"}), "room-1", False),
    ],
)
def test_the_part_that_somebody_has(before: Attendee, now: Attendee, venue: str, kept: bool) -> None:
    standing = after(
        changed(first(), attendees=(before.model_copy(update={"answer": answer()}),)), rest=False
    )
    made = next_revision(standing, after(changed(first(), attendees=(now,), venue=venue), rest=False))
    assert (made.meetings[0].attendees[0].answer is not None) == kept


def test_who_is_in_one_sitting_answers_for_that_one() -> None:
    start, hour = first().start, timedelta(hours=1)
    halves = (
        Sitting(id="A", start=start, end=start + hour),
        Sitting(id="B", start=start + 2 * hour, end=start + 3 * hour),
    )
    people = (place("mother-1", sitting="A"), place("sch-1", sitting="B"), place("sw-1"))
    both = changed(first(), sittings=halves, end=start + 3 * hour, attendees=people)
    standing = with_answers(after(both, rest=False))
    later = Sitting(id="B", start=start + 3 * hour, end=start + 4 * hour)
    made = next_revision(
        standing, after(changed(both, sittings=(halves[0], later), end=later.end), rest=False)
    )
    assert answered(made)[first().id] == {"mother-1"}
    assert span_for(both, people[1]) == (halves[1].start, halves[1].end)
    assert span_for(both, people[2]) == (start, start + 3 * hour)


@pytest.mark.parametrize(
    ("level", "status", "opened"),
    [
        ("essential", "declined", True),
        ("essential", "countered", True),
        ("essential", "delegated", True),
        ("essential", "accepted", False),
        ("essential", "tentative", False),
        ("expected", "declined", False),
        ("expected", "countered", True),
        ("expected", "delegated", True),
        ("invited", "countered", False),
    ],
)
def test_whose_answer_opens_a_rebooking(level: str, status: AnswerStatus, opened: bool) -> None:
    said = answer(status, start=datetime(2027, 1, 12, 10), end=datetime(2027, 1, 12, 11))
    for here in ("attending", "report"):
        who = place("sw-1", level=level, status=here, answer=said)
        found = open_rebookings([changed(first(), attendees=(who,))])
        assert bool(found) == (opened and here == "attending")
        if found:
            assert (found[0].meeting, found[0].person, found[0].because) == (first().id, "sw-1", status)
            assert (found[0].since, found[0].start) == (said.at, said.start)


def test_an_accepted_option_keeps_the_answers_of_what_stands() -> None:
    caseload, policy = team()
    standing = with_answers(calendar(), "declined")
    assert {one.person for one in standing.rebookings} == {"sw-1"}
    desk = Desk(caseload, policy, standing, today=TODAY)
    found = desk.options(first().id, at=first().start + timedelta(days=1)).found[0]
    made = accept(caseload, policy, standing, found, now=NOW)
    assert answered(made) == {first().id: set(), calendar().meetings[1].id: EVERYBODY}
    assert [one.meeting for one in made.rebookings] == [calendar().meetings[1].id], "the other is still open"
    assert check_calendar(caseload, policy, made).ok


def away(caseload: Caseload, person: str, start: datetime, end: datetime) -> Caseload:
    from solver.replan.changes import apply_changes
    from solver.schema.changes import PersonAway

    return apply_changes(caseload, [PersonAway(person=person, start=start, end=end)])


def test_planning_again_keeps_the_answers_of_what_stands() -> None:
    caseload, policy = team()
    standing = with_answers(calendar())
    facts = away(caseload, "sw-1", first().start, first().end)
    done = repair(facts, policy, standing, limits=RepairLimits(rounds=2), now=NOW)
    assert done.moved == (first().id,)
    assert done.calendar.revision == 2
    assert answered(done.calendar)[calendar().meetings[1].id] == EVERYBODY
    moved = next(one for one in done.calendar.meetings if one.id == first().id)
    assert answered(done.calendar)[first().id] == (
        set() if moved.start != first().start else EVERYBODY - {"sw-1"}
    )


def test_rebooking_together_keeps_the_answers_of_what_stands() -> None:
    caseload, policy = team()
    standing = with_answers(calendar())
    done = rebook_together(
        caseload, policy, standing, now=NOW, today=TODAY, barred=[first().id], limits=RepairLimits(rounds=2)
    )
    assert done.calendar.revision == 2
    assert answered(done.calendar) == {first().id: set(), calendar().meetings[1].id: EVERYBODY}


def test_answers_are_no_part_of_the_plan() -> None:
    caseload, policy = team()
    said = with_answers(calendar(), "declined")
    assert check_calendar(caseload, policy, said).ok
    assert diff_calendars(calendar(), said).empty
    assert diff_calendars(calendar(), said).same == len(calendar().meetings)
    assert Calendar.model_validate_json(said.model_dump_json(by_alias=True)) == said
