"""Every item of the ledger that is a task: when it is due and who owes it, worked out by hand.

One plan meets three times: on Tue 22 Dec 2026, Tue 19 Jan 2027 (three days late) and Thu 1 Apr 2027; the review is on Tue
20 Apr. In England Fri 25 and Mon 28 Dec, Fri 1 Jan, Fri 26 and Mon 29 Mar are bank holidays. It is planned on Mon 2 Nov 2026.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from derive_cases import caseload, england, meeting, plan

from solver.derive.tasks import derive_tasks
from solver.policy import builtin_policies, load_policy
from solver.policy.task_clauses import EscalationClause, TaskClause
from solver.policy.walk import clauses
from solver.schema.calendar import Meeting, Task

PEOPLE = [
    "social_worker-1",
    "health_visitor-1",
    "school-1",
    "police-1",
    "parent-1",
    "interpreter-1",
    "team_manager-1",
]
SW, HV, SCHOOL, POLICE = PEOPLE[:4]
EVERYONE = [SW, HV, SCHOOL, POLICE, "parent-1"]
ONE, TWO, THREE = "2026-12-22", "2027-01-19", "2027-04-01"
PLAN_TYPES = {
    "core_group": "child_protection",
    "cin_review": "child_in_need",
    "care_team_meeting": "looked_after",
}
CONCERNS = [
    {"id": "c-1", "kind": "disagreement", "raised": ONE},
    {"id": "c-2", "kind": "agency_concern", "raised": "2027-03-23"},
    {"id": "c-3", "kind": "plan_concern", "raised": "2026-12-24"},
    {"id": "c-4", "kind": "disagreement", "raised": "2026-12-01", "settled": "2026-12-03"},
]
Owed = tuple[int | None, str, str]
"""The number of the meeting, who owes it, and when it is due."""

EACH_CHAIR: list[Owed] = [(1, HV, ONE), (2, POLICE, TWO), (3, SCHOOL, THREE)]
LATER_CHAIRS = EACH_CHAIR[1:]
FIRST: list[Owed] = [(1, SW, ONE)]
FIVE_BEFORE: list[Owed] = [(1, SW, "2026-12-15"), (2, SW, "2027-01-12"), (3, SW, "2027-03-23")]
FIVE_AFTER: list[Owed] = [(1, SW, "2026-12-31"), (2, SW, "2027-01-26"), (3, SW, "2027-04-08")]
TEN_AFTER: list[Owed] = [(1, SW, "2027-01-08"), (2, SW, "2027-02-02"), (3, SW, "2027-04-15")]
BEFORE_NEXT: list[Owed] = [(1, SW, "2027-01-12"), (2, SW, "2027-03-23")]
TOLD: list[Owed] = [(None, who, "2026-11-09") for who in (SW, HV, SCHOOL, POLICE)]
EACH_DAY: list[Owed] = [(1, SW, ONE), (2, SW, TWO), (3, SW, THREE)]

CASES: dict[str, tuple[str, str, list[Owed]]] = {
    "W2": ("wandsworth", "core_group", TEN_AFTER),
    # From 22 December 60 working days end on 19 March, before which 19 January is the last meeting; from there they end
    # on 15 April, and 1 April is the last meeting before that.
    "W3": ("wandsworth", "cin_review", EACH_DAY),
    "W6": ("wandsworth", "core_group", [*EACH_DAY, (None, SW, "2027-04-01")]),
    "W9b": ("wandsworth", "cin_review", FIVE_BEFORE),
    "W11": ("wandsworth", "core_group", FIVE_AFTER),
    "W13": ("wandsworth", "core_group", FIVE_BEFORE),
    "W14": ("wandsworth", "cin_review", TEN_AFTER),
    "W15": ("wandsworth", "core_group", [(3, SW, THREE)]),
    "W19": ("wandsworth", "core_group", [(None, SW, "2026-12-31")]),
    "U5": ("south-west", "core_group", FIRST),
    "U7": ("south-west", "core_group", BEFORE_NEXT),
    "U9": ("south-west", "core_group", LATER_CHAIRS),
    "U10": ("south-west", "core_group", LATER_CHAIRS),
    "U13": ("south-west", "core_group", FIRST),
    "B2": ("barnsley", "core_group", LATER_CHAIRS),
    "B7": ("barnsley", "core_group", [(1, who, ONE) for who in (SW, HV, SCHOOL, POLICE)]),
    "B10": ("barnsley", "core_group", EACH_CHAIR),
    "B12": ("barnsley", "cin_review", FIRST),
    "B13": ("barnsley", "cin_review", EACH_CHAIR),
    "B18": ("barnsley", "core_group", TOLD),
    "B19": ("barnsley", "core_group", FIRST),
    "B22": ("barnsley", "core_group", [(2, SCHOOL, "2027-01-18"), (2, SCHOOL, "2027-01-26")]),
    "B26": ("barnsley", "core_group", EACH_CHAIR),
    "B27": (
        "barnsley",
        "core_group",
        [(1, POLICE, "2026-12-31"), (2, HV, "2027-01-26"), (3, POLICE, "2027-04-08")],
    ),
    "B28": ("barnsley", "cin_review", BEFORE_NEXT),
    "B32": ("barnsley", "core_group", BEFORE_NEXT),
    "B39": ("barnsley", "cin_review", TOLD),
    "B40": ("barnsley", "cin_review", FIRST),
    "B41": ("barnsley", "core_group", LATER_CHAIRS),
    "S3": ("sefton", "core_group", EACH_CHAIR),
    "S6": ("sefton", "core_group", BEFORE_NEXT),
    "S7": ("sefton", "core_group", [(3, who, THREE) for who in (SW, HV, SCHOOL, POLICE)]),
    "S8": ("sefton", "core_group", [(None, SW, "2026-12-29")]),
    "S9": ("sefton", "core_group", [(None, SW, "2027-04-01")]),
    "S10": ("sefton", "core_group", FIRST),
    "C1": ("carefirst", "care_team_meeting", EACH_CHAIR),
    "C5": ("carefirst", "core_group", FIVE_AFTER),
    "C6": ("carefirst", "care_team_meeting", FIVE_AFTER),
    "C9": ("carefirst", "core_group", [(3, SW, "2027-03-16")]),
    "C10": ("carefirst", "cin_review", [(2, SW, "2027-01-18")]),
    "C12": ("carefirst", "care_team_meeting", FIVE_AFTER),
    "C17": ("carefirst", "core_group", [(2, HV, TWO)]),
    "C18": ("carefirst", "cin_review", [(1, SW, "2026-12-15")]),
    "C20": ("carefirst", "core_group", [(1, SW, "2026-12-15")]),
    "C22": ("carefirst", "cin_review", FIVE_AFTER),
    "C23": ("carefirst", "care_team_meeting", FIVE_AFTER),
    "C24": ("carefirst", "core_group", [(2, HV, TWO), (3, POLICE, THREE)]),
    "C25": ("carefirst", "cin_review", FIVE_AFTER),
}


def three_meetings(kind: str) -> tuple[Meeting, ...]:
    """The child never comes; at the second the parent doesn't, the school sends a report, and one joins remotely."""
    series: dict[str, Any] = {"series": f"plan-1.{kind}", "kind": kind}
    without = [
        SW,
        {"person": HV, "status": "remote", "remote": True},
        {"person": SCHOOL, "status": "report"},
        POLICE,
        {"person": "parent-1", "status": "absent"},
    ]
    return (
        meeting(1, ONE, *EVERYONE, chair=HV, minutes=POLICE, **series),
        meeting(2, TWO, *without, chair=POLICE, minutes=HV, breach_days=3, **series),
        meeting(3, THREE, *EVERYONE, "interpreter-1", chair=SCHOOL, minutes=POLICE, **series),
    )


