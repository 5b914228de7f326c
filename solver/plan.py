"""Plan a caseload: the whole way from documents to a checked calendar."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from calendars.workdays import WorkingCalendar
from solver.check import CheckReport, check_calendar
from solver.decode import Decoded, Decoder
from solver.engine.cache import is_compiled
from solver.engine.compiling import CompileTime
from solver.engine.order import order_starts
from solver.engine.search import Limits, Search
from solver.engine.settings import EVERYTHING, Parts
from solver.engine.state import Solution
from solver.events import ProgressEvent
from solver.explain.alone import breach_days_alone
from solver.keeping import BestSoFar, planned_as
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.scale.authority import plan_whole
from solver.scale.coordinate import ScaleLimits
from solver.scale.executor import Executor, LocalProcesses
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.writer import Alone, CalendarWriter, Outcome, gap_of

ONE_PIECE = 8_000
"""Most plans that are searched as one problem, which takes about 0.6 MB for each: what takes from each other is then moved about
together, and after four minutes 6,000 plans cost an eighth less than in shards."""
PASSES = 2
"""Passes over all shards where rounds are counted instead of seconds."""
SHOWING = 20.0
"""Times as long as writing out a calendar took, until it is done again for a better one."""


class CheckFailedError(RuntimeError):
    """The checker does not agree with the calendar: a fault of Convene, never of the caseload.

    Attributes
    ----------
    report : CheckReport
    """

    def __init__(self, report: CheckReport) -> None:
        self.report = report
        lines = [f"{violation.rule}: {violation.text}" for violation in report.violations[:20]]
        super().__init__("the calendar found does not pass the independent check:\n" + "\n".join(lines))


def plan(
    caseload: Caseload,
    policy: Policy,
    *,
    seconds: float = 30.0,
    seed: int = 1,
    workers: int = 2,
    deterministic: int | None = None,
    gap: float = 0.0,
    on_event: Callable[[ProgressEvent], None] | None = None,
    stop: Callable[[], bool] | None = None,
    now: datetime | None = None,
    clock: Callable[[], float] = time.monotonic,
    parts: Parts = EVERYTHING,
    executor: Executor | None = None,
    on_best: Callable[[Calendar], None] | None = None,
    start: Calendar | None = None,
) -> Calendar:
    """Plan a caseload.

    Parameters
    ----------
    caseload : Caseload
        Validated (``solver.schema.load``).
    policy : Policy
    seconds : float
        Wall time for reading the caseload into arrays and searching. The kernels are compiled on a machine's first
        plan, which comes on top, as do checking and writing.
    seed : int
    workers : int
        Threads: with two or more, what is proven has one of its own. In shards: processes.
    deterministic : int or None
        Search rounds instead of seconds: with the same seed the same calendar, whatever the machine. Its ``seconds`` is 0.
        In shards: rounds of each shard's searches, the number of workers counting too.
    gap : float
        Stop once the calendar is proven to be within this share of the best possible.
    on_event : callable, optional
        Told of progress.
    stop : callable, optional
        Asked often; true ends the search with the best so far.
    now : datetime, optional
        Moment of planning for ``created``; the horizon's first midnight, UTC, if not given.
    clock : callable
        Seconds from any origin.
    parts : Parts
        Of the search, for an ablation.
    executor : Executor, optional
        What plans the shards of the caseload (`solver.scale`). If not given, a caseload of more than ``ONE_PIECE`` plans is
        planned in shards by ``workers`` processes of this machine, any other in one piece.
    on_best : callable, optional
        Given better calendars as they are found: the first one at once, then as often as writing and checking them takes little
        of the time. Not in shards.
    start : Calendar, optional
        One of the same caseload, to search on from: such as one that ``on_best`` was given before. Not in shards.

    Returns
    -------
    Calendar
        Checked.

    Raises
    ------
    CompileError
        The caseload is beyond the solver's limits.
    CheckFailedError
        The checker found a fault in the calendar.
    """
    began = clock()
    if on_event is not None:
        ready = (
            "reading the caseload"
            if is_compiled()
            else "getting the search ready for this machine: up to a minute, once"
        )
        on_event(ProgressEvent(0.0, ready, None, None, None, None, None))
    calendar = working_calendar(caseload, policy)
    moment = now or datetime.combine(caseload.horizon.start, datetime.min.time(), tzinfo=UTC)
    writer = cache(lambda: CalendarWriter(caseload, policy, calendar))
    job = _Job(caseload, policy, calendar, seed, began, clock, on_event, stop or (lambda: False))
    with CompileTime() as compiling:

        def write(decoded: Decoded, outcome: Outcome, alone: Alone) -> Calendar:
            elapsed = 0.0 if deterministic is not None else round(clock() - began - compiling.seconds, 3)
            return writer().write(decoded, outcome, alone, seed=seed, elapsed=elapsed, moment=moment)

        if executor is None and len(caseload.plans) <= ONE_PIECE:
            keep = None if on_best is None else _Keep(write, on_best)
            decoded, outcome, alone = job.in_one_piece(
                seconds, deterministic, gap, workers, parts, keep, start
            )
        else:
            with contextlib.ExitStack() as closing:
                hands = executor or closing.enter_context(LocalProcesses(workers))
                decoded, outcome, alone = job.in_shards(hands, seconds, deterministic, gap)
    result = write(decoded, outcome, alone)
    checked = check_calendar(caseload, policy, result)
    if not checked.ok:
        raise CheckFailedError(checked)
    return result


@dataclass(frozen=True)
class _Keep:
    """How calendars on the way are written, and who gets them."""

    write: Callable[[Decoded, Outcome, Alone], Calendar]
    tell: Callable[[Calendar], None]


@dataclass(frozen=True)
class _Job:
    """One plan on its way."""

    caseload: Caseload
    policy: Policy
    calendar: WorkingCalendar
    seed: int
    began: float
    clock: Callable[[], float]
    on_event: Callable[[ProgressEvent], None] | None
    stop: Callable[[], bool]

    def in_one_piece(
        self,
        seconds: float,
        rounds: int | None,
        gap: float,
        workers: int,
        parts: Parts,
        keep: _Keep | None,
        start: Calendar | None,
    ) -> tuple[Decoded, Outcome, Alone]:
        with CompileTime() as first_compiling:
            problem = order_starts(compile_problem(self.caseload, self.policy))
        decoder = Decoder(self.caseload, self.policy, problem, self.calendar)
        shown = _Shown(decoder, self.clock)
        kept = None if keep is None else self._best_so_far(keep, decoder, problem)

        def report(phase: str, solution: Solution | None, cost: int | None, bound: float | None) -> None:
            if self.on_event is not None:
                best = shown.of(solution)
                self._tell(phase, cost if best is None else sum(best.objective.values()), bound, best)
            if kept is not None:
                kept.step(solution, cost, bound)

        with CompileTime() as compiling:
            search = Search(
                problem,
                seed=self.seed,
                workers=workers,
                clock=lambda: self.clock() - self.began - first_compiling.seconds - compiling.seconds,
                stop=self.stop,
                report=report,
                parts=parts,
            )
            found = search.run(
                Limits(seconds=seconds, rounds=rounds, gap=gap),
                start=None if start is None else planned_as(problem, start),
            )
        outcome = Outcome(found.cost, found.bound, found.breach_floor, found.optimal, found.stopped)
        alone = breach_days_alone(problem)
        decoded = decoder.decode(found.solution)
        self._tell("search ended", found.cost, found.bound, decoded)
        return decoded, outcome, alone.__getitem__

    def _best_so_far(self, keep: _Keep, decoder: Decoder, problem: Problem) -> BestSoFar:
        return BestSoFar(
            self.caseload,
            self.policy,
            lambda solution, outcome, alone: keep.write(decoder.decode(solution), outcome, alone),
            lambda: breach_days_alone(problem).__getitem__,
            self.clock,
            keep.tell,
        )

    def in_shards(
        self, executor: Executor, seconds: float, rounds: int | None, gap: float
    ) -> tuple[Decoded, Outcome, Alone]:
        passes = None if rounds is None else PASSES
        limits = ScaleLimits(seconds=seconds, passes=passes, rounds=rounds or 1, gap=gap)
        return plan_whole(
            self.caseload,
            self.policy,
            executor,
            self.calendar,
            limits,
            seed=self.seed,
            report=lambda phase, whole: self._tell(phase, whole.cost, whole.bound, None),
            stop=self.stop,
            clock=self.clock,
        )

    def _tell(self, phase: str, cost: int | None, bound: float | None, best: Decoded | None) -> None:
        if self.on_event is None:
            return
        proven = None if bound is None or bound == -float("inf") else bound
        self.on_event(
            ProgressEvent(
                seconds=self.clock() - self.began,
                phase=phase,
                best=None
                if best is None
                else {str(level): points for level, points in best.objective.items()},
                cost=cost,
                bound=proven,
                gap=None if cost is None or proven is None else gap_of(cost, proven),
                breaches=None if best is None else _breaches(best),
            )
        )


class _Shown:
    """The best calendar as whoever is watching sees it: written out anew only as often as that takes little of the time."""

    def __init__(self, decoder: Decoder, clock: Callable[[], float]) -> None:
        self._decoder = decoder
        self._clock = clock
        self._best: Decoded | None = None
        self._next = -float("inf")

    def of(self, solution: Solution | None) -> Decoded | None:
        """Return the latest calendar written out; ``solution`` is a better one, if there is one."""
        began = self._clock()
        if solution is not None and began >= self._next:
            self._best = self._decoder.decode(solution)
            ended = self._clock()
            self._next = ended + SHOWING * (ended - began)
        return self._best


def _breaches(decoded: Decoded) -> int:
    return sum(meeting.breach_days > 0 for meeting in decoded.meetings) + len(decoded.unheld)
