"""Undoing the last change from a page."""

from __future__ import annotations

import json
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from service.api.context import Answer, Body, not_found, once
from service.api.problems import Problem
from service.api.undoing import undo_last
from service.pages.forms import Sent
from service.pages.meeting_stale import Again, changed_meetings, stale_page
from service.pages.meeting_words import Sentences
from service.pages.team import TeamView, team_view
from service.store.scope import Scoped
from solver.replan.diff import diff_calendars

router = APIRouter(include_in_schema=False)
Mover = Annotated[TeamView, Depends(team_view("meeting.move"))]


@router.post("/teams/{team}/undo")
def undo(request: Request, view: Mover, sent: Sent, body: Body) -> Response:
    """Bring the revision before back, if the one that was seen still stands."""
    standing, seen = view.standing, sent.number("revision")
    if standing is None or seen is None:
        raise not_found()
    back = _own(view, sent.get("back"))
    again = Again("Undo the last change.", back, "Go back and look at it")
    key = sent.get("key") or None

    def work(scoped: Scoped) -> Answer:
        made = undo_last(view.here, scoped, standing.entry.id, seen)
        return Answer({"revision": made.revision})

    try:
        made = once(view.here, view.who, request, body, key, work)
    except Problem as problem:
        if problem.status == 412:
            return stale_page(request, view, seen, again)
        if problem.status != 409:
            raise
        return view.page(
            request, "undo_refused.html", status=409, section="", problem=problem,
            told=problem.type.endswith(":people-told"), moved=_last(view),
            back=back,
        )  # fmt: skip
    revision = json.loads(bytes(made.body))["revision"]
    return Response(
        None, 303, {"Location": f"{view.path}/undone?{urlencode({'revision': revision, 'back': back})}"}
    )


@router.get("/teams/{team}/undone")
def undone(request: Request, view: Mover, revision: int = 0, back: str = "") -> Response:
    """Say what is back where it was, and offer to undo that as well."""
    standing = view.standing
    known = standing is not None and 0 < revision <= standing.revision.number
    current = (
        standing is not None and standing.revision.number == revision and standing.revision.reason == "undone"
    )
    return view.page(
        request, "undone.html", section="", moved=_last(view) if current else (), current=current,
        # An address that was made up, or of a revision that no undoing made, says nothing of the calendar.
        changed=known and standing is not None and revision < standing.revision.number, back=_own(view, back),
    )  # fmt: skip


def _own(view: TeamView, address: str) -> str:
    """A page of the team to go back to; its caseload for any other address."""
    return address if address.startswith(f"{view.path}/") and address.isprintable() else view.path


def _last(view: TeamView) -> tuple[object, ...]:
    """What the last change moved."""
    standing = view.standing
    if standing is None or standing.revision.number < 2:
        return ()
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        before = view.here.documents.standing(scoped, standing.entry, standing.revision.number - 1)
    if before is None:
        return ()
    known = {one.id: one for one in (*before.calendar.meetings, *standing.calendar.meetings)}
    return changed_meetings(
        diff_calendars(before.calendar, standing.calendar), known, Sentences(standing.caseload)
    )


__all__ = ["router"]
