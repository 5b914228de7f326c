"""Busy times out of calendars in the shapes of real programs."""

from __future__ import annotations

import pickle
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import calendar_files as files
import pytest
from calendar_files import END, START, event, ics
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.busy import BusyTimes, busy_times
from calendars.content_lines import CalendarFileError
from calendars.recurrence_rules import Budget
from calendars.stretches import joined

LONDON = ZoneInfo("Europe/London")


def read(data: bytes, **more: object) -> BusyTimes:
    return busy_times(data, zone="Europe/London", start=START, end=END, **more)  # type: ignore[arg-type]


def spans(data: bytes, **more: object) -> list[str]:
    """Stretches as short text, such as "10-05 09:00-10:00 busy"."""
    return [
        f"{one.start:%m-%d %H:%M}-{one.end:{'%H:%M' if one.end.date() == one.start.date() else '%m-%d %H:%M'}} {one.kind}"
        for one in read(data, **more).stretches
    ]


def one(*lines: str) -> list[str]:
    return spans(ics(event(*lines)))


def test_outlook() -> None:
    # The rule goes on to 30 November by the clock on the wall, over the change of 25 October.
    assert spans(files.OUTLOOK) == [
        "10-05 09:30-10:30 busy",
        "10-07 14:00-15:00 tentative",
        "10-12 09:30-10:30 busy",
        "10-26 09:30-10:30 busy",
        "11-02 09:30-10:30 busy",
        "11-09 09:30-10:30 busy",
        "11-16 09:30-10:30 busy",
        "11-23 09:30-10:30 busy",
        "11-30 09:30-10:30 busy",
        "12-21 00:00-01-04 00:00 unavailable",
    ]
    assert read(files.OUTLOOK).elsewhere == 1
    assert read(files.OUTLOOK).notices == ()


def test_google() -> None:
    assert spans(files.GOOGLE) == [
        "10-13 09:00-10:00 busy",
        "10-21 15:00-16:30 busy",
        "11-03 09:00-10:00 busy",
        "04-01 09:00-10:00 busy",
    ]


def test_apple() -> None:
    assert spans(files.APPLE) == [
        "11-04 10:00-11:30 busy",
        "11-10 12:00-12:45 busy",
        "12-02 10:00-11:30 busy",
        "12-25 00:00-12-27 00:00 busy",
        "01-06 10:00-11:30 busy",
        "02-03 10:00-11:30 busy",
    ]


def test_free_busy_only_of_busy_types() -> None:
    assert spans(files.FREEBUSY) == [
        "10-05 09:00-10:00 busy",
        "10-05 13:00-13:30 busy",
        "10-06 09:00-10:00 tentative",
        "10-08 09:00-10:00 busy",
        "10-09 09:00-10:00 busy",
        "11-02 00:00-11-03 00:00 unavailable",
    ]
    found = read(files.FREEBUSY)
    assert (found.first, found.last) == (date(2026, 10, 1), date(2026, 12, 30))


def test_thunderbird() -> None:
    assert spans(files.THUNDERBIRD) == ["10-20 14:00-16:00 tentative", "11-03 14:00-14:30 tentative"]


def test_availability_leaves_what_it_does_not_offer() -> None:
    assert spans(files.AVAILABILITY) == [
        "10-19 00:00-09:00 unavailable",
        "10-19 17:00-10-20 09:00 unavailable",
        "10-20 17:00-10-26 09:00 unavailable",
        "10-26 17:00-10-27 00:00 unavailable",
        "10-27 00:00-10-28 00:00 tentative",
        "10-28 00:00-11-02 00:00 unavailable",
    ]


def test_availabilities_of_one_priority_must_agree() -> None:
    def week(uid: str, first: str, last: str) -> str:
        return "\n".join(
            [
                "BEGIN:VAVAILABILITY",
                f"UID:{uid}",
                "DTSTART:20261102T000000Z",
                "DTEND:20261103T000000Z",
                "BEGIN:AVAILABLE",
                f"UID:{uid}-hours",
                f"DTSTART:20261102T{first}Z",
                f"DTEND:20261102T{last}Z",
                "END:AVAILABLE",
                "END:VAVAILABILITY",
            ]
        )

    both = ics(week("a", "090000", "130000"), week("b", "110000", "170000"))
    free = read(both).taken()
    assert free == [
        (datetime(2026, 11, 2), datetime(2026, 11, 2, 11)),
        (datetime(2026, 11, 2, 13), datetime(2026, 11, 3)),
    ]


