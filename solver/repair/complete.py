"""Whole calendars of a problem, booked chain by chain: some as they are meant to be, the rest wherever it is cheapest."""

from __future__ import annotations

import numpy as np

from solver.engine.filling import book, fill_places
from solver.engine.kernels import best_chain, chain_cost, evaluate_series
from solver.engine.state import Commits, Floats, Solution, empty_solution, fixed_commits, no_prices
from solver.problem.tables import BIG, Ints, Problem
from solver.repair.standing import fits

Row = tuple[int, int, int]
"""Day, start and venue of a meeting."""


class Completion:
    """A calendar that is being filled.

    Parameters
    ----------
    problem : Problem
        With ordered starts.

    Attributes
    ----------
    solution : Solution
    commits : Commits
    points : int
        What the chains cost that are booked, with workload.
    """

    def __init__(self, problem: Problem) -> None:
        self.solution: Solution = empty_solution(problem)
        self.commits: Commits = fixed_commits(problem)
        self.points = 0
        self._problem = problem
        self._prices = no_prices(problem)
        days = max(1, len(problem.days))
        self._cost: Floats = np.empty((2, days))
        self._pick: Ints = np.zeros((2, days, 2), dtype=np.int32)
        self._chain: Ints = np.zeros(days, dtype=np.int32)

    def best(self, s: int) -> tuple[float, tuple[Row, ...]]:
        """Return what series ``s`` costs at least with what is booked, and its meetings then."""
        self._evaluate(s)
        cost, n = best_chain(self._problem.packed, s, self._cost, self._chain)
        return cost, self._rows(n)

    def as_meant(self, s: int, rows: tuple[Row, ...], choice: Ints | None = None) -> bool:
        """Book a chain exactly so; ``False``, and nothing booked, where it can't be.

        Parameters
        ----------
        s : int
        rows : tuple of Row
        choice : [meetings, places], optional
            Who fills each place; whoever is cheapest if not given.
        """
        tab = self._problem.tables
        points = 0
        for i, row in enumerate(rows):
            if not fits(self._problem, self.commits, self._prices, s, min(i, 1), row):
                self._take_back(s, i)
                return False
            d, start, venue = row
            b = int(tab.node_block[min(i, 1), s, d])
            own = self.solution.choice[s, i]
            places = fill_places(
                self._problem.packed, self.commits, self._prices, b, start, venue, d, 0.0, True, own
            )
            if choice is not None:
                own[:] = choice[i]
            self.solution.rows[s, i] = row
            points += int(places)
            self.points += int(book(self._problem.packed, self.commits, s, b, start, venue, d, own, 1))
        days = np.array([d for d, _, _ in rows], dtype=np.int32)
        points += int(chain_cost(self._problem.packed, s, days, len(rows)))
        self.solution.n[s], self.solution.cost[s] = len(rows), points
        self.points += points
        return True

    def cheapest(self, s: int) -> int:
        """Book series ``s`` wherever it is cheapest; returns its cost."""
        self._evaluate(s)
        while True:
            _, n = best_chain(self._problem.packed, s, self._cost, self._chain)
            rows = self._rows(n)
            if self.as_meant(s, rows):
                return int(self.solution.cost[s])
            # Distinct deputies under a quorum: whichever day can't be after all is out.
            blocked = next(
                i
                for i, row in enumerate(rows)
                if not fits(self._problem, self.commits, self._prices, s, min(i, 1), row)
            )
            self._cost[min(blocked, 1), rows[blocked][0]] = BIG

    def _evaluate(self, s: int) -> None:
        evaluate_series(
            self._problem.packed, self.commits, self._prices, s, 0.0, True, self._cost, self._pick
        )

    def _rows(self, n: int) -> tuple[Row, ...]:
        found = []
        for i, d in enumerate(self._chain[:n].tolist()):
            start, venue = self._pick[min(i, 1), d].tolist()
            found.append((d, start, venue))
        return tuple(found)

    def _take_back(self, s: int, meetings: int) -> None:
        tab = self._problem.tables
        for i in range(meetings):
            d, start, venue = self.solution.rows[s, i].tolist()
            b = int(tab.node_block[min(i, 1), s, d])
            own = self.solution.choice[s, i]
            self.points += int(book(self._problem.packed, self.commits, s, b, start, venue, d, own, -1))
        self.solution.n[s] = 0


def refilled(problem: Problem, solution: Solution) -> tuple[Solution, int]:
    """Fill the places of all meetings anew, each as is cheapest with what all the others can't be held without.

    Parameters
    ----------
    problem : Problem
    solution : Solution
        Lawful in the problem with other costs, with nobody where nobody is needed.

    Returns
    -------
    solution : Solution
    cost : int
        Of the whole, the problem's constant included.
    """
    tab, packed = problem.tables, problem.packed
    commits, prices = fixed_commits(problem), no_prices(problem)
    new = solution.copy()
    workload = 0
    held = [
        (*new.rows[s, i].tolist(), s, i) for s in range(len(problem.series)) for i in range(int(new.n[s]))
    ]
    for d, start, venue, s, i in held:
        b = int(tab.node_block[min(i, 1), s, d])
        workload += int(book(packed, commits, s, b, start, venue, d, new.choice[s, i], 1))
    new.cost[:] = 0
    for d, start, venue, s, i in sorted(held):
        b = int(tab.node_block[min(i, 1), s, d])
        own = new.choice[s, i]
        workload += int(book(packed, commits, s, b, start, venue, d, own, -1))
        new.cost[s] += int(fill_places(packed, commits, prices, b, start, venue, d, 0.0, True, own))
        workload += int(book(packed, commits, s, b, start, venue, d, own, 1))
    for s in range(len(problem.series)):
        days = new.rows[s, : int(new.n[s]), 0].astype(np.int32)
        new.cost[s] += int(chain_cost(packed, s, np.ascontiguousarray(days), len(days)))
    return new, problem.constant + workload + int(new.cost.sum())
