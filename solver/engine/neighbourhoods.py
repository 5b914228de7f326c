"""CP-SAT on part of a calendar, everything else as it is: some days, some related series, or a small caseload whole."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.engine.exact import ExactBudget, solve_series
from solver.engine.incumbent import Incumbent
from solver.engine.joint import JointBudget, neighbourhood
from solver.engine.point import PricePoint
from solver.engine.settings import Parts

SERIES = 6
MOST_SERIES = 16
"""Series that CP-SAT frees at once: to begin with, and at most."""
MOST_PATTERNS = 2_000
MOST_PATTERNS_WHOLE = 20_000
"""Largest exact models, in starts by group of venues."""
MOST_PATTERNS_WEEKS = 8_000
FIRST_DAYS = 5
MOST_DAYS = 20
"""Days in which CP-SAT plans everything anew: to begin with, and at most."""
PORTFOLIO = 8
"""Workers from which CP-SAT's portfolio has a full linear relaxation, which this model needs: on fewer but several it has not
closed in minutes what one worker proves in half a second."""
FIRST_WHOLE = 1.0
LONGEST_WHOLE = 32.0
"""Deterministic time of the first attempt at a whole small caseload, doubled for each further one up to the longest."""
LAST = 0.5
"""Seconds left below which no model is begun."""
WHOLE = 24
"""A caseload of at most this many series is given to CP-SAT whole."""


@dataclass(frozen=True)
class Spare:
    """Time that there is.

    Attributes
    ----------
    seconds : float
    by_rounds : bool
        The search is limited by rounds: it must not look at the clock at all, and CP-SAT's deterministic time ends each solve.
    """

    seconds: float
    by_rounds: bool


@dataclass(frozen=True)
class Look:
    """What came of a look: what was looked at, and whether the calendar is better for it."""

    phase: str
    better: bool


class Neighbourhoods:
    """Chooses what CP-SAT looks at, and how much of it.

    Parameters
    ----------
    incumbent : Incumbent
        Its best is what is made better.
    random : numpy.random.Generator
    seed, workers : int
        Of CP-SAT; several workers for a whole small caseload alone.
    parts : Parts
    stop : callable
    """

    def __init__(
        self,
        incumbent: Incumbent,
        *,
        random: np.random.Generator,
        seed: int,
        workers: int,
        parts: Parts,
        stop: Callable[[], bool],
    ) -> None:
        self._problem = incumbent.problem
        self._incumbent = incumbent
        self._random = random
        self._seed = seed
        self._workers = workers
        self._parts = parts
        self._stop = stop
        self._size = SERIES
        self._too_large = False
        self._wholes = 0
        self._next_whole = 0
        self._weeks_share = 0.5
        self._days = FIRST_DAYS
        self.proved = -math.inf
        """Lower bound on every calendar, from a caseload solved whole."""

    @property
    def small(self) -> bool:
        """Whether the caseload is given to CP-SAT whole."""
        return len(self._problem.series) <= WHOLE

    def whole_is_due(self, rounds: int) -> bool:
        """Whether it is time for another attempt at the whole of a small caseload."""
        return rounds >= self._next_whole

    def look(self, spare: Spare, point: PricePoint, rounds: int) -> Look | None:
        """Look at a stretch of days or at some series, whichever has paid off lately; a small caseload whole.

        Parameters
        ----------
        spare : Spare
        point : PricePoint
        rounds : int
            Of the search so far, which count into CP-SAT's seeds.

        Returns
        -------
        Look or None
            ``None`` where there is nothing to tell.
        """
        if not self.small and float(self._random.random()) < self._weeks_share:
            return self._weeks(spare, point, rounds)
        return self._exact(spare, point, rounds)

    def _weeks(self, spare: Spare, point: PricePoint, rounds: int) -> Look | None:
        """Free what all series hold in a stretch of days, and plan it anew."""
        best = self._incumbent
        if spare.seconds < LAST:
            return None
        best.restart()
        before = best.cost
        begin, end = self._stretch(point)
        series = best.held_in(begin, end)
        commits = best.without(series, begin, end)
        model = neighbourhood(self._problem, commits, best.work, series, begin, end, most=MOST_PATTERNS_WEEKS)
        if model is None:
            self._days = max(2, self._days - 1)
            return None
        budget = JointBudget(min(spare.seconds, 3.0), 1.0, self._seed + rounds, self._stop)
        result = model.solve(budget)
        if result.plan:
            best.replan({s: best.with_days(s, begin, end, days) for s, days in result.plan.items()})
        better = best.cost < before
        self._weeks_share = min(0.9, max(0.1, self._weeks_share + (0.1 if better else -0.1)))
        self._days = min(MOST_DAYS, self._days + 1) if result.finished else max(2, self._days - 1)
        return Look("weeks", better=True) if better else None

    def _stretch(self, point: PricePoint) -> tuple[int, int]:
        """Days around a meeting that costs more than it might."""
        best = self._incumbent
        regret = best.reduced(point.prices, point.values) + 0.5
        s = int(self._random.choice(len(regret), p=regret / regret.sum()))
        n = int(best.work.n[s])
        days = len(self._problem.days)
        middle = int(self._random.choice(best.work.rows[s, :n, 0])) if n else int(self._random.integers(days))
        begin = max(0, min(middle - int(self._random.integers(self._days)), days - self._days))
        return begin, min(days, begin + self._days)

    def _exact(self, spare: Spare, point: PricePoint, rounds: int) -> Look | None:
        """Free some series (or all of a small caseload) for the whole horizon."""
        best = self._incumbent
        best.restart()
        whole = self.small and point.settled and not self._too_large
        if whole:
            self._wholes += 1
            self._next_whole = rounds + self._wholes
        chosen = list(range(len(self._problem.series))) if whole else self._related(point)
        longest = math.inf if spare.by_rounds else 60.0 if whole else 3.0
        if spare.seconds < LAST:
            return None
        budget = ExactBudget(
            seconds=min(spare.seconds, longest),
            deterministic=min(LONGEST_WHOLE, FIRST_WHOLE * 2**self._wholes) if whole else 1.0,
            workers=self._workers if whole and not spare.by_rounds and self._workers >= PORTFOLIO else 1,
            seed=self._seed + rounds,
            patterns=MOST_PATTERNS_WHOLE if whole else MOST_PATTERNS,
            stop=self._stop,
            parts=self._parts,
        )
        result = solve_series(best, point, chosen, budget)
        if result is None:
            self._too_large |= whole
            self._size = max(2, self._size - 1)
            return None
        if whole:
            self.proved = max(self.proved, math.ceil(result.bound - 1e-6))
        else:
            # Grow while neighbourhoods are solved to the end, shrink when they aren't.
            self._size = min(MOST_SERIES, max(2, self._size + (1 if result.finished else -1)))
        better = result.cost < best.work_cost
        if better:
            best.remove(chosen)
            best.restore(chosen, result.solution, result.cost)
        return Look("exact", better) if better or whole else None

    def _related(self, point: PricePoint) -> list[int]:
        """Choose a series that costs more than it might, and some that share somebody or a room with it."""
        best = self._incumbent
        regret = best.reduced(point.prices, point.values) + 0.5
        first = int(self._random.choice(len(regret), p=regret / regret.sum()))
        near = best.related(first)
        if len(near) == 0:
            return [first]
        size = min(self._size - 1, len(near))
        weight = regret[near] / regret[near].sum()
        return [first, *sorted(int(s) for s in self._random.choice(near, size=size, replace=False, p=weight))]
