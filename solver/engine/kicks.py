"""Leaving a calendar that no single move makes better: disturb it, mend it, and keep what came of it if it is about as good
(iterated local search, Lourenço, Martin and Stützle 2003).

Near the bound annealing undoes more than it gains, while a few wild moves undo a corner only: descent then makes the most of
that corner and of what it touches.
"""

from __future__ import annotations

from solver.engine.incumbent import Incumbent
from solver.engine.point import PricePoint
from solver.engine.state import Prices, Solution

WILD_MOVES = 25
HEAT = 100.0
"""Moves that may make it worse, and their temperature in points: hot enough for a meeting without somebody who ought to come."""
SETTLED = 4
"""Rounds without a gain after which what was disturbed is as good as it gets."""
SLACK = 0.05
"""Share of the gap by which what is gone on from may be worse than the best of its walk."""
LAST = 60
"""Kicks without a gain after which a walk is over: there are basins that none of them leaves."""


class Kicks:
    """A walk from calendar to calendar: what to disturb next, and how far it has been mended.

    Parameters
    ----------
    incumbent : Incumbent
        Its working solution is what is disturbed.
    """

    def __init__(self, incumbent: Incumbent) -> None:
        self._incumbent = incumbent
        self._home: Solution | None = None
        self._home_cost = 0
        self._least = 0
        self._last = 0
        self._still = 0
        self.fruitless = 0
        """Kicks since the walk last came to a better calendar than before."""

    @property
    def over(self) -> bool:
        """Whether the walk has come to its end."""
        return self.fruitless >= LAST

    def mended(self) -> bool:
        """Count a round of moves; returns whether they have come to an end."""
        cost = self._incumbent.work_cost
        self._still = 0 if cost < self._last else self._still + 1
        self._last = cost
        return self._still >= SETTLED

    def begin(self) -> None:
        """Begin a walk at what is worked on, which moves have yet to mend."""
        self._home = None
        self._last, self._still, self.fruitless = self._incumbent.work_cost, 0, 0

    def arrive(self, gap: float) -> None:
        """Settle on what was mended, or go back where that is too bad.

        Parameters
        ----------
        gap : float
            Points of the best calendar above the bound.
        """
        best = self._incumbent
        if self._home is None or best.work_cost < self._least:
            self._least, self.fruitless = best.work_cost, 0
        else:
            self.fruitless += 1
        if self._home is None or best.work_cost <= self._least + SLACK * gap:
            self._home, self._home_cost = best.work.copy(), best.work_cost
        else:
            best.go_to(self._home, self._home_cost)

    def kick(self, prices: Prices | None, point: PricePoint) -> None:
        """Disturb what was settled on.

        Parameters
        ----------
        prices : Prices or None
            Of the moves.
        point : PricePoint
        """
        best = self._incumbent
        if self._home is not None and best.work_cost != self._home_cost:
            best.go_to(self._home, self._home_cost)
        best.improve(prices, point, WILD_MOVES, HEAT)
        self._last, self._still = best.work_cost, 0