def test_a_zone_of_the_file_counts_for_that_file_alone() -> None:
    assert spans(files.CUSTOM_ZONE) == ["12-01 09:00-10:00 busy"]
    other = files.CUSTOM_ZONE.replace(b"+0300", b"+0500")
    assert spans(other) == ["12-01 07:00-08:00 busy"]
    assert spans(files.CUSTOM_ZONE) == ["12-01 09:00-10:00 busy"]


def test_a_file_cannot_redefine_a_zone_that_is_known() -> None:
    lie = files.GMT_STANDARD.replace("+0100", "+0900").replace("+0000", "+0900")
    booked = event(
        "DTSTART;TZID=GMT Standard Time:20261201T120000", "DTEND;TZID=GMT Standard Time:20261201T130000"
    )
    assert spans(ics(lie, booked)) == ["12-01 12:00-13:00 busy"]


def test_a_zone_that_nobody_knows_is_local_time_and_told() -> None:
    found = read(ics(event("DTSTART;TZID=Nowhere:20261201T120000", "DTEND;TZID=Nowhere:20261201T130000")))
    assert [(one.start.hour, one.end.hour) for one in found.stretches] == [(12, 13)]
    assert [str(one) for one in found.notices] == [
        "line 7: the time zone is not known and not defined in the file; read as local time"
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20261005T090000Z", "DTEND:20261005T100000Z", "STATUS:CANCELLED"),
        ("DTSTART:20261005T090000Z", "DTEND:20261005T100000Z", "TRANSP:TRANSPARENT"),
        ("DTSTART:20261005T090000Z", "DTEND:20261005T100000Z", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"),
        ("DTSTART:20261005T090000Z",),
        ("DTSTART:20261005T090000Z", "DURATION:PT0S"),
        ("DTSTART:20260930T090000Z", "DTEND:20260930T100000Z"),
        ("DTSTART:20270501T090000Z", "DTEND:20270501T100000Z"),
    ],
)
def test_takes_no_time(lines: tuple[str, ...]) -> None:
    found = read(ics(event(*lines)))
    assert (found.stretches, found.notices) == ((), ())


def test_all_day_is_local_midnight_to_midnight_on_both_changes() -> None:
    assert one("DTSTART;VALUE=DATE:20261025") == ["10-25 00:00-10-26 00:00 busy"]
    assert one("DTSTART;VALUE=DATE:20270328", "DTEND;VALUE=DATE:20270329") == ["03-28 00:00-03-29 00:00 busy"]
    # The end written as the day itself, as some programs do.
    assert one("DTSTART;VALUE=DATE:20261110", "DTEND;VALUE=DATE:20261110") == ["11-10 00:00-11-11 00:00 busy"]


def test_the_hour_that_comes_twice_is_not_lost() -> None:
    # From 01:30 summer time to 01:30 winter time: an hour of real time, and none by the clock on the wall.
    assert one("DTSTART:20261025T003000Z", "DTEND:20261025T013000Z") == ["10-25 01:00-02:00 busy"]
    assert one("DTSTART:20261025T001500Z", "DTEND:20261025T003000Z") == ["10-25 01:15-01:30 busy"]


def test_the_hour_that_is_skipped() -> None:
    assert one("DTSTART:20270328T003000Z", "DTEND:20270328T013000Z") == ["03-28 00:30-02:30 busy"]
    # RFC 5545 section 3.3.5: a local time that does not exist is read with the offset before the gap.
    assert one("DTSTART;TZID=Europe/London:20270328T013000", "DTEND;TZID=Europe/London:20270328T023000") == []
    assert one("DTSTART;TZID=Europe/London:20270328T013000", "DURATION:PT30M") == ["03-28 02:30-03:00 busy"]


def test_a_length_in_hours_is_real_time_and_one_in_days_is_by_the_clock() -> None:
    assert one("DTSTART;TZID=Europe/London:20261024T200000", "DURATION:PT12H") == [
        "10-24 20:00-10-25 07:00 busy"
    ]
    assert one("DTSTART;TZID=Europe/London:20261024T120000", "DURATION:P1D") == [
        "10-24 12:00-10-25 12:00 busy"
    ]


