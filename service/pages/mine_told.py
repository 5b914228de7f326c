"""What somebody was told lately of their own meetings: which are new, elsewhere or called off since they were told before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.output.places import ONLINE, SECURE
from service.pages.meeting_view import when_words
from service.store.messages import Outbox, Said
from service.store.scope import Scoped

LATELY: Final = timedelta(days=14)
"""Whoever was away for two weeks still finds what has changed."""


@dataclass(frozen=True, slots=True)
class New:
    """A meeting that they hadn't been told of before."""

    on: datetime
    """When the message was made, aware."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A meeting that they had been told of otherwise."""

    on: datetime
    was: str
    """When and where it was to be, as they were told."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A meeting that was called off."""

    reference: str
    was: str
    on: datetime


@dataclass(frozen=True, slots=True)
class Lately:
    """All that has changed lately for somebody."""

    meetings: dict[str, New | Elsewhere]
    """By the meeting's id."""
    gone: tuple[Gone, ...]


def lately(
    scoped: Scoped, team: str, person: str, now: datetime, *, there: Collection[str], made: datetime
) -> Lately:
    """What has changed for somebody, by the messages that were made for them.

    Also by those that were replaced before they went out: what they said was to be seen on the page meanwhile.

    Parameters
    ----------
    scoped, team
    person
        Who they are in the caseload.
    now
        Aware, in the team's zone.
    there
        Ids of the meetings that they have in the calendar as it was published last.
    made
        When that was made.
    """
    said: defaultdict[str, list[Said]] = defaultdict(list)
    for one in Outbox(scoped, team).said(person):
        said[one.meeting].append(one)
    first = min((some[0].stamp for some in said.values()), default=now)
    found: dict[str, New | Elsewhere] = {}
    gone = []
    for meeting, some in said.items():
        invites = [one for one in some if one.method == "REQUEST"]
        last = invites[-1] if invites else some[-1]
        if meeting not in there:
            on = some[-1].stamp if some[-1].method == "CANCEL" else made
            if on >= now - LATELY and last.end > now.replace(tzinfo=None):
                gone.append(Gone(last.reference, _words(last), on.astimezone(now.tzinfo)))
        elif not invites or last.stamp < now - LATELY:
            continue
        elif len(invites) == 1:
            # What came with the very first invites isn't news.
            if last.stamp > first:
                found[meeting] = New(last.stamp.astimezone(now.tzinfo))
        elif _slot(invites[-2]) != _slot(last):
            found[meeting] = Elsewhere(last.stamp.astimezone(now.tzinfo), _words(invites[-2]))
    return Lately(found, tuple(sorted(gone, key=lambda one: (one.on, one.reference))))


def _slot(said: Said) -> tuple[datetime, datetime, str]:
    return said.start, said.end, said.place


def _words(said: Said) -> str:
    place = {SECURE: "at a place that isn’t written here", ONLINE: "online"}.get(said.place, said.place)
    return f"{when_words(said.start, said.end)}, {place}"


__all__ = ["LATELY", "Elsewhere", "Gone", "Lately", "New", "lately"]
