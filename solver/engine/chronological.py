"""Insertion meeting by meeting in order of due date: where rooms are scarce, whole chains in turn leave the last ones nothing."""

from __future__ import annotations

import heapq

import numpy as np

from solver.engine.filling import book, fill_places
from solver.engine.kernels import best_of_node, evaluate_series
from solver.engine.levels import due_index
from solver.engine.planned import Plan
from solver.engine.state import Commits, Floats, Prices, Solution, empty_solution, fixed_commits
from solver.problem.tables import BIG, Ints, Problem


def insert_by_due_date(
    problem: Problem, prices: Prices, weight: float, plan: Plan | None = None
) -> tuple[Solution, Commits, int]:
    """Book the meeting that falls due first where it is cheapest, again and again.

    Parameters
    ----------
    problem : Problem
        With ordered starts, and nothing pinned: a chain may end before a pinned meeting.
    prices : Prices
    weight : float
        Share of the prices that counts.
    plan : mapping, optional
        First meetings of some series, as (day, start, venue): booked before all others, as far as they can be.

    Returns
    -------
    solution : Solution
    commits : Commits
    cost : int
        Total, the problem's constant included.
    """
    booker = _Booker(problem, prices, weight)
    planned = sorted((meeting, s) for s, meetings in (plan or {}).items() for meeting in meetings)
    kept = dict.fromkeys(plan or {}, True)
    for meeting, s in planned:
        kept[s] = kept[s] and booker.book_at(s, *meeting)
    waiting = [(due_index(booker.window(s)), s) for s in range(len(problem.series))]
    heapq.heapify(waiting)
    while waiting:
        _, s = heapq.heappop(waiting)
        if booker.book_next(s):
            heapq.heappush(waiting, (due_index(booker.window(s)), s))
    return booker.solution, booker.commits, booker.total


class _Booker:
    def __init__(self, problem: Problem, prices: Prices, weight: float) -> None:
        self._problem, self._prices, self._weight = problem, prices, weight
        self.solution, self.commits = empty_solution(problem), fixed_commits(problem)
        self.total = problem.constant
        days = len(problem.days)
        self._cost: Floats = np.empty((2, days))
        self._pick: Ints = np.zeros((2, days, 2), dtype=np.int32)

    def _last(self, s: int) -> int:
        """Day of the last meeting booked, -1 if there is none."""
        n = int(self.solution.n[s])
        return int(self.solution.rows[s, n - 1, 0]) if n else -1

    def window(self, s: int) -> Ints:
        """[D] costs of the next meeting of series ``s``."""
        tab, last = self._problem.tables, self._last(s)
        row: Ints = tab.gap_cost[tab.gap_index[s], last] if last >= 0 else tab.first_cost[s]
        return row

    def book_at(self, s: int, d: int, start: int, _venue: int) -> bool:
        """Book the next meeting at a start, wherever it is cheapest; ``False`` where it can't be."""
        k = 1 if self.solution.n[s] else 0
        b = int(self._problem.tables.node_block[k, s, d])
        if b < 0 or self.window(s)[d] >= BIG:
            return False
        cost, _, venue = best_of_node(
            self._problem.packed,
            self.commits,
            self._prices,
            b,
            d,
            start,
            start + 1,
            self._weight,
            True,
            -1,
        )
        return cost < BIG and self._book(s, d, start, int(venue))

    def book_next(self, s: int) -> bool:
        """Book the next meeting where it is cheapest; ``False`` where the chain ends."""
        tab, last, row = self._problem.tables, self._last(s), self.window(s)
        k = 1 if last >= 0 else 0
        ending = int(tab.end_cost[s, last] if last >= 0 else tab.none_cost[s])
        days = len(self._problem.days)
        if days and ending:
            cost = self._cost
            evaluate_series(
                self._problem.packed, self.commits, self._prices, s, self._weight, True, cost, self._pick
            )
            price = np.where(row < BIG, row + cost[k], float(BIG))
            price[: last + 1] = BIG
            d = int(price.argmin())
            # Distinct deputies under a quorum can fail after all: the chains' own insertion sees to such a series.
            if price[d] < min(BIG, ending) and self._book(s, d, *self._pick[k, d].tolist()):
                return True
        self.solution.cost[s] += ending
        self.total += ending
        return False

    def _book(self, s: int, d: int, start: int, venue: int) -> bool:
        n = int(self.solution.n[s])
        b = int(self._problem.tables.node_block[1 if n else 0, s, d])
        choice = self.solution.choice[s, n]
        packed, commits = self._problem.packed, self.commits
        places = int(
            fill_places(packed, commits, self._prices, b, start, venue, d, self._weight, True, choice)
        )
        if places >= BIG:
            return False
        cost = int(self.window(s)[d]) + places
        self.solution.rows[s, n] = (d, start, venue)
        self.solution.n[s] = n + 1
        self.solution.cost[s] += cost
        self.total += cost + int(book(packed, commits, s, b, start, venue, d, choice, 1))
        return True
