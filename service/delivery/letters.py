"""From a change to the mail that tells it: its words and its calendar part, from what the recipient may see alone."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from calendars import itip
from calendars.components import Event
from service.delivery.addressees import BY_HAND
from service.delivery.changes import Change, Reason
from service.delivery.mail import Letter, message_id
from service.output.events import sent_event
from service.output.wording import description, span_words

_CHANGED: Final[dict[Reason, str]] = {
    "new": "You are asked to a meeting.",
    "time": "A meeting that you are asked to is at another time.",
    "place": "A meeting that you are asked to is at another place.",
    "part": "Something about a meeting that you are asked to has changed.",
    "again": "You are asked to a meeting that had been taken back.",
    "address": "You are asked to a meeting.",
    "resend": "This invite is sent again, as it may not have arrived. Nothing has changed.",
    "gone": "This meeting is not held, or you are not asked to it any more. Please take it out of your calendar.",
}
_FRESH: Final[frozenset[Reason]] = frozenset({"new", "again", "address"})


def letter_of(change: Change, *, key: bytes, zone: str, stamp: datetime) -> Letter:
    """The mail of a change.

    Parameters
    ----------
    change
    key
        Of the UIDs.
    zone
        IANA name of the zone the times are in.
    stamp
        When it is made; aware.

    Raises
    ------
    ValueError
        Where something can't be written rightly, see `calendars.itip`.
    """
    title = f"Meeting, ref {change.reference}"
    own = message_id(key, change.recipient, change.uid, change.sequence, sender=change.organiser)
    return Letter(
        sender=change.organiser,
        to=change.address,
        method=change.method,
        subject=_subject(change, title),
        lines=tuple(_lines(change, title)),
        ics=_calendar_part(change, title, zone, stamp),
        message_id=own,
        date=stamp,
        answers=_before(change, key),
    )


def paper_letter(change: Change) -> bytes:
    """The words of a change for whoever has no mailbox, to be printed or read out: UTF-8, a line each."""
    title = f"Meeting, ref {change.reference}"
    return "".join(f"{line}\n" for line in (_subject(change, title), "", *_lines(change, title))).encode()


def _before(change: Change, key: bytes) -> str | None:
    """The mail that this one follows on, where the same mailbox had it."""
    last = change.last
    if last is None or last.address != change.address:
        return None
    return message_id(key, last.recipient, last.uid, last.sequence, sender=change.organiser)


def _subject(change: Change, title: str) -> str:
    if change.method == "CANCEL":
        return f"Cancelled: {title}"
    return title if change.reason in _FRESH else f"Changed: {title}"


def _lines(change: Change, title: str) -> list[str]:
    # Why a mailbox gets a CANCEL for another one is nothing that its readers need to know.
    lines = [_CHANGED["gone" if change.method == "CANCEL" else change.reason], title]
    lines.append(span_words(change.told.start, change.told.end))
    if change.view is None:
        return lines
    lines.append(f"Place: {change.view.location}")
    lines += description(change.view)
    if change.view.part != "NON-PARTICIPANT":
        answer = "tell the team whether you can come" if change.address == BY_HAND else "accept or decline"
        lines.append(f"Please {answer}. Your answer goes to {change.organiser}.")
    return lines


def _calendar_part(change: Change, title: str, zone: str, stamp: datetime) -> bytes:
    if change.view is None:
        event = Event(
            uid=change.uid,
            sequence=change.sequence,
            stamp=stamp,
            start=change.told.start,
            end=change.told.end,
            summary=title,
            organiser=change.organiser,
        )
        return itip.cancel(event, itip.Invitee(change.address), zone=zone)
    view = change.view
    invitee = itip.Invitee(change.address, view.part, room=view.part == "NON-PARTICIPANT")
    rooms = () if view.room is None else (itip.Invitee(view.room, room=True),)
    event = sent_event(view, sequence=change.sequence, stamp=stamp)
    return itip.request(event, invitee, zone=zone, rooms=rooms)


__all__ = ["letter_of", "paper_letter"]
