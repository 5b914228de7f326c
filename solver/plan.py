"""Plan a caseload: the whole way from documents to a checked calendar."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime

from calendars.workdays import WorkingCalendar
from solver.absences import Absences
from solver.check import CheckReport, check_calendar
from solver.decode import Decoded, Decoder
from solver.derive.kpis import kpis, workload
from solver.derive.notices import notices
from solver.derive.rota import assign_roles
from solver.derive.tasks import derive_tasks
from solver.engine.cache import is_compiled
from solver.engine.compiling import CompileTime
from solver.engine.order import order_starts
from solver.engine.search import Found, Limits, Search
from solver.engine.settings import EVERYTHING, Parts
from solver.engine.state import Solution
from solver.events import ProgressEvent
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.reasons import Explainer, breach_days_alone
from solver.schema.calendar import Breach, Calendar, CalendarException, CaseloadRef, Meeting, PolicyRef
from solver.schema.caseload import Caseload
from solver.schema.load import digest
from solver.score import WEIGHTS

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
        CP-SAT workers for a small caseload solved whole; fewer than eight are one (``solver.engine.search.PORTFOLIO``).
    deterministic : int or None
        Search rounds instead of seconds: with the same seed the same calendar, whatever the machine. Its ``seconds`` is 0.
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
        ready = "reading the caseload" if is_compiled() else "compiling the search for this machine, once"
        on_event(ProgressEvent(0.0, ready, None, None, None, None, None))
    calendar = working_calendar(caseload, policy)
    with CompileTime() as first_compiling:
        problem = order_starts(compile_problem(caseload, policy))
    decoder = Decoder(caseload, policy, problem, calendar)
    shown = _Shown(decoder, clock)

    def report(phase: str, solution: Solution | None, cost: int | None, bound: float | None) -> None:
        if on_event is None:
            return
        best = shown.of(solution)
        proven = None if bound is None or bound == -float("inf") else bound
        on_event(
            ProgressEvent(
                seconds=clock() - began,
                phase=phase,
                best=None
                if best is None
                else {str(level): points for level, points in best.objective.items()},
                cost=cost,
                bound=proven,
                gap=None if cost is None or proven is None else _gap(cost, proven),
                breaches=None if best is None else _breaches(best),
            )
        )

    with CompileTime() as compiling:
        search = Search(
            problem,
            seed=seed,
            workers=workers,
            clock=lambda: clock() - began - first_compiling.seconds - compiling.seconds,
            stop=stop or (lambda: False),
            report=report,
            parts=parts,
        )
        found = search.run(Limits(seconds=seconds, rounds=deterministic, gap=gap))
    elapsed = 0.0 if deterministic is not None else round(clock() - began, 3)
    moment = now or datetime.combine(caseload.horizon.start, datetime.min.time(), tzinfo=UTC)
    result = _Writer(caseload, policy, problem, calendar, decoder).write(found, seed, elapsed, moment)
    checked = check_calendar(caseload, policy, result)
    if not checked.ok:
        raise CheckFailedError(checked)
    return result


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


def _gap(cost: float, bound: float) -> float:
    return (cost - bound) / cost if cost > 0 else 0.0


def _breaches(decoded: Decoded) -> int:
    return sum(meeting.breach_days > 0 for meeting in decoded.meetings) + len(decoded.unheld)


class _Writer:
    """Completes a solution into the outward calendar."""

    def __init__(
        self,
        caseload: Caseload,
        policy: Policy,
        problem: Problem,
        calendar: WorkingCalendar,
        decoder: Decoder,
    ) -> None:
        self._caseload = caseload
        self._policy = policy
        self._problem = problem
        self._calendar = calendar
        self._decoder = decoder
        self._explainer = Explainer(caseload, policy, problem, calendar)
        self._absences = Absences(caseload, problem.series, calendar)

    def write(self, found: Found, seed: int, elapsed: float, moment: datetime) -> Calendar:
        """Write the calendar, without having it checked."""
        decoded = self._decoder.decode(found.solution)
        meetings = assign_roles(self._caseload, self._policy, decoded.meetings)
        meetings = tuple(sorted(meetings, key=lambda meeting: (meeting.start, meeting.id)))
        breaches = self._breaches(decoded, meetings, found.breach_floor)
        exceptions = self._exceptions(meetings)
        proof = digest(self._caseload)
        status = "optimal" if found.optimal else "stopped" if found.stopped else "feasible"
        identity = f"{proof}:{self._policy.id}:{self._policy.version}:{seed}"
        draft = Calendar(
            id=f"{self._caseload.id}.{hashlib.sha256(identity.encode()).hexdigest()[:10]}",
            caseload=CaseloadRef(id=self._caseload.id, digest=proof),
            policy=PolicyRef(id=self._policy.id, version=self._policy.version),
            horizon=self._caseload.horizon,
            created=moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            status=status,
            objective=decoded.objective,
            cost=found.cost,
            weights=dict(WEIGHTS),
            bound=found.bound,
            gap=_gap(found.cost, found.bound),
            seconds=elapsed,
            seed=seed,
            meetings=meetings,
            tasks=derive_tasks(self._caseload, self._policy, meetings, self._calendar),
            breaches=breaches,
            exceptions=exceptions,
            notices=notices(self._caseload, self._policy, self._calendar),
            workload=workload(self._caseload, meetings),
            kpis=kpis(self._caseload, self._policy, meetings, breaches, exceptions, self._calendar),
        )
        return self._with_pinned_exceptions(draft)

    def _breaches(self, decoded: Decoded, meetings: tuple[Meeting, ...], floor: int) -> tuple[Breach, ...]:
        alone = breach_days_alone(self._problem)
        points: defaultdict[str, int] = defaultdict(int)
        days: defaultdict[str, list[Meeting]] = defaultdict(list)
        for meeting in decoded.meetings:
            points[meeting.series] += meeting.score["breach"]
            days[meeting.series].append(meeting)
        for missing in decoded.unheld:
            points[missing.series] += missing.points
        # Where no calendar has fewer breach points in all, none of these can be avoided.
        least = sum(points.values()) <= floor
        series = {one.id: one for one in self._problem.series}
        found = []
        for series_id, held in days.items():
            previous: date | None = None
            for meeting in held:
                if meeting.breach_days > 0:
                    found.append(
                        Breach(
                            series=series_id,
                            meeting=meeting.id,
                            due=meeting.window.due,
                            days=meeting.breach_days,
                            proved=least or points[series_id] <= alone[series_id],
                            reasons=self._explainer.breach(series[series_id], previous, meeting, meetings),
                        )
                    )
                previous = meeting.start.date()
        for missing in decoded.unheld:
            held = days[missing.series]
            found.append(
                Breach(
                    series=missing.series,
                    meeting=None,
                    due=missing.due,
                    days=missing.days,
                    proved=least or points[missing.series] <= alone[missing.series],
                    reasons=self._explainer.breach(
                        series[missing.series], held[-1].start.date() if held else None, None, meetings
                    ),
                )
            )
        return tuple(sorted(found, key=lambda breach: (-breach.days, breach.due, breach.series)))

    def _exceptions(self, meetings: tuple[Meeting, ...]) -> tuple[CalendarException, ...]:
        by_person: defaultdict[str, list[Meeting]] = defaultdict(list)
        for meeting in meetings:
            for attendee in meeting.attendees:
                if attendee.status in ("attending", "remote", "deputy"):
                    by_person[attendee.person].append(meeting)
        return tuple(
            CalendarException(
                meeting=meeting.id,
                person=attendee.person,
                kind=attendee.status,
                reason=self._absences.reason(meeting, attendee, lambda person: by_person[person]),
            )
            for meeting in meetings
            for attendee in meeting.attendees
            if attendee.level == "expected" and attendee.status in ("report", "absent")
        )

    def _with_pinned_exceptions(self, draft: Calendar) -> Calendar:
        """Report what pinned meetings break: they stand all the same."""
        pinned = {meeting.id for meeting in draft.meetings if meeting.pinned}
        if not pinned:
            return draft
        # Several violations of one rule by one person or room at one meeting are one exception.
        reasons: defaultdict[tuple[str, str | None, str], list[str]] = defaultdict(list)
        for violation in check_calendar(self._caseload, self._policy, draft).violations:
            if violation.meetings and set(violation.meetings) <= pinned:
                person = violation.people[0] if violation.people else None
                for meeting in violation.meetings:
                    reasons[meeting, person, violation.rule].append(violation.text)
        broken = [
            CalendarException(meeting=meeting, person=person, kind=kind, reason=" ".join(texts))
            for (meeting, person, kind), texts in reasons.items()
        ]
        exceptions = (*draft.exceptions, *broken)
        figures = kpis(
            self._caseload, self._policy, draft.meetings, draft.breaches, exceptions, self._calendar
        )
        return draft.model_copy(update={"exceptions": exceptions, "kpis": figures})
