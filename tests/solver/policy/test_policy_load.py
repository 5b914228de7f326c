from __future__ import annotations

import json
from typing import Any

import pytest
from policy_cases import myshire_policy

from solver.policy import PolicyError, builtin_policies, load_policy
from solver.policy.walk import clauses

MYSHIRE_LATER = {"applies": "later", "maximum": ["28 days"], "sources": ["T2"]}
BUILT_IN = ["barnsley", "carefirst", "sefton", "south-west", "wandsworth"]


def faults_of(data: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(PolicyError) as caught:
        load_policy(data)
    return [(fault.path, fault.problem, fault.remedy) for fault in caught.value.faults]


def with_meeting(**changes: Any) -> dict[str, Any]:
    data = myshire_policy()
    data["meetings"][0] |= changes
    return data


def test_five_policies_are_built_in_over_one_layer() -> None:
    assert builtin_policies() == BUILT_IN
    assert load_policy("england").meetings == ()


@pytest.mark.parametrize("authority", BUILT_IN)
def test_each_policy_loads_complete(authority: str) -> None:
    policy = load_policy(authority)
    assert policy.id == authority
    assert policy.extends == "england"
    assert {review.plan_type for review in policy.reviews} == {"child_protection", "looked_after"}
    assert [deadline.kind for deadline in policy.deadlines] == ["initial-conference"]
    for rule in policy.meetings:
        assert {window.applies for window in rule.windows} == {"first", "later"}
        assert [window.applies for window in rule.windows][-1] == "later"
        roles = [role for clause in (*rule.attendance, *rule.slots) for role in clause.roles]
        assert len(roles) == len(set(roles)) == 25
        assert rule.venue is not None
        assert rule.chairing is not None
        assert rule.school_hours is not None
        assert rule.school_hours.travel_minutes == 30
    assert all(clause.sources for _, clause in clauses(policy))


@pytest.mark.parametrize("authority", [*BUILT_IN, "england"])
def test_every_source_that_a_built_in_policy_names_is_explained(authority: str) -> None:
    policy = load_policy(authority)
    named = {source for _, clause in clauses(policy) for source in clause.sources}
    assert named <= set(policy.references)
    assert all(reference.document and reference.item for reference in policy.references.values())


@pytest.mark.parametrize("authority", BUILT_IN)
def test_a_whole_policy_written_out_in_the_caseload_is_the_same_policy(authority: str) -> None:
    policy = load_policy(authority)
    assert load_policy(json.loads(policy.model_dump_json())) == policy


def test_a_built_in_policy_is_read_once() -> None:
    assert load_policy("sefton") is load_policy("sefton")


@pytest.mark.parametrize(("given", "meant"), [("barnsly", "barnsley"), ("South West", "south-west")])
def test_an_unknown_authority_gets_the_nearest(given: str, meant: str) -> None:
    [(path, problem, remedy)] = faults_of(given)
    assert path == "authority"
    assert problem == "There is no built-in policy with this id."
    assert f'Did you mean "{meant}"?' in remedy


def test_an_authority_like_no_other_gets_the_whole_list() -> None:
    [(_, _, remedy)] = faults_of("zzz")
    assert remedy == (
        'The built-in policies are "barnsley", "carefirst", "sefton", "south-west" or "wandsworth".'
    )


def test_every_fault_is_listed_at_once_in_the_order_of_the_document() -> None:
    data = myshire_policy(effective_from="soon", nam="Myshire")
    del data["name"], data["source"]
    data["meetings"][0]["kind"] = "core_grup"
    data["meetings"][0]["windows"][0]["maximum"] = ["ten days"]
    data["meetings"][0]["windows"][1]["sources"] = []
    assert [(path, problem) for path, problem, _ in faults_of(data)] == [
        ("effective_from", "This is not a date."),
        ("meetings[0].kind", "This is not a word of the policy language."),
        ("meetings[0].windows[0].maximum[0]", "'ten days' is not an interval."),
        ("meetings[0].windows[1].sources", "This list is empty."),
        ("nam", "The policy language has no such word here."),
        ("source", "source is missing."),
    ]


@pytest.mark.parametrize(
    ("data", "path", "remedy"),
    [
        (with_meeting(kind="core-groups"), "meetings[0].kind", 'Did you mean "core_group"?'),
        (with_meeting(plan_types="child_protection"), "meetings[0].plan_types", "Put it in square brackets"),
        (with_meeting(plan_types=[]), "meetings[0].plan_types", "Add plan_types: whose meetings these are"),
        (with_meeting(name=3), "meetings[0].name", "Write it in straight double quotes."),
        (with_meeting(venue="office"), "meetings[0].venue", "Write a table with its own keys."),
        (
            with_meeting(attendance=[{"roles": ["polise"], "level": "expected", "sources": ["T1"]}]),
            "meetings[0].attendance[0].roles[0]",
            'Did you mean "police"?',
        ),
        (
            with_meeting(chairing={"differs": True, "sources": ["T1"]}),
            "meetings[0].chairing.differs",
            'Did you mean "differ"?',
        ),
        (
            with_meeting(school_hours={"travel_minutes": 500, "sources": ["T1"]}),
            "meetings[0].school_hours.travel_minutes",
            "less than or equal to 180",
        ),
        (
            with_meeting(tasks=[{"kind": "a", "title": "A", "owner": "chair", "sources": ["T1"]}]),
            "meetings[0].tasks[0]",
            'Add due = "10 working days", or direction = "on".',
        ),
        (with_meeting(venue={"kinds": ["office"]}), "meetings[0].venue.sources", "Add sources: the ids"),
        (myshire_policy(id="my shire"), "id", "String should match pattern"),
        (
            myshire_policy(effective_from="2026-02-30"),
            "effective_from",
            "Write a date without quotes, such as 2026-04-01.",
        ),
        (myshire_policy(extends="englnd"), "extends", 'Did you mean "england"?'),
        (myshire_policy(extends="myshire"), "extends", 'It can be "barnsley"'),
        (myshire_policy(id="england", extends="england"), "extends", 'It can be "barnsley"'),
    ],
)
def test_a_fault_says_where_and_what_would_be_right(data: dict[str, Any], path: str, remedy: str) -> None:
    [(where, _, what)] = faults_of(data)
    assert where == path
    assert remedy in what


@pytest.mark.parametrize(
    ("window", "problem", "remedy"),
    [
        (
            {"applies": "first", "maximum": ["10 days"]},
            "A first window has no anchor.",
            'Add the event it counts from, such as ["initial_conference"].',
        ),
        (
            {"applies": "later", "anchor": ["plan_start"], "maximum": ["10 days"]},
            "A later window counts from the previous meeting, not from an event.",
            "Leave anchor out.",
        ),
        (
            {"applies": "later", "direction": "before", "maximum": ["10 days"]},
            "A later window never counts back.",
            'Leave direction out, or say applies = "first" or "event".',
        ),
    ],
)
def test_a_window_that_makes_no_sense(window: dict[str, Any], problem: str, remedy: str) -> None:
    data = myshire_policy()
    data["meetings"][0]["windows"].append({"sources": ["T1"], **window})
    assert faults_of(data) == [("meetings[0].windows[2]", problem, remedy)]


def test_a_meeting_needs_a_first_window() -> None:
    data = myshire_policy()
    data["meetings"][0]["windows"] = data["meetings"][0]["windows"][1:]
    problem = "Nothing says when the first core group is due, neither here nor in a layer below."
    assert [fault[:2] for fault in faults_of(data)] == [("meetings[0].windows", problem)]


@pytest.mark.parametrize("once", [{}, {"once": True}])
def test_a_meeting_may_have_first_windows_only(once: dict[str, Any]) -> None:
    data = with_meeting(**once)
    data["meetings"][0]["windows"] = data["meetings"][0]["windows"][:1]
    (rule,) = load_policy(data).meetings
    assert [window.applies for window in rule.windows] == ["first"]
    assert rule.once is bool(once)


def test_what_is_held_once_takes_no_later_window_from_a_layer() -> None:
    data = myshire_policy(defaults=[{"kinds": ["core_group"], "windows": [MYSHIRE_LATER]}])
    data["meetings"][0]["windows"] = data["meetings"][0]["windows"][:1]
    assert [window.applies for window in load_policy(data).meetings[0].windows] == ["first", "later"]
    data["meetings"][0]["once"] = True
    assert [window.applies for window in load_policy(data).meetings[0].windows] == ["first"]


def test_what_is_held_once_has_no_later_window_itself() -> None:
    assert faults_of(with_meeting(once=True)) == [
        (
            "meetings[0].once",
            "The core group is held once, and yet a window says when the next is due.",
            'Leave out either once or the window with applies = "later".',
        )
    ]


def test_a_first_core_group_can_come_from_the_layer() -> None:
    data = myshire_policy(extends="england")
    data["meetings"][0]["windows"] = data["meetings"][0]["windows"][1:]
    first = load_policy(data).meetings[0].windows[0]
    assert (first.applies, first.maximum) == ("first", ("10 working days",))
    assert first.sources == ("WT2023:core-group",)


def test_what_an_unknown_layer_might_say_is_not_missed() -> None:
    data = myshire_policy(extends="englnd")
    data["meetings"][0]["windows"] = data["meetings"][0]["windows"][1:]
    assert [path for path, _, _ in faults_of(data)] == ["extends"]


def test_a_kind_and_a_plan_type_belong_to_one_meeting() -> None:
    data = myshire_policy()
    data["meetings"].append(data["meetings"][0])
    assert [fault[:2] for fault in faults_of(data)] == [
        ("meetings[1].kind", "meetings[0] is already about this kind of meeting."),
        ("meetings[1].plan_types", "meetings[0] is already for plans of this type."),
    ]


def test_the_error_reads_as_a_list() -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(myshire_policy(extends="englnd"))
    assert str(caught.value).splitlines()[:3] == [
        "1 fault in the policy:",
        'extends = "englnd"',
        "  There is no policy with this id to extend.",
    ]
    assert issubclass(PolicyError, ValueError)
