"""Compiled kernels for reduced costs: what lies on a chain that is still good enough. Only the exact model uses them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.filling import COMMITTED, INF, wide
from solver.engine.kernels import best_of_node
from solver.problem.layout import (
    DAYS,
    END_COST,
    FIRST_COST,
    GAP_COST,
    GAP_INDEX,
    GROUP_PTR,
    NODE_BLOCK,
    NODE_HI,
    NODE_LO,
    NONE_COST,
    SERIES,
    START_FLOOR,
)
from solver.problem.tables import BIG


@njit(cache=True)
def chain_values(tab: Any, s: int, cost: Any, forward: Any, backward: Any) -> float:
    """Cheapest chains up to and from each node: ``forward[k, d] + backward[k, d]`` is the best chain through it.

    ``forward`` [2, D] includes the node's own cost, ``backward`` does not. Class 0 is the chain's first meeting.
    """
    ints, at = tab.ints, tab.at
    days = at[DAYS]
    first = at[FIRST_COST] + s * days
    end = at[END_COST] + s * days
    gap = at[GAP_COST] + np.int64(ints[at[GAP_INDEX] + s]) * days * days
    best = float(ints[at[NONE_COST] + s])
    for j in range(days):
        forward[0, j] = INF
        forward[1, j] = INF
        if cost[0, j] < INF and ints[first + j] < BIG:
            forward[0, j] = ints[first + j] + cost[0, j]
        if cost[1, j] < INF:
            for i in range(j):
                if ints[gap + i * days + j] < BIG:
                    c = min(forward[0, i], forward[1, i]) + ints[gap + i * days + j] + cost[1, j]
                    forward[1, j] = min(forward[1, j], c)
    for i in range(days - 1, -1, -1):
        c = float(ints[end + i]) if ints[end + i] < BIG else INF
        for j in range(i + 1, days):
            if ints[gap + i * days + j] < BIG and cost[1, j] < INF:
                c = min(c, ints[gap + i * days + j] + cost[1, j] + backward[1, j])
        backward[0, i] = c
        backward[1, i] = c
        best = min(best, min(forward[0, i], forward[1, i]) + c)
    return best


@njit(cache=True)
def pattern_costs(tab: Any, commits: Any, prices: Any, s: int, room: Any, out: Any) -> int:
    """List the (start, group) patterns of series ``s`` whose priced cost is within ``room`` [2, D].

    Parameters
    ----------
    room : [2, D]
        Most that a pattern of the node may cost (below zero where a booked meeting is kept); -INF where none is wanted.
    out : [most, 4]
        Written: class, day, start, group.

    Returns
    -------
    int
        How many were written, -1 if they don't fit.
    """
    ints, at = tab.ints, tab.at
    n = 0
    for k in range(2):
        for d in range(at[DAYS]):
            node = (k * at[SERIES] + s) * at[DAYS] + d
            b = wide(ints[at[NODE_BLOCK] + node])
            if b < 0 or room[k, d] <= -INF:
                continue
            for start in range(wide(ints[at[NODE_LO] + node]), wide(ints[at[NODE_HI] + node])):
                if ints[at[START_FLOOR] + start] > room[k, d]:
                    break
                for group in range(wide(ints[at[GROUP_PTR] + b]), wide(ints[at[GROUP_PTR] + b + 1])):
                    c, _, _ = best_of_node(
                        tab, commits, prices, b, d, start, start + 1, 1.0, COMMITTED, group
                    )
                    if c <= room[k, d]:
                        if n >= len(out):
                            return -1
                        out[n, 0] = k
                        out[n, 1] = d
                        out[n, 2] = start
                        out[n, 3] = group
                        n += 1
    return n
