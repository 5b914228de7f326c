"""Level control in one metric for all prices, from a level far above: what the engine had before."""

from __future__ import annotations

import math

from solver.engine.climb import MEMORY, SETTLED, Climb

PATIENCE = 20
"""Steps without a better bound after which the level comes down."""


class Level(Climb):
    """Deflected subgradient (Camerini, Fratta and Maffioli 1975) whose level only comes down (Goffin and Kiwiel 1999)."""

    def step(self, target: float) -> float:
        """Evaluate the bound and move the prices; returns the bound before the move."""
        value = self.evaluate()
        if math.isinf(self._rise):
            self._rise = max(1.0, 0.5 * (target - value))
        self._rise = min(self._rise, max(0.0, target - self.bound.value))
        if self._since_better >= PATIENCE:
            self._rise *= 0.5
            value = self.retreat()
            if self._rise <= SETTLED * max(1.0, abs(self.bound.value)):
                return value
        norm = self.aim(MEMORY)
        if norm <= 0.0:
            self._rise = 0.0
        else:
            self.go(max(1e-3, self.bound.value + self._rise - value) / norm)
        return value
