"""What is proven, and by what: prices first, then the joint relaxation, each with the plans it suggests.

It shares nothing with the search for better calendars but what it publishes, so it can have a thread of its own.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from solver.engine.joint import JointBudget, relaxation
from solver.engine.levels import breach_only, breach_points, early_breach_points, last_breach_day
from solver.engine.planned import Plan
from solver.engine.point import PricePoint
from solver.engine.prices import Dual
from solver.engine.rebate import BREACH_DAY
from solver.engine.settings import Parts
from solver.engine.state import Solution
from solver.problem.tables import Problem

PRICE_STEPS = 10
"""Price steps between two looks at the rest."""
MOST_LITERALS = 40_000
MOST_OPENING = 50_000
"""Largest joint relaxation of all costs, and of breaches alone, which is easier."""
SHRINK = 0.7
"""A relaxation that is too large looks at this share of the days."""
FEWEST_DAYS = 10
FIRST_OPENING = 8.0
FIRST_JOINT = 4.0
LONGEST_JOINT = 64.0
"""CP-SAT's deterministic time of the first joint relaxation, doubled for each that isn't solved, up to the longest."""
FIRST_GUESS = 0.5
LEAST_GUESS = 0.1
"""Share of the gap within which the joint relaxation looks for calendars: at first, and at least."""
OPENING_AFTER = 6
"""Slices after which breaches that are left are looked at by themselves: many are gone by then."""
ENDING_SECONDS = 0.3
IDLE_SECONDS = 0.02


class Best(Protocol):
    """The best calendar so far, as far as proving needs it."""

    @property
    def best(self) -> Solution | None:
        """Never changed once it is there: a better one is another object."""

    @property
    def cost(self) -> int:
        """Its cost."""


@dataclass(frozen=True)
class Suggestion:
    """A plan of the days before ``until``."""

    plan: Plan
    until: int


class Prover:
    """Prices and joint relaxations of one problem, a slice of work at a time.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    incumbent : Best
    seed : int
    parts : Parts
    remaining : callable
        Seconds that CP-SAT may take.
    stop : callable

    Attributes
    ----------
    point : PricePoint
        The prices of the best bound.
    suggestions : deque of Suggestion
    breach_floor : int
        Proven: no calendar has fewer breach points.
    """

    def __init__(
        self,
        problem: Problem,
        incumbent: Best,
        *,
        seed: int,
        parts: Parts,
        remaining: Callable[[], float],
        stop: Callable[[], bool],
    ) -> None:
        self._problem = problem
        self._incumbent = incumbent
        self._seed = seed
        self._parts = parts
        self._remaining = remaining
        self._stop = stop
        self._dual = Dual(problem, problem.constant)
        self._dual.evaluate()
        self.point: PricePoint = self._dual.point()
        self.suggestions: deque[Suggestion] = deque()
        self._joint_bound = -math.inf
        self._guess = FIRST_GUESS
        self._joint_done = not parts.joint
        self._true_costs = False
        self._joint_time = FIRST_JOINT
        self.breach_floor = 0
        self._level: tuple[Problem, PricePoint] | None = None
        self._slices = 0
        self._opening_time = FIRST_OPENING
        self._opening_best: tuple[int, float] | None = None
        self._opening_done = not parts.joint
        self._opened: Solution | None = None
        self._fewest_days = max(1, min(FEWEST_DAYS, len(problem.days)))

    @property
    def bound(self) -> float:
        """The proven bound: costs are whole points, so a fraction rounds up."""
        value = self._dual.bound.value
        lagrangian = math.ceil(value - 1e-6 * max(1.0, abs(value)))
        return max(float(lagrangian), self._joint_bound)

    def advance(self) -> bool:
        """Do one slice of work; ``False`` where there is nothing to do at present."""
        self._slices += 1
        if self._opening():
            return True
        if not self._dual.settled:
            self._price()
            return True
        return self._joint()

    def _price(self) -> None:
        """Move the prices; publish them where they prove more than before, or are the last."""
        dual = self._dual
        masters = dual.masters
        for _ in range(PRICE_STEPS):
            dual.step(float(self._incumbent.cost))
            # A linear programme is as long as a slice should be.
            if dual.settled or dual.masters > masters or self._stop():
                break
        if dual.settled or dual.bound.value > self.point.bound:
            self.point = dual.point()

    def _opening(self) -> bool:
        """Look for a calendar with fewer breaches, or the proof that there is none."""
        best = self._incumbent.best
        # The first weeks come first, but once; after that prices do.
        early = self._opened is not None and not self._dual.settled
        if (
            self._slices < OPENING_AFTER
            or early
            or self._opening_done
            or best is None
            or best is self._opened
        ):
            return False
        points = int(breach_points(self._problem, best).sum())
        if points <= self.breach_floor:
            return False
        self._opened = best
        if self._opening_best is not None:
            days, least = self._opening_best
            if early_breach_points(self._problem, best, days) <= least:
                # The weeks that can be looked at are as good as they can be.
                return False
        level, point = self._breach_level()
        if points <= self.breach_floor:
            return True
        days = max(self._fewest_days, last_breach_day(self._problem, best) + 1)
        hint = best if self._parts.hints else None
        joint = None
        while joint is None and days >= self._fewest_days and not self._stop():
            joint = relaxation(level, point, points, hint, days=days, most=MOST_OPENING, everywhere=True)
            if joint is None:
                days = int(days * SHRINK)
        if joint is None:
            self._opening_done = True
            return False
        result = joint.solve(self._budget(self._opening_time))
        if result.bound > -math.inf:
            self.breach_floor = max(self.breach_floor, min(points, math.ceil(result.bound - 1e-6)))
            self._dual.expect_breaches(-(-self.breach_floor // BREACH_DAY))
        if result.plan and result.value < early_breach_points(self._problem, best, days):
            self.suggestions.append(Suggestion(result.plan, days))
        if result.finished:
            self._opening_best = (days, result.value)
        else:
            self._opening_time = min(LONGEST_JOINT, 2 * self._opening_time)
        return True

    def _breach_level(self) -> tuple[Problem, PricePoint]:
        if self._level is None:
            level = breach_only(self._problem)
            dual = Dual(level, 0)
            self.breach_floor = max(self.breach_floor, math.ceil(dual.evaluate() - 1e-6))
            self._level = (level, dual.point())
        return self._level

    def _joint(self) -> bool:
        """Raise the bound beyond what prices can prove."""
        cost, bound = self._incumbent.cost, self.bound
        if self._joint_done or cost <= bound:
            return False
        every = len(self._problem.days)
        days, guess, upper = every, self._guess, float(cost)
        joint = None
        problem = self._problem if self._true_costs else self.point.relaxed
        # Too large a model looks for less: a calendar nearer to the bound, and then on fewer days.
        while joint is None and days >= self._fewest_days and not self._stop():
            upper = bound + max(1.0, guess * (cost - bound)) if self._parts.pruning else math.inf
            present = self._incumbent.best if self._parts.hints and guess >= 1.0 else None
            joint = relaxation(
                problem,
                self.point,
                upper,
                present,
                days=days,
                most=MOST_LITERALS,
                everywhere=self._true_costs,
            )
            if joint is None and guess > LEAST_GUESS:
                guess /= 2
            elif joint is None:
                days = int(days * SHRINK)
        if joint is None:
            self._joint_done = True
            return False
        result = joint.solve(self._budget(self._joint_time))
        # Nothing dearer than the guess was looked at.
        proved = min(result.bound, upper, float(cost))
        if proved > -math.inf:
            self._joint_bound = max(self._joint_bound, math.ceil(proved - 1e-6))
        if result.plan:
            self.suggestions.append(Suggestion(result.plan, days))
        if not result.finished:
            self._joint_done = self._joint_time >= LONGEST_JOINT
            self._joint_time = min(LONGEST_JOINT, 2 * self._joint_time)
        elif result.bound < upper - 1.0 and problem is not self._problem:
            # Where breach days are cheaper prices prune more, but not all that is contested has one then.
            self._true_costs = True
        elif result.bound < upper - 1.0:
            # The best of the relaxed problem: other starts to choose from would prove the same.
            self._joint_done = days == every or guess <= LEAST_GUESS
        self._guess = min(1.0, 2 * guess)
        return True

    def _budget(self, deterministic: float) -> JointBudget:
        return JointBudget(max(0.05, self._remaining()), deterministic, self._seed, self._stop)


class Background:
    """A prover in a thread of its own.

    Parameters
    ----------
    prover : Prover
        Told to stop by its own ``stop``.
    """

    def __init__(self, prover: Prover) -> None:
        self._prover = prover
        self._ended = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="prover")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def check(self) -> None:
        """Raise what went wrong in the thread, if anything did."""
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        """Have it end. What it is in the middle of may take a moment more: only the end of the process waits for that."""
        self._ended.set()
        self._thread.join(ENDING_SECONDS)
        self.check()

    @property
    def ending(self) -> bool:
        """Whether it has been asked to end."""
        return self._ended.is_set()

    def _run(self) -> None:
        try:
            while not self._ended.is_set():
                if not self._prover.advance():
                    self._ended.wait(IDLE_SECONDS)
        except BaseException as failure:
            self._failure = failure
