"""Writing calendar files to take or to subscribe to: meetings that are published, feeds, tasks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import icalendar

from calendars.components import Event, Todo, add_common, event_component, new_calendar, plain, written
from calendars.localtime import load_zone, to_utc

REMINDER: Final = time(9)
"""The time of day of a reminder, in the file's zone."""
FEED_NAME: Final = "Meetings"
"""What a client calls a feed: it says nothing of whose meetings they are, or of what kind."""


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
    return written(_published(events, zone))


def feed(events: Iterable[Event], *, zone: str, refresh: timedelta) -> bytes:
    """A file of meetings that a client fetches again and again: `publish` with how often, and a neutral name.

    Parameters
    ----------
    events, zone
        See `publish`.
    refresh
        How long a client may go by what it has (REFRESH-INTERVAL, RFC 7986 section 5.7; X-PUBLISHED-TTL is what
        Outlook reads).

    Raises
    ------
    UnsupportedZoneError, ValueError
        See `publish`; also for an interval below a minute.
    """
    if refresh < timedelta(minutes=1):
        raise ValueError("a feed is fetched once a minute at most")
    calendar = _published(events, zone)
    calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(refresh))
    calendar.add("name", FEED_NAME)
    calendar.add("x-wr-calname", FEED_NAME)
    return written(calendar)


def _published(events: Iterable[Event], zone: str) -> icalendar.Calendar:
    calendar = new_calendar(zone, "PUBLISH")
    place = load_zone(zone)
    for event in events:
        calendar.add_component(event_component(event, place))
    return calendar


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
    calendar = new_calendar(zone)
    place = load_zone(zone)
    for item in items:
        todo = icalendar.Todo()
        add_common(todo, item)
        todo.add("due", item.due)
        todo.add("status", "NEEDS-ACTION")
        if item.remind is not None:
            todo.add_component(_alarm(item, item.remind, place))
        calendar.add_component(todo)
    return written(calendar)


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


__all__ = ["FEED_NAME", "REMINDER", "feed", "publish", "todos"]
