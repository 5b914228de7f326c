"""Made-up mails about one made-up meeting, and ledgers in which they are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from calendars.components import Event
from calendars.itip import Invitee, cancel, request
from service.delivery.issued import Issued, Told
from service.delivery.ledger import Ledger
from service.delivery.mail import Letter, compose, message_id

KEY = b"k" * 32
SENDER = "yew@convene.example"
PERSON = "person-21@convene.example"
UID = "0123456789abcdef0123456789abcdef01234567"
ROOM = "room-4@convene.example"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
EVENT = Event(
    uid=UID,
    sequence=0,
    stamp=NOON,
    start=datetime(2027, 1, 5, 10),
    end=datetime(2027, 1, 5, 11, 30),
    summary="Meeting, ref 7F3K",
    organiser=SENDER,
    location="Room 4, 1 Made-up Square",
)
LINES = ("Tuesday 5 January 2027, 10:00 to 11:30", "Room 4, 1 Made-up Square", "Please answer this invite.")


def letter(to: str = PERSON, sequence: int = 0, **changes: Any) -> Letter:
    """The invite to the meeting, with the fields in `changes` put in place of its own."""
    event = replace(EVENT, sequence=sequence)
    whole = Letter(
        sender=SENDER,
        to=to,
        method="REQUEST",
        subject=EVENT.summary,
        lines=LINES,
        ics=request(event, Invitee(to), zone="Europe/London"),
        message_id=message_id(KEY, to, UID, sequence, sender=SENDER),
        date=NOON,
    )
    return replace(whole, **changes)


def cancelled(to: str = PERSON, sequence: int = 2, **changes: Any) -> Letter:
    """Its cancellation."""
    ics = cancel(replace(EVENT, sequence=sequence), Invitee(to), zone="Europe/London")
    lines = ("The meeting on Tuesday 5 January 2027, 10:00 to 11:30, is cancelled.",)
    return letter(to, sequence, **{"method": "CANCEL", "ics": ics, "lines": lines} | changes)


def issued(number: int, sequence: int = 0, **changes: Any) -> Issued:
    """A message to one of many made-up people."""
    told = Told(EVENT.start, EVENT.end, EVENT.location, "")
    whole = Issued(
        recipient=f"person-{number}",
        uid=UID,
        meeting="plan-1.core_group.1",
        reference="7F3K",
        address=f"person-{number}@people.example",
        method="REQUEST",
        sequence=sequence,
        stamp=NOON,
        told=told,
    )
    return replace(whole, **changes)


def reserve(ledger: Ledger, count: int, sequence: int = 0) -> list[Issued]:
    """Reserve a mail each for so many people."""
    new = [issued(number, sequence) for number in range(1, count + 1)]
    return ledger.reserve([(one, compose(letter(one.address, sequence))) for one in new])
