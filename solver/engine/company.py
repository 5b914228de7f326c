"""Which series a move takes out together: related ones, those that take the same at about the same time, those in the way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.filling import NOT_COMMITTED, fill_places, wide
from solver.engine.kernels import block_of
from solver.engine.lookup import find_chain, look_up
from solver.problem.layout import (
    ACTOR_FORCED,
    ACTOR_LENGTH,
    ACTOR_OFFSET,
    ACTOR_PTR,
    ACTOR_RES,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    DAYS,
    OPTION_ACTOR,
    OPTION_PTR,
    PLACE_PTR,
    SLOTS,
    START_MINUTE,
    VENUE_RES,
)
from solver.problem.tables import BIG

CROWDS = 0.5
WIDEST = 6
"""Share of the groups that are taken out for what they use at about the same time, within so many days at most."""
CHEAP = 1e-3
"""What is added to prices, so that chance chooses where there are none."""


@njit(cache=True)
def _note(owners: Any, n: int, owner: int) -> int:
    """Add a series to the first ``n`` of ``owners`` if it isn't there; returns how many there are, -1 if too many."""
    for i in range(n):
        if owners[i] == owner:
            return n
    if owner < 0 or n >= len(owners):
        return -1
    owners[n] = owner
    return n + 1


@njit(cache=True)
def dearest(tab: Any, prices: Any, sol: Any, s: int, i: int) -> int:
    """Choose what the ``i``-th meeting of a series would take, by chance and by what it costs that day; -1 if nothing."""
    ints, at = tab.ints, tab.at
    d, venue = sol.rows[s, i, 0], sol.rows[s, i, 2]
    b = block_of(tab, s, i, d)
    chosen, most = -1, -1.0
    p0 = ints[at[PLACE_PTR] + b]
    for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
        if p < 0:
            r = ints[at[VENUE_RES] + venue]
        else:
            # Who isn't there may be wanted elsewhere: then it is the first who might have come.
            choice = sol.choice[s, i, p]
            first = at[OPTION_PTR] + p0 + (p if choice < 0 else 0)
            if choice < 0 and ints[first] == ints[first + 1]:
                continue
            option = ints[first] + max(0, choice) // 2
            a = ints[at[ACTOR_PTR] + b] + ints[at[OPTION_ACTOR] + option]
            r = ints[at[ACTOR_RES] + a]
        if r >= 0:
            weight = (prices.cumulative[r, d, at[SLOTS]] + CHEAP) * np.random.random()
            if weight > most:
                chosen, most = r, weight
    return chosen


@njit(cache=True)
def crowd(tab: Any, commits: Any, prices: Any, sol: Any, size: int, subset: Any) -> int:
    """Add series that take the same as a meeting of series ``subset[0]`` within some days of it; returns how many there are."""
    s = subset[0]
    n = 1
    if sol.n[s] == 0:
        return n
    i = np.random.randint(sol.n[s])
    r = dearest(tab, prices, sol, s, i)
    if r < 0:
        return n
    width = np.random.randint(1, WIDEST + 1)
    for _ in range(6 * size):
        if n >= size:
            break
        d = sol.rows[s, i, 0] + np.random.randint(-width, width + 1)
        if d < 0 or d >= tab.at[DAYS] or commits.n[r, d] == 0:
            continue
        owner = commits.rows[r, d, np.random.randint(commits.n[r, d]), 3]
        if owner >= 0:
            n = _note(subset, n, owner)
    return n


@njit(cache=True)
def pick_group(
    tab: Any,
    commits: Any,
    prices: Any,
    sol: Any,
    regret: Any,
    near_ptr: Any,
    near: Any,
    size: int,
    subset: Any,
) -> int:
    """Choose a series by regret, and others that share a resource with it."""
    series = len(regret)
    total = regret.sum()
    first = np.random.randint(series)
    if total > 0.0 and np.random.random() < 0.7:
        u = np.random.random() * total
        for s in range(series):
            u -= regret[s]
            if u <= 0.0:
                first = s
                break
    subset[0] = first
    if size > 1 and np.random.random() < CROWDS:
        return crowd(tab, commits, prices, sol, size, subset)
    n = 1
    for _ in range(6 * size):
        if n >= size:
            break
        around = subset[np.random.randint(n)]
        lo = near_ptr[around]
        hi = near_ptr[around + 1]
        if hi <= lo:
            continue
        s = near[np.random.randint(lo, hi)]
        seen = False
        for i in range(n):
            seen |= subset[i] == s
        if not seen:
            subset[n] = s
            n += 1
    return n


@njit(cache=True)
def in_the_way(
    tab: Any,
    commits: Any,
    prices: Any,
    share: float,
    kind: int,
    sol: Any,
    nodes: Any,
    memory: Any,
    owners: Any,
) -> int:
    """List the series that stand where series ``owners[0]`` (not booked) would best be at a share of the prices.

    Returns
    -------
    int
        How many are now in ``owners``, the first included; -1 where a pinned meeting or too many stand there.
    """
    s = owners[0]
    _, pick, chain, _ = nodes
    ints, at = tab.ints, tab.at
    look_up(tab, commits, prices, s, share, kind, memory, nodes)
    m = find_chain(tab, commits, prices, s, share, kind, memory, nodes)
    n = 1
    for i in range(m):
        k = 0 if i == 0 else 1
        d = wide(chain[i])
        b = block_of(tab, s, i, d)
        start, venue = wide(pick[k, d, 0]), wide(pick[k, d, 1])
        if (
            fill_places(tab, commits, prices, b, start, venue, d, share, NOT_COMMITTED, sol.choice[s, 0])
            >= BIG
        ):
            return -1
        p0 = ints[at[PLACE_PTR] + b]
        for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
            begin = ints[at[START_MINUTE] + start]
            if p < 0:
                r = ints[at[VENUE_RES] + venue]
                end = begin + ints[at[BLOCK_LENGTH] + b]
            elif sol.choice[s, 0, p] < 0:
                continue
            else:
                a = (
                    ints[at[ACTOR_PTR] + b]
                    + ints[at[OPTION_ACTOR] + ints[at[OPTION_PTR] + p0] + sol.choice[s, 0, p] // 2]
                )
                r = ints[at[ACTOR_RES] + a] if ints[at[ACTOR_FORCED] + a] == 0 else -1
                begin += ints[at[ACTOR_OFFSET] + a]
                end = begin + ints[at[ACTOR_LENGTH] + a]
            if r < 0 or ints[at[BLOCK_FORCED] + b] == 1:
                continue
            for j in range(commits.n[r, d]):
                if commits.rows[r, d, j, 0] < end and begin < commits.rows[r, d, j, 1]:
                    n = _note(owners, n, commits.rows[r, d, j, 3])
                    if n < 0:
                        return -1
    return n
