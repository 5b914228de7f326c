"""The figures of the past, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from derive_cases import caseload, person, plan, policy

from solver.derive.held_kpis import held_kpis
from solver.schema.calendar import HeldKpis
from solver.schema.caseload import HeldMeeting

Json = dict[str, Any]
PEOPLE: list[str | Json] = [
    "social_worker-1",
    person("school-1", agency="Hill School", deputies=["school-2"]),
    person("school-2", agency="Hill School"),
    "parent-1",
]
LEVELS = {
    "attendance": [
        {"roles": ["social_worker"], "level": "essential", "sources": ["X1"]},
        {"roles": ["school", "parent", "child"], "level": "expected", "sources": ["X1"]},
    ]
}
CHILD = {"id": "child-1", "initials": "A.B.", "date_of_birth": "2016-05-04", "attends": "yes"}
MINUTES = {"kind": "minutes", "due": "5 working days"}


def held(start: str, *attended: str, plans: Any = ("plan-1",), **more: Any) -> HeldMeeting:
    return HeldMeeting.model_validate({"plans": plans, "start": start, "attended": attended} | more)


def figures(
    *meetings: HeldMeeting, plans: list[Json] | None = None, tasks: Any = (MINUTES,), **more: Any
) -> HeldKpis:
    core_group = policy(tasks=tasks)
    rule = core_group.meetings[0].model_validate(core_group.meetings[0].model_dump() | LEVELS)
    whole = core_group.model_copy(update={"meetings": (rule,)})
    case = caseload(PEOPLE, plans or [under_way()], **more)
    return held_kpis(case, whole, meetings)


def under_way(count: int = 2, **more: Any) -> Json:
    """A plan whose conference was on Tue 1 September 2026, with so many meetings held."""
    events = {"initial_conference": "2026-09-01", "last_meeting": "2026-10-13", "held": count}
    return plan(1, "social_worker-1", "school-1", "parent-1", events=events, **more)


def test_nothing_held_has_no_figures() -> None:
    assert figures() == HeldKpis(
        meetings=0,
        in_timescale_percent=None,
        first_core_groups=0,
        first_core_groups_in_time_percent=None,
        slack_median_days=None,
        expected_attendance_percent=None,
        partner_attendance_percent={},
        child_attended_percent=None,
        outside_school_hours_percent=None,
        minutes_in_time_percent=None,
        notice_median_days=None,
        short_notice_percent=None,
    )


@pytest.mark.parametrize(
    ("first", "second", "in_time", "first_in_time", "slack"),
    [
        # Ten working days from 1 September end on Tue 15 September; 28 days from there on Tue 13 October.
        ("2026-09-15", "2026-10-13", 100.0, 100.0, 0.0),
        ("2026-09-15", "2026-10-14", 50.0, 100.0, 0.0),
        ("2026-09-16", "2026-10-14", 50.0, 0.0, 0.0),
        ("2026-09-11", "2026-10-06", 100.0, 100.0, 2.5),
    ],
)
def test_in_time_by_the_policys_own_dates(
    first: str, second: str, in_time: float, first_in_time: float, slack: float
) -> None:
    found = figures(held(f"{second}T10:00"), held(f"{first}T10:00"))
    assert (found.meetings, found.first_core_groups) == (2, 1)
    assert (found.in_timescale_percent, found.first_core_groups_in_time_percent) == (in_time, first_in_time)
    assert found.slack_median_days == slack


def test_a_meeting_before_which_others_were_held_is_not_the_first_and_has_no_date_to_count_from() -> None:
    found = figures(held("2026-10-13T10:00"), plans=[under_way(3)])
    assert (found.first_core_groups, found.in_timescale_percent) == (0, None)
    given = figures(held("2026-10-13T10:00", due="2026-10-12"), plans=[under_way(3)])
    assert given.in_timescale_percent == 0.0


def test_who_came_and_whose_deputy() -> None:
    plans = [under_way(children=[CHILD])]
    found = figures(
        held("2026-09-15T10:00", "social_worker-1", "school-2", "parent-1", "child-1"),
        held("2026-10-13T10:00", "social_worker-1"),
        plans=plans,
    )
    # Expected are the school, the parent and the child; the social worker is essential.
    assert found.expected_attendance_percent == 50.0
    assert found.partner_attendance_percent == {"Hill School": 50.0}
    assert found.child_attended_percent == 50.0


def test_one_who_had_left_was_not_expected() -> None:
    left = plan(
        1,
        {"person": "school-1", "until": "2026-09-30"},
        events={"initial_conference": "2026-09-01", "last_meeting": "2026-10-13", "held": 2},
    )
    found = figures(held("2026-09-15T10:00"), held("2026-10-13T10:00"), plans=[left])
    assert found.partner_attendance_percent == {"Hill School": 0.0}
    assert found.expected_attendance_percent == 0.0
    assert figures(held("2026-10-13T10:00"), plans=[left]).partner_attendance_percent == {}


def test_school_hours_of_the_pupils_who_came() -> None:
    schools = [
        {
            "id": "hill",
            "name": "Hill (made up)",
            "day": {"start": "08:45", "end": "15:15"},
            "terms": [{"start": "2026-09-02", "end": "2026-12-18"}],
        }
    ]
    plans = [under_way(children=[CHILD | {"school": "hill"}])]

    def percent(*starts: str) -> float | None:
        meetings = [held(start, "child-1") for start in starts]
        return figures(*meetings, plans=plans, schools=schools).outside_school_hours_percent

    assert percent("2026-09-15T15:15") == 100.0
    assert percent("2026-09-15T15:00") == 0.0
    assert percent("2026-09-15T07:45", "2026-10-13T08:00") == 50.0
    assert (
        figures(held("2026-09-15T10:00"), plans=plans, schools=schools).outside_school_hours_percent is None
    )


def test_minutes_sent_by_the_policys_date() -> None:
    """Five working days after Tue 15 September 2026 are Tue 22."""

    def percent(*meetings: HeldMeeting, **more: Any) -> float | None:
        return figures(*meetings, **more).minutes_in_time_percent

    first, second = "2026-09-15T10:00", "2026-10-13T10:00"
    assert percent(held(first, minutes_sent="2026-09-22")) == 100.0
    assert percent(held(first, minutes_sent="2026-09-23")) == 0.0
    assert percent(held(first), held(second, minutes_sent="2026-10-13")) == 50.0
    # The horizon begins on 2 November: what is due then may still be sent.
    assert percent(held("2026-10-26T10:00")) is None
    assert percent(held("2026-10-23T10:00")) == 0.0
    before_next = [{"kind": "record", "direction": "before_next", "due": "5 working days"}]
    # Five working days before Tue 13 October are Tue 6; nothing follows the second.
    assert percent(held(first, minutes_sent="2026-10-06"), held(second), tasks=before_next) == 100.0
    assert percent(held(first, minutes_sent="2026-10-07"), held(second), tasks=before_next) == 0.0


def test_notice_given() -> None:
    """From Mon 7 September 2026 to Tue 15 there are six working days, and from Wed 9 four."""
    found = figures(
        held("2026-09-15T10:00", invited="2026-09-07"),
        held("2026-09-15T12:00", invited="2026-09-09"),
        held("2026-10-13T10:00"),
    )
    assert (found.notice_median_days, found.short_notice_percent) == (5.0, 50.0)


def test_a_review_in_between_is_no_core_group() -> None:
    """From Tue 15 September the next core group is due on Tue 13 October, whatever review lies between."""
    review = held("2026-09-29T10:00", kind="review_conference")
    found = figures(held("2026-09-15T10:00"), review, held("2026-10-14T10:00"))
    assert (found.meetings, found.first_core_groups, found.in_timescale_percent) == (3, 1, 50.0)
    assert figures(review).in_timescale_percent is None
