"""Every way to raise the bound keeps below proven optima, and the engine's ends above all others."""

from __future__ import annotations

import pytest
from optima import tiny_best
from solver_cases import constructed, generated_problem, prepared, some_problem

from benchmarks.duals.__main__ import table
from benchmarks.duals.measure import METHODS, Point, Trace, run
from solver.engine.prices import Dual

TINY = (1, 41, 73, 99, 240, 323, 487, 565, 683)
EPSILON = 1e-6


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", TINY)
def test_no_pass_exceeds_the_optimum(seed: int, method: str) -> None:
    caseload, policy, best = tiny_best(seed)
    optimum = best.cost
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
def test_the_engine_ends_where_no_prices_are_better(congestion: str) -> None:
    """It stops when a master, which bounds every bound, meets it; the other methods never get beyond."""
    _, _, problem = generated_problem(18, 3, congestion)
    cost = float(constructed(problem).cost)
    dual = Dual(problem, problem.constant)
    dual.evaluate()
    for _ in range(400):
        dual.step(cost)
        if dual.settled:
            break
    assert dual.settled
    for method in METHODS:
        assert run(method, problem, cost, 1.0).bound <= dual.bound.value * (1.0 + 1e-4) + EPSILON


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
        dual = Dual(problem, problem.constant)
        bounds.append([dual.step(20_000.0) for _ in range(60)])
    assert bounds[0] == bounds[1]
