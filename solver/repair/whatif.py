"""What would become of a calendar if something were otherwise: planned again, compared, and nothing decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from solver.events import ProgressEvent
from solver.policy.load import load_policy
from solver.policy.model import Policy
from solver.repair.repair import Repaired, RepairLimits, repair
from solver.replan.changes import apply_changes
from solver.replan.diff import diff_calendars
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.changes import Change
from solver.schema.diff import CalendarDiff


@dataclass(frozen=True)
class WhatIf:
    """A calendar under a supposition, beside the one that stands.

    Attributes
    ----------
    supposed : Repaired
        The calendar if it were so.
    otherwise : Calendar
        The calendar planned again just as hard with the facts as they are: what is gained by planning alone.
    diff : CalendarDiff
        From the calendar that stands to the supposed one.
    """

    supposed: Repaired
    otherwise: Calendar
    diff: CalendarDiff


def what_if(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    changes: Sequence[Change],
    *,
    today: date,
    least: bool = False,
    limits: RepairLimits | None = None,
    now: datetime | None = None,
    on_event: Callable[[ProgressEvent], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> WhatIf:
    """Plan again as if something were otherwise.

    Parameters
    ----------
    caseload : Caseload
        As things are.
    policy : Policy
    calendar : Calendar
        That stands.
    changes : sequence of Change
        What is supposed.
    today : date
        Meetings before it stay.
    least : bool
        Whether only what must move does; else whatever gains more than its ``moved`` points.
    limits : RepairLimits, optional
        Of each of the two searches.
    now : datetime, optional
        For ``created``.
    on_event, stop : callable, optional
        As for `solver.plan.plan`.

    Raises
    ------
    ChangesError
        The changes don't fit the caseload.
    """
    supposed = apply_changes(caseload, changes)
    under = policy if supposed.authority == caseload.authority else load_policy(supposed.authority)
    fixed = today - timedelta(days=1)

    def again(facts: Caseload, rules: Policy, *, improve: bool) -> Repaired:
        return repair(
            facts,
            rules,
            calendar,
            fixed_until=fixed,
            improve=improve,
            limits=limits,
            on_event=on_event,
            stop=stop,
            now=now,
        )

    found = again(supposed, under, improve=not least)
    otherwise = calendar if least else again(caseload, policy, improve=True).calendar
    return WhatIf(found, otherwise, diff_calendars(calendar, found.calendar))
