"""Who has what already: nobody is given it twice, with time to travel and no more meetings a day than they take."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest
from solver_cases import Json, lone, person, plan_of, read, room

from solver.check.case import Case
from solver.engine.filling import can_travel, is_free
from solver.engine.state import fixed_commits
from solver.problem.compile import compile_problem
from solver.problem.travel import Travel
from solver.problem.uses import Use
from solver.problem.venues import NO_SITE_MINUTES
from solver.scale.extract import extract
from solver.scale.held import Held
from solver.scale.ledger import Ledger
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS

DAY = date(2027, 1, 11)
ON = DAY.toordinal()
OTHER = "plan-2.core_group"
OWN = "plan-1.core_group"


def two_plans(**changes: Any) -> Json:
    """Two plans of one social worker, who is all they share besides the rooms."""
    data = lone(
        people=[person("sw-1", "social_worker"), person("mother-1", "parent"), person("mother-2", "parent")],
        plans=[
            plan_of(1, {"person": "sw-1"}, {"person": "mother-1"}),
            plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}),
        ],
    )
    return data | changes


def taken(resource: str, begin: int, site: str = "", *, day: int = ON, minutes: int = 60) -> Use:
    return Use(resource, day, begin, begin + minutes, site)


def ledger_with(caseload: Caseload, *uses: Use) -> Ledger:
    ledger = Ledger(caseload)
    ledger.put(OTHER, [Held(ON, 600, "room-1", ())], list(uses), 0)
    return ledger


def shard_of(caseload: Caseload, policy: Any, plan: str = "plan-1") -> Caseload:
    return extract(caseload, policy, [plan])


def standing(ledger: Ledger, caseload: Caseload, policy: Any) -> list[Use]:
    return ledger.standing(shard_of(caseload, policy), [OWN])


# --- time and travel ---------------------------------------------------------------------------------


TRAVEL: tuple[dict[str, dict[str, int]], ...] = (
    {},
    {"hall": {"hill": 5}},
    {"hill": {"hall": 95}},
    {"hall": {"hill": 5}, "hill": {"hall": 95}},
    {"hall": {"hill": 95}, "hill": {"hall": 5}},
)


@pytest.mark.parametrize("travel", TRAVEL)
@pytest.mark.parametrize("base", [None, "hall", "hill"])
def test_travel_between_any_two_sites_is_kept(travel: dict[str, dict[str, int]], base: str | None) -> None:
    """For every pair of sites, every person's own site, and whichever way the explicit minutes are given.

    The checker, the ledger and the shard's problem are of one mind about what is left of the day.
    """
    data = two_plans(
        venues=[room("at-hall"), room("at-hill", "hill"), room("home", None), room("other-home", None)],
        travel=travel,
    )
    data["people"][0]["site"] = base
    caseload, policy = read(data)
    case = Case(caseload, policy)
    venues = {venue.id: venue for venue in caseload.venues}
    small = shard_of(caseload, policy)
    assert {venue.id for venue in small.venues} == set(venues)
    for there, here in product(venues, venues):
        site, own_site = (venues[name].site or f"venue:{name}" for name in (there, here))
        ledger = ledger_with(caseload, taken("person:sw-1", 720, site))
        problem = compile_problem(small, policy, standing=standing(ledger, caseload, policy))
        commits, d = fixed_commits(problem), problem.days.index(DAY)
        worker = problem.resources.index("person:sw-1")
        goal = Travel(small).site_of[here]
        for begin in range(480, 1080, 5):
            begins_late = begin >= 780 and begin - 780 >= case.travel_minutes(
                "sw-1", venues[there], venues[here]
            )
            ends_early = begin + 60 <= 720 and 720 - begin - 60 >= case.travel_minutes(
                "sw-1", venues[here], venues[there]
            )
            lawful = begins_late or ends_early
            free = is_free(commits, worker, d, begin, begin + 60)
            going = can_travel(problem.packed, commits, worker, d, begin, begin + 60, goal)
            assert (free and going) == lawful, (there, here, begin)
            clash = ledger.in_the_way({OWN}, [taken("person:sw-1", begin, own_site)])
            assert clash == (set() if lawful else {OTHER}), (there, here, begin)


def test_a_site_that_the_shard_does_not_know_is_far_from_every_other() -> None:
    """Somebody may come from a venue without a site that only another shard uses: it is no site of the shard's own."""
    data = two_plans(venues=[room("room-1"), room("home", None)])
    data["people"][0]["site"] = "hall"
    data["plans"][0]["venue"] = {"only": ["room-1"]}
    caseload, policy = read(data)
    ledger = ledger_with(caseload, taken("person:sw-1", 720, "venue:home"))
    problem = compile_problem(shard_of(caseload, policy), policy, standing=standing(ledger, caseload, policy))
    commits, d = fixed_commits(problem), problem.days.index(DAY)
    worker = problem.resources.index("person:sw-1")
    reached = [
        begin
        for begin in range(780, 840, 5)
        if can_travel(problem.packed, commits, worker, d, begin, begin + 60, 0)
    ]
    assert reached[0] == 780 + NO_SITE_MINUTES


