"""Other people's parsers read our files back: the same meetings, at the same moments, in the same words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
import vobject
from ical.calendar_stream import IcsCalendarStream
from ics_cases import calendar, family, meeting, place, split_meeting, task
from product import FIRST, MAILBOX, MOVED, fed, moment, starts, story
from recording import Seen

from service.output.ics_files import ics_files
from solver.schema.calendar import Meeting
from solver.schema.caseload import Caseload

Read = tuple[str, datetime, datetime, str, str, str]
"""UID, start and end in UTC, summary, location, status."""
LONDON = ZoneInfo("Europe/London")
AROUND_THE_CHANGES = [
    *(f"2026-10-{day}T{time}" for day in (23, 24, 25, 26) for time in ("09:00", "16:45")),
    *(f"2027-03-{day}T{time}" for day in (26, 27, 28, 29) for time in ("09:00", "16:45")),
    "2026-10-25T00:30",
    "2026-10-25T02:15",
    "2027-03-27T23:30",
    "2027-03-28T02:00",
    "2026-12-31T23:30",
]
NAMED = 'Room 4; Kärlsson\'s \\ "quoted", first floor ' + "ä" * 60


def team() -> Caseload:
    usual = family()
    rooms = [one.model_dump() for one in usual.venues] + [{"id": "odd", "name": NAMED, "kind": "community"}]
    return family(venues=rooms)


def meetings() -> list[Meeting]:
    around = [
        meeting(number, start, place("sw-1"), place("mother-1"))
        for number, start in enumerate(AROUND_THE_CHANGES, 1)
    ]
    odd = meeting(
        50, "2026-11-03T10:00", place("sw-1"), place("mother-1", "remote"), venue="odd", provisional=True
    )
    return [
        *around,
        odd,
        split_meeting(51, "2026-11-17T10:00"),
        meeting(52, "2026-11-24T10:00", venue="home"),
    ]


def files() -> dict[str, bytes]:
    tasks = (task("t-1", "sw-1", date(2026, 11, 24)), task("t-2", "hv-1", date(2027, 3, 28)))
    return ics_files(team(), calendar(*meetings(), tasks=tasks))


def by_icalendar(content: bytes) -> list[Read]:
    return [
        (
            str(one.uid),
            one.start.astimezone(UTC),
            one.end.astimezone(UTC),
            *(str(one[name]) for name in TEXTS),
        )
        for one in icalendar.Calendar.from_ical(content).events
    ]


def by_recurring_ical_events(content: bytes) -> list[Read]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(content)).between(
        (2026, 1, 1), (2028, 1, 1)
    )
    return [
        (
            str(one.uid),
            one.start.astimezone(UTC),
            one.end.astimezone(UTC),
            *(str(one[name]) for name in TEXTS),
        )
        for one in found
    ]


def by_vobject(content: bytes) -> list[Read]:
    # It takes the zone from the file's own VTIMEZONE.
    read = vobject.readOne(content.decode())
    return [
        (
            one.uid.value,
            one.dtstart.value.astimezone(UTC),
            one.dtend.value.astimezone(UTC),
            *(getattr(one, name.lower()).value for name in TEXTS),
        )
        for one in read.vevent_list
    ]


def by_ical(content: bytes) -> list[Read]:
    read = IcsCalendarStream.calendar_from_ics(content.decode())
    return [
        (
            one.uid,
            one.start.astimezone(UTC),
            one.end.astimezone(UTC),
            one.summary,
            one.location,
            one.status.value,
        )
        for one in read.events
    ]


TEXTS = ("SUMMARY", "LOCATION", "STATUS")
PACKAGES = {
    by_icalendar: "icalendar",
    by_recurring_ical_events: "recurring-ical-events",
    by_vobject: "vobject",
    by_ical: "ical",
}
PARSERS = [
    pytest.param(read, id=f"{package}-parser", marks=pytest.mark.client(package, only=f"{package}-parser"))
    for read, package in PACKAGES.items()
]
Said = tuple[str, str, int, str, list[str], datetime, datetime]
"""METHOD, UID, SEQUENCE, STATUS, attendees, start and end in UTC."""


def said_to_icalendar(content: bytes) -> Said:
    read = icalendar.Calendar.from_ical(content)
    (one,) = read.events
    return (
        str(read["METHOD"]),
        str(one.uid),
        int(one["SEQUENCE"]),
        str(one["STATUS"]),
        [str(one["ATTENDEE"])],
        one.start.astimezone(UTC),
        one.end.astimezone(UTC),
    )


def said_to_vobject(content: bytes) -> Said:
    read = vobject.readOne(content.decode())
    one = read.vevent
    return (
        read.method.value,
        one.uid.value,
        int(one.sequence.value),
        one.status.value,
        [each.value for each in one.attendee_list],
        one.dtstart.value.astimezone(UTC),
        one.dtend.value.astimezone(UTC),
    )


def said_to_ical(content: bytes) -> Said:
    read = IcsCalendarStream.calendar_from_ics(content.decode())
    (one,) = read.events
    return (
        str(read.method),
        str(one.uid),
        int(one.sequence or 0),
        str(one.status.value if one.status else ""),
        [str(each.uri) for each in one.attendees],
        one.start.astimezone(UTC),
        one.end.astimezone(UTC),
    )


LISTENERS = [
    pytest.param(said_to, id=f"{package}-parser", marks=pytest.mark.client(package, only=f"{package}-parser"))
    for said_to, package in (
        (said_to_icalendar, "icalendar"),
        (said_to_vobject, "vobject"),
        (said_to_ical, "ical"),
    )
]


@pytest.fixture(autouse=True)
def versioned(request: pytest.FixtureRequest, seen: Seen) -> None:
    if (marker := request.node.get_closest_marker("client")) is not None:
        seen(version=version(marker.args[0]))


@pytest.mark.shows("PUBLISH")
@pytest.mark.parametrize("read", PARSERS)
def test_every_meeting_is_read_at_its_moment(read: Callable[[bytes], list[Read]], seen: Seen) -> None:
    expected = sorted(
        (one.start.replace(tzinfo=LONDON).astimezone(UTC), one.end.replace(tzinfo=LONDON).astimezone(UTC))
        for one in meetings()
    )
    found = sorted((start, end) for _, start, end, *_ in read(files()["team.ics"]))
    assert found == expected
    seen("PUBLISH", f"all {len(found)} meetings at their moments, on both sides of both clock changes")


@pytest.mark.shows("feed")
@pytest.mark.parametrize("read", PARSERS)
def test_a_feed_is_read_at_its_moments(read: Callable[[bytes], list[Read]], seen: Seen) -> None:
    assert sorted(start for _, start, *_ in read(fed(2))) == starts(2)
    seen("feed", "all at their moments")


@pytest.mark.shows("REQUEST", "update", "CANCEL")
@pytest.mark.parametrize("said_to", LISTENERS)
def test_a_message_says_what_was_meant(said_to: Callable[[bytes], Said], seen: Seen) -> None:
    told = story()
    hour = timedelta(hours=1)
    for cell, content, method, status, start in (
        ("REQUEST", told.request, "REQUEST", "CONFIRMED", moment(FIRST)),
        ("update", told.update, "REQUEST", "CONFIRMED", moment(MOVED)),
        ("CANCEL", told.cancel, "CANCEL", "CANCELLED", moment(MOVED)),
    ):
        sequence = ("REQUEST", "update", "CANCEL").index(cell)
        to = [f"mailto:{MAILBOX}"]
        assert said_to(content) == (method, told.uid, sequence, status, to, start, start + hour)
        seen(cell, f"read: METHOD, UID, SEQUENCE {sequence}, {status}, one ATTENDEE, time in UTC")


@pytest.mark.shows("spoilt file")
@pytest.mark.parametrize("said_to", LISTENERS)
def test_a_message_cut_short_is_not_read(said_to: Callable[[bytes], Said], seen: Seen) -> None:
    cut = story().request.partition(b"END:VEVENT")[0]
    with pytest.raises((ValueError, vobject.base.ParseError)) as fault:
        said_to(cut)
    seen("spoilt file", f"cut short: {type(fault.value).__name__}")


@pytest.mark.parametrize("read", PARSERS)
def test_a_meetings_length_is_kept_over_both_changes(read: Callable[[bytes], list[Read]]) -> None:
    long = [
        meeting(1, "2026-10-24T23:00", end=datetime(2026, 10, 25, 3)),
        meeting(2, "2027-03-27T23:00", end=datetime(2027, 3, 28, 3)),
    ]
    found = read(ics_files(team(), calendar(*long))["team.ics"])
    assert sorted(end - start for _, start, end, *_ in found) == [timedelta(hours=3), timedelta(hours=5)]


@pytest.mark.parametrize("read", PARSERS[1:])
@pytest.mark.parametrize("name", sorted(name for name in files() if name != "tasks.ics"))
def test_all_parsers_read_the_same(name: str, read: Callable[[bytes], list[Read]]) -> None:
    content = files()[name]
    assert sorted(read(content)) == sorted(by_icalendar(content))


@pytest.mark.parametrize("read", PARSERS)
def test_odd_words_of_a_place_come_back_whole(read: Callable[[bytes], list[Read]]) -> None:
    places = {location for *_, location, _ in read(files()["people/sw-1.ics"])}
    assert places == {"Room 4, 1 Made-up Square", NAMED.replace("\\", "/"), "See secure link"}


def test_tasks_are_read_with_their_dates() -> None:
    content = files()["tasks.ics"]
    due = [date(2026, 11, 24), date(2027, 3, 28)]
    assert [todo["DUE"].dt for todo in icalendar.Calendar.from_ical(content).todos] == due
    assert [todo.due.value for todo in vobject.readOne(content.decode()).vtodo_list] == due
    assert [todo.due for todo in IcsCalendarStream.calendar_from_ics(content.decode()).todos] == due


def test_the_calendar_says_how_it_is_meant() -> None:
    read = IcsCalendarStream.calendar_from_ics(files()["team.ics"].decode())
    assert (read.method, read.prodid, read.version) == ("PUBLISH", "-//Convene//Meetings//EN", "2.0")
    assert {event.classification.value for event in read.events} == {"PRIVATE"}
    assert all(not event.attendees for event in read.events)
