"""What calendar files are made of: meetings and tasks as components, text made safe, mailboxes.

Everything here is told what to write; who may see what is decided before (``service.output.render``).
Nothing is random and nothing reads the clock: the same events give the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar

from calendars.localtime import to_utc
from calendars.vtimezone import vtimezone

PRODUCT: Final = "-//Convene//Meetings//EN"
"""PRODID of every file, by which our own files are known again."""

_MAILBOX = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Event:
    """One meeting. Times are local wall times in the file's zone."""

    uid: str
    sequence: int
    """0 for the first publication, up at every change (RFC 5545 section 3.8.7.4)."""
    stamp: datetime
    """When this was published; aware, written in UTC as DTSTAMP."""
    start: datetime
    end: datetime
    summary: str
    organiser: str
    """Mailbox of the ORGANIZER, which a published event must have (RFC 5546 section 3.2.1)."""
    location: str = ""
    description: str = ""
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"] = "CONFIRMED"


@dataclass(frozen=True, slots=True)
class Todo:
    """One to-do, due on a date, with a reminder on the morning of another if it has one."""

    uid: str
    sequence: int
    stamp: datetime
    due: date
    summary: str
    description: str = ""
    remind: date | None = None


def plain(text: str) -> str:
    r"""One line of text that no client can read as anything else.

    Control characters, line and paragraph separators and lone surrogates become spaces, so nothing can start
    a new content line in a parser that splits where it should not (``str.splitlines`` does at U+0085 and
    U+2028). Marks that turn the direction of writing are dropped. A backslash becomes a slash: ``icalendar``
    7.3 writes ``\N`` in a text as a line break, and several readers unescape in the wrong order.
    """
    kept = (" " if unicodedata.category(mark) in _BREAKS else mark for mark in _DIRECTION.sub("", text))
    return " ".join("".join(kept).replace("\\", "/").split())


def written(calendar: icalendar.Calendar) -> bytes:
    """RFC 5545 text: UTF-8, CRLF, lines of at most 75 octets."""
    text: bytes = calendar.to_ical()
    return text


def new_calendar(zone: str, method: str | None = None) -> icalendar.Calendar:
    """An empty file with its zone, without a UID of its own: sync tools would take that as the key of everything in it.

    Raises
    ------
    UnsupportedZoneError
        For a zone that no VTIMEZONE is written for.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method is not None:
        calendar.add("method", method)
    calendar.add_component(vtimezone(zone))
    return calendar


def event_component(event: Event, zone: ZoneInfo) -> icalendar.Event:
    """The VEVENT of a meeting, without attendees.

    Raises
    ------
    ValueError
        For a meeting that does not end after its start, a wall time that the clocks skip, a `stamp` without
        an offset, or an organiser that is no mailbox.
    """
    if to_utc(event.end, zone) <= to_utc(event.start, zone):
        raise ValueError(f"a meeting must end after its start, {event.start:%Y-%m-%dT%H:%M}")
    component = icalendar.Event()
    add_common(component, event)
    # A wall time that comes twice is read as the first of the two (RFC 5545 section 3.3.5).
    component.add("dtstart", event.start.replace(tzinfo=zone))
    component.add("dtend", event.end.replace(tzinfo=zone))
    component.add("organizer", mailbox(event.organiser))
    component.add("status", event.status)
    component.add("transp", "OPAQUE")
    if event.location:
        component.add("location", plain(event.location))
    return component


def add_common(component: icalendar.Component, item: Event | Todo) -> None:
    """Add what meetings and tasks have alike.

    Raises
    ------
    ValueError
        If the stamp has no offset.
    """
    if item.stamp.tzinfo is None:
        raise ValueError("the time of publication must be in UTC, or say its offset")
    component.add("uid", item.uid)
    component.add("dtstamp", item.stamp.astimezone(UTC).replace(microsecond=0))
    component.add("sequence", item.sequence)
    component.add("summary", plain(item.summary))
    component.add("class", "PRIVATE")
    if item.description:
        component.add("description", "\n".join(plain(line) for line in item.description.splitlines()))


def mailbox(email: str) -> icalendar.vCalAddress:
    """The calendar address of a mailbox.

    Raises
    ------
    ValueError
        If it is no plain ``name@domain``. The address is not repeated, as the error may be shown to others.
    """
    if not _MAILBOX.fullmatch(email) or plain(email) != email:
        raise ValueError("a mailbox must be a plain address such as team@authority.example")
    return icalendar.vCalAddress("mailto:" + quote(email, safe="@!$'*+"))


__all__ = [
    "PRODUCT",
    "Event",
    "Todo",
    "add_common",
    "event_component",
    "mailbox",
    "new_calendar",
    "plain",
    "written",
]
