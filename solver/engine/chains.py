"""What each series may do in a stretch of days, whatever the others do: the raw material of the joint model."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.engine.contested import contested_patterns
from solver.engine.kernels import evaluate_series
from solver.engine.reduced import chain_values
from solver.engine.state import Commits, Floats, Prices, Solution, resources
from solver.problem.tables import BIG, Ints, Problem

CLOSE = 1e-6
"""Points that don't count, as a sum of prices is never exact."""
NEVER = 1e12
"""Cost of what leads nowhere, so far above BIG that sums of it stay apart."""
STAYS = 1e7
"""What leaving out a meeting that stays would cost: more than anything that is looked at."""


@dataclass(frozen=True)
class Scene:
    """What the joint model takes as given.

    Attributes
    ----------
    commits : Commits
        What is taken already.
    full, reduced : Prices
        All prices, and those without the cells that are counted exactly.
    removed, hot : [R, D, slots + 1]
        Cumulative: prices of these cells, and how many cells are contested.
    begin, end : int
        The days that are looked at.
    stays : Solution or None
        Its meetings outside those days stand as they are; without one whatever is cheapest follows.
    """

    commits: Commits
    full: Prices
    reduced: Prices
    removed: Floats
    hot: NDArray[np.int32]
    begin: int
    end: int
    stays: Solution | None = None


@dataclass(frozen=True)
class Chain:
    """What one series may do.

    Attributes
    ----------
    series : int
    rows : [n, 5]
        Class, day, start, venue, whether contested.
    costs : [n]
        Without the prices of the cells counted exactly.
    entry : [2, D]
        Cheapest way to come to a day without another meeting in the stretch before it.
    after : [D]
        Cheapest way to go on from a day without another meeting in the stretch.
    without : float
        Cheapest way to hold none in the stretch.
    reach, onward : [D]
        At full prices: the cheapest chain up to and including a day, and from a later meeting's day on, itself included.
    best : float
        Cheapest chain at full prices.
    """

    series: int
    rows: Ints
    costs: Floats
    entry: Floats
    after: Floats
    without: float
    reach: Floats
    onward: Floats
    best: float


def essential_resources(problem: Problem) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return [R] whether a resource is a room or somebody whom a meeting can't do without, and whether it is nothing else."""
    tab = problem.tables
    needed = np.zeros(resources(problem), dtype=np.bool_)
    optional = np.zeros_like(needed)
    needed[tab.venue_res[tab.venue_res >= 0]] = True
    for b in range(len(problem.blocks)):
        a0 = int(tab.actor_ptr[b])
        for p in range(int(tab.place_ptr[b]), int(tab.place_ptr[b + 1])):
            options = tab.option_actor[int(tab.option_ptr[p]) : int(tab.option_ptr[p + 1])]
            who = tab.actor_res[a0 + options]
            who = who[who >= 0]
            (needed if tab.place_fallback[p] >= BIG else optional)[who] = True
    return needed, needed & ~optional


def node_values(problem: Problem, scene: Scene, s: int) -> tuple[Floats, Floats, Floats, float]:
    """Cost of each node of series ``s`` [2, D], and the cheapest chains up to and from it, with the best of all."""
    shape = (2, max(1, len(problem.days)))
    cost, pick = np.full(shape, float(BIG)), np.full((*shape, 2), -1, dtype=np.int32)
    evaluate_series(problem.packed, scene.commits, scene.full, s, 1.0, True, cost, pick)
    staying = 0
    if scene.stays is not None:
        days = scene.stays.rows[s, : int(scene.stays.n[s]), 0].tolist()
        alike = problem.tables.series_same[s] == 1
        cost[:, : scene.begin] = BIG
        cost[:, scene.end :] = BIG
        for i, d in enumerate(days):
            if not scene.begin <= d < scene.end:
                # That it stands may not change; whether it is the first may, where first meetings are as all others.
                cost[slice(None) if alike else min(i, 1), d] = -STAYS
                staying += 1
    forward, backward = np.empty_like(cost), np.empty_like(cost)
    best = float(chain_values(problem.packed, s, cost, forward, backward))
    # Counted from what stays.
    return cost, forward + staying * STAYS, backward, best + staying * STAYS


