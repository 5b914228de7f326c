"""Intervals in the words of a policy ("10 working days", "6 weeks", "3 months"), counted either way."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from calendars.workdays import WorkingCalendar

Unit = Literal["working days", "days", "weeks", "months"]
UNITS: tuple[Unit, ...] = get_args(Unit)

_MOST: dict[Unit, int] = {"working days": 2600, "days": 3660, "weeks": 520, "months": 120}
"""About ten years of each: more is a slip of the pen, and would run out of the calendar."""

_TEXT = re.compile(
    r"(?P<amount>[0-9]{1,6})\s+(?:(?P<sort>working|calendar)\s+)?(?P<unit>day|week|month|year)s?"
)
_EXAMPLES = '"10 working days", "28 days", "6 weeks", "3 months" or "1 year"'


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time from a date, which is day 0 and never counted (readings 1).

    Attributes
    ----------
    amount
        How many units, at least 1.
    unit
        ``working days`` as the working calendar counts them; ``days`` and ``weeks`` run through weekends and
        holidays (a week is 7 days, readings 4 and 7); ``months`` are the same date some months on or, where
        that month is shorter, its last day.

    Raises
    ------
    ValueError
        The unit is unknown, or the amount is less than 1 or more than about ten years.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit {self.unit!r}: it must be one of {', '.join(UNITS)}")
        most = _MOST[self.unit]
        if not 1 <= self.amount <= most:
            raise ValueError(
                f"{self.amount} {self.unit} is out of range: it must be from 1 to {most} {self.unit}"
            )

    def __str__(self) -> str:
        """Give the words, which `parse_interval` reads back."""
        return f"{self.amount} {self.unit if self.amount != 1 else self.unit[:-1]}"

    def after(self, day: date, cal: WorkingCalendar) -> date:
        """The last date within this interval after ``day``."""
        return self._shift(day, self.amount, cal)

    def before(self, day: date, cal: WorkingCalendar) -> date:
        """The date this interval before ``day``, counted backwards in the same way."""
        return self._shift(day, -self.amount, cal)

    def _shift(self, day: date, amount: int, cal: WorkingCalendar) -> date:
        if self.unit == "working days":
            return cal.add_working_days(day, amount)
        if self.unit == "months":
            return _add_months(day, amount)
        return day + timedelta(days=amount if self.unit == "days" else 7 * amount)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def parse_interval(text: str) -> Interval:
    """Read an interval.

    Parameters
    ----------
    text
        A whole number and a unit: working days, days (or calendar days), weeks, months, years; singular or
        plural, in any case. A year is 12 months.

    Raises
    ------
    ValueError
        The text is not an interval; the message says what would be.
    """
    match = _TEXT.fullmatch(text.strip().lower())
    if match is None or (match["sort"] and match["unit"] != "day"):
        raise ValueError(f"{text!r} is not an interval: write a whole number and a unit, such as {_EXAMPLES}")
    amount = int(match["amount"])
    match match["unit"], match["sort"]:
        case "day", "working":
            return Interval(amount, "working days")
        case "day", _:
            return Interval(amount, "days")
        case "week", _:
            return Interval(amount, "weeks")
        case "month", _:
            return Interval(amount, "months")
        case _:
            return Interval(12 * amount, "months")


def earliest_after(intervals: Iterable[Interval], day: date, cal: WorkingCalendar) -> date:
    """The first of the intervals' ends: where several limits hold, the earliest binds (readings 3).

    Raises
    ------
    ValueError
        There is no interval.
    """
    ends = [interval.after(day, cal) for interval in intervals]
    if not ends:
        raise ValueError("there is no interval to count: give at least one")
    return min(ends)
