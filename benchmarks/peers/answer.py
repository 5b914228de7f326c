"""A peer's meetings made into a whole calendar, so that the checker sees what it would see of Convene's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from solver.derive.kpis import kpis, workload
from solver.derive.notices import notices
from solver.derive.tasks import derive_tasks
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.schema.calendar import Breach, Calendar, CalendarException, CaseloadRef, Meeting, PolicyRef
from solver.schema.caseload import Caseload
from solver.schema.load import digest
from solver.score import WEIGHTS

OWN_SCORE: Final = frozenset({"meeting.score", "calendar.objective"})
"""Rules about what a calendar says of its own score. A peer's says nothing, and nothing is taken from it."""


def calendar_of(
    caseload: Caseload,
    policy: Policy,
    meetings: Sequence[Meeting],
    breaches: Sequence[Breach],
    exceptions: Sequence[CalendarException],
    *,
    seed: int,
) -> Calendar:
    """Make the calendar of these meetings. It claims no bound, and no score: that is the checker's to give."""
    days = working_calendar(caseload, policy)
    tasks = derive_tasks(caseload, policy, meetings, days)
    return Calendar(
        id=f"{caseload.id}-peer",
        caseload=CaseloadRef(id=caseload.id, digest=digest(caseload)),
        policy=PolicyRef(id=policy.id, version=policy.version),
        horizon=caseload.horizon,
        created=f"{caseload.horizon.start.isoformat()}T00:00:00Z",
        status="feasible",
        objective={},
        cost=0,
        weights=WEIGHTS,
        bound=0.0,
        gap=0.0,
        seconds=0.0,
        seed=seed,
        meetings=tuple(meetings),
        tasks=tasks,
        breaches=tuple(breaches),
        exceptions=tuple(exceptions),
        notices=notices(caseload, policy, days),
        workload=workload(caseload, meetings),
        kpis=kpis(caseload, policy, meetings, breaches, exceptions, days, tasks),
    )
