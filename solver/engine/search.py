"""The search: owns the clock and the incumbent, and gives its time to what pays.

It has a complete calendar once the first insertion is done. From then on it alternates insertion at the latest prices (fresh
calendars, as long as that pays), plans of the joint relaxation, ruin and recreate (better calendars; with annealing once that
finds no more), and exact CP-SAT neighbourhoods of a few series or a few days. What can be proven is found beside it
(``prover``), in a thread of its own or in turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.engine.annealing import Annealing
from solver.engine.incumbent import Incumbent
from solver.engine.kicks import Kicks
from solver.engine.neighbourhoods import Neighbourhoods, Spare
from solver.engine.planned import Plan
from solver.engine.point import PricePoint
from solver.engine.prover import Background, Prover
from solver.engine.settings import EVERYTHING, Parts
from solver.engine.state import Solution
from solver.problem.tables import Problem

MENDING_MOVES = 1_500
MOST_MENDING = 12
MENDED = 0.002
"""Moves that make the most of a plan of the joint relaxation: so many at a time, and so often as long as they gain that share."""
NEWS = 0.002
"""Share by which a better bound makes its prices worth changing to."""
MOVES = 60
"""Ruin-and-recreate moves a round, or as many as there are series."""
STALE_ROUNDS = 8
"""Rounds without a better calendar before CP-SAT looks at a neighbourhood."""
UNLIMITED = 1e6
"""Seconds that never pass."""
FAR = 0.02
MOST_FAILURES = 2
"""Gap above which annealing helps: nearer to the bound it undoes more than it gains. It takes turns with neighbourhoods, which
end when so many in a row have found nothing better."""
FRUITLESS_KICKS = 10
"""Nearer to the bound than that, kicks without a better calendar before CP-SAT looks at a neighbourhood."""


@dataclass(frozen=True)
class Limits:
    """When the search ends.

    Attributes
    ----------
    seconds : float
        Of searching.
    rounds : int or None
        Rounds, instead of the clock: the same seed then gives the same result on any machine.
    gap : float
        Ends once the proven gap is at most this.
    """

    seconds: float
    rounds: int | None = None
    gap: float = 0.0


@dataclass(frozen=True)
class Found:
    """What the search knows when it ends.

    Attributes
    ----------
    solution : Solution
    cost : int
    bound : float
        Proven lower bound, rounded up to a whole point.
    breach_floor : int
        Proven: no calendar has fewer breach points.
    optimal : bool
    stopped : bool
        Ended by request rather than by a limit.
    """

    solution: Solution
    cost: int
    bound: float
    breach_floor: int
    optimal: bool
    stopped: bool


Report = Callable[[str, Solution | None, int | None, float | None], None]
"""Called with (phase, best solution if it is new, its cost, the bound)."""


class Search:
    """One search of one problem.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    seed : int
    workers : int
        Threads: with two or more what is proven has one of its own, unless the search is limited by rounds. CP-SAT workers
        for a whole small caseload.
    clock : callable
        Seconds searched so far, without compiling.
    stop : callable
        Whether the search should end now.
    report : callable
    parts : Parts
    """

    def __init__(
        self,
        problem: Problem,
        *,
        seed: int,
        workers: int,
        clock: Callable[[], float],
        stop: Callable[[], bool],
        report: Report,
        parts: Parts = EVERYTHING,
    ) -> None:
        self._problem = problem
        self._random = np.random.default_rng(seed)
        self._seed = seed
        self._workers = workers
        self._clock = clock
        self._stop = stop
        self._report = report
        self._parts = parts
        self._incumbent = Incumbent(problem, seed)
        self._prover: Prover | None = None
        self._background: Background | None = None
        self._seen: PricePoint | None = None
        self._points = 0
        self._next_fresh = {"chains": 0, "due dates": 0}
        self._wait_fresh = {"chains": 1, "due dates": 1}
        self._moves = max(MOVES, len(problem.series))
        self._annealing = Annealing(len(problem.series), self._moves)
        self._kicks = Kicks(self._incumbent)
        self._stale = 0
        self._failures = 0
        self._rounds = 0
        self._neighbourhoods = Neighbourhoods(
            self._incumbent, random=self._random, seed=seed, workers=workers, parts=parts, stop=stop
        )

    @property
    def bound(self) -> float:
        """The proven bound."""
        proved = self._neighbourhoods.proved
        return proved if self._prover is None else max(proved, self._prover.bound)

    def run(
        self, limits: Limits, start: Plan | None = None, held: tuple[Solution, int] | None = None
    ) -> Found:
        """Search until a limit; returns the best found.

        Parameters
        ----------
        limits : Limits
        start : mapping, optional
            A whole calendar to start from, as (day, start, venue) by series.
        held : (Solution, int), optional
            One with its cost, whose places are filled too: what is found is no worse.
        """
        best = self._incumbent
        order = np.argsort(
            self._problem.tables.none_cost[: len(self._problem.series)] * -1, kind="stable"
        ).astype(np.int64)
        if start is not None:
            best.construct_planned(start, len(self._problem.days), None)
            self._tell("present calendar", better=True)
        if held is not None:
            best.go_to(*held)
            best.restore([], *held)
            self._tell("present calendar", better=True)
        best.construct(None, order)
        # A chain must pass through its pinned meetings, which only whole chains are sure to do.
        pinned = bool(self._problem.pinned)
        self._tell("first calendar", better=True)
        if not pinned and best.construct_by_due_date(None):
            self._tell("first calendar", better=True)
        self._prover = Prover(
            self._problem,
            best,
            seed=self._seed,
            parts=self._parts,
            remaining=lambda: UNLIMITED if limits.rounds is not None else limits.seconds - self._clock(),
            stop=lambda: self._stop() or (self._background is not None and self._background.ending),
        )
        self._tell("bound")
        if self._workers > 1 and limits.rounds is None:
            self._background = Background(self._prover)
            self._background.start()
        stopped = False
        try:
            while not self._done(limits):
                if self._stop():
                    stopped = True
                    break
                self._round(limits)
        finally:
            if self._background is not None:
                self._background.end()
        assert best.best is not None
        bound = min(self.bound, best.cost)
        return Found(best.best, best.cost, bound, self._prover.breach_floor, bound >= best.cost, stopped)

    def _done(self, limits: Limits) -> bool:
        cost, bound = self._incumbent.cost, self.bound
        if bound >= cost or (cost > 0 and (cost - bound) / cost <= limits.gap):
            return True
        if limits.rounds is not None:
            return self._rounds >= limits.rounds
        return self._clock() >= limits.seconds

    def _round(self, limits: Limits) -> None:
        best, prover = self._incumbent, self._prover
        assert prover is not None
        self._rounds += 1
        before = best.cost
        if self._background is not None:
            self._background.check()
        elif prover.advance():
            self._tell("bound")
        point = prover.point
        if self._is_news(point):
            self._seen = point
            self._fresh(point)
        if prover.suggestions:
            self._follow(point)
        point = self._seen or point
        prices = point.prices if self._parts.prices else None
        before_moves = best.cost
        best.improve(prices, point, self._moves, self._annealing.cool())
        if best.cost < before_moves:
            self._tell("improving", better=True)
        self._stale = 0 if best.cost < before else self._stale + 1
        if self._neighbourhoods.small and self._parts.neighbourhoods:
            due = self._stale >= STALE_ROUNDS or self._neighbourhoods.whole_is_due(self._rounds)
            if point.settled and due:
                self._stale = 0
                self._look(limits, point)
        elif not self._annealing.over:
            return
        elif best.cost - self.bound > FAR * best.cost:
            self._far(limits, point)
        elif self._kicks.mended():
            self._near(limits, point)

    def _near(self, limits: Limits, point: PricePoint) -> None:
        """Near the bound, and no move gains any more: kicks, neighbourhoods now and then, and in the end a fresh calendar."""
        best, kicks = self._incumbent, self._kicks
        prices = point.prices if self._parts.prices else None
        kicks.arrive(best.cost - self.bound)
        if kicks.over:
            best.construct(prices, self._shuffled(), anew=True)
            kicks.begin()
            return
        if self._parts.neighbourhoods and kicks.fruitless % FRUITLESS_KICKS == FRUITLESS_KICKS - 1:
            before = best.cost
            self._look(limits, point)
            if best.cost < before:
                kicks.begin()
                return
        kicks.kick(prices, point)

    def _far(self, limits: Limits, point: PricePoint) -> None:
        """Far from the bound, and nothing has been better for some rounds: neighbourhoods and annealing in turn."""
        if self._stale < STALE_ROUNDS:
            return
        if self._parts.neighbourhoods and self._failures < MOST_FAILURES:
            before, self._stale = self._incumbent.cost, STALE_ROUNDS - 1
            self._look(limits, point)
            self._failures = 0 if self._incumbent.cost < before else self._failures + 1
        else:
            self._anneal(limits)

    def _look(self, limits: Limits, point: PricePoint) -> None:
        """Give a neighbourhood to CP-SAT."""
        by_rounds = limits.rounds is not None
        spare = Spare(UNLIMITED if by_rounds else limits.seconds - self._clock(), by_rounds)
        seen = self._neighbourhoods.look(spare, point, self._rounds)
        if seen is not None:
            self._tell(seen.phase, better=seen.better)

    def _anneal(self, limits: Limits) -> None:
        """Begin to anneal from the best calendar, for as long as there is time at most."""
        best = self._incumbent
        best.restart()
        left = math.inf
        if limits.rounds is None:
            # Rounds go by faster than so far where CP-SAT took part of the time: the cycle then ends early, and is cold.
            left = self._rounds * (limits.seconds - self._clock()) / max(1e-9, self._clock())
        self._annealing.begin(best.cost - self.bound, left)
        self._stale = self._failures = 0

    def _is_news(self, point: PricePoint) -> bool:
        """Whether prices have moved enough to begin again with: what moves have worked out at others is lost."""
        seen = self._seen
        if seen is None or point is seen:
            return point is not seen
        return point.settled or point.bound > seen.bound + NEWS * abs(seen.bound)

    def _fresh(self, point: PricePoint) -> None:
        """Insert everything anew at new prices, ever less often while that gives nothing better."""
        best = self._incumbent
        prices = point.prices if self._parts.prices else None
        self._points += 1
        ways: list[tuple[str, Callable[[], bool]]] = [
            (
                "chains",
                lambda: best.construct(prices, self._shuffled()),
            )
        ]
        if not self._problem.pinned:
            ways.append(("due dates", lambda: best.construct_by_due_date(prices)))
        for way, construct in ways:
            if self._points >= self._next_fresh[way]:
                better = construct()
                self._wait_fresh[way] = 1 if better else 2 * self._wait_fresh[way]
                self._next_fresh[way] = self._points + self._wait_fresh[way]
                if better:
                    self._tell("prices", better=True)

    def _shuffled(self) -> NDArray[np.int64]:
        return self._random.permutation(len(self._problem.series)).astype(np.int64)

    def _follow(self, point: PricePoint) -> None:
        """Make a calendar of what the joint relaxation suggests."""
        best, prover = self._incumbent, self._prover
        assert prover is not None
        before = best.cost
        suggestion = prover.suggestions.popleft()
        best.construct_planned(suggestion.plan, suggestion.until, point.prices)
        # What is left to mend is much where only the first weeks were planned, and hardly anything else.
        for _ in range(MOST_MENDING):
            worse = best.work_cost
            best.improve(point.prices, point, MENDING_MOVES, 0.0)
            if best.work_cost > (1.0 - MENDED) * worse:
                break
        self._annealing.end()
        self._tell("joint", better=best.cost < before)

    def _tell(self, phase: str, *, better: bool = False) -> None:
        best = self._incumbent
        self._report(
            phase, best.best if better else None, best.cost if best.best is not None else None, self.bound
        )
