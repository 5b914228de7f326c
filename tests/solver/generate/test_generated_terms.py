"""School years have the shape of the real ones."""

from __future__ import annotations

from datetime import date
from random import Random

import holidays
import pytest

from solver.generate.terms import easter, holidays_between, school_year, school_years


def test_easter_is_where_it_is() -> None:
    for year in range(2020, 2060):
        friday = next(
            day
            for day, name in holidays.country_holidays("GB", subdiv="ENG", years=year).items()
            if name == "Good Friday"
        )
        assert (easter(year) - friday).days == 2


@pytest.mark.parametrize(
    ("autumn", "starts", "ends"),
    [
        (2026, ("2026-09-01", "2027-01-04", "2027-04-12"), ("2026-12-18", "2027-03-25", "2027-07-21")),
        (2027, ("2027-09-01", "2028-01-04", "2028-04-18"), ("2027-12-17", "2028-03-31", "2028-07-19")),
    ],
)
def test_terms_lie_about_the_published_dates(
    autumn: int, starts: tuple[str, ...], ends: tuple[str, ...]
) -> None:
    for seed in range(30):
        year = school_year(autumn, Random(seed))
        for (start, end), first, last in zip(year.terms, starts, ends, strict=True):
            assert 0 <= (start - date.fromisoformat(first)).days <= 2
            assert -2 <= (end - date.fromisoformat(last)).days <= 2
            assert start.weekday() < 5
            assert end.weekday() < 5


@pytest.mark.parametrize("half_term", [date(2026, 10, 28), date(2027, 2, 17), date(2027, 6, 2)])
def test_half_terms_are_closed_and_inset_days_lie_in_term(half_term: date) -> None:
    for seed in range(30):
        year = school_year(2026, Random(seed))
        assert half_term in year.closed
        assert all(any(start <= day <= end for start, end in year.terms) for day in year.closed)
        assert 18 <= len(year.closed) <= 25


def test_years_cover_any_stretch_and_no_more() -> None:
    for start, end in (
        (date(2027, 3, 1), date(2027, 8, 29)),
        (date(2027, 5, 10), date(2027, 11, 7)),
        (date(2026, 11, 30), date(2027, 5, 30)),
    ):
        year = school_years(start, end, Random(1))
        assert all(b >= start and (a - end).days <= 28 for a, b in year.terms)
        assert year.terms[0][0] <= start or start.month == 8
        assert len(year.terms) in (2, 3)


def test_holidays_are_the_weeks_between() -> None:
    year = school_years(date(2026, 11, 30), date(2027, 5, 30), Random(5))
    runs = holidays_between(year, date(2026, 11, 30), date(2027, 5, 30))
    assert [run[0].month for run in runs] == [12, 2, 3]
    assert all((last - first).days >= 4 for first, last in runs)