def derived(authority: str, kind: str) -> tuple[Task, ...]:
    events = {
        "initial_conference": "2026-12-14",
        "plan_start": "2026-12-14",
        "reviews": [] if kind == "cin_review" else ["2027-04-20"],
    }
    one = plan(1, *PEOPLE[:6], type=PLAN_TYPES[kind], events=events, concerns=CONCERNS)
    case = caseload(PEOPLE, [one], authority=authority)
    return derive_tasks(case, load_policy(authority), three_meetings(kind), england())


@pytest.mark.parametrize("item", CASES)
def test_due_and_owned(item: str) -> None:
    authority, kind, owed = CASES[item]
    found = [task for task in derived(authority, kind) if item in task.source.split(", ")]
    assert sorted(
        (int(task.meeting.rpartition(".")[2]) if task.meeting else 0, task.owner, task.due) for task in found
    ) == sorted((number or 0, owner, date.fromisoformat(due)) for number, owner, due in owed)


def test_every_item_that_a_task_serves_is_here() -> None:
    served = {
        source
        for authority in builtin_policies()
        for _, clause in clauses(load_policy(authority))
        if isinstance(clause, TaskClause | EscalationClause)
        for source in clause.sources
        if ":" not in source
    }
    assert set(CASES) == served


def test_only_practice_is_out_of_scope() -> None:
    """Class f of the ledger: advice on how people talk and think."""
    disowned = {
        source
        for authority in builtin_policies()
        for reading in load_policy(authority).readings
        if reading.status == "out_of_scope"
        for source in reading.sources
    }
    assert disowned <= {"W7", "W10", "W17", "U12", "B3", "B8"}


