"""When moves may make things worse: in cycles that cool down, each longer than the one before (Kirkpatrick et al. 1983).

How hot a cycle begins goes by what the calendar costs above the bound: where rooms are short a good calendar is hundreds of
points a series away, elsewhere less than one, and a heat that helps the one would undo the other.
"""

from __future__ import annotations

from solver.engine.rebate import BREACH_DAY

FIRST_LENGTH = 30_000
LONGER = 2.0
"""Moves of the first cycle, and how much longer each one is than the one before."""
HEAT = 4.0
"""Temperature that a cycle begins at, as a multiple of the gap of an average series."""
HOTTEST = 0.3 * BREACH_DAY
COOLING = 0.005
"""Temperature at the end of a cycle, as a share of the first."""
STILL = 0.9
"""Share of a cycle after which nothing worse is kept."""


class Annealing:
    """The temperature of each round.

    Parameters
    ----------
    series : int
    moves : int
        In a round.
    """

    def __init__(self, series: int, moves: int) -> None:
        self._series = max(1, series)
        self._next = FIRST_LENGTH / moves
        self._length = 0
        self._done = 0
        self._heat = 0.0

    @property
    def over(self) -> bool:
        """Whether no cycle is under way."""
        return self._done >= self._length

    def begin(self, gap: float, most: float) -> None:
        """Begin a cycle.

        Parameters
        ----------
        gap : float
            Points of the calendar above the bound.
        most : float
            Rounds that there may be time for.
        """
        self._heat = min(HOTTEST, HEAT * gap / self._series)
        self._length = max(1, int(min(self._next, most)))
        self._done = 0
        self._next *= LONGER

    def end(self) -> None:
        """Have the cycle end here."""
        self._length = 0

    def cool(self) -> float:
        """Return the temperature of the next round, 0 between cycles."""
        if self.over:
            return 0.0
        share = self._done / self._length
        self._done += 1
        return 0.0 if share >= STILL else self._heat * COOLING ** (share / STILL)
