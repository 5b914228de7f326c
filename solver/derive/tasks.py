"""What somebody owes by a date because of a meeting, or of an open concern, from the clauses of the policy.

Due dates
    Counted from the day of the meeting (``after``, ``before``) or back from the day of the next meeting of
    the series (``before_next``), or that day itself (``on``); from the horizon's first day, which stands for the
    day of planning (``after_planning``). A date on which nobody works, a council
    closure included, becomes the last open day before it (readings 5), so that a task is never due on a day
    when it cannot be done; a deadline in working days moves in that way on a closure only. Two things limit
    the pull: a task that comes *after* a meeting is not pulled back to the meeting or before it, and one
    due before the next meeting is not due before this one.

``solver/RULES.md``, section 6, says the same exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from calendars.workdays import WorkingCalendar
from solver.derive.escalations import escalation_tasks
from solver.derive.occasions import Occasion, applies, occasions, planned_reviews
from solver.derive.standing import Standing, by_series, day_of
from solver.derive.task_dates import due_date, repeated, warn_date
from solver.derive.task_owners import owners
from solver.policy.model import Policy
from solver.policy.task_clauses import TaskClause
from solver.policy.task_words import title_words
from solver.policy.words import day_words
from solver.schema.calendar import Meeting, Task
from solver.schema.caseload import Caseload


def derive_tasks(
    caseload: Caseload, policy: Policy, meetings: Sequence[Meeting], calendar: WorkingCalendar
) -> tuple[Task, ...]:
    """List every task that the policy derives from the meetings and from the plans' open concerns.

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
        By due date, then id. The id is ``<meeting>/<clause>``. ``/to-<recipients>`` follows the clause where two
        clauses of the meeting differ in that alone; ``/<plan>`` where it asks for one for each of several plans;
        ``/<owner>`` where it asks each agency, everyone or each who is absent, or where the children of a joint
        meeting have different social workers. A task between meetings has ``<series>/<clause>/<date>``, one that
        follows from planning ``<clause>/<owner>``, one of a concern ``<plan>/<concern>/<kind>``. A task that nobody
        in the caseload could own is left out; ``solver.derive.notices`` says that the plan has no such person.
    """
    standing = Standing.of(caseload, policy)
    reviews = planned_reviews(meetings)
    tasks: dict[str, Task] = {}
    for _, chain in sorted(by_series(meetings).items()):
        for task in _of_series(standing, occasions(standing, chain, reviews), calendar):
            tasks[task.id] = _joined(tasks[task.id], task) if task.id in tasks else task
    found = (*tasks.values(), *escalation_tasks(standing, calendar))
    return tuple(sorted(found, key=lambda task: (task.due, task.id)))


def _of_series(standing: Standing, chain: Sequence[Occasion], calendar: WorkingCalendar) -> Iterator[Task]:
    for occasion in chain:
        for clause in standing.rule_of(occasion.meeting).tasks:
            apart = clause.each_plan and len(occasion.meeting.plans) > 1
            for one in occasion.of_each_plan() if apart else [occasion]:
                if not clause.every and applies(clause, one):
                    due = due_date(clause, one, calendar)
                    if due is not None:
                        warn = warn_date(clause, one, due, calendar)
                        name = _name(clause, occasion) + (f"/{one.meeting.plans[0]}" if apart else "")
                        yield from _tasks(clause, one, due, warn, name)
    for clause in standing.rule_of(chain[0].meeting).tasks:
        if clause.every:
            those = [occasion for occasion in chain if applies(clause, occasion)]
            held = [plan.events.last_meeting for plan in chain[0].plans if plan.events.last_meeting]
            for occasion, due in repeated(those, clause, max(held, default=None), _last_day, calendar):
                yield from _tasks(clause, occasion, due, None, _name(clause, occasion))


def _last_day(occasion: Occasion) -> date:
    """The last day on which one of the plans of a meeting has meetings."""
    end = occasion.standing.caseload.horizon.end
    return max((min(end, plan.ends or end) for plan in occasion.plans), default=end)


def _tasks(clause: TaskClause, occasion: Occasion, due: date, warn: date | None, kind: str) -> Iterator[Task]:
    meeting = occasion.meeting
    # One who has left the plan by the day of the task can't own it: for a task between meetings that is its own day.
    between = bool(clause.every) and due != day_of(meeting)
    after_planning = clause.direction == "after_planning"
    people = owners(clause, occasion, due if between else day_of(meeting))
    named = clause.owner in ("agencies", "everyone", "absent") or len(people) > 1
    for owner in people:
        if after_planning:
            name = f"{kind}/{owner}"
        elif between:
            name = f"{meeting.series}/{kind}/{due}" + (f"/{owner}" if named else "")
        else:
            name = f"{meeting.id}/{kind}" + (f"/{owner}" if named else "")
        yield Task(
            id=name,
            kind=clause.kind,
            meeting=None if between or after_planning else meeting.id,
            owner=owner,
            due=due,
            source=", ".join(clause.sources),
            title=_title(clause, occasion),
            plans=meeting.plans,
            warn=warn,
            date_from=clause.date_from,
            recipients=clause.recipients,
            people=_people(clause, occasion, owner),
        )


def _name(clause: TaskClause, occasion: Occasion) -> str:
    rule = occasion.standing.rule_of(occasion.meeting)
    alone = sum(other.kind == clause.kind for other in rule.tasks) == 1
    return clause.kind if alone else f"{clause.kind}/to-{'-'.join(clause.recipients) or 'nobody'}"


def _title(clause: TaskClause, occasion: Occasion) -> str:
    title = title_words(clause)
    if clause.names == "next_meeting" and occasion.following:
        return f"{title}: {day_words(day_of(occasion.following[0]))}"
    return title


def _people(clause: TaskClause, occasion: Occasion, owner: str) -> tuple[str, ...]:
    match clause.names:
        case "missing":
            return tuple(occasion.missing)
        case "remote":
            return tuple(occasion.remote)
        case _ if "line_manager" in clause.recipients:
            known = occasion.standing.people.get(owner)
            return (known.line_manager,) if known and known.line_manager else ()
        case _:
            return ()


def _joined(one: Task, other: Task) -> Task:
    """One task of the same owner that follows from planning, for the plans of both, due with the first meeting."""
    dues, warns = (one.due, other.due), [warn for warn in (one.warn, other.warn) if warn]
    sources = dict.fromkeys([*one.source.split(", "), *other.source.split(", ")])
    return one.model_copy(
        update={
            "due": min(dues),
            "warn": min(warns, default=None),
            "plans": tuple(dict.fromkeys((*one.plans, *other.plans))),
            "source": ", ".join(sources),
        }
    )
