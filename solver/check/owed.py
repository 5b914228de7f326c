"""Which tasks follow from a calendar: section 6 of ``solver/RULES.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from solver.check.case import Case
from solver.check.days import Days
from solver.check.held import Held, holder, is_present, joins_remotely
from solver.check.series import held_count
from solver.check.view import View
from solver.policy.task_clauses import TaskClause
from solver.schema.base import REVIEW_KINDS
from solver.schema.calendar import Task
from solver.schema.caseload import Plan

HELPS: Final = frozenset({"advocate", "interpreter", "business_support"})
"""Professionals who help others to take part: no agency of the plan."""

Reviews = Mapping[str, list[date]]
"""Days of the reviews in the calendar, by plan."""


def reviews_in(view: View) -> Reviews:
    """Return the days of the reviews that the calendar holds, by plan."""
    reviews: dict[str, list[date]] = {}
    for held in view.meetings:
        for plan in held.plans if _is_review(held) else ():
            reviews.setdefault(plan.id, []).append(held.day)
    return reviews


def owed_tasks(view: View) -> list[Task]:
    """Return every task that follows from a calendar, with its title as it begins in the policy.

    Series with a meeting outside the horizon are passed over: their meetings are wrong altogether.
    """
    horizon = view.case.caseload.horizon
    reviews = reviews_in(view)
    found: dict[str, Task] = {}
    for _, chain in sorted(view.chains.items()):
        if chain and all(horizon.start <= held.day <= horizon.end for held in chain):
            for task in _of_chain(view.case, chain, reviews):
                other = found.get(task.id)
                found[task.id] = task if other is None else _one_of_two(other, task)
    return [*found.values(), *_of_concerns(view.case)]


def later_date(days: Days, start: date, intervals: Sequence[str]) -> date:
    """Return the earliest of the limits after a day, pulled back unless that reaches the day."""
    limit = min(days.count(start, interval) for interval in intervals)
    open_day = days.pull_back(limit)
    return open_day if open_day > start else limit


def earlier_date(days: Days, start: date, interval: str) -> date:
    """Return the open day an interval before a day."""
    return days.pull_back(days.count(start, interval, -1))


def _of_chain(case: Case, chain: list[Held], reviews: Reviews) -> Iterator[Task]:
    for place, held in enumerate(chain):
        for clause in _clauses(held):
            for plans in () if clause.every else _apart(clause, held):
                due = _due(case, clause, chain, place)
                if due is not None and _comes_up(clause, chain, place, reviews, plans):
                    warn = _date(case, clause, clause.warn, chain, place) if clause.warn else None
                    yield from _owed(case, clause, chain, place, due, warn and min(warn, due), plans)
    for clause in _clauses(chain[0]):
        if clause.every:
            yield from _again_and_again(case, clause, chain, reviews)


def _apart(clause: TaskClause, held: Held) -> list[list[Plan]]:
    """Return whom a task is of: all plans of the meeting, or each of them by itself."""
    plans = list(held.plans)
    return [[plan] for plan in plans] if clause.each_plan and len(plans) > 1 else [plans]


def _clauses(held: Held) -> Sequence[TaskClause]:
    return held.members[0].rule.tasks if held.members else held.series.rule.tasks


def _date(case: Case, clause: TaskClause, interval: str | None, chain: list[Held], place: int) -> date | None:
    held, days = chain[place], case.days
    if interval is None:
        return held.day
    if clause.direction == "after_planning":
        return min(held.day, later_date(days, case.caseload.horizon.start, [interval]))
    if clause.direction == "before_next":
        if place + 1 == len(chain):
            return None
        return max(held.day, earlier_date(days, chain[place + 1].day, interval))
    if clause.direction == "before":
        return earlier_date(days, held.day, interval)
    return later_date(days, held.day, [interval])


def _due(case: Case, clause: TaskClause, chain: list[Held], place: int) -> date | None:
    """When it is due: for an interpreter who has to be booked sooner than the policy asks, that much sooner."""
    due = _date(case, clause, clause.due, chain, place)
    if due is not None and clause.direction == "before" and "interpreter" in clause.only:
        for name in _interpreters(chain[place]):
            notice = case.people[name].notice_working_days if name in case.people else None
            if notice is not None:
                start = case.days.plus_working_days(chain[place].day, -notice)
                due = min(due, case.days.pull_back(start))
    return due


def _again_and_again(case: Case, clause: TaskClause, whole: list[Held], reviews: Reviews) -> Iterator[Task]:
    places = [
        place
        for place, held in enumerate(whole)
        if _comes_up(clause, whole, place, reviews, list(held.plans))
    ]
    if not places:
        return
    start = whole[places[0]]
    held_before = [plan.events.last_meeting for plan in whole[0].plans if plan.events.last_meeting]
    if held_before:
        limit = later_date(case.days, max(held_before), clause.every)
        if case.caseload.horizon.start <= limit < start.day:
            yield from _owed(case, clause, whole, places[0], limit, None)
    yield from _owed(case, clause, whole, places[0], start.day, None)
    at, done = 0, start.day
    while True:
        limit = later_date(case.days, done, clause.every)
        in_time = [number for number in range(at + 1, len(places)) if whole[places[number]].day <= limit]
        is_last = not in_time or in_time[-1] == len(places) - 1
        last_days = [member.last_day for member in whole[places[at]].members]
        if is_last and limit > max(last_days, default=case.caseload.horizon.end):
            return
        if in_time:
            at = in_time[-1]
            done = whole[places[at]].day
        else:
            done = limit
        yield from _owed(case, clause, whole, places[at], done, None)


def _comes_up(clause: TaskClause, chain: list[Held], place: int, reviews: Reviews, plans: list[Plan]) -> bool:
    return all(_holds(condition, chain, place, reviews, plans) for condition in clause.only)


def _holds(condition: str, chain: list[Held], place: int, reviews: Reviews, plans: list[Plan]) -> bool:
    held = chain[place]
    there = _there_themselves(held)
    match condition:
        case "first" | "later":
            first = place == 0 and any(held_count(plan) == 0 for plan in plans)
            return first == (condition == "first")
        case "last_before_review":
            return not _is_review(held) and any(
                _is_before_review(plan, chain, place, reviews) for plan in plans
            )
        case "complex":
            return any(plan.complex for plan in plans)
        case "child_absent":
            return any(child.id not in there for plan in plans for child in plan.children)
        case "parent_absent":
            parts = [part.person for plan in plans for part in plan.participants]
            return any(_role(held.case, name) == "parent" and name not in there for name in parts)
        case "professional_absent":
            return bool(_away(held))
        case "remote":
            return bool(_remote(held))
        case "interpreter":
            return bool(_interpreters(held))
        case _:
            return held.breach_days > 0 or (place > 0 and chain[place - 1].breach_days > 0)


def _is_before_review(plan: Plan, chain: list[Held], place: int, reviews: Reviews) -> bool:
    held = chain[place]
    later = [one.day for one in chain[place + 1 :] if any(plan.id == own.id for own in one.plans)]
    given = (*plan.events.reviews, *reviews.get(plan.id, ()))
    ahead = [day for day in given if held.day < day <= held.case.caseload.horizon.end]
    return any(not later or min(later) >= review for review in ahead)


def _is_review(held: Held) -> bool:
    return held.series.kind in REVIEW_KINDS.values()


def _owed(
    case: Case,
    clause: TaskClause,
    chain: list[Held],
    place: int,
    due: date,
    warn: date | None,
    plans: list[Plan] | None = None,
) -> Iterator[Task]:
    held = chain[place]
    whole = list(held.plans)
    plans = whole if plans is None else plans
    is_between = bool(clause.every) and due != held.day
    is_planning = clause.direction == "after_planning"
    same_kind = [other for other in _clauses(held) if other.kind == clause.kind]
    name = clause.kind
    if len(same_kind) > 1:
        name += f"/to-{'-'.join(clause.recipients) or 'nobody'}"
    if plans != whole:
        name += f"/{plans[0].id}"
    owners = _owners(case, clause, held, due if is_between else held.day, plans)
    for owner in owners:
        if is_planning:
            identity = f"{name}/{owner}"
        else:
            identity = f"{held.series.id}/{name}/{due}" if is_between else f"{held.id}/{name}"
            if clause.owner in ("agencies", "everyone", "absent") or len(owners) > 1:
                identity += f"/{owner}"
        yield Task(
            id=identity,
            kind=clause.kind,
            meeting=None if is_between or is_planning else held.id,
            owner=owner,
            due=due,
            source=", ".join(clause.sources),
            title=clause.title,
            plans=tuple(plan.id for plan in plans),
            warn=warn,
            date_from=clause.date_from,
            recipients=clause.recipients,
            people=tuple(_named(case, clause, held, owner)),
        )


def _owners(case: Case, clause: TaskClause, held: Held, day: date, plans: list[Plan]) -> list[str]:
    if clause.owner == "everyone":
        return _professionals(held)
    if clause.owner == "absent":
        return _away(held)
    if clause.owner == "agencies":
        agencies: dict[str, str] = {}
        for name in _professionals(held):
            person = case.people.get(name)
            agencies.setdefault((person and person.agency) or f"of {name}", name)
        return list(agencies.values())
    if clause.owner == "team_manager":
        return _manager(case, plans, day)
    if clause.owner == "chair" and held.meeting.chair is not None:
        return [held.meeting.chair]
    if clause.owner == "minutes" and held.meeting.minutes is not None:
        return [held.meeting.minutes]
    return _workers(case, plans, day, _there_themselves(held)) or _manager(case, plans, day)


def _workers(case: Case, plans: list[Plan], day: date, there: set[str]) -> list[str]:
    found: list[str] = []
    for plan in plans:
        workers = _of_role(case, plan, day, "social_worker")
        first = next((name for name in workers if name in there), workers[0] if workers else None)
        if first is not None and first not in found:
            found.append(first)
    return found


def _manager(case: Case, plans: list[Plan], day: date) -> list[str]:
    for plan in plans:
        for name in _of_role(case, plan, day, "team_manager"):
            return [name]
    return [] if case.manager is None else [case.manager.id]


def _of_role(case: Case, plan: Plan, day: date, role: str) -> list[str]:
    return [
        part.person
        for part in plan.participants
        if _role(case, part.person) == role
        and (part.from_ is None or part.from_ <= day)
        and (part.until is None or part.until >= day)
    ]


def _role(case: Case, name: str) -> str:
    person = case.people.get(name)
    return "child" if person is None else person.role


def _is_professional(case: Case, name: str) -> bool:
    person = case.people.get(name)
    return person is not None and not case.is_family(name) and person.role not in HELPS


def _professionals(held: Held) -> list[str]:
    names = dict.fromkeys(holder(attendee) for attendee in held.meeting.attendees)
    return [name for name in names if _is_professional(held.case, name)]


def _there_themselves(held: Held) -> set[str]:
    return {one.person for one in held.meeting.attendees if one.status in ("attending", "remote")}


def _away(held: Held) -> list[str]:
    there = _there_themselves(held)
    return [name for name in _professionals(held) if name not in there]


def _remote(held: Held) -> list[str]:
    return [one.person for one in held.meeting.attendees if joins_remotely(one)]


def _interpreters(held: Held) -> list[str]:
    present = (one for one in held.meeting.attendees if is_present(one))
    return [name for name in map(holder, present) if _role(held.case, name) == "interpreter"]


def _named(case: Case, clause: TaskClause, held: Held, owner: str) -> list[str]:
    if clause.names == "missing":
        return [
            one.person
            for one in held.meeting.attendees
            if one.level != "invited" and not is_present(one) and _is_professional(case, one.person)
        ]
    if clause.names == "remote":
        return _remote(held)
    person = case.people.get(owner)
    if "line_manager" in clause.recipients and person and person.line_manager:
        return [person.line_manager]
    return []


def _one_of_two(one: Task, other: Task) -> Task:
    """Put together what one person owes once for several series."""
    sources = dict.fromkeys(f"{one.source}, {other.source}".split(", "))
    plans = dict.fromkeys((*one.plans, *other.plans))
    warns = [task.warn for task in (one, other) if task.warn is not None]
    due, warn = min(one.due, other.due), min(warns, default=None)
    return one.model_copy(
        update={"due": due, "warn": warn, "plans": tuple(plans), "source": ", ".join(sources)}
    )


def _of_concerns(case: Case) -> Iterator[Task]:
    start = case.caseload.horizon.start
    clauses = {clause.kind: clause for clause in reversed(case.policy.escalations)}
    for plan in case.caseload.plans:
        is_over = plan.ends is not None and plan.ends < start
        for concern in () if is_over else plan.concerns:
            clause = clauses.get(concern.kind)
            if clause is None or concern.settled is not None:
                continue
            due = later_date(case.days, concern.raised, clause.due)
            if concern.settle_by is not None:
                due = min(due, concern.settle_by)
            day = max(due, start)
            workers = _workers(case, [plan], day, set()) if clause.owner == "social_worker" else []
            for owner in workers or _manager(case, [plan], day):
                kind = concern.kind.replace("_", "-")
                yield Task(
                    id=f"{plan.id}/{concern.id}/{kind}",
                    kind=kind,
                    meeting=None,
                    owner=owner,
                    due=due,
                    source=", ".join(clause.sources),
                    title=clause.title,
                    plans=(plan.id,),
                    date_from=clause.date_from,
                )
