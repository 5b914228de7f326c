"""Every way to raise the bound keeps below proven optima, and the column pool describes what passes found."""

from __future__ import annotations

import math

import numpy as np
import pytest
from brute import best_calendar
from solver_cases import constructed, generated_problem, prepared, some_problem
from tiny import tiny_caseload, tiny_policy

from benchmarks.duals.__main__ import table
from benchmarks.duals.columns import OUTSIDE
from benchmarks.duals.hybrid import Hybrid
from benchmarks.duals.measure import METHODS, Point, Trace, run

TINY = (1, 41, 73, 99, 240, 323, 487, 565, 683)
EPSILON = 1e-6


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", TINY)
def test_no_pass_exceeds_the_optimum(seed: int, method: str) -> None:
    caseload, policy = tiny_caseload(seed), tiny_policy(seed)
    optimum = best_calendar(caseload, policy).cost
    problem = prepared(caseload, policy)
    for target in (float(optimum), 2.0 * optimum + 5000.0):
        dual = METHODS[method](problem, problem.constant)
        values = [dual.evaluate(), *(dual.step(target) for _ in range(60))]
        assert max(values) <= optimum + EPSILON
        assert dual.bound.value == pytest.approx(max(values))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("which", range(8))
def test_whatever_is_in_the_caseload(which: int, method: str) -> None:
    _, _, problem = some_problem(which)
    cost = float(constructed(problem).cost)
    dual = METHODS[method](problem, problem.constant)
    values = [dual.evaluate(), *(dual.step(cost) for _ in range(50))]
    assert max(values) <= cost + EPSILON


@pytest.mark.parametrize("congestion", ["typical", "hard"])
def test_the_hybrid_ends_where_no_prices_are_better(congestion: str) -> None:
    """It stops when a master, which bounds every bound, meets it; the other methods never get beyond."""
    _, _, problem = generated_problem(18, 3, congestion)
    cost = float(constructed(problem).cost)
    dual = Hybrid(problem, problem.constant)
    dual.evaluate()
    for _ in range(400):
        dual.step(cost)
        if dual.settled:
            break
    assert dual.settled
    for method in METHODS:
        assert run(method, problem, cost, 1.0).bound <= dual.bound.value * (1.0 + 1e-4) + EPSILON


def test_the_pool_prices_chains_as_the_pass_does() -> None:
    """The chains of a pass, put together from the pool, cost what the pass says they do."""
    _, _, problem = generated_problem(18, 2, "hard")
    cost = float(constructed(problem).cost)
    dual = Hybrid(problem, problem.constant)
    for _ in range(12):
        dual.step(cost)
    pool, tab = dual._pool, problem.tables
    dual.rest()
    n, days = len(problem.series), len(problem.days)
    slot = dual.slot_price
    day = (dual.cap_price + dual.soft_price).ravel()
    rows = slot.reshape(-1, slot.shape[2])
    node_cost: dict[int, float] = {}
    for node, own, takes in zip(pool.node, pool.cost, pool.takes, strict=True):
        priced = own + sum(
            float(rows[at, lo:hi].sum()) + (float(day[at]) if person else 0.0)
            for at, lo, hi, person in takes.tolist()
        )
        node_cost[node] = min(priced, node_cost.get(node, math.inf))
    after: dict[int, list[int]] = {}
    for a, b in pool.steps:
        after.setdefault(a, []).append(b)
    left: dict[int, float] = {}
    for node in sorted(node_cost, key=lambda x: -(x % days)):
        s, d = node // days % n, node % days
        tails = [
            float(tab.end_cost[s, d])
            if b == OUTSIDE
            else float(tab.gap_cost[tab.gap_index[s], d, b % days]) + left[b]
            for b in after.get(node, [])
        ]
        left[node] = node_cost[node] + min(tails, default=math.inf)
    for s in range(n):
        firsts = [b for b in after[OUTSIDE] if b // days % n == s]
        whole = min(
            (float(tab.first_cost[s, b % days]) + left[b] for b in firsts), default=float(tab.none_cost[s])
        )
        assert min(whole, float(tab.none_cost[s])) == pytest.approx(dual.values[s], abs=1e-4)


def test_the_table_says_when_and_whether_a_distance_is_reached() -> None:
    quick = Trace("quick", (Point(1, 0.1, 50.0), Point(10, 1.0, 99.0), Point(20, 2.0, 100.0)))
    slow = Trace("slow", (Point(1, 0.1, 50.0), Point(300, 3.0, 99.8)))
    lines = table({"quick": [(quick, 100.0)], "slow": [(slow, 100.0)]})
    assert lines[2] == "| quick | 10 passes, 1.00 s | 20 passes, 2.00 s | 20 passes, 2.00 s | 0.00% |"
    assert lines[3] == "| slow | 300 passes, 3.00 s | 300 passes, 3.00 s | never | 0.20% |"


def test_runs_are_the_same_twice() -> None:
    _, _, problem = generated_problem(18, 2, "typical")
    bounds = []
    for _ in range(2):
        dual = Hybrid(problem, problem.constant)
        bounds.append([dual.step(20_000.0) for _ in range(60)])
    assert np.array_equal(*bounds)
