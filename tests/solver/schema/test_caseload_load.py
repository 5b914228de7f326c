"""Loading a caseload: everything wrong with it at once, nothing about anybody said needlessly, nothing lost."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from caseloads import small_caseload
from faulty import GONE, changed, faults_of, only_fault

from solver.policy.model import MeetingRule, Policy, WindowRule
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError
from solver.schema.load import canonical_json, digest, load_caseload
from solver.schema.validate import validate

TWENTY: dict[str, Any] = {
    "timezone": "Europe/Londn",
    "closures[1]": "29/12/2026",
    "people[0].role": "social worker",
    "people[0].deputies[0]": "sw-1",
    "people[0].busy[0].end": "2026-11-15T00:00",
    "people[1].hours.mon[0][1]": "17:0",
    "people[2].site": "townhall",
    "people[4].shift": "nights",
    "schools[0].day.end": "08:00",
    "schools[0].terms[2].start": GONE,
    "venues[0].kind": "room",
    "venues[1].capacity": 0,
    "plans[0].children[0].school": GONE,
    "plans[0].participants[1].person": "mother-11",
    "plans[0].minutes": 50,
    "plans[1].type": "child_protecton",
    "plans[1].events.initial_conference": "2027-06-01",
    "plans[2].every_at_most": "six weeks",
    "plans[2].venue.prefer[0]": "home-33",
    "plans[2].handover.person": "sw-9",
    "travel.town-hall.hill": -5,
    "booked[0].end": "2026-11-26T09:00",
    "booked[0].venue": "room-22",
}


def test_faults_of_form_and_of_content_are_all_listed_at_once_in_order() -> None:
    faults = faults_of(changed(TWENTY))
    assert [fault.path for fault in faults] == list(TWENTY)


def test_an_item_that_is_left_out_shifts_no_path() -> None:
    data = changed({"venues[0]": None, "plans[0]": 7, "plans[2].participants[0]": "sw-2"})
    data["plans"][2]["participants"][1]["person"] = "mother-33"
    data["venues"][3]["site"] = "libary"
    assert [fault.path for fault in faults_of(data)] == [
        "venues[0]",
        "venues[3].site",
        "plans[0]",
        "plans[2].participants[0]",
        "plans[2].participants[1].person",
    ]


def test_a_fault_reads_as_text() -> None:
    data = changed({"plans[0].participants[1].person": "mother-11", "nation": "XX"})
    with pytest.raises(CaseloadError) as caught:
        load_caseload(json.dumps(data).encode())
    assert str(caught.value).splitlines() == [
        "2 faults in the caseload:",
        'nation = "XX"',
        "  This is none of the words allowed here.",
        '  Write "ENG", "WLS", "SCT" or "NIR".',
        'plans[0].participants[1].person = "mother-11"  (plan plan-1)',
        "  There is no person with this id.",
        '  Did you mean "mother-1"? Correct the id, or add the person to people.',
    ]
    assert str(only_fault(changed({"nation": "XX"}))) == (
        'nation = "XX": This is none of the words allowed here. Write "ENG", "WLS", "SCT" or "NIR".'
    )


def test_where_very_many_ids_are_unknown_all_are_listed_and_the_first_get_a_suggestion() -> None:
    wrong = [{"person": f"sw-1{number:03}"} for number in range(200)]
    faults = faults_of(changed({"booked[0].attendees": wrong}))
    assert [fault.value for fault in faults] == [f'"{attendee["person"]}"' for attendee in wrong]
    suggested = ["Did you mean" in fault.remedy for fault in faults]
    assert suggested == [True] * 100 + [False] * 100
    assert "Correct the id" in faults[-1].remedy


SECRET = "Zebedee"


@pytest.mark.parametrize(
    "changes",
    [
        {"people[0].email": SECRET},
        {"people[0].name": f"{SECRET}\n"},
        {"people[0].name": [SECRET]},
        {"people[0].e-mail": f"{SECRET}@convene.example"},
        {"venues[0].address": {"street": SECRET}},
        {"plans[0].children[0].initials": {"first": SECRET}},
        {"plans[0].children[0]": f"{SECRET}, 11"},
        {"people[1]": {"id": "sw-2", "name": SECRET, "email": SECRET}},
        {"people[1].hours": SECRET + " works on Mondays"},
        {"team.organiser": f"{SECRET} <team@convene.example>"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_fault_says_no_name_and_no_address(changes: dict[str, Any]) -> None:
    faults = faults_of(changed(changes))
    assert faults
    assert SECRET not in "".join(str(fault) for fault in faults)


def test_the_text_around_a_flaw_of_json_is_not_shown() -> None:
    text = json.dumps(small_caseload()).replace('"name": "Person 11"', '"name": "Person 11" oops')
    with pytest.raises(CaseloadError) as caught:
        load_caseload(text.encode())
    assert "Person" not in str(caught.value)


def test_a_long_value_is_shortened_and_an_unprintable_one_is_escaped() -> None:
    fault = only_fault(changed({"timezone": "a\u0007" + "b" * 500}))
    assert len(fault.value) <= 61
    assert "\u0007" not in str(fault)


def test_a_policy_that_is_written_out_has_its_faults_inside_authority() -> None:
    policy = {
        "id": "own",
        "name": "Own",
        "version": "1",
        "effective_from": "2026-04-01",
        "source": "s",
        "meetngs": [],
    }
    fault = only_fault(small_caseload(authority=policy))
    assert fault.path == "authority.meetngs"
    assert fault.remedy


def test_a_fault_of_the_policy_does_not_hide_those_of_the_plans() -> None:
    data = changed({"authority": "nowhere", "plans[0].minutes": 50})
    assert [fault.path for fault in faults_of(data)] == ["authority", "plans[0].minutes"]


def test_a_valid_caseload_survives_canonical_json_to_the_byte() -> None:
    caseload = load_caseload(json.dumps(small_caseload()).encode())
    text = canonical_json(caseload)
    again = load_caseload(text)
    assert again == caseload
    assert canonical_json(again) == text
    assert digest(again) == digest(caseload) == hashlib.sha256(text).hexdigest()


def test_the_digest_is_of_the_content_not_of_how_it_is_written() -> None:
    data = small_caseload()
    plain = load_caseload(json.dumps(data).encode())
    turned = dict(reversed(data.items())) | {"grid_minutes": 15}
    assert digest(load_caseload(json.dumps(turned, indent=3).encode())) == digest(plain)
    assert digest(load_caseload(json.dumps(data | {"id": "other"}).encode())) != digest(plain)


def _policy(**more: Any) -> Policy:
    sources = ("X1",)
    rule = MeetingRule(
        kind="core_group",
        name="Core group",
        plan_types=("child_protection",),
        windows=(
            WindowRule(
                applies="first", anchor=("initial_conference",), maximum=("10 working days",), sources=sources
            ),
            WindowRule(applies="later", maximum=("28 days",), sources=sources),
        ),
        sources=sources,
    )
    fields = {"id": "own", "name": "Own", "version": "1", "effective_from": date(2026, 4, 1), "source": "s"}
    return Policy(**{**fields, "meetings": (rule,), **more})


def _validated(changes: dict[str, Any], policy: Policy) -> list[tuple[str, str]]:
    data = changed(changes)
    caseload = Caseload.model_validate_json(json.dumps(data))
    return [(fault.path, fault.value) for fault in validate(caseload, policy)]


def test_validation_of_a_model_gives_the_same_places_and_values_as_loading() -> None:
    assert _validated({}, _policy()) == []
    assert _validated({"plans[0].times.prefer[0].end": "15:00", "nation": "SCT"}, _policy()) == [
        ("nation", '"SCT"'),
        ("plans[0].times.prefer[0].end", '"15:00"'),
    ]
    assert _validated({"booked[0].start": "2026-10-26T10:00"}, _policy()) == [
        ("booked[0].start", '"2026-10-26T10:00"')
    ]


def test_an_anchor_of_the_policy_is_needed_whatever_other_dates_there_are() -> None:
    assert _validated({"plans[0].events.initial_conference": GONE}, _policy()) == [
        ("plans[0].events", "{2 fields}")
    ]


def test_a_policy_for_another_nation_names_those_for_the_right_one() -> None:
    caseload = Caseload.model_validate_json(json.dumps(small_caseload()))
    (fault,) = validate(caseload, _policy(nations=("WLS", "SCT")))
    assert fault.path == "nation"
    assert "for WLS and SCT only" in fault.problem
    assert "barnsley" in fault.remedy


def test_where_the_policy_is_silent_the_plans_own_interval_counts_from_the_start_or_the_last_meeting() -> (
    None
):
    own = {"plans[2].events": {"plan_start": "2026-08-03"}, "booked": []}
    assert _validated(own, _policy()) == []
    without = {"plans[2].events": {"strategy_discussion": "2026-08-03"}, "booked": []}
    assert _validated(without, _policy()) == [("plans[2].events", "{1 field}")]
    silent = {"plans[2].events": {}, "plans[2].every_at_most": GONE, "booked": []}
    assert _validated(silent, _policy()) == []


def test_a_booked_meeting_of_a_plan_without_meetings_is_a_fault() -> None:
    assert _validated({"plans[2].every_at_most": GONE}, _policy()) == [("booked[0].plans", "[1 item]")]


def test_the_kind_of_a_booked_meeting_is_that_of_the_policy() -> None:
    assert _validated({"booked[0].kind": "cin_review"}, _policy()) == []
    assert _validated({"booked[0].kind": "core_group"}, _policy()) == [("booked[0].kind", '"core_group"')]
