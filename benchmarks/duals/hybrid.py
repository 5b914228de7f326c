"""Column generation after a short climb: the method that wins.

The scaled subgradient finds prices of the right order in a few dozen passes. What those passes found is the first
restricted master; from then on each master's prices are approached from the best ones on a line (in-out separation:
Wentges 1997, Ben-Ameur and Neto 2007), and every point on it teaches the next master.
"""

from __future__ import annotations

import math
from collections import deque

from benchmarks.duals.columns import Pool
from benchmarks.duals.master import Master
from benchmarks.duals.scaled import Scaled
from solver.engine.state import Floats
from solver.problem.tables import Problem

CLIMB = 30
"""Passes of the climb, at least."""
LATELY = 10
STEEP = 0.01
"""The climb goes on while its latest passes have raised the bound by more than this share."""
SHARES = (0.05, 0.1, 0.3, 0.6, 1.0)
"""Where on the way from the best prices to the master's each round looks."""
SLACK = 2.0
"""Size of the box, as a multiple of the highest price so far."""
LEAST_BOX = 100.0
CLOSED = 1e-5
"""Distance of the bound to the master's optimum, as a share of it, at which there is nothing left to gain."""


class Hybrid(Scaled):
    """A climb, then rounds of a master and the points on the way to its prices; every step makes one pass."""

    def __init__(self, problem: Problem, constant: int) -> None:
        super().__init__(problem, constant)
        self._pool = Pool(problem)
        self._master = Master(problem, self._capacity, self._soft_limit)
        self._climbing = True
        self._climbed: deque[float] = deque(maxlen=LATELY + 1)
        self._shares: list[float] = []
        self._way: tuple[tuple[Floats, ...], tuple[Floats, ...]] = ((), ())
        self._upper = math.inf
        self._box = 1.0
        self._learnt = 0
        self._started_at = -math.inf
        self.masters = 0

    @property
    def settled(self) -> bool:
        """Whether the bound is all but as high as it can be."""
        return not self._climbing and self._upper - self.bound.value <= CLOSED * max(
            1.0, abs(self.bound.value)
        )

    def evaluate(self) -> float:
        """Bound at the present prices; keeps the best, and learns the chains that are best there."""
        value = super().evaluate()
        self._learnt += self._pool.read(self.commits, self.prices, self._cost, self._pick)
        return value

    def step(self, target: float) -> float:
        """Make one pass; returns the bound that it proves."""
        if self._climbing:
            value = super().step(target)
            self._climbed.append(self.bound.value)
            steep = self.bound.value - self._climbed[0] > STEEP * abs(self.bound.value)
            self._climbing = (self.iterations < CLIMB or steep) and self._rise > 0.0
            return value
        if not self._shares:
            self._begin_round()
        if not self._shares:
            return self.bound.value
        share = self._shares.pop(0)
        center, goal = self._way
        self.put(tuple((1.0 - share) * a + share * b for a, b in zip(center, goal, strict=True)))
        return self.evaluate()

    def _begin_round(self) -> None:
        stuck = self.bound.value <= self._started_at
        taught, self._learnt, self._started_at = self._learnt > 0, 0, self.bound.value
        highest = max(float(price.max(initial=0.0)) for price in self.best_prices)
        # A box that stands in the way while nothing else is learnt has to open.
        self._box = self._box * 2.0 if stuck else 1.0
        found = self._master.solve(self._pool, self._box * max(LEAST_BOX, SLACK * highest))
        self.masters += 1
        if found is None or (stuck and not taught and found.inside):
            self._upper = self.bound.value
            return
        self._upper = found.value + self.constant if found.inside else math.inf
        if not self.settled:
            self._way = (tuple(price.copy() for price in self.best_prices), found.prices)
            self._shares = list(SHARES)
