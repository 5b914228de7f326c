from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from caseloads import small_caseload

from benchmarks.peers.answer import OWN_SCORE, calendar_of
from benchmarks.peers.first_fit import FirstFit
from solver.check import check_calendar
from solver.generate import generate
from solver.policy import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


def first_fit(caseload: Caseload) -> Calendar:
    policy = load_policy(caseload.authority)
    return calendar_of(caseload, policy, *FirstFit(caseload, policy).run(), seed=1)


def small(**changes: Any) -> Caseload:
    return Caseload.model_validate(small_caseload(booked=[], **changes))


def found(caseload: Caseload) -> set[str]:
    report = check_calendar(caseload, load_policy(caseload.authority), first_fit(caseload))
    return {violation.rule for violation in report.violations} - OWN_SCORE


@pytest.mark.parametrize("authority", ["wandsworth", "barnsley", "sefton", "carefirst", "south-west"])
@pytest.mark.parametrize("congestion", ["easy", "hard"])
def test_the_checker_finds_nothing(authority: str, congestion: Any) -> None:
    assert found(generate(18, 5, authority=authority, congestion=congestion)) == set()


def test_a_small_caseload_is_planned_to_the_end() -> None:
    caseload = small()
    assert found(caseload) == set()
    calendar = first_fit(caseload)
    assert calendar.breaches == ()
    assert calendar.kpis.in_timescale_percent == 100


def test_the_first_meeting_is_on_the_day_nearest_its_target_at_a_preferred_time() -> None:
    opening = first_fit(small()).meetings[0]
    assert opening.series == "elm.core_group"
    # Due on 11 November; the target is Friday the 6th, and the family prefers Tuesday and Wednesday afternoons.
    assert opening.window.target == date(2026, 11, 6)
    assert opening.start.date() == date(2026, 11, 6)
    assert opening.venue == "room-1"


def test_a_meeting_that_cannot_be_held_is_a_breach() -> None:
    people = small_caseload()["people"]
    for person in people:
        if person["id"] == "sw-1":
            person["busy"] = [{"start": "2026-11-01T00:00", "end": "2027-05-01T00:00"}]
            person["deputies"] = []
    calendar = first_fit(small(people=people))
    missing = [breach for breach in calendar.breaches if breach.series == "elm.core_group"]
    assert [(breach.meeting, breach.due, breach.days) for breach in missing] == [
        (None, date(2026, 11, 11), 171)
    ]
    assert not any(meeting.series == "elm.core_group" for meeting in calendar.meetings)
    assert found(small(people=people)) == set()


def test_a_meeting_that_fits_only_after_its_due_date_is_late() -> None:
    people = small_caseload()["people"]
    for person in people:
        if person["id"] == "sw-1":
            person["busy"] = [{"start": "2026-11-01T00:00", "end": "2026-11-16T00:00"}]
    calendar = first_fit(small(people=people))
    opening = next(meeting for meeting in calendar.meetings if meeting.series == "elm.core_group")
    assert (opening.start.date(), opening.breach_days, opening.slack_days) == (date(2026, 11, 16), 5, 0)


def test_booked_meetings_are_refused() -> None:
    caseload = Caseload.model_validate(small_caseload())
    with pytest.raises(ValueError, match="empty calendar"):
        FirstFit(caseload, load_policy(caseload.authority))


def test_the_same_caseload_gives_the_same_calendar() -> None:
    caseload = generate(18, 2)
    assert first_fit(caseload) == first_fit(caseload)
    assert first_fit(caseload).meetings[0].start > datetime(2026, 11, 29)
