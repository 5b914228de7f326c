"""The two parsers that calendars written in JavaScript read with: ical.js (Thunderbird, Nextcloud) and node-ical."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from typing import Any

import icalendar
import javascript
import pytest
from product import FIRST, MAILBOX, MOVED, fed, moment, published, starts, story
from recording import Seen

CUT = story().request.replace(b"END:VEVENT\r\n", b"")
HOUR_OUT = ["2026-10-25T02:15", "2026-10-26T09:00", "2027-03-26T10:00"]
"""Starts of `published` in winter time."""
PACKAGES = [
    pytest.param(name, marks=pytest.mark.client(name, only=name), id=name) for name in javascript.VERSIONS
]


@pytest.fixture(autouse=True)
def versioned(request: pytest.FixtureRequest, seen: Seen) -> None:
    seen(version=javascript.VERSIONS[request.node.get_closest_marker("client").args[0]])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def starts_read(package: str, content: bytes) -> list[datetime]:
    return sorted(utc(event["start"]) for event in javascript.read(package, content)["events"])


@pytest.mark.shows("REQUEST", "update", "CANCEL")
@pytest.mark.parametrize("package", PACKAGES)
def test_a_message_says_what_was_meant(package: str, seen: Seen) -> None:
    told = story()
    for cell, content, method, status, start in (
        ("REQUEST", told.request, "REQUEST", "CONFIRMED", FIRST),
        ("update", told.update, "REQUEST", "CONFIRMED", MOVED),
        ("CANCEL", told.cancel, "CANCEL", "CANCELLED", MOVED),
    ):
        found: dict[str, Any] = javascript.read(package, content)
        (event,) = found["events"]
        sequence = ("REQUEST", "update", "CANCEL").index(cell)
        assert (found["method"], event["uid"], event["sequence"]) == (method, told.uid, sequence)
        assert (event["status"], event["summary"]) == (status, told.first.summary)
        assert utc(event["start"]) == moment(start)
        answer = None if method == "CANCEL" else "NEEDS-ACTION"
        assert event["attendees"] == [[f"mailto:{MAILBOX}", answer]]
        seen(cell, f"read: METHOD, UID, SEQUENCE {sequence}, {status}, one ATTENDEE, time in UTC")


@pytest.mark.shows("PUBLISH", "feed")
@pytest.mark.parametrize("package", PACKAGES)
def test_meetings_around_the_clock_changes_are_read_at_their_moments(package: str, seen: Seen) -> None:
    assert starts_read(package, published()) == starts()
    assert starts_read(package, fed(2)) == starts(2)
    seen("PUBLISH", "all at their moments, on both sides of both clock changes")
    seen("feed", "all at their moments")


@pytest.mark.shows("spoilt file")
@pytest.mark.parametrize("package", PACKAGES[:1])
def test_another_writers_time_zone_is_read_an_hour_out(package: str, seen: Seen) -> None:
    """Why the zone is written by hand: it takes only the first date of the RDATE that the library writes."""
    calendar = icalendar.Calendar.from_ical(published())
    calendar.subcomponents = [part for part in calendar.subcomponents if part.name != "VTIMEZONE"]
    calendar.add_missing_timezones()
    read = starts_read(package, calendar.to_ical())
    assert len(set(read) ^ set(starts())) == 2 * len(HOUR_OUT)
    assert not {moment(start) for start in HOUR_OUT} & set(read)
    seen(
        "spoilt file", "winter meetings an hour out with the VTIMEZONE that `icalendar` makes: ours isn't its"
    )


@pytest.mark.shows("spoilt file")
@pytest.mark.parametrize("package", PACKAGES[:1])
def test_without_its_time_zone_a_summer_meeting_is_an_hour_out(package: str, seen: Seen) -> None:
    bare = re.sub(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", b"", story().update, flags=re.DOTALL)
    assert bare != story().update
    assert starts_read(package, bare) != [moment(MOVED)]
    seen("spoilt file", "an hour out without a VTIMEZONE")


@pytest.mark.shows("spoilt file")
@pytest.mark.parametrize("package", PACKAGES[:1])
def test_a_message_cut_short_is_not_read(package: str, seen: Seen) -> None:
    with pytest.raises(subprocess.CalledProcessError) as fault:
        javascript.read(package, CUT)
    assert b"component began but did not end" in fault.value.stderr
    seen("spoilt file", "VEVENT without END: ParserError")


@pytest.mark.shows("spoilt file")
@pytest.mark.parametrize("package", PACKAGES[1:])
def test_a_message_cut_short_has_no_time(package: str, seen: Seen) -> None:
    assert [event["start"] for event in javascript.read(package, CUT)["events"]] == [None]
    seen("spoilt file", "VEVENT without END: an event without a time")
