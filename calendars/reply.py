"""What people answer to invites: REPLY, COUNTER and REFRESH of RFC 5546, as mail clients write them.

Only what decides is read. Free text (COMMENT, and what Google and Apple write in its place) may be about a child, so
it is never kept: a reply just says whether there is any, so that somebody looks at the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args
from urllib.parse import unquote

import icalendar

from calendars.reading import CalendarFileError, Limits, read

Method = Literal["REPLY", "COUNTER", "REFRESH"]
"""What an attendee sends to whoever invited them (RFC 5546 section 1.4)."""
PartStat = Literal["ACCEPTED", "TENTATIVE", "DECLINED", "DELEGATED", "NEEDS-ACTION"]

LIMITS: Final = Limits(octets=1_000_000, components=1_000, nesting=6, line=100_000)
"""A reply is about one meeting: more than this is none."""

_METHODS: Final[frozenset[str]] = frozenset(get_args(Method))
_NOTES: Final = ("COMMENT", "X-CALENDARSERVER-ATTENDEE-COMMENT")
_NOTE_PARAMETERS: Final = ("X-RESPONSE-COMMENT", "X-CALENDARSERVER-ATTENDEE-COMMENT")
_PLACES: Final = frozenset({"ROOM", "RESOURCE"})
_READ: Final = (
    "METHOD", "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "ATTENDEE", *_NOTES,
)  # fmt: skip
_MAILBOX: Final = re.compile(r"[^\s@<>\"\x00-\x1f\x7f]{1,100}@[^\s@<>\"\x00-\x1f\x7f]{1,255}")
_METHOD_NAME: Final = re.compile(r"[A-Za-z-]{1,30}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What one attendee says about one meeting."""

    method: Method
    uid: str
    attendee: str | None
    """Mailbox in lower case; ``None`` where the message names nobody."""
    partstat: PartStat = "NEEDS-ACTION"
    sequence: int | None = None
    """Of the invite it answers; ``None`` where it doesn't say."""
    stamp: datetime | None = None
    """When it was answered, in UTC."""
    start: datetime | None = None
    """The meeting's time as the message has it; of a COUNTER, the time proposed. In UTC, or without a zone."""
    end: datetime | None = None
    sent_by: str | None = None
    """Mailbox of who answers in the attendee's name."""
    delegated_to: tuple[str, ...] = ()
    delegated_from: tuple[str, ...] = ()
    note: bool = False
    """Whether there is free text with it."""
    place: bool = False
    """Whether the attendee is a room or another resource."""


@dataclass(frozen=True, slots=True)
class NoReply:
    """A message that answers nothing: an invite that came back, a cancellation, a calendar without method."""

    method: str
    """In capitals; empty where there is none."""
    uid: str | None


def read_replies(data: bytes, method: str | None = None) -> tuple[Reply | NoReply, ...]:
    """Read what a message says.

    Parameters
    ----------
    data
        The calendar part of a mail, or a file.
    method
        As the mail's header has it: counts where the calendar itself has none.

    Returns
    -------
    tuple of Reply or NoReply
        In order. One for each attendee of each VEVENT; rooms beside a person, and a delegate beside the one who
        delegated, say nothing of their own and are left out. A calendar without any METHOD is a reply if it
        has a single attendee who answers, as some servers send it.

    Raises
    ------
    CalendarFileError
        And no other exception, whatever the bytes.
    """
    found = read(data, limits=LIMITS, components=("VEVENT",), properties=_READ)
    said: list[Reply | NoReply] = []
    for calendar in found.calendars:
        name = _named(_text(calendar, "METHOD")) or _named(method or "")
        events = [one for one in calendar.subcomponents if one.name == "VEVENT"]
        if not events:
            said.append(NoReply(name, None))
        for event in events:
            said += _said(event, name)
    if not said:
        raise CalendarFileError("there is no calendar in it", "give a reply as the mail program sent it")
    return tuple(said)


def address_of(value: str) -> str | None:
    """The mailbox of a calendar address, in lower case: ``MAILTO:A%2Bb@X.example`` is ``a+b@x.example``."""
    text = value.strip().strip("<>").strip()
    while text[:7].lower() == "mailto:":
        text = unquote(text[7:].partition("?")[0]).strip().strip("<>").strip()
    text = text.rstrip(".").lower()
    return text if _MAILBOX.fullmatch(text) else None


def _named(method: str) -> str:
    return method.upper() if _METHOD_NAME.fullmatch(method) else ""


