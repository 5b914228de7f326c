from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calendars.intervals import Interval, Unit, earliest_after, parse_interval
from calendars.workdays import WorkingCalendar

ENGLAND = WorkingCalendar("ENG")
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
INTERVALS = st.builds(Interval, st.integers(1, 120), st.sampled_from(get_args(Unit)))


@pytest.mark.parametrize(
    ("text", "interval", "words"),
    [
        ("10 working days", Interval(10, "working days"), "10 working days"),
        ("1 working day", Interval(1, "working days"), "1 working day"),
        ("28 days", Interval(28, "days"), "28 days"),
        ("21 calendar days", Interval(21, "days"), "21 days"),
        ("1 day", Interval(1, "days"), "1 day"),
        ("6 weeks", Interval(6, "weeks"), "6 weeks"),
        ("1 week", Interval(1, "weeks"), "1 week"),
        ("3 months", Interval(3, "months"), "3 months"),
        ("1 month", Interval(1, "months"), "1 month"),
        ("1 year", Interval(12, "months"), "12 months"),
        ("2 years", Interval(24, "months"), "24 months"),
        ("  5  Working\tDays ", Interval(5, "working days"), "5 working days"),
    ],
)
def test_words(text: str, interval: Interval, words: str) -> None:
    assert parse_interval(text) == interval
    assert str(interval) == words


@pytest.mark.parametrize(
    "text",
    [
        "", "10", "days", "ten days", "10days", "-3 days", "1.5 weeks", "3 working weeks",
        "4 calendar months", "10 working", "6 fortnights", "2 hours", "10 days after", "10 days\nx",
        "monthly", "٣ days", "9999999 days",
    ],
)  # fmt: skip
def test_what_is_not_an_interval_is_told_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match=r'is not an interval: .* such as "10 working days"'):
        parse_interval(text)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("0 days", "from 1 to 3660 days"),
        ("0 working days", "from 1 to 2600 working days"),
        ("521 weeks", "from 1 to 520 weeks"),
        ("11 years", "from 1 to 120 months"),
    ],
)
def test_amounts_out_of_range_are_refused(text: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        parse_interval(text)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="must be one of working days, days, weeks, months"):
        Interval(3, "fortnights")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "text", "after", "before"),
    [
        # Readings 1: day 0 is never counted, and Christmas isn't either.
        (date(2026, 12, 22), "10 working days", date(2027, 1, 8), date(2026, 12, 8)),
        # Readings 4 and 7: every 28 days, every 6 weeks.
        (date(2026, 12, 22), "28 days", date(2027, 1, 19), date(2026, 11, 24)),
        (date(2026, 12, 22), "6 weeks", date(2027, 2, 2), date(2026, 11, 10)),
        # Readings 4: monthly is the same date next month.
        (date(2026, 12, 22), "1 month", date(2027, 1, 22), date(2026, 11, 22)),
        (date(2026, 12, 22), "3 months", date(2027, 3, 22), date(2026, 9, 22)),
        (date(2026, 12, 22), "2 years", date(2028, 12, 22), date(2024, 12, 22)),
        # A shorter month gives its last day.
        (date(2027, 1, 31), "1 month", date(2027, 2, 28), date(2026, 12, 31)),
        (date(2028, 1, 31), "1 month", date(2028, 2, 29), date(2027, 12, 31)),
        (date(2027, 3, 31), "1 month", date(2027, 4, 30), date(2027, 2, 28)),
        (date(2028, 2, 29), "1 year", date(2029, 2, 28), date(2027, 2, 28)),
        (date(2026, 8, 31), "6 months", date(2027, 2, 28), date(2026, 2, 28)),
        # 29 February is a day like another.
        (date(2028, 2, 28), "1 day", date(2028, 2, 29), date(2028, 2, 27)),
        (date(2028, 2, 1), "4 weeks", date(2028, 2, 29), date(2028, 1, 4)),
        (date(2028, 2, 28), "1 working day", date(2028, 2, 29), date(2028, 2, 25)),
    ],
)
def test_counting_from_a_date(start: date, text: str, after: date, before: date) -> None:
    interval = parse_interval(text)
    assert interval.after(start, ENGLAND) == after
    assert interval.before(start, ENGLAND) == before


