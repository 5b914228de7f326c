"""Tasks: what is owed, by whom and by when; marked as done; as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from service.access.rights import may
from service.api.context import not_found
from service.api.tasks import not_theirs
from service.output.ics_files import tasks_file
from service.output.render import Renderer
from service.pages.forms import Fault, Sent
from service.pages.publish_outbox import letters_due
from service.pages.task_csv import csv_of
from service.pages.task_filter import TaskFilter, in_state, read_filter
from service.pages.task_gone import gone
from service.pages.task_list import MOST, chosen, markable, task_list, words_of
from service.pages.task_told import told_of
from service.pages.team import TeamView, team_view
from service.store import audit, calendars, task_marks
from service.store.scope import Scoped
from service.store.tables import Tenant
from service.store.task_basis import Bases
from service.store.task_marks import Mark

router = APIRouter(include_in_schema=False)
Reader = Annotated[TeamView, Depends(team_view("task.read"))]


@router.get("/teams/{team}/tasks")
def tasks(request: Request, view: Reader) -> Response:
    """Show what is owed. A worker sees the tasks of their plans, their own first; support sees no free text."""
    marks, letters = _marks(view), letters_due(view) if may(view.who, "message.read") else 0
    asked, faults = read_filter(request.query_params, view.today, _mine(view))
    shown = task_list(view, asked, marks)
    told = told_of(view, request.query_params, marks)
    if told is not None and told.nothing:
        faults = (*faults, Fault("tasks", "Tick the tasks that are done first"))
    return view.page(
        request, "tasks.html", section="tasks", shown=shown, faults=faults, fault={one.field: one.text for one in faults},
        told=told, headings={"day": "By date", "owner": "By owner"}, letters=letters, most=MOST,
    )  # fmt: skip


@router.post("/teams/{team}/tasks/marks")
def mark(form: Sent, view: Annotated[TeamView, Depends(team_view("task.mark"))]) -> Response:
    """Mark tasks as done, or take marks back: a worker those that they owe."""
    back, undo = form.get("back")[:500], form.get("how") == "undo" or bool(form.get("undo"))
    asked = [form.get("undo")] if form.get("undo") else [*dict.fromkeys(form.all("task"))][:MOST]
    if not asked:
        return _to(view, _and(back, {"did": "nothing"}))
    if view.standing is None or view.seen is None:
        raise not_found()
    whose, owed = markable(view), {task.id: task.owner for task in view.seen.tasks}
    known = [task for task in asked if task in owed]
    if any(whose not in (None, owed[task]) for task in known):
        raise not_theirs()
    at = view.here.now()
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        if undo:
            changed = task_marks.unmark(scoped, view.id, [*known, *_lost(view, scoped, asked)], at=at)
            return _to(
                view,
                _and(
                    back,
                    {"did": len(changed), "how": "gone" if form.get("undo") not in ("", *known) else "undo"},
                ),
            )
        caseload, bases = view.standing.caseload, Bases(view.standing.caseload, view.standing.calendar)
        still = _as_seen(view, scoped, form.get("seen"), known, bases)
        changed = task_marks.mark(scoped, view.id, caseload.id, still, bases, at=at)
    told: dict[str, object] = {"did": len(changed), "how": "done"}
    if changed:
        told["at"] = at.isoformat()
    if len(still) < len(asked):
        told["moved"] = len(asked) - len(still)
    return _to(view, _and(back, told))


@router.get("/teams/{team}/tasks.csv")
def tasks_csv(request: Request, view: Reader) -> Response:
    """Return the tasks that are asked for as a table for a spreadsheet."""
    asked, marks = _asked(request, view)
    if view.seen is None:
        raise not_found()
    words = words_of(view, view.seen, marks)
    found = [words.row(task) for task in chosen(view.seen, asked, marks, view.today)]
    return _file(csv_of(found), "tasks.csv", "text/csv; charset=utf-8")


@router.get("/teams/{team}/tasks.ics")
def tasks_ics(request: Request, view: Reader) -> Response:
    """Return the tasks that are asked for, and aren't done, as a file for a calendar program: no plan is named in it."""
    asked, marks = _asked(request, view)
    if view.standing is None or view.seen is None:
        raise not_found()
    with view.here.store.reading() as session:
        tenant = Scoped(session, view.who).one(Tenant, Tenant.id == view.who.tenant)
    assert tenant is not None, "whoever signs in is of a tenant"
    caseload = view.standing.caseload
    renderer = Renderer(caseload, view.standing.calendar, key=tenant.key)
    found = [
        task
        for task in chosen(view.seen, asked, marks, view.today)
        if not in_state(task, marks, view.today, "done")
    ]
    content = tasks_file(renderer, found, zone=caseload.timezone)
    return _file(content, "tasks.ics", "text/calendar; charset=utf-8")


def _as_seen(view: TeamView, scoped: Scoped, seen: str, tasks: list[str], now: Bases) -> list[str]:
    """Those tasks that are still as they were on the page that was ticked: what was done is done for a meeting as it was seen."""
    calendar, _, number = seen.partition("/")
    standing = view.standing
    assert standing is not None, "tasks are of a calendar"
    if not number.isdecimal() or (calendar, int(number)) == (standing.entry.id, standing.revision.number):
        return tasks
    entry = calendars.find(scoped, calendar)
    found = None if entry is None else view.here.documents.standing(scoped, entry, int(number))
    if found is None:
        return []
    then = Bases(found.caseload, found.calendar)

    def same(task: str) -> bool:
        before, after = then.of(task), now.of(task)
        return task in then.tasks and (before is None or after is None or not before.changes(after))

    return [task for task in tasks if same(task)]


def _lost(view: TeamView, scoped: Scoped, asked: list[str]) -> list[str]:
    """Those of them that were done for meetings that aren't held any more, as far as the viewer is told of that."""
    assert view.standing is not None, "tasks are of a calendar"
    assert view.seen is not None, "tasks are of a calendar"
    marks = task_marks.marks(scoped, view.id, _bases(view))
    told = {one.id for one in gone(view, marks, words_of(view, view.seen, marks))}
    return [task for task in asked if task in told]


def _bases(view: TeamView) -> Bases | None:
    return None if view.standing is None else Bases(view.standing.caseload, view.standing.calendar)


def _and(back: str, told: Mapping[str, object]) -> str:
    return "&".join(part for part in (back, urlencode(told)) if part)


def _asked(request: Request, view: TeamView) -> tuple[TaskFilter, Mapping[str, Mark]]:
    return read_filter(request.query_params, view.today, _mine(view))[0], _marks(view)


def _mine(view: TeamView) -> str | None:
    """Whose tasks somebody means who asks for nobody's: a worker their own, if they owe any."""
    owners = set() if view.seen is None else {task.owner for task in view.seen.tasks}
    return view.who.person if view.who.role == "worker" and view.who.person in owners else None


def _marks(view: TeamView) -> Mapping[str, Mark]:
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        if view.standing is not None:
            audit.record(scoped, "task.read", view.standing.entry.id, at=view.here.now(), team=view.id)
        return task_marks.marks(scoped, view.id, _bases(view))


def _to(view: TeamView, query: str) -> Response:
    # What comes back from the form goes into a query and nowhere else.
    plain = "".join(
        letter for letter in query if letter.isascii() and letter.isprintable() and letter not in "# "
    )
    return Response(None, 303, {"Location": f"{view.path}/tasks{f'?{plain}' if plain else ''}"})  # fmt: skip


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(
        content, 200, {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{name}"'},
        kind,
    )  # fmt: skip


__all__ = ["router"]
