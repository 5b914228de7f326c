"""Best chains from what moves remember: of most days what was worked out before still holds, and of the rest few matter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solver.engine.filling import COMMITTED, wide
from solver.engine.kernels import ANY_GROUP, best_chain, best_of_node, evaluate_series
from solver.problem.layout import DAYS, NODE_BLOCK, NODE_HI, NODE_LO, SERIES, SERIES_SAME
from solver.problem.tables import BIG

KINDS = 7
"""Evaluations whose results are kept, each until something changes: at true costs, the same as if nothing were booked, at a
share of the prices, the same as if nothing were booked, and at three shares as if nothing were booked."""
TRUE = 0
PRICED = 2
FIRST_ALONE = 4
SHARE = 0.6
ALONE = (0.3, 0.7, 1.2)
TRIES = 20
"""Chains that are sought before everything is worked out after all."""


@njit(cache=True)
def _work_out(
    tab: Any,
    commits: Any,
    prices: Any,
    s: int,
    k: int,
    d: int,
    weight: float,
    kind: int,
    key: Any,
    memory: Any,
) -> None:
    """Work out the best meeting of a node, and keep it."""
    ints, at = tab.ints, tab.at
    node = (k * at[SERIES] + s) * at[DAYS] + d
    b = wide(ints[at[NODE_BLOCK] + node])
    lo, hi = wide(ints[at[NODE_LO] + node]), wide(ints[at[NODE_HI] + node])
    c, start, venue = best_of_node(
        tab, commits, prices, b, d, lo, hi, weight, kind in (TRUE, PRICED), ANY_GROUP
    )
    memory.key[kind, s, k, d] = key
    memory.cost[kind, s, k, d] = c
    memory.pick[kind, s, k, d, 0] = start
    memory.pick[kind, s, k, d, 1] = venue


@njit(cache=True)
def _fill(nodes: Any, memory: Any, kind: int, s: int, k: int, d: int, same: bool) -> None:
    """Take a node's cost and meeting from memory; a later meeting's as well where the first is like all others."""
    cost, pick, _, wanted = nodes
    wanted[k, d] = np.uint64(0)
    for other in range(k, 2 if same else k + 1):
        cost[other, d] = memory.cost[kind, s, k, d]
        pick[other, d, 0] = memory.pick[kind, s, k, d, 0]
        pick[other, d, 1] = memory.pick[kind, s, k, d, 1]


@njit(cache=True)
def look_up(
    tab: Any, commits: Any, prices: Any, s: int, weight: float, kind: int, memory: Any, nodes: Any
) -> None:
    """Fill the nodes of series ``s`` with what is known of them, and otherwise with what they cost if nothing is booked.

    Those that may be dearer in truth have a number in ``wanted``. ``kind`` -1 knows nothing, and works everything out: its
    weight or prices are not those of the others of its kind.
    """
    cost, pick, _, wanted = nodes
    if kind < 0:
        wanted[:] = np.uint64(0)
        evaluate_series(tab, commits, prices, s, weight, COMMITTED, cost, pick)
        return
    ints, at = tab.ints, tab.at
    same = ints[at[SERIES_SAME] + s] == 1
    booked = kind in (TRUE, PRICED)
    least = kind + 1 if booked else kind
    for k in range(1 if same else 2):
        for d in range(at[DAYS]):
            b = ints[at[NODE_BLOCK] + (k * at[SERIES] + s) * at[DAYS] + d]
            if b < 0:
                wanted[k, d] = np.uint64(0)
                cost[k, d] = BIG
                if same:
                    cost[1, d] = BIG
                continue
            key = np.uint64(1)
            if booked:
                for i in range(memory.pointers[b], memory.pointers[b + 1]):
                    key += commits.mark[memory.resources[i], d]
                key |= np.uint64(1)
                if memory.key[kind, s, k, d] == key:
                    _fill(nodes, memory, kind, s, k, d, same)
                    continue
            if memory.key[least, s, k, d] == np.uint64(0):
                _work_out(tab, commits, prices, s, k, d, weight, least, np.uint64(1), memory)
            _fill(nodes, memory, least, s, k, d, same)
            if booked and cost[k, d] < BIG:
                wanted[k, d] = key


@njit(cache=True)
def find_chain(
    tab: Any, commits: Any, prices: Any, s: int, weight: float, kind: int, memory: Any, nodes: Any
) -> int:
    """Find the best chain of series ``s`` over nodes that were looked up; returns how many meetings it has.

    Nodes are worked out when the best chain so far passes over them (a lazy shortest path): most never are.
    """
    cost, _, chain, wanted = nodes
    same = tab.ints[tab.at[SERIES_SAME] + s] == 1
    tries = 0
    while True:
        _, n = best_chain(tab, s, cost, chain)
        done = True
        tries += 1
        for i in range(n if tries < TRIES else tab.at[DAYS] * 2):
            k = 0 if i == 0 or same else 1
            d = chain[i] if i < n else 0
            if tries >= TRIES:
                k, d = i // tab.at[DAYS], i % tab.at[DAYS]
                if same and k == 1:
                    break
            if wanted[k, d] != np.uint64(0):
                _work_out(tab, commits, prices, s, k, d, weight, kind, wanted[k, d], memory)
                _fill(nodes, memory, kind, s, k, d, same)
                done = False
        if done:
            return int(n)
