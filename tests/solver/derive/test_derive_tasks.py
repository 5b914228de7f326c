from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from derive_cases import caseload, england, meeting, person, plan, policy

from solver.derive.tasks import derive_tasks
from solver.schema.calendar import Meeting, Task

PEOPLE = ["social_worker-1", "team_manager-1", "school-1", "health_visitor-1", "interpreter-1", "parent-1"]
TUESDAY, FOUR_WEEKS_ON = "2026-11-03", "2026-12-01"


def tasks(
    clause: dict[str, Any], *meetings: Meeting, plans: Any = None, people: Any = PEOPLE, closures: Any = ()
) -> tuple[Task, ...]:
    case = caseload(people, plans or [plan(1, *people)], closures=closures)
    return derive_tasks(case, policy(tasks=[clause]), meetings, england(*closures))


def dues(clause: dict[str, Any], *meetings: Meeting, **more: Any) -> list[str]:
    return [task.due.isoformat() for task in tasks(clause, *meetings, **more)]


def owners(clause: dict[str, Any], one: Meeting, **more: Any) -> list[str]:
    return [task.owner for task in tasks({"due": "5 days"} | clause, one, **more)]


def test_a_task_says_what_who_when_and_why() -> None:
    (task,) = tasks(
        {"kind": "record", "title": "Write it up", "due": "10 working days"}, meeting(1, TUESDAY, *PEOPLE)
    )
    assert task == Task(
        id="plan-1.core_group.1/record",
        kind="record",
        meeting="plan-1.core_group.1",
        owner="social_worker-1",
        due=date(2026, 11, 17),
        source="X2, X3",
        title="Write it up",
        plans=("plan-1",),
    )


@pytest.mark.parametrize(
    ("clause", "due"),
    [
        ({"direction": "on"}, "2026-11-03"),
        ({"due": "5 working days"}, "2026-11-10"),
        ({"due": "3 days"}, "2026-11-06"),
        ({"due": "4 days"}, "2026-11-06"),  # a Saturday
        ({"due": "5 days"}, "2026-11-06"),  # a Sunday
        ({"due": "2 weeks"}, "2026-11-17"),
        ({"due": "1 month"}, "2026-12-03"),
        ({"direction": "before", "due": "5 working days"}, "2026-10-27"),
        ({"direction": "before", "due": "2 days"}, "2026-10-30"),  # a Sunday
    ],
)
def test_due_dates_count_from_the_meeting(clause: dict[str, Any], due: str) -> None:
    assert dues(clause, meeting(1, TUESDAY, *PEOPLE)) == [due]


def test_bank_holidays_are_not_counted_and_closures_are_but_nothing_is_due_on_one() -> None:
    before_christmas = meeting(1, "2026-12-22", *PEOPLE)
    assert dues({"due": "5 working days"}, before_christmas) == ["2026-12-31"]
    assert dues({"due": "5 working days"}, before_christmas, closures=[date(2026, 12, 31)]) == ["2026-12-30"]


def test_a_date_that_would_be_pulled_back_to_the_meeting_stays() -> None:
    friday = meeting(1, "2026-11-06", *PEOPLE)
    assert dues({"due": "1 day"}, friday) == ["2026-11-07"]
    assert dues({"due": "3 days"}, friday) == ["2026-11-09"]


def test_before_next_counts_back_from_the_next_meeting_of_the_series() -> None:
    clause = {"direction": "before_next", "due": "5 working days"}
    one, two = meeting(1, TUESDAY, *PEOPLE), meeting(2, FOUR_WEEKS_ON, *PEOPLE)
    elsewhere = meeting(1, "2026-11-20", *PEOPLE, series="plan-2.core_group", plans=["plan-2"])
    plans = [plan(1, *PEOPLE), plan(2, *PEOPLE)]
    found = tasks(clause, two, elsewhere, one, plans=plans)
    assert [(task.meeting, task.due) for task in found] == [(one.id, date(2026, 11, 24))]


def test_before_next_is_never_before_the_meeting_it_comes_from() -> None:
    meetings = [meeting(1, TUESDAY, *PEOPLE), meeting(2, "2026-11-05", *PEOPLE)]
    assert dues({"direction": "before_next", "due": "5 working days"}, *meetings) == [TUESDAY]


def test_tasks_come_by_due_date() -> None:
    clauses = [{"kind": "late", "due": "10 days"}, {"kind": "early", "direction": "before", "due": "2 days"}]
    case = caseload(PEOPLE, [plan(1, *PEOPLE)])
    meetings = [meeting(2, FOUR_WEEKS_ON, *PEOPLE), meeting(1, TUESDAY, *PEOPLE)]
    found = derive_tasks(case, policy(tasks=clauses), meetings, england())
    assert [task.id for task in found] == [
        "plan-1.core_group.1/early",
        "plan-1.core_group.1/late",
        "plan-1.core_group.2/early",
        "plan-1.core_group.2/late",
    ]


