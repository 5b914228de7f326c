"""The weeks of a horizon as columns, with a date's place on them. Weekends take no room: nobody meets on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from calendars.workdays import WorkingCalendar

DAYS = 5
WIDTH = 50
"""Width of a week in drawing units; a day is a fifth."""
DAY_WIDTH = WIDTH // DAYS


@dataclass(frozen=True)
class Week:
    """One column. ``closed`` are the weekdays (0 Monday to 4 Friday) on which nobody meets."""

    index: int
    monday: date
    closed: tuple[int, ...]
    closed_words: str
    starts_month: bool


@dataclass(frozen=True)
class Month:
    """A heading over the weeks that begin in one month."""

    monday: date
    weeks: int

    @property
    def name(self) -> str:
        """As much of the month's name as there is room for."""
        if self.weeks == 1:
            return f"{self.monday:%b}"
        return f"{self.monday:%B %Y}" if self.weeks > 2 else f"{self.monday:%b %Y}"


class Weeks:
    """The columns from the Monday of a first date to the week of a last one.

    Parameters
    ----------
    start, end : date
        Both inclusive.
    calendar : WorkingCalendar
        Says on which days nobody meets.
    """

    def __init__(self, start: date, end: date, calendar: WorkingCalendar) -> None:
        self.start = start
        self.first = start - timedelta(days=start.weekday())
        self.count = (end - self.first).days // 7 + 1
        self.calendar = calendar
        self.columns = tuple(self._week(index) for index in range(self.count))

    def months(self) -> tuple[Month, ...]:
        """Headings over the columns, in order."""
        months: list[Month] = []
        for week in self.columns:
            if months and months[-1].monday.month == week.monday.month:
                months[-1] = Month(months[-1].monday, months[-1].weeks + 1)
            else:
                months.append(Month(week.monday, 1))
        return tuple(months)

    def index_of(self, day: date) -> int:
        """The column of a date; outside the columns it is negative or at least `count`."""
        return (day - self.first).days // 7

    def position(self, day: date, part: float = 0.5) -> float:
        """Where a date lies, in drawing units from the first Monday; ``part`` 0 is its morning, 1 its evening.

        A weekend lies at the end of its Friday.
        """
        weekday = day.weekday()
        within = weekday + part if weekday < DAYS else DAYS
        return self.index_of(day) * WIDTH + within * DAY_WIDTH

    def pieces(self, start: float, end: float) -> Iterator[tuple[int, float, float]]:
        """Cut a stretch of drawing units into (column, from, to), each in its column's own units."""
        start, end = max(start, 0), min(end, self.count * WIDTH)
        for index in range(int(start // WIDTH), min(self.count, int(-(-end // WIDTH)))):
            left, right = max(start - index * WIDTH, 0), min(end - index * WIDTH, WIDTH)
            if right > left:
                yield index, left, right

    def _week(self, index: int) -> Week:
        monday = self.first + timedelta(weeks=index)
        days = [monday + timedelta(days=weekday) for weekday in range(DAYS)]
        closed = tuple(day.weekday() for day in days if not self.calendar.is_open_day(day))
        words = [
            f"{day:%a} {day.day} {'bank holiday' if self.calendar.is_bank_holiday(day) else 'closed'}"
            for day in days
            if not self.calendar.is_open_day(day)
        ]
        return Week(index, monday, closed, ", ".join(words), starts_month=monday.day <= 7)
