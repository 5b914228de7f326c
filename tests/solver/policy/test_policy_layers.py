from __future__ import annotations

from typing import Any

from policy_cases import myshire_policy

from solver.policy import load_policy
from solver.policy.model import MeetingRule


def over_england(**changes: Any) -> MeetingRule:
    data = myshire_policy(extends="england")
    data["meetings"][0] |= changes
    return load_policy(data).meetings[0]


def levels(rule: MeetingRule) -> dict[str, str]:
    return {role: clause.level for clause in rule.attendance for role in clause.roles}


def test_a_silent_policy_takes_the_layers_attendance() -> None:
    found = levels(over_england())
    assert found["social_worker"] == found["interpreter"] == "essential"
    assert found["parent"] == found["school"] == "expected"
    assert found["family"] == found["team_manager"] == "invited"


def test_a_clause_for_a_role_comes_before_the_layers() -> None:
    clause = {"roles": ["social_worker", "police"], "level": "invited", "sources": ["T1"]}
    rule = over_england(attendance=[clause])
    found = levels(rule)
    assert found["social_worker"] == found["police"] == "invited"
    assert found["interpreter"] == "essential"
    assert sum("police" in each.roles for each in rule.attendance) == 1


def test_a_clause_of_the_policy_replaces_the_layers_whole() -> None:
    rule = over_england(
        school_hours={"travel_minutes": 45, "sources": ["T1"]},
        chairing={"chair": "social_worker", "sources": ["T1"]},
        venue={"kinds": ["office"], "sources": ["T1"]},
    )
    assert rule.school_hours is not None
    assert rule.school_hours.travel_minutes == 45
    assert [(clause.chair, clause.sources) for clause in rule.chairing] == [(("social_worker",), ("T1",))]
    assert rule.venue is not None
    assert rule.venue.kinds == ("office",)


def test_first_windows_of_the_policy_replace_all_of_the_layers() -> None:
    rule = over_england()
    assert [window.sources for window in rule.windows] == [("T1",), ("T2",)]


def test_the_policys_own_defaults_come_between_the_meeting_and_the_layer() -> None:
    task = {"title": "Send it", "owner": "chair", "due": "2 days", "sources": ["T2"]}
    data = myshire_policy(
        extends="england",
        defaults=[
            {
                "kinds": ["core_group"],
                "attendance": [
                    {"roles": ["social_worker", "police"], "level": "expected", "sources": ["T2"]}
                ],
                "quorum": {"professionals": 3, "sources": ["T2"]},
                "manager": {"at": "first", "sources": ["T2"]},
                "not_on_review_day": {"sources": ["T2"]},
                "tasks": [{"kind": "minutes", **task}, {"kind": "plan", **task}],
            },
            {"kinds": ["cin_review"], "quorum": {"professionals": 9, "sources": ["T2"]}},
        ],
    )
    data["meetings"][0] |= {
        "attendance": [{"roles": ["police"], "level": "invited", "sources": ["T1"]}],
        "tasks": [{"kind": "plan", **task, "sources": ["T1"]}],
    }
    rule = load_policy(data).meetings[0]
    found = levels(rule)
    assert (found["police"], found["social_worker"], found["interpreter"]) == (
        "invited",
        "expected",
        "essential",
    )
    assert rule.quorum is not None
    assert rule.quorum.professionals == 3
    assert rule.manager is not None
    assert rule.not_on_review_day is not None
    assert [(each.kind, each.sources) for each in rule.tasks] == [
        ("plan", ("T1",)),
        ("minutes", ("T2",)),
        ("book-interpreter", ("CONVENE:interpreter",)),
    ]


def test_a_layer_brings_no_kind_of_meeting() -> None:
    assert [rule.kind for rule in load_policy(myshire_policy(extends="england")).meetings] == ["core_group"]


def test_reviews_and_deadlines_of_the_policy_come_before_the_layers() -> None:
    policy = load_policy(
        myshire_policy(
            extends="england",
            reviews=[
                {
                    "plan_type": "child_protection",
                    "name": "Review",
                    "anchor": "initial_conference",
                    "first": ["10 weeks"],
                    "later": ["5 months"],
                    "sources": ["T1"],
                }
            ],
            deadlines=[
                {
                    "kind": "initial-conference",
                    "title": "Conference",
                    "anchor": "strategy_discussion",
                    "due": ["12 working days"],
                    "sources": ["T1"],
                }
            ],
        )
    )
    assert [(each.plan_type, each.sources[0]) for each in policy.reviews] == [
        ("child_protection", "T1"),
        ("looked_after", "CPR2010:33-1"),
    ]
    assert [each.due for each in policy.deadlines] == [("12 working days",)]


def test_a_reading_of_the_policy_replaces_the_layers_of_the_same_item() -> None:
    reading = {"text": "Counted by hand.", "status": "reported", "sources": ["WT2023:assessment"]}
    policy = load_policy(myshire_policy(extends="england", readings=[reading]))
    assert [each.text for each in policy.readings] == ["Counted by hand."]


def test_references_name_their_document() -> None:
    references = load_policy(myshire_policy(extends="england")).references
    assert references["T1"].document == "Myshire guidance"
    assert references["WT2023:review"].document == "Working Together to Safeguard Children 2023"


def test_another_authoritys_policy_can_be_extended() -> None:
    data = myshire_policy(extends="barnsley", meetings=[])
    assert load_policy(data).meetings == ()
    assert len(load_policy(data).reviews) == 2
