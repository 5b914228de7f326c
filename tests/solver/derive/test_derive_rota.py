from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from derive_cases import caseload, meeting, monthly, person, plan, policy
from hypothesis import given
from hypothesis import strategies as st

from solver.derive.rota import assign_roles
from solver.schema.calendar import Meeting

ROTA = policy(chairing={"chair": "rota", "minutes": "rota", "differ": True})
WORKER_CHAIRS = policy(chairing={"chair": "social_worker", "minutes": "rota"})
ALONE_MAY_DO_BOTH = policy(chairing={"chair": "rota", "minutes": "rota"})
PROFESSIONALS = ["school-1", "health_visitor-1", "police-1", "social_worker-1"]


def roles(meetings: tuple[Meeting, ...]) -> list[tuple[str | None, str | None]]:
    return [(one.chair, one.minutes) for one in meetings]


def one_meeting(people: list[str], rules: Any, *attendees: Any, **more: Any) -> tuple[str | None, str | None]:
    case = caseload(people, [plan(1, *people)])
    return roles(assign_roles(case, rules, [meeting(1, "2026-11-03", *attendees, **more)]))[0]


def test_the_social_worker_chairs_where_the_policy_says_so() -> None:
    assert one_meeting(PROFESSIONALS, WORKER_CHAIRS, *PROFESSIONALS)[0] == "social_worker-1"


def test_the_first_of_two_social_workers_chairs_and_one_of_their_own_before_a_deputy() -> None:
    people = ["social_worker-1", "social_worker-2", "social_worker-3", "school-1"]
    assert (
        one_meeting(people, WORKER_CHAIRS, "school-1", "social_worker-2", "social_worker-1")[0]
        == "social_worker-2"
    )
    deputy = {"person": "social_worker-3", "status": "deputy", "for": "school-1"}
    assert one_meeting(people, WORKER_CHAIRS, deputy, "social_worker-1")[0] == "social_worker-1"


def test_a_deputy_social_worker_chairs_for_the_one_who_cannot_come() -> None:
    people = ["social_worker-1", "social_worker-2", "school-1"]
    deputy = {"person": "social_worker-2", "status": "deputy", "for": "social_worker-1"}
    assert one_meeting(people, WORKER_CHAIRS, deputy, "school-1") == ("social_worker-2", "school-1")


def test_the_partnership_takes_turns_where_the_social_worker_is_away() -> None:
    away = {"person": "social_worker-1", "status": "report"}
    people = ["social_worker-1", "school-1", "police-1"]
    assert set(one_meeting(people, WORKER_CHAIRS, away, "school-1", "police-1")) == {"school-1", "police-1"}


@pytest.mark.parametrize("role", ["interpreter", "advocate", "child", "parent", "carer", "family"])
def test_those_who_speak_for_others_and_the_family_are_never_drafted(role: str) -> None:
    who = f"{role}-1"
    family_may = policy(chairing={"chair": "rota", "minutes": "rota", "family_may_chair": True})
    assert one_meeting([who, "school-1"], family_may, who, "school-1") == ("school-1", "school-1")
    assert one_meeting([who], family_may, who) == (None, None)


def test_a_child_without_a_person_record_neither_chairs_nor_minutes() -> None:
    assert one_meeting(["school-1"], ROTA, "child-1") == (None, None)


def test_business_support_minutes_and_does_not_chair() -> None:
    people = ["business_support-1", "school-1"]
    assert one_meeting(people, ROTA, *people) == ("school-1", "business_support-1")
    assert one_meeting(["business_support-1"], ROTA, "business_support-1") == (None, "business_support-1")


@pytest.mark.parametrize("rules", [ROTA, WORKER_CHAIRS])
def test_a_participant_who_chairs_is_preferred_a_parent_too(rules: Any) -> None:
    people = ["social_worker-1", "school-1", "parent-1"]
    case = caseload(people, [plan(1, "social_worker-1", "school-1", {"person": "parent-1", "chairs": True})])
    chair, minutes = roles(assign_roles(case, rules, [meeting(1, "2026-11-03", *people)]))[0]
    assert chair == "parent-1"
    assert minutes in ("social_worker-1", "school-1")