def test_remote_meetings_and_rooms_need_no_travel() -> None:
    caseload, policy = read(two_plans(travel={"hall": {"hill": 95}}))
    uses = [taken("person:sw-1", 720), taken("venue:room-1", 720)]
    ledger = ledger_with(caseload, *uses)
    assert standing(ledger, caseload, policy) == uses
    for resource in ("person:sw-1", "venue:room-1"):
        for begin, clash in ((660, set()), (661, {OTHER}), (720, {OTHER}), (779, {OTHER}), (780, set())):
            assert ledger.in_the_way({OWN}, [taken(resource, begin)]) == clash
        assert ledger.in_the_way({OWN}, [taken(resource, 720, day=ON + 1)]) == set()
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 660, "hall"), taken("venue:room-1", 780)]) == set()


def test_around_oneself_there_is_nothing() -> None:
    caseload, policy = read(two_plans())
    ledger = ledger_with(caseload, taken("person:sw-1", 720, "hall"), taken("venue:room-1", 720))
    assert ledger.standing(shard_of(caseload, policy, "plan-2"), [OTHER]) == []
    assert ledger.in_the_way({OTHER}, ledger.uses(OTHER)) == set()


def test_whom_the_shard_does_not_know_does_not_stand_in_its_way() -> None:
    caseload, policy = read(two_plans())
    ledger = ledger_with(caseload, taken("person:mother-2", 720), taken("person:sw-1", 720))
    assert standing(ledger, caseload, policy) == [taken("person:sw-1", 720)]


def test_a_new_chain_takes_the_place_of_the_old_one() -> None:
    caseload, policy = read(two_plans())
    ledger = ledger_with(caseload, taken("person:sw-1", 720), taken("venue:room-1", 720))
    new = taken("person:sw-1", 600, day=ON + 1)
    ledger.put(OTHER, [Held(ON + 1, 600, "room-1", ())], [new], 7)
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 720), taken("venue:room-1", 720)]) == set()
    assert ledger.in_the_way({OWN}, [new]) == {OTHER}
    assert ledger.chains == {OTHER: [Held(ON + 1, 600, "room-1", ())]}
    assert (ledger.uses(OTHER), ledger.costs) == ([new], {OTHER: 7})
    assert ledger.uses(OWN) == []
    assert standing(ledger, caseload, policy) == [new]
    ledger.take_out(OTHER)
    assert (ledger.chains, ledger.costs, ledger.uses(OTHER)) == ({}, {}, [])
    assert standing(ledger, caseload, policy) == []


def test_what_pinned_meetings_hold_is_there_before_and_after() -> None:
    caseload, policy = read(two_plans())
    held = [taken("person:sw-1", 600, "hall"), taken("venue:room-1", 600)]
    ledger = Ledger(caseload, {OTHER: held})
    for chain in ([], [taken("person:sw-1", 900)], []):
        ledger.put(OTHER, [], chain, 0)
        assert ledger.in_the_way({OWN}, [taken("venue:room-1", 630)]) == {OTHER}
        assert ledger.in_the_way({OTHER}, [taken("venue:room-1", 630)]) == set()
        assert standing(ledger, caseload, policy) == sorted([*held, *chain])


