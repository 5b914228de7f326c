"""The best solution so far and the one being worked on, with the moves between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.engine.chronological import insert_by_due_date
from solver.engine.lookup import KINDS, PRICED
from solver.engine.moves import IMPROVE, INSERT, REMOVE, RESTORE, reduced_costs, work
from solver.engine.planned import Plan, insert_planned, put_back
from solver.engine.point import PricePoint
from solver.engine.state import (
    Commits,
    Floats,
    Memory,
    Prices,
    Solution,
    empty_solution,
    fixed_commits,
    no_prices,
)
from solver.problem.tables import Problem

Order = NDArray[np.int64]
"""Series in an order."""
LARGEST_MOVE = 10
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


def empty_memory(problem: Problem) -> Memory:
    """Nothing worked out yet."""
    tab = problem.tables
    shape = (KINDS, max(1, len(problem.series)), 2, max(1, len(problem.days)))
    needed: list[list[int]] = []
    for b in range(len(problem.blocks)):
        rooms = tab.venue_res[tab.venue_ptr[tab.group_ptr[b]] : tab.venue_ptr[tab.group_ptr[b + 1]]]
        people = tab.actor_res[tab.actor_ptr[b] : tab.actor_ptr[b + 1]]
        needed.append(sorted({r for r in (*rooms.tolist(), *people.tolist()) if r >= 0}))
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in needed])]).astype(np.int64)
    return Memory(
        np.zeros(shape, dtype=np.uint64),
        np.zeros(shape),
        np.zeros((*shape, 2), dtype=np.int32),
        pointers,
        np.array([r for row in needed for r in row], dtype=np.int32),
    )


class Incumbent:
    """A working solution, and the best one found.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    seed : int
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        days = max(1, len(problem.days))
        self._nodes = (
            np.zeros((2, days)),
            np.zeros((2, days, 2), dtype=np.int32),
            np.zeros(days, dtype=np.int32),
            np.zeros((2, days), dtype=np.uint64),
        )
        self._memory = empty_memory(problem)
        self._remembered: object = None
        self._near = neighbours(problem)
        self._no_prices = no_prices(problem)
        self._all = np.arange(len(problem.series), dtype=np.int64)
        self._regret = np.ones(len(problem.series))
        self._scratch = empty_solution(problem, LARGEST_MOVE)
        self._seed = float(seed)
        self.work: Solution = empty_solution(problem)
        self.commits: Commits = fixed_commits(problem)
        self.work_cost = 0
        self.best: Solution | None = None
        self.cost = 0

    def _run(
        self,
        what: int,
        solution: Solution,
        commits: Commits,
        *,
        current: int,
        order: Order | None = None,
        saved: Solution | None = None,
        prices: Prices | None = None,
        weight: float = 0.0,
        moves: int = 0,
        temperature: float = 0.0,
    ) -> int:
        settings = np.array([weight, temperature, self._seed])
        self._seed = -1.0
        return int(
            work(
                self.problem.packed,
                commits,
                prices or self._no_prices,
                solution,
                saved or self._scratch,
                self._nodes,
                self._memory,
                what,
                self._all if order is None else order,
                self._regret,
                self._near,
                current,
                moves,
                settings,
            )
        )

    def construct(self, prices: Prices | None, order: Order, *, anew: bool = False) -> bool:
        """Insert every series in ``order``; worked on if it is better, or ``anew``. Returns whether a new best."""
        solution, commits = empty_solution(self.problem), fixed_commits(self.problem)
        weight = 0.0 if prices is None else 1.0
        cost = self._run(
            INSERT,
            solution,
            commits,
            current=self.problem.constant,
            order=order,
            prices=prices,
            weight=weight,
        )
        return self._offer(solution, commits, cost, anew=anew)

    def construct_by_due_date(self, prices: Prices | None) -> bool:
        """Insert meeting by meeting in order of due date, else like ``construct``."""
        weight = 0.0 if prices is None else 1.0
        return self._offer(*insert_by_due_date(self.problem, prices or self._no_prices, weight))

    def construct_planned(self, plan: Plan, until: int, prices: Prices | None) -> bool:
        """Insert what is planned, then the rest; worked on even if it is worse, for moves to mend. Returns whether a new best."""
        ways = [(self._no_prices, 0.0)] if prices is None else [(prices, 1.0), (self._no_prices, 0.0)]
        if until < len(self.problem.days) and not self.problem.pinned:
            found = [insert_by_due_date(self.problem, at, weight, plan) for at, weight in ways]
        else:
            found = [insert_planned(self.problem, plan, until, at, weight) for at, weight in ways]
        self.work, self.commits, self.work_cost = min(found, key=lambda one: one[2])
        return self._keep()

    def replan(self, chains: Plan) -> bool:
        """Give some series the chains they are meant to have, if that is no worse. Returns whether a new best."""
        saved, before, series = self.work.copy(), self.work_cost, list(chains)
        rest = self.remove(series)
        cost = rest + put_back(self.problem, self.work, self.commits, chains, self._no_prices)
        if cost > before:
            self.work_cost = cost
            self.remove(series)
            self.restore(series, saved, before)
            return False
        self.work_cost = cost
        return self._keep()

    def held_in(self, begin: int, end: int) -> list[int]:
        """Series that hold a meeting from day ``begin`` to ``end``."""
        n, days = self.work.n, self.work.rows[:, :, 0]
        there = (np.arange(days.shape[1])[None, :] < n[:, None]) & (days >= begin) & (days < end)
        return [int(s) for s in np.nonzero(there.any(axis=1))[0] if s < len(self.problem.series)]

    def without(self, series: list[int], begin: int, end: int) -> Commits:
        """Return what is booked without what these series hold from day ``begin`` to ``end``."""
        commits = Commits(self.commits.n.copy(), self.commits.rows.copy(), self.commits.mark.copy())
        freed = np.zeros(len(self.problem.series) + 1, dtype=np.bool_)
        freed[series] = True
        for r, d in np.argwhere(commits.n[:, begin:end] > 0).tolist():
            rows = commits.rows[r, begin + d]
            n = int(commits.n[r, begin + d])
            # Pinned meetings have owner -1, the one row that is never freed.
            kept = rows[:n][~freed[rows[:n, 3]]]
            rows[: len(kept)] = kept
            commits.n[r, begin + d] = len(kept)
        return commits

    def with_days(
        self, s: int, begin: int, end: int, meetings: tuple[tuple[int, int, int], ...]
    ) -> tuple[tuple[int, int, int], ...]:
        """Return the chain of series ``s`` with other meetings from day ``begin`` to ``end``."""
        held = self.work.rows[s, : int(self.work.n[s])].tolist()
        outside = [(d, start, venue) for d, start, venue in held if not begin <= d < end]
        return tuple(sorted([*outside, *meetings]))

    def _offer(self, solution: Solution, commits: Commits, cost: int, *, anew: bool = False) -> bool:
        """Work on with a whole solution if it is better than the present one. Returns whether a new best."""
        if anew or self.best is None or cost < self.work_cost:
            self.work, self.commits, self.work_cost = solution, commits, cost
        return self._keep()

    def improve(self, prices: Prices | None, point: PricePoint, moves: int, temperature: float) -> bool:
        """Ruin and recreate at ``prices`` (none: true costs alone). Returns whether a new best.

        Series are chosen by their reduced costs: these, and prices of capacity left idle, are what the gap consists of.
        """
        reduced_costs(self.problem.packed, point.prices, self.work, point.values, self._regret)
        if prices is not self._remembered:
            # What was worked out at other prices is of no use.
            self._remembered = prices
            self._memory.key[PRICED:] = 0
        self.work_cost = self._run(
            IMPROVE,
            self.work,
            self.commits,
            current=self.work_cost,
            prices=prices,
            moves=moves,
            temperature=temperature,
        )
        return self._keep()

    def restart(self) -> None:
        """Work on from the best."""
        if self.best is not None and self.work_cost > self.cost:
            self.go_to(self.best, self.cost)

    def go_to(self, solution: Solution, cost: int) -> None:
        """Work on from a whole solution that costs ``cost``."""
        self.work, self.commits = empty_solution(self.problem), fixed_commits(self.problem)
        self._run(RESTORE, self.work, self.commits, current=self.problem.constant, saved=solution)
        self.work_cost = cost

    def remove(self, series: list[int]) -> int:
        """Take some series out of the working solution; returns the cost of what is left."""
        order = np.array(series, dtype=np.int64)
        return self._run(REMOVE, self.work, self.commits, current=self.work_cost, order=order)

    def restore(self, series: list[int], solution: Solution, cost: int) -> bool:
        """Put removed series in as ``solution`` has them, the whole then costing ``cost``. Returns whether a new best."""
        order = np.array(series, dtype=np.int64)
        self._run(RESTORE, self.work, self.commits, current=0, order=order, saved=solution)
        self.work_cost = cost
        return self._keep()

    def reduced(self, prices: Prices, values: Floats) -> Floats:
        """Return each working chain's cost at the prices beyond the best chain there."""
        out = np.zeros(len(values))
        reduced_costs(self.problem.packed, prices, self.work, values, out)
        return out

    def related(self, s: int) -> Order:
        """Series that share a resource with series ``s``."""
        pointers, near = self._near
        return near[pointers[s] : pointers[s + 1]]

    def _keep(self) -> bool:
        if self.best is None or self.work_cost < self.cost:
            self.best, self.cost = self.work.copy(), self.work_cost
            return True
        return False
