"""A stretch of days planned anew: exact on rooms and on people who cannot be missed, lawful and never worse on anything."""

from __future__ import annotations

import numpy as np
import pytest
from brute import best_calendar
from engine_cases import (
    MORE,
    QUICK,
    RIVALS,
    any_case,
    as_plan,
    enough,
    held,
    ready,
    rival_case,
    value_of_hint,
)
from solver_cases import Recount, constructed, lone, occupancy

from solver.engine.incumbent import Incumbent
from solver.engine.joint import JointResult, neighbourhood
from solver.problem.tables import Problem

MOST = 50_000
CASES = [
    *(("tiny", seed, "") for seed in QUICK),
    *(("any", seed, "") for seed in range(12)),
    ("made", 9, "typical"),
    *(pytest.param("tiny", seed, "", marks=pytest.mark.slow) for seed in MORE),
    *(pytest.param("any", seed, "", marks=pytest.mark.slow) for seed in range(12, 60)),
    pytest.param("made", 14, "hard", marks=pytest.mark.slow),
    pytest.param("made", 28, "hard", marks=pytest.mark.slow),
]


def solve(incumbent: Incumbent, begin: int, end: int) -> JointResult:
    """Plan the days anew."""
    series = incumbent.held_in(begin, end)
    commits = incumbent.without(series, begin, end)
    model = neighbourhood(incumbent.problem, commits, incumbent.work, series, begin, end, most=MOST)
    assert model is not None
    value_of_hint(model)
    result = model.solve(enough(2.0))
    assert set(result.plan) == set(series)
    incumbent.replan({s: incumbent.with_days(s, begin, end, days) for s, days in result.plan.items()})
    return result


def stretches(problem: Problem, seed: int, count: int) -> list[tuple[int, int]]:
    rng, every = np.random.default_rng(seed), len(problem.days)
    begins = rng.integers(0, max(1, every), count).tolist()
    return [(0, every), *((b, min(every, b + int(rng.integers(1, 9)))) for b in begins if every)]


@pytest.mark.parametrize(("kind", "number", "congestion"), CASES)
def test_never_worse_and_the_other_days_as_they_were(kind: str, number: int, congestion: str) -> None:
    caseload, policy, problem = any_case(kind, number, congestion)
    recount = Recount(caseload, policy, problem)
    incumbent = constructed(problem, number)
    for begin, end in stretches(problem, number, 4)[0 if kind != "made" else 1 :]:
        before, cost = as_plan(incumbent), incumbent.work_cost
        solve(incumbent, begin, end)
        assert incumbent.work_cost <= cost
        assert recount.cost(incumbent.work) == incumbent.work_cost
        assert occupancy(incumbent.commits) == recount.occupancy(incumbent.work)
        for s, meetings in as_plan(incumbent).items():
            outside = [row for row in meetings if not begin <= row[0] < end]
            assert outside == [row for row in before[s] if not begin <= row[0] < end]


def optimal(problem: Problem, optimum: int) -> Incumbent:
    for seed in range(200):
        incumbent = constructed(problem, seed)
        solve(incumbent, 0, len(problem.days))
        if incumbent.work_cost == optimum:
            return incumbent
    raise AssertionError("not found")


def spoiled(incumbent: Incumbent, begin: int, end: int, rng: np.random.Generator) -> Incumbent:
    """The same calendar with the meetings of a stretch anywhere in it."""
    problem, tab = incumbent.problem, incumbent.problem.tables
    plan = {}
    for s, meetings in as_plan(incumbent).items():
        moved = []
        for i, (d, start, venue) in enumerate(meetings):
            free = [j for j in range(begin, end) if tab.node_block[min(i, 1), s, j] >= 0]
            day = int(rng.choice(free)) if begin <= d < end and free else d
            node = min(i, 1), s, day
            moved.append(
                (day, int(rng.integers(tab.node_lo[node], tab.node_hi[node])) if day != d else start, venue)
            )
        plan[s] = tuple(sorted(moved))
    other = Incumbent(problem, 1)
    other.construct_planned(plan, len(problem.days), None)
    return other