def test_what_others_have_is_nobody_elses_in_the_shard_s_problem() -> None:
    """What is taken on one day is taken there, and nothing else changes."""
    caseload, policy = read(two_plans())
    small = shard_of(caseload, policy)
    ledger = ledger_with(caseload, taken("person:sw-1", 720, "hall"))
    before = compile_problem(small, policy)
    after = compile_problem(small, policy, standing=standing(ledger, caseload, policy))
    assert [after.days[d] for _, d, *_ in after.fixed_commits] == [DAY]
    assert np.array_equal(before.tables.start_minute, after.tables.start_minute)
    assert np.array_equal(before.tables.node_block, after.tables.node_block)
    assert before.blocks == after.blocks


# --- what it costs -----------------------------------------------------------------------------------


def test_the_cost_of_all_chains_counts_crowded_days_and_moved_meetings() -> None:
    data = two_plans()
    data["booked"] = [{"plans": ["plan-1"], "start": "2027-01-11T10:00", "venue": "room-1"}]
    caseload, _ = read(data)
    ledger = Ledger(caseload)
    soft = WEIGHTS["workload_meetings_a_day"]
    uses = [taken("person:sw-1", 480 + 60 * i) for i in range(soft + 2)]
    ledger.put(OWN, [], uses[:soft], 100)
    assert ledger.cost() == 100 + WEIGHTS["moved"]
    ledger.put(OTHER, [], [*uses[soft:], taken("person:sw-1", 480, day=ON + 1)], 20)
    assert ledger.cost() == 120 + WEIGHTS["moved"] + 2 * WEIGHTS["workload_day"]


# --- meetings a day ----------------------------------------------------------------------------------


def capped(most: int) -> tuple[Caseload, Any]:
    data = two_plans()
    data["people"][0]["max_meetings_per_day"] = most
    return read(data)


@pytest.mark.parametrize("others", [0, 1, 2])
def test_what_others_leave_of_a_day_s_meetings(others: int) -> None:
    caseload, policy = capped(2)
    ledger = ledger_with(caseload, *(taken("person:sw-1", 600 + 60 * i) for i in range(others)))
    problem = compile_problem(shard_of(caseload, policy), policy, standing=standing(ledger, caseload, policy))
    if others:
        worker = problem.resources.index("person:sw-1")
        assert problem.tables.res_cap[worker] == 2
        assert fixed_commits(problem).n[worker, problem.days.index(DAY)] == others
    uses = [taken("person:sw-1", begin) for begin in (780, 840)]
    assert ledger.in_the_way({OWN}, uses) == (set() if others == 0 else {OTHER})
    assert ledger.in_the_way({OWN}, uses[:1]) == (set() if others < 2 else {OTHER})
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 780, day=ON + 1)]) == set()


def test_one_s_own_pinned_meetings_count_once() -> None:
    caseload, _ = capped(2)
    own_pinned = taken("person:sw-1", 600)
    ledger = Ledger(caseload, {OWN: [own_pinned]})
    ledger.put(OTHER, [], [taken("person:sw-1", 720)], 0)
    assert ledger.in_the_way({OWN}, [own_pinned]) == set()
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 900)]) == {OTHER}
    # Somebody held for a pinned meeting in any case may be in its chain as well: that is one meeting.
    ledger.put(OWN, [], [own_pinned], 0)
    assert ledger.in_the_way({OTHER}, [taken("person:sw-1", 800)]) == set()


# --- children ----------------------------------------------------------------------------------------


def test_a_child_without_a_record_is_kept_from_two_meetings_at_once() -> None:
    data = two_plans(venues=[room("room-1"), room("room-2", "hill")])
    for plan in data["plans"]:
        plan["children"][0] |= {"id": "child-1", "attends": "yes"}
    caseload, policy = read(data)
    small = shard_of(caseload, policy)
    assert "child-1" not in {one.id for one in small.people}
    use = taken("person:child-1", 720, "hall")
    ledger = ledger_with(caseload, use)
    assert ledger.standing(small, [OWN]) == [use]
    problem = compile_problem(small, policy, standing=[use])
    child = problem.resources.index("person:child-1")
    commits, d = fixed_commits(problem), problem.days.index(DAY)
    assert not is_free(commits, child, d, 750, 810)
    # From the hall to a room elsewhere a child needs as long as anybody who isn't based there.
    away = Travel(small).sites.index("hill")
    free = [b for b in range(780, 900, 5) if can_travel(problem.packed, commits, child, d, b, b + 60, away)]
    assert free[0] == 780 + Travel(small).allowance("child-1", 0) + Travel(small).allowance("child-1", away)
