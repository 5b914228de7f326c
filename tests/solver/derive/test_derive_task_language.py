"""What the language of tasks can say beyond a date and an owner: conditions, repetition, recipients, reminders, concerns."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from derive_cases import caseload, england, meeting, person, plan, policy
from pydantic import ValidationError

from solver.derive.notices import notices
from solver.derive.tasks import derive_tasks
from solver.policy.model import Policy
from solver.schema.calendar import Meeting, Notice, Task

PEOPLE = ["social_worker-1", "team_manager-1", "school-1", "police-1", "interpreter-1", "parent-1"]
TUESDAY, FOUR_WEEKS_ON, EIGHT_WEEKS_ON = "2026-11-03", "2026-12-01", "2026-12-29"
Json = dict[str, Any]


def tasks(*clauses: Json, meetings: Any, people: Any = PEOPLE, plans: Any = None) -> tuple[Task, ...]:
    case = caseload(people, plans or [plan(1, *PEOPLE)])
    return derive_tasks(case, policy(tasks=clauses), meetings, england())


def numbers(only: str | list[str], *meetings: Meeting, **more: Any) -> list[int]:
    found = tasks({"only": only, "due": "5 days"}, meetings=meetings, **more)
    return [int(task.meeting.rpartition(".")[2]) for task in found if task.meeting]


@pytest.mark.parametrize(
    ("only", "attendees", "applies"),
    [
        ("professional_absent", ["social_worker-1", "school-1"], False),
        ("professional_absent", ["social_worker-1", {"person": "school-1", "status": "report"}], True),
        (
            "professional_absent",
            [{"person": "school-1", "status": "absent", "level": "invited"}],
            True,
        ),
        ("professional_absent", [{"person": "police-1", "status": "deputy", "for": "school-1"}], True),
        ("professional_absent", [{"person": "parent-1", "status": "absent"}], False),
        ("professional_absent", [{"person": "interpreter-1", "status": "absent"}], False),
        ("remote", ["social_worker-1"], False),
        ("remote", [{"person": "parent-1", "status": "remote"}], True),
        ("remote", [{"person": "police-1", "status": "deputy", "for": "school-1", "remote": True}], True),
        ("interpreter", ["social_worker-1"], False),
        ("interpreter", ["interpreter-1"], True),
        ("interpreter", [{"person": "interpreter-1", "status": "absent"}], False),
    ],
)
def test_who_is_there_decides(only: str, attendees: list[Any], applies: bool) -> None:
    assert bool(numbers(only, meeting(1, TUESDAY, *attendees))) is applies


def test_later_meetings_are_all_but_a_first_one() -> None:
    days = (TUESDAY, FOUR_WEEKS_ON, EIGHT_WEEKS_ON)
    meetings = [meeting(number, day, *PEOPLE) for number, day in enumerate(days, start=1)]
    assert numbers("later", *meetings) == [2, 3]
    under_way = plan(1, *PEOPLE, events={"initial_conference": "2026-08-28", "last_meeting": "2026-10-06"})
    assert numbers("later", *meetings, plans=[under_way]) == [1, 2, 3]


def test_late_is_a_meeting_after_its_due_date_and_the_next_one() -> None:
    one = meeting(1, TUESDAY, *PEOPLE)
    two = meeting(2, FOUR_WEEKS_ON, *PEOPLE, breach_days=1)
    three, four = meeting(3, EIGHT_WEEKS_ON, *PEOPLE), meeting(4, "2027-01-26", *PEOPLE)
    assert numbers("late", one, two, three, four) == [2, 3]


def test_a_plan_that_is_marked_complex() -> None:
    one = meeting(1, TUESDAY, *PEOPLE)
    assert numbers("complex", one) == []
    assert numbers("complex", one, plans=[plan(1, *PEOPLE, complex=True)]) == [1]


def test_several_conditions_all_hold() -> None:
    one = meeting(1, TUESDAY, *PEOPLE, breach_days=1)
    two = meeting(2, FOUR_WEEKS_ON, *PEOPLE)
    assert numbers(["first", "late"], one, two) == [1]
    assert numbers(["later", "late"], one, two) == [2]
    assert numbers("always", one, two) == numbers([], one, two) == [1, 2]


def repeated(*days: str, every: Any = ("60 working days",), **more: Any) -> list[tuple[str | None, str]]:
    meetings = [meeting(number, day, *PEOPLE) for number, day in enumerate(days, start=1)]
    clause = {"kind": "confirm", "direction": "on", "every": every}
    found = tasks(clause, meetings=meetings, **more)
    return [(task.meeting and task.meeting.rpartition(".")[2], task.due.isoformat()) for task in found]


def test_every_so_often_is_the_last_meeting_before_the_interval_runs_out() -> None:
    """60 working days from Tue 3 Nov 2026 end on Fri 29 Jan 2027: Christmas, Boxing Day and New Year are not counted."""
    assert repeated(TUESDAY, "2026-12-15", "2027-01-29", "2027-03-12") == [
        ("1", TUESDAY),
        ("3", "2027-01-29"),
        ("4", "2027-03-12"),
    ]
    # A day later and the one before it is the last in time; from 15 December they end on 12 March.
    assert repeated(TUESDAY, "2026-12-15", "2027-02-01", "2027-03-15") == [
        ("1", TUESDAY),
        ("2", "2026-12-15"),
        ("3", "2027-02-01"),
        ("4", "2027-03-15"),
    ]


def test_where_no_meeting_comes_in_time_it_is_due_between_meetings() -> None:
    found = repeated(TUESDAY, "2027-02-02")
    assert found[:3] == [("1", TUESDAY), (None, "2027-01-29"), ("2", "2027-02-02")]
    # From 2 February they end on 29 April, Good Friday and Easter Monday not counted: a day before the horizon's end.
    assert found[3:] == [(None, "2027-04-29")]
    clause = {"kind": "confirm", "direction": "on", "every": ["60 working days"]}
    meetings = [meeting(1, TUESDAY, *PEOPLE), meeting(2, "2027-02-02", *PEOPLE)]
    between = tasks(clause, meetings=meetings)[1]
    assert (between.id, between.owner, between.plans) == (
        "plan-1.core_group/confirm/2027-01-29",
        "social_worker-1",
        ("plan-1",),
    )


def test_the_earlier_of_two_intervals_counts() -> None:
    """Three months from 3 November end on 3 February, and 60 working days before that.

    Three more end on Mon 3 May, a bank holiday: it is due on the Friday before, the last day of the horizon.
    """
    assert repeated(TUESDAY, every=["3 months"]) == [
        ("1", TUESDAY),
        (None, "2027-02-03"),
        (None, "2027-04-30"),
    ]
    assert repeated(TUESDAY, every=["3 months", "60 working days"]) == [
        ("1", TUESDAY),
        (None, "2027-01-29"),
        (None, "2027-04-27"),
    ]


def test_what_runs_out_after_the_plan_or_the_horizon_is_left_to_the_next_calendar() -> None:
    ending = [plan(1, *PEOPLE, ends="2027-01-28")]
    assert repeated(TUESDAY, plans=ending) == [("1", TUESDAY)]
    assert repeated(TUESDAY, plans=[plan(1, *PEOPLE, ends="2027-01-29")]) == [
        ("1", TUESDAY),
        (None, "2027-01-29"),
    ]
    assert repeated("2027-03-01") == [("1", "2027-03-01")]


def test_the_clock_runs_from_the_last_meeting_before_the_calendar() -> None:
    """From Tue 1 Sep 2026, 60 working days end on Tue 24 Nov."""
    held = [plan(1, *PEOPLE, events={"initial_conference": "2026-07-01", "last_meeting": "2026-09-01"})]
    assert repeated("2026-11-24", plans=held)[0] == ("1", "2026-11-24")
    assert repeated("2026-11-25", plans=held)[:2] == [(None, "2026-11-24"), ("1", "2026-11-25")]
    long_ago = [plan(1, *PEOPLE, events={"initial_conference": "2026-01-05", "last_meeting": "2026-02-02"})]
    assert repeated("2026-11-25", plans=long_ago)[0] == ("1", "2026-11-25")


def test_one_who_has_left_does_not_owe_what_is_due_between_meetings() -> None:
    people = [*PEOPLE, "social_worker-2"]
    leaving = {"person": "social_worker-1", "until": "2027-01-28"}
    clause = {"direction": "on", "every": ["60 working days"]}
    found = tasks(
        clause,
        meetings=[meeting(1, TUESDAY, "school-1")],
        people=people,
        plans=[plan(1, leaving, "social_worker-2")],
    )
    assert [task.owner for task in found][:2] == ["social_worker-1", "social_worker-2"]


def test_two_recipients_have_two_deadlines() -> None:
    clauses = [
        {"kind": "minutes", "title": "Send the minutes", "recipients": ["social_worker"], "due": "5 days"},
        {"kind": "minutes", "title": "Send the minutes", "recipients": ["family"], "due": "10 working days"},
    ]
    found = tasks(*clauses, meetings=[meeting(1, TUESDAY, *PEOPLE)])
    assert [(task.id.partition("/")[2], task.due.isoformat(), task.title) for task in found] == [
        ("minutes/to-social_worker", "2026-11-06", "Send the minutes to the social worker"),
        ("minutes/to-family", "2026-11-17", "Send the minutes to the family"),
    ]


@pytest.mark.parametrize(
    ("clause", "due", "warn"),
    [
        ({"due": "5 working days", "warn": "5 days"}, "2026-11-10", "2026-11-06"),
        ({"due": "3 days", "warn": "5 days"}, "2026-11-06", "2026-11-06"),
        ({"direction": "before", "due": "2 working days", "warn": "1 week"}, "2026-10-30", "2026-10-27"),
        ({"direction": "before_next", "due": "2 working days", "warn": "1 week"}, "2026-11-27", "2026-11-24"),
    ],
)
def test_reminders_count_as_the_due_date_does(clause: Json, due: str, warn: str) -> None:
    meetings = [meeting(1, TUESDAY, *PEOPLE), meeting(2, FOUR_WEEKS_ON, *PEOPLE)]
    task = next(task for task in tasks(clause, meetings=meetings) if task.meeting == "plan-1.core_group.1")
    assert (task.due.isoformat(), str(task.warn)) == (due, warn)


def test_an_interpreter_is_booked_as_early_as_they_ask() -> None:
    clause = {"direction": "before", "due": "10 working days", "only": "interpreter"}
    one = meeting(1, FOUR_WEEKS_ON, "social_worker-1", "interpreter-1")

    def due(notice: int | None) -> str:
        people = [*PEOPLE[:4], person("interpreter-1", notice_working_days=notice)]
        (task,) = tasks(clause, meetings=[one], people=people, plans=[plan(1, *people[:4])])
        return task.due.isoformat()

    assert (due(None), due(5), due(10), due(11)) == ("2026-11-17", "2026-11-17", "2026-11-17", "2026-11-16")


def test_what_follows_from_planning_is_owed_once_for_all_meetings() -> None:
    clause = {"kind": "tell", "owner": "everyone", "direction": "after_planning", "due": "5 working days"}
    people = [person("school-1", line_manager="team_manager-1"), *PEOPLE[:2], "police-1"]
    meetings = [
        meeting(1, "2026-11-05", "school-1"),
        meeting(2, FOUR_WEEKS_ON, "school-1", "police-1"),
        meeting(1, FOUR_WEEKS_ON, "school-1", plans=["plan-2"], series="plan-2.core_group"),
    ]
    found = tasks(
        clause | {"recipients": ["line_manager"]},
        meetings=meetings,
        people=people,
        plans=[plan(1, "school-1"), plan(2, "school-1")],
    )
    assert [(task.id, task.meeting, task.due.isoformat(), task.plans, task.people) for task in found] == [
        # Five working days from 2 November are 9 November, and the school's first meeting is before that.
        ("tell/school-1", None, "2026-11-05", ("plan-1", "plan-2"), ("team_manager-1",)),
        ("tell/police-1", None, "2026-11-09", ("plan-1",), ()),
    ]


@pytest.mark.parametrize(
    ("clause", "problem"),
    [
        ({"due": "5 days", "every": ["3 months"]}, 'say direction = "on"'),
        ({"due": "5 days", "direction": "after_planning", "only": "first"}, "leave only and names out"),
        ({"due": "5 days", "direction": "after_planning", "names": "remote"}, "leave only and names out"),
        ({"due": "5 days", "only": "sometimes"}, "Input should be"),
    ],
)
def test_what_makes_no_sense_is_refused(clause: Json, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        policy(tasks=[clause])


ESCALATIONS = [
    {
        "kind": "disagreement",
        "title": "Resolve it",
        "owner": "social_worker",
        "due": ["5 working days", "2 weeks"],
        "sources": ["X4"],
    },
    {
        "kind": "plan_concern",
        "title": "Decide",
        "owner": "team_manager",
        "due": ["1 working day"],
        "date_from": "convene",
        "sources": ["X5"],
    },
]


def concerns(*those: Json, plans: Any = None, **more: Any) -> tuple[tuple[Task, ...], list[Notice]]:
    whole: Policy = policy(escalations=ESCALATIONS)
    case = caseload(PEOPLE, plans or [plan(1, "social_worker-1", concerns=list(those), **more)])
    told = [one for one in notices(case, whole, england()) if one.kind.startswith("concern")]
    return derive_tasks(case, whole, (), england()), told


def test_a_concern_is_a_task_of_its_plan_until_it_is_settled() -> None:
    raised = {"id": "c-1", "kind": "disagreement", "raised": "2026-12-22", "about": "the frequency of visits"}
    (task,), told = concerns(raised)
    assert task == Task(
        id="plan-1/c-1/disagreement",
        kind="disagreement",
        meeting=None,
        owner="social_worker-1",
        due=date(2026, 12, 31),
        source="X4",
        title="Resolve it: the frequency of visits",
        plans=("plan-1",),
    )
    assert told == []
    assert concerns(raised | {"settled": "2026-12-23"}) == ((), [])


@pytest.mark.parametrize(
    ("settle_by", "due"),
    [("2026-12-23", "2026-12-23"), ("2026-12-31", "2026-12-31"), ("2027-01-04", "2026-12-31")],
)
def test_the_shorter_of_the_policys_limit_and_the_childs_need(settle_by: str, due: str) -> None:
    (task,), _ = concerns(
        {"id": "c-1", "kind": "disagreement", "raised": "2026-12-22", "settle_by": settle_by}
    )
    assert task.due.isoformat() == due


def test_a_limit_that_has_passed_is_a_notice_too() -> None:
    """Five working days from Mon 26 Oct 2026 end on Mon 2 Nov, the first day planned; from the Friday before, on 30 Oct."""
    (task,), told = concerns({"id": "c-1", "kind": "disagreement", "raised": "2026-10-26"})
    assert (task.due, told) == (date(2026, 11, 2), [])
    (task,), told = concerns({"id": "c-1", "kind": "disagreement", "raised": "2026-10-23"})
    assert task.due == date(2026, 10, 30)
    assert [(one.kind, one.subject, one.sources) for one in told] == [("concern_overdue", "plan-1", ("X4",))]
    assert told[0].text == (
        "Plan plan-1: a disagreement between agencies (c-1), raised on 23 October 2026, is open. "
        "It was to be settled or taken further by 30 October 2026."
    )


def test_a_concern_that_the_policy_gives_no_limit_for_is_told() -> None:
    found, told = concerns({"id": "c-1", "kind": "agency_concern", "raised": "2026-11-02"})
    assert found == ()
    assert [one.kind for one in told] == ["concern_without_limit"]


def test_who_owes_a_concern() -> None:
    (task,), _ = concerns({"id": "c-1", "kind": "plan_concern", "raised": "2026-11-02"})
    assert (task.owner, task.due, task.date_from) == ("team_manager-1", date(2026, 11, 3), "convene")
    nobody = [plan(1, concerns=[{"id": "c-1", "kind": "disagreement", "raised": "2026-11-02"}])]
    (task,), _ = concerns(plans=nobody)
    assert task.owner == "team_manager-1"


def test_a_plan_that_is_over_has_no_concerns() -> None:
    assert concerns({"id": "c-1", "kind": "disagreement", "raised": "2026-10-01"}, ends="2026-11-01") == (
        (),
        [],
    )
