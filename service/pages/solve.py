"""A search, watched: what it has found, what is proved, and stopping it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.api.calendars import ask_to_stop
from service.api.context import not_found
from service.pages.solve_view import SolveView, breach_words, solve_view
from service.pages.team import TeamView, team_view
from service.store import calendars
from service.store.scope import Scoped

router = APIRouter(include_in_schema=False)


@router.get("/teams/{team}/solve/{calendar}")
def watch(
    request: Request,
    calendar: str,
    view: Annotated[TeamView, Depends(team_view("calendar.read", reads=False))],
) -> Response:
    """Show how far a calendar is, or how it was found."""
    return view.page(
        request, "solve.html", section="publish", solve=_found(view, calendar), breach_words=breach_words
    )


@router.post("/teams/{team}/solve/{calendar}/stop")
def stop(
    calendar: str, view: Annotated[TeamView, Depends(team_view("calendar.plan", reads=False))]
) -> Response:
    """End the search and keep the best so far."""
    with view.here.store.writing() as session:
        entry = ask_to_stop(view.here, Scoped(session, view.who), calendar)
        if entry.team != view.id:
            raise not_found()
    return Response(None, 303, {"Location": f"{view.path}/solve/{calendar}"})


def _found(view: TeamView, calendar: str) -> SolveView:
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        entry = calendars.find(scoped, calendar)
        if entry is None or entry.team != view.id:
            raise not_found()
        return solve_view(view, scoped, entry)


__all__ = ["router"]
