"""A shard's caseload means the same for its plans as the whole does."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import policies
import pytest
from any_caseload import any_caseload
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from shard_tables import resource_tables, series_tables, travel_table
from solver_cases import hours, inline, lone, person, plan_of, read, room

from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.scale.extract import Extractor, extract, group_of
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError

Shards = list[list[str]]


def parted(caseload: Caseload, chance: random.Random, shards: int) -> Shards:
    """The plans dealt out at random, sibling groups together."""
    of_group = {group_of(one): chance.randrange(shards) for one in caseload.plans}
    dealt: Shards = [[] for _ in range(shards)]
    for one in caseload.plans:
        dealt[of_group[group_of(one)]].append(one.id)
    return [shard for shard in dealt if shard]


def same_series(whole: dict[str, Any], part: dict[str, Any]) -> None:
    """Piece by piece, so that a difference can be seen for what it is."""
    for name, tables in part.items():
        for piece in tables:
            assert tables[piece] == whole[name][piece], (name, piece)


def agrees(caseload: Caseload, policy: Policy, shards: Shards) -> None:
    problem = compile_problem(caseload, policy)
    whole, resources = series_tables(caseload, problem), resource_tables(caseload, problem)
    minutes = travel_table(caseload, problem)
    found: list[str] = []
    extractor = Extractor(caseload, policy)
    for shard in shards:
        small = extractor.shard(shard)
        part = compile_problem(small, policy)
        assert part.days == problem.days
        for name in ("grid", "span_start", "slots", "soft_cap", "soft_cost"):
            assert getattr(part.tables, name) == getattr(problem.tables, name)
        found += [one.id for one in part.series]
        same_series(whole, series_tables(small, part))
        for name, (cap, soft, allowance) in resource_tables(small, part).items():
            assert (cap, soft) == resources[name][:2]
            assert allowance.items() <= resources[name][2].items()
        assert travel_table(small, part).items() <= minutes.items()
        assert held_by(part) <= held_by(problem)
    assert sorted(found) == sorted(whole)


def held_by(problem: Problem) -> set[tuple[Any, ...]]:
    """What pinned meetings hold of the resources, without the sites' numbers."""
    return {(problem.resources[r], d, begin, end) for r, d, begin, end, _ in problem.fixed_commits}


def refused(data: dict[str, Any]) -> tuple[Caseload, Policy]:
    try:
        return read(data)
    except CaseloadError:
        assume(condition=False)
        raise


@settings(max_examples=120, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_any_caseload(chance: random.Random, shards: int) -> None:
    caseload, policy = refused(any_caseload(chance))
    agrees(caseload, policy, parted(caseload, chance, shards))


@pytest.mark.parametrize("congestion", ["easy", "typical", "hard"])
@pytest.mark.parametrize("authority", ["wandsworth", "barnsley"])
def test_generated(authority: str, congestion: Any) -> None:
    caseload = generate(40, 3, authority=authority, congestion=congestion)
    agrees(caseload, load_policy(authority), parted(caseload, random.Random(5), 3))


def two_plans(**changes: Any) -> dict[str, Any]:
    """Two families with a worker each, who share nothing but the room."""
    data = lone(
        people=[
            person("sw-1", "social_worker", site="hall"),
            person("mother-1", "parent"),
            person("sw-2", "social_worker", site="hill"),
            person("mother-2", "parent"),
        ],
        plans=[
            plan_of(1, {"person": "sw-1"}, {"person": "mother-1"}),
            plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}),
        ],
    )
    return data | changes


def both(data: dict[str, Any]) -> tuple[Caseload, Problem, Problem]:
    """The shard of the first plan; it and the whole compiled. They agree."""
    caseload, policy = read(data)
    agrees(caseload, policy, [[one.id] for one in caseload.plans])
    small = extract(caseload, policy, ["plan-1"])
    return small, compile_problem(small, policy), compile_problem(caseload, policy)


def ids(items: Any) -> list[str]:
    return [item.id for item in items]