def chain_of(
    problem: Problem,
    scene: Scene,
    s: int,
    values: tuple[Floats, Floats, Floats, float],
    limit: float,
    most: int,
) -> Chain | None:
    """List what series ``s`` may do on chains that cost at most ``limit``; ``None`` where that is more than ``most``.

    Parameters
    ----------
    values : tuple
        From `node_values`.
    """
    tab = problem.tables
    cost, forward, backward, best = values
    begin, end = scene.begin, scene.end
    through = forward + backward
    keep = (through <= limit) & (cost < BIG)
    room = np.where(keep, limit - (through - cost), -float(BIG))
    rows = np.empty((max(1, most), 5), dtype=np.int32)
    costs = np.empty(max(1, most))
    n = int(
        contested_patterns(
            problem.packed,
            scene.commits,
            scene.reduced,
            scene.removed,
            scene.hot,
            s,
            begin,
            end,
            room,
            rows,
            costs,
        )
    )
    if n < 0:
        return None
    gap = tab.gap_cost[tab.gap_index[s]].astype(np.float64)
    gap[gap >= BIG] = NEVER
    first = np.where(tab.first_cost[s] >= BIG, NEVER, tab.first_cost[s].astype(np.float64))
    ending = np.where(tab.end_cost[s] >= BIG, NEVER, tab.end_cost[s].astype(np.float64))
    days = len(first)
    # ``forward`` holds what stays on both sides, ``backward`` only what comes after.
    before = forward.min(axis=0)
    entry = np.full((2, days), NEVER)
    after = ending.copy()
    entry[0] = first + _staying(scene, s) * STAYS
    onward = cost[1, end:] + backward[1, end:]
    if end < days:
        after = np.minimum(after, (gap[:, end:] + onward).min(axis=1))
    if begin > 0:
        entry[1] = (before[:begin, None] + gap[:begin]).min(axis=0)
    without = float(tab.none_cost[s]) + _staying(scene, s) * STAYS
    if begin > 0:
        without = min(without, float((before[:begin] + after[:begin]).min()))
    if end < days:
        without = min(without, float((entry[0, end:] + cost[0, end:] + backward[0, end:]).min()))
    return Chain(
        s, rows[:n].copy(), costs[:n].copy(), entry, after, without, before, cost[1] + backward[1], best
    )


def dearest_now(problem: Problem, solution: Solution, s: int) -> float:
    """Most that series ``s`` can cost as it is held now, workload included: that must always be among what it may do."""
    coming = int((solution.choice[s, : int(solution.n[s])] >= 0).sum())
    return float(solution.cost[s]) + coming * problem.tables.soft_cost


def free_chain(problem: Problem, scene: Scene, chain: Chain) -> tuple[tuple[int, int, int], ...] | None:
    """Return a best chain that touches nothing contested, one meeting at most, as (day, start, venue).

    ``None`` where there is none, or where a chain on contested time might cost less: what is counted exactly has no price
    in the model.
    """
    best = chain.best + CLOSE
    free: list[tuple[tuple[int, int, int], ...]] = [()] if chain.without <= best else []
    for (k, d, start, venue, contested), cost in zip(chain.rows.tolist(), chain.costs, strict=True):
        if not contested and chain.entry[k, d] + cost + chain.after[d] <= best:
            free.append(((d, start, venue),))
    unpriced = dataclasses.replace(scene, full=scene.reduced)
    if not free or node_values(problem, unpriced, chain.series)[3] < chain.best - CLOSE:
        return None
    return free[0]


def meetings_in(scene: Scene, solution: Solution, s: int) -> list[tuple[int, int, int, int]]:
    """List the meetings of series ``s`` in the days looked at, as (class, day, start, venue)."""
    rows = solution.rows[s, : int(solution.n[s])].tolist()
    return [
        (min(i, 1), d, start, venue)
        for i, (d, start, venue) in enumerate(rows)
        if scene.begin <= d < scene.end
    ]


def _staying(scene: Scene, s: int) -> int:
    if scene.stays is None:
        return 0
    days = scene.stays.rows[s, : int(scene.stays.n[s]), 0]
    return int(((days < scene.begin) | (days >= scene.end)).sum())
