"""Who owes a task. A person who owes for the meeting owes it also when a deputy came: the duty goes with the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from solver.derive.occasions import Occasion
from solver.derive.standing import Standing, comes_themselves, participants_on
from solver.policy.task_clauses import TaskClause
from solver.schema.base import Role
from solver.schema.caseload import Plan


def owners(clause: TaskClause, occasion: Occasion, day: date) -> list[str]:
    """Return the people who owe a task, each of whom has one of their own.

    Parameters
    ----------
    clause, occasion
    day : date
        On which it is looked who has a part in the plans.
    """
    meeting = occasion.meeting
    match clause.owner:
        case "agencies":
            return _one_for_each_agency(occasion)
        case "everyone":
            return occasion.professionals
        case "absent":
            return occasion.not_there
        case "team_manager":
            return manager_of(occasion.standing, occasion.plans, day)
        case "chair" if meeting.chair is not None:
            return [meeting.chair]
        case "minutes" if meeting.minutes is not None:
            return [meeting.minutes]
        case _:
            there = comes_themselves(meeting)
            workers = social_workers(occasion.standing, occasion.plans, day, there)
            return workers or manager_of(occasion.standing, occasion.plans, day)


def social_workers(
    standing: Standing, plans: Sequence[Plan], day: date, there: frozenset[str] = frozenset()
) -> list[str]:
    """Each plan's social worker once: one of those who are there, else the first in the plan on that day."""
    found: dict[str, None] = {}
    for plan in plans:
        workers = _with_role(plan, standing, day, "social_worker")
        for worker in [*(worker for worker in workers if worker in there), *workers][:1]:
            found[worker] = None
    return list(found)


def manager_of(standing: Standing, plans: Sequence[Plan], day: date) -> list[str]:
    """The team manager with a part in one of the plans, else the caseload's first one."""
    of_plans = [person for plan in plans for person in _with_role(plan, standing, day, "team_manager")]
    of_team = [person.id for person in standing.caseload.people if person.role == "team_manager"]
    return [*of_plans, *of_team][:1]


def _with_role(plan: Plan, standing: Standing, day: date, role: Role) -> list[str]:
    return [part.person for part in participants_on(plan, day) if standing.role(part.person) == role]


def _one_for_each_agency(occasion: Occasion) -> list[str]:
    """The first professional of each agency; one without an agency stands for themselves."""
    first: dict[str, str] = {}
    for person in occasion.professionals:
        first.setdefault(occasion.standing.people[person].agency or f"person:{person}", person)
    return list(first.values())
