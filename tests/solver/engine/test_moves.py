"""Insertion, removal, restoring, ruin and recreate: what is booked and what it costs are always what the calendar says."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solver_cases import (
    Recount,
    constructed,
    generated_problem,
    hours,
    lone,
    occupancy,
    person,
    plan_of,
    prepared,
    read,
    room,
    some_problem,
    stepped,
)

from solver.engine.incumbent import Incumbent
from solver.engine.state import fixed_commits, most_commits
from solver.problem.tables import Problem
from solver.schema.caseload import Caseload

FEW = settings(max_examples=60, deadline=None)
CASES = [("any", seed, "") for seed in range(20)] + [("made", 9, "typical"), ("made", 14, "hard")]


def case(which: int) -> tuple[Caseload, Any, Problem]:
    kind, number, congestion = CASES[which]
    return some_problem(number) if kind == "any" else generated_problem(number, 3, congestion)


def rebuilt(incumbent: Incumbent) -> Incumbent:
    """The working solution booked anew from nothing but its rows."""
    fresh = Incumbent(incumbent.problem, 1)
    everything = list(range(len(incumbent.problem.series)))
    fresh.restore(everything, incumbent.work.copy(), incumbent.work_cost)
    return fresh


def booked_cost(problem: Problem, incumbent: Incumbent, series: list[int]) -> int:
    """What inserting the series' rows into an empty calendar says they cost, workload included."""
    fresh = Incumbent(problem, 1)
    fresh.restore(series, incumbent.work.copy(), 0)
    return fresh.remove(series)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["remove and restore", "construct", "improve", "improve warmly", "restart"]),
        st.integers(0, 2**31),
    ),
    min_size=1,
    max_size=5,
)


class TestAnySequence:
    @FEW
    @given(st.integers(0, len(CASES) - 1), MOVES)
    def test_keeps_books_and_cost_right(self, which: int, moves: list[tuple[str, int]]) -> None:
        caseload, policy, problem = case(which)
        n = len(problem.series)
        incumbent = constructed(problem)
        dual = stepped(problem, float(incumbent.cost), 3)
        recount = Recount(caseload, policy, problem)
        for what, seed in moves:
            rng = np.random.default_rng(seed)
            if what == "remove and restore":
                before, cost = occupancy(incumbent.commits), incumbent.work_cost
                chosen = rng.permutation(n)[: rng.integers(1, n + 1)].tolist()
                saved = incumbent.work.copy()
                incumbent.remove(chosen)
                incumbent.restore(rng.permutation(chosen).tolist(), saved, cost)
                assert occupancy(incumbent.commits) == before
            elif what == "construct":
                incumbent.construct(dual.prices if seed % 2 else None, rng.permutation(n).astype(np.int64))
            elif what == "restart":
                incumbent.restart()
            else:
                warmth = 500.0 if what == "improve warmly" else 0.0
                incumbent.improve(dual.prices, dual, 15, warmth)
            assert recount.cost(incumbent.work) == incumbent.work_cost
            assert incumbent.best is not None
            assert incumbent.cost <= incumbent.work_cost
            assert occupancy(incumbent.commits) == recount.occupancy(incumbent.work)
        assert recount.cost(incumbent.best) == incumbent.cost

    @FEW
    @given(st.integers(0, len(CASES) - 1), st.integers(0, 2**31))
    def test_what_is_left_costs_what_it_would_by_itself(self, which: int, seed: int) -> None:
        """Workload is charged to whoever comes later, and given back whoever goes first."""
        _, _, problem = case(which)
        n = len(problem.series)
        rng = np.random.default_rng(seed)
        incumbent = constructed(problem, seed % 1000)
        gone = rng.permutation(n)[: rng.integers(1, n + 1)].tolist()
        stay = [s for s in range(n) if s not in gone]
        left = incumbent.remove(gone)
        # Taken out of a calendar that holds only them, they leave minus their cost.
        assert left - problem.constant == -booked_cost(problem, incumbent, stay)
        if not stay:
            assert occupancy(incumbent.commits) == occupancy(fixed_commits(problem))


class TestImprove:
    @pytest.mark.parametrize("which", range(len(CASES)))
    def test_cold_it_never_gets_worse(self, which: int) -> None:
        _, _, problem = case(which)
        incumbent = constructed(problem)
        dual = stepped(problem, float(incumbent.cost), 3)
        cost = incumbent.work_cost
        for _ in range(4):
            better = incumbent.improve(dual.prices, dual, 10, 0.0)
            assert incumbent.work_cost <= cost
            assert better == (incumbent.work_cost < cost)
            cost = incumbent.work_cost
            assert incumbent.cost == cost

    def test_warm_it_wanders_and_keeps_the_best(self) -> None:
        _, _, problem = generated_problem(14, 3, "hard")
        incumbent = constructed(problem)
        dual = stepped(problem, float(incumbent.cost), 3)
        costs = []
        for _ in range(8):
            incumbent.improve(dual.prices, dual, 10, 5000.0)
            costs.append(incumbent.work_cost)
        assert any(b > a for a, b in pairwise(costs))
        assert incumbent.cost <= min(costs)
        incumbent.restart()
        assert incumbent.work_cost == incumbent.cost


