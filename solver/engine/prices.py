"""The Lagrangian dual: prices of contested time, and the lower bound they prove.

Every series is solved exactly at the prices; the sum of their costs less what the prices charge for the capacity there
is bounds every calendar's cost from below (Geoffrion 1974). Prices move by a deflected subgradient with Polyak's step
(Camerini, Fratta and Maffioli 1975). Travel between two sites, one deputy for one place, and reviews of
pinned meetings do not separate by series: the bound leaves them out, so it stays a bound.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from solver.engine.filling import INF, fill_places, slot_window
from solver.engine.kernels import best_chain, best_of_node
from solver.engine.point import Capacity, PricePoint
from solver.engine.state import Commits, Floats, Prices, fixed_commits, no_prices, resources
from solver.problem.layout import (
    ACTOR_FORCED,
    ACTOR_LENGTH,
    ACTOR_OFFSET,
    ACTOR_PTR,
    ACTOR_RES,
    BLOCK_FORCED,
    BLOCK_LENGTH,
    DAYS,
    GROUP_PTR,
    NODE_BLOCK,
    NODE_HI,
    NODE_LO,
    OPTION_ACTOR,
    OPTION_PTR,
    PLACE_PTR,
    SERIES,
    SERIES_SAME,
    START_MINUTE,
    VENUE_PTR,
    VENUE_RES,
)
from solver.problem.tables import MAX_ACTORS, Problem

MEMORY = 0.7
"""Share of the last direction in the next one."""
PATIENCE = 20
"""Steps without a better bound after which the level comes down."""
SETTLED = 2e-4
"""Level, as a share of the bound, at which the prices count as settled."""


@njit(cache=True)
def _accumulate(slot_price: Any, cumulative: Any, dirty: Any) -> None:
    for r in range(slot_price.shape[0]):
        for d in range(slot_price.shape[1]):
            if dirty[r, d]:
                total = 0.0
                for k in range(slot_price.shape[2]):
                    total += slot_price[r, d, k]
                    cumulative[r, d, k + 1] = total


@njit(cache=True)
def _is_dirty(tab: Any, b: int, d: int, dirty: Any) -> bool:
    ints, at = tab.ints, tab.at
    found = False
    for a in range(ints[at[ACTOR_PTR] + b], ints[at[ACTOR_PTR] + b + 1]):
        r = ints[at[ACTOR_RES] + a]
        found |= r >= 0 and dirty[r, d]
    first, last = ints[at[GROUP_PTR] + b], ints[at[GROUP_PTR] + b + 1]
    for v in range(ints[at[VENUE_PTR] + first], ints[at[VENUE_PTR] + last]):
        r = ints[at[VENUE_RES] + v]
        found |= r >= 0 and dirty[r, d]
    return found


@njit(cache=True, nogil=True)
def price_pass(
    tab: Any,
    commits: Any,
    prices: Any,
    dirty: Any,
    everything: bool,
    cost: Any,
    pick: Any,
    values: Any,
    usage: Any,
    day_usage: Any,
) -> float:
    """Solve every series at the prices.

    Parameters
    ----------
    dirty : [R, D] bool
        Whose prices changed since ``cost`` was last filled.
    everything : bool
        Work out all nodes; otherwise only those that a changed price touches.
    cost, pick : [series, 2, D], [series, 2, D, 2]
        Best meeting by node, as in ``evaluate_series``.
    values : [series]
        Cost of each series' best chain at the prices.
    usage, day_usage : [R, D, slots], [R, D]
        What those chains would take of each resource.

    Returns
    -------
    float
        Sum of ``values``.
    """
    ints, at = tab.ints, tab.at
    usage[:] = 0.0
    day_usage[:] = 0.0
    days = at[DAYS]
    chain = np.empty(days, dtype=np.int32)
    choice = np.empty(MAX_ACTORS + 1, dtype=np.int32)
    total = 0.0
    for s in range(len(values)):
        for k in range(2):
            same = k == 1 and ints[at[SERIES_SAME] + s] == 1
            for d in range(days):
                if same:
                    cost[s, 1, d] = cost[s, 0, d]
                    pick[s, 1, d, 0] = pick[s, 0, d, 0]
                    pick[s, 1, d, 1] = pick[s, 0, d, 1]
                    continue
                node = (k * at[SERIES] + s) * days + d
                b = ints[at[NODE_BLOCK] + node]
                if b < 0 or not (everything or _is_dirty(tab, b, d, dirty)):
                    continue
                lo, hi = ints[at[NODE_LO] + node], ints[at[NODE_HI] + node]
                c, start, venue = best_of_node(tab, commits, prices, b, d, lo, hi, 1.0, True, -1)
                cost[s, k, d] = c
                pick[s, k, d, 0] = start
                pick[s, k, d, 1] = venue
        value, n = best_chain(tab, s, cost[s], chain)
        values[s] = value
        total += value
        for i in range(n):
            k = 0 if i == 0 else 1
            d = chain[i]
            b = ints[at[NODE_BLOCK] + (k * at[SERIES] + s) * days + d]
            start = pick[s, k, d, 0]
            venue = pick[s, k, d, 1]
            fill_places(tab, commits, prices, b, start, venue, d, 1.0, True, choice)
            p0 = ints[at[PLACE_PTR] + b]
            for p in range(-1, ints[at[PLACE_PTR] + b + 1] - p0):
                begin = ints[at[START_MINUTE] + start]
                if p < 0:
                    r = ints[at[VENUE_RES] + venue] if ints[at[BLOCK_FORCED] + b] == 0 else -1
                    end = begin + ints[at[BLOCK_LENGTH] + b]
                elif choice[p] < 0:
                    continue
                else:
                    a = (
                        ints[at[ACTOR_PTR] + b]
                        + ints[at[OPTION_ACTOR] + ints[at[OPTION_PTR] + p0] + choice[p] // 2]
                    )
                    r = ints[at[ACTOR_RES] + a] if ints[at[ACTOR_FORCED] + a] == 0 else -1
                    begin += ints[at[ACTOR_OFFSET] + a]
                    end = begin + ints[at[ACTOR_LENGTH] + a]
                if r < 0:
                    continue
                lo, hi = slot_window(tab, begin, end)
                for slot in range(lo, hi):
                    usage[r, d, slot] += 1.0
                if p >= 0:
                    day_usage[r, d] += 1.0
    return total


@njit(cache=True)
def _direction(usage: Any, capacity: Any, price: Any, last: Any, memory: float, out: Any) -> float:
    """Deflected, projected subgradient; returns its squared length."""
    norm = 0.0
    flat_usage, flat_capacity, flat_price = usage.ravel(), capacity.ravel(), price.ravel()
    flat_last, flat_out = last.ravel(), out.ravel()
    for i in range(len(flat_usage)):
        g = flat_usage[i] - flat_capacity[i]
        if g < 0.0 and flat_price[i] <= 0.0:
            flat_out[i] = 0.0
            flat_last[i] = 0.0
            continue
        g += memory * flat_last[i]
        if g < 0.0 and flat_price[i] <= 0.0:
            g = 0.0
        flat_out[i] = g
        flat_last[i] = g
        norm += g * g
    return norm


@njit(cache=True)
def _move(price: Any, center: Any, direction: Any, step: float, highest: Any, dirty: Any) -> None:
    """``price`` becomes ``center`` plus a step, within 0 and ``highest``; marks (resource, day) pairs that changed."""
    for r in range(price.shape[0]):
        for d in range(price.shape[1]):
            for k in range(price.shape[2]):
                new = center[r, d, k] + step * direction[r, d, k]
                if new < 1e-9:
                    new = 0.0
                new = min(new, highest[r, d])
                if new != price[r, d, k]:
                    price[r, d, k] = new
                    dirty[r, d] = True


@dataclass
class Bound:
    """The best bound so far and the prices that prove it."""

    value: float
    slot_price: Floats
    cap_price: Floats
    soft_price: Floats


class Dual:
    """Prices, moved step by step.

    Parameters
    ----------
    problem : Problem
    constant : int
        Cost that no choice changes, part of every bound.
    frozen : [R] bool, optional
        Resources whose slot prices somebody else sets and charges for: they stay as they are, and the bound leaves out
        their charge.
    """

    def __init__(self, problem: Problem, constant: int, frozen: NDArray[np.bool_] | None = None) -> None:
        tab = problem.tables
        self.problem = problem
        self.constant = constant
        self.commits: Commits = fixed_commits(problem)
        r, d, n = resources(problem), max(1, len(problem.days)), len(problem.series)
        self.slot_price: Floats = np.zeros((r, d, tab.slots))
        self.cap_price: Floats = np.zeros((r, d, 1))
        self.soft_price: Floats = np.zeros((r, d, 1))
        fixed = self.commits.n.astype(np.float64)[:, :, None]
        cap_capacity = np.maximum(
            0.0, np.where(tab.res_cap[:, None, None] > 0, tab.res_cap[:, None, None], 1e6) - fixed
        )
        soft_capacity = np.maximum(0.0, tab.soft_cap - fixed)
        self._capacity = Capacity(
            problem, self.commits, np.ones_like(self.slot_price), cap_capacity, soft_capacity
        )
        self._no_limit = np.full((r, d), np.inf)
        self._soft_limit = np.where(
            (tab.res_soft[:, None] == 1) & (self.commits.n < tab.soft_cap), float(tab.soft_cost), 0.0
        )
        self._frozen = frozen
        self.frozen_usage: Floats = np.zeros((0, d, tab.slots))
        if frozen is not None:
            self._capacity.slot[frozen] = 0.0
        self.prices: Prices = no_prices(problem)
        self._cost: Floats = np.full((n, 2, d), INF)
        self._pick: NDArray[np.int32] = np.full((n, 2, d, 2), -1, dtype=np.int32)
        self.values: Floats = np.zeros(n)
        self._usage = np.zeros_like(self.slot_price)
        self._day_usage = np.zeros((r, d))
        self._last = [np.zeros_like(self.slot_price), np.zeros((r, d, 1)), np.zeros((r, d, 1))]
        self._step = [np.zeros_like(self.slot_price), np.zeros((r, d, 1)), np.zeros((r, d, 1))]
        self._dirty = np.zeros((r, d), dtype=np.bool_)
        self.bound = Bound(-np.inf, self.slot_price.copy(), self.cap_price.copy(), self.soft_price.copy())
        self.iterations = 0
        self._rise = math.inf
        self._since_better = 0

    @property
    def settled(self) -> bool:
        """Whether further steps would hardly move the bound."""
        return not math.isinf(self._rise) and self._rise <= SETTLED * max(1.0, abs(self.bound.value))

    def evaluate(self) -> float:
        """Bound at the present prices; keeps the best."""
        total = price_pass(
            self.problem.packed,
            self.commits,
            self.prices,
            self._dirty,
            self.iterations == 0,
            self._cost,
            self._pick,
            self.values,
            self._usage,
            self._day_usage,
        )
        self._dirty[:] = False
        if self._frozen is not None:
            self.frozen_usage = self._usage[self._frozen]
            # Neither too much nor too little is taken of them, so their prices don't move.
            self._usage[self._frozen] = 0.0
        total -= self._charge()
        total += self.constant
        self.iterations += 1
        if total > self.bound.value + 1e-9:
            better = total > self.bound.value + 1e-5 * abs(self.bound.value)
            self.bound = Bound(total, self.slot_price.copy(), self.cap_price.copy(), self.soft_price.copy())
            self._since_better = 0 if better else self._since_better + 1
        else:
            self._since_better += 1
        return total

    def step(self, target: float) -> float:
        """Evaluate the bound and move the prices; returns the bound before the move.

        Parameters
        ----------
        target : float
            Cost of the best calendar: what the bound can't exceed.

        Notes
        -----
        Polyak's step aims at a level between the best bound and the target; the level comes down whenever the bound
        has not risen for a while (Goffin and Kiwiel 1999), which also copes with a target far above the truth.
        """
        value = self.evaluate()
        if math.isinf(self._rise):
            self._rise = max(1.0, 0.5 * (target - value))
        self._rise = min(self._rise, max(0.0, target - self.bound.value))
        if self._since_better >= PATIENCE:
            self._since_better = 0
            self._rise *= 0.5
            self._restore()
            value = self.evaluate()
            if self.settled:
                return value
        norm = _direction(
            self._usage, self._capacity.slot, self.slot_price, self._last[0], MEMORY, self._step[0]
        )
        day = self._day_usage[:, :, None]
        norm += _direction(day, self._capacity.cap, self.cap_price, self._last[1], MEMORY, self._step[1])
        soft_day = np.where(self._soft_limit[:, :, None] > 0, day, 0.0)
        norm += _direction(
            soft_day, self._capacity.soft, self.soft_price, self._last[2], MEMORY, self._step[2]
        )
        if norm <= 0.0:
            self._rise = 0.0
            return value
        self._move(max(1e-3, self.bound.value + self._rise - value) / norm)
        return value

    def begin(self, slot_price: Floats, cap_price: Floats, soft_price: Floats) -> None:
        """Start from known prices; afterwards they are the best there are."""
        self.slot_price[:], self.cap_price[:], self.soft_price[:] = slot_price, cap_price, soft_price
        self._dirty[:] = True
        self._publish()
        self.evaluate()

    def rest(self) -> None:
        """Go back to the prices of the best bound, and work everything out at them."""
        self._restore()
        self.evaluate()

    def charge_left(self, commits: Commits) -> float:
        """What the prices charge for the capacity that ``commits`` leave free."""
        return self._here().charge_left(commits)

    def point(self) -> PricePoint:
        """Return a copy of the present prices, which must have been evaluated."""
        here = self._here()
        return dataclasses.replace(
            here,
            slot_price=here.slot_price.copy(),
            cap_price=here.cap_price.copy(),
            soft_price=here.soft_price.copy(),
            prices=Prices(here.prices.cumulative.copy(), here.prices.day.copy()),
            values=here.values.copy(),
        )

    def _here(self) -> PricePoint:
        return PricePoint(
            self.slot_price,
            self.cap_price,
            self.soft_price,
            self.prices,
            self.values,
            self.bound.value,
            self.settled,
            self._capacity,
        )

    def _charge(self) -> float:
        return self._here().charge()

    def _move(self, length: float) -> None:
        _move(self.slot_price, self.slot_price, self._step[0], length, self._no_limit, self._dirty)
        _move(self.cap_price, self.cap_price, self._step[1], length, self._no_limit, self._dirty)
        _move(self.soft_price, self.soft_price, self._step[2], length, self._soft_limit, self._dirty)
        self._publish()

    def _restore(self) -> None:
        """Go back to the prices of the best bound."""
        for price, best in (
            (self.slot_price, self.bound.slot_price),
            (self.cap_price, self.bound.cap_price),
            (self.soft_price, self.bound.soft_price),
        ):
            self._dirty |= (price != best).any(axis=2)
            price[:] = best
        for last in self._last:
            last[:] = 0.0
        self._publish()

    def _publish(self) -> None:
        _accumulate(self.slot_price, self.prices.cumulative, self._dirty)
        self.prices.day[:] = self.cap_price[:, :, 0] + self.soft_price[:, :, 0]
