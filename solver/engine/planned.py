"""From the joint relaxation's plan to a whole calendar: its meetings where they can stand, the rest where it is cheapest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from solver.engine.filling import book, fill_places
from solver.engine.kernels import best_chain, best_of_node, chain_cost, evaluate_series
from solver.engine.state import Commits, Floats, Prices, Solution, empty_solution, fixed_commits
from solver.problem.tables import BIG, Ints, Problem

Plan = Mapping[int, tuple[tuple[int, int, int], ...]]
"""Series to its meetings, in order, as (day, start, venue)."""


def insert_planned(
    problem: Problem, plan: Plan, until: int, prices: Prices, weight: float
) -> tuple[Solution, Commits, int]:
    """Book the planned meetings of every series, and go on from there.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    plan : mapping
        What each series holds before day ``until``. A series that isn't in it is free to do as it likes.
    until : int
        First day that the plan says nothing about.
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
    builder = _Builder(problem, empty_solution(problem), fixed_commits(problem), prices, weight)
    inside = sorted((s for s in plan), key=lambda s: (plan[s][0][0] if plan[s] else until, s))
    for s in inside:
        builder.insert(s, plan[s], until)
    for s in range(len(problem.series)):
        if s not in plan:
            builder.insert(s, None, until)
    return builder.solution, builder.commits, problem.constant + builder.total


def put_back(problem: Problem, solution: Solution, commits: Commits, chains: Plan, prices: Prices) -> int:
    """Book whole chains again, of series that have been taken out, each where it is meant to stand if it can.

    Returns
    -------
    int
        What they cost.
    """
    builder = _Builder(problem, solution, commits, prices, 0.0)
    for s in sorted(chains, key=lambda s: (chains[s][0][0] if chains[s] else len(problem.days), s)):
        builder.insert(s, chains[s], len(problem.days))
    return builder.total


class _Builder:
    def __init__(
        self, problem: Problem, solution: Solution, commits: Commits, prices: Prices, weight: float
    ) -> None:
        self.problem = problem
        self.solution = solution
        self.commits = commits
        self.total = 0
        self._prices = prices
        self._weight = weight
        days = max(1, len(problem.days))
        self._cost: Floats = np.empty((2, days))
        self._pick: Ints = np.zeros((2, days, 2), dtype=np.int32)
        self._chain: Ints = np.zeros(days, dtype=np.int32)

    def insert(self, s: int, meetings: tuple[tuple[int, int, int], ...] | None, until: int) -> None:
        """Book series ``s``, on the planned days where it can be."""
        cost, pick = self._cost, self._pick
        evaluate_series(self.problem.packed, self.commits, self._prices, s, self._weight, True, cost, pick)
        if meetings is not None:
            self._keep_to(s, meetings, until)
        while not self._book(s):
            pass

    def _keep_to(self, s: int, meetings: tuple[tuple[int, int, int], ...], until: int) -> None:
        """Leave only the planned days, at the planned starts where these are free."""
        tab, cost, pick = self.problem.tables, self._cost, self._pick
        free = cost.copy()
        pinned = [d for one, d in self.problem.pinned if one == s]
        cost[:, :until] = BIG
        cost[:, pinned] = free[:, pinned]
        for i, (d, start, _) in enumerate(meetings):
            k = 0 if i == 0 else 1
            cost[k, d] = free[k, d]
            c, at, venue = best_of_node(
                self.problem.packed,
                self.commits,
                self._prices,
                int(tab.node_block[k, s, d]),
                d,
                start,
                start + 1,
                self._weight,
                True,
                -1,
            )
            if c < BIG:
                cost[k, d], pick[k, d] = c, (at, venue)
            elif free[k, d] >= BIG:
                # Somebody else stands there after all: the series is put in as if nothing had been planned.
                cost[:] = free
                return

    def _book(self, s: int) -> bool:
        """Book the best chain; ``False`` where one of its days turned out impossible and is now left out."""
        tab, packed, solution = self.problem.tables, self.problem.packed, self.solution
        _, n = best_chain(packed, s, self._cost, self._chain)
        total = int(chain_cost(packed, s, self._chain, n))
        workload = 0
        for i, d in enumerate(self._chain[:n].tolist()):
            k = 0 if i == 0 else 1
            b = int(tab.node_block[k, s, d])
            start, venue = self._pick[k, d].tolist()
            choice = solution.choice[s, i]
            places = int(
                fill_places(
                    packed, self.commits, self._prices, b, start, venue, d, self._weight, True, choice
                )
            )
            if places >= BIG:
                # Distinct deputies under a quorum: that day is out.
                self._cost[k, d] = BIG
                for j in range(i):
                    day, at, where = solution.rows[s, j].tolist()
                    before = int(tab.node_block[0 if j == 0 else 1, s, day])
                    book(packed, self.commits, s, before, at, where, day, solution.choice[s, j], -1)
                return False
            solution.rows[s, i] = (d, start, venue)
            total += places
            workload += int(book(packed, self.commits, s, b, start, venue, d, choice, 1))
        solution.n[s] = n
        solution.cost[s] = total
        self.total += total + workload
        return True