def _said(event: icalendar.Component, method: str) -> Iterator[Reply | NoReply]:
    uid = _text(event, "UID")
    replies = list(_replies(event, method, uid)) if uid else []
    if not method and len(replies) == 1 and replies[0].partstat != "NEEDS-ACTION":
        yield replies[0]
    elif method in _METHODS and uid:
        yield from replies or [_of_nobody(event, method, uid)]
    else:
        yield NoReply(method, uid or None)


def _of_nobody(event: icalendar.Component, method: str, uid: str) -> Reply:
    return Reply(
        _method(method), uid, None, sequence=_sequence(event), stamp=_stamp(event), note=_note(event)
    )


def _method(name: str) -> Method:
    return "COUNTER" if name == "COUNTER" else "REFRESH" if name == "REFRESH" else "REPLY"


def _replies(event: icalendar.Component, method: str, uid: str) -> Iterator[Reply]:
    start, end = _span(event)
    sequence, stamp, note = _sequence(event), _stamp(event), _note(event)
    attendees = _all(event, "ATTENDEE")
    found = []
    for value in attendees:
        if not isinstance(value, icalendar.vCalAddress):
            continue
        partstat = _parameter(value, "PARTSTAT").upper()
        found.append(
            Reply(
                method=_method(method),
                uid=uid,
                attendee=address_of(str(value)) or address_of(_parameter(value, "EMAIL")),
                partstat=_partstat(partstat),
                sequence=sequence,
                stamp=stamp,
                start=start,
                end=end,
                sent_by=address_of(_parameter(value, "SENT-BY")),
                delegated_to=_addresses(value, "DELEGATED-TO"),
                delegated_from=_addresses(value, "DELEGATED-FROM"),
                note=note or any(_parameter(value, name).strip() for name in _NOTE_PARAMETERS),
                place=_parameter(value, "CUTYPE").upper() in _PLACES,
            )
        )
    names = {one.attendee for one in found}
    people = any(not one.place for one in found)
    for one in found:
        delegate = any(name in names for name in one.delegated_from)
        if not (delegate or (one.place and people)):
            yield one


def _partstat(text: str) -> PartStat:
    # An unknown one is to be taken for no answer (RFC 5545 section 3.2.12).
    for known in get_args(PartStat):
        if text == known:
            return known  # type: ignore[no-any-return]
    return "NEEDS-ACTION"


def _all(component: icalendar.Component, name: str) -> list[object]:
    value = component.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _value(component: icalendar.Component, name: str) -> object:
    values = _all(component, name)
    if not values or isinstance(values[0], icalendar.vBroken):
        return None
    return getattr(values[0], "dt", None)


def _text(component: icalendar.Component, name: str) -> str:
    values = _all(component, name)
    return str(values[0]).strip() if values else ""


def _parameter(value: icalendar.vCalAddress, name: str) -> str:
    found = value.params.get(name, "")
    return found[0] if isinstance(found, list) and found else str(found) if found else ""


def _addresses(value: icalendar.vCalAddress, name: str) -> tuple[str, ...]:
    found = value.params.get(name, ())
    many = [found] if isinstance(found, str) else list(found)
    return tuple(address for one in many if (address := address_of(str(one))) is not None)


def _sequence(event: icalendar.Component) -> int | None:
    text = _text(event, "SEQUENCE")
    return int(text) if _NUMBER.fullmatch(text) else None


def _stamp(event: icalendar.Component) -> datetime | None:
    moment = _moment(event, "DTSTAMP")
    if moment is None:
        return None
    # It has to be in UTC (RFC 5545 section 3.8.7.2), so one without zone is meant so.
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _span(event: icalendar.Component) -> tuple[datetime | None, datetime | None]:
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    length = _value(event, "DURATION")
    if start is not None and end is None and isinstance(length, timedelta):
        try:
            end = start + length
        except OverflowError:
            end = None
    if start is not None and end is not None and (start.tzinfo is None) != (end.tzinfo is None):
        end = None
    return start, end if start is not None and end is not None and end > start else None


def _moment(event: icalendar.Component, name: str) -> datetime | None:
    """A time in UTC, or without zone as written; ``None`` for a date, and for what is no time."""
    moment = _value(event, name)
    if not isinstance(moment, datetime):
        return None
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _note(event: icalendar.Component) -> bool:
    # Exchange writes a COMMENT that holds nothing but line breaks.
    return any(str(value).replace("\\n", "").strip() for name in _NOTES for value in _all(event, name))


__all__ = ["LIMITS", "Method", "NoReply", "PartStat", "Reply", "address_of", "read_replies"]
