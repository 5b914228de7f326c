"""Prices prove a bound: at every step, for every calendar, with all that does not separate left out of it."""

from __future__ import annotations

import numpy as np
import pytest
from brute import best_calendar
from optima import tiny_best
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

from solver.engine import prices
from solver.engine.climb import Climb
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
    caseload, policy, calendar = tiny_best(seed)
    optimum = calendar.cost
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


@pytest.mark.parametrize(("seed", "congestion"), [(2, "typical"), (3, "hard")])
def test_a_rent_adds_to_the_prices_and_its_charge_is_left_out(seed: int, congestion: str) -> None:
    """The bound less the rent's charge is one of the whole problem, and what moves makes up for a rent that is too low."""
    _, _, problem = generated_problem(18, seed, congestion)
    cost = float(constructed(problem).cost)
    free = Dual(problem, problem.constant)
    for _ in range(80):
        free.step(cost)
    room = int(free.bound.slot_price.sum(axis=(1, 2)).argmax())
    rent = np.zeros_like(free.slot_price)
    rent[room] = 0.5 * free.bound.slot_price[room]
    climb = Climb(problem, problem.constant, rent)
    own = (0.5 * free.bound.slot_price, 0.5 * free.bound.cap_price, 0.5 * free.bound.soft_price)
    climb.begin(*own)
    # A room that costs so much in rent and so much here costs both together.
    plain = Dual(problem, problem.constant)
    plain.begin(own[0] + rent, *own[1:])
    assert climb.bound.value - float(rent.sum()) == pytest.approx(plain.bound.value)
    climb.begin(*(np.zeros_like(price) for price in own))
    first = climb.bound.value - float(rent.sum())
    for _ in range(150):
        if climb.settled:
            break
        climb.step(cost + float(rent.sum()))
    climb.rest()
    assert climb.usage.shape == rent.shape
    # No prices are better than the best there are, and with one room's prices halved the others still gain.
    assert first < climb.bound.value - float(rent.sum()) <= free._upper * (1.0 + 1e-6) + 1.0
    assert climb.bound.value - float(rent.sum()) <= cost


def test_the_point_is_that_of_the_best_bound() -> None:
    """Its prices, worked out again, prove its bound; the values are those of the series at them."""
    _, _, problem = generated_problem(18, 3, "hard")
    dual, _, _ = steps_of(problem, float(constructed(problem).cost), 45)
    dual.put(
        (np.zeros_like(dual.slot_price), np.zeros_like(dual.cap_price), np.zeros_like(dual.soft_price)), 0
    )
    assert dual.evaluate() < dual.bound.value
    point = dual.point()
    again = Dual(problem, problem.constant)
    again.begin(point.slot_price, point.cap_price, point.soft_price)
    assert point.bound == dual.bound.value
    assert again.bound.value == pytest.approx(point.bound)
    assert np.allclose(again.values, point.values)
    assert np.allclose(again.prices.cumulative, point.prices.cumulative)
    assert point.bound == pytest.approx(problem.constant + point.values.sum() - point.charge())


@pytest.mark.parametrize(("seed", "congestion"), [(2, "typical"), (3, "hard")])
def test_the_climb_goes_on_where_a_programme_would_be_too_large(
    seed: int, congestion: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, problem = generated_problem(18, seed, congestion)
    cost = float(constructed(problem).cost)
    whole = Dual(problem, problem.constant)
    while not whole.settled:
        whole.step(cost)
    monkeypatch.setattr(prices, "MOST_KNOWN", 200)
    dual = Dual(problem, problem.constant)
    while not dual.settled:
        dual.step(cost)
    assert dual.masters == 0
    assert 0.9 * whole.bound.value <= dual.bound.value <= whole.bound.value * (1.0 + 1e-4)