def test_seconds_round_outwards() -> None:
    assert one("DTSTART:20261201T090030Z", "DTEND:20261201T100001Z") == ["12-01 09:00-10:01 busy"]


RULES = [
    "FREQ=DAILY;COUNT=200",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,WE,SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,SA;WKST=SU",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;BYMONTHDAY=25,28,31",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
    "FREQ=DAILY;UNTIL=20270328T003000Z",
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("zone", ["Europe/London", "GMT Standard Time", "America/New_York", "UTC", None])
@pytest.mark.parametrize("clock", ["013000", "093000", "233000"])
def test_recurrences_as_reckoned_apart(rule: str, zone: str | None, clock: str) -> None:
    """By the clock of the event's zone, whatever clocks change on the way: reckoned in naive time here."""
    place = ZoneInfo({"GMT Standard Time": "Europe/London", None: "Europe/London"}.get(zone, zone or ""))
    given_in = f";TZID={zone}" if zone else ""
    begin = datetime.strptime(f"20261003T{clock}", "%Y%m%dT%H%M%S")
    naive = rule
    if "UNTIL" in rule:
        head, _, until = rule.partition("UNTIL=")
        moment = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(place)
        naive = f"{head}UNTIL={moment:%Y%m%dT%H%M%S}"
    expected = set()
    first = datetime(2026, 10, 1, tzinfo=LONDON)
    last = datetime(2027, 5, 1, tzinfo=LONDON)
    starts = {
        begin,
        *rrulestr(naive, dtstart=begin).between(datetime(2026, 10, 1), datetime(2027, 5, 3), inc=True),
    }
    for local in starts:
        moment = local.replace(tzinfo=place).astimezone(UTC)
        minutes = [moment + timedelta(minutes=k) for k in range(20)]
        expected |= {
            at.astimezone(LONDON).replace(tzinfo=None, fold=0) for at in minutes if first <= at < last
        }
    found = read(ics(event(f"DTSTART{given_in}:20261003T{clock}", "DURATION:PT20M", f"RRULE:{rule}")))
    minutes = set()
    for stretch in found.stretches:
        length = int((stretch.end - stretch.start) / timedelta(minutes=1))
        minutes |= {stretch.start + timedelta(minutes=k) for k in range(length)}
    assert minutes == expected
    assert found.notices == ()


NUMBERS = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(
    lambda few: ",".join(map(str, few))
)
DAYS = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True
).map(",".join)
FILTERS = {
    "HOURLY": {"BYHOUR": NUMBERS, "BYDAY": DAYS},
    "DAILY": {"BYMONTH": NUMBERS, "BYDAY": DAYS, "BYHOUR": NUMBERS},
    "WEEKLY": {"BYDAY": DAYS, "BYMONTH": NUMBERS, "WKST": st.sampled_from(["MO", "SU", "WE"])},
    "MONTHLY": {"BYDAY": DAYS, "BYMONTHDAY": NUMBERS, "BYSETPOS": st.sampled_from(["1", "-1", "2"])},
    "YEARLY": {"BYMONTH": NUMBERS, "BYDAY": DAYS, "BYWEEKNO": NUMBERS, "BYYEARDAY": NUMBERS},
}


@st.composite
def old_rules(draw: st.DrawFn) -> tuple[str, datetime]:
    """A rule without COUNT, and where it begins: up to 27 years before the horizon."""
    frequency = draw(st.sampled_from(sorted(FILTERS)))
    interval = draw(st.sampled_from([1, 1, 2, 3, 5, 7]) if frequency != "HOURLY" else st.integers(20, 50))
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}"]
    chosen = draw(st.sets(st.sampled_from(sorted(FILTERS[frequency])), max_size=2))
    if chosen == {"BYSETPOS"}:
        chosen = {"BYDAY", "BYSETPOS"}
    parts += [f"{name}={draw(FILTERS[frequency][name])}" for name in sorted(chosen)]
    if draw(st.booleans()):
        parts.append(f"UNTIL={draw(st.dates(date(2026, 9, 1), date(2027, 4, 1))):%Y%m%d}T000000Z")
    start = draw(st.datetimes(datetime(2000, 1, 1), datetime(2027, 1, 1)))
    return ";".join(parts), start.replace(second=0, microsecond=0)


