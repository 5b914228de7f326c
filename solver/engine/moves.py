"""Insertion, and ruin and recreate: chains taken out and put back best, one series at a time.

Everything is reached through one compiled entry, ``work``, with one place for each thing it does: every entry, and every further
call of a large function, costs seconds of compiling on a new machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.company import in_the_way, pick_group
from solver.engine.filling import COMMITTED, GIVE_BACK, TAKE, book, fill_places, slot_window, wide
from solver.engine.kernels import block_of, chain_cost
from solver.engine.lookup import ALONE, FIRST_ALONE, PRICED, SHARE, TRUE, find_chain, look_up
from solver.problem.layout import (
    ACTOR_FORCED,
    ACTOR_LENGTH,
    ACTOR_OFFSET,
    ACTOR_PTR,
    ACTOR_RES,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    OPTION_ACTOR,
    OPTION_PTR,
    PLACE_PTR,
    START_MINUTE,
    VENUE_RES,
)
from solver.problem.tables import BIG

INSERT = 0
IMPROVE = 1
REMOVE = 2
RESTORE = 3
GROUP = 6
"""Most related series taken out together."""
EJECT = 0.4
"""Share of the moves that put one series where it would best be and move what stands there."""


@njit(cache=True)
def _insert(
    tab: Any, commits: Any, prices: Any, weight: float, kind: int, s: int, sol: Any, nodes: Any, memory: Any
) -> int:
    """Put series ``s`` (not booked) in its best place given what is booked; returns the change in total cost."""
    cost, pick, chain, wanted = nodes
    look_up(tab, commits, prices, s, weight, kind, memory, nodes)
    while True:
        n = find_chain(tab, commits, prices, s, weight, kind, memory, nodes)
        total = chain_cost(tab, s, chain, n)
        workload = 0
        failed = -1
        for i in range(n):
            k = 0 if i == 0 else 1
            d = wide(chain[i])
            b = block_of(tab, s, i, d)
            start, venue = wide(pick[k, d, 0]), wide(pick[k, d, 1])
            sol.rows[s, i, 0], sol.rows[s, i, 1], sol.rows[s, i, 2] = d, start, venue
            c = fill_places(tab, commits, prices, b, start, venue, d, weight, COMMITTED, sol.choice[s, i])
            if c >= BIG:
                failed = i
                cost[k, d] = BIG
                wanted[k, d] = np.uint64(0)
                break
            total += c
            workload += book(tab, commits, s, b, start, venue, d, sol.choice[s, i], TAKE)
        if failed < 0:
            sol.n[s] = n
            sol.cost[s] = total
            return total + workload
        # Only distinct deputies under a quorum can fail here: that day is out, the chain is sought again.
        sol.n[s] = failed
        sol.cost[s] = 0
        _remove(tab, commits, s, sol)


@njit(cache=True)
def _book_row(tab: Any, commits: Any, s: int, i: int, sol: Any, sign: int) -> int:
    """Take or give back what the ``i``-th meeting of series ``s`` occupies; returns the change in workload points."""
    d = wide(sol.rows[s, i, 0])
    start, venue = wide(sol.rows[s, i, 1]), wide(sol.rows[s, i, 2])
    return book(tab, commits, s, block_of(tab, s, i, d), start, venue, d, sol.choice[s, i], sign)


@njit(cache=True)
def _remove(tab: Any, commits: Any, s: int, sol: Any) -> int:
    """Take series ``s`` out; returns the change in total cost (negative)."""
    change = -int(sol.cost[s])
    for i in range(sol.n[s]):
        change += _book_row(tab, commits, s, i, sol, GIVE_BACK)
    return change


@njit(cache=True)
def _copy(source: Any, a: int, target: Any, b: int) -> None:
    """Copy row ``a`` of one solution to row ``b`` of another."""
    target.n[b] = source.n[a]
    target.cost[b] = source.cost[a]
    for i in range(source.n[a]):
        for c in range(3):
            target.rows[b, i, c] = source.rows[a, i, c]
        for p in range(source.choice.shape[2]):
            target.choice[b, i, p] = source.choice[a, i, p]


@njit(cache=True)
def _rebook(tab: Any, commits: Any, s: int, sol: Any) -> int:
    """Book series ``s`` as its rows say; returns the change in total cost."""
    change = int(sol.cost[s])
    for i in range(sol.n[s]):
        change += _book_row(tab, commits, s, i, sol, TAKE)
    return change


@njit(cache=True)
def reduced_costs(tab: Any, prices: Any, sol: Any, values: Any, out: Any) -> None:
    """Fill ``out`` [series] with what each chain costs at the prices beyond the best chain there (``values``)."""
    ints, at = tab.ints, tab.at
    for s in range(len(values)):
        total = float(sol.cost[s])
        for i in range(sol.n[s]):
            d, start, venue = sol.rows[s, i, 0], sol.rows[s, i, 1], sol.rows[s, i, 2]
            b = block_of(tab, s, i, d)
            p0 = ints[at[PLACE_PTR] + b]
            for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
                begin = ints[at[START_MINUTE] + start]
                if p < 0:
                    r = ints[at[VENUE_RES] + venue] if ints[at[BLOCK_FORCED] + b] == 0 else -1
                    end = begin + ints[at[BLOCK_LENGTH] + b]
                elif sol.choice[s, i, p] < 0:
                    continue
                else:
                    a = ints[at[ACTOR_PTR] + b]
                    a += ints[at[OPTION_ACTOR] + ints[at[OPTION_PTR] + p0] + sol.choice[s, i, p] // 2]
                    r = ints[at[ACTOR_RES] + a] if ints[at[ACTOR_FORCED] + a] == 0 else -1
                    begin += ints[at[ACTOR_OFFSET] + a]
                    end = begin + ints[at[ACTOR_LENGTH] + a]
                if r >= 0:
                    lo, hi = slot_window(tab, begin, end)
                    total += prices.cumulative[r, d, hi] - prices.cumulative[r, d, lo]
                    if p >= 0:
                        total += prices.day[r, d]
        out[s] = max(0.0, total - values[s])


@njit(cache=True, nogil=True)
def work(
    tab: Any,
    commits: Any,
    prices: Any,
    sol: Any,
    saved: Any,
    nodes: Any,
    memory: Any,
    what: int,
    order: Any,
    regret: Any,
    near: Any,
    current: int,
    moves: int,
    settings: Any,
) -> int:
    """Change ``sol`` and ``commits`` in place; returns the total cost then.

    Parameters
    ----------
    saved : Solution
        Scratch for ``IMPROVE``; the source of rows for ``RESTORE``.
    nodes : (cost [2, D], pick [2, D, 2], chain [D], wanted [2, D])
        Scratch.
    memory : Memory
        What ``IMPROVE`` has worked out.
    what : int
        ``INSERT`` the series of ``order``, ``REMOVE`` them, ``RESTORE`` them from the same rows of ``saved``, or ``IMPROVE``.
    regret : [series]
        How likely ``IMPROVE`` starts from each series.
    near : (pointers [series + 1], series)
        Which share a resource.
    current : int
        Total cost before.
    moves : int
        Ruin-and-recreate moves. Either a few related series are taken out and put back in random order, at true costs
        or at a share of the prices; or one series goes where it would best be, and whatever stands there goes elsewhere.
    settings : [3]
        Price weight of insertions; temperature in points, at which worse results are kept with the usual annealing
        probability; seed, or a negative number to go on with the present random state.
    """
    weight, temperature = settings[0], settings[1]
    if settings[2] >= 0:
        np.random.seed(int(settings[2]))
    improving = what == IMPROVE
    subset = np.empty(max(len(saved.n), len(order)), dtype=np.int64)
    room = subset[: len(saved.n)] if improving else subset
    for _ in range(moves if improving else 1):
        new = current
        n = len(order)
        removed = 0
        eject = False
        if improving:
            eject = np.random.random() < EJECT
            size = 1 if eject else 1 + np.random.randint(GROUP)
            n = pick_group(tab, commits, prices, sol, regret, near[0], near[1], size, room)
            if eject:
                _copy(sol, room[0], saved, 0)
                new += _remove(tab, commits, room[0], sol)
                removed = 1
                which = np.random.randint(len(ALONE))
                n = max(
                    1,
                    in_the_way(
                        tab, commits, prices, ALONE[which], FIRST_ALONE + which, sol, nodes, memory, room
                    ),
                )
            for i in range(n - 1, removed, -1):
                j = removed + np.random.randint(i + 1 - removed)
                swap = room[i]
                room[i] = room[j]
                room[j] = swap
        else:
            subset[:n] = order
        if improving or what == REMOVE:
            for i in range(removed, n):
                if improving:
                    _copy(sol, subset[i], saved, i)
                new += _remove(tab, commits, subset[i], sol)
        if improving or what == INSERT:
            priced = improving and n > 1 and np.random.random() < 0.6
            for i in range(n):
                share, kind = weight, -1
                if improving:
                    # The last one, and the one for which others make room, see true costs.
                    kind = PRICED if priced and i < n - 1 and not (eject and i == 0) else TRUE
                    share = SHARE if kind == PRICED else 0.0
                new += _insert(tab, commits, prices, share, kind, subset[i], sol, nodes, memory)
        back = what == RESTORE
        if improving:
            worse = new - current
            back = worse > 0 and (temperature <= 0.0 or np.random.random() >= np.exp(-worse / temperature))
            if back:
                new = current
                for i in range(n):
                    _remove(tab, commits, subset[i], sol)
        if back:
            for i in range(n):
                _copy(saved, i if improving else subset[i], sol, subset[i])
                change = _rebook(tab, commits, subset[i], sol)
                if not improving:
                    new += change
        current = new
    return current