@pytest.mark.parametrize("role", ["interpreter", "advocate", "child"])
def test_chairs_does_not_make_a_chair_of_those_who_never_do(role: str) -> None:
    case = caseload([f"{role}-1", "school-1"], [plan(1, {"person": f"{role}-1", "chairs": True}, "school-1")])
    assert roles(assign_roles(case, ROTA, [meeting(1, "2026-11-03", f"{role}-1", "school-1")])) == [
        ("school-1", None)
    ]


def test_a_participant_chairs_only_while_their_part_lasts() -> None:
    parts = [{"person": "police-1", "chairs": True, "until": "2026-11-30"}, "school-1", "social_worker-1"]
    people = ["police-1", "school-1", "social_worker-1"]
    case = caseload(people, [plan(1, *parts)])
    meetings = [meeting(1, "2026-11-30", *people), meeting(2, "2026-12-01", *people)]
    first, second = assign_roles(case, ROTA, meetings)
    assert first.chair == "police-1"
    assert second.chair != "police-1"


def test_alone_one_person_does_both_unless_they_must_differ() -> None:
    assert one_meeting(["school-1"], ALONE_MAY_DO_BOTH, "school-1") == ("school-1", "school-1")
    assert one_meeting(["school-1"], ROTA, "school-1") == ("school-1", None)


def test_two_are_two_even_where_one_might_do_both() -> None:
    assert set(one_meeting(["school-1", "police-1"], ALONE_MAY_DO_BOTH, "school-1", "police-1")) == {
        "school-1",
        "police-1",
    }


def test_without_a_clause_the_professionals_take_turns() -> None:
    assert one_meeting(["school-1", "police-1"], policy(), "school-1", "police-1") == ("police-1", "school-1")


def test_minutes_go_to_the_social_worker_where_the_policy_says_so() -> None:
    rules = policy(chairing={"chair": "rota", "minutes": "social_worker", "differ": True})
    assert one_meeting(PROFESSIONALS, rules, *PROFESSIONALS)[1] == "social_worker-1"


@pytest.mark.parametrize("status", ["report", "absent"])
def test_nobody_who_is_not_there(status: str) -> None:
    assert one_meeting(["school-1"], ROTA, {"person": "school-1", "status": status}) == (None, None)


def test_someone_in_one_sitting_of_two_cannot_run_the_meeting() -> None:
    sittings = [
        {"id": "A", "start": "2026-11-03T10:00", "end": "2026-11-03T11:00"},
        {"id": "B", "start": "2026-11-03T11:30", "end": "2026-11-03T12:30"},
    ]
    people = ["police-1", "school-1", "social_worker-1"]
    half = {"person": "police-1", "sitting": "A"}
    found = one_meeting(people, ROTA, half, "school-1", "social_worker-1", sittings=sittings)
    assert "police-1" not in found


def test_the_team_shares_too_where_the_series_cannot_tell() -> None:
    people = ["police-1", "school-1", "school-2", "school-3"]
    case = caseload(people, [plan(1), plan(2)])
    one = meeting(1, "2026-11-03", "police-1", "school-1")
    other = meeting(1, "2026-11-04", *people, plans=["plan-2"], series="plan-2.core_group")
    assert roles(assign_roles(case, ROTA, [one, other])) == [
        ("police-1", "school-1"),
        ("school-2", "school-3"),
    ]


def test_the_answer_keeps_the_order_of_the_question_and_counts_by_start() -> None:
    people = ["school-1", "police-1"]
    case = caseload(people, [plan(1, *people)])
    meetings = [meeting(number, day, *people) for number, day in enumerate(monthly(3), start=1)]
    forwards = assign_roles(case, ROTA, meetings)
    backwards = assign_roles(case, ROTA, meetings[::-1])
    assert [one.id for one in backwards] == [one.id for one in meetings[::-1]]
    assert forwards == backwards[::-1]


@given(
    team=st.integers(2, 6),
    others=st.lists(st.sets(st.sampled_from(["police-1", "police-2", "midwife-1"])), min_size=1, max_size=14),
    rules=st.sampled_from([ROTA, ALONE_MAY_DO_BOTH]),
)
def test_those_who_always_come_take_turns(team: int, others: list[set[str]], rules: Any) -> None:
    always = [f"school-{index}" for index in range(team)]
    everyone = [*always, "police-1", "police-2", "midwife-1", "interpreter-1", "parent-1"]
    meetings = [
        meeting(
            number,
            (date(2026, 11, 2) + timedelta(days=number)).isoformat(),
            *always,
            *sorted(sometimes),
            "interpreter-1",
            "parent-1",
        )
        for number, sometimes in enumerate(others, start=1)
    ]
    assigned = assign_roles(caseload(everyone, [plan(1, *everyone)]), rules, meetings)
    for job in (Counter(one.chair for one in assigned), Counter(one.minutes for one in assigned)):
        counts = [job[who] for who in always]
        assert max(counts) - min(counts) <= 1


