"""Figures of the calendars that count."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from service.access.authentication import require
from service.api.context import Answer, Context, Here
from service.api.schemas import TeamFigures
from service.store import calendars
from service.store.calendars import Standing
from service.store.scope import Principal, Scoped

router = APIRouter()
Team = Annotated[str | None, Query(max_length=128)]


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


__all__ = ["Team", "router", "standings"]
