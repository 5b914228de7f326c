"""Reading untrusted calendar files: any bytes give components or one kind of error."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import calendar_files as files
import pytest
from calendar_files import event, ics
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.content_lines import unfolded
from calendars.reading import CalendarFileError, Limits, line_of, read
from calendars.zone_names import iana_name

MEETING = event("SUMMARY:Grün", "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z")


def summary(data: bytes) -> str:
    (component,) = read(data).calendars[0].subcomponents
    return str(component["SUMMARY"])


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_unicode_encodings_and_line_ends(coding: str, end: str) -> None:
    text = ics(MEETING).decode().replace("\r\n", end)
    file = read(text.encode(coding))
    assert summary(text.encode(coding)) == "Grün"
    assert file.notices == ()


@pytest.mark.parametrize("coding", ["latin-1", "cp1252"])
def test_western_european_is_read_and_told(coding: str) -> None:
    data = ics(MEETING).decode().encode(coding)
    assert summary(data) == "Grün"
    (notice,) = read(data).notices
    assert notice.line == 7
    assert "not UTF-8" in notice.text


def test_bytes_outside_of_windows_1252_are_latin_1() -> None:
    assert summary(ics(event("SUMMARY:?", "DTSTART:20261201T090000Z")).replace(b"?", b"\xfc\x81")) == "ü\x81"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty: give an iCalendar file"),
        (b" \r\n", "the file is empty"),
        (b"<!DOCTYPE html><html>", "this is a web page"),
        (b"PK\x03\x04rest", "the file is packed: unpack it"),
        (b"%PDF-1.7", "the file is a PDF"),
        (b"\xd0\xcf\x11\xe0", "Outlook file"),
        (b"BEGIN:VCARD\nFN:Quillfeather\nEND:VCARD", "line 1: the file holds contacts"),
        (b"BEGIN:VEVENT\nEND:VEVENT", "line 1: the file holds no calendar"),
        (b"Quillfeather", "line 1: there is text outside the calendar"),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Quillfeather",
            "line 2: a BEGIN has no END: the file was cut off",
        ),
        (b"BEGIN:VCALENDAR\nEND:VEVENT", "line 2: an END does not match"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR", "line 3: an END does not match"),
        (b"BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR", "line 2: this is vCalendar 1.0"),
        (b"BEGIN:VCALENDAR\nCALSCALE:HEBREW\nEND:VCALENDAR", "line 2: the calendar is not Gregorian"),
        (b"BEGIN:VCALENDAR\n\0\nEND:VCALENDAR", "line 2: there is a zero byte"),
        (b"\xff\xfeB", "broken UTF-16"),
        (b"BEGIN:VCALENDAR\nMETHOD;=:X\nEND:VCALENDAR", "line 1: what stands here can't be read"),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nDTSTART:20261201T090000Z\nFREEBUSY:Quillfeather\nEND:VFREEBUSY\nEND:VCALENDAR",
            "line 4: what stands here can't be read",
        ),
    ],
)
def test_faults_are_told_by_line_without_repeating_the_file(data: bytes, said: str) -> None:
    with pytest.raises(CalendarFileError) as raised:
        read(data)
    assert str(raised.value).startswith(said) or said in str(raised.value)
    assert "Quillfeather" not in str(raised.value)
    assert raised.value.__context__ is None or "Quillfeather" not in str(raised.value.__context__)


def test_limits() -> None:
    data = ics(MEETING, MEETING)
    nested = ics("BEGIN:X-A\n" * 9 + "END:X-A\n" * 9)
    for bad, limits, said in (
        (data, Limits(octets=len(data) - 1), "larger than"),
        (data, Limits(components=2), "more than the 2 components"),
        (nested, Limits(), "nested more than 8 deep"),
        (ics(event("DESCRIPTION:" + "x" * 200)), Limits(line=100), "line is longer than the 100"),
    ):
        with pytest.raises(CalendarFileError, match=said):
            read(bad, limits=limits)
    assert read(data, limits=Limits(octets=len(data), components=3, nesting=2)).calendars


def test_a_long_line_that_is_not_wanted_does_no_harm() -> None:
    data = ics(event("ATTACH:" + "x" * 200, "DTSTART:20261201T090000Z"))
    (calendar,) = read(data, limits=Limits(line=100), properties=["DTSTART"]).calendars
    assert "ATTACH" not in calendar.subcomponents[0]


def test_only_what_is_wanted_is_kept() -> None:
    file = read(files.OUTLOOK, components=["VEVENT"], properties=["UID", "DTSTART"])
    for part in file.calendars[0].walk():
        assert set(part) <= {"UID", "DTSTART", "VERSION", "CALSCALE", "X-CONVENE-LINE"}
        assert part.name in {"VCALENDAR", "VEVENT"}
    assert not any(secret.encode() in file.calendars[0].to_ical() for secret in files.SECRETS)


def test_lines_are_told_and_cannot_be_forged() -> None:
    data = ics(event("X-CONVENE-LINE:77", "DTSTART:20261201T090000Z"), MEETING)
    assert [line_of(part) for part in read(data).calendars[0].subcomponents] == [4, 10]


def test_stray_lines_are_left_out_and_told() -> None:
    data = ics(event("DESCRIPTION:first", "second without colon", "DTSTART:20261201T090000Z"))
    file = read(data)
    assert [str(one) for one in file.notices] == [
        "line 8: 1 line was no content line and left out, this first"
    ]
    assert file.calendars[0].subcomponents[0]["DTSTART"].dt == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_several_calendars() -> None:
    assert len(read(files.GOOGLE + files.APPLE).calendars) == 2


def test_folds_with_empty_lines_and_tabs_between() -> None:
    assert list(unfolded("A:1\r\n\r\n 2\n\t3\rB:4\n")) == [(1, "A:123"), (5, "B:4")]


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("Europe/London", "Europe/London"),
        ("europe/london", "Europe/London"),
        ("GMT Standard Time", "Europe/London"),
        ("Greenwich Standard Time", "Atlantic/Reykjavik"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/London", "Europe/London"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("(UTC+00:00) Dublin\\, Edinburgh\\, Lisbon\\, London", "Europe/London"),
        ("(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("Customized Time Zone", None),
        ("Europe", None),
        ("../Europe/London", None),
        ("x" * 300, None),
        ("", None),
    ],
)
def test_zone_names(tzid: str, name: str | None) -> None:
    assert iana_name(tzid) == name


def test_a_zone_may_be_named_without_quotes_and_defined_after_its_use() -> None:
    late = ics(
        event("DTSTART;TZID=(UTC+03:00) Made Up, Elsewhere:20261201T120000"),
        files.CUSTOM_ZONE.decode()
        .split("EN\r\n")[1]
        .split("BEGIN:VEVENT")[0]
        .replace("Customized Time Zone", "(UTC+03:00) Made Up, Elsewhere"),
    )
    start = read(late).calendars[0].subcomponents[0]["DTSTART"].dt
    assert start.astimezone(UTC) == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_a_zone_whose_rule_would_be_endless_work_is_refused() -> None:
    for rule in ("FREQ=SECONDLY", "FREQ=YEARLY;INTERVAL=0", "FREQ=YEARLY;BYHOUR=1,2", "FREQ=DAILY"):
        data = files.CUSTOM_ZONE.replace(b"TZOFFSETFROM", b"RRULE:" + rule.encode() + b"\r\nTZOFFSETFROM")
        with pytest.raises(CalendarFileError, match="line 8: the rule of a time zone is not a yearly one"):
            read(data)


def test_files_read_at_once_keep_their_own_zones() -> None:
    """Two files that call different zones by one name, read by several threads."""
    hours: set[tuple[int, int]] = set()

    def reads(offset: int) -> None:
        data = files.CUSTOM_ZONE.replace(b"+0300", f"+0{offset}00".encode())
        for _ in range(20):
            (part,) = read(data).calendars[0].subcomponents
            hours.add((offset, 12 - part["DTSTART"].dt.astimezone(UTC).hour))

    threads = [threading.Thread(target=reads, args=(offset,)) for offset in (1, 3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hours == {(1, 1), (3, 3), (5, 5)}


ALPHABET = 'BEGIN:END:VCALENDARVEVENTVTIMEZONE\r\n ;=,"\\0123456789TZÿ\u2028'


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.text(ALPHABET, max_size=200).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    wrapped = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + data + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    for given_data in (data, wrapped):
        try:
            assert read(given_data).calendars
        except CalendarFileError as error:
            assert error.line is None or error.line >= 1  # noqa: PT017 - either is right
