from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.availability import DAY_MINUTES, MinuteSpan
from calendars.schools import SchoolCalendar
from calendars.workdays import Weekday, WorkingCalendar

NINE, THREE, HALF_PAST_ONE = 9 * 60, 15 * 60, 13 * 60 + 30
ALL_WEEK: dict[Weekday, MinuteSpan] = {
    "mon": (NINE, THREE), "tue": (NINE, THREE), "wed": (NINE, THREE), "thu": (NINE, THREE),
    "fri": (NINE, HALF_PAST_ONE), "sat": (NINE, THREE),
}  # fmt: skip
TERMS = [(date(2026, 9, 3), date(2026, 12, 18)), (date(2027, 1, 5), date(2027, 3, 25))]
INSET, HALF_TERM = date(2026, 9, 4), date(2026, 10, 26)


def school(nation: str = "ENG", day: dict[Weekday, MinuteSpan] | None = None) -> SchoolCalendar:
    return SchoolCalendar(
        ALL_WEEK if day is None else day, TERMS, {INSET, HALF_TERM}, WorkingCalendar(nation)
    )


@pytest.mark.parametrize(
    ("day", "pupils"),
    [
        (date(2026, 9, 2), False),  # the day before term
        (date(2026, 9, 3), True),  # its first
        (INSET, False),
        (date(2026, 9, 5), False),  # a Saturday, though the school names Saturday times
        (date(2026, 9, 6), False),  # a Sunday
        (date(2026, 9, 7), True),
        (HALF_TERM, False),
        (date(2026, 12, 18), True),  # the last day of term
        (date(2026, 12, 21), False),
        (date(2027, 1, 5), True),
    ],
)
def test_pupil_days(day: date, pupils: bool) -> None:
    assert school().is_pupil_day(day) is pupils


def test_a_bank_holiday_in_a_term_has_no_pupils() -> None:
    st_andrew = date(2026, 11, 30)
    assert school("ENG").is_pupil_day(st_andrew)
    assert not school("SCT").is_pupil_day(st_andrew)


def test_the_authority_s_own_days_leave_school_as_it_is() -> None:
    closure, removed, added = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 30)
    cal = WorkingCalendar("SCT", closures=[closure], remove=[removed], add=[added])
    term_school = SchoolCalendar(ALL_WEEK, TERMS, (), cal)
    assert term_school.is_pupil_day(closure)
    assert term_school.is_pupil_day(removed)
    assert not term_school.is_pupil_day(added)


def test_a_weekday_without_times_has_no_school() -> None:
    nursery = school(day={"mon": (NINE, THREE), "tue": (NINE, THREE)})
    assert nursery.is_pupil_day(date(2026, 9, 8))
    assert not nursery.is_pupil_day(date(2026, 9, 9))
    assert nursery.blocked(date(2026, 9, 9), 30) is None


def test_the_stretch_a_pupil_cannot_meet_in() -> None:
    monday, friday = date(2026, 9, 7), date(2026, 9, 11)
    assert school().day_span(monday) == (NINE, THREE)
    assert school().day_span(friday) == (NINE, HALF_PAST_ONE)
    assert school().blocked(monday, 30) == (NINE - 30, THREE + 30)
    assert school().blocked(friday, 0) == (NINE, HALF_PAST_ONE)
    assert school().day_span(INSET) is None
    assert school().blocked(INSET, 30) is None


def test_an_allowance_never_leaves_the_day() -> None:
    assert school().blocked(date(2026, 9, 7), 12 * 60) == (0, DAY_MINUTES)


@given(st.dates(date(2026, 8, 1), date(2027, 4, 30)), st.integers(0, 180))
def test_blocked_is_the_school_day_and_the_way(day: date, allowance: int) -> None:
    span, blocked = school().day_span(day), school().blocked(day, allowance)
    assert (span is None) == (blocked is None) == (not school().is_pupil_day(day))
    if span and blocked:
        assert (span[0] - blocked[0], blocked[1] - span[1]) == (allowance, allowance)


def test_a_term_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends on 2026-09-01, before its start on 2026-09-03"):
        SchoolCalendar(ALL_WEEK, [(date(2026, 9, 3), date(2026, 9, 1))], (), WorkingCalendar("ENG"))


def test_school_times_that_are_no_stretch_are_refused() -> None:
    with pytest.raises(ValueError, match="the school day of mon is 900 to 540"):
        school(day={"mon": (THREE, NINE)})