def test_what_another_family_needs_is_left_out() -> None:
    data = two_plans(travel={"hall": {"hill": 20}})
    data["venues"] += [room("home-2", "hill", kind="family_home")]
    data["plans"][1]["venue"] = {"prefer": ["home-2"]}
    small, _, _ = both(data)
    assert ids(small.people) == ["sw-1", "mother-1"]
    assert ids(small.venues) == ["room-1"]
    assert ids(small.sites) == ["hall"]
    assert ids(small.plans) == ["plan-1"]
    assert small.travel == {"hall": {}}


def test_refused_rooms_are_left_out_and_so_are_their_names() -> None:
    data = two_plans()
    data["venues"].append(room("room-2"))
    data["plans"][0]["venue"] = {"never": ["room-2"]}
    small, _, _ = both(data)
    assert ids(small.venues) == ["room-1"]
    assert small.plans[0].venue.never == ()


def test_the_team_s_day_is_that_of_everybody() -> None:
    data = two_plans()
    data["people"][2]["hours"] = hours("07:30", "12:00")
    data["people"].append(person("late", "police", hours=hours("13:00", "20:00"), deputies=["sw-2"]))
    small, part, _ = both(data)
    assert ids(small.people) == ["sw-1", "mother-1", "sw-2", "late"]
    assert small.people[3].deputies == ()
    assert (part.tables.span_start, part.tables.slots) == (450, 25)


def test_the_first_manager_comes_also_to_a_shard_without_one() -> None:
    policy = policies.make_policy(policies.core_group(manager=policies.manager("first", "expected")))
    data = two_plans(authority=inline(policy))
    data["people"].append(person("tm-1", "team_manager", deputies=["tm-2"]))
    data["people"].append(person("tm-2", "team_manager"))
    small, part, _ = both(data)
    assert ids(small.people) == ["sw-1", "mother-1", "tm-1", "tm-2"]
    # Of the two kinds of meeting, the later ones and the first.
    assert [block.actors for block in part.blocks] == [
        ("sw-1", "mother-1"),
        ("sw-1", "mother-1", "tm-1", "tm-2"),
    ]


def test_deputies_come_with_those_who_are_expected() -> None:
    data = two_plans()
    data["people"] += [
        person("hv-1", "health_visitor", deputies=["hv-2"]),
        person("hv-2", "health_visitor", deputies=["hv-3"]),
        person("hv-3", "health_visitor"),
    ]
    data["plans"][0]["participants"].append({"person": "hv-1", "level": "expected"})
    small, _, _ = both(data)
    assert ids(small.people) == ["sw-1", "mother-1", "hv-1", "hv-2"]
    assert small.people[3].deputies == ()


SCHOOL = {
    "name": "School",
    "day": {"start": "09:00", "end": "15:00"},
    "terms": [{"start": "2027-01-04", "end": "2027-02-26"}],
}


def test_a_school_s_room_is_for_its_own_pupils_in_a_shard_without_them_too() -> None:
    data = two_plans(schools=[{"id": "ash", "site": "hill", **SCHOOL}])
    data["venues"] += [room("classroom", "hill", kind="school")]
    data["plans"][0]["venue"] = {"prefer": ["room-1"]}
    data["plans"][1]["children"][0]["school"] = "ash"
    small, _, whole = both(data)
    assert ids(small.venues) == ["room-1"]
    assert whole.tables.venue_id.tolist() == [0, 0, 1]
    # One of two sisters' plans names the room, so it is there; the other is kept out by the school on its site.
    data["plans"][0] |= {"sibling_group": "elm", "venue": {"prefer": ["classroom"]}}
    data["plans"].append(plan_of(3, {"person": "sw-1"}, sibling_group="elm"))
    caseload, policy = read(data)
    agrees(caseload, policy, [["plan-1", "plan-3"], ["plan-2"]])
    small = extract(caseload, policy, ["plan-1", "plan-3"])
    assert ids(small.schools) == ["ash"]


