"""Meetings of the calendars that count: seen, tried elsewhere, moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from calendars import ics
from service.access.authentication import require
from service.api.asking import ask_problem, papers_of
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
from service.api.problems import Problem
from service.api.schemas import MeetingGiven, MeetingMade, MoveAsked, Verdict
from service.api.seeing import options_seen, seen_of
from service.desks.asked import Ask, AskError, Take
from service.desks.pool import BusyError
from service.output.events import event_of
from service.output.render import TEAM, Renderer
from service.store import audit, calendars, caseloads, webhooks
from service.store.calendars import RevisionError, Standing
from service.store.scope import Principal, Scoped
from service.store.tables import Tenant
from service.store.webhooks import EventName
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

router = APIRouter(prefix="/meetings", tags=["meetings"])
_EVENTS: Final[dict[Literal["moved", "rebooked"], EventName]] = {
    "moved": "meeting.moved",
    "rebooked": "meeting.rebooked",
}
Of = Annotated[
    str | None,
    Query(
        alias="calendar",
        max_length=64,
        description="The calendar it is of; the one that counts, if not given.",
    ),
]


@dataclass(frozen=True)
class Place:
    """A meeting, in the calendar that it is of."""

    standing: Standing
    meeting: Meeting


@router.get("/{meeting}.ics", response_class=Response)
def read_file(
    here: Here, meeting: str, who: Annotated[Principal, Depends(require("meeting.read"))], of: Of = None
) -> Response:
    """Return a meeting as a calendar file, as the caller may see it."""
    with here.store.reading() as session:
        scoped = Scoped(session, who)
        place = place_of(here, scoped, meeting, of)
        tenant = scoped.one(Tenant, Tenant.id == who.tenant)
    assert tenant is not None, "whoever signs in is of a tenant"
    found = place.standing
    renderer = Renderer(found.caseload, found.calendar, key=tenant.key)
    view = renderer.view(place.meeting, TEAM if who.person is None else who.person)
    if view is None:
        raise not_found()
    content = ics.publish([event_of(view, company=who.person is not None)], zone=found.caseload.timezone)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": 'attachment; filename="meeting.ics"',
    }
    return Response(content, 200, headers, "text/calendar; charset=utf-8")


@router.get("/{meeting}", response_model=MeetingGiven)
def read_meeting(
    here: Here, meeting: str, who: Annotated[Principal, Depends(require("meeting.read"))], of: Of = None
) -> Response:
    """Return a meeting, with why it is where it is: its window, slack, score, and who comes."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        place = place_of(here, scoped, meeting, of)
        found = place.standing
        audit.record(scoped, "meeting.read", meeting, at=here.now(), team=found.entry.team)
        seen = seen_of(who, found)
        one = next(one for one in seen.meetings if one.id == meeting)
        body = {"calendar": found.entry.id, "revision": found.revision.number}
        body["meeting"] = one.model_dump(mode="json", by_alias=True)
        return Answer(body, headers={"ETag": tag(found.revision.number)}).response()


@router.post("/{meeting}/move:check", response_model=Verdict)
def check_move(
    here: Here,
    meeting: str,
    asked: MoveAsked,
    who: Annotated[Principal, Depends(require("meeting.check"))],
    of: Of = None,
) -> Response:
    """Tell whether a meeting could be held at a start and a venue, and what it would cost. Nothing is changed."""
    with here.store.reading() as session:
        place = place_of(here, Scoped(session, who), meeting, of)
    rebooking = options_seen(who, place.standing, options(here, place, _ask(here, place, asked)))
    option = next(iter(rebooking["options"]), None)
    return Answer(
        {"possible": option is not None, "option": option, "reasons": rebooking["reasons"]}
    ).response()


