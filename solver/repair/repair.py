"""The next calendar after something has changed: what needn't move stands, and the best of the rest around it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from solver.check import check_calendar
from solver.decode import Decoded, Decoder, charge_workload
from solver.engine.order import order_starts
from solver.engine.prices import Dual
from solver.engine.search import Found, Limits, Search
from solver.engine.state import Solution
from solver.events import ProgressEvent
from solver.explain.alone import breach_days_alone
from solver.plan import CheckFailedError
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.repair.complete import refilled
from solver.repair.disruption import Disruption, Measure
from solver.repair.identity import keep_ids
from solver.repair.smallest import Effort, Smallest, smallest_disruption
from solver.repair.standing import Kept, held_to, kept_meetings, late_already
from solver.replan.answers import next_revision
from solver.replan.booking import Dropped, book_again
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.writer import CalendarWriter, Outcome, gap_of

BOUND_STEPS = 30
"""Steps of prices for the bound on every calendar of the caseload, whatever stands."""
SMALLEST_SHARE = 0.5
"""Share of the time in which the smallest disruption is looked for at most."""


@dataclass(frozen=True)
class RepairLimits:
    """What a repair may take.

    Attributes
    ----------
    seconds : float
        In all, without compiling the search on a machine's first plan. It ends sooner once nothing better can be had.
    rounds : int or None
        Search rounds instead of seconds: with the same seed the same calendar, whatever the machine.
    seed, workers : int
        As for `solver.plan.plan`.
    """

    seconds: float = 30.0
    rounds: int | None = None
    seed: int = 1
    workers: int = 2


@dataclass(frozen=True)
class Repaired:
    """The next calendar, and what it took.

    Attributes
    ----------
    calendar : Calendar
        Checked; the next revision.
    caseload : Caseload
        That it answers: with the meetings of the calendar before among the booked ones.
    dropped : tuple of Dropped
        Meetings that the caseload has no place for any more.
    moved : tuple of str
        Ids of the meetings that don't stand, dropped ones aside.
    unable : tuple of str
        Those of them that can't stand whatever else moves: people, rooms or rules are against it.
    new_breach_days, disruption : int
        Of the calendar with the smallest disruption that was found; see section 8 of ``solver/RULES.md``.
    least_breach_days, least_disruption : int
        No calendar has fewer new breach days; and none with so few has less disruption.
    proved : bool
        Whether it is proven that no less would do.
    improved : bool
        Whether meetings were allowed to move that needn't.
    """

    calendar: Calendar
    caseload: Caseload
    dropped: tuple[Dropped, ...]
    moved: tuple[str, ...]
    unable: tuple[str, ...]
    new_breach_days: int
    disruption: int
    least_breach_days: int
    least_disruption: int
    proved: bool
    improved: bool


def repair(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    *,
    fixed_until: date | None = None,
    improve: bool = False,
    measure: Measure = "people",
    limits: RepairLimits | None = None,
    on_event: Callable[[ProgressEvent], None] | None = None,
    stop: Callable[[], bool] | None = None,
    now: datetime | None = None,
) -> Repaired:
    """Make the next calendar of a caseload, with the smallest disruption to the one that stands.

    Parameters
    ----------
    caseload : Caseload
        With the facts of now: validated.
    policy : Policy
    calendar : Calendar
        That stands.
    fixed_until : date, optional
        Meetings up to and including this day stay where they are, come what may.
    improve : bool
        Whether meetings may move on top where that gains more than their ``moved`` points.
    measure : Measure
        Of disruption.
    limits : RepairLimits, optional
    on_event, stop, now
        As for `solver.plan.plan`.

    Returns
    -------
    Repaired

    Raises
    ------
    CompileError
        The caseload is beyond the solver's limits.
    CheckFailedError
        The checker found a fault in the calendar: a fault of Convene, never of the caseload.
    """
    limits = limits or RepairLimits()
    job = _Repair(caseload, policy, calendar, fixed_until, limits, on_event, stop or (lambda: False))
    smallest = job.smallest(measure)
    problem = job.problem if improve else held_to(job.problem, smallest.standing)
    found = job.best_around(problem, smallest.solution)
    moment = now or datetime.combine(caseload.horizon.start, datetime.min.time(), tzinfo=UTC)
    result = job.write(found, improve=improve, moment=moment)
    held = {(meeting.series, meeting.start, meeting.venue) for meeting in result.meetings}
    return Repaired(
        calendar=result,
        caseload=job.again.caseload,
        dropped=job.again.dropped,
        moved=tuple(_name(one) for one in job.kept if not job.stands(one, held)),
        unable=tuple(_name(one) for one in smallest.unable),
        new_breach_days=smallest.breach_days,
        disruption=smallest.disruption,
        least_breach_days=smallest.least_breach_days,
        least_disruption=smallest.least_disruption,
        proved=smallest.proved,
        improved=improve,
    )


def _name(kept: Kept) -> str:
    return kept.booked.id or f"{kept.booked.plans[0]} {kept.booked.start:%Y-%m-%d %H:%M}"


class _Repair:
    """One repair on its way."""

    def __init__(
        self,
        caseload: Caseload,
        policy: Policy,
        calendar: Calendar,
        fixed_until: date | None,
        limits: RepairLimits,
        on_event: Callable[[ProgressEvent], None] | None,
        stop: Callable[[], bool],
    ) -> None:
        self._began = time.monotonic()
        self._policy = policy
        self._before = calendar
        self._limits = limits
        self._on_event = on_event
        self._stop = stop
        self.again = book_again(caseload, policy, calendar, fixed_until=fixed_until)
        self._working = working_calendar(caseload, policy)
        self._tell("reading the caseload", None, None)
        self.problem: Problem = order_starts(compile_problem(self.again.caseload, policy))
        self.kept: tuple[Kept, ...] = ()

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _tell(self, phase: str, cost: int | None, bound: float | None) -> None:
        if self._on_event is not None:
            proven = None if bound is None or bound == -math.inf else bound
            gap = None if cost is None or proven is None else gap_of(cost, proven)
            self._on_event(ProgressEvent(self._elapsed(), phase, None, cost, proven, gap, None))

    def smallest(self, measure: Measure) -> Smallest:
        """Find what must move."""
        caseload, by_rounds = self.again.caseload, self._limits.rounds is not None
        weights = Disruption(self._before, caseload.horizon.start, self._working, measure)
        self.kept = kept_meetings(self.problem, caseload, weights.of_booked)
        self._tell("what must move", None, None)
        effort = Effort(
            seconds=math.inf if by_rounds else SMALLEST_SHARE * self._limits.seconds,
            seed=self._limits.seed,
            workers=self._limits.workers,
            stop=self._stop,
        )
        late = late_already(self.problem, caseload, self._before)
        return smallest_disruption(self.problem, self.kept, late, effort)

    def best_around(self, problem: Problem, lawful: Solution) -> Found:
        """Search for the best calendar of a problem, from one that is lawful in it."""
        limits = self._limits
        start = refilled(problem, lawful)
        began = self._elapsed()
        search = Search(
            problem,
            seed=limits.seed,
            workers=limits.workers,
            clock=lambda: self._elapsed() - began,
            stop=self._stop,
            # A bound that holds only where meetings stand is not told.
            report=lambda phase, _solution, cost, _bound: self._tell(phase, cost, None),
        )
        left = max(0.0, limits.seconds - began)
        return search.run(Limits(seconds=left, rounds=limits.rounds), held=start)

    def stands(self, kept: Kept, held: set[tuple[str, datetime, str]]) -> bool:
        """Whether a booked meeting is among those held, by series, start and venue."""
        series = self.problem.series[kept.series].id
        return (series, kept.booked.start, kept.booked.venue) in held

    def write(self, found: Found, *, improve: bool, moment: datetime) -> Calendar:
        """Write the calendar that was found, and have it checked."""
        caseload = self.again.caseload
        decoder = Decoder(caseload, self._policy, self.problem, self._working)
        decoded = self._named(decoder.decode(found.solution, workload=False))
        # What is proven with meetings held to where they are says nothing of calendars in which they move.
        bound = found.bound if improve else min(self._free_bound(found.cost), found.cost)
        outcome = Outcome(
            found.cost, bound, found.breach_floor if improve else 0, bound >= found.cost, found.stopped
        )
        result = CalendarWriter(caseload, self._policy, self._working).write(
            decoded,
            outcome,
            breach_days_alone(self.problem).__getitem__,
            seed=self._limits.seed,
            elapsed=0.0 if self._limits.rounds is not None else round(self._elapsed(), 3),
            moment=moment,
        )
        result = next_revision(self._before, result)
        checked = check_calendar(caseload, self._policy, result)
        if not checked.ok:
            raise CheckFailedError(checked)
        return result

    def _named(self, decoded: Decoded) -> Decoded:
        """Let meetings that have moved keep their ids."""
        held = {(meeting.series, meeting.start, meeting.venue) for meeting in decoded.meetings}
        standing = {
            meeting.id
            for meeting in decoded.meetings
            if any(
                one.id == meeting.id and (one.start, one.venue) == (meeting.start, meeting.venue)
                for one in self.again.caseload.booked
            )
        }
        moved = [one for one in self.kept if not self.stands(one, held)]
        meetings = keep_ids(decoded.meetings, moved, standing)
        people = {person.id: person for person in self.again.caseload.people}
        return Decoded(charge_workload(people, meetings), decoded.unheld, decoded.stability)

    def _free_bound(self, cost: int) -> float:
        """Bound on the cost of every calendar of the caseload."""
        dual = Dual(self.problem, self.problem.constant)
        dual.evaluate()
        for _ in range(BOUND_STEPS):
            dual.step(float(cost))
        return float(math.ceil(dual.bound.value - 1e-6))
