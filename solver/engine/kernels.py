"""Compiled kernels: the best meeting of a series on each day, and the best chain of meetings over days.

One implementation serves bound, construction, improvement and rebooking. Prices make contested slots dear (the bound);
commits make taken slots impossible (the calendar). Names in capitals say where a table begins, see
``solver.problem.layout``; a local of the same name in lower case is that place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.filling import INF, NOT_COMMITTED, can_travel, is_free, slot_window, wide
from solver.problem.layout import (
    ACTOR_FORCED,
    ACTOR_LENGTH,
    ACTOR_OFFSET,
    ACTOR_PTR,
    ACTOR_RES,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    BLOCK_QUORUM,
    DAYS,
    END_COST,
    FIRST_COST,
    GAP_COST,
    GAP_INDEX,
    GRID,
    GROUP_PTR,
    GROUP_SITE,
    MODE_IN_PERSON,
    MODE_PTR,
    MODE_REMOTE,
    NODE_BLOCK,
    NODE_HI,
    NODE_LO,
    NONE_COST,
    OPTION_ACTOR,
    OPTION_COST,
    OPTION_PTR,
    PLACE_FALLBACK,
    PLACE_PROFESSIONAL,
    PLACE_PTR,
    RES_CAP,
    RES_SOFT,
    SERIES,
    SERIES_SAME,
    SLOTS,
    SOFT_CAP,
    SOFT_COST,
    SPAN_START,
    START_BONUS,
    START_BONUS_VENUE,
    START_COST,
    START_FLOOR,
    START_MINUTE,
    VENUE_BIT,
    VENUE_COST,
    VENUE_ID,
    VENUE_PTR,
    VENUE_RES,
)
from solver.problem.tables import BIG

ANY_GROUP: Any = np.int64(-1)


@njit(cache=True)
def best_of_node(
    tab: Any,
    commits: Any,
    prices: Any,
    b: int,
    d: int,
    lo: int,
    hi: int,
    weight: float,
    committed: bool,
    only: int,
) -> tuple[float, int, int]:
    """Cheapest start and venue of a block on one day: (cost, start, venue); cost BIG where there is none.

    Prices and commits only ever add to a start's floor, and starts are in order of their floors: the search ends at
    the first floor that is no better than the best found. ``lo`` to ``hi`` are the starts to look at, ``only`` a group
    of venues to keep to (`ANY_GROUP`: none).
    """
    ints, at = tab.ints, tab.at
    best = INF
    best_start = -1
    best_venue = -1
    a0 = ints[at[ACTOR_PTR] + b]
    actors = ints[at[ACTOR_PTR] + b + 1] - a0
    p0, p1 = ints[at[PLACE_PTR] + b], ints[at[PLACE_PTR] + b + 1]
    option_ptr, option_actor, option_cost = at[OPTION_PTR], at[OPTION_ACTOR], at[OPTION_COST]
    o0 = ints[option_ptr + p0]
    options = ints[option_ptr + p1] - o0
    g0, g1 = ints[at[GROUP_PTR] + b], ints[at[GROUP_PTR] + b + 1]
    fallback_at = at[PLACE_FALLBACK]
    quorum = ints[at[BLOCK_QUORUM] + b]
    length = ints[at[BLOCK_LENGTH] + b]
    forced = ints[at[BLOCK_FORCED] + b] == 1
    grid, span_start = at[GRID], at[SPAN_START]
    ok = np.empty(actors, dtype=np.bool_)
    cost = np.empty(actors)
    extra = np.empty(p1 - p0)
    # What today means for each actor, whatever the start: 0 nothing booked or charged, 1 something, 2 cannot come.
    today = np.zeros(actors, dtype=np.int8)
    for a in range(actors):
        r = ints[at[ACTOR_RES] + a0 + a]
        if r < 0 or ints[at[ACTOR_FORCED] + a0 + a] == 1:
            continue
        n = commits.n[r, d]
        cap = ints[at[RES_CAP] + r]
        if committed and n > 0:
            today[a] = 2 if 0 < cap <= n else 1
        elif weight > 0.0 and (prices.cumulative[r, d, at[SLOTS]] > 0.0 or prices.day[r, d] > 0.0):
            today[a] = 1
    for s in range(lo, hi):
        if ints[at[START_FLOOR] + s] >= best:
            break
        minute = ints[at[START_MINUTE] + s]
        mask = tab.actors[s]
        for a in range(actors):
            cost[a] = 0.0
            ok[a] = today[a] != 2 and (mask >> np.uint64(a)) & np.uint64(1) != np.uint64(0)
            if not ok[a] or today[a] == 0:
                continue
            r = ints[at[ACTOR_RES] + a0 + a]
            begin = minute + ints[at[ACTOR_OFFSET] + a0 + a]
            end = begin + ints[at[ACTOR_LENGTH] + a0 + a]
            if committed:
                ok[a] = is_free(commits, r, d, begin, end)
                if ints[at[RES_SOFT] + r] == 1 and commits.n[r, d] >= at[SOFT_CAP]:
                    cost[a] += at[SOFT_COST]
            if weight > 0.0:
                k, m = slot_window(tab, begin, end)
                cost[a] += weight * (
                    prices.cumulative[r, d, m] - prices.cumulative[r, d, k] + prices.day[r, d]
                )
        lost = False
        for p in range(p0, p1):
            lost |= ints[fallback_at + p] >= BIG and not ok[ints[option_actor + ints[option_ptr + p]]]
        if lost:
            continue
        venues = tab.venues[s]
        for group in range(g0, g1):
            if only >= 0 and group != only:
                continue
            cheapest = INF
            chosen = -1
            for v in range(ints[at[VENUE_PTR] + group], ints[at[VENUE_PTR] + group + 1]):
                if (venues >> np.uint64(ints[at[VENUE_BIT] + v])) & np.uint64(1) == np.uint64(0):
                    continue
                c = float(ints[at[VENUE_COST] + v])
                r = ints[at[VENUE_RES] + v]
                if r >= 0 and not forced:
                    if committed and not is_free(commits, r, d, minute, minute + length):
                        continue
                    if weight > 0.0:
                        k = (minute - span_start) // grid
                        c += weight * (
                            prices.cumulative[r, d, k + length // grid] - prices.cumulative[r, d, k]
                        )
                if ints[at[START_BONUS_VENUE] + s] == ints[at[VENUE_ID] + v]:
                    c -= ints[at[START_BONUS] + s]
                if c < cheapest:
                    cheapest = c
                    chosen = v
            total = ints[at[START_COST] + s] + cheapest
            if chosen < 0 or total >= best:
                continue
            site = ints[at[GROUP_SITE] + group]
            mode0 = ints[at[MODE_PTR] + b] + (group - g0) * options - o0
            coming = 0
            extras = 0
            for p in range(p0, p1):
                fallback = float(ints[fallback_at + p])
                least = INF
                for o in range(ints[option_ptr + p], ints[option_ptr + p + 1]):
                    a = ints[option_actor + o]
                    if not ok[a]:
                        continue
                    in_person = ints[at[MODE_IN_PERSON] + mode0 + o]
                    remote = ints[at[MODE_REMOTE] + mode0 + o]
                    mode = min(in_person, remote)
                    c = cost[a] + ints[option_cost + o]
                    if mode >= BIG or c + mode >= least:
                        continue
                    if committed and today[a] == 1 and in_person <= remote:
                        begin = minute + ints[at[ACTOR_OFFSET] + a0 + a]
                        end = begin + ints[at[ACTOR_LENGTH] + a0 + a]
                        if not can_travel(tab, commits, ints[at[ACTOR_RES] + a0 + a], d, begin, end, site):
                            mode = remote
                    if mode < BIG:
                        least = min(least, c + mode)
                if quorum > 0 and ints[at[PLACE_PROFESSIONAL] + p] == 1:
                    if least <= fallback and least < INF:
                        coming += 1
                    elif least < INF:
                        extra[extras] = least - fallback
                        extras += 1
                total += min(least, fallback)
                if total >= best:
                    break
            if total >= best or coming + extras < quorum:
                continue
            for _ in range(quorum - coming):
                least_at = 0
                for i in range(1, extras):
                    if extra[i] < extra[least_at]:
                        least_at = i
                total += extra[least_at]
                extra[least_at] = INF
            if total < best:
                best = total
                best_start = s
                best_venue = chosen
    return best, best_start, best_venue


@njit(cache=True)
def start_floors(tab: Any, commits: Any, prices: Any, floors: Any) -> None:
    """Fill ``floors`` [starts] with each start's cost when nothing is booked or charged."""
    ints, at = tab.ints, tab.at
    for node in range(2 * at[SERIES] * at[DAYS]):
        b = wide(ints[at[NODE_BLOCK] + node])
        if b >= 0:
            for start in range(wide(ints[at[NODE_LO] + node]), wide(ints[at[NODE_HI] + node])):
                if floors[start] < 0:
                    c, _, _ = best_of_node(
                        tab,
                        commits,
                        prices,
                        b,
                        node % at[DAYS],
                        start,
                        start + 1,
                        0.0,
                        NOT_COMMITTED,
                        ANY_GROUP,
                    )
                    floors[start] = int(c)


