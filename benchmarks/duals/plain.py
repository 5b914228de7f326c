"""The plain subgradient method: Polyak's step towards the target, halved when the bound stands still."""

from __future__ import annotations

from solver.engine.climb import Climb
from solver.problem.tables import Problem

PATIENCE = 20
"""Steps without a better bound after which the factor is halved (Held, Wolfe and Crowder 1974)."""
LEAST = 1e-3
"""Factor at which the method ends."""


class Plain(Climb):
    """No level, no deflection: what every other method has to beat."""

    def __init__(self, problem: Problem, constant: int) -> None:
        super().__init__(problem, constant)
        self._factor = 2.0

    def step(self, target: float) -> float:
        """Evaluate the bound and move the prices."""
        value = self.evaluate()
        if self._since_better >= PATIENCE:
            self._since_better = 0
            self._factor *= 0.5
        norm = self.aim(0.0)
        if norm <= 0.0 or self._factor < LEAST:
            self._rise = 0.0
        else:
            self.go(self._factor * max(0.0, target - value) / norm)
        return value
