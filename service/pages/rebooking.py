"""Rebooking a meeting: why it is to be elsewhere, the options there are, one of them accepted; or left to the manager."""

from __future__ import annotations

import json
from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from service.access.rights import Reach, may, reach_of
from service.access.views import rebooking_seen
from service.api.context import Body, not_found, replayed
from service.api.problems import Problem
from service.api.rebookings import accept, found_rebooking, keep_options
from service.pages.addresses import meeting_path
from service.pages.forms import Fault, Sent
from service.pages.meeting_at import At, at_meeting
from service.pages.meeting_stale import Again, stale_page
from service.pages.meeting_words import Sentences
from service.pages.option_words import choices, reasons
from service.pages.rebook_form import REASONS, Because, because_words, filled, people_of, unfilled
from service.pages.rebooking_wanted import (
    FIELD,
    MOST_SAID,
    Wanted,
    ask_manager,
    close_wanted,
    is_open,
    passed_on,
    wanted_rebookings,
)
from service.pages.team import TeamView, team_view
from service.pages.whom import Whom
from service.store import audit
from service.store.scope import Scoped
from service.store.tables import Rebooking
from service.views.attention import meeting_words
from solver.schema.calendar import OpenRebooking
from solver.schema.options import Rebooking as Found

router = APIRouter(include_in_schema=False)
Asker = Annotated[TeamView, Depends(team_view("rebooking.ask"))]
Reader = Annotated[TeamView, Depends(team_view("rebooking.read"))]
Accepter = Annotated[TeamView, Depends(team_view("rebooking.accept"))]


@router.get("/teams/{team}/meetings/{meeting}/rebook")
def rebook_form(request: Request, view: Asker, meeting: str, why: str = "", person: str = "") -> Response:
    """Ask why it is to be elsewhere."""
    at = at_meeting(view, meeting)
    return _form_page(request, at, unfilled(at, why, person))


@router.post("/teams/{team}/meetings/{meeting}/rebook")
def ask(request: Request, view: Asker, meeting: str, sent: Sent, body: Body) -> Response:
    """Work out the options and keep them."""
    key = sent.get("key") or None
    if (before := replayed(view.here, view.who, request, body, key)) is not None:
        return _to_options(view, before)
    at = at_meeting(view, meeting)
    because = filled(at, sent)
    if because.faults:
        return _form_page(request, at, because, because.faults, status=422)
    question = at.ask(changes=because.changes, without=because.without)
    try:
        made = keep_options(view.here, view.who, request, body, key, at.place, question)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _form_page(
            request,
            at,
            because,
            (Fault("why", at.sentences.text(problem.detail or problem.title)),),
            status=409,
        )
    return _to_options(view, made)


@router.get("/teams/{team}/rebookings")
def open_rebookings(request: Request, view: Reader) -> Response:
    """List what waits to be rebooked: what people asked the manager for, and meetings that somebody essential can't come to."""
    found: Sequence[Wanted] = ()
    opened: list[tuple[OpenRebooking, At]] = []
    if view.standing is not None and view.seen is not None:
        with view.here.store.reading() as session:
            found = wanted_rebookings(Scoped(session, view.who), view.standing)
        known = {one.id for one in view.seen.meetings}
        opened = [
            (one, at_meeting(view, one.meeting)) for one in view.seen.rebookings if one.meeting in known
        ]
    return view.page(
        request, "rebookings.html", section="", wanted=found, opened=opened, at_meeting=lambda one: at_meeting(view, one),
        because_words=because_words,
    )  # fmt: skip


@router.get("/teams/{team}/rebookings/{rebooking}")
def options_page(request: Request, view: Reader, rebooking: str, done: str = "") -> Response:
    """Show the options that were found."""
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        row, place = found_rebooking(view.here, scoped, rebooking)
        if row.team != view.id or view.standing is None or row.calendar != view.standing.entry.id:
            raise not_found()
        audit.record(scoped, "rebooking.read", rebooking, at=view.here.now(), team=row.team)
        asked_by = Whom(scoped)(row.request[FIELD]["by"]) if FIELD in row.request else ""
    at = At(view, place.standing, place.standing.calendar, place.meeting, Sentences(place.standing.caseload))
    found = rebooking_seen(
        view.who, place.standing.caseload, place.standing.calendar, Found.model_validate_json(row.document)
    )
    wanted = row.request.get(FIELD)
    kinds = {change["kind"] for change in row.request["changes"]}
    stands = found.stands and "meeting_cannot_stand" not in kinds and bool(kinds or row.request["without"])
    return view.page(
        request, "rebooking.html", section="", at=at, row=row, found=found, options=choices(found, at.sentences),
        reasons=reasons(found, at.sentences), because=because_words(at, row.request), wanted=wanted, asked_by=asked_by,
        current=row.revision == view.revision, accepts=may(view.who, "rebooking.accept"), asks=may(view.who, "rebooking.ask"),
        key=token_urlsafe(16), done=done,
        stands=stands, own=FIELD in row.request and row.request[FIELD]["by"] == view.who.account,
        tells=reach_of(view.who.role, "rebooking.read") is not Reach.BARE, most_said=MOST_SAID,
    )  # fmt: skip


