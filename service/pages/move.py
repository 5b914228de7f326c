"""Moving a meeting by a form: the best free times to choose from or any other, a verdict before it is moved, and the move."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from secrets import token_urlsafe
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from service.access.rights import may
from service.api.context import Body, replayed
from service.api.meetings import take
from service.api.problems import Problem
from service.desks.asked import Take
from service.pages.addresses import meeting_path
from service.pages.forms import Fault, Sent
from service.pages.meeting_at import At, at_meeting
from service.pages.meeting_stale import Again, stale_page
from service.pages.move_form import Filled, filled, from_query, venues_of
from service.pages.option_words import Choice, choices
from service.pages.team import TeamView, team_view
from service.pages.verdict import Verdict, verdict_of
from service.words import moment

router = APIRouter(include_in_schema=False)
_SHOWN: Final = 6
"""Free times to choose from."""
Checker = Annotated[TeamView, Depends(team_view("meeting.check"))]
Dragging = Annotated[TeamView, Depends(team_view("meeting.check", logged=False))]
Mover = Annotated[TeamView, Depends(team_view("meeting.move"))]


@router.get("/teams/{team}/meetings/{meeting}/move")
def move_form(request: Request, view: Checker, meeting: str, start: str = "", venue: str = "") -> Response:
    """Show the form; with a start, what is to be said of it."""
    at = at_meeting(view, meeting)
    form, faults = from_query(at, start, venue)
    verdict = None if form.start is None or at.past else verdict_of(at, form.start, form.venue)
    return _form_page(request, at, form, verdict, faults)


@router.post("/teams/{team}/meetings/{meeting}/move/check")
def check(request: Request, view: Dragging, meeting: str, sent: Sent) -> Response:
    """Say what is to be said of a start and a place: to the script as JSON, to whoever has none on the form's page."""
    at = at_meeting(view, meeting)
    form, faults = filled(at, sent)
    if "application/json" in request.headers.get("Accept", ""):
        told: dict[str, object] = {
            "state": "incomplete",
            "heading": "",
            "lines": [one.text for one in faults],
        }
        if form.start is not None:
            verdict = verdict_of(at, form.start, form.venue)
            told = {"state": verdict.state, "heading": verdict.heading, "lines": verdict.lines}
        headers = {"Cache-Control": "private, no-store"}
        return Response(json.dumps(told), 200, headers, "application/json")
    if form.start is None:
        return _form_page(request, at, form, None, faults, status=422)
    return Response(None, 303, {"Location": f"{at.path}/move?{_there(form)}"})


@router.post("/teams/{team}/meetings/{meeting}/move")
def move(request: Request, view: Mover, meeting: str, sent: Sent, body: Body) -> Response:
    """Move it, and keep it there. The form's own key has it done once, however often it comes."""
    key = sent.get("key") or None
    if (before := replayed(view.here, view.who, request, body, key)) is not None:
        return _moved(view, meeting, before)
    at = at_meeting(view, meeting)
    form, faults = filled(at, sent)
    if form.start is None:
        return _form_page(request, at, form, None, faults, status=422)
    where = f"{moment(form.start)}, {at.sentences.names.venue(form.venue)}"
    again = Again(f"Move {at.title} to {where}.", f"{at.path}/move?{_there(form)}", "Look at the move again")
    seen = sent.number("revision")
    if seen != view.revision:
        return stale_page(request, view, seen, again)
    taken = Take(at.ask(at=form.start, venue=form.venue), 1, view.here.now(), pin=True)
    try:
        made = take(view.here, view.who, request, body, key, at.place, taken, "moved")
    except Problem as problem:
        if problem.status == 412:
            return stale_page(request, view, seen, again)
        if problem.status != 409:
            raise
        verdict = verdict_of(at, form.start, form.venue)
        if verdict.state in ("possible", "late"):
            # The checker looks at more than the desk does.
            verdict = Verdict(
                "impossible", f"It can’t be held on {where}", (problem.detail or problem.title,)
            )
        return _form_page(request, at, form, verdict, (), status=409)
    return _moved(view, meeting, made)


def _there(form: Filled) -> str:
    return urlencode({"start": f"{form.start:%Y-%m-%dT%H:%M}", "venue": form.venue})


def _moved(view: TeamView, meeting: str, made: Response) -> Response:
    told = urlencode({"done": "moved", "revision": json.loads(bytes(made.body))["revision"]})
    return Response(None, 303, {"Location": f"{meeting_path(view.path, meeting)}?{told}"})


def _form_page(
    request: Request,
    at: At,
    form: Filled,
    verdict: Verdict | None,
    faults: Sequence[Fault],
    *,
    status: int = 200,
) -> Response:
    free: tuple[Choice, ...] = ()
    trouble = ""
    if not at.past:
        try:
            free = choices(at.options(at.ask(most=_SHOWN)), at.sentences)
        except Problem as problem:
            if problem.status not in (409, 503):
                raise
            trouble = at.sentences.text(problem.detail or problem.title)
    if form.start is not None and any((one.start, one.venue) == (form.start, form.venue) for one in free):
        form = replace(form, choice=f"{form.start:%Y-%m-%dT%H:%M} {form.venue}")
    return at.view.page(
        request, "move.html", status=status, section="", at=at, form=form, verdict=verdict, faults=faults, free=free,
        trouble=trouble, venues=venues_of(at), key=token_urlsafe(16), moves=may(at.view.who, "meeting.move"),
    )  # fmt: skip


__all__ = ["router"]
