"""One timing a part of planning a team."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.parts.team import STEPS, Team
from solver.check import check_calendar
from solver.decode import Decoder
from solver.engine.climb import Climb
from solver.engine.order import order_starts
from solver.engine.search import MOVES
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.schema.calendar import Calendar


def test_compiling_the_problem(benchmark: Any, team: Team) -> None:
    def compile_it() -> Problem:
        return order_starts(compile_problem(team.caseload, team.policy))

    problem = benchmark.pedantic(compile_it, rounds=5)
    assert problem.resources == team.problem.resources
    assert (problem.tables.start_cost == team.problem.tables.start_cost).all()


def test_one_pass_over_all_series(benchmark: Any, team: Team) -> None:
    climb = Climb(team.problem, team.problem.constant)
    prices = team.dual.bound.prices
    benchmark.pedantic(climb.begin, args=prices, rounds=10, warmup_rounds=1)
    assert climb.bound.value == pytest.approx(team.dual.bound.value)


def test_one_iteration_of_the_climb(benchmark: Any, team: Team) -> None:
    target = float(team.incumbent().cost)
    climb = Climb(team.problem, team.problem.constant)
    for _ in range(STEPS):
        climb.step(target)
    value = benchmark.pedantic(climb.step, args=(target,), rounds=20)
    assert value <= climb.bound.value <= target


def test_one_step_of_the_dual(benchmark: Any, team: Team) -> None:
    target = float(team.incumbent().cost)
    before = team.dual.bound.value
    benchmark.pedantic(team.dual.step, args=(target,), rounds=20)
    assert before <= team.dual.bound.value <= target


def test_one_insertion_of_all_series(benchmark: Any, team: Team) -> None:
    found = team.incumbent()
    prices, order = team.point.prices, team.order
    benchmark.pedantic(found.construct, args=(prices, order), rounds=10)
    assert found.best is not None
    assert found.best.n.sum() > len(team.problem.series)
    assert found.cost >= team.dual.bound.value


def test_one_batch_of_moves(benchmark: Any, team: Team) -> None:
    found, point = team.incumbent(), team.point
    before = found.cost
    benchmark.pedantic(found.improve, args=(point.prices, point, MOVES, 0.0), rounds=20)
    assert team.dual.bound.value <= found.cost < before


def test_decoding(benchmark: Any, team: Team) -> None:
    found = team.incumbent()
    assert found.best is not None
    decoder = Decoder(team.caseload, team.policy, team.problem, team.days)
    decoded = benchmark.pedantic(decoder.decode, args=(found.best,), rounds=10)
    assert sum(decoded.objective.values()) == found.cost


def test_checking_a_calendar(benchmark: Any, team: Team, planned: Calendar) -> None:
    report = benchmark.pedantic(check_calendar, args=(team.caseload, team.policy, planned), rounds=5)
    assert report.ok
    assert report.cost == planned.cost