@router.post("/teams/{team}/rebookings/{rebooking}/accept")
def accept_option(request: Request, view: Accepter, rebooking: str, sent: Sent, body: Body) -> Response:
    """Make an option the calendar."""
    key, number = sent.get("key") or None, sent.number("option")
    if (before := replayed(view.here, view.who, request, body, key)) is not None:
        return _accepted(view, before)
    row, title = _row(view, rebooking)
    path = f"{view.path}/rebookings/{rebooking}"
    if number is None:
        return Response(None, 303, {"Location": f"{path}?done=choose"})
    again = Again(f"Rebook {title}.", path, "Look at the options again")
    if row.revision != view.revision or sent.number("revision") != view.revision:
        return stale_page(request, view, row.revision, again)
    try:
        made = accept(
            view.here, view.who, request, body, key, rebooking, number, row.revision,
            also=lambda kept: close_wanted(kept, "accepted", view.here.now()),
        )  # fmt: skip
    except Problem as problem:
        if problem.status == 412:
            return stale_page(request, view, row.revision, again)
        raise
    return _accepted(view, made)


@router.post("/teams/{team}/rebookings/{rebooking}/ask")
def leave_to_manager(view: Asker, rebooking: str, sent: Sent) -> Response:
    """Ask the manager to accept one, or say that it has been dealt with, or have the options worked out again."""
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        found_rebooking(view.here, scoped, rebooking)
        row = scoped.one(Rebooking, Rebooking.id == rebooking, lock=True)
        if row is None or row.team != view.id:
            raise not_found()
        if row.accepted is None and FIELD not in row.request:
            ask_manager(row, sent.number("option"), view.here.now(), view.who.account)
            audit.record(scoped, "rebooking.want", row.id, at=view.here.now(), team=row.team)
        meeting = row.meeting
    # Whoever has a page of their own meetings finds there what becomes of it.
    told = view.standing is not None and view.standing.entry.published > 0
    where = f"{view.path}/mine" if view.who.person is not None and told else meeting_path(view.path, meeting)
    return Response(None, 303, {"Location": f"{where}?done=asked"})


@router.post("/teams/{team}/rebookings/{rebooking}/close")
def close(view: Accepter, rebooking: str, sent: Sent) -> Response:
    """Leave the meeting where it is: what was wanted is no longer open."""
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        found_rebooking(view.here, scoped, rebooking)
        row = scoped.one(Rebooking, Rebooking.id == rebooking, lock=True)
        if row is None or row.team != view.id:
            raise not_found()
        close_wanted(row, "declined", view.here.now(), sent.get("reply")[:MOST_SAID])
        audit.record(scoped, "rebooking.close", row.id, at=view.here.now(), team=row.team)
        meeting = row.meeting
    return Response(None, 303, {"Location": f"{meeting_path(view.path, meeting)}?done=closed"})


@router.post("/teams/{team}/rebookings/{rebooking}/withdraw")
def withdraw(view: Asker, rebooking: str) -> Response:
    """Take back what one has asked for oneself; it changes nothing that somebody else asked for, or that is decided."""
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        found_rebooking(view.here, scoped, rebooking)
        row = scoped.one(Rebooking, Rebooking.id == rebooking, lock=True)
        if row is None or row.team != view.id:
            raise not_found()
        done = is_open(row) and row.request[FIELD]["by"] == view.who.account
        if done:
            close_wanted(row, "withdrawn", view.here.now())
            audit.record(scoped, "rebooking.close", row.id, at=view.here.now(), team=row.team)
    where = "mine?done=withdrawn" if done else f"rebookings/{rebooking}"
    return Response(None, 303, {"Location": f"{view.path}/{where}"})


@router.post("/teams/{team}/rebookings/{rebooking}/again")
def work_out_again(request: Request, view: Asker, rebooking: str, sent: Sent, body: Body) -> Response:
    """Work the same options out on the calendar as it is by now."""
    key = sent.get("key") or None
    if (before := replayed(view.here, view.who, request, body, key)) is not None:
        return _to_options(view, before)
    row, _ = _row(view, rebooking)
    at = at_meeting(view, row.meeting)
    question = at.ask(changes=tuple(row.request["changes"]), without=tuple(row.request["without"]))

    def pass_on(scoped: Scoped, new: Rebooking) -> None:
        old = scoped.one(Rebooking, Rebooking.id == rebooking, lock=True)
        if old is not None and old.accepted is None:
            passed_on(old, new)

    return _to_options(
        view, keep_options(view.here, view.who, request, body, key, at.place, question, also=pass_on)
    )


def _row(view: TeamView, rebooking: str) -> tuple[Rebooking, str]:
    with view.here.store.reading() as session:
        row, place = found_rebooking(view.here, Scoped(session, view.who), rebooking)
        if row.team != view.id:
            raise not_found()
        session.expunge(row)
    return row, meeting_words(place.meeting)


def _to_options(view: TeamView, made: Response) -> Response:
    return Response(None, 303, {"Location": f"{view.path}/rebookings/{json.loads(bytes(made.body))['id']}"})


def _accepted(view: TeamView, made: Response) -> Response:
    told = json.loads(bytes(made.body))
    query = urlencode({"done": "rebooked", "revision": told["revision"]})
    if told["meeting"] is None:
        return Response(None, 303, {"Location": view.path})
    return Response(None, 303, {"Location": f"{meeting_path(view.path, told['meeting']['id'])}?{query}"})


def _form_page(
    request: Request, at: At, because: Because, faults: tuple[Fault, ...] = (), *, status: int = 200
) -> Response:
    me = at.view.who.person
    people = [(one, f"{called} (you)" if one == me else called) for one, called in people_of(at)]
    return at.view.page(
        request, "rebook.html", status=status, section="", at=at, fields=because.fields, faults=faults,
        people=sorted(people, key=lambda one: one[0] != me),
        reasons=REASONS, key=token_urlsafe(16), accepts=may(at.view.who, "rebooking.accept"),
    )  # fmt: skip


__all__ = ["router"]
