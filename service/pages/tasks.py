"""Tasks: what is owed, by whom and by when; marked as done; as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from service.api.context import not_found
from service.api.problems import Problem
from service.output.ics_files import tasks_file
from service.output.render import Renderer
from service.pages.forms import Sent
from service.pages.task_csv import csv_of
from service.pages.task_filter import TaskFilter, read_filter
from service.pages.task_list import A_PAGE, chosen, markable, task_list, words_of
from service.pages.team import TeamView, team_view
from service.store import audit, task_marks
from service.store.scope import Scoped
from service.store.tables import Tenant
from service.store.task_marks import Mark

router = APIRouter(include_in_schema=False)
Reader = Annotated[TeamView, Depends(team_view("task.read"))]
_MOST_UNDONE: Final = 10
"""So many marks can be taken back at once from the page that comes after marking: their ids are in its address."""


@router.get("/teams/{team}/tasks")
def tasks(request: Request, view: Reader) -> Response:
    """Show what is owed. A worker sees the tasks of their plans, their own first; support sees no free text."""
    marks = _marks(view)
    asked, faults = read_filter(request.query_params, view.today, _mine(view))
    shown = task_list(view, asked, marks)
    undone = [task for task in request.query_params.getlist("was") if task in marks][:_MOST_UNDONE]
    said = request.query_params.get("did", "")
    return view.page(
        request, "tasks.html", section="tasks", shown=shown, faults=faults, fault={one.field: one.text for one in faults},
        did=int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else 0,
        how="undo" if request.query_params.get("how") == "undo" else "done", undone=undone,
        headings={"day": "By date", "owner": "By owner"},
    )  # fmt: skip


@router.post("/teams/{team}/tasks/marks")
def mark(form: Sent, view: Annotated[TeamView, Depends(team_view("task.mark"))]) -> Response:
    """Mark tasks as done, or take marks back: a worker those that they owe."""
    back = form.get("back")[:500]
    asked = [*dict.fromkeys(form.all("task"))][:A_PAGE]
    undo = form.get("how") == "undo" or bool(form.get("undo"))
    if form.get("undo"):
        asked = [form.get("undo")]
    if not asked:
        return _to(view, back)
    if view.standing is None or view.seen is None:
        raise not_found()
    owed = {task.id: task.owner for task in view.seen.tasks}
    whose = markable(view)
    known = [task for task in asked if task in owed]
    if any(whose not in (None, owed[task]) for task in known):
        raise Problem(
            "urn:convene:problem:not-yours", "This isn’t your task", 403,
            "You can mark the tasks that you owe yourself. Nothing was changed.",
        )  # fmt: skip
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        if undo:
            changed = task_marks.unmark(scoped, view.id, known, at=view.here.now())
        else:
            caseload = view.standing.caseload.id
            changed = task_marks.mark(scoped, view.id, caseload, known, at=view.here.now())
    told: dict[str, object] = {"did": len(changed), "how": "undo" if undo else "done"}
    if not undo and len(changed) <= _MOST_UNDONE:
        told["was"] = changed
    return _to(view, "&".join(part for part in (back, urlencode(told, doseq=True)) if part))


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
    found = [task for task in chosen(view.seen, asked, marks, view.today) if task.id not in marks]
    content = tasks_file(renderer, found, zone=caseload.timezone)
    return _file(content, "tasks.ics", "text/calendar; charset=utf-8")


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
        return task_marks.marks(scoped, view.id)


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
