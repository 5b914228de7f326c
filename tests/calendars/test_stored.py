from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.components import Event
from calendars.lint import lint
from calendars.localtime import NonExistentTimeError
from calendars.stored import (
    MARK,
    CalendarFileError,
    NotOneEventError,
    StoredObject,
    read_stored,
    same,
    stored,
)

ZONE = "Europe/London"
OWNER = "alex@convene.example"
ALARM = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Mine\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n"


def event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "uid": "f" * 40,
        "sequence": 2,
        "stamp": datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
        "start": datetime(2026, 11, 10, 10),
        "end": datetime(2026, 11, 10, 11),
        "summary": "Meeting, ref 7F3K",
        "organiser": "yew@convene.example",
        "location": "Room 4; 1, Made-up Square",
        "description": "You chair.\nTake a pen, and paper.",
    }
    return Event(**(values | changes))


def write(**changes: Any) -> bytes:
    more = {name: changes.pop(name) for name in ("attendee", "before") if name in changes}
    return stored(event(**changes), zone=ZONE, **({"attendee": OWNER} | more))


def the_event(data: bytes) -> icalendar.Event:
    [found] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert isinstance(found, icalendar.Event)
    return found


def edit(data: bytes, old: bytes, new: bytes) -> bytes:
    unfolded = data.replace(b"\r\n ", b"")
    assert old in unfolded
    return unfolded.replace(old, new)


def edited(data: bytes, old: bytes, new: bytes) -> StoredObject:
    return read_stored(edit(data, old, new))


def reordered(data: bytes) -> bytes:
    """As of a server that writes the properties in an order of its own."""
    head, _, rest = data.replace(b"\r\n ", b"").partition(b"BEGIN:VEVENT\r\n")
    body, _, tail = rest.partition(b"END:VEVENT")
    lines = body.splitlines(keepends=True)[::-1]
    return head + b"BEGIN:VEVENT\r\n" + b"".join(lines) + b"END:VEVENT" + tail


# What is written


@pytest.mark.parametrize("attendee", [OWNER, None])
def test_it_is_a_stored_object_without_fault(attendee: str | None) -> None:
    data = write(attendee=attendee)
    assert lint(data, kind="stored") == []
    calendar = icalendar.Calendar.from_ical(data)
    assert "METHOD" not in calendar
    assert "UID" not in calendar
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE", "VEVENT"]


def test_the_client_sees_to_its_scheduling() -> None:
    found = the_event(write())
    assert str(found["ORGANIZER"]) == "mailto:yew@convene.example"
    assert dict(found["ORGANIZER"].params) == {"SCHEDULE-AGENT": "CLIENT"}
    assert str(found["ATTENDEE"]) == f"mailto:{OWNER}"
    assert dict(found["ATTENDEE"].params) == {
        "CUTYPE": "INDIVIDUAL",
        "PARTSTAT": "NEEDS-ACTION",
        "SCHEDULE-AGENT": "CLIENT",
    }


def test_of_a_restricted_meeting_there_is_nothing_to_schedule() -> None:
    data = write(attendee=None)
    assert not {"ORGANIZER", "ATTENDEE"} & the_event(data).keys()
    assert b"@" not in data
    assert b"SCHEDULE" not in data


def test_the_same_meeting_gives_the_same_bytes() -> None:
    assert write() == write()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"attendee": "no mailbox"}, ValueError),
        ({"end": datetime(2026, 11, 10, 10)}, ValueError),
        ({"start": datetime(2027, 3, 28, 1, 30), "end": datetime(2027, 3, 28, 3)}, NonExistentTimeError),
    ],
)
def test_what_cannot_be_written_is_refused(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        write(**changes)


# What is read


def test_what_was_written_is_read_again() -> None:
    found = read_stored(write())
    assert (found.uid, found.sequence, found.answer, found.alarms) == ("f" * 40, 2, "NEEDS-ACTION", ())
    assert not found.edited
    assert not found.by_server
    assert same(found, read_stored(write()))


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda data: data.replace(b"\r\n", b"\n"),
        reordered,
        lambda data: edit(data, b"PRODID:-//Convene//Meetings//EN", b"PRODID:-//Other//Program//EN"),
        lambda data: edit(data, b"UID:", b"CREATED:20260101T000000Z\r\nUID:"),
        lambda data: edit(data, b"UID:", b"X-OTHER-PROGRAM:1\r\nCATEGORIES:Work\r\nUID:"),
        lambda data: edit(data, b"DTSTAMP:20261101T093000Z", b"DTSTAMP:20261111T111111Z"),
        lambda data: edit(data, b"SEQUENCE:2", b"SEQUENCE:7"),
        lambda data: edit(data, b"DTSTART;TZID=Europe/London:20261110T100000", b"DTSTART:20261110T100000Z"),
        lambda data: edit(data, b"mailto:yew@convene.example", b"MAILTO:Yew@Convene.example"),
        lambda data: edit(data, b"END:VEVENT", ALARM + b"END:VEVENT"),
        lambda data: edit(data, b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED"),
        lambda data: edit(data, b";CUTYPE=INDIVIDUAL", b""),
    ],
)
def test_what_servers_and_programs_do_to_it_is_no_change(rewrite: Any) -> None:
    found = read_stored(rewrite(write()))
    assert not found.edited
    assert same(found, read_stored(write(before=found)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"London:20261110T100000", b"London:20261110T110000"),
        (b"London:20261110T110000", b"London:20261110T120000"),
        (b"SUMMARY:Meeting\\, ref 7F3K", b"SUMMARY:Dentist"),
        (b"LOCATION:Room 4", b"LOCATION:Room 5"),
        (b"DESCRIPTION:You chair.", b"DESCRIPTION:"),
        (b"STATUS:CONFIRMED", b"STATUS:CANCELLED"),
        (b"TRANSP:OPAQUE", b"TRANSP:TRANSPARENT"),
        (b"CLASS:PRIVATE", b"CLASS:PUBLIC"),
        (b"UID:", b"RRULE:FREQ=WEEKLY\r\nUID:"),
        (b"UID:", b"ATTENDEE:mailto:friend@convene.example\r\nUID:"),
        (
            b"END:VEVENT\r\n",
            b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20261101T093000Z\r\nRECURRENCE-ID:20261110T100000Z\r\n"
            b"DTSTART:20261110T100000Z\r\nEND:VEVENT\r\n" % (b"f" * 40),
        ),
    ],
)
def test_what_its_owner_changes_is_found(old: bytes, new: bytes) -> None:
    found = edited(write(), old, new)
    assert found.edited
    assert not same(found, read_stored(write(before=found)))


