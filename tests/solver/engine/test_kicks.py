"""Walks near the bound: what they go on from, when they turn back, and that they come to what moves alone don't find."""

from __future__ import annotations

import numpy as np
from engine_cases import priced
from solver_cases import Recount, constructed, generated_problem

from solver.engine.incumbent import Incumbent
from solver.engine.kicks import LAST, SETTLED, SLACK, Kicks
from solver.engine.point import PricePoint
from solver.generate.shape import Congestion


def descended(
    plans: int, seed: int, congestion: Congestion = "typical"
) -> tuple[Incumbent, PricePoint, Recount]:
    """A calendar that moves have mended, the prices they go by, and who counts it again."""
    caseload, policy, problem = generated_problem(plans, seed, congestion)
    best = constructed(problem)
    point = priced(problem, best.cost, 60)
    mend(best, point)
    return best, point, Recount(caseload, policy, problem)


def anew(best: Incumbent, seed: int) -> None:
    """Work on with another calendar, as insertion leaves it."""
    best.construct(None, np.random.default_rng(seed).permutation(len(best.problem.series)), anew=True)


def mend(best: Incumbent, point: PricePoint) -> None:
    for _ in range(12):
        best.improve(point.prices, point, 100, 0.0)


def test_moves_are_at_an_end_after_some_rounds_without_a_gain() -> None:
    best, point, _ = descended(8, 1)
    kicks = Kicks(best)
    kicks.begin()
    assert [kicks.mended() for _ in range(SETTLED)] == [False] * (SETTLED - 1) + [True]
    kicks.arrive(10.0)
    kicks.kick(point.prices, point)
    assert not kicks.mended()


def test_a_walk_goes_back_from_what_is_too_bad_and_stays_with_what_is_about_as_good() -> None:
    best, _, recount = descended(30, 1, "hard")
    kicks = Kicks(best)
    kicks.begin()
    kicks.arrive(0.0)
    home = best.work_cost
    anew(best, 1)
    other = best.work_cost
    assert other > home, "a calendar that no move has mended"
    kicks.arrive((other - home) / SLACK + 1.0)
    assert best.work_cost == other
    present, returned = other, 0
    for seed in range(2, 9):
        anew(best, seed)
        present = best.work_cost if best.work_cost < other else present
        returned += best.work_cost > other
        kicks.arrive((other - home) / SLACK - 1.0)
        assert best.work_cost == present
    assert returned
    assert recount.cost(best.work) == best.work_cost


def test_a_walk_without_a_gain_is_over() -> None:
    best, _, _ = descended(8, 1)
    kicks = Kicks(best)
    kicks.begin()
    for _ in range(LAST + 1):
        assert not kicks.over
        kicks.arrive(0.0)
    assert kicks.over
    kicks.begin()
    assert not kicks.over


def test_it_comes_to_what_moves_alone_do_not_find() -> None:
    """On caseloads on which descent stands still."""
    gained = 0
    for seed in (1, 2):
        best, point, recount = descended(60, seed)
        alone = best.cost
        kicks = Kicks(best)
        kicks.begin()
        for _ in range(12):
            kicks.arrive(alone - point.bound)
            kicks.kick(point.prices, point)
            mend(best, point)
        assert best.cost <= alone
        assert recount.cost(best.work) == best.work_cost
        gained += alone - best.cost
    assert gained > 0
