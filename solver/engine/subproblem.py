"""A few series freed while all others stay: what is left of their choices once reduced costs have pruned them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.engine.kernels import evaluate_series
from solver.engine.point import Priced
from solver.engine.reduced import chain_values, pattern_costs
from solver.engine.settings import EVERYTHING, Parts
from solver.engine.state import Commits, Prices
from solver.problem.tables import BIG, Ints, Problem

_CLOSE = 1e-6


@dataclass(frozen=True)
class Arc:
    """One meeting after another: from day ``i`` to day ``j``."""

    i: int
    j: int
    cost: int


@dataclass(frozen=True)
class Pattern:
    """A meeting at one start in one group of venues."""

    first: bool
    day: int
    block: int
    start: int
    group: int


@dataclass(frozen=True)
class SeriesChoices:
    """What one freed series may still do.

    Attributes
    ----------
    series : int
    patterns : tuple of Pattern
    arcs : tuple of Arc
    ends : dict
        Day to the cost of ending the chain there.
    none_cost : int or None
        Cost of holding nothing, ``None`` where pruned.
    """

    series: int
    patterns: tuple[Pattern, ...]
    arcs: tuple[Arc, ...]
    ends: dict[int, int]
    none_cost: int | None


@dataclass(frozen=True)
class Subproblem:
    """Freed series with the occupancy of everyone else.

    Attributes
    ----------
    choices : tuple of SeriesChoices
    commits : Commits
        What the series that are not freed have booked.
    bound : float
        Lower bound on the cost of the freed series.
    """

    choices: tuple[SeriesChoices, ...]
    commits: Commits
    bound: float


def make_subproblem(
    problem: Problem,
    dual: Priced,
    commits: Commits,
    series: list[int],
    upper: int,
    most: int,
    parts: Parts = EVERYTHING,
) -> Subproblem | None:
    """Prune the freed series' choices to those a solution of cost ``upper`` or less can use.

    Parameters
    ----------
    problem : Problem
    dual : Priced
        At the prices to prune with.
    commits : Commits
        Occupancy without the freed series.
    series : list of int
        The freed series.
    upper : int
        Cost of the freed series now.
    most : int
        Most patterns to keep.
    parts : Parts
        Without pruning nothing is left out but what is impossible.

    Returns
    -------
    Subproblem or None
        ``None`` where more than ``most`` patterns remain.
    """
    tab = problem.tables
    # Beyond the soft cap the kernels charge the true cost, so the price of the soft cap has no place there.
    soft = np.where(commits.n < tab.soft_cap, dual.soft_price[:, :, 0], 0.0)
    prices = Prices(dual.prices.cumulative, dual.cap_price[:, :, 0] + soft)
    days = len(problem.days)
    nodes = []
    bound = -dual.charge_left(commits)
    for s in series:
        cost = np.full((2, days), float(BIG))
        pick = np.full((2, days, 2), -1, dtype=np.int32)
        evaluate_series(problem.packed, commits, prices, s, 1.0, True, cost, pick)
        forward, backward = np.empty((2, days)), np.empty((2, days))
        least = chain_values(problem.packed, s, cost, forward, backward)
        bound += least
        nodes.append((s, cost, forward, backward, least))
    spare = upper - bound + _CLOSE * max(1.0, abs(upper)) if parts.pruning else float(BIG) / 2
    choices = []
    for s, cost, forward, backward, least in nodes:
        found = _prune(problem, commits, prices, s, (cost, forward, backward), least + spare, most)
        if found is None:
            return None
        most -= len(found.patterns)
        choices.append(found)
    return Subproblem(tuple(choices), commits, bound)


def _prune(
    problem: Problem,
    commits: Commits,
    prices: Prices,
    s: int,
    values: tuple[np.ndarray, np.ndarray, np.ndarray],
    limit: float,
    most: int,
) -> SeriesChoices | None:
    """Keep what lies on a chain of priced cost at most ``limit``."""
    tab = problem.tables
    cost, forward, backward = values
    through = forward + backward
    keep = (through <= limit) & (cost < BIG)
    room = np.where(keep, limit - (through - cost), -float(BIG))
    out: Ints = np.empty((most, 4), dtype=np.int32)
    n = int(pattern_costs(problem.packed, commits, prices, s, room, out))
    if n < 0:
        return None
    patterns = tuple(
        Pattern(k == 0, d, int(tab.node_block[k, s, d]), start, group)
        for k, d, start, group in out[:n].tolist()
    )
    gap = tab.gap_cost[tab.gap_index[s]]
    best = forward.min(axis=0)
    into = cost[1] + backward[1]
    arcs = []
    for i in np.nonzero(keep.any(axis=0))[0].tolist():
        total = best[i] + gap[i] + into
        arcs += [
            Arc(i, j, int(gap[i, j]))
            for j in np.nonzero((total <= limit) & keep[1] & (gap[i] < BIG))[0].tolist()
        ]
    ends = {
        d: int(tab.end_cost[s, d])
        for d in np.nonzero(keep.any(axis=0))[0].tolist()
        if tab.end_cost[s, d] < BIG and best[d] + tab.end_cost[s, d] <= limit
    }
    none = int(tab.none_cost[s])
    return SeriesChoices(s, patterns, tuple(arcs), ends, none if none <= limit else None)