def test_only_at_first_meetings() -> None:
    clause = {"only": "first", "due": "5 days"}
    one, two = meeting(1, TUESDAY, *PEOPLE), meeting(2, FOUR_WEEKS_ON, *PEOPLE)
    assert [task.meeting for task in tasks(clause, two, one)] == [one.id]
    under_way = plan(1, *PEOPLE, events={"initial_conference": "2026-08-28", "last_meeting": "2026-10-06"})
    assert tasks(clause, one, two, plans=[under_way]) == ()


def test_only_at_the_last_meeting_before_each_review_that_is_given() -> None:
    clause = {"only": "last_before_review", "due": "5 days"}
    days = [TUESDAY, FOUR_WEEKS_ON, "2026-12-22", "2027-01-19", "2027-04-27"]
    meetings = [meeting(number, day, *PEOPLE) for number, day in enumerate(days, start=1)]

    def found(*reviews: str) -> list[int]:
        plans = [plan(1, *PEOPLE, events={"initial_conference": "2026-10-28", "reviews": list(reviews)})]
        return [
            int(task.meeting.rpartition(".")[2])
            for task in tasks(clause, *meetings, plans=plans)
            if task.meeting
        ]

    assert found() == []
    assert found("2027-01-12") == [3]
    assert found("2027-01-19") == [3]
    assert found("2026-11-02") == []
    assert found("2027-01-12", "2027-04-28") == [3, 5]
    assert found("2027-05-04") == []


def test_the_last_meeting_before_the_review_of_the_plan_that_has_one() -> None:
    clause = {"only": "last_before_review", "due": "5 days"}
    reviewed = plan(
        1,
        *PEOPLE,
        sibling_group="elm",
        events={"initial_conference": "2026-10-28", "reviews": ["2027-01-12"]},
    )
    plans = [reviewed, plan(2, *PEOPLE, sibling_group="elm")]
    one = meeting(1, TUESDAY, *PEOPLE, plans=["plan-1", "plan-2"], series="elm.core_group")
    two = meeting(2, FOUR_WEEKS_ON, *PEOPLE, plans=["plan-2"], series="elm.core_group")
    assert [task.meeting for task in tasks(clause, one, two, plans=plans)] == [one.id]


@pytest.mark.parametrize(
    ("attendees", "absent"),
    [
        (["child-1"], False),
        ([{"person": "child-1", "status": "remote"}], False),
        ([{"person": "child-1", "status": "absent"}], True),
        ([], True),
    ],
)
def test_only_where_a_child_is_not_there(attendees: list[Any], absent: bool) -> None:
    one = meeting(1, TUESDAY, "social_worker-1", *attendees)
    assert bool(tasks({"only": "child_absent", "due": "5 days"}, one)) is absent


def test_only_where_a_parent_is_not_there() -> None:
    clause = {"only": "parent_absent", "due": "5 days"}
    assert tasks(clause, meeting(1, TUESDAY, "social_worker-1", "parent-1")) == ()
    assert tasks(clause, meeting(1, TUESDAY, "social_worker-1", {"person": "parent-1", "status": "absent"}))
    no_parent = plan(1, "social_worker-1")
    assert tasks(clause, meeting(1, TUESDAY, "social_worker-1"), plans=[no_parent]) == ()


def test_the_social_worker_who_comes_owns_it_else_the_first_of_the_plan_on_that_day() -> None:
    people = ["social_worker-1", "social_worker-2"]
    both = [plan(1, *people)]
    clause = {"owner": "social_worker"}
    assert owners(clause, meeting(1, TUESDAY, "social_worker-2"), people=people, plans=both) == [
        "social_worker-2"
    ]
    assert owners(clause, meeting(1, TUESDAY), people=people, plans=both) == ["social_worker-1"]
    left = [plan(1, {"person": "social_worker-1", "until": "2026-11-02"}, "social_worker-2")]
    assert owners(clause, meeting(1, TUESDAY), people=people, plans=left) == ["social_worker-2"]


def test_a_deputy_owes_nothing_for_the_place_they_fill() -> None:
    deputy = {"person": "social_worker-2", "status": "deputy", "for": "social_worker-1"}
    people = ["social_worker-1", "social_worker-2"]
    one = meeting(1, TUESDAY, deputy)
    plans = [plan(1, "social_worker-1")]
    assert owners({"owner": "social_worker"}, one, people=people, plans=plans) == ["social_worker-1"]
    assert owners({"owner": "everyone"}, one, people=people, plans=plans) == ["social_worker-1"]


