"""The Lagrangian dual function: prices of contested time, and the lower bound they prove.

Every series is solved exactly at the prices; the sum of their costs less what the prices charge for the capacity there
is bounds every calendar's cost from below (Geoffrion 1974). Travel between two sites, one deputy for one place, and
reviews of pinned meetings do not separate by series: the bound leaves them out, so it stays a bound.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from solver.engine.passes import empty_pass, price_pass
from solver.engine.point import Capacity, PricePoint
from solver.engine.rebate import Rebates
from solver.engine.state import Commits, Floats, Prices, fixed_commits, no_prices, resources
from solver.problem.tables import Problem

BETTER = 1e-5
"""Share of the bound by which a better one has to be better to count as progress."""


@dataclass(frozen=True)
class Bound:
    """The best bound so far, the prices and the rebate that prove it, and each series' value there."""

    value: float
    slot_price: Floats
    cap_price: Floats
    soft_price: Floats
    values: Floats
    rebate: int

    @property
    def prices(self) -> tuple[Floats, Floats, Floats]:
        """By kind."""
        return self.slot_price, self.cap_price, self.soft_price


class Kind(NamedTuple):
    """One kind of price: of a slot, of a meeting within a daily cap, of a meeting beyond the soft cap."""

    price: Floats
    """[R, D, n]"""
    capacity: Floats
    usage: Floats
    highest: Floats
    """[R, D] most that a price can be."""


@njit(cache=True, nogil=True)
def _accumulate(slot_price: Any, cumulative: Any, dirty: Any) -> None:
    for r in range(slot_price.shape[0]):
        for d in range(slot_price.shape[1]):
            if dirty[r, d]:
                total = 0.0
                for k in range(slot_price.shape[2]):
                    total += slot_price[r, d, k]
                    cumulative[r, d, k + 1] = total


class Lagrangian(ABC):
    """Prices, what they prove, and the best they have proven; how they move is up to the class that steps.

    Parameters
    ----------
    problem : Problem
    constant : int
        Cost that no choice changes, part of every bound.
    rent : [R, D, slots], optional
        Prices that somebody else sets and charges for, on top of those here. The bound leaves out their charge.

    Attributes
    ----------
    least_days : int
        Proven: no calendar has fewer breach days.
    """

    def __init__(self, problem: Problem, constant: int, rent: Floats | None = None) -> None:
        tab = problem.tables
        self.problem = problem
        self.constant = constant
        self.least_days = 0
        self._rebates: Rebates | None = None
        self._relaxed = problem
        self._rebate = 0
        self.commits: Commits = fixed_commits(problem)
        r, d = resources(problem), max(1, len(problem.days))
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
        self._soft_limit: Floats = np.where(
            (tab.res_soft[:, None] == 1) & (self.commits.n < tab.soft_cap), float(tab.soft_cost), 0.0
        )
        self._rent = rent
        self.prices: Prices = no_prices(problem)
        self._pass = empty_pass(problem)
        self._found = 0
        self.values: Floats = self._pass.values
        self._dirty = np.ones((r, d), dtype=np.bool_)
        here, no_limit = self._capacity, np.full((r, d), np.inf)
        day = self._pass.day_usage[:, :, None]
        self.kinds = (
            Kind(self.slot_price, here.slot, self._pass.usage, no_limit),
            Kind(self.cap_price, here.cap, day, no_limit),
            Kind(self.soft_price, here.soft, day, self._soft_limit),
        )
        self.bound = self._bound_here(-np.inf)
        self.iterations = 0
        self._since_better = 0

    @property
    @abstractmethod
    def settled(self) -> bool:
        """Whether further steps would hardly move the bound."""

    @abstractmethod
    def step(self, target: float) -> float:
        """Do one step of work; returns a bound.

        Parameters
        ----------
        target : float
            Cost of the best calendar: what the bound can't exceed.
        """

    def evaluate(self) -> float:
        """Bound at the present prices; keeps the best."""
        total, self._found = price_pass(
            self._relaxed.packed,
            self.commits,
            self.prices,
            self._dirty,
            self.iterations == 0,
            self._pass,
        )
        self._dirty[:] = False
        value = float(total) - self._here().charge() + self.constant + self._rebate * self.least_days
        self.iterations += 1
        better = value > self.bound.value + BETTER * abs(self.bound.value)
        self._since_better = 0 if better or self.iterations == 1 else self._since_better + 1
        if value > self.bound.value + 1e-9:
            self.bound = self._bound_here(value)
        return value

    def begin(self, slot_price: Floats, cap_price: Floats, soft_price: Floats) -> None:
        """Start from known prices; afterwards they are the best there are."""
        for kind, price in zip(self.kinds, (slot_price, cap_price, soft_price), strict=True):
            kind.price[:] = price
        self._dirty[:] = True
        self._publish()
        self.bound = self._bound_here(-np.inf)
        self.evaluate()

    def rest(self) -> None:
        """Go back to the prices of the best bound, and work everything out at them."""
        self.put(self.bound.prices, self.bound.rebate)
        self.evaluate()

    def expect_breaches(self, least_days: int) -> None:
        """Take into account that no calendar has fewer than ``least_days`` breach days."""
        more = least_days - self.least_days
        if more <= 0:
            return
        self.least_days = least_days
        self.bound = dataclasses.replace(self.bound, value=self.bound.value + more * self.bound.rebate)

    def put(self, prices: tuple[Floats, Floats, Floats], rebate: int) -> None:
        """Take prices as they are given, by kind, and a rebate."""
        if rebate != self._rebate:
            if self._rebates is None:
                self._rebates = Rebates(self.problem)
            self._rebate, self._relaxed = rebate, self._rebates.at(rebate, 0)
        for kind, given in zip(self.kinds, prices, strict=True):
            changed = kind.price != given
            self._dirty |= changed.any(axis=2)
            np.copyto(kind.price, given, where=changed)
        self._publish()

    @property
    def usage(self) -> Floats:
        """[R, D, slots] what the best chains at the present prices take."""
        return self._pass.usage

    def charge_left(self, commits: Commits) -> float:
        """What the present prices charge for the capacity that ``commits`` leave free."""
        return self._here().charge_left(commits)

    def point(self) -> PricePoint:
        """Return the prices of the best bound, and what they prove."""
        best = self.bound
        prices = no_prices(self.problem)
        np.cumsum(best.slot_price, axis=2, out=prices.cumulative[:, :, 1:])
        prices.day[:] = best.cap_price[:, :, 0] + best.soft_price[:, :, 0]
        relaxed = self.problem if self._rebates is None else self._rebates.at(best.rebate, self.least_days)
        return PricePoint(
            *best.prices, prices, best.values, best.value, self.settled, self._capacity, relaxed
        )

    def _here(self) -> PricePoint:
        """The present prices."""
        return PricePoint(
            self.slot_price,
            self.cap_price,
            self.soft_price,
            self.prices,
            self.values,
            self.bound.value,
            self.settled,
            self._capacity,
            self._relaxed,
        )

    def _bound_here(self, value: float) -> Bound:
        return Bound(
            value,
            self.slot_price.copy(),
            self.cap_price.copy(),
            self.soft_price.copy(),
            self.values.copy(),
            self._rebate,
        )

    def _publish(self) -> None:
        whole = self.slot_price if self._rent is None else self.slot_price + self._rent
        _accumulate(whole, self.prices.cumulative, self._dirty)
        self.prices.day[:] = self.cap_price[:, :, 0] + self.soft_price[:, :, 0]
