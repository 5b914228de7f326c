from __future__ import annotations

import pickle
from datetime import date, timedelta

import numpy as np
import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from hypothesis import given
from hypothesis import strategies as st

from calendars.workdays import NATIONS, WorkingCalendar, bank_holidays, weekday_of

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
NATION = st.sampled_from(NATIONS)
CLOSURES = st.sets(st.dates(date(2026, 12, 1), date(2027, 1, 31)), max_size=20)

DIVISIONS = {
    "ENG": BankHolidays.ENGLAND_AND_WALES,
    "WLS": BankHolidays.ENGLAND_AND_WALES,
    "SCT": BankHolidays.SCOTLAND,
    "NIR": BankHolidays.NORTHERN_IRELAND,
}
MISSING_FROM_GOVUK = {"SCT": {date(2026, 6, 15)}}
"""Scotland's one-off holiday for the World Cup, which govuk-bank-holidays 0.19 lacks."""


def every_day(start: date, end: date) -> list[date]:
    return [start + timedelta(days=i) for i in range((end - start).days + 1)]


@pytest.mark.parametrize("nation", NATIONS)
def test_weekdays_off_agree_with_the_government_list(nation: str) -> None:
    # The package ships the government's list from 2012 to 2028 and has nothing to say of later years.
    listed = {
        holiday["date"] for holiday in BankHolidays(use_cached_holidays=True).get_holidays(DIVISIONS[nation])
    }
    last_year = max(listed).year
    assert last_year >= 2028
    listed |= MISSING_FROM_GOVUK.get(nation, set())
    cal = WorkingCalendar(nation)
    for day in every_day(date(2020, 1, 1), date(last_year, 12, 31)):
        assert cal.is_working_day(day) == (day.weekday() < 5 and day not in listed), day


@pytest.mark.parametrize(
    ("day", "working_in"),
    [
        (date(2026, 4, 6), {"SCT"}),  # Easter Monday
        (date(2026, 1, 2), {"ENG", "WLS", "NIR"}),  # 2 January
        (date(2026, 3, 17), {"ENG", "WLS", "SCT"}),  # St Patrick
        (date(2026, 7, 13), {"ENG", "WLS", "SCT"}),  # the Boyne, observed: the 12th is a Sunday
        (date(2026, 8, 3), {"ENG", "WLS", "NIR"}),  # Scotland's summer holiday
        (date(2026, 8, 31), {"SCT"}),  # and everybody else's
        (date(2026, 11, 30), {"ENG", "WLS", "NIR"}),  # St Andrew
        (date(2026, 6, 15), {"ENG", "WLS", "NIR"}),  # Scotland's one-off
        (date(2026, 12, 25), set()),
        (date(2026, 12, 28), set()),
        (date(2026, 12, 29), set(NATIONS)),
    ],
)
def test_nations_differ(day: date, working_in: set[str]) -> None:
    assert {nation for nation in NATIONS if WorkingCalendar(nation).is_working_day(day)} == working_in


def test_a_holiday_on_a_weekend_is_listed_twice_and_costs_one_working_day() -> None:
    cal = WorkingCalendar("ENG")
    assert {date(2026, 12, 26), date(2026, 12, 28)} <= bank_holidays("ENG", 2026)
    assert cal.is_bank_holiday(date(2026, 12, 26))
    assert cal.is_bank_holiday(date(2026, 12, 28))
    # Thu 24 Dec to Thu 31 Dec: the 29th, 30th and 31st.
    assert cal.working_days_between(date(2026, 12, 24), date(2026, 12, 31)) == 3


def test_ten_working_days_over_christmas() -> None:
    # Readings 1: a conference on Tue 22 Dec 2026, the first core group within 10 working days.
    cal = WorkingCalendar("ENG")
    assert cal.add_working_days(date(2026, 12, 22), 10) == date(2027, 1, 8)
    assert cal.add_working_days(date(2027, 1, 8), -10) == date(2026, 12, 22)
    # Scotland keeps 2 January too: in 2027 a Saturday, observed on Monday the 4th.
    assert WorkingCalendar("SCT").add_working_days(date(2026, 12, 22), 10) == date(2027, 1, 11)


def test_day_zero_is_never_counted_and_need_not_be_worked() -> None:
    cal = WorkingCalendar("ENG")
    sunday = date(2026, 10, 4)
    assert cal.add_working_days(sunday, 0) == sunday
    assert cal.add_working_days(sunday, 1) == date(2026, 10, 5)
    assert cal.add_working_days(sunday, -1) == date(2026, 10, 2)
    assert cal.working_days_between(sunday, sunday) == 0
    assert cal.working_days_between(date(2026, 10, 5), date(2026, 10, 5)) == 0
    assert cal.working_days_between(date(2026, 10, 6), date(2026, 10, 5)) == 0


def test_an_authority_adds_and_removes_days() -> None:
    saturday, friday = date(2026, 10, 3), date(2026, 10, 2)
    cal = WorkingCalendar("ENG", add=[saturday, date(2026, 8, 31)], remove=[friday])
    assert cal.is_working_day(saturday)
    assert cal.is_working_day(date(2026, 8, 31))
    assert cal.is_bank_holiday(date(2026, 8, 31))
    assert not cal.is_working_day(friday)
    assert not cal.is_bank_holiday(friday)
    assert cal.add_working_days(date(2026, 10, 1), 1) == saturday


