"""Prices prove a bound: at every step, for every calendar, with all that does not separate left out of it."""

from __future__ import annotations

import numpy as np
import pytest
from brute import best_calendar
from solver_cases import (
    Json,
    Recount,
    constructed,
    generated_problem,
    lone,
    person,
    plan_of,
    prepared,
    read,
    room,
    some_problem,
)
from tiny import tiny_caseload, tiny_policy

from solver.engine.kernels import best_chain
from solver.engine.prices import Dual
from solver.problem.tables import BIG, Problem

TINY = (1, 41, 45, 73, 93, 99, 139, 195, 240, 255, 283, 323, 409, 487, 535, 549, 565, 631, 665, 683)
STEPS = 60
EPSILON = 1e-6
GENERATED = [
    (18, seed, congestion) for seed, congestion in ((1, "easy"), (2, "typical"), (3, "hard"), (4, "hard"))
]


def steps_of(problem: Problem, target: float, steps: int) -> tuple[Dual, list[float], list[float]]:
    """The dual after some steps, the bound that each step's prices prove, and the best one so far."""
    dual = Dual(problem, problem.constant)
    values, best = [dual.evaluate()], [dual.bound.value]
    for _ in range(steps):
        values.append(dual.step(target))
        best.append(dual.bound.value)
    return dual, values, best


@pytest.mark.parametrize("seed", TINY)
def test_no_step_exceeds_the_optimum(seed: int) -> None:
    """Also where the target it aims at is far above the truth."""
    caseload, policy = tiny_caseload(seed), tiny_policy(seed)
    optimum = best_calendar(caseload, policy).cost
    problem = prepared(caseload, policy)
    for target in (float(optimum), 2.0 * optimum + 5000.0):
        _, values, best = steps_of(problem, target, STEPS)
        assert max(values) <= optimum + EPSILON
        assert best == sorted(best)
        assert best[-1] == pytest.approx(max(values))


@pytest.mark.parametrize(("plans", "seed", "congestion"), GENERATED)
def test_never_exceeds_a_calendar_and_never_comes_down(plans: int, seed: int, congestion: str) -> None:
    caseload, policy, problem = generated_problem(plans, seed, congestion)
    incumbent = constructed(problem)
    dual, values, best = steps_of(problem, float(incumbent.cost), STEPS)
    for _ in range(3):
        incumbent.improve(dual.prices, dual, 60, 0.0)
    assert Recount(caseload, policy, problem).cost(incumbent.work) == incumbent.work_cost
    assert max(values) <= incumbent.cost + EPSILON
    assert best == sorted(best)
    # It is worth something: prices raise it above what each series would cost alone.
    assert best[-1] > best[0]


@pytest.mark.parametrize("which", range(25))
def test_whatever_is_in_the_caseload(which: int) -> None:
    _, _, problem = some_problem(which)
    incumbent = constructed(problem)
    _, values, best = steps_of(problem, float(incumbent.cost), 30)
    assert max(values) <= incumbent.cost + EPSILON
    assert best == sorted(best)


def test_without_prices_it_is_what_each_series_would_cost_alone() -> None:
    _, _, problem = generated_problem(18, 2, "typical")
    dual = Dual(problem, problem.constant)
    value = dual.evaluate()
    tab = problem.tables
    days = np.zeros(len(problem.days), dtype=np.int32)
    alone = 0.0
    for s in range(len(problem.series)):
        cost = np.full((2, len(problem.days)), float(BIG))
        for k, d in np.argwhere(tab.node_block[:, s, :] >= 0).tolist():
            cost[k, d] = tab.start_floor[tab.node_lo[k, s, d]]
        alone += best_chain(problem.packed, s, cost, days)[0]
    assert value == pytest.approx(alone + problem.constant)
    assert dual.values.sum() == pytest.approx(alone)


def rivals() -> Json:
    """Two families that need the one room on the one day, each for its only hour."""
    data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"}, grid_minutes=60)
    data["venues"] = [room("room-1", hours={"thu": [["10:00", "11:00"]]})]
    data["people"] += [person("sw-2", "social_worker"), person("mother-2", "parent")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    return data


def test_a_contested_room_gets_a_price_that_proves_the_breach() -> None:
    """One of the two cannot be held: 29 days of breach, and nothing but prices can tell."""
    caseload, policy = read(rivals())
    problem = prepared(caseload, policy)
    optimum = best_calendar(caseload, policy).cost
    assert optimum > 290_000
    dual, values, _ = steps_of(problem, float(optimum), 40)
    assert values[0] < 1000
    assert dual.bound.value >= optimum - 1
    priced = np.argwhere(dual.bound.slot_price > 0)
    assert {problem.resources[r] for r, _, _ in priced.tolist()} == {"venue:room-1"}


def test_two_pinned_meetings_that_share_a_slot() -> None:
    """10:10 to 11:10 and 11:10 to 12:10: whoever is expected at both comes to both, and the bound must allow it."""
    data = lone(grid_minutes=30)
    data["people"] += [person("mother-2", "parent"), person("hv-1", "health_visitor")]
    data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}))
    data["horizon"] = {"start": "2027-01-12", "end": "2027-01-16"}
    for plan in data["plans"]:
        plan["participants"].append({"person": "hv-1"})
    data["booked"] = [
        {"plans": ["plan-1"], "start": "2027-01-12T10:10", "venue": "room-1", "pinned": True},
        {"plans": ["plan-2"], "start": "2027-01-12T11:10", "venue": "room-1", "pinned": True},
    ]
    caseload, policy = read(data)
    optimum = best_calendar(caseload, policy).cost
    assert optimum < 1000
    _, values, _ = steps_of(prepared(caseload, policy), 5000.0, 60)
    assert max(values) <= optimum + EPSILON
