"""The dual: prices that climb for a while, and then are those of linear programmes over what the climb has found.

A scaled subgradient finds prices of the right order in a few dozen passes. What those passes found is the first
restricted master; from then on each master's prices are approached from the best ones on a line (in-out separation:
Wentges 1997, Ben-Ameur and Neto 2007), and every point on it teaches the next master.
"""

from __future__ import annotations

import math
from collections import deque

from solver.engine.climb import Climb
from solver.engine.columns import Pool
from solver.engine.master import LARGE, Master
from solver.engine.rebate import BREACH_DAY
from solver.engine.state import Floats
from solver.problem.tables import Problem

CLIMB = 30
"""Passes of the climb, at least."""
LATELY = 10
STEEP = 0.01
"""The climb goes on while its latest passes have raised the bound by more than this share."""
HIGH = 0.01
"""Level, as a share of the bound, at which the climb ends where a master would be large."""
FEW_KNOWN = 1_000
"""Meetings and steps up to which a master takes no longer than a few passes, so that it need not wait."""
SHARES = (0.05, 0.1, 0.3, 0.6, 1.0)
"""Where on the way from the best prices to the master's each round looks."""
SLACK = 10.0
"""Size of the box, as a multiple of the highest price so far."""
LEAST_BOX = 100.0
FIRST_REBATE = 0.9
"""Share of its points by which a breach day is cheaper when it first turns out that some can't be avoided."""
CLOSED = 3e-5
NEARLY_CLOSED = 3e-4
"""Distance of the bound to the master's optimum, as a share of it, at which there is nothing left to gain, or too little for what
a large master takes."""
MOST_KNOWN = 20_000
"""Meetings and steps beyond which a master would take too long: then the climb goes on to its end."""


class Dual(Climb):
    """A climb, then rounds of a master and the points on the way to its prices.

    A step makes one pass over all series, or solves one linear programme and makes none.

    Attributes
    ----------
    masters : int
        Linear programmes solved.
    """

    def __init__(self, problem: Problem, constant: int) -> None:
        super().__init__(problem, constant)
        self._pool = Pool()
        self._master = Master(problem, self._capacity, self._soft_limit)
        self._climbing = True
        self._to_the_end = False
        self._high = False
        self._climbed: deque[float] = deque(maxlen=LATELY + 1)
        self._shares: list[float] = []
        self._way: tuple[tuple[Floats, ...], tuple[Floats, ...]] = ((), ())
        self._rebates_on_the_way = (0.0, 0.0)
        self._upper = math.inf
        self._box = 1.0
        self._learnt = 0
        self._started_at = -math.inf
        self.masters = 0

    @property
    def settled(self) -> bool:
        """Whether the bound is all but as high as it can be."""
        if self._climbing:
            return self._to_the_end and super().settled
        closed = CLOSED if len(self._pool) <= LARGE else NEARLY_CLOSED
        return self._upper - self.bound.value <= closed * max(1.0, abs(self.bound.value))

    def evaluate(self) -> float:
        """Bound at the present prices; keeps the best, and learns the chains that are best there."""
        value = super().evaluate()
        if not self._to_the_end:
            self._learnt += self._pool.read(self._pass, self._found)
        return value

    def expect_breaches(self, least_days: int) -> None:
        """Take the least number of breach days into account, with prices that go with it."""
        if least_days <= self.least_days:
            return
        super().expect_breaches(least_days)
        self._upper, self._started_at, self._shares = math.inf, -math.inf, []
        if self._climbing:
            self.put(self.bound.prices, round(FIRST_REBATE * BREACH_DAY))
            self.evaluate()

    def step(self, target: float) -> float:
        """Make one pass and return the bound that it proves, or solve a master and return the best bound."""
        if self._climbing:
            return self._climb(target)
        if not self._shares:
            self._begin_round()
            return self.bound.value
        share = self._shares.pop(0)
        slot, cap, soft = ((1.0 - share) * a + share * b for a, b in zip(*self._way, strict=True))
        there, here = self._rebates_on_the_way
        self.put((slot, cap, soft), round((1.0 - share) * there + share * here))
        return self.evaluate()

    def _climb(self, target: float) -> float:
        value = super().step(target)
        self._climbed.append(self.bound.value)
        steep = self.bound.value - self._climbed[0] > STEEP * abs(self.bound.value)
        on = self.iterations < CLIMB or (steep and len(self._pool) > FEW_KNOWN)
        if not on and not self._high and len(self._pool) > LARGE:
            # A large master pays only from near the top, and with what is found there.
            self._high, self._pool = True, Pool()
        if self._high:
            on = self._rise > HIGH * abs(self.bound.value)
        self._climbing = self._to_the_end or (on and self._rise > 0.0)
        return value

    def _begin_round(self) -> None:
        stuck = self.bound.value <= self._started_at
        taught, self._learnt, self._started_at = self._learnt > 0, 0, self.bound.value
        highest = max(float(price.max(initial=0.0)) for price in self.bound.prices)
        # A box that stands in the way while nothing else is learnt has to open.
        self._box = self._box * 2.0 if stuck else 1.0
        found = None
        if len(self._pool) <= MOST_KNOWN:
            box = self._box * max(LEAST_BOX, SLACK * highest)
            found = self._master.solve(self._pool, box, self.least_days)
            self.masters += 1
        if found is None:
            self._end_masters()
        elif stuck and not taught and found.inside:
            self._upper = self.bound.value
        else:
            self._upper = found.value + self.constant if found.inside else math.inf
            if not self.settled:
                self._way = (self.bound.prices, found.prices)
                self._rebates_on_the_way = (self.bound.rebate, found.rebate)
                self._shares = list(SHARES)

    def _end_masters(self) -> None:
        """Climb to the end, from the best prices on."""
        self._climbing = self._to_the_end = True
        self._pool = Pool()
        self.retreat()
