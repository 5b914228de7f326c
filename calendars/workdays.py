"""Working days, open days and bank holidays of the four nations of the United Kingdom.

A *working day* is Monday to Friday and not a bank holiday of the nation: deadlines count these. An *open day*
is a working day on which the authority is not closed: meetings are held on these.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Literal

import holidays
import numpy as np
from numpy.typing import NDArray

NATIONS: tuple[str, ...] = ("ENG", "WLS", "SCT", "NIR")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY = 5


def weekday_of(day: date) -> Weekday:
    """The day's name as the caseload writes it, ``"mon"`` to ``"sun"``."""
    return WEEKDAYS[day.weekday()]


@lru_cache(maxsize=1024)
def bank_holidays(nation: str, year: int) -> frozenset[date]:
    """Bank holidays of one nation in one year, as the ``holidays`` package lists them.

    Parameters
    ----------
    nation
        ``ENG``, ``WLS``, ``SCT`` or ``NIR``.
    year
        Calendar year. One that the package does not know, such as 2101, has no bank holidays.

    Returns
    -------
    frozenset of date
        A holiday on a weekend is listed with its observed day: both 26 and 28 December 2026 are in it.

    Raises
    ------
    ValueError
        The nation is unknown.
    """
    if nation not in NATIONS:
        raise ValueError(f"unknown nation {nation!r}: it must be one of {', '.join(NATIONS)}")
    # Without a subdivision the package drops what only some nations keep, such as Easter Monday.
    return frozenset(holidays.country_holidays("GB", subdiv=nation, years=year))


@dataclass(frozen=True, slots=True)
class _Year:
    """One year's working days, by ordinal (``date.toordinal``)."""

    first: int
    working: tuple[int, ...]
    before: tuple[int, ...]
    """``before[i]``: working days before the i-th day of the year; one longer than the year."""
    open: frozenset[int]


class WorkingCalendar:
    """The working days and open days of one authority.

    Years are worked out once and kept, so every question after the first of a year is a look-up.

    Parameters
    ----------
    nation
        ``ENG``, ``WLS``, ``SCT`` or ``NIR``: whose bank holidays are not worked.
    add
        Dates that the authority works although they are a bank holiday or a weekend.
    remove
        Dates that the authority does not count as working days.
    closures
        Dates on which nobody meets. They stay working days: deadlines run through them.

    Raises
    ------
    ValueError
        The nation is unknown, or a date is both added and removed.
    """

    __slots__ = ("_added", "_closed", "_removed", "_years", "nation")

    def __init__(
        self,
        nation: str,
        *,
        add: Iterable[date] = (),
        remove: Iterable[date] = (),
        closures: Iterable[date] = (),
    ) -> None:
        bank_holidays(nation, 2000)  # an unknown nation is refused here, not at the first question
        self.nation = nation
        self._added = frozenset(day.toordinal() for day in add)
        self._removed = frozenset(day.toordinal() for day in remove)
        self._closed = frozenset(day.toordinal() for day in closures)
        if both := self._added & self._removed:
            names = ", ".join(date.fromordinal(day).isoformat() for day in sorted(both))
            raise ValueError(
                f"both added to and removed from the working days: {names}; keep each in one list"
            )
        self._years: dict[int, _Year] = {}

    def _year(self, year: int) -> _Year:
        known = self._years.get(year)
        if known is None:
            first = date(year, 1, 1).toordinal()
            last = date(year, 12, 31).toordinal()
            free = {day.toordinal() for day in bank_holidays(self.nation, year)} | self._removed
            is_working = [
                # Ordinal 1 is a Monday, so (ordinal - 1) % 7 is the weekday.
                day in self._added or ((day - 1) % 7 < _SATURDAY and day not in free)
                for day in range(first, last + 1)
            ]
            working = tuple(first + i for i, works in enumerate(is_working) if works)
            known = _Year(
                first=first,
                working=working,
                before=tuple(accumulate(is_working, initial=0)),
                open=frozenset(working) - self._closed,
            )
            self._years[year] = known
        return known

    def is_bank_holiday(self, day: date) -> bool:
        """Whether the nation lists the day, whatever the authority adds or removes."""
        return date(day.year, day.month, day.day) in bank_holidays(self.nation, day.year)

    def is_working_day(self, day: date) -> bool:
        """Whether deadlines count the day."""
        year = self._year(day.year)
        index = day.toordinal() - year.first
        return year.before[index + 1] > year.before[index]

    def is_open_day(self, day: date) -> bool:
        """Whether meetings may be held on the day: a working day that is not a closure."""
        return day.toordinal() in self._year(day.year).open

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after ``day``, or before it where ``n`` is negative.

        ``day`` itself is day 0: it is never counted, and it is the answer for ``n = 0`` even if it is not a
        working day. Source: readings 1.

        Raises
        ------
        ValueError
            The answer would lie before year 1 or after year 9999.
        """
        if n == 0:
            return date.fromordinal(day.toordinal())
        number = day.year
        year = self._year(number)
        index = day.toordinal() - year.first
        # Where the answer is among the working days of the year that is being looked at.
        position = year.before[index + 1] + n - 1 if n > 0 else year.before[index] + n
        while not 0 <= position < len(year.working):
            if position < 0:
                number -= 1
                year = self._year(number)
                position += len(year.working)
            else:
                position -= len(year.working)
                number += 1
                year = self._year(number)
        return date.fromordinal(year.working[position])

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after ``a`` up to and including ``b``; 0 if ``b`` is not after ``a``."""
        if b <= a:
            return 0
        first, last = self._year(a.year), self._year(b.year)
        count = last.before[b.toordinal() - last.first + 1] - first.before[a.toordinal() - first.first + 1]
        return count + sum(len(self._year(number).working) for number in range(a.year, b.year))

    def pull_back(self, day: date) -> date:
        """The last open day on or before ``day``. Source: readings 5.

        Raises
        ------
        ValueError
            There is no open day before it.
        """
        ordinal, number = day.toordinal(), day.year
        year = self._year(number)
        while ordinal not in year.open:
            ordinal -= 1
            if ordinal < year.first:
                number -= 1
                year = self._year(number)
        return date.fromordinal(ordinal)

    def open_days(self, start: date, end: date) -> list[date]:
        """Open days from ``start`` to ``end``, both inclusive, in order; none if ``end`` is earlier."""
        low, high = start.toordinal(), end.toordinal()
        days: list[date] = []
        for number in range(start.year, end.year + 1):
            year = self._year(number)
            chosen = year.working[bisect_left(year.working, low) : bisect_right(year.working, high)]
            days.extend(date.fromordinal(day) for day in chosen if day in year.open)
        return days

    def working_days_elapsed(self, start: date, end: date) -> NDArray[np.int32]:
        """Running count of working days over a stretch of dates, for arithmetic on whole arrays.

        Returns
        -------
        numpy int32 array, shape [days from start to end, both inclusive]
            Element ``i`` is ``working_days_between(start, start + i days)``, so ``out[j] - out[i]`` is the
            number of working days after date ``i`` up to and including date ``j``, for ``i < j``.
        """
        is_working = [
            before < after
            for number in range(start.year, end.year + 1)
            for before, after in pairwise(self._year(number).before)
        ]
        offset = date(start.year, 1, 1).toordinal()
        chosen = np.array(
            is_working[start.toordinal() - offset : end.toordinal() - offset + 1], dtype=np.int32
        )
        chosen[:1] = 0
        return np.cumsum(chosen, dtype=np.int32)
