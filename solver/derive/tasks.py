"""What somebody owes by a date because of a meeting, from the task clauses of the policy.

Due dates
    Counted from the day of the meeting (``after``, ``before``) or back from the day of the next meeting of
    the series (``before_next``), or that day itself (``on``). A date on which nobody works, a council
    closure included, becomes the last open day before it (readings 5), so that a task is never due on a day
    when it cannot be done; a deadline in working days moves in that way on a closure only. Two things limit
    the pull: a task that comes *after* a meeting is not pulled back to the meeting or before it, and one
    due before the next meeting is not due before this one.

Owners
    A person who owes for the meeting owes it also when a deputy came instead: the duty goes with the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from calendars.intervals import parse_interval
from calendars.workdays import WorkingCalendar
from solver.derive.standing import (
    SUPPORTS_THE_MEETING,
    Standing,
    by_series,
    comes_themselves,
    day_of,
    participants_on,
    place_owner,
)
from solver.policy.model import Policy, TaskClause
from solver.schema.base import Role
from solver.schema.calendar import Meeting, Task
from solver.schema.caseload import Caseload, Plan


def derive_tasks(
    caseload: Caseload, policy: Policy, meetings: Sequence[Meeting], calendar: WorkingCalendar
) -> tuple[Task, ...]:
    """List every task that the policy derives from the meetings.

    Parameters
    ----------
    caseload, policy
    meetings
        With their chairs and minute-takers (``solver.derive.rota``); those who own tasks by these roles are
        the plan's social worker, else the team manager, where a meeting has none.
    calendar
        The caseload's working and open days.

    Returns
    -------
    tuple of Task
        By due date, then id. The id is ``<meeting>/<clause>``, with ``/<owner>`` where the clause asks each
        agency or everyone, or where the children of a joint meeting have different social workers. A task
        that nobody in the caseload could own is left out; ``solver.derive.notices`` says that the plan has
        no such person.
    """
    standing = Standing.of(caseload, policy)
    tasks = []
    for chain in by_series(meetings).values():
        for position, meeting in enumerate(chain):
            following = chain[position + 1 :]
            first = standing.is_first(meeting, chain)
            for clause in standing.rule_of(meeting).tasks:
                if _applies(clause, standing, meeting, following, first=first):
                    due = _due(clause, meeting, following, calendar)
                    if due is not None:
                        tasks.extend(_tasks(clause, standing, meeting, due))
    return tuple(sorted(tasks, key=lambda task: (task.due, task.id)))


def _applies(
    clause: TaskClause, standing: Standing, meeting: Meeting, following: Sequence[Meeting], *, first: bool
) -> bool:
    match clause.only:
        case "always":
            return True
        case "first":
            return first
        case "last_before_review":
            return any(
                _last_before_review(plan, standing, meeting, following) for plan in standing.plans_of(meeting)
            )
        case "child_absent":
            return any(_child_absent(plan, meeting) for plan in standing.plans_of(meeting))
        case "parent_absent":
            return any(_parent_absent(plan, standing, meeting) for plan in standing.plans_of(meeting))


def _last_before_review(
    plan: Plan, standing: Standing, meeting: Meeting, following: Sequence[Meeting]
) -> bool:
    """Whether no meeting of the plan lies between this one and a review it has a date for (S7).

    Reviews after the horizon are left for the calendar that reaches them: a meeting may still come before
    them.
    """
    day = day_of(meeting)
    following_days = [day_of(later) for later in following if plan.id in later.plans]
    return any(
        day < review <= standing.caseload.horizon.end and not any(later < review for later in following_days)
        for review in plan.events.reviews
    )


def _child_absent(plan: Plan, meeting: Meeting) -> bool:
    """Whether a child of the plan has no place or doesn't come (C12, W11)."""
    return any(child.id not in comes_themselves(meeting) for child in plan.children)


def _parent_absent(plan: Plan, standing: Standing, meeting: Meeting) -> bool:
    """Whether a parent with a part in the plan doesn't come (C10)."""
    parents = {part.person for part in plan.participants if standing.role(part.person) == "parent"}
    return not parents <= comes_themselves(meeting)


def _due(
    clause: TaskClause, meeting: Meeting, following: Sequence[Meeting], calendar: WorkingCalendar
) -> date | None:
    day = day_of(meeting)
    if clause.due is None:
        return day
    interval = parse_interval(clause.due)
    match clause.direction:
        case "before":
            return calendar.pull_back(interval.before(day, calendar))
        case "before_next":
            if not following:
                return None
            return max(day, calendar.pull_back(interval.before(day_of(following[0]), calendar)))
        case _:
            limit = interval.after(day, calendar)
            pulled = calendar.pull_back(limit)
            return pulled if pulled > day else limit


def _tasks(clause: TaskClause, standing: Standing, meeting: Meeting, due: date) -> list[Task]:
    owners = _owners(clause, standing, meeting)
    named = clause.owner in ("agencies", "everyone") or len(owners) > 1
    return [
        Task(
            id=f"{meeting.id}/{clause.kind}" + (f"/{owner}" if named else ""),
            kind=clause.kind,
            meeting=meeting.id,
            owner=owner,
            due=due,
            source=", ".join(clause.sources),
            title=clause.title,
        )
        for owner in owners
    ]


def _owners(clause: TaskClause, standing: Standing, meeting: Meeting) -> list[str]:
    match clause.owner:
        case "agencies":
            return _one_for_each_agency(standing, meeting)
        case "everyone":
            return _professionals(standing, meeting)
        case "team_manager":
            return _manager(standing, meeting)
        case "chair" if meeting.chair is not None:
            return [meeting.chair]
        case "minutes" if meeting.minutes is not None:
            return [meeting.minutes]
        case _:
            return _social_workers(standing, meeting) or _manager(standing, meeting)


def _social_workers(standing: Standing, meeting: Meeting) -> list[str]:
    """Each plan's social worker once: one who comes, else the first in the plan on that day."""
    there = comes_themselves(meeting)
    found: dict[str, None] = {}
    for plan in standing.plans_of(meeting):
        workers = _with_role(plan, standing, day_of(meeting), "social_worker")
        for worker in [*(worker for worker in workers if worker in there), *workers][:1]:
            found[worker] = None
    return list(found)


def _manager(standing: Standing, meeting: Meeting) -> list[str]:
    """The team manager with a part in the plan, else the caseload's first one."""
    of_plans = [
        person
        for plan in standing.plans_of(meeting)
        for person in _with_role(plan, standing, day_of(meeting), "team_manager")
    ]
    of_team = [person.id for person in standing.caseload.people if person.role == "team_manager"]
    return [*of_plans, *of_team][:1]


def _with_role(plan: Plan, standing: Standing, day: date, role: Role) -> list[str]:
    return [part.person for part in participants_on(plan, day) if standing.role(part.person) == role]


def _professionals(standing: Standing, meeting: Meeting) -> list[str]:
    """Everyone with a place who works with the family, whether or not they come."""
    owners = dict.fromkeys(place_owner(entry) for entry in meeting.attendees)
    return [
        person
        for person in owners
        if not standing.is_family(person) and standing.role(person) not in SUPPORTS_THE_MEETING
    ]


def _one_for_each_agency(standing: Standing, meeting: Meeting) -> list[str]:
    """The first professional of each agency; one without an agency stands for themselves."""
    first: dict[str, str] = {}
    for person in _professionals(standing, meeting):
        first.setdefault(standing.people[person].agency or f"person:{person}", person)
    return list(first.values())