@settings(max_examples=150, deadline=None)
@given(old_rules(), st.integers(0, 50))
def test_a_rule_that_began_long_ago_goes_on_as_reckoned_from_its_beginning(
    given_rule: tuple[str, datetime], hours: int
) -> None:
    """Brought forward to the horizon here, and followed from where it begins there."""
    rule, begin = given_rule
    duration = timedelta(hours=hours, minutes=10)
    first, last = datetime(2026, 10, 1), datetime(2027, 5, 1)
    naive = rule.replace("000000Z", "000000")
    starts = {begin}
    with suppress(ValueError):  # a rule that can't be met by its own numbers
        starts |= set(
            rrulestr(naive, dtstart=begin).between(first - duration - timedelta(days=1), last, inc=True)
        )
    stretches = [(max(start, first), min(start + duration, last)) for start in starts]
    expected = joined([(start, end) for start, end in stretches if start < end])
    seconds = int(duration.total_seconds())
    found = busy_times(
        ics(event(f"DTSTART:{begin:%Y%m%dT%H%M%S}Z", f"DURATION:PT{seconds}S", f"RRULE:{rule}")),
        zone="UTC",
        start=START,
        end=END,
    )
    told = [one.text for one in found.notices]
    if (
        not told
        and "UNTIL=" in rule
        and datetime.strptime(rule.partition("UNTIL=")[2], "%Y%m%dT000000Z") < begin
    ):
        expected = []  # ended before it began: how Google takes a whole series out
    assert told in ([], ["the rule of its repeats is never met; only the first time is read"])
    assert found.taken() == expected


def test_rules_as_some_programs_write_them() -> None:
    """Spaces in a list, a semicolon at the end, no rule at all."""
    start = ("DTSTART:20261201T090000Z", "DURATION:PT1H")
    assert len(one(*start, "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU, TH,\n  FR;")) == 4
    assert len(one(*start, "RRULE:")) == 1
    assert read(ics(event(*start, "RRULE:"))).notices == ()
    unknown = read(ics(event(*start, "RRULE:FREQ=WEEKLY;UNTL=20270101;BYDAY=TU")))
    assert [one.text for one in unknown.notices] == [
        "the rule of its repeats can't be read; only the first time is read"
    ]


def test_this_and_all_that_follow() -> None:
    series = event("DTSTART;TZID=Europe/London:20261005T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
    later = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20261019T090000",
        "DTSTART;TZID=Europe/London:20261019T140000",
        "DURATION:PT2H",
    )
    expected = [
        "10-05 09:00-10:00 busy",
        "10-12 09:00-10:00 busy",
        "10-19 14:00-16:00 busy",
        "10-26 14:00-16:00 busy",
    ]
    assert spans(ics(series, later)) == expected
    # In UTC with X-WR-TIMEZONE the library makes new values; what it means must not be lost.
    utc = ics(series, later).replace(b";TZID=Europe/London", b"")
    assert spans(
        ics(header="X-WR-TIMEZONE:Europe/London").replace(b"END:VCALENDAR", b"") + utc.partition(b"EN\r\n")[2]
    ) == (expected)


def test_a_time_that_the_zone_of_its_calendar_has_not_is_told() -> None:
    data = ics(
        event("DTSTART:99991231T235959Z"),
        event("DTSTART:20261201T090000Z", "DURATION:PT1H", uid="well"),
        header="X-WR-TIMEZONE:Asia/Tokyo",
    )
    found = read(data)
    assert len(found.stretches) == 1
    assert ["X-WR-TIMEZONE" in one.text for one in found.notices] == [True]


def test_moved_into_the_horizon_from_far_away() -> None:
    series = event("DTSTART:20270601T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3")
    moved = event("RECURRENCE-ID:20270608T090000Z", "DTSTART:20270301T090000Z", "DURATION:PT1H")
    assert spans(ics(series, moved)) == ["03-01 09:00-10:00 busy"]


def test_equal_uids_that_are_not_one_event_both_count() -> None:
    two = ics(
        event("DTSTART:20261201T090000Z", "DURATION:PT1H", uid="1"),
        event("DTSTART:20261202T090000Z", "DURATION:PT1H", uid="1"),
    )
    assert spans(two) == ["12-01 09:00-10:00 busy", "12-02 09:00-10:00 busy"]


