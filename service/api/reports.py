"""Tasks and figures of the calendars that count."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic_core import to_json

from service.access.authentication import require
from service.api.context import Answer, Context, Here
from service.api.paging import After, Limit, bad_cursor
from service.api.schemas import TaskPage, TeamFigures
from service.api.seeing import seen_of
from service.store import audit, calendars
from service.store.calendars import Standing
from service.store.pages import MOST, CursorError, cursor_at, key_of
from service.store.scope import Principal, Scoped

router = APIRouter()
Team = Annotated[str | None, Query(max_length=128)]


@router.get("/tasks", tags=["tasks"], response_model=TaskPage)
def list_tasks(
    here: Here,
    who: Annotated[Principal, Depends(require("task.read"))],
    team: Team = None,
    owner: Annotated[str | None, Query(max_length=128)] = None,
    due_until: date | None = None,
    after: After = None,
    limit: Limit = MOST,
) -> Response:
    """List what is owed, by due date.

    A page begins after the last task of the one before, whatever was done or has become due meanwhile.
    """
    try:
        seen_last = None if after is None else key_of(after, 3)
    except CursorError:
        raise bad_cursor() from None
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        found = standings(here, scoped, team)
        for one in found:
            audit.record(scoped, "task.read", one.entry.id, at=here.now(), team=one.entry.team)
    owed = {
        # Two teams' calendars may each have a task of this name.
        (task.due.isoformat(), task.id, one.entry.id): task
        for one in found
        for task in seen_of(who, one).tasks
        if (owner is None or task.owner == owner) and (due_until is None or task.due <= due_until)
    }
    left = sorted(key for key in owed if seen_last is None or key > seen_last)
    # Written out at once, and not each by itself: there may be many.
    items = [{"calendar": key[2]} | vars(owed[key]) for key in left[:limit]]
    following = cursor_at(*left[limit - 1]) if len(left) > limit else None
    return Answer(to_json({"items": items, "next": following}, by_alias=False)).response()


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