class TestExact:
    @pytest.mark.parametrize("which", range(len(RIVALS)))
    def test_of_all_days_it_is_the_optimum_from_anywhere(self, which: int) -> None:
        (_, _, problem), optimum = rival_case(which)
        for seed in range(6):
            incumbent = constructed(problem, seed)
            if seed % 2:
                incumbent = spoiled(incumbent, 0, len(problem.days), np.random.default_rng(seed))
            result = solve(incumbent, 0, len(problem.days))
            assert result.finished
            assert incumbent.work_cost == optimum
            # It can be held just as it was planned: nobody is asked for twice at once.
            assert {s: [row[:2] for row in rows] for s, rows in result.plan.items()} == {
                s: [row[:2] for row in held(incumbent.work, s)] for s in result.plan
            }

    @pytest.mark.parametrize("which", range(3))
    def test_of_some_days_it_finds_all_that_can_be_gained_there(self, which: int) -> None:
        """The best calendar with the meetings of a stretch spoiled: only these days have to change."""
        (_, _, problem), optimum = rival_case(which)
        best = optimal(problem, optimum)
        every = len(problem.days)
        rng = np.random.default_rng(which)
        shown = 0
        for _ in range(30):
            begin = int(rng.integers(0, every))
            end = min(every, begin + int(rng.integers(3, 12)))
            worse = spoiled(best, begin, end, rng)
            changed = {
                row[0]
                for s, meetings in as_plan(worse).items()
                for row in set(meetings) ^ set(as_plan(best)[s])
            }
            if not changed or not changed <= set(range(begin, end)):
                continue
            shown += worse.work_cost > optimum
            # Somebody who holds nothing there any more isn't asked.
            if set(worse.held_in(begin, end)) >= set(best.held_in(begin, end)):
                assert solve(worse, begin, end).finished
                assert worse.work_cost == optimum
        assert shown > 3


def test_who_touches_nothing_contested_is_moved_too() -> None:
    """One family by itself has nothing in common with anybody: the model leaves it out, the plan doesn't."""
    caseload, policy, problem = ready(lone())
    optimum = best_calendar(caseload, policy).cost
    for seed in range(4):
        incumbent = spoiled(constructed(problem), 0, len(problem.days), np.random.default_rng(seed))
        assert incumbent.work_cost > optimum
        assert solve(incumbent, 0, len(problem.days)).finished
        assert incumbent.work_cost == optimum


@pytest.mark.parametrize("which", range(12))
def test_without_takes_out_just_those_days(which: int) -> None:
    """What is booked less what some series hold in a stretch; the calendar itself stays as it is."""
    _, _, problem = any_case("any", which)
    incumbent = constructed(problem)
    everything = occupancy(incumbent.commits)
    for begin, end in stretches(problem, which, 3):
        freed = incumbent.held_in(begin, end)
        assert set(freed) == {
            s for s, meetings in as_plan(incumbent).items() if any(begin <= d < end for d, _, _ in meetings)
        }
        some = freed[::2]
        left = occupancy(incumbent.without(some, begin, end))
        expected = {
            (r, d): [row for row in rows if row[3] not in some or not begin <= d < end]
            for (r, d), rows in everything.items()
        }
        assert left == {key: rows for key, rows in expected.items() if rows}
        assert occupancy(incumbent.commits) == everything


def test_a_worse_plan_is_not_kept() -> None:
    _, _, problem = any_case("made", 9, "typical")
    incumbent = constructed(problem)
    before, cost, booked = as_plan(incumbent), incumbent.work_cost, occupancy(incumbent.commits)
    rng = np.random.default_rng(2)
    shown = 0
    for _ in range(10):
        worse = spoiled(incumbent, 0, len(problem.days), rng)
        if worse.work_cost <= cost:
            continue
        shown += 1
        assert not incumbent.replan(as_plan(worse))
        assert (as_plan(incumbent), incumbent.work_cost) == (before, cost)
        assert occupancy(incumbent.commits) == booked
    assert shown > 5


def test_with_days_changes_just_those_days() -> None:
    _, _, problem = any_case("made", 9, "typical")
    incumbent = constructed(problem)
    s = int(incumbent.work.n[: len(problem.series)].argmax())
    rows = held(incumbent.work, s)
    assert len(rows) > 2
    begin, end = rows[1][0], rows[1][0] + 1
    other = (rows[1][0], rows[1][1] + 1, rows[1][2])
    assert incumbent.with_days(s, begin, end, (other,)) == (rows[0], other, *rows[2:])
    assert incumbent.with_days(s, begin, end, ()) == (rows[0], *rows[2:])
    assert held(incumbent.work, s) == rows
