"""Scaled level control: prices move in proportion to what prices there already are."""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from benchmarks.duals.ascent import Ascent

MEMORY = 0.7
"""Share of the last direction in the next one."""
FIRST_RISE = 0.05
"""Level that the first step aims at, above the bound without prices and as a share of it."""
QUICK = 0.2
"""Share of the level that one step must gain for the level to go up."""
UP, DOWN = 1.5, 0.5
"""What the level is multiplied by when it goes up, and when it comes down."""
PATIENCE = 10
"""Steps without a better bound after which the level comes down."""


@njit(cache=True)
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


class Scaled(Ascent):
    """Deflected subgradient in a metric of its own, aiming at a level that goes up as well as down.

    The level begins near the bound instead of near the target, so that a target far above the truth does no harm.
    """

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
            self._since_better = 0
            self._rise *= DOWN
            self._restore()
            value = self.evaluate()
            if self.settled:
                return value
        for kind, weight in zip(self.kinds, self._weights, strict=True):
            fill_weights(kind.price, weight)
        norm = self.aim(MEMORY)
        if norm <= 0.0:
            self._rise = 0.0
        else:
            self.go(max(1e-3, self.bound.value + self._rise - value) / norm)
        return value
