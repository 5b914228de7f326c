"""The list of tasks: filtered, counted, grouped, by the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from service.access.rights import Reach, may, reach
from service.pages.task_filter import SPAN, STATES, State, TaskFilter, in_state
from service.pages.task_gone import GoneRow, gone
from service.pages.task_rows import TaskRow, TaskWords
from service.pages.team import TeamView
from service.store.task_marks import Mark
from service.views.names import Names, natural
from service.words import day
from solver.policy.load import load_policy
from solver.policy.words import ROLE_WORDS
from solver.schema.calendar import Calendar, Task

A_PAGE: Final = 100
MOST: Final = 1000
"""On one page, where all of them are asked for: to print them, or to hand them to somebody."""


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks of a day, or of somebody."""

    title: str
    rows: tuple[TaskRow, ...]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A list that is asked for often, and how many tasks are in it."""

    text: str
    number: int
    query: str
    here: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What a source's id stands for."""

    id: str
    item: str
    document: str


@dataclass(frozen=True, slots=True)
class TaskList:
    """All of the page."""

    asked: TaskFilter
    groups: tuple[Group, ...]
    total: int
    first: int
    """Number of the first task of this page, from 1."""
    last: int
    pages: int
    shortcuts: tuple[Shortcut, ...]
    owners: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    plans: tuple[str, ...]
    told: str
    """Whose, of which kind and of which plan, in words: for paper, where no form says it."""
    again: int
    """How many marks don't stand any more, of everybody's tasks; what was done for meetings that are gone among them."""
    gone: tuple[GoneRow, ...]
    states: tuple[tuple[State, str], ...]
    sources: tuple[Source, ...]
    own_dates: bool
    may_mark: bool
    next_due: date | None
    """The first date after those asked for on which something is due, where the list is empty."""


def words_of(view: TeamView, calendar: Calendar, marks: Mapping[str, Mark]) -> TaskWords:
    """What puts a team's tasks into words for whoever looks."""
    assert view.standing is not None, "there is a calendar"
    return TaskWords(
        calendar, Names(view.standing.caseload), marks, path=view.path, now=view.now, markable=markable(view)
    )


def markable(view: TeamView) -> str | None:
    """Whose tasks may be marked: ``None`` for everybody's, empty for nobody's, else whose."""
    how_far = reach(view.who, "task.mark")
    return "" if how_far is Reach.NO else (view.who.person or "") if how_far is Reach.OWN else None


def chosen(calendar: Calendar, asked: TaskFilter, marks: Mapping[str, Mark], today: date) -> list[Task]:
    """The tasks that are asked for, by due date."""
    found = [task for task in calendar.tasks if asked.takes(task, marks, today)]
    if asked.state == "done":
        # What was marked last is what may have been marked by mistake.
        return sorted(found, key=lambda task: (-marks[task.id].at.timestamp(), natural(task.id)))
    return sorted(found, key=lambda task: (task.due, natural(task.id)))