@router.patch("/{meeting}", response_model=MeetingMade)
def move(
    request: Request,
    here: Here,
    body: Body,
    meeting: str,
    asked: MoveAsked,
    who: Annotated[Principal, Depends(require("meeting.move"))],
    of: Of = None,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response:
    """Hold a meeting at a start and a venue, and keep it there: a new revision of the calendar, in which it is pinned.

    A meeting that is pinned already can be moved as well: whoever put it there may think again.
    """
    wanted = expected(if_match)
    if (again := replayed(here, who, request, body, key)) is not None:
        return again
    with here.store.reading() as session:
        place = place_of(here, Scoped(session, who), meeting, of)
    check_revision(place.standing.revision.number, wanted)
    taken = Take(_ask(here, place, asked), 1, here.now(), pin=True)
    return take(here, who, request, body, key, place, taken, "moved")


def place_of(here: Context, scoped: Scoped, meeting: str, calendar: str | None) -> Place:
    """Return a meeting that the caller may see.

    Raises
    ------
    Problem
        404; 409 where it is in several teams' calendars.
    """
    if calendar is not None:
        standings = [standing_of(here, scoped, calendar)]
    else:
        entries = calendars.current(scoped)
        standings = [
            found for entry in entries if (found := here.documents.standing(scoped, entry)) is not None
        ]
    places = [
        Place(found, one)
        for found in standings
        for one in seen_of(scoped.principal, found).meetings
        if one.id == meeting
    ]
    if not places:
        raise not_found()
    if len(places) > 1:
        raise Problem(
            "urn:convene:problem:several-meetings", "Several meetings", 409,
            "Several teams have a meeting of this id: say which calendar it is of (?calendar=).",
        )  # fmt: skip
    return places[0]


def options(here: Context, place: Place, ask: Ask) -> bytes:
    """Ask the desk for options, as JSON.

    Raises
    ------
    Problem
    """
    try:
        return here.desks.options(papers_of(place.standing), ask)
    except (AskError, BusyError) as error:
        raise ask_problem(error) from None


def take(
    here: Context,
    who: Principal,
    request: Request,
    body: bytes,
    key: str | None,
    place: Place,
    taken: Take,
    reason: Literal["moved", "rebooked"],
    *,
    also: Any = None,
) -> Response:
    """Take an option: the calendar's next revision, if it is still the one that the option was made from.

    Raises
    ------
    Problem
    """
    found = place.standing
    try:
        made = here.desks.take(papers_of(found), taken)
    except (AskError, BusyError) as error:
        raise ask_problem(error) from None
    after = Calendar.model_validate_json(made.calendar)

    def work(scoped: Scoped) -> Answer:
        # What was worked out before holds only if nobody has changed the calendar since.
        entry = calendars.find(scoped, found.entry.id, lock=True)
        if entry is None:
            raise not_found()
        check_revision(entry.revision, found.revision.number)
        version = found.revision.caseload_version
        if made.caseload is not None:
            row, _ = caseloads.add_version(scoped, Caseload.model_validate_json(made.caseload), at=here.now())
            version = row.id
        try:
            revision = calendars.add_revision(
                scoped, entry, after, version, reason=reason, at=here.now(), expected=found.revision.number
            )
        except RevisionError as error:
            raise AssertionError("it was locked") from error
        if also is not None:
            also(scoped)
        audit.record(
            scoped, f"meeting.{reason}", taken.ask.meeting, at=here.now(), team=entry.team,
            before=str(found.revision.number), after=str(revision.number),
        )  # fmt: skip
        webhooks.announce(
            scoped,
            _EVENTS[reason],
            entry.team,
            {"calendar": entry.id, "revision": revision.number, "meeting": taken.ask.meeting},
            at=here.now(),
        )
        calendars.add_event(
            scoped, entry, "revision", {"revision": revision.number, "reason": reason}, at=here.now()
        )
        one = next((one for one in after.meetings if one.id == taken.ask.meeting), None)
        told = {
            "calendar": entry.id,
            "revision": revision.number,
            "meeting": None if one is None else one.model_dump(mode="json", by_alias=True),
        }
        return Answer(told, headers={"ETag": tag(revision.number)})

    return once(here, who, request, body, key, work)


def today_of(here: Context, standing: Standing, given: date | None) -> date:
    """The day from which notice is counted: the one given, else today, within the horizon."""
    horizon = standing.caseload.horizon
    return given or min(max(here.now().date(), horizon.start), horizon.end)


def _ask(here: Context, place: Place, asked: MoveAsked) -> Ask:
    if asked.start.tzinfo is not None or asked.start.second or asked.start.microsecond:
        raise Problem(
            "urn:convene:problem:not-local", "Not a local time", 422,
            'Give the start as local time in whole minutes, such as "2026-12-08T14:00".',
        )  # fmt: skip
    return Ask(
        place.meeting.id,
        today_of(here, place.standing, asked.today),
        at=datetime.combine(asked.start.date(), asked.start.time()),
        venue=asked.venue or place.meeting.venue,
        loosened=True,
    )


__all__ = ["Of", "Place", "options", "place_of", "router", "take", "today_of"]
