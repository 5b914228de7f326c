from __future__ import annotations

from typing import Any

import pytest
from derive_cases import caseload, england, plan, policy

from solver.derive.notices import notices
from solver.schema.calendar import Notice

PEOPLE = ["social_worker-1", "team_manager-1"]
CONFERENCE = {
    "kind": "initial-conference",
    "title": "Initial child protection conference",
    "anchor": "strategy_discussion",
    "due": ["15 working days"],
    "event": "initial_conference",
    "sources": ["L1"],
}
REVIEW = {
    "plan_type": "child_protection",
    "name": "Review conference",
    "anchor": "initial_conference",
    "first": ["3 months", "91 days"],
    "later": ["6 months"],
    "sources": ["L2"],
}


def told(one: dict[str, Any], *, people: Any = PEOPLE, **rules: Any) -> list[Notice]:
    return list(notices(caseload(people, [one]), policy(**rules), england()))


def kinds(one: dict[str, Any], **more: Any) -> list[str]:
    return [notice.kind for notice in told(one, **more)]


def events(**given: Any) -> dict[str, Any]:
    return plan(1, "social_worker-1", events={"initial_conference": "2026-10-28"} | given)


def test_nothing_to_say() -> None:
    assert told(events()) == []


def test_a_plan_type_the_policy_is_silent_on() -> None:
    need = plan(1, type="child_in_need", events={"plan_start": "2026-09-01"})
    (notice,) = told(need)
    assert (notice.kind, notice.subject) == ("policy_silent", "plan-1")
    assert "child in need plan" in notice.text
    assert kinds(need | {"every_at_most": "6 weeks"}) == ["no_social_worker"]


def test_of_a_plan_that_has_ended_only_that_is_said() -> None:
    ended = plan(1, type="child_in_need", ends="2026-11-01")
    (notice,) = told(ended)
    assert notice.kind == "plan_ended"
    assert "ended on 1 November 2026" in notice.text
    assert "plan_ended" not in kinds(plan(1, ends="2026-11-02"))


@pytest.mark.parametrize(
    ("strategy", "conference", "missed"),
    [
        ("2026-10-07", "2026-10-28", False),  # the 15th working day
        ("2026-10-06", "2026-10-28", True),
    ],
)
def test_a_deadline_that_was_missed(strategy: str, conference: str, missed: bool) -> None:
    one = events(strategy_discussion=strategy, initial_conference=conference)
    found = told(one, deadlines=[CONFERENCE])
    assert [notice.kind for notice in found] == (["deadline_missed"] if missed else [])
    if missed:
        assert found[0].sources == ("L1",)
        assert found[0].text == (
            "Plan plan-1: Initial child protection conference was due by 27 October 2026, 15 working days "
            "after 6 October 2026 (strategy discussion). It took place on 28 October 2026."
        )


def test_an_event_that_never_came_is_missed_where_the_meetings_count_from_it() -> None:
    without = {"initial_conference": None, "strategy_discussion": "2026-09-01", "last_meeting": "2026-10-20"}
    assert kinds(events(**without), deadlines=[CONFERENCE]) == ["deadline_missed"]
    assert kinds(events(**without | {"strategy_discussion": "2026-10-20"}), deadlines=[CONFERENCE]) == []
    need = events(**without) | {"type": "child_in_need", "every_at_most": "6 weeks"}
    assert kinds(need, deadlines=[CONFERENCE]) == []


def test_a_deadline_without_an_event_to_look_at_is_not_judged() -> None:
    one = events(strategy_discussion="2026-01-05")
    assert kinds(one, deadlines=[{key: CONFERENCE[key] for key in CONFERENCE if key != "event"}]) == []


def test_a_review_given_later_than_it_is_due() -> None:
    (notice,) = told(events(reviews=["2027-02-02"]), reviews=[REVIEW])
    assert (notice.kind, notice.sources) == ("review_late", ("L2",))
    assert notice.text == (
        "Plan plan-1: Review conference is due by 27 January 2027. "
        "The next date given is 2 February 2027, 6 days later."
    )
    assert "1 day later" in told(events(reviews=["2027-01-28"]), reviews=[REVIEW])[0].text
    assert kinds(events(reviews=["2027-01-27", "2027-09-01"]), reviews=[REVIEW]) == []


def test_a_review_that_is_due_and_not_given() -> None:
    (notice,) = told(events(), reviews=[REVIEW])
    assert notice.kind == "review_missing"
    assert "is due by 27 January 2027" in notice.text
    (overdue,) = told(events(initial_conference="2026-07-01", last_meeting="2026-10-20"), reviews=[REVIEW])
    assert "was due by 30 September 2026" in overdue.text
    assert kinds(events(last_review="2026-10-30"), reviews=[REVIEW]) == ["review_missing"]
    assert kinds(events(last_review="2026-11-04"), reviews=[REVIEW]) == []
    assert kinds(events() | {"ends": "2027-01-26"}, reviews=[REVIEW]) == []


def test_a_plan_without_a_social_worker() -> None:
    (notice,) = told(plan(1, "team_manager-1"))
    assert notice.kind == "no_social_worker"


@pytest.mark.parametrize(
    ("at", "changes", "wanted"),
    [
        ("first", {}, True),
        ("first", {"events": {"initial_conference": "2026-08-28", "last_meeting": "2026-10-20"}}, False),
        ("complex", {}, False),
        ("complex", {"complex": True}, True),
    ],
)
def test_a_manager_who_is_wanted_and_not_there(at: str, changes: dict[str, Any], wanted: bool) -> None:
    one = plan(1, "social_worker-1", **changes)
    found = told(one, people=["social_worker-1"], manager={"at": at})
    assert [notice.kind for notice in found] == (["no_manager"] if wanted else [])
    assert kinds(one, manager={"at": at}) == []


def test_plans_in_their_order() -> None:
    case = caseload(PEOPLE, [plan(2), plan(1, ends="2026-10-01"), plan(3)])
    found = notices(case, policy(), england())
    assert [(notice.subject, notice.kind) for notice in found] == [
        ("plan-2", "no_social_worker"),
        ("plan-1", "plan_ended"),
        ("plan-3", "no_social_worker"),
    ]