def test_several_calendars_in_one_file() -> None:
    assert spans(files.CUSTOM_ZONE + files.THUNDERBIRD) == [
        "10-20 14:00-16:00 tentative",
        "11-03 14:00-14:30 tentative",
        "12-01 09:00-10:00 busy",
    ]


OURS = event("DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", uid="ours")
THEIRS = event("DTSTART:20261201T093000Z", "DTEND:20261201T103000Z", uid="theirs")
MINE = [(datetime(2026, 12, 1, 9), datetime(2026, 12, 1, 10))]


def test_our_own_meeting_does_not_block_itself() -> None:
    found = read(ics(OURS, THEIRS), is_ours=lambda uid: uid == "ours")
    assert [(one.start.hour, one.start.minute) for one in found.stretches] == [(9, 30)]
    assert found.ours == 1


def test_our_own_meeting_under_a_changed_uid_is_known_by_its_time() -> None:
    changed = OURS.replace("UID:ours", "UID:other")
    found = read(ics(changed, THEIRS), own=MINE)
    assert [(one.start.hour, one.start.minute) for one in found.stretches] == [(9, 30)]
    # One event for one meeting: another at the same time is somebody else's.
    double = read(ics(changed, changed.replace("UID:other", "UID:another")), own=MINE)
    assert [(one.start.hour, one.end.hour) for one in double.stretches] == [(9, 10)]
    known = read(ics(OURS, changed), own=MINE, is_ours=lambda uid: uid == "ours")
    assert [(one.start.hour, one.end.hour) for one in known.stretches] == [(9, 10)]


def test_our_own_meeting_is_taken_out_of_free_busy() -> None:
    merged = "BEGIN:VFREEBUSY\nFREEBUSY:20261201T080000Z/20261201T113000Z\nEND:VFREEBUSY"
    assert spans(ics(merged), own=MINE) == ["12-01 08:00-09:00 busy", "12-01 10:00-11:30 busy"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("SUMMARY:Quillfeather",), "line 4: this event is not counted, as there is no DTSTART"),
        (("DTSTART:Quillfeather",), "line 4: this event is not counted, as DTSTART is no date or time"),
        (
            ("DTSTART:20261201T090000Z", "DTEND:20261201T080000Z"),
            "line 4: this event is not counted, as it ends before it starts",
        ),
        (
            ("DTSTART:20261201T090000Z", "DURATION:-PT1H"),
            "line 4: this event is not counted, as DURATION is below zero",
        ),
        (
            ("DTSTART:20261201T090000Z", "DTSTART:20261202T090000Z"),
            "line 4: this event is not counted, as DTSTART is no date or time",
        ),
        (
            ("DTSTART:20261201T090000Z", "DURATION:PT1H", "RRULE:Quillfeather"),
            "line 4: the rule of its repeats can't be read; only the first time is read",
        ),
        (
            ("DTSTART:20261201T090000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
            "line 4: the rule of its repeats is never met; only the first time is read",
        ),
        (
            ("DTSTART:20261201T090000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
            "line 4: the rule of its repeats is one that no calendar program makes; only the first time is read",
        ),
        (
            ("DTSTART:20261201T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=0"),
            "line 4: the rule of its repeats has a number that means nothing; only the first time is read",
        ),
        (
            ("DTSTART:20261201T090000Z", "DURATION:PT1H", "EXDATE:Quillfeather"),
            "line 4: EXDATE is no list of dates; the event is read without it",
        ),
    ],
)
def test_what_is_wrong_with_one_event_is_told_and_the_others_stand(lines: tuple[str, ...], told: str) -> None:
    found = read(ics(event(*lines), event("DTSTART:20261203T090000Z", "DURATION:PT1H", uid="well")))
    assert [str(one) for one in found.notices] == [told]
    assert found.stretches[-1].start == datetime(2026, 12, 3, 9)


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20261201T090000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"),
        ("DTSTART:19700101T090000Z", "DURATION:PT1S", "RRULE:FREQ=MINUTELY"),
        (
            "DTSTART:20261201T090000Z",
            "RRULE:FREQ=YEARLY;BYDAY=MO,TU;BYHOUR="
            + ",".join(map(str, range(24)))
            + ";BYMINUTE="
            + ",".join(map(str, range(60))),
        ),
    ],
)
def test_endless_repeats_are_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(CalendarFileError, match="repeats more than 100,000 times") as raised:
        read(ics(event(*lines)))
    assert raised.value.line == 4


