"""Scaled level control: prices climb along a deflected subgradient, in proportion to what prices there already are.

Deflection as in Camerini, Fratta and Maffioli (1975), the level as in Goffin and Kiwiel (1999).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from solver.engine.lagrangian import Lagrangian
from solver.engine.state import Floats
from solver.problem.tables import Problem

MEMORY = 0.7
"""Share of the last direction in the next one."""
FIRST_RISE = 0.05
"""Level that the first step aims at, above the bound there and as a share of it."""
QUICK = 0.2
"""Share of the level that one step must gain for the level to go up."""
UP, DOWN = 1.5, 0.5
"""What the level is multiplied by when it goes up, and when it comes down."""
PATIENCE = 10
"""Steps without a better bound after which the level comes down."""
SETTLED = 2e-4
"""Level, as a share of the bound, at which the prices count as settled."""


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def move(price: Any, center: Any, direction: Any, step: float, highest: Any, dirty: Any) -> None:
    """``price`` becomes ``center`` plus a step, within 0 and ``highest``; marks (resource, day) pairs that changed."""
    for r in range(price.shape[0]):
        for d in range(price.shape[1]):
            for k in range(price.shape[2]):
                if direction[r, d, k] == 0.0 and price[r, d, k] == center[r, d, k]:
                    continue
                new = center[r, d, k] + step * direction[r, d, k]
                new = min(new, highest[r, d]) if new > 1e-9 else 0.0
                if new != price[r, d, k]:
                    price[r, d, k] = new
                    dirty[r, d] = True


@njit(cache=True, nogil=True)
def fill_weights(price: Any, weight: Any) -> None:
    """1 plus the price, plus the means of the positive prices of the resource and of its day.

    A congested room needs prices of thousands on every day, an expected person a few points on one: in one metric for
    both, steps that are right for the one are hopeless for the other.
    """
    for r in range(price.shape[0]):
        total = 0.0
        n = 0
        for d in range(price.shape[1]):
            for k in range(price.shape[2]):
                total += price[r, d, k]
                n += price[r, d, k] > 0.0
        of_resource = total / n if n > 0 else 0.0
        for d in range(price.shape[1]):
            total = 0.0
            n = 0
            for k in range(price.shape[2]):
                total += price[r, d, k]
                n += price[r, d, k] > 0.0
            of_day = total / n if n > 0 else 0.0
            for k in range(price.shape[2]):
                weight[r, d, k] = 1.0 + price[r, d, k] + of_resource + of_day


class Climb(Lagrangian):
    """Deflected subgradient in a metric of its own, aiming at a level that goes up as well as down.

    The level begins near the bound instead of near the target, so that a target far above the truth does no harm.
    """

    def __init__(self, problem: Problem, constant: int, rent: Floats | None = None) -> None:
        super().__init__(problem, constant, rent)
        self._weights = [np.ones_like(kind.price) for kind in self.kinds]
        self._last = [np.zeros_like(kind.price) for kind in self.kinds]
        self._step = [np.zeros_like(kind.price) for kind in self.kinds]
        self._rise = math.inf

    @property
    def settled(self) -> bool:
        """Whether the level is hardly above the bound."""
        return not math.isinf(self._rise) and self._rise <= SETTLED * max(1.0, abs(self.bound.value))

    def step(self, target: float) -> float:
        """Evaluate the bound and move the prices; returns the bound before the move."""
        before = self.bound.value
        value = self.evaluate()
        if math.isinf(self._rise):
            self._rise = max(1.0, FIRST_RISE * abs(value))
        if math.isfinite(before) and self.bound.value - before >= QUICK * self._rise:
            self._rise *= UP
        self._rise = min(self._rise, max(0.0, target - self.bound.value))
        if self._since_better >= PATIENCE:
            self._rise *= DOWN
            value = self.retreat()
            if self._rise <= SETTLED * max(1.0, abs(self.bound.value)):
                return value
        for kind, weight in zip(self.kinds, self._weights, strict=True):
            fill_weights(kind.price, weight)
        norm = self.aim(MEMORY)
        if norm <= 0.0:
            self._rise = 0.0
        else:
            self.go(max(1e-3, self.bound.value + self._rise - value) / norm)
        return value

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

    def retreat(self) -> float:
        """Begin again at the prices of the best bound, in no direction; returns the bound there."""
        self._since_better = 0
        for last in self._last:
            last[:] = 0.0
        self.put(self.bound.prices, self.bound.rebate)
        return self.evaluate()
