"""A person's calendar feed: an address to subscribe to, made and taken back. A worker has their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.context import not_found
from service.api.granting import FeedAsked, grant_feed, revoke_feed, subject_of
from service.pages.forms import Sent
from service.pages.publish_sending import Called
from service.pages.team import TeamView, team_view
from service.store.scope import Scoped
from service.store.tables import FeedToken
from service.views.names import Names

router = APIRouter(include_in_schema=False)
Granter = Annotated[TeamView, Depends(team_view("feed.grant", reads=False))]


@dataclass(frozen=True, slots=True)
class Address:
    """An address that is good now. The address itself is known to whoever has it, and not kept."""

    made: datetime
    used: datetime | None


@router.get("/teams/{team}/feed")
def feed(
    request: Request,
    view: Granter,
    person: Annotated[str, Query(max_length=128)] = "",
    revoked: Annotated[int, Query(ge=0, lt=2**31)] = 0,
) -> Response:
    """Show the addresses of somebody's feed."""
    return _page(request, view, person or view.who.person or "", revoked=revoked)


@router.post("/teams/{team}/feed")
def make(request: Request, view: Granter, form: Sent) -> Response:
    """Make an address, and show it this once."""
    asked = _asked(view, form.get("person"))
    with view.here.store.writing() as session:
        path = grant_feed(view.here, Scoped(session, view.who), asked)
    base = view.here.settings.address.rstrip("/") or str(request.base_url).rstrip("/")
    return _page(request, view, asked.subject, address=base + path)


@router.post("/teams/{team}/feed/revoke")
def take_back(view: Granter, form: Sent) -> Response:
    """Make every address of a feed worthless."""
    asked = _asked(view, form.get("person"))
    with view.here.store.writing() as session:
        revoked = revoke_feed(view.here, Scoped(session, view.who), asked)
    where = f"{view.path}/feed?{urlencode({'person': asked.subject, 'revoked': revoked})}"
    return Response(None, 303, {"Location": where})


def _page(request: Request, view: TeamView, person: str, *, address: str = "", revoked: int = 0) -> Response:
    asked = _asked(view, person)
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        team, subject = subject_of(view.here, scoped, asked)
        query = scoped.select(FeedToken).where(
            FeedToken.team == team, FeedToken.subject_kind == subject.kind, FeedToken.subject == subject.id,
            FeedToken.revoked.is_(None),
        )  # fmt: skip
        rows: Sequence[FeedToken] = session.scalars(query.order_by(FeedToken.created)).all()
    zone = view.now.tzinfo
    known = [
        Address(
            row.created.astimezone(zone), None if row.last_used is None else row.last_used.astimezone(zone)
        )
        for row in rows
    ]
    name = subject.id if view.standing is None else Called(Names(view.standing.caseload))(subject.id)
    return view.page(
        request, "preview_feed.html", section="feed", person=subject.id, name=name, known=known, address=address,
        revoked=revoked, is_own=subject.id == view.who.person,
        published=view.standing is not None and view.standing.entry.published > 0,
    )  # fmt: skip


def _asked(view: TeamView, person: str) -> FeedAsked:
    if not 1 <= len(person) <= 128:
        raise not_found()
    return FeedAsked(kind="person", subject=person, team=view.id)


__all__ = ["router"]