def test_an_occurrence_moved_from_the_end_of_time_is_refused() -> None:
    series = event("DTSTART:20261201T090000Z", "DURATION:PT1M", "RRULE:FREQ=HOURLY")
    moved = event("RECURRENCE-ID:99990101T090000Z", "DTSTART:20261202T093000Z", "DURATION:PT1M")
    with pytest.raises(CalendarFileError, match="repeats more than"):
        read(ics(series, moved))


def test_work_is_bounded_over_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    never = ("DTSTART:20261201T090000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    data = ics(*(event(*never, uid=str(k)) for k in range(8)))
    assert len(read(data).notices) == 8
    monkeypatch.setattr("calendars.busy.Budget", lambda: Budget(left=1_000_000))
    with pytest.raises(CalendarFileError, match="too often to be counted"):
        read(data)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("PRIORITY:x", "DTSTART:Quillfeather"), "what stands here can't be read"),
        (
            ("DTSTART:20261102T000000Z", "DTSTART:20261103T000000Z"),
            "line 4: this availability is not counted, as DTSTART is no date or time",
        ),
        (
            ("DTEND:20261103T000000Z", "BEGIN:AVAILABLE", "UID:x", "END:AVAILABLE"),
            "line 6: these available times are not counted, as there is no DTSTART",
        ),
        (
            ("BEGIN:AVAILABLE", "DTSTART:99991231T000000Z", "DURATION:P9D", "END:AVAILABLE"),
            "line 5: these available times can't be read and are not counted",
        ),
    ],
)
def test_availability_that_can_not_be_read_is_told(lines: tuple[str, ...], told: str) -> None:
    data = ics("\n".join(["BEGIN:VAVAILABILITY", *lines, "END:VAVAILABILITY"]))
    try:
        texts = [str(one) for one in read(data).notices]
    except CalendarFileError as error:
        texts = [str(error)]
    assert told in texts[0]


def test_hours_that_are_never_available_leave_nobody_there() -> None:
    data = ics("BEGIN:VAVAILABILITY\nBEGIN:AVAILABLE\nUID:x\nEND:AVAILABLE\nEND:VAVAILABILITY")
    assert read(data).taken() == [(datetime(2026, 10, 1), datetime(2027, 5, 1))]


def test_free_busy_without_a_zone_is_local_time_and_told() -> None:
    periods = "FREEBUSY:20261005T080000/PT1H,20261005T100000Z/PT1H"
    found = read(ics(f"BEGIN:VFREEBUSY\n{periods}\nEND:VFREEBUSY"))
    assert [str(one) for one in found.notices] == [
        "line 4: 1 stretch of this free/busy time without a zone, which there should be; read as local time"
    ]
    assert [one.start.hour for one in found.stretches] == [8, 11]


@pytest.mark.parametrize(
    "period",
    [
        ":Quillfeather",
        ";VALUE=DATE:20261005",
        ":20261005T090000Z/20261005T080000Z",
        ":00010101T000000/00010101T010000",
    ],
)
def test_free_busy_that_can_not_be_read_is_refused_as_nobody_would_be_busy_then(period: str) -> None:
    data = ics(f"BEGIN:VFREEBUSY\nFREEBUSY{period}\nEND:VFREEBUSY")
    with pytest.raises(CalendarFileError) as raised:
        busy_times(data, zone="Asia/Tokyo", start=START, end=END)
    assert raised.value.line in (4, 5)


def test_an_older_version_of_an_event_in_the_same_file() -> None:
    versions = [
        event(f"SEQUENCE:{k}", f"DTSTART:2026120{k}T090000Z", "DURATION:PT1H", uid="1") for k in (3, 1, 2)
    ]
    assert spans(ics(*versions)) == ["12-03 09:00-10:00 busy"]
    assert len(read(ics(*versions)).notices) == 2


def test_a_cancellation_makes_nobody_busy() -> None:
    assert spans(ics(event("DTSTART:20261201T090000Z", "DURATION:PT1H"), header="METHOD:CANCEL")) == []


def test_a_rule_that_the_standard_has_given_up_is_told() -> None:
    found = read(
        ics(
            event(
                "DTSTART:20261201T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "EXRULE:FREQ=DAILY"
            )
        )
    )
    assert len(found.stretches) == 2
    assert "EXRULE" in found.notices[0].text


