"""What price passes have found: meetings, and the steps of chains from one meeting to the next.

A chain as such is not kept: any path over the steps and meetings that are known is one, so that what a few passes
find already describes very many chains (column generation for extended formulations: Sadykov and Vanderbeck 2013).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from solver.engine.filling import fill_places, slot_window
from solver.engine.kernels import best_chain
from solver.engine.state import Commits, Floats, Prices
from solver.problem.layout import (
    ACTOR_FORCED,
    ACTOR_LENGTH,
    ACTOR_OFFSET,
    ACTOR_PTR,
    ACTOR_RES,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    DAYS,
    NODE_BLOCK,
    OPTION_ACTOR,
    OPTION_PTR,
    PLACE_PTR,
    SERIES,
    SERIES_SAME,
    START_MINUTE,
    VENUE_RES,
)
from solver.problem.tables import MAX_ACTORS, Problem

Longs = NDArray[np.int64]
OUTSIDE = -1
"""Node before a chain's first meeting and after its last."""


@njit(cache=True)
def read_chains(
    tab: Any, commits: Any, prices: Any, cost: Any, pick: Any, meetings: Any, takes: Any, own: Any
) -> int:
    """Write down every series' best chain at the prices that ``cost`` and ``pick`` were worked out at.

    Parameters
    ----------
    meetings : [M, 4]
        Written: node (class, series and day in one number), position in the chain, a number that tells it from other
        meetings of the node, and where its ``takes`` end.
    takes : [most, 4]
        Written: resource and day in one number, first slot, slot after the last, 1 for a person.
    own : [M]
        Written: cost without prices.

    Returns
    -------
    int
        Meetings written.
    """
    ints, at = tab.ints, tab.at
    d_all, s_all = at[DAYS], at[SERIES]
    choice = np.empty(MAX_ACTORS + 1, dtype=np.int32)
    chain = np.empty(d_all, dtype=np.int32)
    m = 0
    taken = 0
    for s in range(len(cost)):
        _, n = best_chain(tab, s, cost[s], chain)
        for i in range(n):
            k = 0 if i == 0 else 1
            d = chain[i]
            b = ints[at[NODE_BLOCK] + (k * s_all + s) * d_all + d]
            start, venue = pick[s, k, d, 0], pick[s, k, d, 1]
            fill_places(tab, commits, prices, b, start, venue, d, 1.0, True, choice)
            own[m] = cost[s, k, d]
            mark = np.int64(start) * 100_003 + venue
            p0 = ints[at[PLACE_PTR] + b]
            for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
                begin = ints[at[START_MINUTE] + start]
                if p < 0:
                    r = ints[at[VENUE_RES] + venue] if ints[at[BLOCK_FORCED] + b] == 0 else -1
                    end = begin + ints[at[BLOCK_LENGTH] + b]
                else:
                    mark = (mark * 1_000_003 + choice[p] + 2) & 0xFFFFFFFFFF
                    if choice[p] < 0:
                        continue
                    option = ints[at[OPTION_PTR] + p0] + choice[p] // 2
                    a = ints[at[ACTOR_PTR] + b] + ints[at[OPTION_ACTOR] + option]
                    r = ints[at[ACTOR_RES] + a] if ints[at[ACTOR_FORCED] + a] == 0 else -1
                    begin += ints[at[ACTOR_OFFSET] + a]
                    end = begin + ints[at[ACTOR_LENGTH] + a]
                if r < 0:
                    continue
                lo, hi = slot_window(tab, begin, end)
                own[m] -= prices.cumulative[r, d, hi] - prices.cumulative[r, d, lo]
                if p >= 0:
                    own[m] -= prices.day[r, d]
                takes[taken, 0] = r * d_all + d
                takes[taken, 1] = lo
                takes[taken, 2] = hi
                takes[taken, 3] = p >= 0
                taken += 1
            first = k == 0 or ints[at[SERIES_SAME] + s] == 1
            meetings[m, 0] = ((0 if first else 1) * s_all + s) * d_all + d
            meetings[m, 1] = i
            meetings[m, 2] = mark
            meetings[m, 3] = taken
            m += 1
    return m


class Pool:
    """All meetings and steps found so far.

    Attributes
    ----------
    node : list of int
        Of each meeting.
    cost : list of float
        Of each meeting, without prices.
    takes : list of [n, 4] arrays
        What each meeting takes, see ``read_chains``.
    steps : set of (int, int)
        Nodes that follow each other in some chain; ``OUTSIDE`` comes before the first and after the last.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        most = max(1, len(problem.series) * max(1, len(problem.days)))
        actors = int(np.diff(problem.tables.actor_ptr).max(initial=0)) + 1
        self._meetings: Longs = np.zeros((most, 4), dtype=np.int64)
        self._takes: Longs = np.zeros((most * actors, 4), dtype=np.int64)
        self._own: Floats = np.zeros(most)
        self._known: set[tuple[int, int]] = set()
        self.node: list[int] = []
        self.cost: list[float] = []
        self.takes: list[Longs] = []
        self.steps: set[tuple[int, int]] = set()

    def read(self, commits: Commits, prices: Prices, cost: Floats, pick: NDArray[np.int32]) -> int:
        """Take in the chains of the pass just made; returns how much of them was new."""
        size = read_chains(
            self._problem.packed, commits, prices, cost, pick, self._meetings, self._takes, self._own
        )
        table = self._meetings[:size].tolist()
        known = len(self.steps) + len(self.node)
        taken, before = 0, OUTSIDE
        for i, (node, position, mark, end) in enumerate(table):
            if position == 0 and before != OUTSIDE:
                self.steps.add((before, OUTSIDE))
            self.steps.add((OUTSIDE if position == 0 else before, node))
            if (node, mark) not in self._known:
                self._known.add((node, mark))
                self.node.append(node)
                self.cost.append(float(self._own[i]))
                self.takes.append(self._takes[taken:end].copy())
            taken, before = end, node
        if before != OUTSIDE:
            self.steps.add((before, OUTSIDE))
        return len(self.steps) + len(self.node) - known
