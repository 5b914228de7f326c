"""Shards that share people and rooms, planned one around the other: small cases, each judged by the checker."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import policies
import pytest
from any_caseload import any_caseload
from deep import first
from processes import at_most
from shard_cases import Recording, Side, bytes_of, in_shards
from solver_cases import Json, hours, inline, lone, person, plan_of, read, room

from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.scale.coordinate import LEAST_SECONDS
from solver.scale.wire import unpack
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError

WORKERS = (1, 2, 3)


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    with at_most(300):
        yield


def families(number: int, **changes: Any) -> Json:
    """Plans of one social worker, each with a mother of its own, in shards of one plan each."""
    data = lone(
        people=[
            person("sw-1", "social_worker", site="hall"),
            *(person(f"mother-{i}", "parent") for i in range(1, number + 1)),
        ],
        plans=[plan_of(i, {"person": "sw-1"}, {"person": f"mother-{i}"}) for i in range(1, number + 1)],
    )
    return data | changes


def shards_and_one_piece(data: Json, workers: int, **more: Any) -> tuple[Calendar, Calendar]:
    """The calendars; what is proven of one holds for the other."""
    caseload, policy = read(data)
    found = in_shards(caseload, policy, executor=Side(workers), **more)
    whole = plan(caseload, policy, deterministic=20)
    assert whole.bound <= found.cost
    assert found.bound <= whole.cost
    return found, whole


def of_plan(calendar: Calendar, number: int) -> list[Meeting]:
    return [one for one in calendar.meetings if one.plans == (f"plan-{number}",)]


# --- what shards share -------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", WORKERS)
def test_one_worker_and_one_room_for_all(workers: int) -> None:
    """One day a week, hardly enough for all: whoever is planned later, or at the same time, takes what is left."""
    data = families(4)
    data["people"][0]["hours"] = hours("09:00", "13:00", ["mon"])
    found, whole = shards_and_one_piece(data, workers)
    assert len({(one.start, one.venue) for one in found.meetings}) == len(found.meetings)
    assert found.breaches == () == whole.breaches


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("minutes", [0, 30, 90])
def test_travel_between_sites_of_different_shards(workers: int, minutes: int) -> None:
    data = families(2, venues=[room("room-1"), room("room-2", "hill")], travel={"hill": {"hall": minutes}})
    data["people"][0]["hours"] = hours("09:00", "12:00", ["mon"])
    for i, one in enumerate(data["plans"], start=1):
        one["venue"] = {"only": [f"room-{i}"]}
    found, _ = shards_and_one_piece(data, workers)
    days = [{one.start.date() for one in of_plan(found, i)} for i in (1, 2)]
    # An hour, an hour and the way between them have to fit into three hours.
    assert all(days)
    assert minutes <= 60 or not days[0] & days[1]


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("most", [1, 2])
def test_meetings_a_day_over_all_shards(workers: int, most: int) -> None:
    data = families(4)
    data["people"][0] |= {"hours": hours("09:00", "17:00", ["mon", "thu"]), "max_meetings_per_day": most}
    found, _ = shards_and_one_piece(data, workers)
    days = [one.start.date() for one in found.meetings]
    assert max(days.count(day) for day in days) <= most
    assert len(found.meetings) >= 8


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("record", [False, True])
def test_a_child_with_two_plans(workers: int, record: bool) -> None:
    """Nothing else is shared; both plans want the very same hour."""
    policy = policies.make_policy(policies.core_group(), policies.cin_review())
    hour = {"days": ["mon"], "start": "15:00", "end": "16:00"}
    data = families(2, authority=inline(policy), venues=[room("room-1"), room("room-2")])
    data["people"].append(person("sw-2", "social_worker", site="hall"))
    data["plans"][1] |= {"type": "child_in_need", "events": {"plan_start": "2026-12-30"}}
    data["plans"][1]["participants"][0]["person"] = "sw-2"
    for i, one in enumerate(data["plans"], start=1):
        one["children"][0] |= {"id": "child-1", "attends": "yes"}
        one |= {"venue": {"only": [f"room-{i}"]}, "times": {"prefer": [hour]}}
    if record:
        data["people"].append(person("child-1", "child", hours=hours("09:00", "18:00")))
    found, _ = shards_and_one_piece(data, workers)
    coming = [one.start for one in found.meetings for who in one.attendees if who.person == "child-1"]
    assert len(coming) == len(set(coming)) == len(found.meetings)


def test_a_person_a_room_and_a_plan_of_one_name() -> None:
    """Each kind of thing has names of its own: a room may be called what a person is."""
    data = families(2)
    text = (
        json.dumps(data)
        .replace('"room-1"', '"sw-1"')
        .replace('"mother-1"', '"plan-1"')
        .replace('"hall"', '"sw-1"')
    )
    caseload, policy = read(json.loads(text))
    found = in_shards(caseload, policy)
    plain = in_shards(*read(data))
    assert (found.cost, found.bound) == (plain.cost, plain.bound)
    assert [one.start for one in found.meetings] == [one.start for one in plain.meetings]
    assert {one.venue for one in found.meetings} == {"sw-1"}


# --- meetings that stand already ---------------------------------------------------------------------


def wanted_by_both(**booked: Any) -> Json:
    """The first plan, which is planned first, wants the hour of a meeting of the second one that stands already."""
    data = families(2)
    hour = {"days": ["mon"], "start": "10:00", "end": "11:00"}
    data["plans"][0]["times"] = {"prefer": [hour]}
    data["booked"] = [
        {"plans": ["plan-2"], "start": f"2027-01-{day}T10:00", "venue": "room-1", **booked}
        for day in ("04", "11")
    ]
    return data


@pytest.mark.parametrize("workers", WORKERS)
def test_a_pinned_meeting_of_a_shard_that_is_planned_later(workers: int) -> None:
    found, _ = shards_and_one_piece(wanted_by_both(pinned=True), workers)
    standing = [one for one in of_plan(found, 2) if one.pinned]
    assert [one.start.day for one in standing] == [4, 11]
    first = of_plan(found, 1)[0]
    assert not any(
        one.start.date() == first.start.date() and one.start < first.end and first.start < one.end
        for one in standing
    )
    assert found.exceptions == ()


@pytest.mark.parametrize("workers", WORKERS)
def test_without_it_that_hour_is_taken(workers: int) -> None:
    """Else the test above would say nothing."""
    found, _ = shards_and_one_piece(wanted_by_both() | {"booked": []}, workers)
    assert of_plan(found, 1)[0].start.hour == 10


@pytest.mark.parametrize("workers", WORKERS)
def test_pinned_meetings_of_different_shards_on_top_of_each_other(workers: int) -> None:
    """They stand, the calendar says what they break, and the rest is planned around both."""
    data = families(3)
    data["booked"] = [
        {"plans": [f"plan-{i}"], "start": "2027-01-11T10:00", "venue": "room-1", "pinned": True}
        for i in (1, 2)
    ]
    found, whole = shards_and_one_piece(data, workers)
    assert {one.kind for one in found.exceptions} == {"person.overlap", "venue.overlap"}
    assert {(one.meeting, one.kind) for one in found.exceptions} == {
        (one.meeting, one.kind) for one in whole.exceptions
    }


@pytest.mark.parametrize("workers", WORKERS)
def test_somebody_with_too_many_pinned_meetings_in_other_shards(workers: int) -> None:
    data = families(3)
    data["people"][0]["max_meetings_per_day"] = 1
    data["booked"] = [
        {"plans": [f"plan-{i}"], "start": f"2027-01-11T1{i}:00", "venue": "room-1", "pinned": True}
        for i in (2, 3)
    ]
    found, _ = shards_and_one_piece(data, workers)
    assert {one.kind for one in found.exceptions} == {"person.cap"}
    assert of_plan(found, 1)[0].start.day != 11


@pytest.mark.parametrize("workers", WORKERS)
def test_pinned_meetings_off_the_grid_on_a_day_that_is_closed(workers: int) -> None:
    data = families(2)
    data["booked"] = [
        {"plans": ["plan-2"], "start": "2027-01-10T10:05", "venue": "room-1", "pinned": True},
        {"plans": ["plan-2"], "start": "2027-01-13T10:05", "venue": "room-1", "pinned": True},
    ]
    found, _ = shards_and_one_piece(data, workers)
    assert [one.start.isoformat()[:16] for one in found.meetings if one.pinned] == [
        "2027-01-10T10:05",
        "2027-01-13T10:05",
    ]


@pytest.mark.parametrize("workers", WORKERS)
def test_meetings_that_stand_are_kept(workers: int) -> None:
    data = families(3)
    data["booked"] = [
        {"id": f"b-{i}", "plans": [f"plan-{i}"], "start": f"2027-01-1{i}T1{i}:00", "venue": "room-1"}
        for i in (1, 2, 3)
    ]
    found, _ = shards_and_one_piece(data, workers)
    assert found.objective["stability"] == 0
    assert {"b-1", "b-2", "b-3"} < {one.id for one in found.meetings}


def test_a_meeting_that_stands_under_the_id_of_another_shard_s() -> None:
    name = "plan-1.core_group.1"
    data = families(2)
    data["booked"] = [
        {"id": name, "plans": ["plan-2"], "start": "2027-01-11T10:00", "venue": "room-1", "pinned": True}
    ]
    found, whole = shards_and_one_piece(data, 1)
    for calendar in (found, whole):
        (standing,) = (one for one in calendar.meetings if one.id == name)
        assert standing.plans == ("plan-2",)
        assert of_plan(calendar, 1)[0].id == f"{name}.2"


# --- what is hardly anything -------------------------------------------------------------------------


def test_no_plans_at_all() -> None:
    found = in_shards(*read(families(0)))
    assert (found.meetings, found.cost, found.bound, found.status) == ((), 0, 0, "optimal")


def test_shards_that_need_no_meetings() -> None:
    data = families(3)
    data["plans"][0]["ends"] = "2026-12-31"
    data["plans"][1] |= {"type": "looked_after", "events": {"plan_start": "2026-12-30"}}
    found, whole = shards_and_one_piece(data, 2)
    assert {one.plans for one in found.meetings} == {("plan-3",)}
    assert found.notices == whole.notices
    assert found.cost == whole.cost


def test_a_plan_that_can_hold_nothing() -> None:
    """A worker who is never there: breaches, with reasons, in shards as in one piece."""
    data = families(2)
    data["people"].append(
        person("sw-2", "social_worker", busy=[{"start": "2027-01-01T00:00", "end": "2027-03-01T00:00"}])
    )
    data["plans"][1]["participants"][0]["person"] = "sw-2"
    found, whole = shards_and_one_piece(data, 2)
    assert found.cost == whole.cost
    assert [(one.series, one.days, one.proved, one.reasons) for one in found.breaches] == [
        (one.series, one.days, one.proved, one.reasons) for one in whole.breaches
    ]
    assert found.breaches[0].proved


# --- anything ----------------------------------------------------------------------------------------


def any_in_shards(seed: int, workers: int, plans: int = 1) -> None:
    try:
        data = any_caseload(random.Random(seed))
        read(data)
    except CaseloadError:
        return
    shards_and_one_piece(data, workers, plans=plans)


@pytest.mark.parametrize("seed", range(36))
def test_any_caseload(seed: int) -> None:
    any_in_shards(seed, WORKERS[seed % 3])


@pytest.mark.slow
@pytest.mark.parametrize("seed", first(40, range(36, 400)))
def test_many_more(seed: int) -> None:
    any_in_shards(seed, WORKERS[seed % 3], 1 + seed % 2)


# --- being stopped -----------------------------------------------------------------------------------


def after(calls: int) -> Callable[[], bool]:
    """Ask to stop from a certain call on."""
    left = iter([False] * calls)
    return lambda: next(left, True)


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("workers", [1, 2])
def test_stopped_at_any_moment_it_has_the_whole(calls: int, workers: int) -> None:
    data = families(4)
    data["people"][0]["hours"] = hours("09:00", "11:00", ["mon"])
    found = in_shards(*read(data), executor=Side(workers), stop=after(calls))
    assert found.status == "stopped"
    assert {one.plans[0] for one in found.meetings} | {
        one.series.split(".")[0] for one in found.breaches
    } == {f"plan-{i}" for i in (1, 2, 3, 4)}


def test_stopped_before_everybody_has_a_plan_it_makes_haste() -> None:
    executor = Recording()
    found = in_shards(*read(families(4)), executor=executor, stop=after(2), deterministic=7)
    orders = [(name, unpack(payload)) for name, payload in executor.given]
    assert [(name, order["rounds"]) for name, order in orders] == [("improve", 7)] * 2 + [("improve", 1)] * 2
    assert found.status == "stopped"
    executor = Recording()
    in_shards(*read(families(3)), executor=executor, stop=after(1), deterministic=None, seconds=90.0)
    waits = [unpack(payload)["seconds"] for _, payload in executor.given]
    assert waits[0] > LEAST_SECONDS
    assert waits[1:] == [LEAST_SECONDS] * 2


def test_time_that_is_over_gives_the_whole_too() -> None:
    found = in_shards(*read(families(3)), deterministic=None, seconds=0.0)
    assert found.status in ("feasible", "optimal")
    assert {one.plans for one in found.meetings} == {(f"plan-{i}",) for i in (1, 2, 3)}


# --- the same again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", WORKERS)
def test_the_same_again(workers: int) -> None:
    data = families(4)
    data["people"][0]["hours"] = hours("09:00", "12:00", ["mon"])
    caseload, policy = read(data)
    first = bytes_of(in_shards(caseload, policy, executor=Side(workers), seed=3))
    ticks = iter(range(10**9))
    again = in_shards(caseload, policy, executor=Side(workers), seed=3, clock=lambda: 100.0 * next(ticks))
    assert bytes_of(again) == first


# --- what leaves the machine -------------------------------------------------------------------------


def telling() -> tuple[Caseload, Policy]:
    """A generated caseload with something in every field that somebody writes."""
    data = generate(14, 4, congestion="hard", start=date(2026, 11, 30)).model_dump(mode="json", by_alias=True)
    for one in data["people"]:
        one |= {"agency": f"agency of {one['id']}", "email": f"{one['id']}@convene.example"}
    for one in data["venues"]:
        one |= {"address": f"1 {one['id']} Street", "features": [*one["features"], f"lift in {one['id']}"]}
    for one in data["plans"]:
        one["venue"]["prefer"] = [data["venues"][0]["id"]]
    worker = data["plans"][0]["participants"][0]["person"]
    data["booked"] = [
        {
            "id": "talk-about-it",
            "plans": [data["plans"][0]["id"]],
            "start": "2027-01-11T10:00",
            "venue": data["venues"][0]["id"],
            "attendees": [{"person": worker}],
        }
    ]
    caseload = Caseload.model_validate(data)
    return caseload, load_policy("wandsworth")


def written(caseload: Caseload) -> set[str]:
    """Ids, names and all else that says who, where or why."""
    found = {
        caseload.id,
        caseload.team.id,
        caseload.team.name,
        caseload.team.organiser.name,
        caseload.team.organiser.email,
    }
    for items in (caseload.people, caseload.schools, caseload.sites, caseload.venues):
        found |= {text for one in items for text in (one.id, one.name)}
    for person_ in caseload.people:
        found |= {person_.agency or "", person_.email or ""}
    for venue in caseload.venues:
        found |= {venue.address or "", *(set(venue.features) - {"private", "hybrid"})}
    for one in caseload.plans:
        found |= {one.id, one.sibling_group or "", one.split.reason if one.split else "", *one.venue.needs}
        found |= {text for child in one.children for text in (child.id, child.initials)}
    found |= {meeting.id or "" for meeting in caseload.booked}
    return found - {""}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def test_no_payload_says_who_or_where() -> None:
    caseload, policy = telling()
    executor = Recording()
    in_shards(caseload, policy, plans=5, executor=executor)
    assert {name for name, _ in executor.given} == {"improve", "prove"}
    known = written(caseload) - {
        feature for rule in policy.meetings if rule.venue for feature in rule.venue.features
    }
    assert len(known) > 150
    begun = 0
    for _, payload in executor.given:
        order = unpack(payload)
        assert order.pop("policy") == policy.model_dump(mode="json", by_alias=True)
        begun += order.get("chains") is not None
        sent = set(strings(order))
        assert sorted(sent & known) == []
        births = {child["date_of_birth"] for one in order["caseload"]["plans"] for child in one["children"]}
        assert births == {caseload.horizon.start.isoformat()}
        text = "\n".join(sent)
        assert [one for one in sorted(known) if len(one) > 3 and one in text] == []
    assert begun
