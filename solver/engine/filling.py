"""Compiled kernels for one meeting: who is free, who fills each place, and what a meeting takes up.

Names in capitals say where a table begins, see ``solver.problem.layout``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.problem.layout import (
    ACTOR_FORCED,
    ACTOR_LENGTH,
    ACTOR_OFFSET,
    ACTOR_PTR,
    ACTOR_RES,
    ACTOR_TWIN,
    ALLOWANCE,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    BLOCK_QUORUM,
    GRID,
    GROUP_PTR,
    GROUP_SITE,
    MODE_IN_PERSON,
    MODE_PTR,
    MODE_REMOTE,
    OPTION_ACTOR,
    OPTION_COST,
    OPTION_PTR,
    PLACE_FALLBACK,
    PLACE_PROFESSIONAL,
    PLACE_PTR,
    RES_CAP,
    RES_SOFT,
    SITES,
    SLOTS,
    SOFT_CAP,
    SOFT_COST,
    SPAN_START,
    START_BONUS,
    START_BONUS_VENUE,
    START_COST,
    START_MINUTE,
    TRAVEL,
    VENUE_COST,
    VENUE_ID,
    VENUE_PTR,
    VENUE_RES,
)
from solver.problem.tables import BIG, MAX_ACTORS

INF = float(BIG)

# Arguments of kernels. A kernel is compiled anew for each kind of number, and for every constant that stands in a call: the long
# ones are called with these and with 64 bits, from everywhere, and compiled once.
COMMITTED: Any = np.bool_(True)
NOT_COMMITTED: Any = np.bool_(False)
TAKE: Any = np.int64(1)
GIVE_BACK: Any = np.int64(-1)


@njit(cache=True)
def wide(number: Any) -> Any:
    """A number of 64 bits, as kernels are called with (see `COMMITTED`)."""
    return np.int64(number)


@njit(cache=True)
def is_free(commits: Any, r: int, d: int, begin: int, end: int) -> bool:
    """Whether resource ``r`` has nothing booked from minute ``begin`` to ``end`` on day ``d``."""
    free = True
    for i in range(commits.n[r, d]):
        free &= commits.rows[r, d, i, 0] >= end or begin >= commits.rows[r, d, i, 1]
    return free


@njit(cache=True)
def can_travel(tab: Any, commits: Any, r: int, d: int, begin: int, end: int, site: int) -> bool:
    """Whether resource ``r`` can be in person at ``site`` from ``begin`` to ``end`` given where else it is that day."""
    sites = tab.at[SITES]
    for i in range(commits.n[r, d]):
        other = commits.rows[r, d, i, 2]
        if other < 0 or other == site:
            continue
        usual = (
            tab.ints[tab.at[ALLOWANCE] + r * sites + site] + tab.ints[tab.at[ALLOWANCE] + r * sites + other]
        )
        coming = tab.ints[tab.at[TRAVEL] + other * sites + site]
        going = tab.ints[tab.at[TRAVEL] + site * sites + other]
        since = begin - commits.rows[r, d, i, 1]
        until = commits.rows[r, d, i, 0] - end
        if since < (coming if coming >= 0 else usual) and until < (going if going >= 0 else usual):
            return False
    return True


@njit(cache=True)
def slot_window(tab: Any, begin: int, end: int) -> tuple[int, int]:
    """First slot that lies wholly in a stretch of minutes, and the slot after the last, within the day.

    Only a pinned meeting can take part of a slot, and another may take the rest: neither has the slot to itself.
    """
    grid, first, slots = tab.at[GRID], tab.at[SPAN_START], tab.at[SLOTS]
    lo = min(max(-((first - begin) // grid), 0), slots)
    hi = min(max((end - first) // grid, lo), slots)
    return lo, hi


@njit(cache=True)
def actor_states(
    tab: Any,
    commits: Any,
    prices: Any,
    b: int,
    start: int,
    d: int,
    weight: float,
    committed: bool,
    ok: Any,
    cost: Any,
) -> None:
    """Fill ``ok[a]`` (whether actor ``a`` of block ``b`` is free) and ``cost[a]`` (price of their time) for one start."""
    ints, at = tab.ints, tab.at
    a0 = ints[at[ACTOR_PTR] + b]
    minute = ints[at[START_MINUTE] + start]
    mask = tab.actors[start]
    for a in range(ints[at[ACTOR_PTR] + b + 1] - a0):
        ok[a] = (mask >> np.uint64(a)) & np.uint64(1) != np.uint64(0)
        cost[a] = 0.0
        r = ints[at[ACTOR_RES] + a0 + a]
        if not ok[a] or r < 0 or ints[at[ACTOR_FORCED] + a0 + a] == 1:
            continue
        begin = minute + ints[at[ACTOR_OFFSET] + a0 + a]
        end = begin + ints[at[ACTOR_LENGTH] + a0 + a]
        n = commits.n[r, d]
        if committed and n > 0:
            cap = ints[at[RES_CAP] + r]
            if 0 < cap <= n or not is_free(commits, r, d, begin, end):
                ok[a] = False
                continue
            if ints[at[RES_SOFT] + r] == 1 and n >= at[SOFT_CAP]:
                cost[a] += at[SOFT_COST]
        if weight > 0.0:
            lo, hi = slot_window(tab, begin, end)
            cost[a] += weight * (prices.cumulative[r, d, hi] - prices.cumulative[r, d, lo] + prices.day[r, d])


@njit(cache=True)
def fill_places(
    tab: Any,
    commits: Any,
    prices: Any,
    b: int,
    start: int,
    venue: int,
    d: int,
    weight: float,
    committed: bool,
    choice: Any,
) -> int:
    """Decide who fills each place of one meeting; a deputy stands for one place only.

    ``choice[p]`` becomes ``2 * option + mode`` (option within the block, mode 1 remote) or -1.

    Returns
    -------
    int
        The meeting's cost (start, venue, places, without workload), or BIG where a place that must be filled stays empty.
    """
    ints, at = tab.ints, tab.at
    ok = np.empty(MAX_ACTORS, dtype=np.bool_)
    cost = np.empty(MAX_ACTORS)
    actor_states(tab, commits, prices, b, start, d, weight, committed, ok, cost)
    a0 = ints[at[ACTOR_PTR] + b]
    g = ints[at[GROUP_PTR] + b]
    g0 = g
    while ints[at[VENUE_PTR] + g + 1] <= venue:
        g += 1
    site = ints[at[GROUP_SITE] + g]
    total = int(ints[at[START_COST] + start]) + int(ints[at[VENUE_COST] + venue])
    if ints[at[START_BONUS_VENUE] + start] == ints[at[VENUE_ID] + venue]:
        total -= int(ints[at[START_BONUS] + start])
    p0, p1 = ints[at[PLACE_PTR] + b], ints[at[PLACE_PTR] + b + 1]
    o0 = ints[at[OPTION_PTR] + p0]
    mode0 = ints[at[MODE_PTR] + b] + (g - g0) * (ints[at[OPTION_PTR] + p1] - o0) - o0
    minute = ints[at[START_MINUTE] + start]
    quorum = ints[at[BLOCK_QUORUM] + b]
    coming = 0
    for p in range(p0, p1):
        choice[p - p0] = -1
    # First everybody as is cheapest; then, while a quorum is missing, whoever is cheapest to bring all the same.
    for turn in range(p1 - p0 + quorum):
        lacking = turn >= p1 - p0
        if lacking and coming >= quorum:
            break
        best = INF
        take = -1
        worth = 0
        place = p0 + turn
        for p in range(p0 if lacking else place, p1 if lacking else place + 1):
            if lacking and (choice[p - p0] >= 0 or ints[at[PLACE_PROFESSIONAL] + p] == 0):
                continue
            fallback = ints[at[PLACE_FALLBACK] + p]
            for o in range(ints[at[OPTION_PTR] + p], ints[at[OPTION_PTR] + p + 1]):
                a = ints[at[OPTION_ACTOR] + o]
                if not ok[a]:
                    continue
                in_person = ints[at[MODE_IN_PERSON] + mode0 + o]
                remote = ints[at[MODE_REMOTE] + mode0 + o]
                mode = min(in_person, remote)
                how = 0 if in_person <= remote else 1
                r = ints[at[ACTOR_RES] + a0 + a]
                if how == 0 and committed and r >= 0 and ints[at[ACTOR_FORCED] + a0 + a] == 0:
                    begin = minute + ints[at[ACTOR_OFFSET] + a0 + a]
                    end = begin + ints[at[ACTOR_LENGTH] + a0 + a]
                    if not can_travel(tab, commits, r, d, begin, end, site):
                        mode = remote
                        how = 1
                if mode >= BIG:
                    continue
                c = cost[a] + ints[at[OPTION_COST] + o] + mode
                if lacking:
                    c -= fallback
                elif c >= fallback:
                    continue
                if c < best:
                    best = c
                    take = 2 * (o - o0) + how
                    place = p
                    worth = int(ints[at[OPTION_COST] + o]) + int(mode)
        if take >= 0:
            twin = ints[at[ACTOR_TWIN] + a0 + ints[at[OPTION_ACTOR] + o0 + take // 2]]
            for a in range(ints[at[ACTOR_PTR] + b + 1] - a0):
                ok[a] &= ints[at[ACTOR_TWIN] + a0 + a] != twin
            choice[place - p0] = take
            coming += ints[at[PLACE_PROFESSIONAL] + place]
            total += worth - (int(ints[at[PLACE_FALLBACK] + place]) if lacking else 0)
        elif lacking or ints[at[PLACE_FALLBACK] + place] >= BIG:
            return BIG
        else:
            total += int(ints[at[PLACE_FALLBACK] + place])
    return total


@njit(cache=True)
def mark_of(r: int, begin: int, end: int, site: int) -> Any:
    """Number of one meeting of one resource (the finaliser of MurmurHash3 over its fields)."""
    x = (
        np.uint64(r) * np.uint64(0x9E3779B97F4A7C15)
        + np.uint64(begin) * np.uint64(0xC2B2AE3D27D4EB4F)
        + np.uint64(end) * np.uint64(0x165667B19E3779F9)
        + np.uint64(site + 2) * np.uint64(0x27D4EB2F165667C5)
    )
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xFF51AFD7ED558CCD)
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


@njit(cache=True)
def book(
    tab: Any, commits: Any, s: int, b: int, start: int, venue: int, d: int, choice: Any, sign: int
) -> int:
    """`TAKE` or `GIVE_BACK` (``sign``) what a meeting of series ``s`` occupies; returns the change in workload points."""
    ints, at = tab.ints, tab.at
    g = ints[at[GROUP_PTR] + b]
    while ints[at[VENUE_PTR] + g + 1] <= venue:
        g += 1
    site = ints[at[GROUP_SITE] + g]
    minute = ints[at[START_MINUTE] + start]
    p0 = ints[at[PLACE_PTR] + b]
    workload = 0
    for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
        begin = minute
        where = site
        if p < 0:
            r = ints[at[VENUE_RES] + venue]
            end = minute + ints[at[BLOCK_LENGTH] + b]
            if ints[at[BLOCK_FORCED] + b] == 1:
                continue
        elif choice[p] < 0:
            continue
        else:
            a = ints[at[ACTOR_PTR] + b] + ints[at[OPTION_ACTOR] + ints[at[OPTION_PTR] + p0] + choice[p] // 2]
            r = ints[at[ACTOR_RES] + a]
            if ints[at[ACTOR_FORCED] + a] == 1:
                continue
            begin += ints[at[ACTOR_OFFSET] + a]
            end = begin + ints[at[ACTOR_LENGTH] + a]
            if choice[p] % 2 == 1:
                where = -1
        if r < 0:
            continue
        n = commits.n[r, d]
        soft = ints[at[RES_SOFT] + r] == 1
        if sign > 0:
            if soft and n >= at[SOFT_CAP]:
                workload += at[SOFT_COST]
            commits.rows[r, d, n, 0] = begin
            commits.rows[r, d, n, 1] = end
            commits.rows[r, d, n, 2] = where
            commits.rows[r, d, n, 3] = s
            commits.n[r, d] = n + 1
            commits.mark[r, d] += mark_of(r, begin, end, where)
        else:
            if soft and n > at[SOFT_CAP]:
                workload -= at[SOFT_COST]
            for i in range(n):
                if commits.rows[r, d, i, 0] == begin and commits.rows[r, d, i, 1] == end:
                    commits.mark[r, d] -= mark_of(r, begin, end, int(commits.rows[r, d, i, 2]))
                    for c in range(4):
                        commits.rows[r, d, i, c] = commits.rows[r, d, n - 1, c]
                    break
            commits.n[r, d] = n - 1
    return workload
