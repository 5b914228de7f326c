"""One pass over all series: each one's best chain at the prices, what it takes, and the meetings it is made of."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from solver.engine.filling import COMMITTED, INF, fill_places, slot_window, wide
from solver.engine.kernels import ANY_GROUP, best_chain, best_of_node
from solver.engine.state import Floats, resources
from solver.problem.layout import (
    ACTOR_FORCED,
    ACTOR_LENGTH,
    ACTOR_OFFSET,
    ACTOR_PTR,
    ACTOR_RES,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    DAYS,
    GROUP_PTR,
    NODE_BLOCK,
    NODE_HI,
    NODE_LO,
    OPTION_ACTOR,
    OPTION_PTR,
    PLACE_PTR,
    SERIES,
    SERIES_SAME,
    START_MINUTE,
    VENUE_PTR,
    VENUE_RES,
)
from solver.problem.tables import MAX_ACTORS, Problem

Longs = NDArray[np.int64]
_FACTOR: Final = 1_000_003
_MASK: Final = 0xFFFFFFFFFF


class Pass(NamedTuple):
    """What a pass works out, and keeps for the next one.

    Attributes
    ----------
    cost, pick : [series, 2, D], [series, 2, D, 2]
        Best meeting by node, as in ``evaluate_series``.
    values : [series]
        Cost of each series' best chain at the prices.
    usage, day_usage : [R, D, slots], [R, D]
        What those chains take of each resource.
    meetings : [most, 4]
        Of those chains, one after the other: node (class, series and day in one number), position in the chain, a number
        that tells it from other meetings of the node, and where its ``takes`` end.
    takes : [most, 4]
        Resource and day in one number, first slot, slot after the last, 1 for a person.
    own : [most]
        Cost of each meeting without prices.
    """

    cost: Floats
    pick: NDArray[np.int32]
    values: Floats
    usage: Floats
    day_usage: Floats
    meetings: Longs
    takes: Longs
    own: Floats


def empty_pass(problem: Problem) -> Pass:
    """Room for the passes of a problem."""
    r, d, n = resources(problem), max(1, len(problem.days)), len(problem.series)
    most = max(1, n * d)
    actors = int(np.diff(problem.tables.actor_ptr).max(initial=0)) + 1
    return Pass(
        np.full((n, 2, d), INF),
        np.full((n, 2, d, 2), -1, dtype=np.int32),
        np.zeros(n),
        np.zeros((r, d, problem.tables.slots)),
        np.zeros((r, d)),
        np.zeros((most, 4), dtype=np.int64),
        np.zeros((most * actors, 4), dtype=np.int64),
        np.zeros(most),
    )


@njit(cache=True)
def _is_dirty(tab: Any, b: int, d: int, dirty: Any) -> bool:
    ints, at = tab.ints, tab.at
    found = False
    for a in range(ints[at[ACTOR_PTR] + b], ints[at[ACTOR_PTR] + b + 1]):
        r = ints[at[ACTOR_RES] + a]
        found |= r >= 0 and dirty[r, d]
    first, last = ints[at[GROUP_PTR] + b], ints[at[GROUP_PTR] + b + 1]
    for v in range(ints[at[VENUE_PTR] + first], ints[at[VENUE_PTR] + last]):
        r = ints[at[VENUE_RES] + v]
        found |= r >= 0 and dirty[r, d]
    return found


@njit(cache=True)
def _update_nodes(
    tab: Any, commits: Any, prices: Any, dirty: Any, everything: bool, s: int, out: Any
) -> None:
    """Work out the best meeting of the nodes of series ``s`` that a changed price touches."""
    ints, at = tab.ints, tab.at
    days = at[DAYS]
    for k in range(2):
        same = k == 1 and ints[at[SERIES_SAME] + s] == 1
        for d in range(days):
            if same:
                out.cost[s, 1, d] = out.cost[s, 0, d]
                out.pick[s, 1, d, 0] = out.pick[s, 0, d, 0]
                out.pick[s, 1, d, 1] = out.pick[s, 0, d, 1]
                continue
            node = (k * at[SERIES] + s) * days + d
            b = ints[at[NODE_BLOCK] + node]
            if b < 0 or not (everything or _is_dirty(tab, b, d, dirty)):
                continue
            lo, hi = wide(ints[at[NODE_LO] + node]), wide(ints[at[NODE_HI] + node])
            c, start, venue = best_of_node(
                tab, commits, prices, wide(b), d, lo, hi, 1.0, COMMITTED, ANY_GROUP
            )
            out.cost[s, k, d] = c
            out.pick[s, k, d, 0] = start
            out.pick[s, k, d, 1] = venue


@njit(cache=True, nogil=True)
def price_pass(tab: Any, commits: Any, prices: Any, dirty: Any, everything: bool, out: Any) -> Any:
    """Solve every series at the prices.

    Parameters
    ----------
    dirty : [R, D] bool
        Whose prices changed since the last pass.
    everything : bool
        Work out all nodes; otherwise only those that a changed price touches.
    out : Pass
        Written.

    Returns
    -------
    float, int
        Sum of ``out.values``, and how many meetings were written.
    """
    ints, at = tab.ints, tab.at
    out.usage[:] = 0.0
    out.day_usage[:] = 0.0
    d_all, s_all = at[DAYS], at[SERIES]
    chain = np.empty(d_all, dtype=np.int32)
    choice = np.empty(MAX_ACTORS + 1, dtype=np.int32)
    total = 0.0
    m = taken = 0
    for s in range(len(out.values)):
        _update_nodes(tab, commits, prices, dirty, everything, s, out)
        value, n = best_chain(tab, s, out.cost[s], chain)
        out.values[s] = value
        total += value
        for i in range(n):
            k = 0 if i == 0 else 1
            d = wide(chain[i])
            b = wide(ints[at[NODE_BLOCK] + (k * s_all + s) * d_all + d])
            start, venue = wide(out.pick[s, k, d, 0]), wide(out.pick[s, k, d, 1])
            fill_places(tab, commits, prices, b, start, venue, d, 1.0, COMMITTED, choice)
            own = out.cost[s, k, d]
            mark = start * 100_003 + venue
            p0 = ints[at[PLACE_PTR] + b]
            for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
                begin = ints[at[START_MINUTE] + start]
                if p < 0:
                    r = ints[at[VENUE_RES] + venue] if ints[at[BLOCK_FORCED] + b] == 0 else -1
                    end = begin + ints[at[BLOCK_LENGTH] + b]
                else:
                    mark = (mark * _FACTOR + choice[p] + 2) & _MASK
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
                for slot in range(lo, hi):
                    out.usage[r, d, slot] += 1.0
                if p >= 0:
                    out.day_usage[r, d] += 1.0
                    own -= prices.day[r, d]
                own -= prices.cumulative[r, d, hi] - prices.cumulative[r, d, lo]
                out.takes[taken, 0] = r * d_all + d
                out.takes[taken, 1] = lo
                out.takes[taken, 2] = hi
                out.takes[taken, 3] = p >= 0
                taken += 1
            first = k == 0 or ints[at[SERIES_SAME] + s] == 1
            out.meetings[m, 0] = ((0 if first else 1) * s_all + s) * d_all + d
            out.meetings[m, 1] = i
            out.meetings[m, 2] = mark
            out.meetings[m, 3] = taken
            out.own[m] = own
            m += 1
    return total, m
