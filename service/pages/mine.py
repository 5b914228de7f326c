"""My meetings: what whoever is signed in goes to next, as it was published, on a page and as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request, Response

from calendars import ics
from calendars.components import Event
from service.access.rights import may, may_for_person
from service.output.events import event_of
from service.pages.going import to
from service.pages.meeting_booked import published
from service.pages.mine_view import mine_view, renderer_of
from service.pages.team import TeamView, team_view
from service.store.messages import Outbox
from service.store.scope import Scoped
from service.store.tables import Tenant

router = APIRouter(include_in_schema=False)
Seen = Annotated[TeamView, Depends(team_view("calendar.read"))]
FILE: Final = "my-meetings.ics"
Why = Literal["", "person", "calendar", "unpublished", "unknown"]
"""Why there is nothing to show: the account is nobody's, no calendar, none published, nobody of that id in it."""


@router.get("/teams/{team}/mine")
def mine(request: Request, view: Seen, all: str = "", done: str = "") -> Response:  # noqa: A002 - the name in addresses
    """Show one's next meetings."""
    person, shown = view.who.person, None
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        told = published(view, scoped)
        why: Why = ""
        if person is None:
            why = "person"
        elif view.standing is None:
            why = "calendar"
        elif told is None:
            why = "unpublished"
        elif person not in {one.id for one in told.caseload.people}:
            why = "unknown"
        else:
            shown = mine_view(view, scoped, told, person, _key(scoped), every=all == "yes")
    return view.page(
        request, "mine.html", section="mine", why=why, shown=shown, person=person, asks=may(view.who, "rebooking.ask"),
        feeds=person is not None and may_for_person(view.who, "feed.grant", person),
        withdrawn=done == "withdrawn", asked=done == "asked",
    )  # fmt: skip


@router.get("/teams/{team}/mine.ics")
def mine_file(view: Seen) -> Response:
    """All one's own meetings as a file for one's own calendar: as they were published, and as one was told of them."""
    person = view.who.person
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        told = published(view, scoped)
        if told is None or person is None or person not in {one.id for one in told.caseload.people}:
            return to(f"{view.path}/mine")  # where it says why there is no file
        key, sent = _key(scoped), Outbox(scoped, view.id).told(person)

    def as_told(event: Event) -> Event:
        # With the number of the last invite, a program that has the invite takes this for the same meeting.
        known = sent.get(event.uid)
        return event if known is None else replace(event, sequence=known[0], stamp=known[1])

    events = (as_told(event_of(one)) for one in renderer_of(told, key).views(person))
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(
        ics.publish(events, zone=told.caseload.timezone), 200, headers, "text/calendar; charset=utf-8"
    )


def _key(scoped: Scoped) -> bytes:
    tenant = scoped.one(Tenant, Tenant.id == scoped.principal.tenant)
    assert tenant is not None, "whoever signs in is of a tenant"
    return tenant.key


__all__ = ["router"]