def test_a_child_is_on_roll_where_a_plan_of_another_shard_says_so() -> None:
    data = two_plans(schools=[{"id": "ash", "site": None, **SCHOOL}])
    data["plans"][0]["children"][0] |= {"id": "child-1", "attends": "yes"}
    data["plans"][1]["children"][0] |= {"id": "child-1", "school": "ash"}
    small, part, _ = both(data)
    assert ids(part.series[0].plans) == ["plan-1"]
    assert len(part.series) == 1
    stand_in = small.plans[1]
    assert (stand_in.id, stand_in.participants, stand_in.children[0].attends) == ("plan-2", (), "no")
    assert stand_in.ends is not None
    assert stand_in.ends < small.horizon.start
    monday = part.days.index(small.horizon.start)
    lo, hi = part.tables.node_lo[1, 0, monday], part.tables.node_hi[1, 0, monday]
    child = part.blocks[0].actors.index("child-1")
    there = part.tables.start_actors[lo:hi] >> np.uint64(child) & np.uint64(1) == 1
    assert part.tables.start_minute[lo:hi][there].tolist() == [930, 960]


def test_a_closed_day_with_somebody_else_s_pinned_meeting_is_a_day_for_all() -> None:
    sunday = "2027-01-10"
    data = two_plans(
        booked=[
            {"plans": ["plan-2"], "start": f"{sunday}T10:00", "venue": "room-1", "pinned": True, "id": "b-2"},
            {"plans": ["plan-2"], "start": "2027-01-12T10:00", "venue": "room-1", "pinned": True},
            {"plans": ["plan-1"], "start": "2027-01-13T10:00", "venue": "room-1", "pinned": True},
        ]
    )
    small, part, whole = both(data)
    assert sunday in {day.isoformat() for day in part.days}
    assert part.days == whole.days
    assert len(part.pinned) == 1
    assert len(small.booked) == 2
    assert small.booked[0].id is None


def test_a_booked_meeting_goes_with_its_series() -> None:
    data = two_plans(
        booked=[
            {
                "plans": ["plan-2"],
                "start": "2027-01-12T10:00",
                "venue": "room-1",
                "series": "plan-2.core_group",
            },
            {"plans": ["plan-1"], "start": "2027-01-13T10:00", "venue": "old", "series": "plan-1.core_group"},
            {"plans": ["plan-1"], "start": "2027-01-14T10:00", "venue": "room-1", "kind": "core_group"},
        ]
    )
    data["venues"].append(room("old", "hill", kind="family_home"))
    data["booked"][2]["attendees"] = [{"person": "sw-2"}]
    small, _, _ = both(data)
    assert [meeting.start.day for meeting in small.booked] == [13, 14]
    assert ids(small.venues) == ["room-1", "old"]
    assert ids(small.people) == ["sw-1", "mother-1", "sw-2"]


def test_planned_alone_a_shard_has_the_calendar_it_has_in_a_caseload_of_its_own() -> None:
    """Two families that share nothing: the whole's calendar is the two shards' calendars."""
    data = two_plans()
    data["venues"].append(room("room-2", "hill"))
    data["plans"][0]["venue"] = {"only": ["room-1"]}
    data["plans"][1]["venue"] = {"only": ["room-2"]}
    caseload, policy = read(data)
    whole = plan(caseload, policy, deterministic=20)
    parts = [
        plan(extract(caseload, policy, [name]), policy, deterministic=20) for name in ("plan-1", "plan-2")
    ]
    assert whole.status == "optimal"
    assert whole.cost == sum(part.cost for part in parts)
    assert whole.bound == sum(part.bound for part in parts)


def test_a_sibling_group_is_not_divided() -> None:
    data = two_plans()
    for one in data["plans"]:
        one["sibling_group"] = "elm"
    caseload, policy = read(data)
    with pytest.raises(ValueError, match="the sibling group elm can't be divided"):
        extract(caseload, policy, ["plan-2"])


def test_an_unknown_plan() -> None:
    caseload, policy = read(two_plans())
    with pytest.raises(ValueError, match="no plan of the caseload has the id plan-9"):
        extract(caseload, policy, ["plan-1", "plan-9"])
