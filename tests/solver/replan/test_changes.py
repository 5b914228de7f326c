"""Facts that have changed: what becomes of a caseload, that it stays one that can be planned, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from solver_cases import lone, person, plan_of, planned, read, room

from solver.policy import load_policy
from solver.replan.changes import ChangesError, apply_changes, not_standing
from solver.schema.caseload import Caseload, DaySpan, Person, Plan
from solver.schema.changes import CHANGES, KINDS
from solver.schema.load import load_caseload
from solver.schema.validate import validate

Json = dict[str, Any]


def team() -> Json:
    data = lone()
    data["people"] += [
        person("sw-2", "social_worker", site="hall", deputies=["sw-1"]),
        person("hv-1", "health_visitor", line_manager="sw-1"),
        person("mother-2", "parent"),
    ]
    data["schools"] = [
        {
            "id": "ash",
            "name": "Ash",
            "day": {"start": "08:45", "end": "15:15"},
            "terms": [{"start": "2026-09-01", "end": "2027-07-20"}],
        }
    ]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    data["plans"][0]["participants"].append({"person": "hv-1", "level": "invited"})
    return data


def changed(*changes: Json, data: Json | None = None) -> Caseload:
    caseload, _ = read(data or team())
    after = apply_changes(caseload, CHANGES.validate_python(changes))
    assert validate(after, load_policy(after.authority)) == []
    return after


def refused(*changes: Json) -> list[tuple[str, str]]:
    caseload, _ = read(team())
    before = caseload.model_copy(deep=True)
    with pytest.raises(ChangesError) as caught:
        apply_changes(caseload, CHANGES.validate_python(changes))
    assert caseload == before
    return [(fault.path, fault.problem) for fault in caught.value.faults]


def who(caseload: Caseload, name: str) -> Person:
    return next(one for one in caseload.people if one.id == name)


def the_plan(caseload: Caseload, name: str = "plan-1") -> Plan:
    return next(one for one in caseload.plans if one.id == name)


def test_nothing_changes_without_changes() -> None:
    caseload, _ = read(team())
    assert apply_changes(caseload, ()) == caseload
    stands = CHANGES.validate_python([{"kind": "meeting_cannot_stand", "meeting": "m"}] * 2)
    assert apply_changes(caseload, stands) == caseload
    assert not_standing(stands) == ("m",)


def test_a_date_means_the_whole_day() -> None:
    after = changed({"kind": "person_away", "person": "sw-1", "start": "2027-01-12", "end": "2027-01-12"})
    span = who(after, "sw-1").busy[0]
    assert (str(span.start), str(span.end)) == ("2027-01-12 00:00:00", "2027-01-13 00:00:00")
    exact = changed(
        {"kind": "venue_closed", "venue": "room-1", "start": "2027-01-12T09:00", "end": "2027-01-12T11:30"}
    )
    assert exact.venues[0].busy[0].end.hour == 11


def test_somebody_leaves_and_the_successor_takes_over() -> None:
    after = changed(
        {
            "kind": "person_leaves", "person": "sw-1", "date": "2027-02-01", "successor": "sw-9",
            "people": [person("sw-9", "social_worker")],
        }
    )  # fmt: skip
    parts = {part.person: part for part in the_plan(after).participants}
    assert parts["sw-1"].until == date(2027, 1, 31)
    assert parts["sw-9"].from_ == date(2027, 2, 1)
    assert parts["sw-9"].until is None
    assert who(after, "sw-1").busy[-1].start.date() == date(2027, 2, 1)
    assert who(after, "sw-2").deputies == ("sw-1", "sw-9")
    assert who(after, "hv-1").line_manager == "sw-9"
    assert the_plan(after, "plan-2").participants == the_plan(changed(), "plan-2").participants


def test_a_successor_who_is_there_already_has_one_part() -> None:
    data = team()
    data["plans"][0]["participants"] += [
        {"person": "sw-2", "level": "invited", "from": "2027-02-10", "until": "2027-02-12"}
    ]
    after = changed(
        {"kind": "person_leaves", "person": "sw-1", "date": "2027-02-01", "successor": "sw-2"}, data=data
    )
    theirs = [part for part in the_plan(after).participants if part.person == "sw-2"]
    assert [(one.level, one.from_, one.until) for one in theirs] == [("invited", date(2027, 2, 1), None)]


def test_whoever_leaves_before_a_part_begins_never_has_it() -> None:
    data = team()
    data["plans"][0]["participants"][2] |= {"from": "2027-02-10"}
    after = changed({"kind": "person_leaves", "person": "hv-1", "date": "2027-02-01"}, data=data)
    assert [part.person for part in the_plan(after).participants] == ["sw-1", "mother-1"]


def test_whoever_was_to_receive_a_plan_leaves() -> None:
    data = team()
    data["plans"][0]["handover"] = {"date": "2027-01-18", "person": "sw-2"}
    after = changed(
        {"kind": "person_leaves", "person": "sw-2", "date": "2027-02-01", "successor": "sw-1"}, data=data
    )
    plan = the_plan(after)
    assert plan.handover is not None
    assert (plan.handover.date, plan.handover.person) == (date(2027, 2, 1), "sw-1")
    received = next(part for part in plan.participants if part.person == "sw-2")
    assert (received.level, received.from_, received.until) == (
        "invited",
        date(2027, 1, 18),
        date(2027, 1, 31),
    )


def test_the_other_facts() -> None:
    after = changed(
        {"kind": "person_hours", "person": "sw-1", "hours": {"thu": [["09:00", "12:00"]]}},
        {"kind": "venue", "venue": room("room-9", hours={"thu": [["09:00", "17:00"]]})},
        {"kind": "venue", "venue": room("room-1", "hill")},
        {"kind": "review", "plan": "plan-1", "date": "2027-02-03"},
        {"kind": "review", "plan": "plan-1", "date": "2027-02-04", "instead_of": "2027-02-03"},
        {"kind": "initial_conference", "plan": "plan-1", "date": "2027-01-05"},
        {"kind": "handover", "plan": "plan-2", "date": "2027-02-01", "person": "sw-1"},
        {"kind": "school_day", "school": "ash", "day": {"fri": {"start": "08:45", "end": "12:30"}}},
        {"kind": "child_attends", "plan": "plan-1", "child": "child-1", "attends": "yes"},
        {"kind": "team_interval", "meetings": "core_group", "at_most": "21 days"},
        {"kind": "new_plan", "plan": plan_of(3, {"person": "sw-1"}, {"person": "mother-3"}),
         "people": [person("mother-3", "parent")]},
    )  # fmt: skip
    assert who(after, "sw-1").hours == {"thu": ((540, 720),)}
    assert [(one.id, one.site) for one in after.venues] == [("room-1", "hill"), ("room-9", "hall")]
    plan = the_plan(after)
    assert plan.events.reviews == (date(2027, 2, 4),)
    assert plan.events.initial_conference == date(2027, 1, 5)
    assert plan.children[0].attends == "yes"
    received = the_plan(after, "plan-2").handover
    assert received is not None
    assert received.person == "sw-1"
    day = after.schools[0].day
    assert isinstance(day, dict)
    assert (day["thu"], day["fri"]) == (DaySpan(start=525, end=915), DaySpan(start=525, end=750))
    assert after.team.every_at_most == {"core_group": "21 days"}
    assert [plan.id for plan in after.plans] == ["plan-1", "plan-2", "plan-3"]


def test_a_school_day_for_all_weekdays_and_a_team_without_its_interval() -> None:
    data = team()
    data["team"]["every_at_most"] = {"core_group": "21 days"}
    after = changed(
        {"kind": "school_day", "school": "ash", "day": {"start": "09:00", "end": "15:00"}},
        {"kind": "team_interval", "meetings": "core_group", "at_most": None},
        data=data,
    )
    assert after.schools[0].day == DaySpan(start=540, end=900)
    assert after.team.every_at_most == {}


@pytest.mark.parametrize("authority", ["barnsley", "carefirst", "sefton", "south-west", "wandsworth"])
def test_an_authoritys_interval_is_another_and_all_else_stays(authority: str) -> None:
    caseload, _ = read(team() | {"authority": authority})
    change = {"kind": "policy_interval", "meetings": "core_group", "at_most": "5 weeks"}
    after = apply_changes(caseload, CHANGES.validate_python([change]))
    before, policy = load_policy(authority), load_policy(after.authority)
    for old, new in zip(before.meetings, policy.meetings, strict=True):
        later = {window.maximum for window in new.windows if window.applies == "later"}
        if old.kind == "core_group":
            assert later == {("5 weeks",)}
            assert [one for one in new.windows if one.applies != "later"] == [
                one for one in old.windows if one.applies != "later"
            ]
            assert old.model_copy(update={"windows": ()}) == new.model_copy(update={"windows": ()})
        else:
            assert old == new
    assert (before.reviews, before.review_meetings, before.deadlines) == (
        policy.reviews,
        policy.review_meetings,
        policy.deadlines,
    )


def test_a_longer_interval_makes_fewer_meetings() -> None:
    data = lone()
    fewer = changed({"kind": "policy_interval", "meetings": "core_group", "at_most": "8 weeks"}, data=data)
    before = planned(data, rounds=2)
    after = planned(fewer.model_dump(mode="json", by_alias=True), rounds=2)
    assert (len(before.meetings), len(after.meetings)) == (2, 1)


def test_every_fault_is_told_at_once_and_nothing_is_changed() -> None:
    faults = refused(
        {"kind": "person_away", "person": "sw1", "start": "2027-01-12", "end": "2027-01-12"},
        {"kind": "venue_closed", "venue": "attic", "start": "2027-01-12", "end": "2027-01-12"},
        {"kind": "person_leaves", "person": "sw-1", "date": "2027-02-01", "successor": "nobody"},
        {"kind": "person_leaves", "person": "sw-1", "date": "2027-02-01", "successor": "sw-1"},
        {"kind": "review", "plan": "plan-1", "date": "2027-02-04", "instead_of": "2027-02-03"},
        {"kind": "child_attends", "plan": "plan-1", "child": "child-9", "attends": "yes"},
        {"kind": "handover", "plan": "plan-9", "date": "2027-02-01", "person": "sw-1"},
        {"kind": "school_day", "school": "oak", "day": {"start": "09:00", "end": "15:00"}},
        {"kind": "policy_interval", "meetings": "care_team_meeting", "at_most": "4 weeks"},
        {"kind": "new_plan", "plan": plan_of(1, {"person": "sw-1"}, {"person": "mother-1"})},
    )
    assert [path for path, _ in faults[:9]] == [
        "changes[0].person",
        "changes[1].venue",
        "changes[2].successor",
        "changes[3].successor",
        "changes[4].instead_of",
        "changes[5].child",
        "changes[6].plan",
        "changes[7].school",
        "changes[8].meetings",
    ]
    assert any(path == "plans[2].id" for path, _ in faults[9:])


def test_a_change_after_which_nothing_can_be_planned_is_refused_in_the_words_of_the_caseload() -> None:
    faults = refused({"kind": "policy", "authority": "atlantis"})
    assert faults == [("authority", "There is no built-in policy with this id.")]
    gone = refused({"kind": "venue", "venue": room("room-1", "nowhere")})
    assert [path for path, _ in gone] == ["venues[0].site"]


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "person_away", "person": "sw-1", "start": "2027-01-12", "end": "2027-01-11"},
        {"kind": "policy_interval", "meetings": "core_group", "at_most": "four weeks"},
        {"kind": "sickness", "person": "sw-1"},
    ],
)
def test_what_is_no_change(bad: Json) -> None:
    with pytest.raises(ValueError, match=r"validation error"):
        CHANGES.validate_python([bad])


def test_changes_are_written_and_read_back() -> None:
    changes = CHANGES.validate_python(
        [
            {"kind": "person_away", "person": "sw-1", "start": "2027-01-12", "end": "2027-01-12"},
            {"kind": "new_plan", "plan": plan_of(3, {"person": "sw-1", "from": "2027-01-10"})},
            {"kind": "policy", "authority": "barnsley"},
        ]
    )
    assert CHANGES.validate_json(CHANGES.dump_json(changes, by_alias=True)) == changes
    caseload, _ = read(team())
    again = load_caseload(changed().model_dump_json(by_alias=True).encode())
    assert again == caseload
    schema = CHANGES.json_schema()["items"]["discriminator"]["mapping"]
    assert set(KINDS) == set(schema)
