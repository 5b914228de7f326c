"""The smallest disruption that gives a lawful calendar, with its proof.

New breach days come first, then disruption (section 8 of ``solver/RULES.md``). Each series by itself says what it must lose at
least; the sum is a bound, and mostly chains can be found that reach it. Where they can't, CP-SAT plans those series anew that
couldn't, while every other meeting stands or is displaced (`solver.repair.displaced`). What is displaced in its optimum joins
the series planned anew, until nothing is: then nothing has been left out, and the optimum is that of the whole.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from solver.engine.incumbent import Incumbent
from solver.engine.point import PricePoint
from solver.engine.prices import Dual
from solver.engine.search import Limits, Search
from solver.engine.state import Solution, fixed_commits, no_prices
from solver.problem.tables import Problem
from solver.repair.complete import Completion, Row
from solver.repair.displaced import CpLimits, must_take, solve_relaxed, takes
from solver.repair.needless import Other
from solver.repair.standing import Kept, Step, disruption_problem, fits

MOVES = 400
"""Ruin-and-recreate moves at a time, as long as they gain."""
ROUNDS = 40
"""Most relaxations."""
PATTERNS = 30_000
SMALL = 6_000
"""Most starts, by group of venues, that one of them models; and while the best calendar so far has new breach days."""
AT_ONCE = 4
"""Series that could not do as well as by themselves, of those that are not planned anew yet: so many join them at once."""
SEARCH_SHARE = 0.5
SEARCH_ROUNDS = 5
"""Share of the time that is left, or rounds, in which the search looks for a calendar without new breach days where the first
ones have some."""
DETERMINISTIC = 20.0
"""CP-SAT's deterministic time for one of them."""


@dataclass(frozen=True)
class Effort:
    """What finding the smallest disruption may take.

    Attributes
    ----------
    seconds : float
        Wall time; infinite where the result must not depend on the machine.
    deterministic : float
        CP-SAT's deterministic time for each relaxation.
    rounds : int
        Most relaxations. Without any, nothing is searched for but by moves.
    patterns : int
        Most starts, by group of venues, in one.
    seed, workers : int
    stop : callable
        Whether to end now.
    """

    seconds: float = math.inf
    deterministic: float = DETERMINISTIC
    rounds: int = ROUNDS
    patterns: int = PATTERNS
    seed: int = 1
    workers: int = 1
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Smallest:
    """A calendar with little disruption, and what is proven of it.

    Attributes
    ----------
    solution : Solution
        Of the problem. Places are filled only where a meeting can't be held otherwise.
    standing, moved : tuple of Kept
        Booked meetings that stand in it, and those that don't.
    breach_days, disruption : int
    least_breach_days, least_disruption : int
        No calendar has fewer breach days; and none with so few of them has less disruption.
    unable : tuple of Kept
        Those of ``moved`` that can't stand whatever else moves: people, rooms, rules or windows are against it.
    relaxations : int
        How many CP-SAT solved.
    """

    solution: Solution
    standing: tuple[Kept, ...]
    moved: tuple[Kept, ...]
    unable: tuple[Kept, ...]
    breach_days: int
    disruption: int
    least_breach_days: int
    least_disruption: int
    relaxations: int

    @property
    def proved(self) -> bool:
        """Whether it is proven that no calendar has fewer breach days, or as few and less disruption."""
        least = self.least_breach_days, self.least_disruption
        return (self.breach_days, self.disruption) == least


def smallest_disruption(
    problem: Problem,
    kept: Iterable[Kept],
    late: Mapping[Step, int] | None = None,
    effort: Effort | None = None,
) -> Smallest:
    """Find the calendar with fewest new breach days, and of these one with the smallest disruption.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    kept : iterable of Kept
        The booked meetings that aren't pinned (`solver.repair.standing.kept_meetings`).
    late : mapping, optional
        Breach days that are there already, and are no reason to move anything (`solver.repair.standing.late_already`).
    effort : Effort, optional

    Returns
    -------
    Smallest
        The best found within the limits, with the best bound proven there.
    """
    return _Finder(problem, tuple(kept), late or {}, effort or Effort()).find()


