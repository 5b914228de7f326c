from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendars.availability import Availability
from calendars.localtime import (
    NonExistentTimeError,
    elapsed,
    exists,
    from_utc,
    is_ambiguous,
    load_zone,
    to_utc,
)

LONDON = load_zone("Europe/London")
YEARS = range(2024, 2038)
QUARTER = timedelta(minutes=15)
WALL_TIMES = st.datetimes(datetime(2024, 1, 1), datetime(2037, 12, 31)).map(
    lambda t: t.replace(second=0, microsecond=0)
)


def last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@pytest.mark.parametrize("year", YEARS)
def test_the_clocks_go_forward_on_the_last_sunday_of_march_at_one(year: int) -> None:
    day = last_sunday(year, 3)
    midnight = datetime(day.year, day.month, day.day)
    quarters = [midnight + i * QUARTER for i in range(-96, 2 * 96)]
    skipped = [local for local in quarters if not exists(local, LONDON)]
    assert skipped == [midnight + timedelta(hours=1) + i * QUARTER for i in range(4)]
    assert not any(is_ambiguous(local, LONDON) for local in quarters)
    # RRULE of the DAYLIGHT part: 01:00 at +0000 becomes +0100.
    assert to_utc(midnight + timedelta(minutes=45), LONDON).time().isoformat() == "00:45:00"
    assert to_utc(midnight + timedelta(hours=2), LONDON).time().isoformat() == "01:00:00"


@pytest.mark.parametrize("year", YEARS)
def test_the_clocks_go_back_on_the_last_sunday_of_october_at_two(year: int) -> None:
    day = last_sunday(year, 10)
    midnight = datetime(day.year, day.month, day.day)
    quarters = [midnight + i * QUARTER for i in range(-96, 2 * 96)]
    twice = [local for local in quarters if is_ambiguous(local, LONDON)]
    assert twice == [midnight + timedelta(hours=1) + i * QUARTER for i in range(4)]
    assert all(exists(local, LONDON) for local in quarters)
    # RRULE of the STANDARD part: 02:00 at +0100 becomes 01:00 at +0000.
    assert to_utc(midnight + timedelta(minutes=45), LONDON) == midnight.replace(tzinfo=UTC) - QUARTER
    assert to_utc(midnight + timedelta(hours=2), LONDON).time().isoformat() == "02:00:00"


def test_no_other_day_of_the_year_changes_the_clocks() -> None:
    changes = {last_sunday(2027, 3), last_sunday(2027, 10)}
    day = datetime(2027, 1, 1)
    while day.year == 2027:
        if day.date() not in changes:
            hours = [day + timedelta(hours=hour) for hour in range(24)]
            assert all(exists(local, LONDON) and not is_ambiguous(local, LONDON) for local in hours)
        day += timedelta(days=1)


def test_a_skipped_time_is_refused_with_the_time_to_write_instead() -> None:
    with pytest.raises(
        NonExistentTimeError, match="2027-03-28 01:30 does not exist in Europe/London"
    ) as error:
        to_utc(datetime(2027, 3, 28, 1, 30), LONDON)
    assert error.value.local == datetime(2027, 3, 28, 1, 30)
    assert error.value.shifted == datetime(2027, 3, 28, 2, 30)
    assert "write 2027-03-28 02:30 instead" in str(error.value)


