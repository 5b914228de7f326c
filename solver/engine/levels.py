"""The breach level by itself: what due dates cost when nothing else counts."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from solver.engine.rebate import BREACH_DAY, breach_days
from solver.engine.state import Solution
from solver.problem.layout import pack
from solver.problem.tables import BIG, Ints, Problem

UNHELD_MARGIN = 10
"""Open days after a due date on which a meeting that isn't held might still have been."""


def breach_only(problem: Problem) -> Problem:
    """Return the problem with nothing but breach points in its costs.

    A day's cost holds less than one breach day's points of everything else (slack, spacing and weekday), so whole breach
    days are what is left when it is rounded down.
    """
    tab = problem.tables

    def none(costs: NDArray[np.int32]) -> Ints:
        return np.where(costs >= BIG, costs, 0).astype(np.int32)

    def breach(costs: NDArray[np.int32]) -> Ints:
        return np.where(costs >= BIG, costs, breach_days(costs) * BREACH_DAY).astype(np.int32)

    level = tab._replace(
        soft_cost=0,
        place_fallback=none(tab.place_fallback),
        option_cost=none(tab.option_cost),
        mode_in_person=none(tab.mode_in_person),
        mode_remote=none(tab.mode_remote),
        venue_cost=none(tab.venue_cost),
        start_cost=none(tab.start_cost),
        start_bonus=none(tab.start_bonus),
        start_floor=np.minimum(tab.start_floor, 0).astype(np.int32),
        first_cost=breach(tab.first_cost),
        gap_cost=breach(tab.gap_cost),
        end_cost=breach(tab.end_cost),
        none_cost=breach(tab.none_cost),
    )
    return dataclasses.replace(problem, tables=level, packed=pack(level), constant=0)


def breach_points(problem: Problem, solution: Solution) -> Ints:
    """Return [series] the breach points of each chain."""
    return np.array(
        [sum(late for late, _ in _late(problem, solution, s)) for s in range(len(problem.series))]
    )


def early_breach_points(problem: Problem, solution: Solution, days: int) -> int:
    """Return the breach points of what would have to be moved on the first ``days`` days."""
    return sum(
        late for s in range(len(problem.series)) for late, d in _late(problem, solution, s) if d < days
    )


def last_breach_day(problem: Problem, solution: Solution) -> int:
    """Return the index of the last day on which a breach of ``solution`` is met, or a while after one is due; -1 without any."""
    return max((d for s in range(len(problem.series)) for _, d in _late(problem, solution, s)), default=-1)


def _late(problem: Problem, solution: Solution, s: int) -> list[tuple[int, int]]:
    """Breach points of each late meeting of a chain, and the day by which it would have to be moved."""
    tab, point = problem.tables, BREACH_DAY
    days = solution.rows[s, : int(solution.n[s]), 0].tolist()
    windows = [tab.first_cost[s], *(tab.gap_cost[tab.gap_index[s], d] for d in days)]
    late = [
        (int(window[d]) // point * point, d)
        for d, window in zip(days, windows, strict=False)
        if window[d] >= point
    ]
    unheld = int(tab.end_cost[s, days[-1]] if days else tab.none_cost[s])
    if unheld >= point:
        until = min(len(problem.days) - 1, due_index(windows[-1]) + UNHELD_MARGIN)
        late.append((unheld // point * point, until))
    return late


def due_index(window: Ints) -> int:
    """Last day of a row of window costs that isn't late; the first day where all are."""
    on_time = np.nonzero(window < BREACH_DAY)[0]
    return int(on_time[-1]) if len(on_time) else 0
