"""What the subgradient methods share: kinds of price, directions, and moves within what prices may be."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from solver.engine.prices import Dual
from solver.engine.state import Floats
from solver.problem.tables import Problem


class Kind(NamedTuple):
    """One kind of price: of a slot, of a meeting within a daily cap, of a meeting beyond the soft cap."""

    price: Floats
    """[R, D, n]"""
    capacity: Floats
    usage: Floats
    highest: Floats
    """[R, D] most that a price can be."""


@njit(cache=True)
def scaled_direction(
    usage: Any, capacity: Any, price: Any, highest: Any, last: Any, weight: Any, memory: float, out: Any
) -> float:
    """Fill ``out`` with the deflected subgradient times the weights; returns its squared length in their metric.

    A price that is at an end of its range and would leave it stays out. ``last`` is the direction before the weights.
    """
    norm = 0.0
    for r in range(price.shape[0]):
        for d in range(price.shape[1]):
            for k in range(price.shape[2]):
                g = usage[r, d, k] - capacity[r, d, k] + memory * last[r, d, k]
                low = price[r, d, k] <= 0.0 and (usage[r, d, k] < capacity[r, d, k] or g < 0.0)
                if low or (g > 0.0 and price[r, d, k] >= highest[r, d]):
                    g = 0.0
                last[r, d, k] = g
                out[r, d, k] = weight[r, d, k] * g
                norm += weight[r, d, k] * g * g
    return norm


@njit(cache=True)
def move(price: Any, center: Any, direction: Any, step: float, highest: Any, dirty: Any) -> None:
    """``price`` becomes ``center`` plus a step, within 0 and ``highest``; marks (resource, day) pairs that changed."""
    for r in range(price.shape[0]):
        for d in range(price.shape[1]):
            for k in range(price.shape[2]):
                new = center[r, d, k] + step * direction[r, d, k]
                new = min(new, highest[r, d]) if new > 1e-9 else 0.0
                if new != price[r, d, k]:
                    price[r, d, k] = new
                    dirty[r, d] = True


class Ascent(Dual):
    """A dual whose kinds of price can be gone through in a loop."""

    def __init__(self, problem: Problem, constant: int) -> None:
        super().__init__(problem, constant)
        here = self._capacity
        day = self._day_usage[:, :, None]
        self.kinds = (
            Kind(self.slot_price, here.slot, self._usage, self._no_limit),
            Kind(self.cap_price, here.cap, day, self._no_limit),
            Kind(self.soft_price, here.soft, day, self._soft_limit),
        )
        self._weights = [np.ones_like(kind.price) for kind in self.kinds]

    @property
    def best_prices(self) -> tuple[Floats, Floats, Floats]:
        """Prices of the best bound, by kind."""
        return self.bound.slot_price, self.bound.cap_price, self.bound.soft_price

    def aim(self, memory: float) -> float:
        """Work out the direction at the present prices; returns its squared length."""
        norm = 0.0
        for kind, last, weight, out in zip(self.kinds, self._last, self._weights, self._step, strict=True):
            norm += scaled_direction(
                kind.usage, kind.capacity, kind.price, kind.highest, last, weight, memory, out
            )
        return norm

    def go(self, length: float) -> None:
        """Move along the direction from the present prices."""
        for kind, out in zip(self.kinds, self._step, strict=True):
            move(kind.price, kind.price, out, length, kind.highest, self._dirty)
        self._publish()

    def put(self, prices: tuple[Floats, ...]) -> None:
        """Take prices as they are given, by kind."""
        for kind, new in zip(self.kinds, prices, strict=True):
            self._dirty |= (kind.price != new).any(axis=2)
            kind.price[:] = new
        self._publish()
