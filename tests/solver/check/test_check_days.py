"""Working days and intervals, against dates counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from solver.check.days import Days, bank_holidays, read_interval

ENGLAND = Days("ENG")
CHRISTMAS = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}


def test_bank_holidays_of_the_nations_differ() -> None:
    assert {day for day in bank_holidays("ENG", 2026) if day.month == 12} == {
        date(2026, 12, 25),
        date(2026, 12, 26),
        date(2026, 12, 28),
    }
    assert date(2026, 4, 6) in bank_holidays("ENG", 2026)
    assert date(2026, 4, 6) not in bank_holidays("SCT", 2026)
    assert date(2026, 1, 2) in bank_holidays("SCT", 2026)
    assert date(2026, 7, 13) in bank_holidays("NIR", 2026)


@pytest.mark.parametrize(
    ("start", "interval", "end"),
    [
        (date(2026, 12, 22), "10 working days", date(2027, 1, 8)),  # over Christmas: readings 1
        (date(2026, 12, 24), "1 working day", date(2026, 12, 29)),
        (date(2026, 8, 28), "1 working day", date(2026, 9, 1)),  # Summer bank holiday on the Monday
        (date(2026, 10, 28), "28 days", date(2026, 11, 25)),
        (date(2026, 10, 28), "28 calendar days", date(2026, 11, 25)),
        (date(2026, 10, 28), "6 weeks", date(2026, 12, 9)),
        (date(2026, 11, 30), "3 months", date(2027, 2, 28)),
        (date(2027, 11, 30), "3 Months", date(2028, 2, 29)),
        (date(2028, 2, 29), "1 year", date(2029, 2, 28)),
    ],
)
def test_intervals_after(start: date, interval: str, end: date) -> None:
    assert ENGLAND.count(start, interval) == end


@pytest.mark.parametrize(
    ("start", "interval", "end"),
    [
        (date(2027, 1, 8), "10 working days", date(2026, 12, 22)),
        (date(2027, 3, 31), "1 month", date(2027, 2, 28)),
        (date(2027, 1, 8), "1 week", date(2027, 1, 1)),
    ],
)
def test_intervals_before(start: date, interval: str, end: date) -> None:
    assert ENGLAND.count(start, interval, -1) == end


@pytest.mark.parametrize(
    "text", ["", "ten days", "10", "10 fortnights", "3 working weeks", "-3 days", "1.5 days"]
)
def test_other_words_are_no_interval(text: str) -> None:
    with pytest.raises(ValueError, match=r"interval|unpack"):
        read_interval(text)


def test_working_days_after_one_date_up_to_another() -> None:
    assert ENGLAND.working_days(date(2026, 12, 22), date(2027, 1, 8)) == 10
    assert ENGLAND.working_days(date(2027, 1, 8), date(2027, 1, 8)) == 0
    assert ENGLAND.working_days(date(2027, 1, 9), date(2027, 1, 8)) == 0
    assert (
        ENGLAND.working_days(date(2025, 12, 31), date(2027, 1, 4)) == 254
    )  # 253 of 2026, and Monday 4 January


def test_a_policy_adds_and_removes_working_days_and_closures_are_working_days() -> None:
    saturday, monday, tuesday = date(2027, 1, 9), date(2027, 1, 11), date(2027, 1, 12)
    days = Days("ENG", add=[saturday], remove=[monday], closures=[tuesday])
    assert [days.is_working(day) for day in (saturday, monday, tuesday)] == [True, False, True]
    assert [days.is_open(day) for day in (saturday, monday, tuesday)] == [True, False, False]
    assert days.pull_back(tuesday) == saturday
    assert days.count(date(2027, 1, 8), "2 working days") == tuesday


def test_the_ends_of_time_are_no_error() -> None:
    assert ENGLAND.count(date.max, "10 working days") == date.max
    assert ENGLAND.count(date.max, "3 months") == date.max
    assert ENGLAND.count(date.min, "1 year", -1) == date.min
    assert Days("ENG", closures=[date.min]).pull_back(date.min) == date.min
    assert ENGLAND.working_days(date.min, date(101, 1, 1)) == 26_089
    assert ENGLAND.working_days(date(9999, 12, 30), date.max) == 1
