"""What price passes have found: meetings, and the steps of chains from one meeting to the next.

A chain as such is not kept: any path over the steps and meetings that are known is one, so that what a few passes
find already describes very many chains (column generation for extended formulations: Sadykov and Vanderbeck 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.engine.passes import Longs, Pass
from solver.engine.rebate import Rebates
from solver.engine.state import Floats
from solver.problem.tables import Ints, Problem

OUTSIDE = -1
"""Node before a chain's first meeting and after its last."""


class Pool:
    """All meetings and steps found so far.

    Attributes
    ----------
    node : list of int
        Of each meeting.
    cost : list of float
        Of each meeting, without prices.
    takes : list of [n, 4] arrays
        What each meeting takes, see ``Pass``.
    steps : list of (int, int)
        Nodes that follow each other in some chain; ``OUTSIDE`` comes before the first and after the last.
    """

    def __init__(self) -> None:
        self._known: set[tuple[int, int]] = set()
        self._known_steps: set[tuple[int, int]] = set()
        self.node: list[int] = []
        self.cost: list[float] = []
        self.takes: list[Longs] = []
        self.steps: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self.node) + len(self.steps)

    def read(self, found: Pass, size: int) -> int:
        """Take in the chains of a pass that has written ``size`` meetings; returns how much of them was new."""
        table = found.meetings[:size].tolist()
        known = len(self)
        taken, before = 0, OUTSIDE
        for i, (node, position, mark, end) in enumerate(table):
            if position == 0 and before != OUTSIDE:
                self._step(before, OUTSIDE)
            self._step(OUTSIDE if position == 0 else before, node)
            if (node, mark) not in self._known:
                self._known.add((node, mark))
                self.node.append(node)
                self.cost.append(float(found.own[i]))
                self.takes.append(found.takes[taken:end].copy())
            taken, before = end, node
        if before != OUTSIDE:
            self._step(before, OUTSIDE)
        return len(self) - known

    def _step(self, before: int, after: int) -> None:
        if (before, after) not in self._known_steps:
            self._known_steps.add((before, after))
            self.steps.append((before, after))


@dataclass(frozen=True)
class Known:
    """A pool in arrays.

    Attributes
    ----------
    nodes : [n]
        All nodes, in order: a chain's later ones have higher numbers.
    series : [n]
        Of each node.
    node, cost, takes, end : [meetings], [meetings], [uses, 4], [meetings]
        Each meeting's node (its index), cost without prices, what it takes, and where that ends.
    before, after : [steps]
        Indices of nodes, or ``OUTSIDE``.
    price, late : [steps]
        What each step costs, and how many breach days are part of it.
    of : [steps]
        Series.
    """

    nodes: Longs
    series: Longs
    node: Longs
    cost: Floats
    takes: Longs
    end: Longs
    before: Longs
    after: Longs
    price: Floats
    late: Ints
    of: Longs

    @property
    def owner(self) -> Longs:
        """[uses] the meeting of each."""
        return np.repeat(np.arange(len(self.node)), np.diff(self.end, prepend=0))


def in_arrays(problem: Problem, rebates: Rebates, pool: Pool) -> Known:
    """Lay a pool out in arrays, with what its steps cost."""
    tab = problem.tables
    n, days = len(problem.series), len(problem.days)
    node = np.array(pool.node, dtype=np.int64)
    nodes, at = np.unique(node, return_inverse=True)
    steps = np.array(pool.steps, dtype=np.int64)
    before, after = steps[:, 0], steps[:, 1]
    begins, ends = before == OUTSIDE, after == OUTSIDE
    between = ~(begins | ends)
    some = np.where(begins, after, before)
    series = some // days % n
    i, j = before % days, after % days
    price, late = np.zeros(len(steps)), np.zeros(len(steps), dtype=np.int32)
    for out, first, gap, end in (
        (price, tab.first_cost, tab.gap_cost, tab.end_cost),
        (late, rebates.first, rebates.gap, rebates.end),
    ):
        out[begins] = first[series[begins], j[begins]]
        out[ends] = end[series[ends], i[ends]]
        out[between] = gap[tab.gap_index[series[between]], i[between], j[between]]
    return Known(
        nodes,
        nodes // days % n,
        at.astype(np.int64),
        np.array(pool.cost),
        np.concatenate(pool.takes),
        np.cumsum([len(part) for part in pool.takes]),
        np.where(begins, OUTSIDE, np.searchsorted(nodes, before)),
        np.where(ends, OUTSIDE, np.searchsorted(nodes, after)),
        price,
        late,
        series,
    )