def test_a_meeting_that_was_moved_is_not_taken_for_one_that_its_owner_changed() -> None:
    found = read_stored(write())
    now = read_stored(write(start=datetime(2026, 11, 10, 9), before=found))
    assert not found.edited
    assert not same(found, now)


@pytest.mark.parametrize(
    ("data", "by_server"),
    [
        (write(), False),
        (write(attendee=None), False),
        (edit(write(), b";SCHEDULE-AGENT=CLIENT", b""), False),  # a server that drops it: our mark is there
        (edit(edit(write(), b";SCHEDULE-AGENT=CLIENT", b""), MARK.encode(), b"X-OTHER"), True),
        (edit(write(), MARK.encode(), b"X-OTHER"), False),
    ],
)
def test_what_came_by_an_invite_is_told_from_what_is_ours(data: bytes, by_server: bool) -> None:
    assert read_stored(data).by_server is by_server


def test_what_others_wrote_is_never_the_same_as_ours() -> None:
    found = edited(write(), MARK.encode(), b"X-OTHER")
    assert not found.edited
    assert not same(found, read_stored(write()))


@pytest.mark.parametrize(
    "data",
    [
        edit(write(), b"UID:" + b"f" * 40, b"X-UID:1"),
        edit(write(), b"VEVENT", b"VTODO"),
        edit(write(), b"VEVENT", b"VTIMEZONE2"),
        edit(write(), b"END:VEVENT", b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:other\r\nEND:VEVENT"),
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n",
    ],
)
def test_what_is_no_single_meeting_is_told_so(data: bytes) -> None:
    with pytest.raises(NotOneEventError):
        read_stored(data)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises((CalendarFileError, NotOneEventError)):
        read_stored(data)


@settings(deadline=None)
@given(st.data())
def test_any_lines_in_it_are_read_or_refused(draw: st.DataObject) -> None:
    lines = write().split(b"\r\n")
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(lines) - 1))
        lines[at] = draw.draw(
            st.sampled_from([*lines, b"", b"ATTENDEE:", b"SEQUENCE:x", b"DTSTART:9"]) | st.binary()
        )
    try:
        found = read_stored(b"\r\n".join(lines))
    except (CalendarFileError, NotOneEventError):
        return
    assert lint(write(before=found), kind="stored") == []


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40) | st.sampled_from(ALARM.split(b"\r\n")), max_size=8))
def test_whatever_alarm_is_there_the_meeting_can_be_written(lines: list[bytes]) -> None:
    alarm = b"BEGIN:VALARM\r\n" + b"\r\n".join(lines) + b"\r\nEND:VALARM\r\n"
    try:
        found = edited(write(), b"END:VEVENT", alarm + b"END:VEVENT")
    except (CalendarFileError, NotOneEventError):
        return
    again = read_stored(write(before=found))
    assert same(again, read_stored(write()))
    assert len(again.alarms) <= len(found.alarms)


# What is kept of what stood there


def test_the_owners_alarm_is_kept_as_it_is() -> None:
    found = edited(write(), b"END:VEVENT", ALARM + b"END:VEVENT")
    moved = write(start=datetime(2026, 11, 10, 9), before=found)
    assert lint(moved, kind="stored") == []
    [alarm] = the_event(moved).subcomponents
    assert alarm.to_ical() == ALARM
    assert len(the_event(write(before=read_stored(moved))).subcomponents) == 1


def test_the_owners_answer_is_kept_while_the_time_is_the_same() -> None:
    found = edited(write(), b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED")

    def answer(**changes: Any) -> str:
        return str(the_event(write(before=found, **changes))["ATTENDEE"].params["PARTSTAT"])

    assert answer(location="Room 5") == "ACCEPTED"
    assert answer(start=datetime(2026, 11, 10, 9)) == "NEEDS-ACTION"
    assert answer(end=datetime(2026, 11, 10, 12)) == "NEEDS-ACTION"


def test_an_answer_that_is_none_is_not_kept() -> None:
    found = edited(write(), b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=X-PERHAPS")
    assert b"PERHAPS" not in write(before=found)


def test_an_answer_does_not_bring_the_attendee_back() -> None:
    found = edited(write(), b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED")
    assert b"ATTENDEE" not in write(before=found, attendee=None)


@pytest.mark.parametrize(
    ("there", "ours", "written"), [(b"7", 2, 7), (b"2", 5, 5), (b"-1", 2, 2), (b"x", 2, 2)]
)
def test_the_sequence_never_falls(there: bytes, ours: int, written: int) -> None:
    found = edited(write(), b"SEQUENCE:2", b"SEQUENCE:" + there)
    assert the_event(write(before=found, sequence=ours))["SEQUENCE"] == written