def test_an_ambiguous_time_is_the_first_unless_asked_otherwise() -> None:
    local = datetime(2026, 10, 25, 1, 30)
    assert to_utc(local, LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert to_utc(local, LONDON, occurrence="second") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert to_utc(local.replace(fold=1), LONDON) == to_utc(local, LONDON)
    plain = datetime(2026, 10, 26, 1, 30)
    assert to_utc(plain, LONDON, occurrence="second") == to_utc(plain, LONDON)


@pytest.mark.parametrize(("day", "utc_hour"), [(date(2027, 3, 28), 9), (date(2026, 10, 25), 10)])
def test_a_meeting_on_the_day_of_a_change_keeps_its_wall_time(day: date, utc_hour: int) -> None:
    start = datetime(day.year, day.month, day.day, 10)
    end = start + timedelta(minutes=90)
    assert to_utc(start, LONDON).hour == utc_hour
    assert from_utc(to_utc(start, LONDON), LONDON) == start
    assert elapsed(start, end, LONDON) == timedelta(minutes=90)
    # The change lies before it, so the hours that people are available for are the wall's, too.
    person = Availability({"sun": [(10 * 60, 11 * 60 + 30)]})
    assert person.is_free(start, end)
    assert not person.is_free(start - QUARTER, end)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (datetime(2027, 3, 28, 0, 30), datetime(2027, 3, 28, 2, 30), 1),  # one of two hours is skipped
        (datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 2, 30), 3),  # one comes twice
        (datetime(2027, 3, 28), datetime(2027, 3, 29), 23),
        (datetime(2026, 10, 25), datetime(2026, 10, 26), 25),
        (datetime(2027, 6, 1), datetime(2027, 6, 2), 24),
    ],
)
def test_real_time_over_a_change(start: datetime, end: datetime, hours: int) -> None:
    assert elapsed(start, end, LONDON) == timedelta(hours=hours)


def test_a_weekly_meeting_moves_in_utc_and_not_on_the_wall() -> None:
    series = [datetime(2026, 10, 20, 14) + timedelta(weeks=i) for i in range(24)]
    hours = [to_utc(local, LONDON).hour for local in series]
    # In summer time 13:00 UTC; from 27 October 2026 to 23 March 2027, 14:00.
    assert hours == [13] + [14] * 22 + [13]


def test_29_february_is_a_day_like_another() -> None:
    assert to_utc(datetime(2028, 2, 29, 10), LONDON) == datetime(2028, 2, 29, 10, tzinfo=UTC)
    assert elapsed(datetime(2028, 2, 28, 10), datetime(2028, 3, 1, 10), LONDON) == timedelta(days=2)


def test_a_zone_that_changes_by_half_an_hour_or_never() -> None:
    howe = load_zone("Australia/Lord_Howe")
    assert not exists(datetime(2026, 10, 4, 2, 15), howe)
    assert exists(datetime(2026, 10, 4, 2, 30), howe)
    with pytest.raises(NonExistentTimeError, match="write 2026-10-04 02:45 instead"):
        to_utc(datetime(2026, 10, 4, 2, 15), howe)
    utc = load_zone("UTC")
    assert to_utc(datetime(2027, 3, 28, 1, 30), utc) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@given(WALL_TIMES)
def test_there_and_back(local: datetime) -> None:
    if exists(local, LONDON):
        assert from_utc(to_utc(local, LONDON), LONDON) == local
        later = to_utc(local, LONDON, occurrence="second")
        assert from_utc(later, LONDON) == local
        assert (later > to_utc(local, LONDON)) is is_ambiguous(local, LONDON)
    else:
        with pytest.raises(NonExistentTimeError):
            to_utc(local, LONDON)


@given(WALL_TIMES)
@example(datetime(2026, 10, 25, 1, 30))
def test_every_moment_has_a_wall_time(moment: datetime) -> None:
    instant = moment.replace(tzinfo=UTC)
    local = from_utc(instant, LONDON)
    assert (local.tzinfo, local.fold) == (None, 0)
    assert instant in {to_utc(local, LONDON), to_utc(local, LONDON, occurrence="second")}


@given(WALL_TIMES, st.integers(0, 600), st.integers(0, 600))
def test_real_time_adds_up(start: datetime, first: int, second: int) -> None:
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    if all(exists(local, LONDON) for local in (start, middle, end)):
        parts = elapsed(start, middle, LONDON) + elapsed(middle, end, LONDON)
        assert parts == elapsed(start, end, LONDON)


def test_offsets_where_there_should_be_none_and_the_reverse() -> None:
    with pytest.raises(ValueError, match="carries an offset: give local wall time"):
        to_utc(datetime(2026, 10, 5, 10, tzinfo=UTC), LONDON)
    with pytest.raises(ValueError, match="carries no offset: give a moment in UTC"):
        from_utc(datetime(2026, 10, 5, 10), LONDON)


@pytest.mark.parametrize("name", ["Europe/Londn", "", "../etc", "Europe", "GMT Standard Time"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="use an IANA name such as Europe/London"):
        load_zone(name)


def test_a_zone_is_loaded() -> None:
    assert load_zone("Europe/London") == ZoneInfo("Europe/London")
