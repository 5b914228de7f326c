"""What people see: each person's invites in their very words, before and after they are sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from calendars import ics
from service.access.rights import may_for_person
from service.api.context import not_found
from service.output.events import event_of
from service.output.ics_files import file_names
from service.output.render import Renderer
from service.pages.preview_view import STATES, preview_view
from service.pages.publish_view import looked
from service.pages.team import TeamView, team_view
from service.store import audit
from service.store.scope import Scoped
from service.store.tables import Tenant

router = APIRouter(include_in_schema=False)
Reader = Annotated[TeamView, Depends(team_view("message.read", reads=False))]
Person = Annotated[str, Query(max_length=128)]


@router.get("/teams/{team}/preview")
def preview(request: Request, view: Reader, person: Person = "") -> Response:
    """Show what somebody is sent."""
    found = None
    if view.standing is not None:
        with view.here.store.writing() as session:
            scoped = Scoped(session, view.who)
            found = preview_view(view, scoped, view.standing, person)
            if found is None:
                raise not_found()
            if person:
                _looked(view, scoped, person)
            else:
                looked(view, scoped, view.standing)
    feeds = bool(person) and may_for_person(view.who, "feed.grant", person)
    return view.page(
        request, "preview.html", section="preview", preview=found, chosen=person, states=STATES, feeds=feeds
    )


@router.get("/teams/{team}/preview.ics")
def preview_file(view: Reader, person: Person = "") -> Response:
    """The calendar file of somebody, as the calendar stands."""
    standing = view.standing
    if standing is None or person not in {one.id for one in standing.caseload.people}:
        raise not_found()
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        tenant = scoped.one(Tenant, Tenant.id == view.who.tenant)
        assert tenant is not None, "whoever signs in is of a tenant"
        _looked(view, scoped, person)
    views = Renderer(standing.caseload, standing.calendar, key=tenant.key).views(person)
    content = ics.publish((event_of(one) for one in views), zone=standing.caseload.timezone)
    name = file_names(one.id for one in standing.caseload.people)[person]
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="{name}.ics"',
    }
    return Response(content, 200, headers, "text/calendar; charset=utf-8")


def _looked(view: TeamView, scoped: Scoped, person: str) -> None:
    """Who read what somebody is sent is in the audit log."""
    audit.record(scoped, "message.read", f"person:{person}", at=view.here.now(), team=view.id)


__all__ = ["router"]
