"""Working days, open days and intervals: section 1 of ``solver/RULES.md`` in the plainest code."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import holidays


@cache
def bank_holidays(nation: str, year: int) -> frozenset[date]:
    """Return the bank holidays of a nation (ENG, WLS, SCT or NIR) in a year."""
    return frozenset(holidays.country_holidays("GB", subdiv=nation, years=year))


def plus_days(day: date, days: int) -> date:
    """Count calendar days on (or back, if negative), stopping at the ends of time.

    A corrupted calendar may hold a meeting in the year 9999; that must give a violation, not an error.
    """
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def plus_months(day: date, months: int) -> date:
    """Return the same date some months on (or back); where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def read_interval(text: str) -> tuple[int, str]:
    """Split an interval such as ``"10 working days"`` into its number and its unit.

    Returns
    -------
    (int, str)
        The unit is one of ``working day``, ``day``, ``week``, ``month``; a year is 12 months.

    Raises
    ------
    ValueError
        The text is no interval. Reading the caseload and the policy has refused that already.
    """
    number, *words = text.lower().split()
    unit = " ".join(words).removesuffix("s").removeprefix("calendar ")
    if not number.isdecimal() or unit not in ("working day", "day", "week", "month", "year"):
        raise ValueError(f"{text!r} is not an interval")
    return (int(number) * 12, "month") if unit == "year" else (int(number), unit)


class Days:
    """The working and the open days of a caseload.

    Parameters
    ----------
    nation : str
        ENG, WLS, SCT or NIR.
    add, remove : iterable of date
        What the policy adds to and takes from the nation's working days.
    closures : iterable of date
        Council closures: working days on which nobody meets.
    """

    def __init__(
        self,
        nation: str,
        add: Iterable[date] = (),
        remove: Iterable[date] = (),
        closures: Iterable[date] = (),
    ) -> None:
        self.nation = nation
        self._add = frozenset(add)
        self._remove = frozenset(remove)
        self._closures = frozenset(closures)
        self._years: dict[int, int] = {}
        self._known: dict[date, bool] = {}

    def is_bank_holiday(self, day: date) -> bool:
        """Whether the nation has a bank holiday on the day."""
        return day in bank_holidays(self.nation, day.year)

    def is_working(self, day: date) -> bool:
        """Whether deadlines count the day."""
        if day not in self._known:
            usual = day.weekday() < 5 and not self.is_bank_holiday(day)
            self._known[day] = day not in self._remove and (day in self._add or usual)
        return self._known[day]

    def is_open(self, day: date) -> bool:
        """Whether meetings may be held on the day."""
        return self.is_working(day) and day not in self._closures

    def pull_back(self, day: date) -> date:
        """Return the day itself if it is open, else the last open day before it."""
        while not self.is_open(day) and day > date.min:
            day = plus_days(day, -1)
        return day

    def plus_working_days(self, day: date, number: int) -> date:
        """Count working days on (or back, if negative). The day itself is day 0 and not counted."""
        step = 1 if number > 0 else -1
        for _ in range(abs(number)):
            day = plus_days(day, step)
            while not self.is_working(day) and date.min < day < date.max:
                day = plus_days(day, step)
        return day

    def working_days(self, after: date, until: date) -> int:
        """Count the working days after one date up to and including another; 0 if that isn't later."""
        if until <= after:
            return 0
        if after.year == until.year:
            return sum(self.is_working(plus_days(after, i)) for i in range(1, (until - after).days + 1))
        whole_years = sum(self._working_days_of(year) for year in range(after.year + 1, until.year))
        new_year = date(until.year, 1, 1)
        return (
            self.working_days(after, date(after.year, 12, 31))
            + whole_years
            + self.is_working(new_year)
            + self.working_days(new_year, until)
        )

    def _working_days_of(self, year: int) -> int:
        if year not in self._years:
            first = date(year, 1, 1)
            self._years[year] = self.is_working(first) + self.working_days(first, date(year, 12, 31))
        return self._years[year]

    def count(self, day: date, interval: str, direction: int = 1, *, counts_day: bool = False) -> date:
        """Return the date an interval after the day, or before it where ``direction`` is -1.

        With ``counts_day`` the day itself is day 1, so that the interval ends a day nearer to it.
        """
        number, unit = read_interval(interval)
        if unit == "working day":
            start = plus_days(day, -direction) if counts_day else day
            return self.plus_working_days(start, direction * number)
        if unit == "month":
            end = plus_months(day, direction * number)
        else:
            end = plus_days(day, direction * number * (7 if unit == "week" else 1))
        return plus_days(end, -direction) if counts_day else end
