"""Completes meetings into the outward calendar: roles, tasks, reasons, figures."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from calendars.workdays import WorkingCalendar
from solver.check import check_calendar
from solver.decode import Decoded
from solver.derive.fairness import fairness
from solver.derive.held_kpis import held_kpis
from solver.derive.kpis import kpis, workload
from solver.derive.marks import mark_meetings
from solver.derive.notices import notices
from solver.derive.rota import Had, propose_roles
from solver.derive.tasks import derive_tasks
from solver.explain.absences import Absences, line_managers
from solver.explain.whole import Effort, with_explanations
from solver.policy.model import Policy
from solver.schema.calendar import (
    Breach,
    Calendar,
    CalendarException,
    CaseloadRef,
    Meeting,
    PolicyRef,
)
from solver.schema.caseload import Caseload
from solver.schema.load import digest
from solver.score import WEIGHTS
from solver.series import form_series


@dataclass(frozen=True)
class Outcome:
    """How a search ended.

    Attributes
    ----------
    cost : int
    bound : float
    breach_floor : int
        Proven: no calendar has fewer breach points.
    optimal : bool
    stopped : bool
    """

    cost: int
    bound: float
    breach_floor: int
    optimal: bool
    stopped: bool


Alone = Callable[[str], int]
"""Breach points that a series would have even if it were the only one."""


def gap_of(cost: float, bound: float) -> float:
    """Share of the cost that is not proven to be necessary."""
    return (cost - bound) / cost if cost > 0 else 0.0


class CalendarWriter:
    """Completes a solution into the outward calendar."""

    def __init__(self, caseload: Caseload, policy: Policy, calendar: WorkingCalendar) -> None:
        self._caseload = caseload
        self._policy = policy
        self._calendar = calendar
        self._series = form_series(caseload, policy)
        self._absences = Absences(caseload, self._series, calendar)

    def write(
        self,
        decoded: Decoded,
        outcome: Outcome,
        alone: Alone,
        *,
        seed: int,
        elapsed: float,
        moment: datetime,
        had: Mapping[str, Had] | None = None,
        effort: Effort | None = None,
    ) -> Calendar:
        """Write the calendar, without having it checked; ``had`` are chairs and minute-takers who stay, by meeting."""
        meetings, even = propose_roles(self._caseload, self._policy, decoded.meetings, had)
        meetings = mark_meetings(self._caseload, meetings)
        meetings = tuple(sorted(meetings, key=lambda meeting: (meeting.start, meeting.id)))
        tasks = derive_tasks(self._caseload, self._policy, meetings, self._calendar)
        breaches = self._breaches(decoded, outcome.breach_floor, alone)
        exceptions = self._exceptions(meetings)
        proof = digest(self._caseload)
        status = "optimal" if outcome.optimal else "stopped" if outcome.stopped else "feasible"
        identity = f"{proof}:{self._policy.id}:{self._policy.version}:{seed}"
        draft = Calendar(
            id=f"{self._caseload.id}.{hashlib.sha256(identity.encode()).hexdigest()[:10]}",
            caseload=CaseloadRef(id=self._caseload.id, digest=proof),
            policy=PolicyRef(id=self._policy.id, version=self._policy.version),
            horizon=self._caseload.horizon,
            created=moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            status=status,
            objective=decoded.objective,
            cost=outcome.cost,
            weights=dict(WEIGHTS),
            bound=outcome.bound,
            gap=gap_of(outcome.cost, outcome.bound),
            seconds=elapsed,
            seed=seed,
            meetings=meetings,
            tasks=tasks,
            breaches=breaches,
            exceptions=exceptions,
            notices=notices(self._caseload, self._policy, self._calendar),
            workload=workload(self._caseload, meetings),
            fairness=fairness(self._caseload, self._policy, meetings, proven=None if had else even),
            kpis=kpis(self._caseload, self._policy, meetings, breaches, exceptions, self._calendar, tasks),
            held_kpis=held_kpis(self._caseload, self._policy, self._caseload.held)
            if self._caseload.held
            else None,
        )
        draft = with_explanations(self._caseload, self._policy, draft, effort)
        return self._with_pinned_exceptions(draft)

    @staticmethod
    def _breaches(decoded: Decoded, floor: int, alone: Alone) -> tuple[Breach, ...]:
        """Every breach, without its reasons."""
        points: defaultdict[str, int] = defaultdict(int)
        for meeting in decoded.meetings:
            points[meeting.series] += meeting.score["breach"]
        for missing in decoded.unheld:
            points[missing.series] += missing.points
        # Where no calendar has fewer breach points in all, none of these can be avoided.
        least = sum(points.values()) <= floor

        def proved(series: str) -> bool:
            return least or points[series] <= alone(series)

        found = [
            Breach(
                series=meeting.series,
                meeting=meeting.id,
                due=meeting.window.due,
                days=meeting.breach_days,
                proved=proved(meeting.series),
            )
            for meeting in decoded.meetings
            if meeting.breach_days > 0
        ]
        found += [
            Breach(
                series=missing.series,
                meeting=None,
                due=missing.due,
                days=missing.days,
                proved=proved(missing.series),
            )
            for missing in decoded.unheld
        ]
        return tuple(sorted(found, key=lambda breach: (-breach.days, breach.due, breach.series)))

    def _exceptions(self, meetings: tuple[Meeting, ...]) -> tuple[CalendarException, ...]:
        agree = line_managers(self._caseload)
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
                agree=agree.get((attendee.person, attendee.status)),
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
        figures = draft.kpis.model_copy(update={"exceptions": len(exceptions)})
        return draft.model_copy(update={"exceptions": exceptions, "kpis": figures})
