"""The best solution so far and the one being worked on, with the moves between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.engine.moves import improve, insert_all, remove_series, restore_series, save_series
from solver.engine.state import Commits, Floats, Prices, Solution, empty_solution, fixed_commits
from solver.problem.tables import Problem

LARGEST_MOVE = 6
"""Most series taken out at once."""
CROWD = 60
"""A resource that more series than this share says little about which of them are related."""


def neighbours(problem: Problem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Series that share a resource with each series, as CSR pointers and indices."""
    tab, n = problem.tables, len(problem.series)
    users: dict[int, set[int]] = {}
    for b, info in enumerate(problem.blocks):
        rooms = tab.venue_res[tab.venue_ptr[tab.group_ptr[b]] : tab.venue_ptr[tab.group_ptr[b + 1]]]
        people = tab.actor_res[tab.actor_ptr[b] : tab.actor_ptr[b + 1]]
        for r in {*rooms.tolist(), *people.tolist()}:
            if r >= 0:
                users.setdefault(r, set()).add(info.series)
    near: list[set[int]] = [set() for _ in range(n)]
    for group in users.values():
        if len(group) <= CROWD:
            for s in group:
                near[s] |= group
    rows = [sorted(near[s] - {s}) for s in range(n)]
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return pointers, np.array([s for row in rows for s in row], dtype=np.int64)


class Incumbent:
    """A working solution, and the best one found.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        days = max(1, len(problem.days))
        self._nodes = (
            np.zeros((2, days)),
            np.zeros((2, days), dtype=np.int32),
            np.zeros((2, days), dtype=np.int32),
            np.zeros(days, dtype=np.int32),
        )
        self._near = neighbours(problem)
        self.work: Solution = empty_solution(problem)
        self.commits: Commits = fixed_commits(problem)
        self.work_cost = 0
        self.best: Solution | None = None
        self.cost = 0
        width = self.work.choice.shape[1:]
        self.scratch = Solution(
            np.zeros(LARGEST_MOVE, dtype=np.int32),
            *(np.zeros((LARGEST_MOVE, width[0]), dtype=np.int32) for _ in range(3)),
            np.zeros((LARGEST_MOVE, *width), dtype=np.int32),
            np.zeros(LARGEST_MOVE, dtype=np.int64),
        )

    def construct(self, prices: Prices, weight: float, order: NDArray[np.int64]) -> bool:
        """Insert every series in ``order``; becomes the working solution if it is better. Returns whether a new best."""
        solution, commits = empty_solution(self.problem), fixed_commits(self.problem)
        cost = self.problem.constant + int(
            insert_all(self.problem.tables, commits, prices, weight, order, solution, self._nodes)
        )
        if self.best is None or cost < self.work_cost:
            self.work, self.commits, self.work_cost = solution, commits, cost
        return self._keep()

    def improve(self, prices: Prices, values: Floats, moves: int, temperature: float) -> bool:
        """Ruin and recreate; ``values`` [series] are the costs each series would have alone. Returns whether a new best."""
        n = len(self.problem.series)
        regret = np.maximum(0.0, self.work.cost[:n] - values)
        self.work_cost = int(
            improve(
                self.problem.tables,
                self.commits,
                prices,
                self.work,
                self.scratch,
                self._nodes,
                regret,
                *self._near,
                self.work_cost,
                moves,
                min(LARGEST_MOVE, n),
                temperature,
            )
        )
        return self._keep()

    def restart(self) -> None:
        """Work on from the best."""
        if self.best is not None and self.work_cost > self.cost:
            self.adopt(self.best, self.cost)

    def adopt(self, solution: Solution, cost: int) -> bool:
        """Make a whole solution of known cost the working one. Returns whether a new best."""
        self.commits = fixed_commits(self.problem)
        source = solution.copy()
        self.work = empty_solution(self.problem)
        for s in range(len(self.problem.series)):
            restore_series(self.problem.tables, self.commits, s, self.work, source, s)
        self.work_cost = cost
        return self._keep()

    def replace(self, series: list[int], solution: Solution, cost: int) -> bool:
        """Take the chains of some series from ``solution``. Returns whether a new best."""
        for s in series:
            remove_series(self.problem.tables, self.commits, s, self.work)
        for s in series:
            save_series(s, solution, self.scratch, 0)
            restore_series(self.problem.tables, self.commits, s, self.work, self.scratch, 0)
        self.work_cost = cost
        return self._keep()

    def related(self, s: int) -> NDArray[np.int64]:
        """Series that share a resource with series ``s``."""
        pointers, near = self._near
        return near[pointers[s] : pointers[s + 1]]

    def _keep(self) -> bool:
        if self.best is None or self.work_cost < self.cost:
            self.best, self.cost = self.work.copy(), self.work_cost
            return True
        return False