@njit(cache=True)
def evaluate_series(
    tab: Any, commits: Any, prices: Any, s: int, weight: float, committed: bool, cost: Any, pick: Any
) -> None:
    """Fill ``cost`` [2, D] and ``pick`` [2, D, (start, venue)] with the best meeting of series ``s`` by class and day."""
    ints, at = tab.ints, tab.at
    days = at[DAYS]
    for k in range(2):
        for d in range(days):
            if k == 1 and ints[at[SERIES_SAME] + s] == 1:
                cost[1, d] = cost[0, d]
                pick[1, d, 0] = pick[0, d, 0]
                pick[1, d, 1] = pick[0, d, 1]
                continue
            node = (k * at[SERIES] + s) * days + d
            b = wide(ints[at[NODE_BLOCK] + node])
            cost[k, d] = INF
            if b >= 0:
                lo, hi = wide(ints[at[NODE_LO] + node]), wide(ints[at[NODE_HI] + node])
                c, start, venue = best_of_node(
                    tab, commits, prices, b, d, lo, hi, weight, committed, ANY_GROUP
                )
                cost[k, d] = c
                pick[k, d, 0] = start
                pick[k, d, 1] = venue


@njit(cache=True)
def block_of(tab: Any, s: int, i: int, d: int) -> int:
    """Block of the ``i``-th meeting of series ``s`` on day ``d``."""
    k = 0 if i == 0 else 1
    return int(wide(tab.ints[tab.at[NODE_BLOCK] + (k * tab.at[SERIES] + s) * tab.at[DAYS] + d]))


