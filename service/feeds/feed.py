"""A feed: the meetings of a person, of the team or in a room, as a file that programs fetch again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from calendars import ics
from calendars.components import Event
from service.output.events import event_of
from service.output.render import TEAM, Recipient, Renderer, Room

REFRESH: Final = timedelta(hours=1)
"""How often programs are asked to fetch it; each does as it likes."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feed is of."""

    kind: Literal["person", "team", "venue"]
    id: str


@dataclass(frozen=True, slots=True)
class Feed:
    """The content of a feed, and what tells it from the one before."""

    content: bytes
    etag: str
    """Strong, of the content: with its quotation marks (RFC 9110 section 8.8.3)."""
    last_modified: datetime
    """UTC, whole seconds."""


def make_feed(content: bytes, last_modified: datetime) -> Feed:
    """A feed of this content.

    Raises
    ------
    ValueError
        If the time has no offset.
    """
    if last_modified.tzinfo is None:
        raise ValueError("the time of the last change must be in UTC, or say its offset")
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Feed(content, etag, last_modified.astimezone(UTC).replace(microsecond=0))


def feed_of(
    subject: Subject,
    renderer: Renderer,
    *,
    zone: str,
    last_modified: datetime,
    told: Mapping[str, tuple[int, datetime]] | None = None,
) -> Feed:
    """The feed of a subject that exists. One without meetings has an empty feed, so that its subscription goes on.

    Parameters
    ----------
    subject
        Whose meetings, seen by whom: a person sees what they may see, the team and a room what the renderer lets them.
    renderer
        Of the calendar that stands.
    zone
        IANA name of the zone the times are in.
    last_modified
        When that calendar was made, or what it is rendered from was changed.
    told
        Sequence and stamp of the last message about a meeting, by UID, where they are known. A feed with them changes only
        when a meeting in it does; without, at every revision of the calendar.

    Raises
    ------
    UnsupportedZoneError, ValueError
        See `calendars.ics.feed`.
    """
    recipient: Recipient = subject.id
    if subject.kind == "team":
        recipient = TEAM
    elif subject.kind == "venue":
        recipient = Room(subject.id)
    # As in the team's file, who comes is left out of what a whole team shares.
    views = (event_of(view, company=subject.kind == "person") for view in renderer.views(recipient))
    events = (_as_told(event, told or {}) for event in views)
    content = ics.feed(events, zone=zone, refresh=REFRESH)
    return make_feed(content, last_modified)


def _as_told(event: Event, told: Mapping[str, tuple[int, datetime]]) -> Event:
    known = told.get(event.uid)
    return event if known is None else replace(event, sequence=known[0], stamp=known[1])


__all__ = ["REFRESH", "Feed", "Subject", "feed_of", "make_feed"]
