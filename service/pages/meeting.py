"""A meeting's page: when and where, why there, who comes, what hangs on it, what each person sees of it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from service.access.rights import Reach, may, reach_of
from service.api.asking import ask_problem, papers_of
from service.api.problems import Problem
from service.api.seeing import seen_of
from service.api.undoing import can_undo
from service.delivery.preview import Preview, previews
from service.desks.asked import AskError
from service.desks.pool import BusyError
from service.output.render import Renderer
from service.pages.meeting_at import At, at_meeting, look
from service.pages.meeting_booked import booked
from service.pages.meeting_view import view_meeting
from service.pages.option_words import choices
from service.pages.rebooking_wanted import wanted_rebookings
from service.pages.team import TeamView, team_view
from service.store.calendars import Standing
from service.store.scope import Scoped
from service.views.attention import meeting_words
from solver.schema.explanation import MeetingExplanation

router = APIRouter(include_in_schema=False)
_LOOKED_BACK: Final = 5
"""Revisions in which a meeting that is gone is looked for."""
_DONE: Final = frozenset({"moved", "rebooked", "asked", "closed"})
Seen = Annotated[TeamView, Depends(team_view("meeting.read"))]


@router.get("/teams/{team}/meetings/{meeting}")
def meeting_page(
    request: Request, view: Seen, meeting: str, done: str = "", revision: int | None = None
) -> Response:
    """Show a meeting."""
    try:
        at = at_meeting(view, meeting)
    except Problem:
        gone = _gone(view, meeting)
        if gone is None:
            raise
        return view.page(request, "meeting_gone.html", status=404, section="", gone=gone)
    key = look(at)
    view.here.desks.warm(papers_of(at.standing))
    shown = view_meeting(at.standing.caseload, at.seen, at.meeting, view.now, at.sentences)
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        wanted = wanted_rebookings(scoped, at.standing, meeting)
        told = booked(view, scoped, at.meeting)
    return view.page(
        request,
        "meeting.html",
        section="",
        at=at,
        shown=shown,
        previews=_previews(at, key) if may(view.who, "message.read") else None,
        wanted=wanted,
        booked=told,
        me=view.who.person if view.who.person in {one.person for one in at.meeting.attendees} else None,
        done=done if done in _DONE and (revision in (None, view.revision)) else "",
        undo=may(view.who, "meeting.move") and can_undo(at.standing),
        sees_all=_sees_all(view),
    )


@router.get("/teams/{team}/meetings/{meeting}/why")
def why_page(request: Request, view: Seen, meeting: str) -> Response:
    """Say why a meeting is where it is, and where else it could be: worked out by the desk, so on a page of its own."""
    at = at_meeting(view, meeting)
    told, elsewhere, trouble = None, None, ""
    try:
        if _sees_all(view):
            told = _explained(at)
        elif not at.past:
            elsewhere = choices(at.options(at.ask(most=5)), at.sentences)
    except Problem as problem:
        if problem.status not in (409, 503):
            raise
        trouble = at.sentences.text(problem.detail or "")
    return view.page(
        request, "why.html", section="", at=at, told=told, elsewhere=elsewhere, trouble=trouble,
        sentences=at.sentences, meeting_words=meeting_words,
    )  # fmt: skip


def _sees_all(view: TeamView) -> bool:
    """Whether other families' meetings may be named as what is in the way."""
    return reach_of(view.who.role, "calendar.read") is Reach.TEAM


def _explained(at: At) -> MeetingExplanation:
    view = at.view
    try:
        told = view.here.desks.explain(papers_of(at.standing), at.ask())
    except (AskError, BusyError) as error:
        raise ask_problem(error) from None
    return MeetingExplanation.model_validate_json(told)


def _previews(at: At, key: bytes) -> list[tuple[str, Preview]]:
    """What everybody's invite says of it, with what they are called on this page."""
    renderer = Renderer(at.standing.caseload, at.standing.calendar, key=key)
    alone = at.standing.calendar.model_copy(update={"meetings": (at.meeting,)})
    found = previews(at.standing.caseload, alone, renderer, ())
    return [(at.sentences.names.person(one.person), one) for one in found]


def _gone(view: TeamView, meeting: str) -> Standing | None:
    """The last revision that had a meeting which isn't there any more, and which whoever asks could see."""
    now = view.standing
    if now is None:
        return None
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        for number in range(now.revision.number - 1, max(0, now.revision.number - 1 - _LOOKED_BACK), -1):
            found = view.here.documents.standing(scoped, now.entry, number)
            if found is not None and _saw(view, found, meeting):
                return found
    return None


def _saw(view: TeamView, found: Standing, meeting: str) -> bool:
    return any(one.id == meeting for one in seen_of(view.who, found).meetings)


__all__ = ["router"]
