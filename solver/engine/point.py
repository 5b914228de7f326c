"""Prices at one moment, with all that is said of them: what others read while the dual moves on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numba import njit

from solver.engine.state import Commits, Floats, Prices
from solver.problem.tables import Problem


@dataclass(frozen=True)
class Capacity:
    """What there is of each resource, pinned meetings aside.

    Attributes
    ----------
    problem : Problem
    commits : Commits
        Of pinned meetings.
    slot : [R, D, slots]
    cap, soft : [R, D, 1]
        Meetings a day, within the cap and before workload costs.
    """

    problem: Problem
    commits: Commits
    slot: Floats
    cap: Floats
    soft: Floats


class Priced(Protocol):
    """What prunes and charges: a `PricePoint`, or the dual itself."""

    @property
    def prices(self) -> Prices:
        """Prices as kernels read them."""

    @property
    def cap_price(self) -> Floats:
        """[R, D, 1]"""

    @property
    def soft_price(self) -> Floats:
        """[R, D, 1]"""

    def charge_left(self, commits: Commits) -> float:
        """What the prices charge for the capacity that ``commits`` leave free."""


@dataclass(frozen=True)
class PricePoint:
    """Prices, and what they prove.

    Attributes
    ----------
    slot_price : [R, D, slots]
    cap_price, soft_price : [R, D, 1]
    prices : Prices
        The same as kernels read them.
    values : [series]
        Cost of each series' best chain at the prices.
    bound : float
    settled : bool
        Whether the dual is done.
    capacity : Capacity
    relaxed : Problem
        The problem at which all this holds: with breach days as much cheaper as the bound has them.
    """

    slot_price: Floats
    cap_price: Floats
    soft_price: Floats
    prices: Prices
    values: Floats
    bound: float
    settled: bool
    capacity: Capacity
    relaxed: Problem

    def charge(self) -> float:
        """What the prices charge for all capacity there is."""
        there = self.capacity
        return (
            charge(self.slot_price, there.slot)
            + charge(self.cap_price, there.cap)
            + charge(self.soft_price, there.soft)
        )

    def charge_left(self, commits: Commits) -> float:
        """What the prices charge for the capacity that ``commits`` leave free."""
        there = self.capacity
        tab = there.problem.tables
        left = there.slot.copy()
        for r, d in np.argwhere(commits.n > 0).tolist():
            for begin, end, *_ in commits.rows[r, d, : commits.n[r, d]].tolist():
                lo = (begin - tab.span_start) // tab.grid
                hi = -((tab.span_start - end) // tab.grid)
                left[r, d, max(lo, 0) : max(hi, 0)] = 0.0
        extra = (commits.n - there.commits.n).astype(np.float64)[:, :, None]
        total = charge(self.slot_price, left)
        total += charge(self.cap_price, np.maximum(0.0, there.cap - extra))
        # Kernels charge the soft cost itself once a day is beyond its soft cap: a price on top would count it twice.
        total += charge(self.soft_price, np.maximum(0.0, there.soft - extra))
        return total


@njit(cache=True, nogil=True)
def _charge(price: Any, capacity: Any) -> float:
    total = 0.0
    flat_price, flat_capacity = price.ravel(), capacity.ravel()
    for i in range(len(flat_price)):
        if flat_price[i] > 0.0:
            total += flat_price[i] * flat_capacity[i]
    return total


def charge(price: Floats, capacity: Floats) -> float:
    """Sum of price times capacity."""
    return float(_charge(price, capacity))
