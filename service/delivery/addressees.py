"""Who is to have an invite to what, and at which mailbox; and who can't be reached, with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from service.output.render import MeetingView, Renderer, Room
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

VENUE: Final = "venue:"
"""What a room's name as a recipient begins with."""
BY_HAND: Final = ""
"""In place of a mailbox: whoever has none gets a letter."""
Why = Literal["shared_mailbox", "team_mailbox"]
"""``shared_mailbox``: somebody reads it who must not see all that would be sent there. ``team_mailbox``: it is the one
that invites come from."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One meeting that one recipient is to have in their calendar."""

    recipient: str
    """A person's id, or ``venue:`` and a venue's."""
    address: str
    """A mailbox, or `BY_HAND`."""
    meeting: str
    view: MeetingView


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody who has meetings and is told of none, as others would read it."""

    recipient: str
    why: Why
    meetings: int


@dataclass(frozen=True, slots=True)
class Addressees:
    """Everybody with a meeting."""

    wanted: tuple[Wanted, ...]
    unreachable: tuple[Unreachable, ...]
    owners: dict[str, frozenset[str]]
    """Recipients by mailbox, in small letters."""


def addressees(caseload: Caseload, calendar: Calendar, renderer: Renderer, *, since: date) -> Addressees:
    """Everybody with a meeting, and how they can be reached.

    Parameters
    ----------
    caseload, calendar
    renderer
        Of the two.
    since
        Meetings that have ended before this day are left out.
    """
    views = {
        recipient: seen for recipient, seen in _views(caseload, calendar, renderer, since).items() if seen
    }
    addresses = {person.id: person.email for person in caseload.people}
    addresses |= {VENUE + venue.id: venue.email for venue in caseload.venues}
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for recipient, address in addresses.items():
        if address is not None:
            owners[address.casefold()].add(recipient)
    team = caseload.team.organiser.email.casefold()
    wanted: list[Wanted] = []
    unreachable: list[Unreachable] = []
    for recipient, seen in views.items():
        address = addresses[recipient]
        why: Why | None = None
        if address is None:
            if recipient.startswith(VENUE):
                continue  # most rooms have none, and nobody misses it
            address = BY_HAND
        elif address.casefold() == team:
            why = "team_mailbox"
        elif not _all_the_same(views.get(one, {}) for one in owners[address.casefold()]):
            why = "shared_mailbox"
        if why is not None:
            unreachable.append(Unreachable(recipient, why, len(seen)))
            continue
        wanted += [Wanted(recipient, address, meeting, view) for meeting, view in seen.items()]
    return Addressees(
        tuple(sorted(wanted, key=lambda one: (one.view.start, one.meeting, one.recipient))),
        tuple(unreachable),
        {address: frozenset(names) for address, names in owners.items()},
    )


def _views(
    caseload: Caseload, calendar: Calendar, renderer: Renderer, since: date
) -> dict[str, dict[str, MeetingView]]:
    """What each recipient may see, by meeting."""
    of: defaultdict[str, list[Meeting]] = defaultdict(list)
    at: defaultdict[str, list[Meeting]] = defaultdict(list)
    for meeting in calendar.meetings:
        if meeting.end.date() < since:
            continue
        at[meeting.venue].append(meeting)
        for attendee in dict.fromkeys(place.person for place in meeting.attendees):
            of[attendee].append(meeting)
    seen: dict[str, dict[str, MeetingView]] = {}
    for person in caseload.people:
        mine = {one.id: renderer.view(one, person.id) for one in of[person.id]}
        seen[person.id] = {meeting: view for meeting, view in mine.items() if view is not None}
    for venue in caseload.venues:
        # Without a mailbox there is nothing to work out: the room's calendar file tells the same.
        here = at[venue.id] if venue.email is not None else ()
        held = {one.id: renderer.view(one, Room(venue.id)) for one in here}
        seen[VENUE + venue.id] = {one: view for one, view in held.items() if view is not None}
    return seen


def _all_the_same(readers: Iterable[dict[str, MeetingView]]) -> bool:
    """Whether all who read a mailbox are told of the same meetings, times and places, so that none learns of more."""
    told = {
        frozenset((meeting, view.start, view.end, view.location) for meeting, view in seen.items())
        for seen in readers
    }
    return len(told) <= 1


__all__ = ["BY_HAND", "VENUE", "Addressees", "Unreachable", "Wanted", "Why", "addressees"]
