"""The week: who meets when and where, by team, person or room; with scripts, meetings can be dragged to another time."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.pages.forms import Fault
from service.pages.team import TeamView, team_view
from service.pages.week_view import week_of
from service.pages.week_whose import BY, Whose

router = APIRouter(include_in_schema=False)


@router.get("/teams/{team}/week")
def week(
    request: Request,
    view: Annotated[TeamView, Depends(team_view("calendar.read"))],
    on: str = "",
    by: str = "team",
    of: str = "",
    show: str | None = None,
) -> Response:
    """Show a week.

    ``on`` is a day of it; ``by`` and ``of`` say whose it is, and ``show`` says both at once, as the form does.
    """
    if show is not None:
        by, _, of = show.partition(":")
    day, faults = None, []
    if on:
        try:
            day = date.fromisoformat(on)
        except ValueError:
            faults.append(Fault("on", "Enter a date, such as 7 December 2026"))
    found = week_of(view, day, Whose(by, of) if by in BY[1:] else Whose("team", ""))
    return view.page(
        request, "week.html", section="week", status=422 if faults else 200, week=found, faults=faults
    )


__all__ = ["router"]