class _Finder:
    def __init__(
        self, problem: Problem, kept: tuple[Kept, ...], late: Mapping[Step, int], effort: Effort
    ) -> None:
        self._kept = kept
        self._effort = effort
        self._began = time.monotonic()
        self._problem, self._day = disruption_problem(problem, kept, late)
        self._series = range(len(problem.series))
        self._fixed = fixed_commits(problem)
        self._of: dict[int, list[int]] = {}
        for n, one in enumerate(kept):
            self._of.setdefault(one.series, []).append(n)
        free = Completion(self._problem)
        found = [free.best(s) for s in self._series]
        self._alone = {s: round(cost) for s, (cost, _) in enumerate(found)}
        self._chains = {s: rows for s, (_, rows) in enumerate(found)}
        self._able = {n for n, one in enumerate(kept) if self._is_able(one)}
        self._displaceable = self._find_displaceable()
        self._point = self._without_prices()
        self._least = self._problem.constant + sum(self._alone.values())
        self._bound = self._least
        self._incumbent = Incumbent(self._problem, effort.seed)
        self._relaxations = 0

    def find(self) -> Smallest:
        self._offer(self._complete(None, set(), frozenset()))
        self._improve()
        far = self._incumbent.cost - self._least >= self._day
        # Far from the bound a relaxation holds much that it needn't: only small ones pay before the search has had a go.
        self._relax(min(SMALL, self._effort.patterns) if far else self._effort.patterns)
        if far and self._unproven():
            self._search()
            self._relax(self._effort.patterns)
        return self._result()

    def _unproven(self) -> bool:
        open_yet = self._bound < self._incumbent.cost and self._relaxations < self._effort.rounds
        return open_yet and not self._late()

    def _relax(self, patterns: int) -> None:
        """Solve relaxations until one is the whole problem, or too large."""
        anew = set(self._failing(self._best)[:AT_ONCE])
        spares = self._spares()
        spare = next(spares)
        while self._unproven():
            while self._least + spare < self._bound:
                spare = next(spares)
            spare = min(spare, self._incumbent.cost - self._least)
            others = self._others(anew)
            places = [n for n, one in others.items() if not one.weight]
            relaxed = solve_relaxed(
                self._problem,
                self._point,
                self._fixed,
                sorted(anew),
                self._alone,
                spare,
                others,
                self._best,
                [*self._standing(self._best), *places],
                self._limits(patterns),
            )
            self._relaxations += relaxed is not None
            if relaxed is None:
                break
            rest = self._least - sum(self._alone[s] for s in anew)
            self._bound = max(self._bound, min(rest + relaxed.bound, self._least + spare + 1))
            if relaxed.solution is None:
                break
            whole = self._complete(relaxed.solution, anew - relaxed.elsewhere, relaxed.displaced)
            failing = [s for s in self._failing(whole.solution) if s not in anew]
            self._offer(whole)
            self._improve()
            more = {*failing[:AT_ONCE], *(self._kept[n].series for n in relaxed.displaced)}
            if not relaxed.finished:
                break
            if more <= anew and self._bound <= self._least + spare:
                # What was planned anew is all that it takes, unless the travel rule ended it early.
                break
            anew |= more

    def _late(self) -> bool:
        return self._effort.stop() or time.monotonic() - self._began >= self._effort.seconds

    def _limits(self, patterns: int) -> CpLimits:
        left = self._effort.seconds - (time.monotonic() - self._began)
        return CpLimits(
            seconds=max(0.05, min(left, 1e6)),
            deterministic=self._effort.deterministic,
            seed=self._effort.seed,
            patterns=patterns,
            stop=self._effort.stop,
        )

    def _spares(self) -> Iterator[int]:
        """Give ever larger amounts by which a calendar may be worse than the first bound: small ones leave few starts."""
        heaviest = max((one.weight for one in self._kept), default=1)
        for spare in (heaviest, 3 * heaviest, 8 * heaviest, 20 * heaviest):
            if spare < self._day:
                yield spare
        days = 1
        while True:
            yield days * self._day
            days *= 3

    # --- what each series can do by itself ---------------------------------------------------------

    def _is_able(self, kept: Kept) -> bool:
        """Whether a meeting could stand if all the others went."""
        prices = no_prices(self._problem)
        return any(
            where is not None and fits(self._problem, self._fixed, prices, kept.series, k, (kept.day, *where))
            for k, where in enumerate(kept.at)
        )

    def _find_displaceable(self) -> dict[int, Other]:
        """Meetings whose loss costs their series their whole weight, with what they take.

        They are those of series that by themselves keep all their meetings that can stand.
        """
        found = {}
        for s, numbers in self._of.items():
            days = {(d, start, venue) for d, start, venue in self._chains[s]}
            able = [n for n in numbers if n in self._able]
            if all(any((self._kept[n].day, *at) in days for at in self._kept[n].at if at) for n in able):
                for n in able:
                    taken = must_take(self._problem, self._kept[n])
                    found[n] = Other(s, self._kept[n].weight, taken)
        return found

    def _others(self, anew: set[int]) -> dict[int, Other]:
        """Meetings of series that aren't planned anew: those that could be displaced, and where others have found a place."""
        others = {n: one for n, one in self._displaceable.items() if one.series not in anew}
        booked = {
            (one.series, self._kept[n].day, *at)
            for n, one in others.items()
            for at in self._kept[n].at
            if at is not None
        }
        for s in self._series:
            if s in anew or int(self._best.cost[s]) > self._alone[s]:
                continue
            for i, row in enumerate(chain_rows(self._best, s)):
                if (s, *row) not in booked:
                    taken = tuple(takes(self._problem, s, min(i, 1), row))
                    others[len(self._kept) + len(others)] = Other(s, 0, taken)
        return others

    def _without_prices(self) -> PricePoint:
        dual = Dual(self._problem, self._problem.constant)
        dual.evaluate()
        return dual.point()

    # --- whole calendars ---------------------------------------------------------------------------

    def _complete(self, planned: Solution | None, anew: set[int], displaced: frozenset[int]) -> Completion:
        """Book what CP-SAT planned, what stands, and the rest wherever it is cheapest."""
        whole = Completion(self._problem)
        gone = {self._kept[n].series for n in displaced}
        left = []
        for s in sorted(anew):
            assert planned is not None
            if not whole.as_meant(s, chain_rows(planned, s), planned.choice[s]):
                left.append(s)
        others = [s for s in self._series if s not in anew]
        others.sort(key=lambda s: not self._only_stands(s))
        left += [s for s in others if s in gone or not self._as_so_far(whole, s, planned)]
        for s in sorted(left, key=lambda s: (-len(self._of.get(s, ())), s)):
            whole.cheapest(s)
        return whole

    def _as_so_far(self, whole: Completion, s: int, planned: Solution | None) -> bool:
        """Book a series where its meetings stand, or as the best calendar so far has it, if it can't be cheaper."""
        if self._only_stands(s):
            return whole.as_meant(s, self._chains[s])
        if planned is None or int(self._best.cost[s]) > self._alone[s]:
            return False
        return whole.as_meant(s, chain_rows(self._best, s))

    def _only_stands(self, s: int) -> bool:
        """Whether the best chain of a series by itself has no meetings but its booked ones."""
        where = {(self._kept[n].day, *at) for n in self._of.get(s, ()) for at in self._kept[n].at if at}
        return all(row in where for row in self._chains[s])

    def _offer(self, whole: Completion) -> None:
        cost = self._problem.constant + whole.points
        self._incumbent.go_to(whole.solution, cost)
        self._incumbent.restore([], whole.solution, cost)

    def _improve(self) -> None:
        """Let series change places, from the calendar offered last, as long as that gains."""
        work = self._incumbent
        while work.cost > self._bound and not self._late():
            before = work.work_cost
            work.improve(None, self._point, MOVES, 0.0)
            if work.work_cost >= before:
                break

    def _search(self) -> None:
        """Let the whole search have a go: chains put where others leave room don't find calendars that are hard to find."""
        best, began = self._incumbent, time.monotonic()
        left = SEARCH_SHARE * (self._effort.seconds - (began - self._began))
        limits = Limits(left) if math.isfinite(left) else Limits(0.0, SEARCH_ROUNDS)
        search = Search(
            self._problem,
            seed=self._effort.seed,
            workers=self._effort.workers,
            clock=lambda: time.monotonic() - began,
            stop=self._effort.stop,
            report=lambda *_: None,
        )
        found = search.run(limits, held=(self._best, best.cost))
        best.go_to(found.solution, found.cost)
        best.restore([], found.solution, found.cost)
        self._bound = max(self._bound, math.ceil(found.bound - 1e-6))

    @property
    def _best(self) -> Solution:
        best = self._incumbent.best
        assert best is not None
        return best

    def _failing(self, solution: Solution) -> list[int]:
        """Series that cost more than each of them does by itself, those that cost most more first."""
        excess = {s: int(solution.cost[s]) - self._alone[s] for s in self._series}
        return sorted((s for s in self._series if excess[s] > 0), key=lambda s: (-excess[s], s))

    def _standing(self, solution: Solution) -> list[int]:
        held = {
            (s, *row)
            for s in self._series
            for row in map(tuple, solution.rows[s, : int(solution.n[s])].tolist())
        }
        return [
            n
            for n, one in enumerate(self._kept)
            if any(at is not None and (one.series, one.day, *at) in held for at in one.at)
        ]

    def _result(self) -> Smallest:
        standing = set(self._standing(self._best))
        moved = [n for n in range(len(self._kept)) if n not in standing]
        disruption = sum(self._kept[n].weight for n in moved)
        breach_days = (self._incumbent.cost - disruption) // self._day
        least_days = min(self._bound // self._day, breach_days)
        unable = [n for n in moved if n not in self._able]
        least = self._bound - least_days * self._day if least_days == self._bound // self._day else 0
        return Smallest(
            solution=self._best,
            standing=tuple(self._kept[n] for n in sorted(standing)),
            moved=tuple(self._kept[n] for n in moved),
            unable=tuple(self._kept[n] for n in unable),
            breach_days=breach_days,
            disruption=disruption,
            least_breach_days=least_days,
            least_disruption=least,
            relaxations=self._relaxations,
        )


def chain_rows(solution: Solution, s: int) -> tuple[Row, ...]:
    """List the meetings of a series in a solution."""
    return tuple((d, at, v) for d, at, v in np.asarray(solution.rows[s, : int(solution.n[s])]).tolist())