class TestConstruct:
    @pytest.mark.parametrize("which", range(40))
    def test_books_what_the_calendar_says(self, which: int) -> None:
        """In the room or by a link, for a sitting or for the whole, as themselves or for another."""
        caseload, policy, problem = some_problem(which)
        incumbent = constructed(problem)
        recount = Recount(caseload, policy, problem)
        assert occupancy(incumbent.commits) == recount.occupancy(incumbent.work)
        assert recount.cost(incumbent.work) == incumbent.work_cost

    def test_the_same_order_gives_the_same_calendar(self) -> None:
        _, _, problem = generated_problem(14, 3, "hard")
        one, two = constructed(problem, 5), constructed(problem, 5)
        assert all((a == b).all() for a, b in zip(one.work, two.work, strict=True))

    def test_another_order_may_give_another(self) -> None:
        _, _, problem = generated_problem(14, 3, "hard")
        assert len({constructed(problem, seed).cost for seed in range(12)}) > 1

    def test_a_worse_one_is_not_kept(self) -> None:
        _, _, problem = generated_problem(14, 3, "hard")
        incumbent = constructed(problem, 0)
        costs = [incumbent.cost]
        for seed in range(12):
            order = np.random.default_rng(seed).permutation(len(problem.series)).astype(np.int64)
            incumbent.construct(None, order)
            costs.append(incumbent.cost)
            assert incumbent.work_cost == incumbent.cost
        assert costs == sorted(costs, reverse=True)


class TestByDueDate:
    @pytest.mark.parametrize("which", [i for i in range(len(CASES)) if not case(i)[2].pinned])
    def test_is_a_whole_calendar_that_costs_what_it_says(self, which: int) -> None:
        caseload, policy, problem = case(which)
        for prices in (None, stepped(problem, 1e6, 3).prices):
            incumbent = Incumbent(problem, 1)
            incumbent.construct_by_due_date(prices)
            recount = Recount(caseload, policy, problem)
            assert recount.cost(incumbent.work) == incumbent.work_cost
            assert occupancy(incumbent.commits) == recount.occupancy(incumbent.work)

    def test_what_is_due_first_comes_first(self) -> None:
        """One hour is left of the worker's time before both are due: it goes to the one that is due sooner."""
        for late in (0, 1):
            data = lone(horizon={"start": "2027-01-12", "end": "2027-01-16"}, venues=[room("room-1")])
            data["people"] = [person("sw-1", "social_worker", hours=hours("10:00", "11:00", ["tue", "fri"]))]
            data["plans"] = [plan_of(number, {"person": "sw-1"}) for number in (1, 2)]
            data["plans"][late]["events"] = {"initial_conference": "2027-01-02"}
            caseload, policy = read(data)
            problem = prepared(caseload, policy)
            incumbent = Incumbent(problem, 1)
            incumbent.construct_by_due_date(None)
            assert incumbent.work.rows[late, 0, 0] > incumbent.work.rows[1 - late, 0, 0]
            assert incumbent.cost < 1000


def test_workload_beyond_two_a_day_is_charged_once_each() -> None:
    """Five meetings of one worker on the only day: three beyond the second, 10 points each."""
    data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"})
    data["people"] = [person("sw-1", "social_worker", site="hall")]
    data["plans"] = [plan_of(number, {"person": "sw-1"}) for number in range(1, 6)]
    caseload, policy = read(data)
    problem = prepared(caseload, policy)
    incumbent = constructed(problem)
    decoded = Recount(caseload, policy, problem).decode(incumbent.work)
    assert decoded.objective["convenience"] == 30
    assert Recount(caseload, policy, problem).cost(incumbent.work) == incumbent.work_cost
    # Whoever goes first takes 10 points along, until only two are left.
    left = [rebuilt(incumbent).remove(list(range(gone))) for gone in range(6)]
    alone = incumbent.work.cost[:5].tolist()
    assert [a - b for a, b in pairwise(left)] == [cost + 10 * (s < 3) for s, cost in enumerate(alone)]


@pytest.mark.parametrize(("minutes", "most"), [(60, 8), (15, 32)])
def test_there_is_room_for_as_many_as_the_day_holds(minutes: int, most: int) -> None:
    data = lone(grid_minutes=15, plans=[plan_of(1, {"person": "sw-1"}, minutes=minutes)])
    data["people"][0]["hours"] = hours("09:00", "17:00")
    problem = prepared(*read(data))
    assert most_commits(problem) == most
    data["booked"] = [
        {"plans": ["plan-1"], "start": "2027-01-12T19:00", "venue": "room-1", "pinned": True},
    ]
    assert most_commits(prepared(*read(data))) == most + 1
