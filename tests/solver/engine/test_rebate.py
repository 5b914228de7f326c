"""Breach days that can't be avoided, counted for certain: bounds stay bounds, and rise where prices see half of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from engine_cases import (
    QUICK,
    enough,
    fewest_breach_points,
    tiny_case,
    tiny_optimum,
)
from solver_cases import constructed, generated_problem

from solver.engine.joint import relaxation
from solver.engine.kernels import chain_cost
from solver.engine.levels import breach_only, breach_points
from solver.engine.prices import Dual
from solver.engine.rebate import BREACH_DAY, Rebates, breach_days
from solver.problem.tables import BIG, Problem


def stepped(problem: Problem, target: float, least_days: int, after: int, steps: int) -> Dual:
    dual = Dual(problem, problem.constant)
    for i in range(steps):
        if i == after:
            dual.expect_breaches(least_days)
        dual.step(target)
    return dual


def test_only_whole_breach_days_count_and_never_what_is_impossible() -> None:
    costs = np.array([0, BREACH_DAY - 1, BREACH_DAY, 3 * BREACH_DAY + 27, BIG], dtype=np.int32)
    assert breach_days(costs).tolist() == [0, 0, 1, 3, 0]


@pytest.mark.parametrize("rebate", [1, 4_321, BREACH_DAY])
def test_a_chain_is_cheaper_by_its_breach_days(rebate: int) -> None:
    """And what is impossible stays so."""
    _, _, problem = generated_problem(18, 3, "hard")
    cheaper = Rebates(problem).at(rebate, 7)
    assert cheaper.constant == problem.constant + 7 * rebate
    work = constructed(problem).work
    late = breach_points(problem, work) // BREACH_DAY
    assert late.sum() > 0
    for s in range(len(problem.series)):
        n = int(work.n[s])
        days = np.ascontiguousarray(work.rows[s, :n, 0])
        before = chain_cost(problem.packed, s, days, n)
        assert chain_cost(cheaper.packed, s, days, n) == before - rebate * late[s]
    for name in ("first_cost", "gap_cost", "end_cost"):
        costs, before = getattr(cheaper.tables, name), getattr(problem.tables, name)
        assert ((costs >= BIG) == (before >= BIG)).all()
        assert costs.min() >= 0


@pytest.mark.parametrize("seed", QUICK)
def test_no_bound_exceeds_the_optimum(seed: int) -> None:
    """Whenever it turns out, and whether all that is known of the least is told or only part of it."""
    caseload, policy, problem = tiny_case(seed)
    optimum = tiny_optimum(seed)
    least = fewest_breach_points(caseload, policy) // BREACH_DAY
    for known in {least, least // 2, 0}:
        for after in (0, 12, 35):
            dual = stepped(problem, float(optimum), known, after, 60)
            assert dual.bound.value <= optimum + 1e-6
            assert 0 <= dual.bound.rebate <= BREACH_DAY
            point = dual.point()
            assert point.bound == pytest.approx(
                point.relaxed.constant + point.values.sum() - point.charge(), abs=1e-3
            )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 4])
def test_what_prices_see_half_of_is_part_of_the_bound(seed: int) -> None:
    """Prices alone let half of a meeting be on time; what the breach level proves of it counts whole."""
    _, _, problem = generated_problem(14, seed, "hard")
    target = float(constructed(problem).cost)
    level = breach_only(problem)
    dual = Dual(level, 0)
    dual.evaluate()
    model = relaxation(
        level, dual.point(), target, None, days=len(problem.days), most=60_000, everywhere=True
    )
    assert model is not None
    least = math.ceil(model.solve(enough(5.0)).bound - 1e-6) // BREACH_DAY
    assert least > 0
    alone = stepped(problem, target, 0, 0, 100)
    told = stepped(problem, target, least, 20, 100)
    assert told.bound.rebate > 0
    assert 1.015 * alone.bound.value < told.bound.value <= target


def test_more_that_is_known_raises_the_bound_at_once() -> None:
    _, _, problem = generated_problem(18, 3, "hard")
    target = float(constructed(problem).cost)
    dual = stepped(problem, target, 3, 5, 40)
    dual.put(dual.bound.prices, 500)
    dual.evaluate()
    before = dual.bound
    dual.expect_breaches(5)
    assert dual.bound.value == pytest.approx(before.value + 2 * before.rebate)
    dual.expect_breaches(4)
    assert dual.least_days == 5