@st.composite
def calendars(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[Meeting]]:
    """A few series of two plans' people, of whom any may be there in any way."""
    ids = [
        "social_worker-1",
        "social_worker-2",
        "school-1",
        "police-1",
        "midwife-1",
        "interpreter-1",
        "parent-1",
        "advocate-1",
    ]
    meetings = []
    for number in range(draw(st.integers(1, 10))):
        day = (date(2026, 11, 3) + timedelta(days=draw(st.integers(0, 30)))).isoformat()
        which = draw(st.sampled_from(["plan-1", "plan-2"]))
        statuses = st.sampled_from(["attending", "remote", "report", "absent"])
        there = draw(st.lists(st.sampled_from(ids), unique=True))
        meetings.append(
            meeting(
                number,
                day,
                *({"person": who, "status": draw(statuses)} for who in there),
                plans=[which],
                series=f"{which}.core_group",
            )
        )
    return [person(who) for who in ids], meetings


@given(
    case=calendars(),
    rules=st.sampled_from([ROTA, WORKER_CHAIRS, ALONE_MAY_DO_BOTH, policy()]),
    data=st.data(),
)
def test_only_professionals_who_are_there_whatever_the_order_of_people(
    case: Any, rules: Any, data: st.DataObject
) -> None:
    people, meetings = case
    plans = [plan(1), plan(2)]
    assigned = assign_roles(caseload(people, plans), rules, meetings)
    for one in assigned:
        there = {entry.person for entry in one.attendees if entry.status in ("attending", "remote")}
        able = {who for who in there if who.partition("-")[0] not in ("interpreter", "advocate", "parent")}
        assert {one.chair, one.minutes} - {None} <= able
        assert (one.chair is None) == (not able)
        assert (one.minutes is None) == (len(able) < (2 if rules is ROTA else 1))
        assert len(able) < 2 or one.chair != one.minutes
    shuffled = data.draw(st.permutations(people))
    assert assign_roles(caseload(shuffled, plans), rules, meetings) == assigned


def test_who_chairs_depends_on_the_meeting() -> None:
    people = ["senior_practitioner-1", "school-1", "social_worker-1", "team_manager-1"]
    rules = policy(
        chairing=[
            {"at": "complex", "chair": ["iro", "team_manager"], "sources": ["X1"]},
            {"at": "first", "chair": ["senior_practitioner"], "sources": ["X1"]},
            {"at": "later", "chair": "social_worker", "sources": ["X1"]},
        ]
    )
    case = caseload(people, [plan(1, *people)])
    meetings = [meeting(number, day, *people) for number, day in enumerate(monthly(3), start=1)]
    assert [one.chair for one in assign_roles(case, rules, meetings)] == [
        "senior_practitioner-1",
        "social_worker-1",
        "social_worker-1",
    ]
    case = caseload(people, [plan(1, *people, complex=True)])
    assert {one.chair for one in assign_roles(case, rules, meetings)} == {"team_manager-1"}
    case = caseload(people, [plan(1, *people, events={"last_meeting": "2026-10-20"})])
    assert assign_roles(case, rules, meetings)[0].chair == "social_worker-1"


def test_the_next_role_chairs_where_the_first_is_away_and_else_somebody_in_turn() -> None:
    rules = policy(chairing={"chair": ["team_manager", "school"], "differ": True})
    people = ["school-1", "police-1", "team_manager-1"]
    away = {"person": "team_manager-1", "status": "report"}
    assert one_meeting(people, rules, *people)[0] == "team_manager-1"
    assert one_meeting(people, rules, "school-1", "police-1", away) == ("school-1", "police-1")
    assert one_meeting(people, rules, "police-1", away) == ("police-1", None)


def test_one_role_for_both_jobs_does_one_where_they_differ() -> None:
    rules = policy(chairing={"chair": "social_worker", "minutes": "social_worker", "differ": True})
    assert one_meeting(["social_worker-1", "school-1"], rules, "school-1", "social_worker-1") == (
        "social_worker-1",
        "school-1",
    )
