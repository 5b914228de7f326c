"""Tasks of the calendars that count: what is owed, and what was done of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from pydantic_core import to_json

from service.access.authentication import require
from service.access.rights import Reach, reach
from service.api.calendars import standing_of
from service.api.context import (
    Answer,
    Context,
    Here,
    IdempotencyKey,
    IfMatch,
    check_revision,
    expected,
    not_found,
    once,
)
from service.api.context import Body as Raw
from service.api.paging import After, Limit, bad_cursor
from service.api.problems import Problem
from service.api.reports import Team, standings
from service.api.schemas import Body, TaskPage, TasksMarked
from service.api.seeing import seen_of
from service.store import audit, calendars, task_marks
from service.store.calendars import Standing
from service.store.pages import MOST, CursorError, cursor_at, key_of
from service.store.scope import Principal, Scoped
from service.store.task_basis import Bases
from service.store.task_marks import Mark
from solver.schema.calendar import Task

router = APIRouter(prefix="/tasks", tags=["tasks"])


class TasksAsked(Body):
    """Tasks of a calendar that counts."""

    calendar: str = Field(max_length=128)
    tasks: list[Annotated[str, Field(max_length=500)]] = Field(min_length=1, max_length=MOST)


@router.get("", response_model=TaskPage)
def list_tasks(
    here: Here,
    who: Annotated[Principal, Depends(require("task.read"))],
    team: Team = None,
    owner: Annotated[str | None, Query(max_length=128)] = None,
    due_until: date | None = None,
    done: Annotated[bool | None, Query(description="Whether a mark of theirs stands.")] = None,
    after: After = None,
    limit: Limit = MOST,
) -> Response:
    """List what is owed, by due date, with who said when that it was done.

    A page begins after the last task of the one before, whatever was done or has become due meanwhile.
    """
    try:
        seen_last = None if after is None else key_of(after, 3)
    except CursorError:
        raise bad_cursor() from None
    owed: dict[tuple[str, str, str], tuple[Standing, Task, Mark | None]] = {}
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        for one in standings(here, scoped, team):
            audit.record(scoped, "task.read", one.entry.id, at=here.now(), team=one.entry.team)
            marks = task_marks.marks(scoped, one.entry.team, Bases(one.caseload, one.calendar))
            for task in seen_of(who, one).tasks:
                mark = marks.get(task.id)
                wanted = done is None or done is (mark is not None and mark.stands)
                if wanted and owner in (None, task.owner) and (due_until is None or task.due <= due_until):
                    # Two teams' calendars may each have a task of this name.
                    owed[task.due.isoformat(), task.id, one.entry.id] = (one, task, mark)
    left = sorted(key for key in owed if seen_last is None or key > seen_last)
    # Written out at once, and not each by itself: there may be many.
    items = [_given(*owed[key]) for key in left[:limit]]
    following = cursor_at(*left[limit - 1]) if len(left) > limit else None
    return Answer(to_json({"items": items, "next": following}, by_alias=False)).response()


@router.post(":mark", response_model=TasksMarked)
def mark_tasks(
    request: Request,
    here: Here,
    body: Raw,
    asked: TasksAsked,
    who: Annotated[Principal, Depends(require("task.mark"))],
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response:
    """Say that tasks are done, as the calendar has them at this revision: all of them, or none.

    A mark stands for the meeting as it is: once that has another time or place, the task is to be done and marked again. What is
    marked already, and stands, stays as it was marked.
    """
    wanted = expected(if_match)

    def work(scoped: Scoped) -> Answer:
        found = _found(here, scoped, asked)
        check_revision(found.revision.number, wanted)
        known = _asked(who, found, asked.tasks)
        bases = Bases(found.caseload, found.calendar)
        changed = task_marks.mark(
            scoped, found.entry.team, found.caseload.id, asked.tasks, bases, at=here.now()
        )
        return _answer(scoped, found, known, changed)

    return once(here, who, request, body, key, work)


@router.post(":unmark", response_model=TasksMarked)
def unmark_tasks(
    request: Request,
    here: Here,
    body: Raw,
    asked: TasksAsked,
    who: Annotated[Principal, Depends(require("task.mark"))],
    key: IdempotencyKey = None,
) -> Response:
    """Take the marks of tasks back: they aren't done after all. What has no mark stays as it is."""

    def work(scoped: Scoped) -> Answer:
        found = _found(here, scoped, asked)
        known = _asked(who, found, asked.tasks)
        changed = task_marks.unmark(scoped, found.entry.team, dict.fromkeys(asked.tasks), at=here.now())
        return _answer(scoped, found, known, changed)

    return once(here, who, request, body, key, work)


def not_theirs() -> Problem:
    """A worker marks what they owe themselves."""
    return Problem(
        "urn:convene:problem:not-yours", "This isn’t your task", 403,
        "You can mark the tasks that you owe yourself. Nothing was changed.",
    )  # fmt: skip


def _found(here: Context, scoped: Scoped, asked: TasksAsked) -> Standing:
    """The calendar that counts."""
    found = standing_of(here, scoped, asked.calendar)
    if all(one.id != found.entry.id for one in calendars.current(scoped, found.entry.team)):
        raise not_found()
    return found


def _asked(who: Principal, found: Standing, tasks: Iterable[str]) -> list[Task]:
    """The tasks that are meant, if the caller may mark every one of them."""
    owed = {task.id: task for task in seen_of(who, found).tasks}
    known = [owed.get(task) for task in dict.fromkeys(tasks)]
    meant = [task for task in known if task is not None]
    if len(meant) < len(known):
        raise not_found()
    own = reach(who, "task.mark") is Reach.OWN
    if own and any(task.owner != who.person for task in meant):
        raise not_theirs()
    return meant


def _answer(scoped: Scoped, found: Standing, tasks: Iterable[Task], changed: Sequence[str]) -> Answer:
    scoped.session.flush()
    marks = task_marks.marks(scoped, found.entry.team, Bases(found.caseload, found.calendar))
    items = [_given(found, task, marks.get(task.id)) for task in tasks]
    return Answer(to_json({"tasks": items, "changed": changed}, by_alias=False))


def _given(found: Standing, task: Task, mark: Mark | None) -> dict[str, Any]:
    told = None
    if mark is not None:
        start = None if mark.basis is None else mark.basis.start.isoformat(timespec="minutes")
        told = {
            "at": mark.at, "account": mark.account, "role": mark.role, "person": mark.person, "start": start,
            "stands": mark.stands, "changes": mark.changes,
        }  # fmt: skip
    more = {"calendar": found.entry.id, "revision": found.revision.number, "mark": told}
    return more | vars(task)


__all__ = ["not_theirs", "router"]