def test_an_interval_may_end_where_nobody_meets() -> None:
    # Pulling back is the calendar's, so that a limit keeps its lawful date.
    end = parse_interval("28 days").after(date(2026, 11, 27), ENGLAND)
    assert end == date(2026, 12, 25)
    assert ENGLAND.pull_back(end) == date(2026, 12, 24)


def test_twenty_working_days_are_not_twenty_eight_days() -> None:
    start = date(2026, 12, 15)
    assert parse_interval("20 working days").after(start, ENGLAND) == date(2027, 1, 15)
    assert parse_interval("28 days").after(start, ENGLAND) == date(2027, 1, 12)


def test_the_earliest_of_several_limits_binds() -> None:
    # Readings 3: three months / 60 working days.
    both = [parse_interval("3 months"), parse_interval("60 working days")]
    assert earliest_after(both, date(2026, 9, 1), ENGLAND) == date(2026, 11, 24)
    assert earliest_after(both, date(2026, 12, 1), ENGLAND) == date(2027, 2, 26)
    assert earliest_after(both[:1], date(2026, 9, 1), ENGLAND) == date(2026, 12, 1)
    # England's statutory layer: the earlier of 3 months and 91 days, which is now the one and now the other.
    statutory = [parse_interval("3 months"), parse_interval("91 days")]
    assert earliest_after(statutory, date(2026, 10, 5), ENGLAND) == date(2027, 1, 4)
    assert earliest_after(statutory, date(2027, 1, 5), ENGLAND) == date(2027, 4, 5)


def test_no_limit_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="give at least one"):
        earliest_after([], date(2026, 9, 1), ENGLAND)


@given(INTERVALS)
def test_the_words_read_back(interval: Interval) -> None:
    assert parse_interval(str(interval)) == interval


@given(INTERVALS, DAYS)
def test_after_is_later_and_before_is_earlier(interval: Interval, day: date) -> None:
    assert interval.before(day, ENGLAND) < day < interval.after(day, ENGLAND)


@given(INTERVALS, DAYS)
def test_before_undoes_after(interval: Interval, day: date) -> None:
    # Not from a day off, which no working day counts back to, nor from a date that some months lack.
    assume(interval.unit != "working days" or ENGLAND.is_working_day(day))
    assume(interval.unit != "months" or day.day <= 28)
    assert interval.before(interval.after(day, ENGLAND), ENGLAND) == day
    assert interval.after(interval.before(day, ENGLAND), ENGLAND) == day


@given(INTERVALS, DAYS, DAYS)
def test_a_later_start_never_ends_earlier(interval: Interval, a: date, b: date) -> None:
    a, b = min(a, b), max(a, b)
    assert interval.after(a, ENGLAND) <= interval.after(b, ENGLAND)
    assert interval.before(a, ENGLAND) <= interval.before(b, ENGLAND)


@given(st.integers(1, 120), DAYS)
def test_months_keep_the_date_or_end_the_month(months: int, day: date) -> None:
    later = Interval(months, "months").after(day, ENGLAND)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    next_day = Interval(1, "days").after(later, ENGLAND)
    assert later.day == day.day or (later.day < day.day and next_day.day == 1)


@given(st.lists(INTERVALS, min_size=1, max_size=4), DAYS)
def test_the_earliest_is_one_of_them_and_none_is_before(intervals: list[Interval], day: date) -> None:
    ends = [interval.after(day, ENGLAND) for interval in intervals]
    assert earliest_after(intervals, day, ENGLAND) == sorted(ends)[0]