@njit(cache=True)
def best_chain(tab: Any, s: int, cost: Any, chain: Any) -> tuple[float, int]:
    """Cheapest chain of meetings of series ``s`` over its days: a shortest path.

    Parameters
    ----------
    cost : [2, D]
        Cost of the best meeting of each day; class 0 is the chain's first meeting.
    chain : [D]
        Written: the days of the chain.

    Returns
    -------
    cost : float
    n : int
        Meetings in the chain.
    """
    ints, at = tab.ints, tab.at
    days = at[DAYS]
    value = np.full(days, INF)
    before = np.full(days, -1, dtype=np.int32)
    first = at[FIRST_COST] + s * days
    end = at[END_COST] + s * days
    gap = at[GAP_COST] + np.int64(ints[at[GAP_INDEX] + s]) * days * days
    best = float(ints[at[NONE_COST] + s])
    last = -1
    for j in range(days):
        if cost[0, j] < INF and ints[first + j] < BIG:
            value[j] = ints[first + j] + cost[0, j]
        later = cost[1, j]
        if later < INF:
            for i in range(j):
                if value[i] < INF and ints[gap + i * days + j] < BIG:
                    c = value[i] + ints[gap + i * days + j] + later
                    if c < value[j]:
                        value[j] = c
                        before[j] = i
        if value[j] < INF and ints[end + j] < BIG and value[j] + ints[end + j] < best:
            best = value[j] + ints[end + j]
            last = j
    n = 0
    j = last
    while j >= 0:
        chain[n] = j
        n += 1
        j = before[j]
    for i in range(n // 2):
        swap = chain[i]
        chain[i] = chain[n - 1 - i]
        chain[n - 1 - i] = swap
    return best, n


@njit(cache=True)
def chain_cost(tab: Any, s: int, chain: Any, n: int) -> int:
    """Cost of a chain as far as days decide it: windows, spacing, weekdays, and what is not held at the end."""
    ints, at = tab.ints, tab.at
    if n == 0:
        return int(ints[at[NONE_COST] + s])
    days = at[DAYS]
    gap = at[GAP_COST] + np.int64(ints[at[GAP_INDEX] + s]) * days * days
    total = int(ints[at[FIRST_COST] + s * days + chain[0]])
    for i in range(1, n):
        total += int(ints[gap + chain[i - 1] * days + chain[i]])
    return total + int(ints[at[END_COST] + s * days + chain[n - 1]])
