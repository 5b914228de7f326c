"""School days: when a pupil is at school, and the stretch of a day in which they cannot meet.

Every school sets its own terms, INSET days and day times, so all of them are given, by school.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from calendars.availability import DAY_MINUTES, MinuteSpan, check_span
from calendars.workdays import Weekday, WorkingCalendar, weekday_of


class SchoolCalendar:
    """One school's pupil days.

    A *pupil day* is in a term, not closed, Monday to Friday, not a bank holiday of the nation, and has day
    times for its weekday. The authority's own closures and working days do not change it.

    Parameters
    ----------
    day
        Start and end of the school day by weekday, in minutes after midnight; a weekday that is absent has no
        school.
    terms
        First and last date of each term, both inclusive.
    closed
        Dates within a term without pupils: half-terms and INSET days.
    cal
        Gives the bank holidays.

    Raises
    ------
    ValueError
        A term ends before it starts, or a day's times are not a stretch of a day.
    """

    __slots__ = ("_cal", "_closed", "_day", "_terms")

    def __init__(
        self,
        day: Mapping[Weekday, MinuteSpan],
        terms: Iterable[tuple[date, date]],
        closed: Iterable[date],
        cal: WorkingCalendar,
    ) -> None:
        self._day = {
            weekday: check_span(span, f"the school day of {weekday}") for weekday, span in day.items()
        }
        self._terms = tuple(terms)
        for start, end in self._terms:
            if end < start:
                raise ValueError(
                    f"a term ends on {end}, before its start on {start}: give its first and last date"
                )
        self._closed = frozenset(closed)
        self._cal = cal

    def is_pupil_day(self, day: date) -> bool:
        """Whether pupils are at school on the day."""
        return (
            weekday_of(day) in self._day
            and day.weekday() < 5
            and day not in self._closed
            and any(start <= day <= end for start, end in self._terms)
            and not self._cal.is_bank_holiday(day)
        )

    def day_span(self, day: date) -> MinuteSpan | None:
        """Start and end of school on the day, in minutes after midnight; ``None`` on no pupil day."""
        return self._day[weekday_of(day)] if self.is_pupil_day(day) else None

    def blocked(self, day: date, allowance_minutes: int) -> MinuteSpan | None:
        """The stretch in which a pupil cannot meet, with the time to get to and from school.

        Parameters
        ----------
        day
            The date of the meeting.
        allowance_minutes
            Minutes between a meeting and school, on either side. Source: the rule ``school.hours``.

        Returns
        -------
        tuple of int, or None
            Minutes after midnight, end exclusive, within the day: a meeting may end at its start or start at
            its end. ``None`` if it is not a pupil day.
        """
        span = self.day_span(day)
        if span is None:
            return None
        start, end = span
        return max(0, start - allowance_minutes), min(DAY_MINUTES, end + allowance_minutes)
