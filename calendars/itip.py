"""Invites as mail clients obey them: a REQUEST or a CANCEL of one meeting for one recipient (RFC 5546).

A message names its recipient alone, and beside them at most the room. Its text, like that of every file, was decided
on before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import icalendar

from calendars.components import Event, event_component, mailbox, new_calendar, written
from calendars.localtime import load_zone

Part = Literal["CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"]
"""ROLE of an attendee (RFC 5545 section 3.2.16)."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """A mailbox that is asked."""

    email: str
    part: Part = "REQ-PARTICIPANT"
    room: bool = False
    """A room's mailbox, which takes no part (CUTYPE=ROOM, RFC 5545 section 3.2.3)."""


def request(event: Event, invitee: Invitee, *, zone: str, rooms: Iterable[Invitee] = ()) -> bytes:
    """The invite to a meeting, or its update where the recipient has one with a lower sequence.

    Parameters
    ----------
    event
        As its recipient may see it.
    invitee
        The recipient.
    zone
        IANA name of the zone the times are in.
    rooms
        Rooms that the recipient may know of, and that have a mailbox.

    Returns
    -------
    bytes
        RFC 5545 text with METHOD:REQUEST, one VEVENT, its VTIMEZONE, no alarm, and nobody's name (RFC 5546 section
        3.2.2).

    Raises
    ------
    UnsupportedZoneError
        For a zone that no VTIMEZONE is written for.
    ValueError
        See `calendars.components.event_component`; also for a meeting that is cancelled.
    """
    if event.status == "CANCELLED":
        raise ValueError("nobody is invited to a meeting that is cancelled: write a CANCEL")
    asked = _attendee(invitee, answer="NEEDS-ACTION")
    # Whoever sends the invites has booked the room already: it isn't asked through somebody else's invite.
    booked = [_attendee(room, answer="ACCEPTED") for room in rooms if room.email != invitee.email]
    return _message("REQUEST", event, [asked, *booked], zone)


def cancel(event: Event, invitee: Invitee, *, zone: str) -> bytes:
    """Take back an invite: the meeting is not held, or not with the recipient.

    Parameters
    ----------
    event
        With the time that the recipient was last told, and a sequence above the one they got with it. Place and
        description are left out, whatever they are.
    invitee
        The recipient.
    zone
        IANA name of the zone the times are in.

    Returns
    -------
    bytes
        RFC 5545 text with METHOD:CANCEL and STATUS:CANCELLED. RFC 5546 section 3.2.5 wants no status where one
        attendee of several is removed; as nobody else is in the message, it is their copy that is cancelled, and
        clients that go by the status drop it.

    Raises
    ------
    UnsupportedZoneError
        For a zone that no VTIMEZONE is written for.
    ValueError
        See `calendars.components.event_component`; also for sequence 0, which cancels nothing.
    """
    if event.sequence < 1:
        raise ValueError("a CANCEL has a sequence above that of what it cancels")
    told = replace(event, status="CANCELLED", location="", description="")
    return _message("CANCEL", told, [_attendee(invitee, answer=None)], zone)


def _message(method: str, event: Event, attendees: Iterable[icalendar.vCalAddress], zone: str) -> bytes:
    calendar = new_calendar(zone, method)
    component = event_component(event, load_zone(zone))
    for attendee in attendees:
        component.add("attendee", attendee)
    calendar.add_component(component)
    return written(calendar)


def _attendee(
    invitee: Invitee, *, answer: Literal["NEEDS-ACTION", "ACCEPTED"] | None
) -> icalendar.vCalAddress:
    address = mailbox(invitee.email)
    address.params["CUTYPE"] = "ROOM" if invitee.room else "INDIVIDUAL"
    address.params["ROLE"] = "NON-PARTICIPANT" if invitee.room else invitee.part
    if answer is not None:
        address.params["PARTSTAT"] = answer
        address.params["RSVP"] = "TRUE" if answer == "NEEDS-ACTION" else "FALSE"
    return address


__all__ = ["Invitee", "Part", "cancel", "request"]
