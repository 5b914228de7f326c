from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.components import Event, Todo, mailbox, plain
from calendars.ics import publish, todos
from calendars.lint import lint
from calendars.localtime import NonExistentTimeError
from calendars.vtimezone import LONDON, UnsupportedZoneError, vtimezone

STAMP = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def event(**changes: object) -> Event:
    values: dict[str, object] = {
        "uid": "f" * 40,
        "sequence": 2,
        "stamp": STAMP,
        "start": datetime(2026, 11, 10, 10),
        "end": datetime(2026, 11, 10, 11),
        "summary": "Meeting, ref 7F3K",
        "organiser": "yew@convene.example",
    }
    return Event(**(values | changes))  # type: ignore[arg-type]


def todo(**changes: object) -> Todo:
    values: dict[str, object] = {
        "uid": "e" * 40,
        "sequence": 0,
        "stamp": STAMP,
        "due": date(2026, 11, 24),
        "summary": "Task, ref 7F3K",
    }
    return Todo(**(values | changes))  # type: ignore[arg-type]


def names(data: bytes) -> list[str]:
    """Property names of a file in order, read without a parser."""
    text = data.decode().replace("\r\n ", "")
    return [re.split("[:;]", line)[0] for line in text.splitlines()]


ZONE = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
"""


def test_published_file_to_the_byte() -> None:
    golden = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Convene//Meetings//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
{ZONE}BEGIN:VEVENT
SUMMARY:Meeting\\, ref 7F3K
DTSTART;TZID=Europe/London:20261110T100000
DTEND;TZID=Europe/London:20261110T110000
DTSTAMP:20261101T093000Z
UID:{"f" * 40}
SEQUENCE:2
CLASS:PRIVATE
DESCRIPTION:You chair.\\nYou take the minutes.
LOCATION:Room 4\\, 1 Made-up Square
ORGANIZER:mailto:yew@convene.example
STATUS:TENTATIVE
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""
    data = publish(
        [
            event(
                location="Room 4, 1 Made-up Square",
                description="You chair.\nYou take the minutes.",
                status="TENTATIVE",
            )
        ],
        zone=LONDON,
    )
    assert data == golden.replace("\n", "\r\n").encode()


def test_task_file_to_the_byte() -> None:
    golden = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Convene//Meetings//EN
CALSCALE:GREGORIAN
{ZONE}BEGIN:VTODO
CLASS:PRIVATE
DESCRIPTION:Owner: worker
DTSTAMP:20261101T093000Z
DUE;VALUE=DATE:20261124
SEQUENCE:0
STATUS:NEEDS-ACTION
SUMMARY:Task\\, ref 7F3K
UID:{"e" * 40}
END:VTODO
END:VCALENDAR
"""
    data = todos([todo(description="Owner: worker")], zone=LONDON)
    assert data == golden.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("data", [publish([], zone=LONDON), todos([], zone=LONDON)])
def test_a_file_of_nothing_is_still_a_calendar(data: bytes) -> None:
    assert lint(data) == []
    assert [child.name for child in Calendar.from_ical(data).subcomponents] == ["VTIMEZONE"]


def test_vtimezone_tells_the_time_as_zoneinfo_does_every_hour_of_two_years() -> None:
    read = tzical(io.StringIO(publish([], zone=LONDON).decode())).get(LONDON)
    london = ZoneInfo(LONDON)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year < 2028:
        assert moment.astimezone(read).replace(tzinfo=None) == moment.astimezone(london).replace(tzinfo=None)
        moment += timedelta(hours=1)


@pytest.mark.parametrize("year", range(1997, 2038))
def test_vtimezone_changes_on_the_same_second_as_zoneinfo(year: int) -> None:
    read = vtimezone(LONDON).to_tz()
    london = ZoneInfo(LONDON)
    for month in (3, 10):
        last = max(day for day in range(25, 32) if date(year, month, day).weekday() == 6)
        change = datetime(year, month, last, 1, tzinfo=UTC)
        assert london.utcoffset(change.astimezone(london)) != london.utcoffset(
            (change - timedelta(seconds=1)).astimezone(london)
        )
        for hours in (-48, -24, -3, 3, 24, 48):
            wall = (change + timedelta(hours=hours)).astimezone(london).replace(tzinfo=None)
            assert wall.replace(tzinfo=read).utcoffset() == wall.replace(tzinfo=london).utcoffset()


@pytest.mark.parametrize("zone", ["Europe/Dublin", "GB", "UTC", "America/New_York"])
def test_other_zones_are_refused_with_a_remedy(zone: str) -> None:
    with pytest.raises(UnsupportedZoneError, match="Europe/London"):
        publish([event()], zone=zone)


