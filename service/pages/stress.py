"""A calendar tried out: what would be held in time as things go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.api.trying import RUNS, ask_to_stop_trying, ask_to_try
from service.pages.stress_view import sees_all, stress_page
from service.pages.team import TeamView, team_view
from service.store import audit, stress_results
from service.store.scope import Scoped

router = APIRouter(include_in_schema=False)


@router.get("/teams/{team}/stress")
def stress(
    request: Request, view: Annotated[TeamView, Depends(team_view("calendar.read", reads=False))]
) -> Response:
    """Show what came of it, or how far it is."""
    job = result = None
    if view.standing is not None:
        with view.here.store.reading() as session:
            scoped = Scoped(session, view.who)
            job = stress_results.last_job(scoped, view.standing.entry.id)
            result = stress_results.kept(scoped, view.standing.entry.id)
    found = stress_page(view, job, result)
    if found is not None and found.found is not None and view.standing is not None and sees_all(view):
        # Whoever waits looks every few seconds, at nothing; only this shows meetings.
        with view.here.store.writing() as session:
            scoped, number = Scoped(session, view.who), str(view.revision)
            audit.record(
                scoped,
                "calendar.read",
                view.standing.entry.id,
                at=view.here.now(),
                team=view.id,
                after=number,
            )
    return view.page(request, "stress.html", section="figures", stress=found, runs=RUNS)


@router.post("/teams/{team}/stress")
def begin(view: Annotated[TeamView, Depends(team_view("calendar.plan", reads=False))]) -> Response:
    """Have the calendar tried out as it is now."""
    if view.standing is not None:
        with view.here.store.writing() as session:
            ask_to_try(view.here, Scoped(session, view.who), view.standing.entry.id)
    return Response(None, 303, {"Location": f"{view.path}/stress"})


@router.post("/teams/{team}/stress/stop")
def stop(view: Annotated[TeamView, Depends(team_view("calendar.plan", reads=False))]) -> Response:
    """Stop the try of the calendar; nothing of it is kept."""
    if view.standing is not None:
        with view.here.store.writing() as session:
            ask_to_stop_trying(view.here, Scoped(session, view.who), view.standing.entry.id)
    return Response(None, 303, {"Location": f"{view.path}/stress"})


__all__ = ["router"]
