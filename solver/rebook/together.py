"""Everything that has changed put right at once: what can stand stands, the least that must move does."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from solver.events import ProgressEvent
from solver.policy.model import Policy
from solver.rebook.accept import RefusedError, named
from solver.rebook.options import Desk
from solver.repair.repair import Repaired, RepairLimits, repair
from solver.replan.answers import next_revision
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


def rebook_together(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    *,
    now: datetime,
    today: date,
    barred: Collection[str] = (),
    limits: RepairLimits | None = None,
    on_event: Callable[[ProgressEvent], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Repaired:
    """Rebook every meeting that can't stand, and hold those that are lacking.

    Parameters
    ----------
    caseload : Caseload
        With the facts of now.
    policy : Policy
    calendar : Calendar
    now : datetime
        For ``created``.
    today : date
        Meetings before it stay.
    barred : collection of str
        Meetings that must not stay at their time: they go where it is best for them first.
    limits : RepairLimits, optional
    on_event, stop : callable, optional
        As for `solver.plan.plan`.

    Returns
    -------
    Repaired
        See `solver.repair.repair`.

    Raises
    ------
    RefusedError
        A barred meeting can be nowhere else.
    """
    draft = calendar
    for name in barred:
        found = Desk(caseload, policy, draft, today=today).options(name, n=1).found
        if not found:
            raise RefusedError(f"{name} can be nowhere else with everybody else's meetings where they are.")
        series = found[0].meetings[0].series
        own = [one for one in draft.meetings if one.series == series]
        others = [one for one in draft.meetings if one.series != series]
        chain = named(caseload, policy, own, found[0].meetings)
        meetings = sorted((*others, *chain), key=lambda one: (one.start, one.id))
        draft = draft.model_copy(update={"meetings": tuple(meetings)})
    repaired = repair(
        caseload,
        policy,
        draft,
        fixed_until=today - timedelta(days=1),
        limits=limits,
        on_event=on_event,
        stop=stop,
        now=now,
    )
    # What was answered is in the calendar that stands, not in the draft.
    return replace(repaired, calendar=next_revision(calendar, repaired.calendar))
