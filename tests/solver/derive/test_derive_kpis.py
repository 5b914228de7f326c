from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from derive_cases import caseload, england, meeting, person, plan, policy

from solver.derive.kpis import kpis, workload
from solver.derive.shares import percentage
from solver.schema.calendar import Breach, CalendarException, Kpis, PersonWorkload, Task
from solver.schema.caseload import Caseload

TUESDAY, LATER = "2026-11-03", "2026-12-01"
PEOPLE = ["social_worker-1", "school-1", "parent-1"]
DUE = date(2026, 11, 11)


def unheld(series: str = "plan-1.core_group", days: int = 5) -> Breach:
    return Breach(series=series, meeting=None, due=DUE, days=days, proved=True)


def figures(
    *meetings: Any,
    breaches: Any = (),
    exceptions: Any = (),
    case: Caseload | None = None,
) -> Kpis:
    whole = case or caseload(PEOPLE, [plan(1, *PEOPLE)])
    return kpis(whole, policy(), meetings, breaches, exceptions, england())


def test_an_empty_calendar_has_no_percentages() -> None:
    assert figures(case=caseload([], [])) == Kpis(
        meetings=0,
        series=0,
        first_core_groups=0,
        first_core_groups_in_time_percent=None,
        in_timescale_percent=None,
        slack_histogram={"late": 0, "0": 0, "1": 0, "2": 0, "3-5": 0, "6-10": 0, "11+": 0},
        expected_attendance_percent=None,
        child_attended_percent=None,
        outside_school_hours_percent=None,
        deputies=0,
        reports=0,
        exceptions=0,
        breaches=0,
        breach_days=0,
    )


def test_unheld_meetings_are_required_ones() -> None:
    found = figures(
        meeting(1, TUESDAY),
        meeting(2, LATER, breach_days=2),
        breaches=[
            Breach(series="plan-1.core_group", meeting="plan-1.core_group.2", due=DUE, days=2, proved=True),
            unheld(days=5),
        ],
        exceptions=[
            CalendarException(meeting="plan-1.core_group.1", person=None, kind="report", reason="Leave")
        ],
    )
    assert found.in_timescale_percent == 33.3
    assert (found.meetings, found.series, found.breaches, found.breach_days, found.exceptions) == (
        2,
        1,
        2,
        7,
        1,
    )


def test_first_core_groups_are_those_of_plans_that_have_had_none() -> None:
    under_way = {"initial_conference": "2026-08-28", "last_meeting": "2026-10-06"}
    case = caseload(PEOPLE, [plan(1), plan(2), plan(3, events=under_way), plan(4)])

    def of(number: int, day: str, which: int, **more: Any) -> Any:
        return meeting(number, day, plans=[f"plan-{which}"], series=f"plan-{which}.core_group", **more)

    found = figures(
        of(2, LATER, 1, breach_days=3),
        of(1, TUESDAY, 1),
        of(1, "2026-11-20", 2, breach_days=7),
        of(2, TUESDAY, 3, breach_days=4),
        breaches=[unheld("plan-4.core_group"), unheld("plan-1.core_group"), unheld("plan-3.core_group")],
        case=case,
    )
    assert found.first_core_groups == 3
    assert found.first_core_groups_in_time_percent == 33.3


@pytest.mark.parametrize(
    ("slack", "late", "band"),
    [
        (0, 1, "late"),
        (0, 0, "0"),
        (1, 0, "1"),
        (2, 0, "2"),
        (3, 0, "3-5"),
        (5, 0, "3-5"),
        (6, 0, "6-10"),
        (10, 0, "6-10"),
        (11, 0, "11+"),
    ],
)
def test_slack_bands(slack: int, late: int, band: str) -> None:
    histogram = figures(meeting(1, TUESDAY, slack_days=slack, breach_days=late)).slack_histogram
    assert {name for name, count in histogram.items() if count} == {band}


def test_attendance_counts_deputies_and_no_reports() -> None:
    people = ["social_worker-1", "school-1", "school-2", "police-1", "parent-1", "family-1"]
    found = figures(
        meeting(
            1,
            TUESDAY,
            {"person": "social_worker-1", "level": "essential"},
            {"person": "school-2", "status": "deputy", "for": "school-1"},
            {"person": "police-1", "status": "report"},
            {"person": "parent-1", "status": "remote"},
            {"person": "family-1", "level": "invited", "status": "absent"},
        ),
        case=caseload(people, [plan(1, *people)]),
    )
    assert found.expected_attendance_percent == 66.6
    assert (found.deputies, found.reports) == (1, 1)


def test_children_are_counted_where_they_have_a_place() -> None:
    found = figures(
        meeting(1, TUESDAY, "child-1", "parent-1"),
        meeting(2, LATER, {"person": "child-1", "status": "absent"}),
        meeting(3, "2026-12-15", "parent-1"),
    )
    assert found.child_attended_percent == 50.0


SCHOOLS: list[dict[str, Any]] = [
    {
        "id": "hill",
        "name": "Hill (made up)",
        "day": {"start": "08:45", "end": "15:15"},
        "terms": [{"start": "2026-09-02", "end": "2026-12-18"}],
        "closed": ["2026-11-09"],
    },
    {
        "id": "dale",
        "name": "Dale (made up)",
        "day": {"tue": {"start": "08:00", "end": "13:00"}},
        "terms": [{"start": "2026-09-02", "end": "2026-12-18"}],
    },
]


