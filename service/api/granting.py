"""Feeds: their tokens given and revoked, and the source that the feeds' routes read."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from service.access.authentication import require
from service.access.rights import Reach, may_for_person, reach
from service.api.context import Answer, Context, Here, not_found
from service.api.schemas import Body, Given
from service.feeds.feed import Feed, Subject, feed_of
from service.feeds.source import SourceError
from service.output.render import Renderer
from service.store import calendars, caseloads, feed_tokens
from service.store.kept import Kept
from service.store.messages import Outbox
from service.store.scope import Principal, Scoped, system
from service.store.tables import Tenant

router = APIRouter(prefix="/feeds", tags=["feeds"])
_RENDERERS: Final = 16
_FEEDS: Final = 1_000
"""Some 30 MB."""
_USED_EVERY: Final = timedelta(hours=1)
_PATHS: Final = {"person": "people", "team": "teams", "venue": "venues"}


class FeedAsked(Body):
    """Whose feed."""

    kind: Literal["person", "team", "venue"]
    subject: str = Field(min_length=1, max_length=128)
    """Of the person, the team or the venue: its id."""
    team: str | None = Field(default=None, max_length=128)
    """Whose calendar; needed where the caller has several teams."""


class FeedGiven(Given):
    """A feed's address."""

    path: str
    """With its token, which is not shown again: whoever has it reads the feed."""


class FeedRevoked(Given):
    """What was revoked."""

    tokens: int


Granter = Annotated[Principal, Depends(require("feed.grant"))]


@router.post("", status_code=201, response_model=FeedGiven)
def grant(here: Here, asked: FeedAsked, who: Granter) -> Response:
    """Make an address to subscribe to: a person's, the team's or a room's meetings, as they may see them."""
    with here.store.writing() as session:
        return Answer({"path": grant_feed(here, Scoped(session, who), asked)}, 201).response()


@router.post(":revoke", response_model=FeedRevoked)
def revoke(here: Here, asked: FeedAsked, who: Granter) -> Response:
    """Make every address of a feed worthless."""
    with here.store.writing() as session:
        return Answer({"tokens": revoke_feed(here, Scoped(session, who), asked)}).response()


def grant_feed(here: Context, scoped: Scoped, asked: FeedAsked) -> str:
    """Make an address, with a token that is not shown again.

    Raises
    ------
    Problem
        404
    """
    team, subject = subject_of(here, scoped, asked)
    token = feed_tokens.grant(scoped, team, subject, at=here.now())
    return f"/v1/{_PATHS[subject.kind]}/{subject.id}/calendar.ics?token={token}"


def revoke_feed(here: Context, scoped: Scoped, asked: FeedAsked) -> int:
    """Make every address worthless; how many there were.

    Raises
    ------
    Problem
        404
    """
    team, subject = subject_of(here, scoped, asked)
    return feed_tokens.revoke(scoped, team, subject, at=here.now())


def subject_of(here: Context, scoped: Scoped, asked: FeedAsked) -> tuple[str, Subject]:
    """The team and the subject, if both are there and the caller may."""
    who = scoped.principal
    own = asked.kind == "person" and may_for_person(who, "feed.grant", asked.subject)
    if not own and reach(who, "feed.grant") is Reach.OWN:
        raise not_found()
    for team in caseloads.teams(scoped) if asked.team is None else [asked.team]:
        row = caseloads.latest(scoped, team)
        if row is None:
            continue
        caseload = here.documents.caseloads.caseload(row)
        known = {
            "person": {one.id for one in caseload.people},
            "team": {caseload.team.id},
            "venue": {one.id for one in caseload.venues},
        }
        if asked.subject in known[asked.kind]:
            return team, Subject(asked.kind, asked.subject)
    raise not_found()


class StoredFeeds:
    """The feeds of what is published. See `service.feeds.source.FeedSource`."""

    def __init__(self, here: Context) -> None:
        self._here = here
        # Programs ask again and again for what has hardly ever changed.
        self._renderers: Kept[Hashable, Renderer] = Kept(_RENDERERS)
        self._feeds: Kept[Hashable, Feed] = Kept(_FEEDS)

    def feed(self, subject: Subject, token: str) -> Feed | None:
        """The feed of a subject for the holder of a token."""
        here = self._here
        now = here.now()
        with here.store.reading() as session:
            row = feed_tokens.find(session, subject, token)
            if row is None:
                return None
            scoped = Scoped(session, system(row.tenant))
            entry = next((one for one in calendars.current(scoped, row.team) if one.published), None)
            found = None if entry is None else here.documents.standing(scoped, entry, entry.published)
            tenant = scoped.one(Tenant, Tenant.id == row.tenant)
            told = Outbox(scoped, row.team).told(subject.id if subject.kind == "person" else None)
        if row.last_used is None or row.last_used <= now - _USED_EVERY:
            with here.store.writing() as session:
                feed_tokens.used(session, row, now)
        if found is None or tenant is None:
            # Nothing is published yet, or not any more: the program asks again.
            raise SourceError("nothing is published")
        revision, key = found.revision, tenant.key
        standing = (
            revision.calendar,
            revision.number,
            hash(revision.document),
            revision.caseload_version,
            key,
        )

        def make() -> Feed:
            renderer = self._renderers.get(
                standing, lambda: Renderer(found.caseload, found.calendar, key=key)
            )
            return feed_of(
                subject, renderer, zone=found.caseload.timezone, last_modified=revision.created, told=told
            )

        return self._feeds.get((standing, subject, frozenset(told.items())), make)


__all__ = ["FeedAsked", "StoredFeeds", "grant_feed", "revoke_feed", "router", "subject_of"]
