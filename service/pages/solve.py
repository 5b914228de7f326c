"""A search, watched: what it has found, what is proved, and stopping it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from service.api.calendars import ask_to_stop
from service.api.context import not_found
from service.pages.search_on import SearchOn, search_on
from service.pages.solve_view import SolveView, breach_words, solve_view
from service.pages.team import TeamView, team_view
from service.store import calendars
from service.store.scope import Scoped

router = APIRouter(include_in_schema=False)
_LOOKS_AGAIN: Final = 5
"""Seconds, where there are no scripts that are told."""


@router.get("/teams/{team}/solve/{calendar}")
def watch(
    request: Request,
    calendar: str,
    view: Annotated[TeamView, Depends(team_view("calendar.read", reads=False))],
    still: str = "",
) -> Response:
    """Show how far a calendar is, or how it was found. ``still``: without scripts, it doesn't look again by itself."""
    solve, on = _found(view, calendar)
    return view.page(
        request, "solve.html", section="publish", solve=solve, search_on=on, breach_words=breach_words,
        looks_again=0 if still else _LOOKS_AGAIN,
    )  # fmt: skip


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


def _found(view: TeamView, calendar: str) -> tuple[SolveView, SearchOn | None]:
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        entry = calendars.find(scoped, calendar)
        if entry is None or entry.team != view.id:
            raise not_found()
        return solve_view(view, scoped, entry), search_on(view, entry)


__all__ = ["router"]