def test_a_day_both_added_and_removed_is_refused() -> None:
    day = date(2026, 10, 2)
    with pytest.raises(ValueError, match="2026-10-02; keep each in one list"):
        WorkingCalendar("ENG", add=[day], remove=[day])


def test_closures_are_worked_but_not_met_on() -> None:
    eve, before = date(2026, 12, 24), date(2026, 12, 23)
    cal = WorkingCalendar("ENG", closures=[eve])
    assert cal.is_working_day(eve)
    assert not cal.is_open_day(eve)
    assert cal.add_working_days(before, 1) == eve
    assert cal.pull_back(date(2026, 12, 28)) == before
    assert WorkingCalendar("ENG").pull_back(date(2026, 12, 28)) == eve


def test_a_limit_pulls_back_over_the_year_end() -> None:
    shut = every_day(date(2026, 12, 24), date(2027, 1, 3))
    assert WorkingCalendar("ENG", closures=shut).pull_back(date(2027, 1, 3)) == date(2026, 12, 23)


@pytest.mark.parametrize("nation", ["UK", "England", "eng", ""])
def test_an_unknown_nation_is_refused_at_once(nation: str) -> None:
    with pytest.raises(ValueError, match="must be one of ENG, WLS, SCT, NIR"):
        WorkingCalendar(nation)


@pytest.mark.parametrize("year", [1700, 2500, 9998])
def test_years_without_known_holidays_count_weekdays(year: int) -> None:
    cal = WorkingCalendar("ENG")
    days = every_day(date(year, 1, 1), date(year, 12, 31))
    assert [cal.is_working_day(day) for day in days] == [day.weekday() < 5 for day in days]
    assert cal.add_working_days(date(year, 12, 20), 20).year == year + 1


def test_the_calendar_s_ends_are_errors_and_not_loops() -> None:
    cal = WorkingCalendar("ENG", closures=every_day(date(1, 1, 1), date(1, 1, 31)))
    with pytest.raises(ValueError, match="year"):
        cal.add_working_days(date(9999, 12, 30), 5)
    with pytest.raises(ValueError, match="year"):
        cal.add_working_days(date(1, 1, 3), -5)
    with pytest.raises(ValueError, match="year"):
        cal.pull_back(date(1, 1, 20))


def test_weekday_names() -> None:
    assert [weekday_of(date(2026, 10, 5) + timedelta(days=i)) for i in range(7)] == [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun"
    ]  # fmt: skip


def test_it_travels_between_processes() -> None:
    cal = WorkingCalendar("SCT", closures=[date(2026, 12, 24)])
    cal.is_working_day(date(2026, 12, 24))
    copy = pickle.loads(pickle.dumps(cal))
    assert copy.pull_back(date(2026, 12, 25)) == date(2026, 12, 23)


@given(NATION, DAYS, st.integers(1, 600))
def test_adding_then_counting_back_is_the_same_number(nation: str, day: date, n: int) -> None:
    cal = WorkingCalendar(nation)
    later = cal.add_working_days(day, n)
    assert cal.is_working_day(later)
    assert cal.working_days_between(day, later) == n
    earlier = cal.add_working_days(day, -n)
    assert cal.is_working_day(earlier)
    assert cal.working_days_between(earlier, day) == n - (not cal.is_working_day(day))


@given(NATION, DAYS, st.integers(1, 600))
def test_forwards_and_backwards_are_inverse_from_a_working_day(nation: str, day: date, n: int) -> None:
    cal = WorkingCalendar(nation)
    start = cal.add_working_days(day, 1)
    assert cal.add_working_days(cal.add_working_days(start, n), -n) == start
    assert cal.add_working_days(cal.add_working_days(start, -n), n) == start


@given(NATION, DAYS, DAYS)
def test_counting_is_counting(nation: str, a: date, b: date) -> None:
    cal = WorkingCalendar(nation)
    counted = sum(cal.is_working_day(day) for day in every_day(a, b)[1:])
    assert cal.working_days_between(a, b) == counted


@given(NATION, st.dates(date(2026, 12, 1), date(2027, 2, 28)), CLOSURES)
def test_pulling_back_ends_on_the_last_open_day_and_stays_there(
    nation: str, day: date, closures: set[date]
) -> None:
    cal = WorkingCalendar(nation, closures=closures)
    pulled = cal.pull_back(day)
    assert pulled <= day
    assert cal.is_open_day(pulled)
    assert not any(cal.is_open_day(between) for between in every_day(pulled, day)[1:])
    assert cal.pull_back(pulled) == pulled


@given(DAYS, st.integers(-3, 500), CLOSURES)
def test_stretches_agree_with_single_days(start: date, length: int, closures: set[date]) -> None:
    cal = WorkingCalendar("ENG", closures=closures)
    end = start + timedelta(days=length)
    days = every_day(start, end)
    assert cal.open_days(start, end) == [day for day in days if cal.is_open_day(day)]
    elapsed = cal.working_days_elapsed(start, end)
    assert elapsed.dtype == np.int32
    assert elapsed.tolist() == [cal.working_days_between(start, day) for day in days]
