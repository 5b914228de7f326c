"""Insertion, and ruin and recreate: chains taken out and put back best, one series at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.kernels import best_chain, book, chain_cost, evaluate_series, fill_places
from solver.problem.tables import BIG

_INF = float(BIG)


@njit(cache=True)
def insert_series(tab: Any, commits: Any, prices: Any, weight: float, s: int, sol: Any, nodes: Any) -> int:
    """Put series ``s`` (not booked) in its best place given what is booked; returns the change in total cost.

    ``nodes`` is scratch: (cost [2, D], start [2, D], venue [2, D], chain [D]).
    """
    node_cost, node_start, node_venue, chain = nodes
    evaluate_series(tab, commits, prices, s, weight, True, node_cost, node_start, node_venue)
    while True:
        _, n = best_chain(tab, s, node_cost, chain)
        total = chain_cost(tab, s, chain, n)
        workload = 0
        broken = False
        for i in range(n):
            k = 0 if i == 0 else 1
            d = chain[i]
            b = tab.node_block[k, s, d]
            start = node_start[k, d]
            venue = node_venue[k, d]
            c = fill_places(tab, commits, prices, b, start, venue, d, weight, True, sol.choice[s, i])
            if c >= BIG:
                # Only distinct deputies under a quorum can fail here: that day is out, the chain is sought again.
                node_cost[k, d] = _INF
                broken = True
                for j in range(i):
                    kj = 0 if j == 0 else 1
                    book(
                        tab,
                        commits,
                        tab.node_block[kj, s, chain[j]],
                        sol.start[s, j],
                        sol.venue[s, j],
                        chain[j],
                        sol.choice[s, j],
                        -1,
                    )
                break
            total += c
            sol.day[s, i] = d
            sol.start[s, i] = start
            sol.venue[s, i] = venue
            workload += book(tab, commits, b, start, venue, d, sol.choice[s, i], 1)
        if not broken:
            sol.n[s] = n
            sol.cost[s] = total
            return total + workload


@njit(cache=True)
def remove_series(tab: Any, commits: Any, s: int, sol: Any) -> int:
    """Take series ``s`` out; returns the change in total cost (negative)."""
    change = -int(sol.cost[s])
    for i in range(sol.n[s]):
        k = 0 if i == 0 else 1
        d = sol.day[s, i]
        change += book(
            tab, commits, tab.node_block[k, s, d], sol.start[s, i], sol.venue[s, i], d, sol.choice[s, i], -1
        )
    return change


@njit(cache=True)
def restore_series(tab: Any, commits: Any, s: int, sol: Any, saved: Any, at: int) -> None:
    """Book series ``s`` as it was in row ``at`` of ``saved``."""
    sol.n[s] = saved.n[at]
    sol.cost[s] = saved.cost[at]
    for i in range(saved.n[at]):
        k = 0 if i == 0 else 1
        d = saved.day[at, i]
        sol.day[s, i] = d
        sol.start[s, i] = saved.start[at, i]
        sol.venue[s, i] = saved.venue[at, i]
        for p in range(sol.choice.shape[2]):
            sol.choice[s, i, p] = saved.choice[at, i, p]
        book(tab, commits, tab.node_block[k, s, d], sol.start[s, i], sol.venue[s, i], d, sol.choice[s, i], 1)


@njit(cache=True)
def save_series(s: int, sol: Any, saved: Any, at: int) -> None:
    """Copy series ``s`` to row ``at`` of ``saved``."""
    saved.n[at] = sol.n[s]
    saved.cost[at] = sol.cost[s]
    for i in range(sol.n[s]):
        saved.day[at, i] = sol.day[s, i]
        saved.start[at, i] = sol.start[s, i]
        saved.venue[at, i] = sol.venue[s, i]
        for p in range(sol.choice.shape[2]):
            saved.choice[at, i, p] = sol.choice[s, i, p]


@njit(cache=True)
def insert_all(tab: Any, commits: Any, prices: Any, weight: float, order: Any, sol: Any, nodes: Any) -> int:
    """Insert the series of ``order`` one after the other; returns the change in total cost."""
    total = 0
    for s in order:
        total += insert_series(tab, commits, prices, weight, s, sol, nodes)
    return total


@njit(cache=True)
def seed_generator(seed: int) -> None:
    """Seed the compiled code's random generator."""
    np.random.seed(seed)


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
    tries = 0
    while n < size and tries < 6 * size:
        tries += 1
        around = subset[np.random.randint(n)]
        lo = near_ptr[around]
        hi = near_ptr[around + 1]
        if hi <= lo:
            continue
        s = near[np.random.randint(lo, hi)]
        seen = False
        for i in range(n):
            if subset[i] == s:
                seen = True
        if not seen:
            subset[n] = s
            n += 1
    return n


@njit(cache=True)
def improve(
    tab: Any,
    commits: Any,
    prices: Any,
    sol: Any,
    saved: Any,
    nodes: Any,
    regret: Any,
    near_ptr: Any,
    near: Any,
    current: int,
    moves: int,
    largest: int,
    temperature: float,
) -> int:
    """Ruin and recreate ``moves`` times, in place; returns the new total cost.

    A few related series are taken out and put back in random order, at true costs or at a share of the prices. Worse
    results are kept with the usual annealing probability at ``temperature`` points.
    """
    subset = np.empty(largest, dtype=np.int64)
    for _ in range(moves):
        size = 1 + np.random.randint(largest)
        n = _pick(regret, near_ptr, near, size, subset)
        for i in range(n - 1, 0, -1):
            j = np.random.randint(i + 1)
            swap = subset[i]
            subset[i] = subset[j]
            subset[j] = swap
        new = current
        for i in range(n):
            save_series(subset[i], sol, saved, i)
            new += remove_series(tab, commits, subset[i], sol)
        weight = 0.0
        u = np.random.random()
        if n > 1 and u < 0.6:
            weight = 0.25 + 0.75 * np.random.random()
        for i in range(n):
            new += insert_series(tab, commits, prices, weight if i < n - 1 else 0.0, subset[i], sol, nodes)
        worse = new - current
        if worse <= 0 or (temperature > 0.0 and np.random.random() < np.exp(-worse / temperature)):
            current = new
            continue
        for i in range(n):
            remove_series(tab, commits, subset[i], sol)
        for i in range(n):
            restore_series(tab, commits, subset[i], sol, saved, i)
    return current
