"""Puts the starts of every node in order of their floors, so that the search of a node can stop early."""

from __future__ import annotations

import dataclasses

import numpy as np

from solver.engine.kernels import start_floors
from solver.engine.state import fixed_commits, no_prices
from solver.problem.layout import pack
from solver.problem.tables import BIG, Problem


def order_starts(problem: Problem) -> Problem:
    """Return the problem with floors, starts in order of them, and starts without a venue or an essential place left out.

    Parameters
    ----------
    problem : Problem
        As compiled.

    Returns
    -------
    Problem
    """
    tab = problem.tables
    floors = np.full(len(tab.start_minute), -BIG, dtype=np.int32)
    start_floors(pack(tab), fixed_commits(problem), no_prices(problem), floors)
    node = np.zeros(len(floors), dtype=np.int64)
    lo, hi = tab.node_lo.ravel(), tab.node_hi.ravel()
    used = np.nonzero(tab.node_block.ravel() >= 0)[0]
    for at in used[np.argsort(lo[used], kind="stable")]:
        node[lo[at] : hi[at]] = lo[at]
    order = np.lexsort((tab.start_minute, floors, node))
    count = (floors < BIG).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(count)])
    node_hi = np.where(tab.node_block >= 0, tab.node_lo + (before[tab.node_hi] - before[tab.node_lo]), 0)
    node_block = np.where(node_hi > tab.node_lo, tab.node_block, -1)
    ordered = tab._replace(
        start_minute=tab.start_minute[order],
        start_cost=tab.start_cost[order],
        start_actors=tab.start_actors[order],
        start_venues=tab.start_venues[order],
        start_bonus_venue=tab.start_bonus_venue[order],
        start_bonus=tab.start_bonus[order],
        start_floor=floors[order],
        node_hi=node_hi.astype(np.int32),
        node_block=node_block.astype(np.int32),
    )
    return dataclasses.replace(problem, tables=ordered, packed=pack(ordered))
