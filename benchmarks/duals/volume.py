"""The volume algorithm (Barahona and Anbil 2000): steps along an average of subgradients that estimates the primal."""

from __future__ import annotations

import numpy as np
from numba import njit

from solver.engine.climb import Climb, move
from solver.engine.state import Floats
from solver.problem.tables import Problem

RED_STEPS = 20
"""Steps without a better bound after which the step comes down."""
RED, GREEN = 0.66, 1.1
"""What the factor is multiplied by then, and after a better bound whose subgradient agrees with the direction."""
MOST_WEIGHT = 0.1
"""Largest weight of the newest subgradient in the average, to begin with."""
CHECKED = 100
"""Steps after which the weight is halved unless the bound has risen by ``GROWTH``."""
GROWTH = 0.01
AHEAD = 0.05
"""How far ahead of the bound, as a share of it, the target is kept."""
LEAST = 1e-4
"""Factor at which the method ends."""


@njit(cache=True)
def blend(mean: Floats, usage: Floats, weight: float) -> None:
    """Move the average towards the newest usage."""
    mean *= 1.0 - weight
    mean += weight * usage


class Volume(Climb):
    """As published; violations of resources that cost nothing and are not full are left out of the direction."""

    def __init__(self, problem: Problem, constant: int) -> None:
        super().__init__(problem, constant)
        self._mean: list[Floats] = []
        self._factor = 0.1
        self._most = MOST_WEIGHT
        self._marked = -np.inf
        self._steps = 0

    def step(self, target: float) -> float:
        """Evaluate the bound and move the prices away from the best ones."""
        before = self.bound.value
        value = self.evaluate()
        if not self._mean:
            self._mean = [kind.usage.copy() for kind in self.kinds]
        else:
            self._average()
        self._steps += 1
        self._tune(value > before)
        aim = min(target, self.bound.value + AHEAD * max(1.0, abs(self.bound.value)))
        norm = self._direct()
        if norm <= 0.0 or self._factor < LEAST:
            self._rise = 0.0
            return value
        length = self._factor * max(0.0, aim - self.bound.value) / norm
        for kind, center, out in zip(self.kinds, self.bound.prices, self._step, strict=True):
            move(kind.price, center, out, length, kind.highest, self._dirty)
        self._publish()
        return value

    def _average(self) -> None:
        """Give the newest usage the weight, within bounds, that makes the average violate least."""
        over = along = 0.0
        for kind, mean in zip(self.kinds, self._mean, strict=True):
            violated = np.where(kind.highest[:, :, None] > 0.0, mean - kind.capacity, 0.0)
            change = np.where(kind.highest[:, :, None] > 0.0, kind.usage - mean, 0.0)
            # Only what is over capacity or has a price can be said to violate.
            counted = (violated > 0.0) | (kind.price > 0.0)
            over -= float((violated * change)[counted].sum())
            along += float((change * change)[counted].sum())
        best = over / along if along > 0.0 else 0.0
        weight = self._most / 10.0 if best <= 0.0 else min(best, self._most)
        for kind, mean in zip(self.kinds, self._mean, strict=True):
            blend(mean, kind.usage, weight)

    def _tune(self, better: bool) -> None:
        if better:
            agreement = sum(
                float((out * (kind.usage - kind.capacity)).sum())
                for kind, out in zip(self.kinds, self._step, strict=True)
            )
            self._factor = min(2.0, self._factor * GREEN) if agreement >= 0.0 else self._factor
        elif self._since_better >= RED_STEPS:
            self._since_better = 0
            self._factor *= RED
        if self._steps % CHECKED == 0:
            if self.bound.value < self._marked + GROWTH * abs(self._marked):
                self._most = max(1e-5, self._most / 2.0)
            self._marked = self.bound.value

    def _direct(self) -> float:
        norm = 0.0
        for kind, mean, center, out in zip(
            self.kinds, self._mean, self.bound.prices, self._step, strict=True
        ):
            out[:] = np.where(kind.highest[:, :, None] > 0.0, mean - kind.capacity, 0.0)
            out[(out < 0.0) & (center <= 0.0)] = 0.0
            norm += float((out * out).sum())
        return norm
