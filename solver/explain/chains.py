"""The best chain of a series under conditions: meetings that stay where they are, and one that has to be at a time and place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from solver.decode import Decoded
from solver.engine.filling import book, fill_places, is_free
from solver.engine.kernels import best_chain, chain_cost, evaluate_series
from solver.engine.state import Commits, Floats, Solution, empty_solution, fixed_commits, no_prices
from solver.problem.tables import BIG, Ints
from solver.replan.focus import Focused
from solver.schema.calendar import LEVELS, Score

Row = tuple[int, int, int]
"""A meeting as (day, start, venue) of a problem."""

WANTED: Final = 100_000_000.0
"""What a meeting that has to be in the chain is worth to the search: more than all true costs, less than ``BIG``."""


class Chains:
    """Builds chains of the series in focus, one series after the other.

    Parameters
    ----------
    focused : Focused
    """

    def __init__(self, focused: Focused) -> None:
        self.focused = focused
        self.problem = focused.problem
        self._tab = self.problem.tables
        self._prices = no_prices(self.problem)
        self.commits: Commits = fixed_commits(self.problem)
        self.solution: Solution = empty_solution(self.problem)
        places = self.solution.choice.shape[2]
        self._choice: Ints = np.full(places + 1, -1, dtype=np.int32)

    def decoded(self) -> Decoded:
        """Write out what has been put in."""
        return self.focused.decode(self.solution)

    def nodes(self, s: int) -> tuple[Floats, Ints]:
        """Cost [2, D] and place [2, D, (start, venue)] of the best meeting on each day, with what has been put in."""
        days = max(1, len(self.problem.days))
        cost: Floats = np.full((2, days), float(BIG))
        pick: Ints = np.full((2, days, 2), -1, dtype=np.int32)
        evaluate_series(self.problem.packed, self.commits, self._prices, s, 0.0, True, cost, pick)
        return cost, pick

    def cost_at(self, s: int, k: int, row: Row) -> int:
        """Cost of one meeting at a time and place, ``BIG`` where it can't be there."""
        tab, (d, start, venue) = self._tab, row
        b = int(tab.node_block[k, s, d])
        if b < 0 or not int(tab.start_venues[start]) >> int(tab.venue_bit[venue]) & 1:
            return BIG
        room, minute = int(tab.venue_res[venue]), int(tab.start_minute[start])
        end = minute + int(tab.block_length[b])
        if room >= 0 and tab.block_forced[b] == 0 and not is_free(self.commits, room, d, minute, end):
            return BIG
        return int(
            fill_places(
                self.problem.packed, self.commits, self._prices, b, start, venue, d, 0.0, True, self._choice
            )
        )

    def put(
        self,
        s: int,
        fixed: Sequence[Row] = (),
        at: Row | None = None,
        then: Sequence[Row] | None = None,
    ) -> bool:
        """Put in the best chain of a series.

        Parameters
        ----------
        s : int
            Series.
        fixed : sequence of Row
            The meetings that it begins with.
        at : Row, optional
            Where the next one has to be; ``None``: wherever is best.
        then : sequence of Row, optional
            The meetings that it ends with, right after that one; ``None``: whatever is best.

        Returns
        -------
        bool
            Whether there is such a chain; without one nothing is put in.
        """
        cost, pick = self.nodes(s)
        before = [*enumerate(fixed), *([(len(fixed), at)] if at is not None else [])]
        after = [(len(fixed) + 1 + i, row) for i, row in enumerate(then or ())]
        begin = before[-1][1][0] + 1 if before else 0
        end = after[0][1][0] if after else len(self.problem.days)
        free = range(begin, end) if at is None or then is None else range(0)
        pinned = {d for one, d in self.problem.pinned if one == s}
        for d in range(len(self.problem.days)):
            if d not in free and d not in pinned:
                cost[:, d] = BIG
        for i, row in (*before, *after):
            found = self.cost_at(s, min(i, 1), row)
            if found >= BIG:
                return False
            cost[:, row[0]] = BIG
            cost[min(i, 1), row[0]] = found - WANTED
            pick[min(i, 1), row[0]] = row[1:]
        return self._book(s, cost, pick, [row[0] for _, row in (*before, *after)])

    def put_exactly(self, s: int, rows: Sequence[Row]) -> bool:
        """Put in a series with just these meetings; whether it can have them."""
        if rows:
            return self.put(s, rows[:-1], rows[-1], ())
        cost, pick = self.nodes(s)
        cost[:] = BIG
        return self._book(s, cost, pick, ())

    def hold(self, s: int, rows: Sequence[tuple[int, Row]], sign: int = 1) -> None:
        """Take up what some meetings of a series need, or with ``sign`` -1 give it back, without putting the series in.

        Parameters
        ----------
        s : int
        rows : sequence of (int, Row)
            Meetings by their number in the chain, from 0.
        sign : int
        """
        for i, (d, start, venue) in rows:
            b = int(self._tab.node_block[min(i, 1), s, d])
            choice = self.solution.choice[s, i]
            if sign > 0:
                fill_places(
                    self.problem.packed, self.commits, self._prices, b, start, venue, d, 0.0, True, choice
                )
            book(self.problem.packed, self.commits, s, b, start, venue, d, choice, sign)

    def _book(self, s: int, cost: Floats, pick: Ints, days: Sequence[int]) -> bool:
        tab, packed, solution = self._tab, self.problem.packed, self.solution
        chain: Ints = np.zeros(max(1, len(self.problem.days)), dtype=np.int32)
        while True:
            total, n = best_chain(packed, s, cost, chain)
            if total >= BIG / 2 or not set(days) <= set(chain[:n].tolist()):
                return False
            booked = 0
            for i, d in enumerate(chain[:n].tolist()):
                k = min(i, 1)
                start, venue = pick[k, d].tolist()
                b = int(tab.node_block[k, s, d])
                choice = solution.choice[s, i]
                found = fill_places(packed, self.commits, self._prices, b, start, venue, d, 0.0, True, choice)
                if found >= BIG:
                    # Distinct deputies under a quorum: that day is out.
                    cost[k, d] = BIG
                    break
                solution.rows[s, i] = (d, start, venue)
                book(packed, self.commits, s, b, start, venue, d, choice, 1)
                booked += 1
            if booked == n:
                solution.n[s] = n
                solution.cost[s] = chain_cost(packed, s, chain, n)
                return True
            for i in range(booked):
                d, start, venue = solution.rows[s, i].tolist()
                b = int(tab.node_block[min(i, 1), s, d])
                book(packed, self.commits, s, b, start, venue, d, solution.choice[s, i], -1)


def standing(focused: Focused) -> Decoded | None:
    """Write out the series in focus as the calendar has them; ``None`` where one of them can't stand as it is."""
    chains = Chains(focused)
    for s in range(len(focused.problem.series)):
        rows = focused.today.get(s)
        if rows is None or not chains.put_exactly(s, rows):
            return None
    return chains.decoded()


def levels_between(before: Score, after: Score) -> Score:
    """Points by level more than before, where there is a difference."""
    levels: Score = {}
    for level in LEVELS:
        more = after.get(level, 0) - before.get(level, 0)
        if more:
            levels[level] = more
    return levels
