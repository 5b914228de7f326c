"""Insertion meeting by meeting in order of due date: where rooms are scarce, whole chains in turn leave the last ones nothing."""

from __future__ import annotations

import heapq

import numpy as np

from solver.engine.filling import book, fill_places
from solver.engine.kernels import evaluate_series
from solver.engine.state import Commits, Prices, Solution, empty_solution, fixed_commits
from solver.problem.tables import BIG, Ints, Problem
from solver.score import WEIGHTS


def insert_by_due_date(problem: Problem, prices: Prices, weight: float) -> tuple[Solution, Commits, int]:
    """Book the meeting that falls due first where it is cheapest, again and again.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    prices : Prices
    weight : float
        Share of the prices that counts.

    Returns
    -------
    solution : Solution
    commits : Commits
    cost : int
        Total, the problem's constant included.
    """
    tab, packed = problem.tables, problem.packed
    days = len(problem.days)
    solution, commits = empty_solution(problem), fixed_commits(problem)
    total = problem.constant
    cost = np.empty((2, days))
    pick = np.zeros((2, days, 2), dtype=np.int32)
    waiting = [(_due(tab.first_cost[s]), s) for s in range(len(problem.series))]
    heapq.heapify(waiting)
    while waiting:
        _, s = heapq.heappop(waiting)
        n = int(solution.n[s])
        last = int(solution.rows[s, n - 1, 0]) if n else -1
        k = 1 if n else 0
        row = tab.gap_cost[tab.gap_index[s], last] if n else tab.first_cost[s]
        ending = int(tab.end_cost[s, last] if n else tab.none_cost[s])
        evaluate_series(packed, commits, prices, s, weight, True, cost, pick)
        price = np.where(row < BIG, row + cost[k], float(BIG))
        price[: last + 1] = BIG
        d = int(price.argmin()) if days else 0
        if ending == 0 or not days or price[d] >= min(BIG, ending):
            solution.cost[s] += ending
            total += ending
            continue
        b = int(tab.node_block[k, s, d])
        start, venue = (int(value) for value in pick[k, d])
        choice = solution.choice[s, n]
        places = int(fill_places(packed, commits, prices, b, start, venue, d, weight, True, choice))
        if places >= BIG:
            # Distinct deputies under a quorum: the chains' own insertion sees to such a series.
            solution.cost[s] += ending
            total += ending
            continue
        solution.rows[s, n] = (d, start, venue)
        solution.n[s] = n + 1
        solution.cost[s] += int(row[d]) + places
        total += int(row[d]) + places + int(book(packed, commits, s, b, start, venue, d, choice, 1))
        heapq.heappush(waiting, (_due(tab.gap_cost[tab.gap_index[s], d]), s))
    return solution, commits, total


def _due(row: Ints) -> int:
    """Last day of a row of window costs that isn't late; the first day where all are."""
    on_time = np.nonzero(row < WEIGHTS["breach_day"])[0]
    return int(on_time[-1]) if len(on_time) else 0
