"""Meetings as shards exchange them say the same as the calendar, and are the same meetings when they are read again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import policies
import pytest
from solver_cases import (
    Recount,
    constructed,
    generated_problem,
    inline,
    lone,
    person,
    plan_of,
    prepared,
    read,
    room,
    some_problem,
)

from solver.engine.state import Solution, empty_solution
from solver.generate import generate
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.problem.travel import Travel
from solver.problem.uses import Use
from solver.scale.extract import Extractor
from solver.scale.held import Held, chains_of, read_chains, read_uses, solution_of, uses_of
from solver.scale.held import plan_of as starts_of
from solver.scale.partition import partition
from solver.scale.pinned import held_by_pinned
from solver.scale.wire import pack, unpack
from solver.schema.caseload import Caseload

SEEDS = range(40)
Case = tuple[Caseload, Policy, Problem, Solution]


def solved(seed: int) -> Case:
    caseload, policy, problem = some_problem(seed)
    best = constructed(problem).best
    assert best is not None
    return caseload, policy, problem, best


def team() -> Case:
    caseload, policy, problem = generated_problem(30, 2, "hard")
    best = constructed(problem).best
    assert best is not None
    return caseload, policy, problem, best


def sent(chains: list[list[Held]]) -> list[list[Held]]:
    return read_chains(unpack(pack({"chains": chains}))["chains"])


def same_meetings(problem: Problem, one: Solution, other: Solution) -> None:
    assert np.array_equal(one.n, other.n)
    for s in range(len(problem.series)):
        n = int(one.n[s])
        assert np.array_equal(one.rows[s, :n], other.rows[s, :n])
        assert np.array_equal(one.choice[s, :n], other.choice[s, :n])


@pytest.mark.parametrize("seed", SEEDS)
def test_chains_are_the_same_when_they_are_read_again(seed: int) -> None:
    _, _, problem, best = solved(seed)
    chains = sent(chains_of(problem, best))
    assert chains == chains_of(problem, best)
    same_meetings(problem, best, solution_of(problem, chains, empty_solution(problem)))


def test_a_team_s_chains_are_the_same_when_they_are_read_again() -> None:
    _, _, problem, best = team()
    chains = sent(chains_of(problem, best))
    assert sum(len(chain) for chain in chains) > 80
    same_meetings(problem, best, solution_of(problem, chains, empty_solution(problem)))
    starts = starts_of(problem, chains)
    for s in range(len(problem.series)):
        assert [list(row) for row in starts[s]] == best.rows[s, : int(best.n[s])].tolist()


def test_chains_of_shards_are_those_of_the_whole() -> None:
    """Whoever fills a place has the same number wherever the series was compiled."""
    caseload, policy, whole, _ = team()
    extractor = Extractor(caseload, policy)
    found = empty_solution(whole)
    expected: dict[str, Any] = {}
    chains: dict[str, list[Held]] = {}
    for plans in partition(caseload, policy, plans=10):
        small = extractor.shard(plans)
        problem = prepared(small, policy)
        best = constructed(problem).best
        assert best is not None
        names = [one.id for one in problem.series]
        chains |= dict(zip(names, chains_of(problem, best), strict=True))
        for meeting in Recount(small, policy, problem).decode(best).meetings:
            expected[meeting.id] = (meeting.start, meeting.venue, meeting.attendees)
    solution_of(whole, [chains[one.id] for one in whole.series], found)
    meetings = Recount(caseload, policy, whole).decode(found).meetings
    assert {one.id: (one.start, one.venue, one.attendees) for one in meetings} == expected


def test_a_meeting_that_cannot_be_there_leaves_its_chain_out() -> None:
    _, _, problem, best = team()
    chains = chains_of(problem, best)
    first = chains[3][0]
    for wrong in (
        first._replace(minute=first.minute + 1),
        first._replace(venue="no such room"),
        first._replace(day=problem.days[0].toordinal() - 1),
    ):
        chains[3] = [wrong, *chains[3][1:]]
        assert set(starts_of(problem, chains)) == set(range(len(problem.series))) - {3}
        with pytest.raises(ValueError, match="series 3 holds a meeting where it has no start"):
            solution_of(problem, chains, empty_solution(problem))


# --- what they take up -----------------------------------------------------------------------------


def site_of(caseload: Caseload, venue_id: str) -> str:
    venue = next(venue for venue in caseload.venues if venue.id == venue_id)
    return "" if venue.kind == "virtual" else venue.site or f"venue:{venue_id}"


def told_by_the_calendar(case: Case) -> dict[str, set[Use]]:
    """What the calendar says of everybody and every room, by series; pinned meetings' venues and essential people aside."""
    caseload, policy, problem, best = case
    found: dict[str, set[Use]] = {one.id: set() for one in problem.series}
    for meeting in Recount(caseload, policy, problem).decode(best).meetings:
        day = meeting.start.date()
        midnight = datetime.combine(day, time())
        moments: dict[str | None, tuple[datetime, datetime]] = {None: (meeting.start, meeting.end)}
        moments |= {half.id: (half.start, half.end) for half in meeting.sittings}

        site = site_of(caseload, meeting.venue)

        if site and not meeting.pinned:
            begin, end = ((moment - midnight) // timedelta(minutes=1) for moment in moments[None])
            found[meeting.series].add(Use(f"venue:{meeting.venue}", day.toordinal(), begin, end, ""))
        for one in meeting.attendees:
            if one.status in ("attending", "remote", "deputy") and not (
                meeting.pinned and one.level == "essential"
            ):
                where = "" if one.remote else site
                begin, end = ((moment - midnight) // timedelta(minutes=1) for moment in moments[one.sitting])
                found[meeting.series].add(Use(f"person:{one.person}", day.toordinal(), begin, end, where))
    return found


def uses(case: Case) -> dict[str, list[Use]]:
    caseload, _, problem, best = case
    found = read_uses(unpack(pack({"uses": uses_of(problem, best, Travel(caseload).sites)}))["uses"])
    return {one.id: of for one, of in zip(problem.series, found, strict=True)}


@pytest.mark.parametrize("seed", SEEDS)
def test_uses_are_what_the_calendar_says(seed: int) -> None:
    case = solved(seed)
    found = uses(case)
    assert {name: set(of) for name, of in found.items()} == told_by_the_calendar(case)
    assert all(len(set(of)) == len(of) for of in found.values())


def test_uses_of_a_team_are_what_its_calendar_says() -> None:
    case = team()
    found = uses(case)
    assert {name: set(of) for name, of in found.items()} == told_by_the_calendar(case)
    everything = [use for of in found.values() for use in of]
    assert {use.resource.split(":")[0] for use in everything} == {"person", "venue"}


def test_uses_of_a_virtual_meeting_are_nowhere() -> None:
    data = lone(venues=[{"id": "video", "name": "Video", "kind": "virtual"}])
    data["people"][1]["remote"] = True
    caseload, policy = read(data)
    problem = prepared(caseload, policy)
    best = constructed(problem).best
    assert best is not None
    (found,) = uses((caseload, policy, problem, best)).values()
    assert {use.resource for use in found} == {"person:sw-1", "person:mother-1"}
    assert {use.site for use in found} == {""}


def test_uses_in_a_room_without_a_site_are_at_a_site_of_its_own() -> None:
    caseload, policy = read(lone(venues=[room("home", None)]))
    problem = prepared(caseload, policy)
    best = constructed(problem).best
    assert best is not None
    (found,) = uses((caseload, policy, problem, best)).values()
    assert {(use.resource, use.site) for use in found} == {
        ("venue:home", ""),
        ("person:sw-1", "venue:home"),
        ("person:mother-1", "venue:home"),
    }


# --- what pinned meetings hold ---------------------------------------------------------------------


def held_in(caseload: Caseload, policy: Policy) -> set[tuple[Any, ...]]:
    """What the whole caseload, compiled, keeps for pinned meetings, with everybody and every room as a resource."""
    everybody = {f"person:{one.id}" for one in caseload.people}
    everybody |= {f"person:{child.id}" for plan in caseload.plans for child in plan.children}
    everybody |= {f"venue:{one.id}" for one in caseload.venues}
    problem = compile_problem(caseload, policy, shared=frozenset(everybody))
    sites = Travel(caseload).sites
    return {
        (problem.resources[r], problem.days[d].toordinal(), begin, end, sites[site] if site >= 0 else "")
        for r, d, begin, end, site in problem.fixed_commits
    }


@pytest.mark.parametrize("seed", range(80))
def test_pinned_meetings_hold_what_the_whole_keeps_for_them(seed: int) -> None:
    caseload, policy, _ = some_problem(seed)
    found = {
        (use.resource, use.day, use.begin, use.end, use.site if use.resource.startswith("person:") else "")
        for of in held_by_pinned(caseload, policy).values()
        for use in of
    }
    expected = {
        (name, *rest, site if name.startswith("person:") else "")
        for name, *rest, site in held_in(caseload, policy)
    }
    assert expected <= found
    # A meeting that another pinned one comes before isn't the first: the whole can tell, and keeps less.
    pinned = [meeting for meeting in caseload.booked if meeting.pinned]
    if len(pinned) < 2:
        assert found == expected


def test_some_of_these_hold_something() -> None:
    assert sum(bool(held_by_pinned(*some_problem(seed)[:2])) for seed in range(80)) > 10


def test_the_uses_of_pinned_meetings() -> None:
    data = lone(
        booked=[
            {"plans": ["plan-1"], "start": "2027-01-11T10:15", "venue": "room-1", "pinned": True},
            {"plans": ["plan-2"], "start": "2027-01-12T10:00", "venue": "room-1"},
        ]
    )
    data["people"] += [person("sw-2", "social_worker")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}))
    day = date(2027, 1, 11).toordinal()
    # The mother is expected: she is free to stay away, and is no part of what the meeting holds in any case.
    assert held_by_pinned(*read(data)) == {
        "plan-1.core_group": [
            Use("venue:room-1", day, 615, 675, ""),
            Use("person:sw-1", day, 615, 675, "hall"),
        ]
    }


def test_who_is_essential_at_first_meetings_only_is_held_in_case_it_is_one() -> None:
    policy = policies.make_policy(policies.core_group(manager=policies.manager("first", "essential")))
    standing = {"plans": ["plan-1"], "start": "2027-01-11T10:00", "venue": "room-1", "pinned": True}
    data = lone(authority=inline(policy), booked=[standing])
    data["people"].append(person("tm-1", "team_manager"))
    caseload, _ = read(data)
    held = {use.resource for use in held_by_pinned(caseload, policy)["plan-1.core_group"]}
    assert held == {"venue:room-1", "person:sw-1", "person:tm-1"}
    assert held == {name for name, *_ in held_in(caseload, policy)}


def test_generated_caseloads_have_no_pinned_meetings() -> None:
    caseload = generate(12, 1)
    assert held_by_pinned(caseload, load_policy("wandsworth")) == {}
