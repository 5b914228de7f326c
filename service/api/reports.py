"""Tasks and figures of the calendars that count."""

from __future__ import annotations

from datetime import date
from operator import itemgetter
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic_core import to_json

from service.access.authentication import require
from service.api.context import Answer, Context, Here
from service.api.schemas import TasksGiven, TeamFigures
from service.api.seeing import seen_of
from service.store import audit, calendars
from service.store.calendars import Standing
from service.store.scope import Principal, Scoped

router = APIRouter()
Team = Annotated[str | None, Query(max_length=128)]


@router.get("/tasks", tags=["tasks"], response_model=TasksGiven)
def list_tasks(
    here: Here,
    who: Annotated[Principal, Depends(require("task.read"))],
    team: Team = None,
    owner: Annotated[str | None, Query(max_length=128)] = None,
    due_until: date | None = None,
) -> Response:
    """List what is owed, by due date."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        found = standings(here, scoped, team)
        for one in found:
            audit.record(scoped, "task.read", one.entry.id, at=here.now(), team=one.entry.team)
    owed = [
        (task.due, task.id, one.entry.id, task)
        for one in found
        for task in seen_of(who, one).tasks
        if (owner is None or task.owner == owner) and (due_until is None or task.due <= due_until)
    ]
    # Thousands of small ones, which are written out at once and not each by itself.
    items = [
        {"calendar": calendar} | vars(task) for _, _, calendar, task in sorted(owed, key=itemgetter(0, 1))
    ]
    return Answer(to_json({"items": items}, by_alias=False)).response()


@router.get("/kpis", tags=["kpis"], response_model=dict[str, TeamFigures])
def figures(
    here: Here, who: Annotated[Principal, Depends(require("kpi.read"))], team: Team = None
) -> Response:
    """Return each team's figures: of what is planned, and of what was held."""
    with here.store.reading() as session:
        found = standings(here, Scoped(session, who), team)
    told = {
        one.entry.team: {
            "calendar": one.entry.id,
            "revision": one.revision.number,
            "kpis": one.calendar.kpis.model_dump(mode="json"),
            "held_kpis": None
            if one.calendar.held_kpis is None
            else one.calendar.held_kpis.model_dump(mode="json"),
        }
        for one in found
    }
    return Answer(told).response()


def standings(here: Context, scoped: Scoped, team: str | None) -> list[Standing]:
    """The calendars that count, of the teams that the caller sees."""
    entries = calendars.current(scoped, team)
    return [found for entry in entries if (found := here.documents.standing(scoped, entry)) is not None]


__all__ = ["router", "standings"]
