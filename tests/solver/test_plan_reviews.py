"""Statutory reviews that are planned with everything else: when they are due, who comes, and what keeps them out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from solver_cases import lone, person, planned, read

from calendars.workdays import WorkingCalendar
from solver.check import check_calendar
from solver.policy.windows import review_due
from solver.schema.calendar import Calendar, Meeting
from solver.schema.faults import CaseloadError

Json = dict[str, Any]
REVIEW = "plan-1.review_conference"


def wanting_a_review(**changes: Any) -> Json:
    """A child protection plan in Barnsley whose review is to be planned, with a chair and business support for that alone."""
    data = lone(authority="barnsley")
    data["horizon"]["end"] = "2027-05-28"
    data["people"] += [
        person("chair-1", "conference_chair"),
        person("bs-1", "business_support"),
        person("hv-1", "health_visitor"),
        person("dsl-1", "school"),
    ]
    plan = data["plans"][0]
    plan |= {"schedule_review": True, "review_minutes": 90} | changes
    plan["participants"] += [
        {"person": "chair-1", "meetings": ["review_conference"]},
        {"person": "bs-1", "meetings": ["review_conference"]},
        {"person": "hv-1"},
        {"person": "dsl-1", "meetings": ["core_group"]},
    ]
    return data


def reviews(calendar: Calendar) -> list[Meeting]:
    return [meeting for meeting in calendar.meetings if meeting.kind == "review_conference"]


def test_the_review_is_held_within_three_months_with_its_chair() -> None:
    """The conference was on 30 December 2026: three months are 30 March 2027, 91 days 31 March."""
    calendar = planned(wanting_a_review(), rounds=8)
    (review,) = reviews(calendar)
    assert (review.id, review.series, review.number) == (f"{REVIEW}.1", REVIEW, 1)
    assert review.window.due == date(2027, 3, 30)
    assert review.start.date() <= date(2027, 3, 30)
    assert review.end - review.start == timedelta(minutes=90)
    there = {one.person: (one.level, one.status) for one in review.attendees}
    assert there["chair-1"] == ("essential", "attending")
    assert there["sw-1"][0] == "essential"
    assert "dsl-1" not in there
    assert (review.chair, review.minutes) == ("chair-1", "bs-1")
    assert not review.provisional
    assert review.marks == ()


def test_core_groups_go_on_without_those_who_come_to_the_review_alone() -> None:
    calendar = planned(wanting_a_review(), rounds=8)
    core_groups = [meeting for meeting in calendar.meetings if meeting.kind == "core_group"]
    assert len(core_groups) >= 5
    for meeting in core_groups:
        there = {one.person for one in meeting.attendees}
        assert "dsl-1" in there
        assert there.isdisjoint({"chair-1", "bs-1"})
        assert meeting.end - meeting.start == timedelta(minutes=60)
        assert meeting.provisional == (meeting.start.date() > date(2027, 3, 30))


@pytest.mark.parametrize(
    ("events", "due", "number"),
    [
        ({"last_review": "2026-10-20"}, date(2027, 4, 20), 2),
        ({"last_review": "2026-10-31"}, date(2027, 4, 30), 2),
        ({"last_review": "2026-10-20", "reviews": ["2026-05-05", "2026-10-20"]}, date(2027, 4, 20), 3),
    ],
)
def test_later_reviews_follow_the_last_within_six_months(events: Json, due: date, number: int) -> None:
    data = wanting_a_review(
        events={"initial_conference": "2026-02-03", "last_meeting": "2026-12-29", "held": 9} | events
    )
    (review,) = reviews(planned(data, rounds=4))
    assert (review.window.due, review.number) == (due, number)


def test_a_review_with_a_date_of_its_own_is_not_planned() -> None:
    data = wanting_a_review()
    data["plans"][0]["events"]["reviews"] = ["2027-03-16"]
    assert reviews(planned(data, rounds=4)) == []


def test_nobody_asked_no_review() -> None:
    assert reviews(planned(wanting_a_review(schedule_review=False), rounds=4)) == []


def test_without_its_chair_it_is_late_and_the_calendar_says_so() -> None:
    data = wanting_a_review()
    chair = next(one for one in data["people"] if one["id"] == "chair-1")
    chair["busy"] = [{"start": "2027-01-04T00:00", "end": "2027-04-01T00:00"}]
    calendar = planned(data, rounds=8)
    (review,) = reviews(calendar)
    assert review.start.date() >= date(2027, 4, 1)
    late = [breach for breach in calendar.breaches if breach.series == REVIEW]
    assert [breach.days for breach in late] == [(review.start.date() - date(2027, 3, 30)).days]


def test_the_checker_wants_it() -> None:
    data = wanting_a_review()
    calendar = planned(data, rounds=4)
    caseload, policy = read(data)
    without = [meeting for meeting in calendar.meetings if meeting.series != REVIEW]
    report = check_calendar(caseload, policy, calendar.model_copy(update={"meetings": tuple(without)}))
    assert "series.complete" in {violation.rule for violation in report.violations}


def test_a_quorum_of_three_professionals() -> None:
    data = wanting_a_review()
    data["plans"][0]["participants"] = [
        one for one in data["plans"][0]["participants"] if one["person"] not in ("hv-1", "bs-1")
    ]
    calendar = planned(data, rounds=4)
    assert reviews(calendar) == []
    assert [breach.meeting for breach in calendar.breaches if breach.series == REVIEW] == [None]


def test_a_looked_after_child_has_a_second_review_after_three_months() -> None:
    data = lone(authority="carefirst")
    data["horizon"]["end"] = "2027-05-28"
    data["people"].append(person("iro-1", "iro"))
    plan = data["plans"][0]
    plan |= {
        "type": "looked_after",
        "schedule_review": True,
        "events": {
            "became_looked_after": "2026-11-02",
            "plan_start": "2026-11-02",
            "last_review": "2026-11-27",
            "last_meeting": "2026-12-29",
        },
    }
    plan["participants"].append({"person": "iro-1", "meetings": ["looked_after_review"]})
    calendar = planned(data, rounds=6)
    (review,) = [meeting for meeting in calendar.meetings if meeting.kind == "looked_after_review"]
    assert review.window.due == date(2027, 2, 26)
    assert review.chair == "iro-1"
    caseload, policy = read(data)
    due = review_due(caseload.plans[0], policy, WorkingCalendar("ENG"))
    assert due == review.window.due


def test_siblings_have_one_joint_review() -> None:
    data = wanting_a_review()
    first = data["plans"][0] | {"sibling_group": "elm"}
    child = first["children"][0] | {"id": "child-2"}
    second = first | {"id": "plan-2", "children": [child]}
    second["events"] = {"initial_conference": "2026-12-22"}
    data["plans"] = [first, second]
    (review,) = reviews(planned(data, rounds=6))
    assert review.series == "elm.review_conference"
    assert review.plans == ("plan-1", "plan-2")
    assert review.window.due == date(2027, 3, 22)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"events": {"plan_start": "2026-12-30", "last_meeting": "2026-12-30"}}, "no date from which"),
        ({"type": "child_in_need", "events": {"plan_start": "2026-12-30"}}, "nothing of reviews"),
        ({"review_minutes": 50}, "multiple of the grid"),
    ],
)
def test_what_cannot_be_planned_is_a_fault(changes: Json, said: str) -> None:
    with pytest.raises(CaseloadError) as caught:
        read(wanting_a_review(**changes))
    assert said in str(caught.value)


def test_the_last_core_group_before_a_planned_review_is_marked() -> None:
    calendar = planned(wanting_a_review(), rounds=8)
    (review,) = reviews(calendar)
    before = [m for m in calendar.meetings if m.kind == "core_group" and m.start.date() < review.start.date()]
    marked = [m.id for m in calendar.meetings if "last_before_review" in m.marks]
    assert marked == [before[-1].id]
