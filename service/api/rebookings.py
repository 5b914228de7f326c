"""Rebooking a meeting: ranked options, kept, and one of them accepted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.authentication import require
from service.api.calendars import standing_of
from service.api.context import (
    Answer,
    Body,
    Context,
    Here,
    IdempotencyKey,
    IfMatch,
    check_revision,
    expected,
    not_found,
    once,
    replayed,
    tag,
)
from service.api.meetings import Of, Place, options, place_of, take, today_of
from service.api.problems import Problem
from service.api.schemas import AcceptAsked, MeetingMade, RebookingAsked, RebookingGiven
from service.api.seeing import options_seen, seen_of
from service.desks.asked import Ask, Take
from service.store import audit
from service.store.scope import Principal, Scoped
from service.store.tables import Rebooking

router = APIRouter(tags=["rebookings"])


@router.post("/meetings/{meeting}/rebookings", status_code=201, response_model=RebookingGiven)
def ask_options(
    request: Request,
    here: Here,
    body: Body,
    meeting: str,
    asked: RebookingAsked,
    who: Annotated[Principal, Depends(require("rebooking.ask"))],
    of: Of = None,
    key: IdempotencyKey = None,
) -> Response:
    """Ask where else a meeting could be held: the best options there are, each with what it costs and whom it asks."""
    with here.store.reading() as session:
        place = place_of(here, Scoped(session, who), meeting, of)
    found = place.standing
    ask = Ask(
        meeting,
        today_of(here, found, asked.today),
        changes=tuple(dict(one) for one in asked.changes),
        without=tuple(asked.without),
        most=asked.options,
    )
    return keep_options(here, who, request, body, key, place, ask)


def keep_options(
    here: Context,
    who: Principal,
    request: Request,
    body: bytes,
    key: str | None,
    place: Place,
    ask: Ask,
    *,
    also: Callable[[Scoped, Rebooking], None] | None = None,
) -> Response:
    """Work options out, and keep them.

    Raises
    ------
    Problem
    """
    found = place.standing
    document = options(here, place, ask)

    def work(scoped: Scoped) -> Answer:
        row = Rebooking(
            tenant=found.entry.tenant,
            team=found.entry.team,
            calendar=found.entry.id,
            revision=found.revision.number,
            meeting=ask.meeting,
            request={
                "today": ask.today.isoformat(),
                "changes": list(ask.changes),
                "without": list(ask.without),
                "most": ask.most,
                "loosened": ask.loosened,
            },
            document=document,
            accepted=None,
            created=here.now(),
            created_by=who.account,
        )
        scoped.add(row)
        if also is not None:
            also(scoped, row)
        audit.record(scoped, "rebooking.ask", row.id, at=here.now(), team=row.team, before=str(row.revision))
        location = {"Location": f"/v1/rebookings/{row.id}", "ETag": tag(row.revision)}
        return Answer(_given(row, options_seen(who, found, document)), 201, location)

    return once(here, who, request, body, key, work)


@router.get("/rebookings/{rebooking}", response_model=RebookingGiven)
def read_options(
    here: Here, rebooking: str, who: Annotated[Principal, Depends(require("rebooking.read"))]
) -> Response:
    """Return the options that were found."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        row, place = found_rebooking(here, scoped, rebooking)
        audit.record(scoped, "rebooking.read", rebooking, at=here.now(), team=row.team)
        seen = options_seen(who, place.standing, row.document)
    return Answer(_given(row, seen), headers={"ETag": tag(row.revision)}).response()


@router.post("/rebookings/{rebooking}:accept", response_model=MeetingMade)
def accept_option(
    request: Request,
    here: Here,
    body: Body,
    rebooking: str,
    asked: AcceptAsked,
    who: Annotated[Principal, Depends(require("rebooking.accept"))],
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response:
    """Make an option the calendar: its next revision, if it is still the one that the option was made from."""
    return accept(here, who, request, body, key, rebooking, asked.option, expected(if_match))


def accept(
    here: Context,
    who: Principal,
    request: Request,
    body: bytes,
    key: str | None,
    rebooking: str,
    number: int,
    wanted: int | None,
    *,
    also: Callable[[Rebooking], None] | None = None,
) -> Response:
    """Accept an option by its number; ``wanted``: the revision that was seen.

    Raises
    ------
    Problem
    """
    if (again := replayed(here, who, request, body, key)) is not None:
        return again
    with here.store.reading() as session:
        row, place = found_rebooking(here, Scoped(session, who), rebooking)
        standing = standing_of(here, Scoped(session, who), row.calendar)
        request_ = row.request
    check_revision(standing.revision.number, row.revision)
    check_revision(row.revision, wanted)
    ask = Ask(
        row.meeting,
        date.fromisoformat(request_["today"]),
        changes=tuple(request_["changes"]),
        without=tuple(request_["without"]),
        most=max(request_["most"], number),
        loosened=request_.get("loosened", False),
    )
    shown = len(json.loads(row.document)["options"])
    if not 0 < number <= shown:
        raise Problem(
            "urn:convene:problem:unknown-option",
            "There is no such option",
            422,
            f"These are {shown} options: give a number up to that.",
        )

    def mark(scoped: Scoped) -> None:
        kept = scoped.one(Rebooking, Rebooking.id == rebooking, lock=True)
        assert kept is not None, "it was there a moment ago, and nothing removes it"
        kept.accepted = number
        if also is not None:
            also(kept)

    # What somebody has put where it is stays pinned, where it is now.
    taken = Take(ask, number, here.now(), pin=place.meeting.pinned)
    return take(here, who, request, body, key, place, taken, "rebooked", also=mark)


def found_rebooking(here: Context, scoped: Scoped, rebooking: str) -> tuple[Rebooking, Place]:
    """Return options that the caller may see, and the meeting as it was when they were found.

    Raises
    ------
    Problem
        404
    """
    row = scoped.one(Rebooking, Rebooking.id == rebooking)
    if row is None:
        raise not_found()
    found = standing_of(here, scoped, row.calendar, row.revision)
    meeting = next((one for one in seen_of(scoped.principal, found).meetings if one.id == row.meeting), None)
    if meeting is None:
        raise not_found()
    return row, Place(found, meeting)


def _given(row: Rebooking, document: dict[str, object]) -> dict[str, object]:
    return {"id": row.id, "calendar": row.calendar, "revision": row.revision, "rebooking": document}


__all__ = ["accept", "found_rebooking", "keep_options", "router"]