def task_list(view: TeamView, asked: TaskFilter, marks: Mapping[str, Mark]) -> TaskList | None:
    """Make the list; ``None`` where there is no calendar."""
    if view.standing is None or view.seen is None:
        return None
    calendar, caseload = view.seen, view.standing.caseload
    words = words_of(view, calendar, marks)
    found = chosen(calendar, asked, marks, view.today)
    lost = gone(view, marks, words)
    if asked.group == "owner":
        # The stable sort keeps the order of dates within each owner.
        found.sort(key=lambda task: (natural(words.owner(task.owner).casefold()), task.owner))
    most = MOST if asked.whole else A_PAGE
    pages = max(1, -(-len(found) // most))
    number = min(asked.number, pages)
    first = (number - 1) * most
    rows = [words.row(task) for task in found[first : first + most]]
    policy = load_policy(caseload.authority)
    named = {source for row in rows for source in row.sources}
    asked = replace(asked, number=number)
    owners, kinds = _owners(calendar, words, Names(caseload)), _kinds(calendar.tasks)
    return TaskList(
        asked=asked,
        groups=tuple(_groups(rows, asked)),
        total=len(found),
        first=first + 1,
        last=first + len(rows),
        pages=pages,
        shortcuts=_shortcuts(calendar.tasks, asked, marks, view.today, len(lost)),
        owners=owners,
        kinds=kinds,
        plans=tuple(sorted({plan for task in calendar.tasks for plan in task.plans}, key=natural)),
        told="".join(
            f", {one}"
            for one in (dict(owners).get(asked.owner), dict(kinds).get(asked.kind), asked.plan)
            if one
        ),
        again=sum(in_state(task, marks, view.today, "again") for task in calendar.tasks) + len(lost),
        gone=lost,
        states=tuple(STATES.items()),
        sources=tuple(
            Source(name, reference.item, reference.document or policy.source)
            for name, reference in policy.references.items()
            if name in named
        ),
        own_dates=any(row.own_date for row in rows),
        may_mark=may(view.who, "task.mark") and any(row.may_mark for row in rows),
        next_due=None if found else _next_due(calendar.tasks, asked, marks, view.today),
    )


def _groups(rows: list[TaskRow], asked: TaskFilter) -> Iterable[Group]:
    if asked.group == "owner":
        for (owner, role), some in groupby(rows, key=lambda row: (row.owner, row.role)):
            yield Group(f"{owner}, {role}" if role and role != owner.lower() else owner, tuple(some))
    elif asked.state == "done":
        for marked, some in groupby(rows, key=lambda row: row.done.date() if row.done else None):
            yield Group(f"Marked on {day(marked)}" if marked else "", tuple(some))
    else:
        for due, some in groupby(rows, key=lambda row: row.due):
            yield Group(f"Due on {day(due)}", tuple(some))


def _shortcuts(
    tasks: Iterable[Task], asked: TaskFilter, marks: Mapping[str, Mark], today: date, lost: int
) -> tuple[Shortcut, ...]:
    theirs = [task for task in tasks if asked.is_theirs(task)]
    sunday = today + timedelta(days=6 - today.weekday())

    def shortcut(text: str, state: State, since: date | None, until: date | None) -> Shortcut:
        one = TaskFilter(asked.owner, asked.kind, since, until, state, asked.group, plan=asked.plan)
        number = sum(one.is_then(task) and in_state(task, marks, today, state) for task in theirs)
        number += lost if state == "again" else 0
        here = (asked.state, asked.since, asked.until) == (state, since, until)
        return Shortcut(text, number, one.query(), here)

    again = shortcut("Changed since done", "again", None, None)
    return (
        *((again,) if again.number or again.here else ()),
        shortcut("Overdue", "late", None, None),
        shortcut("Today", "open", today, today),
        shortcut("This week", "open", today, sunday),
        shortcut("Next four weeks", "open", today, today + SPAN),
        shortcut("All still to do", "open", None, None),
        shortcut("Done", "done", None, None),
    )


def _owners(calendar: Calendar, words: TaskWords, names: Names) -> tuple[tuple[str, str], ...]:
    def name(owner: str) -> str:
        person = names.people.get(owner)
        return words.owner(owner) if person is None else f"{words.owner(owner)}, {ROLE_WORDS[person.role]}"

    owners = {task.owner for task in calendar.tasks}
    return tuple(
        sorted(((owner, name(owner)) for owner in owners), key=lambda one: natural(one[1].casefold()))
    )


def _kinds(tasks: Iterable[Task]) -> tuple[tuple[str, str], ...]:
    kinds = {task.kind for task in tasks}
    return tuple(sorted((kind, kind_words(kind)) for kind in kinds))


def kind_words(kind: str) -> str:
    """``Attendance log`` for ``attendance-log``."""
    return kind.replace("-", " ").replace("_", " ").capitalize()


def _next_due(
    tasks: Iterable[Task], asked: TaskFilter, marks: Mapping[str, Mark], today: date
) -> date | None:
    if asked.until is None or asked.state == "late":
        return None
    later = (
        task.due
        for task in tasks
        if asked.is_theirs(task) and task.due > asked.until and in_state(task, marks, today, asked.state)
    )
    return min(later, default=None)


__all__ = ["A_PAGE", "MOST", "TaskList", "chosen", "kind_words", "markable", "task_list", "words_of"]