def test_each_social_worker_of_a_joint_meeting_owns_one() -> None:
    people = ["social_worker-1", "social_worker-2"]
    plans = [
        plan(1, "social_worker-1", sibling_group="elm"),
        plan(2, "social_worker-2", sibling_group="elm"),
        plan(3, "social_worker-1", sibling_group="elm"),
    ]
    one = meeting(1, TUESDAY, *people, plans=["plan-1", "plan-2", "plan-3"], series="elm.core_group")
    found = tasks({"kind": "record", "due": "5 days"}, one, plans=plans, people=people)
    assert [task.id for task in found] == [
        "elm.core_group.1/record/social_worker-1",
        "elm.core_group.1/record/social_worker-2",
    ]


def test_each_plan_of_a_joint_meeting_has_its_own_where_the_policy_says_so() -> None:
    """Siblings: a record on each child's file; the child who was there need not be told of the meeting."""
    people = ["social_worker-1", "social_worker-2"]
    plans = [
        plan(1, "social_worker-1", sibling_group="elm"),
        plan(2, "social_worker-2", sibling_group="elm"),
    ]
    both = ["plan-1", "plan-2"]
    one = meeting(1, TUESDAY, *people, "child-1", plans=both, series="elm.core_group")
    record = {"kind": "record", "due": "5 days", "each_plan": True}
    found = tasks(record, one, plans=plans, people=people)
    assert [(task.id, task.owner, task.plans) for task in found] == [
        ("elm.core_group.1/record/plan-1", "social_worker-1", ("plan-1",)),
        ("elm.core_group.1/record/plan-2", "social_worker-2", ("plan-2",)),
    ]
    told = tasks(record | {"only": "child_absent"}, one, plans=plans, people=people)
    assert [task.plans for task in told] == [("plan-2",)]
    alone = meeting(1, TUESDAY, *people, plans=["plan-1"])
    assert [task.id for task in tasks(record, alone, plans=plans, people=people)] == [f"{alone.id}/record"]


@pytest.mark.parametrize("role", ["chair", "minutes"])
def test_roles_own_theirs_and_without_one_the_social_worker_then_the_manager(role: str) -> None:
    clause = {"owner": role}
    assert owners(clause, meeting(1, TUESDAY, *PEOPLE, **{role: "school-1"})) == ["school-1"]
    assert owners(clause, meeting(1, TUESDAY, *PEOPLE)) == ["social_worker-1"]
    nobody = [plan(1, "school-1")]
    assert owners(clause, meeting(1, TUESDAY, "school-1"), plans=nobody) == ["team_manager-1"]
    assert owners(clause, meeting(1, TUESDAY, "school-1"), plans=nobody, people=["school-1"]) == []


def test_the_plans_own_manager_before_the_teams() -> None:
    people = ["team_manager-1", "team_manager-2"]
    one = meeting(1, TUESDAY)
    assert owners({"owner": "team_manager"}, one, people=people, plans=[plan(1, "team_manager-2")]) == [
        "team_manager-2"
    ]
    assert owners({"owner": "team_manager"}, one, people=people, plans=[plan(1)]) == ["team_manager-1"]


def test_one_for_each_agency_whether_or_not_its_people_come() -> None:
    people = [
        person("social_worker-1", agency="council"),
        person("team_manager-1", agency="council"),
        person("health_visitor-1", agency="health"),
        person("midwife-1", agency="health"),
        "school-1",
        person("interpreter-1", agency="language service"),
        person("parent-1", agency="council"),
    ]
    absent = {"person": "health_visitor-1", "status": "report"}
    one = meeting(
        1,
        TUESDAY,
        "social_worker-1",
        "team_manager-1",
        absent,
        "midwife-1",
        "school-1",
        "interpreter-1",
        "parent-1",
    )
    found = tasks(
        {"kind": "report", "owner": "agencies", "direction": "on"}, one, people=people, plans=[plan(1)]
    )
    assert [task.id.rpartition("/")[2] for task in found] == [
        "health_visitor-1",
        "school-1",
        "social_worker-1",
    ]
    assert [task.owner for task in found] == ["health_visitor-1", "school-1", "social_worker-1"]


def test_one_for_each_professional() -> None:
    one = meeting(1, TUESDAY, "child-1", *PEOPLE)
    assert sorted(owners({"owner": "everyone"}, one)) == [
        "health_visitor-1",
        "school-1",
        "social_worker-1",
        "team_manager-1",
    ]
