"""The clock that runs from the day on which a disagreement or a concern is raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from calendars.workdays import WorkingCalendar
from solver.derive.standing import Standing
from solver.derive.task_dates import limit_after
from solver.derive.task_owners import manager_of, social_workers
from solver.policy.model import Policy
from solver.policy.task_clauses import EscalationClause
from solver.schema.calendar import Task
from solver.schema.caseload import Concern, Plan


@dataclass(frozen=True)
class OpenConcern:
    """A concern that is not settled, with the clause that says by when it is to be.

    Attributes
    ----------
    due : date
        The earliest of the policy's limits, pulled back to an open day, and the concern's own ``settle_by``.
    """

    plan: Plan
    concern: Concern
    clause: EscalationClause
    due: date


def open_concerns(plan: Plan, policy: Policy, calendar: WorkingCalendar) -> Iterator[OpenConcern]:
    """Give a plan's open concerns for which the policy has a limit."""
    for concern in plan.concerns:
        clause = next((clause for clause in policy.escalations if clause.kind == concern.kind), None)
        if clause is not None and concern.settled is None:
            limit = limit_after(clause.due, concern.raised, calendar)
            due = limit if concern.settle_by is None else min(limit, concern.settle_by)
            yield OpenConcern(plan, concern, clause, due)


def escalation_tasks(standing: Standing, calendar: WorkingCalendar) -> Iterator[Task]:
    """Give a task for each open concern of each plan that is not over before the horizon."""
    start = standing.caseload.horizon.start
    for plan in standing.caseload.plans:
        if plan.ends is not None and plan.ends < start:
            continue
        for one in open_concerns(plan, standing.policy, calendar):
            for owner in _owner(standing, one, max(start, one.due)):
                yield Task(
                    id=f"{plan.id}/{one.concern.id}/{_kind(one)}",
                    kind=_kind(one),
                    meeting=None,
                    owner=owner,
                    due=one.due,
                    source=", ".join(one.clause.sources),
                    title=f"{one.clause.title}: {one.concern.about}"
                    if one.concern.about
                    else one.clause.title,
                    plans=(plan.id,),
                    date_from=one.clause.date_from,
                )


def _kind(one: OpenConcern) -> str:
    return one.concern.kind.replace("_", "-")


def _owner(standing: Standing, one: OpenConcern, day: date) -> list[str]:
    workers = social_workers(standing, (one.plan,), day) if one.clause.owner == "social_worker" else []
    return workers or manager_of(standing, (one.plan,), day)