def at_school(school: str, *times: tuple[str, str], attends: str = "yes") -> float | None:
    child = {
        "id": "child-1",
        "initials": "A.B.",
        "date_of_birth": "2016-05-04",
        "school": school,
        "attends": attends,
    }
    case = caseload(PEOPLE, [plan(1, *PEOPLE, children=[child])], schools=SCHOOLS)
    there = [] if attends == "no" else ["child-1"]
    meetings = [
        meeting(number, start[:10], *there, start=start, end=f"{start[:10]}T{end}")
        for number, (start, end) in enumerate(times, start=1)
    ]
    return figures(*meetings, case=case).outside_school_hours_percent


def test_school_hours_are_those_of_each_pupil_day() -> None:
    in_school, clear = ("2026-11-03T15:00", "16:00"), ("2026-11-03T15:15", "16:15")
    assert at_school("hill", in_school) == 0
    assert at_school("hill", clear) == 100
    assert at_school("hill", ("2026-11-03T07:45", "08:45")) == 100
    assert at_school("hill", ("2026-11-09T10:00", "11:00"), ("2026-12-21T10:00", "11:00"), in_school) == 66.6
    assert at_school("dale", ("2026-11-03T12:30", "13:30"), ("2026-11-04T12:30", "13:30")) == 50
    assert at_school("hill", in_school, attends="no") is None


def test_workload_counts_those_who_take_part_by_the_time_they_are_needed() -> None:
    sittings = [
        {"id": "A", "start": "2026-11-03T10:00", "end": "2026-11-03T11:00"},
        {"id": "B", "start": "2026-11-03T11:30", "end": "2026-11-03T12:30"},
    ]
    people = ["police-1", "parent-1", "social_worker-1", "school-1", "school-2"]
    case = caseload(people, [plan(1, *people)])
    split = meeting(
        1,
        TUESDAY,
        "social_worker-1",
        {"person": "parent-1", "sitting": "A"},
        {"person": "school-2", "status": "deputy", "for": "school-1"},
        {"person": "police-1", "status": "report"},
        "child-1",
        sittings=sittings,
        end="2026-11-03T12:30",
    )
    same_day = meeting(
        2, TUESDAY, {"person": "social_worker-1", "status": "remote"}, start="2026-11-03T14:00"
    )
    same_day = same_day.model_copy(update={"end": same_day.start.replace(hour=15)})
    other_day = meeting(3, LATER, "social_worker-1")
    assert workload(case, [split, same_day, other_day]) == (
        PersonWorkload(person="parent-1", meetings=1, minutes=60, busiest_day=1),
        PersonWorkload(person="social_worker-1", meetings=3, minutes=270, busiest_day=2),
        PersonWorkload(person="school-2", meetings=1, minutes=150, busiest_day=1),
        PersonWorkload(person="child-1", meetings=1, minutes=150, busiest_day=1),
    )


def test_percentages_are_rounded_down_so_that_100_means_all() -> None:
    assert (percentage(2, 3), percentage(999, 1000), percentage(9999, 10000), percentage(5, 5)) == (
        66.6,
        99.9,
        99.9,
        100.0,
    )
    assert percentage(0, 0) is None


def test_notice_is_counted_in_working_days_from_the_first_day_planned() -> None:
    """The horizon starts on Mon 2 November: Fri 6 is four working days away, Mon 9 five, Tue 5 January forty-three."""
    days = ("2026-11-06", "2026-11-09", "2027-01-05")
    found = figures(*(meeting(number, day) for number, day in enumerate(days, start=1)))
    assert (found.notice_median_days, found.short_notice_percent) == (5.0, 33.3)
    assert figures(meeting(1, "2027-01-05")).notice_median_days == 43.0


def test_slack_at_the_median() -> None:
    found = figures(
        meeting(1, TUESDAY, slack_days=1),
        meeting(2, LATER, slack_days=4),
        meeting(3, "2026-12-29", slack_days=0),
    )
    assert found.slack_median_days == 1.0


def test_partners_are_counted_by_agency() -> None:
    people = [
        person("school-1", agency="Hill School"),
        person("school-2", agency="Hill School"),
        person("police-1", agency="Police"),
        "health_visitor-1",
        person("parent-1", agency="Hill School"),
    ]
    found = figures(
        meeting(
            1,
            TUESDAY,
            {"person": "school-2", "status": "deputy", "for": "school-1"},
            {"person": "police-1", "status": "report"},
            "health_visitor-1",
            {"person": "parent-1", "status": "absent"},
        ),
        meeting(
            2,
            LATER,
            {"person": "school-1", "status": "report"},
            {"person": "school-2", "status": "remote"},
            "police-1",
            {"person": "health_visitor-1", "level": "invited", "status": "absent"},
        ),
        case=caseload(people, [plan(1)]),
    )
    assert found.partner_attendance_percent == {"Hill School": 66.6, "Police": 50.0, "health visitor": 100.0}


def test_minutes_are_counted_by_the_month_they_are_due() -> None:
    def task(kind: str, due: str) -> Task:
        return Task(
            id=kind + due,
            kind=kind,
            meeting=None,
            owner="a",
            due=date.fromisoformat(due),
            source="X1",
            title="",
        )

    tasks = [
        task("minutes", "2026-12-01"),
        task("record", "2026-11-30"),
        task("send-minutes", "2026-12-31"),
        task("prepare", "2026-12-01"),
    ]
    whole = caseload(PEOPLE, [plan(1, *PEOPLE)])
    found = kpis(whole, policy(), (), (), (), england(), tasks)
    assert found.minutes_due == {"2026-11": 1, "2026-12": 2}