def test_a_first_child_in_need_review_is_summed_up_for_the_assessment() -> None:
    (task,) = [task for task in derived("wandsworth", "cin_review") if "W15" in task.source]
    assert (task.meeting, task.due, task.owner) == ("plan-1.cin_review.1", date(2026, 12, 22), SW)


def test_the_minute_taker_is_reminded_after_five_calendar_days() -> None:
    """On a day that can be used for it: 27 December and 24 January are Sundays, and 25 December is Christmas."""
    warned = {task.meeting: task.warn for task in derived("barnsley", "core_group") if task.kind == "minutes"}
    assert list(warned.values()) == [date(2026, 12, 24), date(2027, 1, 22), date(2027, 4, 6)]


@pytest.mark.parametrize(
    ("authority", "kind"), [("wandsworth", "attendance-log"), ("sefton", "attendance-check")]
)
def test_who_is_to_be_held_to_account_is_named(authority: str, kind: str) -> None:
    named = [task.people for task in derived(authority, "core_group") if task.kind == kind]
    assert named == [(), (SCHOOL,), ()]


def test_who_joined_remotely_is_named() -> None:
    (task,) = [task for task in derived("carefirst", "core_group") if task.kind == "note-remote"]
    assert task.people == (HV,)


def test_the_next_date_is_named_where_there_is_one() -> None:
    titles = [task.title for task in derived("barnsley", "core_group") if task.kind == "agree-next-date"]
    stem = "See that everybody has the date of the next core group"
    assert titles == [f"{stem}: Tue 19 Jan 2027", f"{stem}: Thu 1 Apr 2027", stem]


def test_whose_date_it_is_and_for_whom() -> None:
    tasks = {task.kind: task for task in derived("barnsley", "core_group")}
    assert (tasks["minutes"].date_from, tasks["minutes"].recipients) == ("source", ("social_worker",))
    assert (tasks["send-minutes"].date_from, tasks["send-minutes"].recipients) == (
        "convene",
        ("members", "family"),
    )
    assert tasks["minutes"].title == "Give a written copy of the minutes to the social worker"


@pytest.mark.parametrize(
    ("review", "last"), [("2027-01-18", 1), ("2027-01-19", 1), ("2027-01-20", 2), ("2027-04-02", 3)]
)
def test_agencies_report_before_a_review_that_is_planned_with_everything_else(review: str, last: int) -> None:
    events = {"initial_conference": "2026-12-14"}
    case = caseload(PEOPLE, [plan(1, *PEOPLE[:6], events=events, schedule_review=True)], authority="sefton")
    conference = meeting(1, review, SW, series="plan-1.review_conference", kind="review_conference")
    tasks = derive_tasks(case, load_policy("sefton"), (*three_meetings("core_group"), conference), england())
    reports = [task for task in tasks if "S7" in task.source]
    assert [task.meeting for task in reports] == [f"plan-1.core_group.{last}"] * 4
