"""Writing calendar files: meetings to publish and tasks, as bytes.

Everything here is told what to write; who may see what is decided before (``service.output.render``).
Nothing is random and nothing reads the clock: the same events give the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar

from calendars.localtime import load_zone, to_utc
from calendars.vtimezone import vtimezone

PRODUCT: Final = "-//Convene//Meetings//EN"
"""PRODID of every file, by which our own files are known again."""
REMINDER: Final = time(9)
"""The time of day of a reminder, in the file's zone."""

_MAILBOX = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a published file. Times are local wall times in the file's zone."""

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
    status: Literal["CONFIRMED", "TENTATIVE"] = "CONFIRMED"


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


def publish(events: Iterable[Event], *, zone: str) -> bytes:
    """A file of meetings for somebody's own calendar: METHOD:PUBLISH, nobody is asked to answer.

    Parameters
    ----------
    events
        In the order they are to be written.
    zone
        IANA name of the zone the times are in.

    Returns
    -------
    bytes
        RFC 5545 text: UTF-8, CRLF, lines of at most 75 octets. There is no ATTENDEE and no VALARM, and the
        calendar has no UID of its own, since sync tools would take that as the key of everything in it.

    Raises
    ------
    UnsupportedZoneError
        For a zone that no VTIMEZONE is written for.
    ValueError
        For a meeting that does not end after its start, a wall time that the clocks skip, a `stamp` without
        an offset, or an organiser that is no mailbox.
    """
    calendar = _calendar(zone)
    calendar.add("method", "PUBLISH")
    place = load_zone(zone)
    for event in events:
        calendar.add_component(_event(event, place))
    return _written(calendar)


def todos(items: Iterable[Todo], *, zone: str) -> bytes:
    """A file of tasks, with no METHOD: it is stored, never sent.

    Parameters
    ----------
    items
        In the order they are to be written.
    zone
        IANA name; a due date has no time, but a file without any component would be none (RFC 5545 section
        3.6).

    Raises
    ------
    UnsupportedZoneError
        For a zone that no VTIMEZONE is written for.
    """
    calendar = _calendar(zone)
    place = load_zone(zone)
    for item in items:
        todo = icalendar.Todo()
        _common(todo, item)
        todo.add("due", item.due)
        todo.add("status", "NEEDS-ACTION")
        if item.remind is not None:
            todo.add_component(_alarm(item, item.remind, place))
        calendar.add_component(todo)
    return _written(calendar)


def _written(calendar: icalendar.Calendar) -> bytes:
    written: bytes = calendar.to_ical()
    return written


def _calendar(zone: str) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add_component(vtimezone(zone))
    return calendar


def _event(event: Event, zone: ZoneInfo) -> icalendar.Event:
    if to_utc(event.end, zone) <= to_utc(event.start, zone):
        raise ValueError(f"a meeting must end after its start, {event.start:%Y-%m-%dT%H:%M}")
    component = icalendar.Event()
    _common(component, event)
    # A wall time that comes twice is read as the first of the two (RFC 5545 section 3.3.5).
    component.add("dtstart", event.start.replace(tzinfo=zone))
    component.add("dtend", event.end.replace(tzinfo=zone))
    component.add("organizer", mailbox(event.organiser))
    component.add("status", event.status)
    component.add("transp", "OPAQUE")
    if event.location:
        component.add("location", plain(event.location))
    return component


def _alarm(item: Todo, day: date, zone: ZoneInfo) -> icalendar.Alarm:
    """A reminder at an absolute time: clients disagree on what "before" a due date without a time means.

    RFC 5545 section 3.8.6.3 wants that time in UTC.
    """
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", plain(item.summary))
    moment = to_utc(datetime.combine(day, REMINDER), zone)
    alarm.add("trigger", moment, parameters={"VALUE": "DATE-TIME"})
    return alarm


def _common(component: icalendar.Component, item: Event | Todo) -> None:
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
        raise ValueError("the organiser's email must be a plain address such as team@authority.example")
    return icalendar.vCalAddress("mailto:" + quote(email, safe="@!$'*+"))


__all__ = ["PRODUCT", "REMINDER", "Event", "Todo", "mailbox", "plain", "publish", "todos"]
