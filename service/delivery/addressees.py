"""Who is to have an invite to what, and at which mailbox; and who can't be reached, with the reason."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from calendars.components import plain
from service.output.render import PROFESSIONAL_ROLES, MeetingView, Renderer, Room
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
    for person in caseload.people:
        # Who answers from a mailbox reads what comes there.
        for alias in person.aliases:
            owners[alias.casefold()].add(person.id)
    team = caseload.team.organiser.email.casefold()
    names = {one.id: plain(one.name) for one in caseload.people if one.role in PROFESSIONAL_ROLES}
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
        elif len({_told(views.get(one, {}), names.get(one)) for one in owners[address.casefold()]}) > 1:
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


def _told(seen: dict[str, MeetingView], name: str | None) -> frozenset[tuple[object, ...]]:
    """What somebody is told of their meetings: the same for all who read a mailbox, or one would learn of more.

    A professional, whose name is given, sees the others; so two of them see the same company, each less themself.
    """
    return frozenset(
        (
            meeting, view.start, view.end, view.location, view.roles, view.room,
            frozenset(one.name for one in view.colleagues) | ({name} if name is not None else set()),
        )
        for meeting, view in seen.items()
    )  # fmt: skip


__all__ = ["BY_HAND", "VENUE", "Addressees", "Unreachable", "Wanted", "Why", "addressees"]
