"""Compiled kernel for the joint model: a series' starts and venues, what they cost, and whether they touch contested time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.filling import COMMITTED, INF, is_free, slot_window, wide
from solver.engine.kernels import best_of_node
from solver.problem.layout import (
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
    PLACE_FALLBACK,
    PLACE_PTR,
    SERIES,
    START_BONUS,
    START_BONUS_VENUE,
    START_FLOOR,
    START_MINUTE,
    VENUE_BIT,
    VENUE_COST,
    VENUE_ID,
    VENUE_PTR,
    VENUE_RES,
)
from solver.problem.tables import BIG


@njit(cache=True)
def _keep_cheaper(rows: Any, costs: Any, lo: int, hi: int, cost: float) -> int:
    """Drop the patterns from ``lo`` to ``hi`` that cost no less than one that takes up less; returns where they end now."""
    n = lo
    for i in range(lo, hi):
        if costs[i] < cost:
            for c in range(rows.shape[1]):
                rows[n, c] = rows[i, c]
            costs[n] = costs[i]
            n += 1
    return n


@njit(cache=True)
def contested_patterns(
    tab: Any,
    commits: Any,
    prices: Any,
    removed: Any,
    hot: Any,
    s: int,
    begin: int,
    end: int,
    room: Any,
    rows: Any,
    costs: Any,
) -> int:
    """List what series ``s`` may do on each day from ``begin`` to ``end``, by start and venue.

    Parameters
    ----------
    prices : Prices
        Without those of the cells that are counted exactly.
    removed : [R, D, slots + 1]
        Cumulative prices taken out of ``prices``: patterns are kept by their full price.
    hot : [R, D, slots + 1]
        Cumulative count of contested cells. Of the patterns of a day that touch none only the cheapest is listed.
    begin, end : int
        First day that is listed, and first that is not any more.
    room : [2, D]
        Most that a pattern may cost at full prices.
    rows : [most, 5]
        Written: class, day, start, venue, 1 where contested.
    costs : [most]
        Written: cost at ``prices``.

    Returns
    -------
    int
        How many were written, -1 if they don't fit.
    """
    ints, at = tab.ints, tab.at
    n = 0
    for k in range(2):
        for d in range(begin, end):
            node = (k * at[SERIES] + s) * at[DAYS] + d
            b = wide(ints[at[NODE_BLOCK] + node])
            if b < 0 or room[k, d] <= -INF:
                continue
            forced = ints[at[BLOCK_FORCED] + b] == 1
            length = ints[at[BLOCK_LENGTH] + b]
            listed = n
            free_start, free_venue, free_cost, free_full = -1, -1, INF, INF
            for start in range(wide(ints[at[NODE_LO] + node]), wide(ints[at[NODE_HI] + node])):
                if ints[at[START_FLOOR] + start] > room[k, d]:
                    break
                minute = ints[at[START_MINUTE] + start]
                charged = 0.0
                touched = False
                for p in range(ints[at[PLACE_PTR] + b], ints[at[PLACE_PTR] + b + 1]):
                    if forced or ints[at[PLACE_FALLBACK] + p] < BIG:
                        continue
                    a = ints[at[ACTOR_PTR] + b] + ints[at[OPTION_ACTOR] + ints[at[OPTION_PTR] + p]]
                    r = ints[at[ACTOR_RES] + a]
                    if r >= 0:
                        there = minute + ints[at[ACTOR_OFFSET] + a]
                        lo, hi = slot_window(tab, there, there + ints[at[ACTOR_LENGTH] + a])
                        charged += removed[r, d, hi] - removed[r, d, lo]
                        touched |= hot[r, d, hi] > hot[r, d, lo]
                lo, hi = slot_window(tab, minute, minute + length)
                # Of the venues that aren't contested the cheapest will do, whoever else is.
                quiet_venue, quiet_cost, quiet_full = -1, INF, INF
                here = n
                for group in range(wide(ints[at[GROUP_PTR] + b]), wide(ints[at[GROUP_PTR] + b + 1])):
                    c, _, first = best_of_node(
                        tab, commits, prices, b, d, start, start + 1, 1.0, COMMITTED, group
                    )
                    if c >= INF:
                        continue
                    without = 0.0
                    # The cheapest venue's own part first, then every venue's in its place.
                    for v in range(ints[at[VENUE_PTR] + group] - 1, ints[at[VENUE_PTR] + group + 1]):
                        which = first if v < ints[at[VENUE_PTR] + group] else v
                        bit = (tab.venues[start] >> np.uint64(ints[at[VENUE_BIT] + which])) & np.uint64(1)
                        r = -1 if forced else ints[at[VENUE_RES] + which]
                        if bit == np.uint64(0) or (
                            r >= 0 and not is_free(commits, r, d, minute, minute + length)
                        ):
                            continue
                        part = float(ints[at[VENUE_COST] + which])
                        if ints[at[START_BONUS_VENUE] + start] == ints[at[VENUE_ID] + which]:
                            part -= ints[at[START_BONUS] + start]
                        taken = charged
                        hits = False
                        if r >= 0:
                            part += prices.cumulative[r, d, hi] - prices.cumulative[r, d, lo]
                            taken += removed[r, d, hi] - removed[r, d, lo]
                            hits = hot[r, d, hi] > hot[r, d, lo]
                        if v < ints[at[VENUE_PTR] + group]:
                            without = c - part
                            continue
                        full = without + part + taken
                        if full > room[k, d]:
                            continue
                        if not hits:
                            if full < quiet_full:
                                quiet_venue, quiet_cost, quiet_full = v, without + part, full
                            continue
                        if n >= len(rows):
                            return -1
                        rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3], rows[n, 4] = k, d, start, v, 1
                        costs[n] = without + part
                        n += 1
                if quiet_venue < 0:
                    continue
                n = _keep_cheaper(rows, costs, here, n, quiet_cost)
                if not touched:
                    if quiet_full < free_full:
                        free_start, free_venue, free_cost, free_full = (
                            start,
                            quiet_venue,
                            quiet_cost,
                            quiet_full,
                        )
                    continue
                if n >= len(rows):
                    return -1
                rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3], rows[n, 4] = k, d, start, quiet_venue, 1
                costs[n] = quiet_cost
                n += 1
            if free_start >= 0:
                n = _keep_cheaper(rows, costs, listed, n, free_cost)
                if n >= len(rows):
                    return -1
                rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3], rows[n, 4] = k, d, free_start, free_venue, 0
                costs[n] = free_cost
                n += 1
    return n
