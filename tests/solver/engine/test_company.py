"""Which series are taken out together: those that take the same room or person at about the same time."""

from __future__ import annotations

import numpy as np
import pytest
from solver_cases import constructed, generated_problem

from solver.engine.company import WIDEST, crowd, dearest
from solver.engine.state import no_prices
from solver.problem.tables import Problem

CASES = [(9, 3, "typical"), (18, 3, "hard"), (18, 4, "easy")]


def wanted(problem: Problem, s: int, i: int, day: int, venue: int) -> set[int]:
    """The room of a meeting and everybody who might be at it."""
    tab = problem.tables
    b = int(tab.node_block[min(i, 1), s, day])
    people = tab.actor_res[int(tab.actor_ptr[b]) : int(tab.actor_ptr[b + 1])]
    return {int(r) for r in (tab.venue_res[venue], *people) if r >= 0}


@pytest.mark.parametrize(("plans", "seed", "congestion"), CASES)
def test_what_a_meeting_takes_is_its_own(plans: int, seed: int, congestion: str) -> None:
    _, _, problem = generated_problem(plans, seed, congestion)
    work, free = constructed(problem).work, no_prices(problem)
    chosen: set[int] = set()
    for s in range(len(problem.series)):
        for i, (day, _, venue) in enumerate(work.rows[s, : int(work.n[s])].tolist()):
            own = wanted(problem, s, i, day, venue)
            for _ in range(5):
                r = dearest(problem.packed, free, work, s, i)
                assert r in own or (r == -1 and not own)
                chosen.add(r)
    assert len(chosen) > 5


def test_what_is_dear_is_chosen() -> None:
    _, _, problem = generated_problem(9, 3, "typical")
    work, prices = constructed(problem).work, no_prices(problem)
    s = int(work.n.argmax())
    day, _, venue = work.rows[s, 0].tolist()
    dear = max(wanted(problem, s, 0, day, venue))
    prices.cumulative[dear, day, -1] = 1e6
    assert {dearest(problem.packed, prices, work, s, 0) for _ in range(20)} == {dear}


@pytest.mark.parametrize(("plans", "seed", "congestion"), CASES)
def test_company_takes_the_same_within_some_days(plans: int, seed: int, congestion: str) -> None:
    _, _, problem = generated_problem(plans, seed, congestion)
    incumbent = constructed(problem)
    work, free = incumbent.work, no_prices(problem)
    together = 0
    for s in range(len(problem.series)):
        subset = np.full(10, -1, dtype=np.int64)
        subset[0] = s
        n = crowd(problem.packed, incumbent.commits, free, work, 6, subset)
        assert 1 <= n <= 6
        assert len(set(subset[:n].tolist())) == n
        own = work.rows[s, : int(work.n[s])].tolist()
        near = {
            int(owner)
            for i, (day, _, venue) in enumerate(own)
            for r in wanted(problem, s, i, day, venue)
            for d in range(max(0, day - WIDEST), min(len(problem.days), day + WIDEST + 1))
            for owner in incumbent.commits.rows[r, d, : int(incumbent.commits.n[r, d]), 3]
        }
        assert set(subset[1:n].tolist()) <= near
        together += n - 1
    assert together > 0