def test_same_events_give_the_same_bytes() -> None:
    assert publish([event()], zone=LONDON) == publish([event()], zone=LONDON)


def test_nothing_that_a_published_file_must_not_have() -> None:
    written = names(publish([event(), event(uid="a")], zone=LONDON))
    assert written.count("UID") == 2
    assert written.index("UID") > written.index("END")
    assert not {"ATTENDEE", "X-WR-CALNAME"} & set(written)
    assert b"VALARM" not in publish([event()], zone=LONDON)


def test_stamp_is_written_in_utc_to_the_second() -> None:
    east = timezone(timedelta(hours=3))
    data = publish([event(stamp=datetime(2026, 11, 1, 12, 30, 5, 999, tzinfo=east))], zone=LONDON)
    assert b"DTSTAMP:20261101T093005Z\r\n" in data


def test_a_stamp_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC"):
        publish([event(stamp=datetime(2026, 11, 1))], zone=LONDON)
    with pytest.raises(ValueError, match="UTC"):
        todos([todo(stamp=datetime(2026, 11, 1))], zone=LONDON)


@pytest.mark.parametrize("end", [datetime(2026, 11, 10, 10), datetime(2026, 11, 10, 9)])
def test_a_meeting_ends_after_its_start(end: datetime) -> None:
    with pytest.raises(ValueError, match="end after its start"):
        publish([event(end=end)], zone=LONDON)


def test_a_wall_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(NonExistentTimeError):
        publish([event(start=datetime(2027, 3, 28, 1, 30), end=datetime(2027, 3, 28, 3))], zone=LONDON)


def test_a_meeting_over_the_repeated_hour_keeps_its_wall_times() -> None:
    data = publish(
        [event(start=datetime(2026, 10, 25, 0, 30), end=datetime(2026, 10, 25, 2, 30))], zone=LONDON
    )
    assert b"DTSTART;TZID=Europe/London:20261025T003000\r\n" in data
    found = Calendar.from_ical(data).events[0]
    assert found.end.astimezone(UTC) - found.start.astimezone(UTC) == timedelta(hours=3)


ATTACKS = [
    "Room\r\nATTENDEE:mailto:x@evil.example",
    "Room\nEND:VEVENT\nBEGIN:VALARM",
    "Room\rX-EVIL:1",
    "Room\x85ATTENDEE:mailto:x@evil.example",
    "Room\u2028ATTENDEE:mailto:x@evil.example",
    "Room\x0bX-EVIL:1\x0cX-EVIL:2\x1cX-EVIL:3",
    "Room\x00\x07\x1b[2J",
    "Room \\nATTENDEE:x \\N \\\\n \\, \\; \\",
    'Room";X-EVIL=1:2;3,4',
    "Room \u202egnp.exe\u2066 \ufeff",
    "Room \ud800 lone",
    "Röom " + "é😀" * 80,
    "\r\n ATTENDEE:folded",
    "^n^'ATTENDEE",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    usual = publish([event(location="Room", description="Note")], zone=LONDON)
    data = publish([event(summary=text, location=text, description=text)], zone=LONDON)
    assert names(data) == names(usual)
    assert {finding.rule for finding in lint(data)} <= {"summary"}
    found = Calendar.from_ical(data).events[0]
    assert found["LOCATION"] == plain(text)
    assert found["SUMMARY"] == plain(text)


@given(st.text())
def test_any_text_is_read_back_as_one_plain_line(text: str) -> None:
    data = publish([event(location=text or "x")], zone=LONDON)
    assert lint(data) == []
    found = Calendar.from_ical(data).events[0]
    assert found.get("LOCATION", "") == plain(text or "x")
    assert len(plain(text).splitlines()) <= 1


@pytest.mark.parametrize(
    "email",
    [
        "yew@convene.example\r\nATTENDEE:mailto:x@evil.example",
        "yew",
        "",
        "Yew Team <yew@convene.example>",
        "a@b@c",
        'yew@convene.example";X=1',
        "yew@convene.example, x@evil.example",
        "yew@conv\x85ene.example",
    ],
)
def test_an_organiser_that_is_no_mailbox_is_refused_without_repeating_it(email: str) -> None:
    with pytest.raises(ValueError, match="must be a plain address") as caught:
        publish([event(organiser=email)], zone=LONDON)
    assert not email or email not in str(caught.value)


def test_a_mailbox_cannot_carry_mail_headers() -> None:
    assert mailbox("o'yew+a@convene.example") == "mailto:o'yew+a@convene.example"
    assert mailbox("yew@convene.example?cc=x%40y&é") == "mailto:yew@convene.example%3Fcc%3Dx%2540y%26%C3%A9"