@pytest.mark.parametrize("name", files.FILES)
def test_nothing_of_subjects_places_or_people_is_kept(name: str) -> None:
    found = read(files.FILES[name])
    kept = pickle.dumps(found) + repr(found).encode()
    for secret in files.SECRETS:
        assert secret.encode() not in kept


def test_stretches_of_one_kind_do_not_touch_and_are_within_the_horizon() -> None:
    found = read(files.OUTLOOK + files.GOOGLE + files.APPLE + files.FREEBUSY + files.AVAILABILITY)
    for kind in ("busy", "unavailable", "tentative"):
        mine = [one for one in found.stretches if one.kind == kind]
        assert all(one.start < one.end for one in mine)
        assert all(a.end < b.start for a, b in pairwise(mine))
    assert found.taken() != found.taken(tentative=False)


def test_a_zone_or_dates_that_mean_nothing() -> None:
    with pytest.raises(ValueError, match="time zone"):
        busy_times(files.APPLE, zone="Nowhere", start=START, end=END)
    with pytest.raises(ValueError, match="before"):
        busy_times(files.APPLE, zone="Europe/London", start=END, end=START)


TOKENS = [
    b"RRULE:FREQ=DAILY", b"RRULE:FREQ=SECONDLY;COUNT=5", b"RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", b"RDATE:20261101",
    b"EXDATE;VALUE=DATE:20261005", b"DTSTART;VALUE=DATE:00010101", b"DTEND:99991231T235959Z", b"DURATION:P9999999W",
    b"RECURRENCE-ID;VALUE=DATE:20261012", b"RECURRENCE-ID;RANGE=THISANDFUTURE:20261012T083000Z", b"UID:1", b"SEQUENCE:x",
    b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VTIMEZONE", b"TZID:Europe", b"TRANSP:TRANSPARENT", b"BUSYTYPE:X",
    b"FREEBUSY:20261005T080000/PT1H", b"FREEBUSY:PT1H/PT1H", b"X-WR-TIMEZONE:../Europe", b"PRIORITY:x", b"STATUS", b":",
    b"DTSTART;VALUE=TEXT:x", b"FREEBUSY;VALUE=DATE:20261005", b"RECURRENCE-ID;VALUE=TEXT:x", b"EXDATE;VALUE=PERIOD:x/y",
    b"DTSTART:99991231T235959Z", b"X-WR-TIMEZONE:Asia/Tokyo", b"UID;VALUE=DATE:20261005", b"STATUS;VALUE=INTEGER:1",
    b"DTSTART;TZID=Europe:20261101T100000", b"RRULE:FREQ=WEEKLY;UNTIL=99991231", b"DTSTART:20261101T006000",
    b"RDATE;VALUE=PERIOD:20261101T000000Z/PT1H,20261101T000000Z/20201101T000000Z", b"RRULE:FREQ=HOURLY;BYDAY=9MO",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real-shaped file with lines removed, doubled, swapped or replaced, or bytes changed."""
    lines = draw(st.sampled_from(sorted(files.FILES.values()))).split(b"\r\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["drop", "twice", "token", "insert", "byte", "swap", "digits"]))
        if how == "drop":
            del lines[at]
        elif how == "twice":
            lines.insert(at, lines[at])
        elif how == "token":
            lines[at] = draw(st.sampled_from(TOKENS))
        elif how == "insert":
            lines.insert(at, draw(st.sampled_from(TOKENS)))
        elif how == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "digits":
            old, new = (str(draw(st.integers(0, 9))).encode() for _ in range(2))
            lines[at] = lines[at].replace(old, new)
        else:
            place = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:place] + draw(st.binary(max_size=4)) + lines[at][place + 1 :]
        lines = lines or [b""]
    return b"\r\n".join(lines)


@settings(max_examples=250, deadline=None)
@given(mutated())
def test_a_damaged_file_gives_busy_times_or_one_kind_of_error(data: bytes) -> None:
    told: list[str] = []
    try:
        found = read(data, own=MINE)
    except CalendarFileError as error:
        told.append(str(error))
    else:
        told += [str(one) for one in found.notices]
        assert all(one.start.date() >= START and one.end <= datetime(2027, 5, 1) for one in found.stretches)
    assert not any(secret in text for secret in files.SECRETS for text in told)
