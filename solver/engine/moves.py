"""Insertion, and ruin and recreate: chains taken out and put back best, one series at a time.

Everything is reached through one compiled entry, ``work``: every entry costs seconds of compiling on a new machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.kernels import best_chain, book, chain_cost, evaluate_series, fill_places
from solver.problem.layout import DAYS, NODE_BLOCK, SERIES
from solver.problem.tables import BIG

INSERT = 0
IMPROVE = 1
REMOVE = 2
RESTORE = 3


@njit(cache=True)
def _block(tab: Any, s: int, i: int, d: int) -> int:
    """Block of the ``i``-th meeting of series ``s`` on day ``d``."""
    k = 0 if i == 0 else 1
    return int(tab.ints[tab.at[NODE_BLOCK] + (k * tab.at[SERIES] + s) * tab.at[DAYS] + d])


@njit(cache=True)
def _insert(tab: Any, commits: Any, prices: Any, weight: float, s: int, sol: Any, nodes: Any) -> int:
    """Put series ``s`` (not booked) in its best place given what is booked; returns the change in total cost."""
    cost, pick, chain = nodes
    evaluate_series(tab, commits, prices, s, weight, True, cost, pick)
    while True:
        _, n = best_chain(tab, s, cost, chain)
        total = chain_cost(tab, s, chain, n)
        workload = 0
        failed = -1
        for i in range(n):
            k = 0 if i == 0 else 1
            d = chain[i]
            b = _block(tab, s, i, d)
            row = sol.rows[s, i]
            row[0], row[1], row[2] = d, pick[k, d, 0], pick[k, d, 1]
            c = fill_places(tab, commits, prices, b, row[1], row[2], d, weight, True, sol.choice[s, i])
            if c >= BIG:
                failed = i
                cost[k, d] = BIG
                break
            total += c
            workload += book(tab, commits, b, row[1], row[2], d, sol.choice[s, i], 1)
        if failed < 0:
            sol.n[s] = n
            sol.cost[s] = total
            return total + workload
        # Only distinct deputies under a quorum can fail here: that day is out, the chain is sought again.
        sol.n[s] = failed
        sol.cost[s] = 0
        _remove(tab, commits, s, sol)


@njit(cache=True)
def _remove(tab: Any, commits: Any, s: int, sol: Any) -> int:
    """Take series ``s`` out; returns the change in total cost (negative)."""
    change = -int(sol.cost[s])
    for i in range(sol.n[s]):
        row = sol.rows[s, i]
        change += book(tab, commits, _block(tab, s, i, row[0]), row[1], row[2], row[0], sol.choice[s, i], -1)
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
        row = sol.rows[s, i]
        change += book(tab, commits, _block(tab, s, i, row[0]), row[1], row[2], row[0], sol.choice[s, i], 1)
    return change


@njit(cache=True)
def _pick(regret: Any, near_ptr: Any, near: Any, size: int, subset: Any) -> int:
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
def work(
    tab: Any,
    commits: Any,
    prices: Any,
    sol: Any,
    saved: Any,
    nodes: Any,
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
    nodes : (cost [2, D], pick [2, D, 2], chain [D])
        Scratch.
    what : int
        ``INSERT`` the series of ``order``, ``REMOVE`` them, ``RESTORE`` them from the same rows of ``saved``, or ``IMPROVE``.
    regret : [series]
        How likely ``IMPROVE`` starts from each series.
    near : (pointers [series + 1], series)
        Which share a resource.
    current : int
        Total cost before.
    moves : int
        Ruin-and-recreate moves. A few related series are taken out and put back in random order, at true costs or
        at a share of the prices.
    settings : [3]
        Price weight of insertions; temperature in points, at which worse results are kept with the usual annealing
        probability; seed, or a negative number to go on with the present random state.
    """
    weight, temperature = settings[0], settings[1]
    if settings[2] >= 0:
        np.random.seed(int(settings[2]))
    if what == IMPROVE:
        largest = len(saved.n)
        subset = np.empty(largest, dtype=np.int64)
        for _ in range(moves):
            n = _pick(regret, near[0], near[1], 1 + np.random.randint(largest), subset)
            for i in range(n - 1, 0, -1):
                j = np.random.randint(i + 1)
                swap = subset[i]
                subset[i] = subset[j]
                subset[j] = swap
            new = current
            for i in range(n):
                _copy(sol, subset[i], saved, i)
                new += _remove(tab, commits, subset[i], sol)
            share = 0.0
            if n > 1 and np.random.random() < 0.6:
                share = 0.25 + 0.75 * np.random.random()
            for i in range(n):
                new += _insert(tab, commits, prices, share if i < n - 1 else 0.0, subset[i], sol, nodes)
            worse = new - current
            if worse <= 0 or (temperature > 0.0 and np.random.random() < np.exp(-worse / temperature)):
                current = new
                continue
            for i in range(n):
                _remove(tab, commits, subset[i], sol)
            for i in range(n):
                _copy(saved, i, sol, subset[i])
                _rebook(tab, commits, subset[i], sol)
        return current
    for s in order:
        if what == INSERT:
            current += _insert(tab, commits, prices, weight, s, sol, nodes)
        elif what == REMOVE:
            current += _remove(tab, commits, s, sol)
        else:
            _copy(saved, s, sol, s)
            current += _rebook(tab, commits, s, sol)
    return current
